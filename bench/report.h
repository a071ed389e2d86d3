/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run found, for people: the same Markdown on the terminal and in
 * RESULTS.md.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "run.h"

#include <stdio.h>

/* Goals, sizes, ratios, in place, costs. */
void report_tables(const struct run *run, FILE *out);
/* A whole page: where, when and with what it was measured, the tables, and
 * how to measure again. */
void report_page(const struct run *run, FILE *out);

#endif
