/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program costs: it is run as a child, and the kernel says afterwards
 * how much processor time and memory it took.
 *
 * A child starts as a copy of this process, and its peak counts from there:
 * no figure is below the memory of the caller, which should stay small.
 */
#ifndef BENCH_COST_H
#define BENCH_COST_H

struct cost {
    double cpu_seconds;   /* user and system, of all its threads */
    long long peak_bytes; /* resident memory */
};

/* Runs argv (argv[0] is looked up in PATH) with its output into the file
 * `log`. Its exit code; 127: not found; 128 + the signal that ended it; -1:
 * could not be started. */
int cost_run(const char *const *argv, const char *log, struct cost *cost);

#endif
