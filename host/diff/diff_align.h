/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alignment: which bytes of the target are copied along which diagonal
 * and which are literals, so that the patch is likely to be small. A search
 * for the cheapest path over all turns: at each the states are a few
 * diagonals and "literal", and the costs are guesses of what the model will
 * spend.
 *
 * Whole numbers only: the same input gives the same runs on every machine.
 * Memory: a few hundred KB, and 16 bytes for each switch that may still turn
 * out to be part of the best path.
 */
#ifndef FARFIX_DIFF_ALIGN_H
#define FARFIX_DIFF_ALIGN_H

#include "diff/diff_candidates.h"
#include "diff/diff_job.h"

/* In hundredths of a bit. */
struct diff_costs {
    uint32_t match;         /* a byte of a unit that is as predicted */
    uint32_t miss;          /* the first byte of a unit that is not */
    uint32_t miss_again;    /* the others of it */
    uint32_t match_after;   /* a predicted byte behind a missed one */
    uint32_t choice;        /* a unit is another of its candidates */
    uint32_t address;       /* it is the same but for its address */
    uint32_t address_again; /* which moved as far as the last one did */
    uint32_t normal_miss;   /* without a map: a byte of the normal images */
    uint32_t normal_match;  /* that is the same there and not in the images */
    uint32_t literal;       /* a byte of literal */
    uint32_t to_literal;    /* the first one */
    uint32_t back;          /* a run on the diagonal of the last run */
    uint32_t recent;        /* on one of the last few */
    uint32_t other;         /* on another one, */
    uint32_t other_bit;     /* and for each bit of its distance */
    uint32_t hopeless;      /* above the best state: given up */
};

extern const struct diff_costs diff_costs_usual;

/* Finds `runs` for the job and its order of steps. Without `map` (NULL) the
 * normal images are compared, a first guess; with it the images themselves,
 * each unit with what is predicted of it. 0, or -1 when memory ran out. */
int diff_align(const struct diff_job *job,
               const struct diff_candidates *candidates,
               const struct delta_map *map, const struct diff_costs *costs,
               struct diff_runs *runs);

#endif
