/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many figures in three: geometric mean, median, worst (the largest).
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include "pair.h"

/* Figures above 0, each with the name of its pair. */
struct sample {
    double values[PAIRS_MAX];
    const char *names[PAIRS_MAX];
    size_t count;
};

struct figure {
    size_t count; /* 0: nothing else is set */
    double mean, median, worst;
    const char *worst_name;
};

/* Leaves out a value that is not above 0: there is no such figure. */
void figure_add(struct sample *sample, double value, const char *name);
struct figure figure_of(const struct sample *sample);

#endif
