/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of the new image may come from: for a position the
 * diagonals of the longest matches in the old image, found in a suffix array
 * of the normal images (diff_normal.h). Along a long match they are offered
 * again and again, but not at each position.
 *
 * Memory, once it is made: 1 byte for each byte of the old image, 2.25 for
 * each of the new one, and 4 for each diagonal.
 */
#ifndef FARFIX_DIFF_CANDIDATES_H
#define FARFIX_DIFF_CANDIDATES_H

#include "diff/diff_job.h"

#define DIFF_CANDIDATES_MAX 5u /* for a position */

struct diff_candidates {
    uint8_t *old_normal, *new_normal;
    uint8_t *counts; /* by position in the new image: how many diagonals */
    uint32_t *index; /* [i]: those before position 16 i */
    uint32_t *pool;  /* the diagonals: what was at position + diagonal */
    size_t count, capacity;
};

/* 0, or -1 when memory ran out. Close it in either case. The order of the
 * steps does not matter. */
int diff_candidates_open(struct diff_candidates *candidates,
                         const struct diff_job *job);
void diff_candidates_close(struct diff_candidates *candidates);

/* The diagonals of a position; returns how many, longest match first. */
uint32_t diff_candidates_at(const struct diff_candidates *candidates,
                            uint32_t position, const uint32_t **diagonals);

#endif
