/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board whose application runs in one slot and makes the next in another:
 * strict flash, two releases, packages forged to measure.
 *
 *     struct slot_bench b;
 *     slot_bench_open(&b, &slot_geometries[0]);
 *     slot_bench_pack(&b, BENCH_DELTAS);
 *     slot_bench_run(&b);                    // power up, begin, step: 0
 *     slot_bench_expect_b(&b);
 *     slot_bench_close(&b);
 *
 * The target begins as noise, as a cut leaves it. Every helper fails the test
 * (cmocka) when the flash saw a rule broken.
 */
#ifndef FARFIX_TESTS_SLOT_BENCH_H
#define FARFIX_TESTS_SLOT_BENCH_H

#include "agent_bench.h"

#include <farfix/slot.h>

struct slot_geometry {
    const char *name;
    struct ffx_flash_region regions[2];
    uint32_t region_count;
    uint32_t write_unit;
    uint8_t erased_value, ecc;
    struct ffx_flash_area running, target;
    uint32_t start, step_bytes, sector;
    struct ffx_slot_mcuboot mcuboot;
    uint32_t size_a, size_b;
};

#define SLOT_GEOMETRIES 6u
extern const struct slot_geometry slot_geometries[SLOT_GEOMETRIES];

struct slot_bench {
    const struct slot_geometry *geometry;
    struct bench_geometry shape; /* what makers of packages know of it */
    struct bench maker;
    struct bench_release a, b;
    struct lab_flash flash;
    struct ffx_slot_config config;
    struct ffx_slot slot;
    struct forge_bytes zip;
    struct ffx_flash_area fence[2];
    void *step_buffer, *work;
    struct lab_snapshot *fresh;
    uint32_t reads;   /* of the package since the power came */
    uint32_t fail_at; /* this read fails, once; 0: none */
};

void slot_bench_open(struct slot_bench *bench,
                     const struct slot_geometry *geometry);
void slot_bench_close(struct slot_bench *bench);
/* The package from A to B, in place of the one before. */
void slot_bench_pack(struct slot_bench *bench, enum bench_kind kind);
/* Another one; the bench frees it. */
void slot_bench_take(struct slot_bench *bench, struct forge_bytes zip);
/* As it left the factory, with noise in the target. */
void slot_bench_reset(struct slot_bench *bench);

/* Power up, with RAM that holds nothing; a planned cut stays planned. */
void slot_bench_power_up(struct slot_bench *bench);
/* Power up, begin, step to the end: the last answer. */
int slot_bench_run(struct slot_bench *bench);

/* B in the target, and all around it erased; A as it was. */
void slot_bench_expect_b(const struct slot_bench *bench);
/* A as it was, and no sector of it was ever erased. */
void slot_bench_expect_a(const struct slot_bench *bench);
/* The target as `fresh` has it: nothing was erased or programmed. */
void slot_bench_expect_untouched(const struct slot_bench *bench);

/* The trailer's last 16 bytes are MCUboot's magic for this max_align: by the
 * document, and by nothing of src/slot. */
int slot_bench_is_marked(const struct slot_bench *bench);

#endif
