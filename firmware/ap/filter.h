/* SPDX-License-Identifier: Apache-2.0 */
/* Smooths one channel. The two releases do it differently. */
#ifndef AP_FILTER_H
#define AP_FILTER_H

#include <stdint.h>

#define FILTER_DEPTH 5u

struct filter {
    double last[FILTER_DEPTH];
    uint32_t count;
    double average;
};

void filter_init(struct filter *filter);
/* Takes a reading, returns the smoothed value. */
double filter_add(struct filter *filter, double value);

#endif
