/* SPDX-License-Identifier: Apache-2.0 */
/* Release A: the plain mean of the last readings. */
#include "filter.h"

void filter_init(struct filter *filter)
{
    filter->count = 0;
    filter->average = 0.0;
}

double filter_add(struct filter *filter, double value)
{
    filter->last[filter->count++ % FILTER_DEPTH] = value;
    const uint32_t held =
        filter->count < FILTER_DEPTH ? filter->count : FILTER_DEPTH;
    double sum = 0.0;
    for (uint32_t i = 0; i < held; i++)
        sum += filter->last[i];
    filter->average = sum / held;
    return filter->average;
}
