/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the steps of an update in place. A step destroys old bytes
 * that others may want to copy; which come first decides how many are lost.
 */
#ifndef FARFIX_DIFF_ORDER_H
#define FARFIX_DIFF_ORDER_H

#include "diff/diff_job.h"

/* Fills ranks[i] with when step i by position comes, so that few bytes are
 * copied from steps that are overwritten by then. `plain` are the runs of the
 * same images made in one step; of the job's order only step_bytes counts.
 * 0, or -1 when memory ran out. */
int diff_order_plan(uint16_t *ranks, uint32_t steps, const struct diff_job *job,
                    const struct diff_runs *plain);

#endif
