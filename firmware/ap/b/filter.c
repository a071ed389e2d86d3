/* SPDX-License-Identifier: Apache-2.0 */
/* Release B: a median throws single spikes away, then an exponential mean
 * follows; A's plain mean smeared each spike over five readings. */
#include "filter.h"

#include "stats.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_WEIGHT 0.35

void filter_init(struct filter *filter)
{
    filter->count = 0;
    filter->average = 0.0;
}

double filter_add(struct filter *filter, double value)
{
    double sorted[FILTER_DEPTH];
    filter->last[filter->count++ % FILTER_DEPTH] = value;
    const uint32_t held =
        filter->count < FILTER_DEPTH ? filter->count : FILTER_DEPTH;
    memcpy(sorted, filter->last, held * sizeof sorted[0]);
    qsort(sorted, held, sizeof sorted[0], stats_order);
    const double median = sorted[held / 2];
    if (filter->count == 1)
        filter->average = median;
    filter->average += FILTER_WEIGHT * (median - filter->average);
    return filter->average;
}
