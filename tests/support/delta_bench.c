/* SPDX-License-Identifier: Apache-2.0 */
#include "delta_bench.h"

#include <farfix/error.h>

#include <stdlib.h>
#include <string.h>

static int port_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    struct delta_bench_port *port = context;
    if (++port->reads == port->fail_at)
        return port->error;
    if (length > port->most)
        port->most = length;
    port->total += length;
    memcpy(buffer, port->bytes + offset, length);
    return 0;
}

static uint8_t *block(size_t bytes)
{
    uint8_t *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    return memory;
}

static struct ffx_read_at port_over(struct delta_bench_port *port,
                                    const uint8_t *bytes, size_t length,
                                    size_t size)
{
    const struct ffx_read_at at = {port_read, port, (uint32_t)size};
    memset(port, 0, sizeof *port);
    port->error = FFX_ERR_IO;
    port->bytes = block(size);
    memset(port->bytes, 0xff, size);
    memcpy(port->bytes, bytes, length);
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
    struct ffx_delta_config *config = &bench->config;
    memset(bench, 0, sizeof *bench);
    config->patch = port_over(&bench->patch, patch, patch_bytes, patch_bytes);
    config->slot = port_over(&bench->slot, old_image, old_bytes,
                             slot_size(old_bytes, new_bytes, step_bytes));
    config->source_bytes = (uint32_t)old_bytes;
    config->target_bytes = (uint32_t)new_bytes;
    config->step_bytes = step_bytes;
    if (ffx_delta_inspect(&config->patch, &layout, &config->memory_bytes) != 0)
        config->memory_bytes = 20000;
    bench->patch.reads = 0;
    bench->memory = block(config->memory_bytes);
    config->memory = bench->memory;
    bench->buffer = block(step_bytes != 0 ? step_bytes : new_bytes);
    bench->target = step_bytes != 0 ? bench->slot.bytes : block(new_bytes);
}

void delta_bench_close(struct delta_bench *bench)
{
    if (bench->target != bench->slot.bytes)
        free(bench->target);
    free(bench->buffer);
    free(bench->memory);
    free(bench->slot.bytes);
    free(bench->patch.bytes);
}

int delta_bench_prepare(struct delta_bench *bench)
{
    int result = ffx_delta_open(&bench->delta, &bench->config);
    if (result != 0)
        return result;
    do
        result = ffx_delta_prepare(&bench->delta);
    while (result == 1);
    return result;
}

int delta_bench_step(struct delta_bench *bench)
{
    struct ffx_step step;
    const int result = ffx_delta_next(&bench->delta, bench->buffer, &step);
    if (result != 1)
        return result;
    if (bench->config.step_bytes != 0)
        memset(bench->target + step.offset, 0xff, bench->config.step_bytes);
    memcpy(bench->target + step.offset, bench->buffer, step.length);
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
