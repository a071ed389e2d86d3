/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device to cut the power of: the bench of tests/support, with flashes of
 * the kinds in the field, deltas whose steps read one another's sectors, and
 * everything that is slow remembered by content.
 */
#ifndef FARFIX_TESTS_POWER_RIG_H
#define FARFIX_TESTS_POWER_RIG_H

#include "agent_bench.h"

/* 300 KiB of images in 20 to 40 steps; large ones for `make soak`; small
 * ones, all that a run under sanitizers can do. */
#define RIG_GEOMETRIES 4u
extern const struct bench_geometry rig_geometries[RIG_GEOMETRIES];
extern const struct bench_geometry rig_small[RIG_GEOMETRIES];
/* One component in two steps, journals of three and of four sectors: where
 * every cell may be unstable, states are many. The last one has a scratch of
 * one place and four steps: a second commit lets go of each copy. */
#define RIG_TINY 3u
extern const struct bench_geometry rig_tiny[RIG_TINY];

struct rig {
    struct bench bench;
    struct forge_bytes deltas; /* A to B */
    struct forge_bytes images; /* A to B, another package */
    struct forge_bytes other;  /* a good package that fits nowhere in between */
};

/* The one key that a device trusts with A, and with B. */
extern const enum forge_key rig_key_a, rig_key_b;

/* Runs A; B is A with its code moved, one component longer, one shorter. */
void rig_open(struct rig *rig, const struct bench_geometry *geometry);
void rig_close(struct rig *rig);

#endif
