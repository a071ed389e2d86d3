/* SPDX-License-Identifier: Apache-2.0 */
#include "report_json.h"

#include "board.h"
#include "config.h"
#include "json.h"
#include "logger.h"

#include <stdio.h>

static void report_channel(struct json *json, enum logger_channel channel)
{
    const struct stats *stats = logger_stats(channel);
    json_open(json, logger_channel_name(channel), '{');
    json_text(json, "unit", logger_channel_unit(channel));
    json_number(json, "value", logger_value(channel), 2);
    json_number(json, "min", stats->minimum, 2);
    json_number(json, "max", stats->maximum, 2);
    json_number(json, "mean", stats->mean, 3);
    json_number(json, "deviation", stats_deviation(stats), 3);
    json_number(json, "p95", stats_percentile(stats, 0.95), 2);
    json_close(json, '}');
}

int report_json(char *text, size_t capacity)
{
    struct json json;
    char when[32], crc[8];
    const time_t now = logger_time();
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    snprintf(crc, sizeof crc, "%04x", config_crc());
    json_init(&json, text, capacity);
    json_open(&json, NULL, '{');
    json_text(&json, "release", board_release);
    json_text(&json, "time", when);
    json_text(&json, "settings", crc);
    json_number(&json, "samples", logger_samples(), 0);
    json_open(&json, "channels", '{');
    for (int i = 0; i < LOGGER_CHANNELS; i++)
        report_channel(&json, (enum logger_channel)i);
    json_close(&json, '}');
    json_close(&json, '}');
    return json.overflow ? -1 : (int)json.length;
}
