/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <farfix/delta.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_usage usage = {
    .synopsis = "farfix delta apply OLD PATCH -o NEW",
    .about =
        "Applies a patch with the reader that devices run. A patch made with\n"
        "--in-place is applied as a device would: in a copy of OLD whose\n"
        "steps are erased and overwritten one by one.",
    .examples = "  farfix delta apply a.bin ab.patch -o b.bin",
};

/* All that the device side needs, on the heap of a PC. */
struct bench {
    struct ffx_delta delta;
    struct ffx_delta_config config;
    struct ffx_delta_layout layout;
    uint8_t *slot; /* in place: the source first, the target in the end */
    uint8_t *target; /* not in place */
    uint8_t *buffer; /* one step */
    uint8_t *memory;
};

static int slot_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    const struct bench *bench = context;
    memcpy(buffer, bench->slot + offset, length);
    return 0;
}

/* Whole steps, as large as the larger image. */
static size_t slot_bytes(const struct ffx_delta_layout *layout)
{
    const size_t step = layout->step_bytes;
    const size_t larger = layout->source_bytes > layout->target_bytes
                              ? layout->source_bytes
                              : layout->target_bytes;
    return step == 0 ? larger : (larger + step - 1) / step * step;
}

static int bench_open(struct bench *bench, const struct pack_buffer *old_image,
                      uint32_t ram)
{
    const struct ffx_delta_layout *layout = &bench->layout;
    const size_t slot = slot_bytes(layout);
    const size_t step = layout->step_bytes;
    bench->slot = malloc(slot);
    bench->target = malloc(layout->target_bytes);
    bench->buffer = malloc(step != 0 ? step : layout->target_bytes);
    bench->memory = malloc(ram);
    if (bench->slot == NULL || bench->target == NULL || bench->buffer == NULL ||
        bench->memory == NULL)
        return FFX_ERR_SPACE;
    memset(bench->slot, 0xff, slot);
    memcpy(bench->slot, old_image->bytes, old_image->length);
    bench->config.slot = (struct ffx_read_at){slot_read, bench, (uint32_t)slot};
    bench->config.source_bytes = layout->source_bytes;
    bench->config.target_bytes = layout->target_bytes;
    bench->config.step_bytes = layout->step_bytes;
    bench->config.memory = bench->memory;
    bench->config.memory_bytes = ram;
    return ffx_delta_open(&bench->delta, &bench->config);
}

static void bench_close(struct bench *bench)
{
    free(bench->slot);
    free(bench->target);
    free(bench->buffer);
    free(bench->memory);
}

static void write_step(struct bench *bench, const struct ffx_step *step)
{
    if (bench->layout.step_bytes != 0) {
        memset(bench->slot + step->offset, 0xff, bench->layout.step_bytes);
        memcpy(bench->slot + step->offset, bench->buffer, step->length);
    }
    memcpy(bench->target + step->offset, bench->buffer, step->length);
}

static int run(struct bench *bench)
{
    struct ffx_step step;
    int result;
    while ((result = ffx_delta_prepare(&bench->delta)) == 1)
        continue;
    if (result != 0)
        return result;
    uint32_t done = 0;
    while ((result = ffx_delta_next(&bench->delta, bench->buffer, &step)) ==
           1) {
        write_step(bench, &step);
        done += step.length;
        cli_progress("applying",
                     (unsigned)(100.0 * done / bench->layout.target_bytes));
    }
    cli_progress_end();
    return result;
}

static int apply(const char **paths, const char *output,
                 const struct pack_buffer *old_image,
                 const struct pack_buffer *patch)
{
    struct bench bench = {0};
    struct pack_error error;
    uint32_t ram;
    pack_read_at(patch, &bench.config.patch);
    int result = ffx_delta_inspect(&bench.config.patch, &bench.layout, &ram);
    if (result != 0)
        return cli_fail(CLI_FAILED,
                        "%s is not a patch of format 0: make one "
                        "with farfix delta make",
                        paths[1]);
    if (bench.layout.source_bytes != old_image->length)
        return cli_fail(CLI_FAILED,
                        "%s is for an image of %u bytes, %s has %zu: find the "
                        "image it was made from",
                        paths[1], bench.layout.source_bytes, paths[0],
                        old_image->length);
    result = bench_open(&bench, old_image, ram);
    if (result == 0)
        result = run(&bench);
    int code = CLI_DONE;
    if (result == FFX_ERR_SOURCE)
        code = cli_fail(CLI_FAILED, "%s was not made from %s: its CRC differs",
                        paths[1], paths[0]);
    else if (result != 0)
        code = cli_fail(CLI_FAILED, "%s: %s: fetch or make it again", paths[1],
                        ffx_error_text(result));
    else if (pack_write_file(output, bench.target, bench.layout.target_bytes, 0,
                             &error) != 0)
        code = pack_common_fail(&error);
    bench_close(&bench);
    return code;
}

int cli_delta_apply(int argc, char **argv)
{
    const char *output = NULL;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &output, "NEW", "file to write"},
    };
    const char *paths[2];
    struct pack_buffer old_image, patch;
    struct pack_error error;
    int code = cli_parse(&usage, options, 1, argc, argv, paths, 2, 2);
    if (code >= 0)
        return code;
    if (output == NULL)
        return cli_fail(CLI_USAGE, "name the image to write with -o NEW");
    if (pack_read_file(paths[0], &old_image, &error) != 0)
        return pack_common_fail(&error);
    if (pack_read_file(paths[1], &patch, &error) != 0) {
        code = pack_common_fail(&error);
    } else {
        code = apply(paths, output, &old_image, &patch);
        pack_buffer_free(&patch);
    }
    pack_buffer_free(&old_image);
    return code;
}
