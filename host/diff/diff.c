/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff.h"
#include "base/crc32.h"
#include "delta/delta_profile.h"
#include "diff/diff_align.h"
#include "diff/diff_encode.h"
#include "diff/diff_order.h"
#include "diff/diff_space.h"

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
    if (options->ram != 0 && options->ram < FFX_DELTA_PROFILE_BYTES(0))
        return fail(error, FFX_ERR_BUFFER,
                    "the reader needs at least %u bytes of RAM, not %u",
                    FFX_DELTA_PROFILE_BYTES(0), options->ram);
    return 0;
}

static uint32_t profile_for(uint32_t ram)
{
    uint32_t profile = FFX_DELTA_PROFILES - 1;
    while (ram != 0 && FFX_DELTA_PROFILE_BYTES(profile) > ram)
        profile--;
    return profile;
}

/* Steps that are too many for the profile are this maker's to refuse. */
static int check_steps(const struct ffx_delta_layout *layout,
                       uint32_t step_bytes, struct diff_error *error)
{
    const struct ffx_delta_layout in_place = {
        .target_bytes = layout->target_bytes, .step_bytes = step_bytes};
    const uint32_t steps = delta_layout_steps(&in_place);
    if (steps <= DELTA_STEPS_MAX && delta_profile_holds(layout->profile, steps))
        return 0;
    return fail(error, FFX_ERR_BUFFER,
                "%u steps are too many for a reader of %u bytes: take larger "
                "steps, or more RAM",
                steps, FFX_DELTA_PROFILE_BYTES(layout->profile));
}

/* --- search -------------------------------------------------------------- */

/* The best patch so far, and the runs that it was made of. */
struct best {
    struct diff_bytes patch;
    struct diff_runs runs;
};

struct search {
    struct diff_job job;
    struct diff_candidates candidates;
    struct ffx_delta_layout layout;
    struct delta_space space;
    struct delta_order order;
    uint16_t *ranks;
};

static void best_free(struct best *best)
{
    free(best->patch.bytes);
    free(best->runs.runs);
    *best = (struct best){0};
}

/* Takes the runs over, if they are the best so far. The length of their patch;
 * 0: failed. */
static size_t keep(const struct search *search, struct diff_runs *runs,
                   struct best *best)
{
    struct best other = {.runs = *runs};
    if (diff_encode(&search->job, &search->layout, runs, &other.patch) != 0) {
        free(runs->runs);
        return 0;
    }
    const size_t length = other.patch.length;
    if (best->patch.bytes == NULL || length < best->patch.length) {
        best_free(best);
        *best = other;
    } else {
        best_free(&other);
    }
    return length;
}

/* Aligns with the map and keeps the runs if they are the best ones; then the
 * map is theirs, even if they are not: the next ones may be. The length of
 * their patch; 0: failed. */
static size_t pass(const struct search *search, const struct diff_costs *costs,
                   struct delta_map *map, struct best *best)
{
    struct diff_runs runs;
    const int aligned =
        diff_align(&search->job, &search->candidates, map, costs, &runs);
    free(map->entries);
    map->entries = NULL;
    if (aligned != 0)
        return 0;
    if (diff_encode_map(&search->job, &runs, map) != 0) {
        free(runs.runs);
        return 0;
    }
    return keep(search, &runs, best);
}

/* Passes on with the map until little changes: 1/512 of the patch. Takes the
 * map over. */
static int passes(const struct search *search, uint32_t most,
                  const struct diff_costs *costs, struct delta_map *map,
                  struct best *best)
{
    size_t before = 0, length = 1;
    for (; most > 0 && length != 0; most--) {
        length = pass(search, costs, map, best);
        const size_t change =
            length > before ? length - before : before - length;
        if (change < length / 512)
            break;
        before = length;
    }
    free(map->entries);
    return length != 0 ? 0 : -1;
}

/* Aligns again with what the reader would predict by the best runs. */
static int refine(const struct search *search, uint32_t most,
                  const struct diff_costs *costs, struct best *best)
{
    struct delta_map map;
    if (diff_encode_map(&search->job, &best->runs, &map) != 0) {
        free(map.entries);
        return -1;
    }
    return passes(search, most, costs, &map, best);
}

/* The costs are guesses, and the best ones differ from image to image: `most`
 * variants, those first that helped most often. */
static int vary(const struct search *search, size_t most, struct best *best)
{
    struct diff_costs costs[2] = {diff_costs_usual, diff_costs_usual};
    costs[0].miss -= 100;
    costs[1].to_literal += 200;
    for (size_t i = 0; i < most; i++)
        if (refine(search, 1, &costs[i], best) != 0)
            return -1;
    return 0;
}

static int first(const struct search *search, struct best *best)
{
    struct diff_runs runs;
    if (diff_align(&search->job, &search->candidates, NULL, &diff_costs_usual,
                   &runs) != 0)
        return -1;
    return keep(search, &runs, best) != 0 ? 0 : -1;
}

/* --- plain --------------------------------------------------------------- */

static void use_space(struct search *search, const struct delta_space *space)
{
    search->space = *space;
    search->layout.phase = space->phase;
}

/* The whole target in one step. */
static void use_plain(struct search *search, uint32_t step_bytes)
{
    search->layout.step_bytes = step_bytes;
    delta_order_open(&search->order, &search->layout, NULL);
}

