/* SPDX-License-Identifier: Apache-2.0 */
#include "logger.h"

#include "board.h"
#include "config.h"
#include "filter.h"
#include "sensor.h"

#include <math.h>

static const struct {
    const char *name, *unit;
} logger_names[LOGGER_CHANNELS] = {
    [LOGGER_TEMPERATURE] = {"temperature", "C"},
    [LOGGER_HUMIDITY] = {"humidity", "%"},
    [LOGGER_DEW_POINT] = {"dew_point", "C"},
    [LOGGER_SUPPLY] = {"supply", "V"},
};

/* An alarm is above (sign 1) or below (sign -1) a limit of the settings and
 * ends when the value is back by the hysteresis. */
static const struct {
    const char *what, *setting;
    enum logger_channel channel;
    double sign;
} logger_rules[LOGGER_ALARMS] = {
    {"too warm", "high", LOGGER_TEMPERATURE, 1.0},
    {"too cold", "low", LOGGER_TEMPERATURE, -1.0},
    {"too humid", "humidity", LOGGER_HUMIDITY, 1.0},
    {"supply low", "supply", LOGGER_SUPPLY, -1.0},
};

static struct {
    struct filter filters[LOGGER_CHANNELS];
    struct stats stats[LOGGER_CHANNELS];
    double values[LOGGER_CHANNELS];
    struct logger_alarm alarms[LOGGER_ALARMS];
    uint32_t samples;
    time_t epoch;
} logger;

void logger_start(void)
{
    for (int i = 0; i < LOGGER_CHANNELS; i++) {
        filter_init(&logger.filters[i]);
        stats_init(&logger.stats[i]);
    }
    for (uint32_t i = 0; i < LOGGER_ALARMS; i++) {
        logger.alarms[i].what = logger_rules[i].what;
        logger.alarms[i].unit = logger_names[logger_rules[i].channel].unit;
    }
    logger.epoch = 1767225600; /* 2026-01-01: until somebody sets the clock */
}

static void logger_judge(uint32_t i)
{
    struct logger_alarm *const alarm = &logger.alarms[i];
    const double sign = logger_rules[i].sign;
    const double value = logger.values[logger_rules[i].channel];
    const double over = sign * (value - config_get(logger_rules[i].setting));
    if (!alarm->active && over > 0.0) {
        alarm->active = 1;
        alarm->since = logger.samples;
        alarm->samples = 0;
        alarm->worst = value;
    }
    if (!alarm->active)
        return;
    alarm->limit = config_get(logger_rules[i].setting);
    alarm->worst = sign * fmax(sign * alarm->worst, sign * value);
    alarm->samples++;
    if (over < -config_get("hysteresis"))
        alarm->active = 0;
}

void logger_sample(void)
{
    struct sensor_sample sample;
    sensor_read(logger.samples, &sample);
    const double raw[LOGGER_CHANNELS] = {
        sample.temperature_c + config_get("offset"),
        sample.humidity_pct,
        sample.dew_point_c,
        sample.supply_v,
    };
    for (int i = 0; i < LOGGER_CHANNELS; i++) {
        logger.values[i] = filter_add(&logger.filters[i], raw[i]);
        stats_add(&logger.stats[i], logger.values[i]);
    }
    for (uint32_t i = 0; i < LOGGER_ALARMS; i++)
        logger_judge(i);
    logger.samples++;
}

uint32_t logger_samples(void)
{
    return logger.samples;
}

const char *logger_channel_name(enum logger_channel channel)
{
    return logger_names[channel].name;
}

const char *logger_channel_unit(enum logger_channel channel)
{
    return logger_names[channel].unit;
}

double logger_value(enum logger_channel channel)
{
    return logger.values[channel];
}

const struct stats *logger_stats(enum logger_channel channel)
{
    return &logger.stats[channel];
}

const struct logger_alarm *logger_alarm(uint32_t index)
{
    return &logger.alarms[index];
}

time_t logger_time(void)
{
    return logger.epoch + (time_t)(board_ms() / 1000);
}

void logger_set_time(time_t now)
{
    logger.epoch = now - (time_t)(board_ms() / 1000);
}
