/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/apply.h"

#include <stdlib.h>
#include <string.h>

struct bench {
    struct ffx_delta delta;
    struct ffx_delta_config config;
    struct pack_buffer slot; /* in place: the old image first, then the new */
    uint8_t *target, *step, *memory;
};

/* Whole steps, as large as the larger image. */
static size_t slot_bytes(const struct ffx_delta_config *config)
{
    const size_t step = config->step_bytes != 0 ? config->step_bytes : 1;
    const size_t larger = config->source_bytes > config->target_bytes
                              ? config->source_bytes
                              : config->target_bytes;
    return (larger + step - 1) / step * step;
}

static int bench_open(struct bench *bench, const struct pack_buffer *old_image)
{
    struct ffx_delta_config *const config = &bench->config;
    const uint32_t step_bytes = config->step_bytes;
    bench->slot.length = bench->slot.capacity = slot_bytes(config);
    bench->slot.bytes = malloc(bench->slot.length);
    bench->target = malloc(config->target_bytes);
    bench->step = malloc(step_bytes != 0 ? step_bytes : config->target_bytes);
    bench->memory = malloc(config->memory_bytes);
    if (bench->slot.bytes == NULL || bench->target == NULL ||
        bench->step == NULL || bench->memory == NULL)
        return FFX_ERR_SPACE;
    memset(bench->slot.bytes, 0xff, bench->slot.length);
    if (old_image->length > 0)
        memcpy(bench->slot.bytes, old_image->bytes, old_image->length);
    pack_read_at(&bench->slot, &config->slot);
    config->memory = bench->memory;
    return ffx_delta_open(&bench->delta, config);
}

static void write_step(struct bench *bench, const struct ffx_step *step)
{
    if (bench->config.step_bytes != 0) {
        uint8_t *const at = bench->slot.bytes + step->offset;
        memset(at, 0xff, bench->config.step_bytes);
        memcpy(at, bench->step, step->length);
    }
    memcpy(bench->target + step->offset, bench->step, step->length);
}

static int bench_run(struct bench *bench, void (*progress)(unsigned percent))
{
    struct ffx_step step;
    uint64_t done = 0;
    int result;
    while ((result = ffx_delta_prepare(&bench->delta)) == 1)
        continue;
    if (result != 0)
        return result;
    while ((result = ffx_delta_next(&bench->delta, bench->step, &step)) == 1) {
        write_step(bench, &step);
        done += step.length;
        if (progress != NULL)
            progress((unsigned)(100 * done / bench->config.target_bytes));
    }
    return result;
}

int apply_patch(const struct pack_buffer *old_image,
                const struct pack_buffer *patch,
                const struct apply_device *device, struct pack_buffer *out,
                void (*progress)(unsigned percent))
{
    struct bench bench = {0};
    struct ffx_delta_layout layout;
    uint32_t ram;
    memset(out, 0, sizeof *out);
    pack_read_at(patch, &bench.config.patch);
    int result = ffx_delta_inspect(&bench.config.patch, &layout, &ram);
    if (result != 0)
        return result;
    bench.config.source_bytes = (uint32_t)old_image->length;
    bench.config.target_bytes = layout.target_bytes;
    bench.config.step_bytes = device->step_bytes;
    bench.config.memory_bytes = device->ram;
    result = bench_open(&bench, old_image);
    if (result == 0)
        result = bench_run(&bench, progress);
    if (result == 0) {
        out->bytes = bench.target;
        out->length = out->capacity = layout.target_bytes;
        bench.target = NULL;
    }
    pack_buffer_free(&bench.slot);
    free(bench.target);
    free(bench.step);
    free(bench.memory);
    return result;
}
