/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patch reader with everything it needs around it: ports over memory, a
 * slot that steps are really written to and that knows what may be read, reads
 * that fail on demand.
 */
#ifndef FARFIX_TESTS_DELTA_BENCH_H
#define FARFIX_TESTS_DELTA_BENCH_H

#include "slot_map.h"

#include <farfix/delta.h>

#include <stddef.h>

struct delta_bench_port {
    uint32_t reads;   /* so far */
    uint32_t fail_at; /* this read fails, once; 0: none */
    int error;        /* with this */
    uint32_t chunk;   /* bytes that come at a time; 0: all */
    uint32_t most;    /* longest read so far */
    uint32_t total;   /* bytes read so far */
    const uint8_t *bytes;
    struct slot_map *map; /* instead of bytes */
};

struct delta_bench {
    struct ffx_delta delta;
    struct ffx_delta_config config;
    struct delta_bench_port patch, slot;
    struct slot_map map; /* behind the slot */
    uint8_t *memory;     /* exactly what the profile says */
    uint8_t *buffer;     /* one step */
    uint8_t *target;     /* what came out; in place this is the slot */
    uint8_t *patch_bytes;
    uint32_t calls;       /* of prepare, the last time */
    struct ffx_step step; /* the last one that was handed out */
};

/* Own copies of all; memory of exactly what the patch asks for. `step_bytes`
 * 0: not in place. Memory blocks end where they may be read to, so that ASan
 * sees the first byte too far. */
void delta_bench_open(struct delta_bench *bench, const uint8_t *patch,
                      size_t patch_bytes, const uint8_t *old_image,
                      size_t old_bytes, size_t new_bytes, uint32_t step_bytes);
void delta_bench_close(struct delta_bench *bench);

/* open and prepare to the end: 0 or the error. */
int delta_bench_prepare(struct delta_bench *bench);
/* next, and the step is written where it belongs: 1, 0 or the error. In
 * place the rest of a short last step is wiped, as flash is. */
int delta_bench_step(struct delta_bench *bench);
/* All of it: 0 when the target is complete, else the error. */
int delta_bench_run(struct delta_bench *bench);

#endif
