/* SPDX-License-Identifier: Apache-2.0 */
/* Running statistics of one channel, and percentiles of a kept window. */
#ifndef AP_STATS_H
#define AP_STATS_H

#include <stdint.h>

#define STATS_WINDOW 96u

struct stats {
    uint32_t count;
    double minimum, maximum;
    double mean, squares; /* Welford: mean and sum of squared deviations */
    double window[STATS_WINDOW];
};

void stats_init(struct stats *stats);
void stats_add(struct stats *stats, double value);
double stats_deviation(const struct stats *stats);
/* part 0.0 ... 1.0 of the window; 0.0 when nothing was added. */
double stats_percentile(const struct stats *stats, double part);
/* Ascending order of doubles, for qsort. */
int stats_order(const void *a, const void *b);

#endif
