/* SPDX-License-Identifier: Apache-2.0 */
/* The cold-store logger: reads, smooths, judges and remembers. */
#ifndef AP_LOGGER_H
#define AP_LOGGER_H

#include "stats.h"

#include <time.h>

enum logger_channel {
    LOGGER_TEMPERATURE,
    LOGGER_HUMIDITY,
    LOGGER_DEW_POINT,
    LOGGER_SUPPLY,
    LOGGER_CHANNELS
};

struct logger_alarm {
    const char *what;
    const char *unit;
    double limit, worst;
    uint32_t since, samples; /* index of the first sample; how many */
    int active;
};

#define LOGGER_ALARMS 4u

void logger_start(void);
/* One reading of every channel. */
void logger_sample(void);
uint32_t logger_samples(void);
const char *logger_channel_name(enum logger_channel channel);
const char *logger_channel_unit(enum logger_channel channel);
double logger_value(enum logger_channel channel);
const struct stats *logger_stats(enum logger_channel channel);
const struct logger_alarm *logger_alarm(uint32_t index);

/* Wall clock: seconds since 1970, set by AT+CCLK. */
time_t logger_time(void);
void logger_set_time(time_t now);

#endif
