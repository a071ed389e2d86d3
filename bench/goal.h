/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The goals of the patch engine and what this run says of them.
 */
#ifndef BENCH_GOAL_H
#define BENCH_GOAL_H

#include "grid.h"
#include "run.h"

/* As a table; a goal that the run did not measure says so. */
void goal_table(struct grid *grid, const struct run *run);

#endif
