/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: which bytes of the target are copied from where; all others are
 * literals. Found step by step, with the slot as the reader will see it.
 */
#ifndef FARFIX_DIFF_PLAN_H
#define FARFIX_DIFF_PLAN_H

#include "diff/diff_match.h"

struct diff_copy {
    uint32_t position; /* in the target */
    uint32_t source;   /* in the slot */
    uint32_t length;   /* >= 1, inside one step */
};

/* Copies in the order of the steps, then of position. */
struct diff_plan {
    struct diff_copy *copies;
    size_t count, capacity;
};

/* 0, or -1 when memory ran out. Close it in either case. */
int diff_plan_make(struct diff_plan *plan, const struct diff_match *match,
                   const struct ffx_delta_layout *layout);
void diff_plan_close(struct diff_plan *plan);

#endif
