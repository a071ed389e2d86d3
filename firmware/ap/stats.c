/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void stats_init(struct stats *stats)
{
    memset(stats, 0, sizeof *stats);
}

void stats_add(struct stats *stats, double value)
{
    if (stats->count == 0)
        stats->minimum = stats->maximum = value;
    stats->minimum = fmin(stats->minimum, value);
    stats->maximum = fmax(stats->maximum, value);
    stats->window[stats->count++ % STATS_WINDOW] = value;
    const double delta = value - stats->mean;
    stats->mean += delta / stats->count;
    stats->squares += delta * (value - stats->mean);
}

double stats_deviation(const struct stats *stats)
{
    return stats->count > 1 ? sqrt(stats->squares / (stats->count - 1)) : 0.0;
}

int stats_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stats_percentile(const struct stats *stats, double part)
{
    const uint32_t held =
        stats->count < STATS_WINDOW ? stats->count : STATS_WINDOW;
    if (held == 0)
        return 0.0;
    double *const sorted = malloc(held * sizeof *sorted);
    if (sorted == NULL)
        return stats->mean;
    memcpy(sorted, stats->window, held * sizeof *sorted);
    qsort(sorted, held, sizeof *sorted, stats_order);
    const double at = part * (held - 1);
    const uint32_t low = (uint32_t)floor(at);
    const uint32_t high = low + 1 < held ? low + 1 : low;
    const double value =
        sorted[low] + (at - floor(at)) * (sorted[high] - sorted[low]);
    free(sorted);
    return value;
}
