/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void figure_add(struct sample *sample, double value, const char *name)
{
    if (!(value > 0) || sample->count == PAIRS_MAX)
        return;
    sample->values[sample->count] = value;
    sample->names[sample->count++] = name;
}

static int by_value(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median_of(const struct sample *sample)
{
    double sorted[PAIRS_MAX];
    const size_t half = sample->count / 2;
    memcpy(sorted, sample->values, sample->count * sizeof *sorted);
    qsort(sorted, sample->count, sizeof *sorted, by_value);
    return sample->count % 2 != 0 ? sorted[half]
                                  : (sorted[half - 1] + sorted[half]) / 2;
}

struct figure figure_of(const struct sample *sample)
{
    struct figure figure = {.count = sample->count};
    double logs = 0;
    if (sample->count == 0)
        return figure;
    for (size_t i = 0; i < sample->count; i++) {
        logs += log(sample->values[i]);
        if (sample->values[i] <= figure.worst)
            continue;
        figure.worst = sample->values[i];
        figure.worst_name = sample->names[i];
    }
    figure.mean = exp(logs / (double)sample->count);
    figure.median = median_of(sample);
    return figure;
}
