/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patch without a maker: a target put together at random from literals and
 * from whatever may be read when their turn comes, and the runs that say so,
 * encoded. Every branch of the format occurs: sources old and new, copies
 * across steps, instructions that moved, long rows of hits.
 */
#ifndef FARFIX_TESTS_DELTA_CASE_H
#define FARFIX_TESTS_DELTA_CASE_H

#include "diff/diff_encode.h"

#define DELTA_CASE_STEPS 512u

enum delta_case_order { DELTA_CASE_UP, DELTA_CASE_DOWN, DELTA_CASE_MIXED };

struct delta_shape {
    uint32_t source_bytes, target_bytes, step_bytes, profile, phase;
    enum delta_arch arch;
    enum delta_case_order order;
    uint32_t changes; /* one unit in so many is not as in the source; 0: none */
    uint32_t seed;
};

struct delta_case {
    struct ffx_delta_layout layout;
    struct delta_space space;
    struct delta_order order;
    uint16_t ranks[DELTA_CASE_STEPS];
    uint8_t *old_image, *new_image;
    struct diff_runs runs;
    struct diff_bytes patch;
};

/* At most DELTA_CASE_STEPS steps. */
void delta_case_make(struct delta_case *it, const struct delta_shape *shape);
void delta_case_free(struct delta_case *it);

/* A shape of this many target bytes, everything else drawn from `seed`. */
struct delta_shape delta_shape_draw(uint32_t seed, uint32_t target_bytes);

/* The next number of a seed, below `below`. */
uint32_t delta_case_draw(uint32_t *seed, uint32_t below);

#endif
