/* SPDX-License-Identifier: Apache-2.0 */
#include "delta_bench.h"

#include "delta/delta_reader.h"

#include <farfix/error.h>

#include <stdlib.h>
#include <string.h>

static void fetch(struct delta_bench_port *port, uint32_t offset,
                  uint8_t *buffer, uint32_t length)
{
    if (port->map != NULL)
        slot_map_read(port->map, offset, buffer, length);
    else
        memcpy(buffer, port->bytes + offset, length);
}

static int port_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    struct delta_bench_port *const port = context;
    uint8_t *const bytes = buffer;
    if (++port->reads == port->fail_at)
        return port->error;
    if (length > port->most)
        port->most = length;
    port->total += length;
    const uint32_t chunk = port->chunk != 0 ? port->chunk : length;
    for (uint32_t at = 0; at < length; at += chunk)
        fetch(port, offset + at, bytes + at,
              length - at < chunk ? length - at : chunk);
    return 0;
}

static uint8_t *block(size_t bytes)
{
    uint8_t *const memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    return memory;
}

static struct ffx_read_at port_over(struct delta_bench_port *port, size_t size)
{
    const struct ffx_read_at at = {port_read, port, (uint32_t)size};
    port->error = FFX_ERR_IO;
    return at;
}

static size_t slot_size(size_t old_bytes, size_t new_bytes, uint32_t step_bytes)
{
    if (step_bytes == 0)
        return old_bytes;
    const size_t larger = old_bytes > new_bytes ? old_bytes : new_bytes;
    return (larger + step_bytes - 1) / step_bytes * step_bytes;
}

void delta_bench_open(struct delta_bench *bench, const uint8_t *patch,
                      size_t patch_bytes, const uint8_t *old_image,
                      size_t old_bytes, size_t new_bytes, uint32_t step_bytes)
{
    struct ffx_delta_layout layout;
    uint32_t ram;
    struct ffx_delta_config *const config = &bench->config;
    memset(bench, 0, sizeof *bench);
    bench->patch_bytes = block(patch_bytes);
    memcpy(bench->patch_bytes, patch, patch_bytes);
    bench->patch.bytes = bench->patch_bytes;
    slot_map_open(&bench->map,
                  (uint32_t)slot_size(old_bytes, new_bytes, step_bytes),
                  old_image, (uint32_t)old_bytes);
    bench->slot.map = &bench->map;
    config->patch = port_over(&bench->patch, patch_bytes);
    config->slot = port_over(&bench->slot, bench->map.size);
    config->source_bytes = (uint32_t)old_bytes;
    config->target_bytes = (uint32_t)new_bytes;
    config->step_bytes = step_bytes;
    const int known = ffx_delta_inspect(&config->patch, &layout, &ram) == 0;
    config->memory_bytes = delta_reader_bytes(known ? layout.profile : 0);
    bench->patch.reads = 0;
    bench->memory = block(config->memory_bytes);
    config->memory = bench->memory;
    bench->buffer = block(step_bytes != 0 ? step_bytes : new_bytes);
    bench->target = step_bytes != 0 ? bench->map.bytes : block(new_bytes);
}

void delta_bench_close(struct delta_bench *bench)
{
    if (bench->target != bench->map.bytes)
        free(bench->target);
    free(bench->buffer);
    free(bench->memory);
    free(bench->patch_bytes);
    slot_map_close(&bench->map);
}

int delta_bench_prepare(struct delta_bench *bench)
{
    bench->calls = 0;
    int result = ffx_delta_open(&bench->delta, &bench->config);
    if (result != 0)
        return result;
    bench->map.searching = 1;
    do {
        bench->calls++;
        result = ffx_delta_prepare(&bench->delta);
    } while (result == 1);
    bench->map.searching = 0;
    return result;
}

int delta_bench_step(struct delta_bench *bench)
{
    struct ffx_step *const step = &bench->step;
    const int result = ffx_delta_next(&bench->delta, bench->buffer, step);
    if (result != 1)
        return result;
    if (bench->config.step_bytes != 0)
        slot_map_write(&bench->map, step, bench->config.step_bytes,
                       bench->buffer);
    else
        memcpy(bench->target + step->offset, bench->buffer, step->length);
    return 1;
}

int delta_bench_run(struct delta_bench *bench)
{
    int result = delta_bench_prepare(bench);
    if (result != 0)
        return result;
    do
        result = delta_bench_step(bench);
    while (result == 1);
    return result;
}
