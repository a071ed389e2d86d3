/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff.h"
#include "base/crc32.h"
#include "delta/delta_model.h"
#include "diff/diff_encode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(struct diff_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(struct diff_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->code = code;
    return code;
}

/* --- checks -------------------------------------------------------------- */

static int check(size_t old_bytes, size_t new_bytes,
                 const struct diff_options *options, struct diff_error *error)
{
    if (new_bytes == 0)
        return fail(error, FFX_ERR_ARGUMENT, "the new image is empty");
    if (old_bytes > DELTA_SIZE_MAX || new_bytes > DELTA_SIZE_MAX ||
        options->step_bytes > DELTA_SIZE_MAX)
        return fail(error, FFX_ERR_ARGUMENT,
                    "images and steps are limited to %u bytes", DELTA_SIZE_MAX);
    if (options->step_bytes != 0 &&
        (old_bytes > options->slot_bytes || new_bytes > options->slot_bytes))
        return fail(error, FFX_ERR_GEOMETRY,
                    "images of %zu and %zu bytes do not fit a slot of %u",
                    old_bytes, new_bytes, options->slot_bytes);
    if (options->ram != 0 && options->ram < delta_model_memory(0))
        return fail(error, FFX_ERR_BUFFER,
                    "the reader needs at least %u bytes of RAM, not %u",
                    delta_model_memory(0), options->ram);
    return 0;
}

/* --- candidates ---------------------------------------------------------- */

static void keep_smaller(struct diff_patch *best, struct diff_patch *other)
{
    if (best->bytes == NULL || other->length < best->length) {
        diff_patch_free(best);
        *best = *other;
    } else {
        diff_patch_free(other);
    }
}

/* One plan with every size of literal model that fits. More contexts are
 * better for long literals only: probabilities start anew with each step. */
static int try_plan(const struct diff_plan *plan,
                    struct ffx_delta_layout layout, const uint8_t *new_image,
                    uint32_t ram, struct diff_patch *best)
{
    for (uint32_t k = 0; k <= DELTA_CONTEXT_BITS_MAX; k++) {
        struct diff_patch patch = {.ram = delta_model_memory(k)};
        if (ram != 0 && patch.ram > ram)
            return 0;
        layout.context_bits = k;
        if (diff_encode(&layout, plan, new_image, &patch.bytes,
                        &patch.length) != 0)
            return -1;
        keep_smaller(best, &patch);
    }
    return 0;
}

static int try_order(const struct diff_match *match,
                     const struct ffx_delta_layout *layout,
                     const uint8_t *new_image, uint32_t ram,
                     struct diff_patch *best)
{
    struct diff_plan plan;
    int failed = diff_plan_make(&plan, match, layout);
    if (!failed)
        failed = try_plan(&plan, *layout, new_image, ram, best);
    diff_plan_close(&plan);
    return failed;
}

/* Ascending suits images whose parts moved down, descending the others. */
static int try_orders(const struct diff_match *match,
                      struct ffx_delta_layout *layout, const uint8_t *new_image,
                      uint32_t ram, struct diff_patch *best)
{
    const uint32_t orders = delta_layout_steps(layout) > 1 ? 2 : 1;
    for (uint32_t i = 0; i < orders; i++) {
        layout->descending = i;
        if (try_order(match, layout, new_image, ram, best) != 0)
            return -1;
    }
    return 0;
}

/* --- diff ---------------------------------------------------------------- */

int diff_make(const uint8_t *old_image, size_t old_bytes,
              const uint8_t *new_image, size_t new_bytes,
              const struct diff_options *options, struct diff_patch *patch,
              struct diff_error *error)
{
    struct diff_match match;
    *patch = (struct diff_patch){0};
    const int refused = check(old_bytes, new_bytes, options, error);
    if (refused != 0)
        return refused;
    struct ffx_delta_layout layout = {
        .source_bytes = (uint32_t)old_bytes,
        .target_bytes = (uint32_t)new_bytes,
        .step_bytes = options->step_bytes,
        .source_crc32 = crc32_add(0, old_image, (uint32_t)old_bytes),
        .target_crc32 = crc32_add(0, new_image, (uint32_t)new_bytes),
    };
    int failed = diff_match_open(&match, old_image, layout.source_bytes,
                                 new_image, layout.target_bytes);
    if (!failed)
        failed = try_orders(&match, &layout, new_image, options->ram, patch);
    diff_match_close(&match);
    if (failed) {
        diff_patch_free(patch);
        return fail(error, FFX_ERR_SPACE, "out of memory");
    }
    return patch->length >= new_bytes;
}

void diff_patch_free(struct diff_patch *patch)
{
    free(patch->bytes);
    patch->bytes = NULL;
    patch->length = 0;
}
