/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "logger.h"
#include "report_json.h"

#include <inttypes.h>
#include <stdio.h>

static int report_csv(char *text, size_t capacity)
{
    int length = snprintf(text, capacity, "channel;unit;value;min;max;mean\n");
    for (int i = 0; i < LOGGER_CHANNELS && (size_t)length < capacity; i++) {
        const enum logger_channel channel = (enum logger_channel)i;
        const struct stats *stats = logger_stats(channel);
        length += snprintf(text + length, capacity - (size_t)length,
                           "%s;%s;%.2f;%.2f;%.2f;%.3f\n",
                           logger_channel_name(channel),
                           logger_channel_unit(channel), logger_value(channel),
                           stats->minimum, stats->maximum, stats->mean);
    }
    return (size_t)length < capacity ? length : -1;
}

const struct report *report_list(size_t *count)
{
    static const struct report reports[] = {
        {"json", report_json},
        {"csv", report_csv},
    };
    *count = sizeof reports / sizeof reports[0];
    return reports;
}