static int try_space(struct search *search, const struct delta_space *space,
                     struct best *best)
{
    use_space(search, space);
    diff_candidates_close(&search->candidates);
    if (diff_candidates_open(&search->candidates, &search->job) != 0)
        return -1;
    return first(search, best);
}

/* Plain data, the last candidate, is worth a trial only when the others did
 * badly. */
static int hopeful(const struct search *search, const struct best *best)
{
    return best->patch.bytes != NULL &&
           best->patch.length < search->job.new_bytes / 2;
}

/* Tells the candidates apart by a short trial. */
static int choose_space(struct search *search, const struct delta_space *spaces,
                        size_t count, struct best *best)
{
    size_t chosen = 0, last = 0;
    for (size_t i = 0; i < count; i++, last++) {
        struct best trial = {0};
        if (i > 0 && i == count - 1 && hopeful(search, best))
            break;
        if (try_space(search, &spaces[i], &trial) != 0)
            return -1;
        if (i > 0 && trial.patch.length >= best->patch.length) {
            best_free(&trial);
            continue;
        }
        best_free(best);
        *best = trial;
        chosen = i;
    }
    if (chosen + 1 == last)
        return 0;
    use_space(search, &spaces[chosen]);
    diff_candidates_close(&search->candidates);
    return diff_candidates_open(&search->candidates, &search->job);
}

/* --- in place ------------------------------------------------------------ */

static int plan_order(struct search *search, uint32_t step_bytes,
                      const struct diff_runs *plain)
{
    search->layout.step_bytes = step_bytes;
    const uint32_t steps = delta_layout_steps(&search->layout);
    search->ranks = calloc(steps, sizeof *search->ranks);
    if (search->ranks == NULL)
        return -1;
    delta_order_open(&search->order, &search->layout, search->ranks);
    if (steps < 2)
        return 0;
    return diff_order_plan(search->ranks, steps, &search->job, plain);
}

/* The map of the plain runs is a better start than none. */
static int make_in_place(struct search *search, uint32_t step_bytes,
                         struct best *best)
{
    struct delta_map map = {0};
    const int failed = diff_encode_map(&search->job, &best->runs, &map) != 0 ||
                       plan_order(search, step_bytes, &best->runs) != 0;
    best_free(best);
    if (failed) {
        free(map.entries);
        return -1;
    }
    if (passes(search, 2, &diff_costs_usual, &map, best) != 0)
        return -1;
    return vary(search, 1, best);
}

/* A better plain map pays where most is copied, and costs little there. */
static int start_in_place(struct search *search, uint32_t step_bytes,
                          struct best *best)
{
    if (best->patch.length < search->job.new_bytes / 8 &&
        refine(search, 1, &diff_costs_usual, best) != 0)
        return -1;
    return make_in_place(search, step_bytes, best);
}

/* --- diff ---------------------------------------------------------------- */

static int search_all(struct search *search, const struct diff_options *options,
                      struct best *best)
{
    struct delta_space spaces[DIFF_SPACES];
    const size_t count = diff_spaces(
        search->job.old_image, search->job.old_bytes, search->job.new_image,
        search->job.new_bytes, options, spaces);
    use_plain(search, 0);
    if (count == 0 || choose_space(search, spaces, count, best) != 0)
        return -1;
    if (options->step_bytes != 0)
        return start_in_place(search, options->step_bytes, best);
    if (refine(search, 3, &diff_costs_usual, best) != 0)
        return -1;
    return vary(search, 2, best);
}

int diff_make(const uint8_t *old_image, size_t old_bytes,
              const uint8_t *new_image, size_t new_bytes,
              const struct diff_options *options, struct diff_patch *patch,
              struct diff_error *error)
{
    struct best best = {0};
    *patch = (struct diff_patch){0};
    const int refused = check(old_bytes, new_bytes, options, error);
    if (refused != 0)
        return refused;
    struct search search = {
        .job = {old_image, new_image, (uint32_t)old_bytes, (uint32_t)new_bytes,
                NULL, NULL},
        .layout = {.source_bytes = (uint32_t)old_bytes,
                   .target_bytes = (uint32_t)new_bytes,
                   .profile = profile_for(options->ram),
                   .source_crc32 = crc32_add(0, old_image, (uint32_t)old_bytes),
                   .target_crc32 =
                       crc32_add(0, new_image, (uint32_t)new_bytes)},
    };
    const int crowded = check_steps(&search.layout, options->step_bytes, error);
    if (crowded != 0)
        return crowded;
    search.job.space = &search.space;
    search.job.order = &search.order;
    const int failed = search_all(&search, options, &best);
    diff_candidates_close(&search.candidates);
    free(search.ranks);
    if (failed) {
        best_free(&best);
        return fail(error, FFX_ERR_SPACE, "out of memory");
    }
    free(best.runs.runs);
    patch->bytes = best.patch.bytes;
    patch->length = best.patch.length;
    patch->ram = FFX_DELTA_PROFILE_BYTES(search.layout.profile);
    return patch->length >= new_bytes;
}

void diff_patch_free(struct diff_patch *patch)
{
    free(patch->bytes);
    patch->bytes = NULL;
    patch->length = 0;
}
