/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "config.h"
#include "json.h"
#include "logger.h"
#include "report_json.h"

static void report_alarm(struct json *json, const struct logger_alarm *alarm)
{
    json_open(json, NULL, '{');
    json_text(json, "alarm", alarm->what);
    json_text(json, "state", alarm->active ? "on" : "over");
    json_text(json, "unit", alarm->unit);
    json_number(json, "limit", alarm->limit, 1);
    json_number(json, "worst", alarm->worst, 2);
    json_number(json, "since_sample", alarm->since, 0);
    json_number(json, "minutes", alarm->samples * config_get("interval") / 60.0,
                0);
    json_close(json, '}');
}

static int report_alarms(char *text, size_t capacity)
{
    struct json json;
    json_init(&json, text, capacity);
    json_open(&json, NULL, '[');
    for (uint32_t i = 0; i < LOGGER_ALARMS; i++)
        if (logger_alarm(i)->samples > 0)
            report_alarm(&json, logger_alarm(i));
    json_close(&json, ']');
    return json.overflow ? -1 : (int)json.length;
}

const struct report *report_list(size_t *count)
{
    static const struct report reports[] = {
        {"json", report_json},
        {"alarms", report_alarms},
    };
    *count = sizeof reports / sizeof reports[0];
    return reports;
}
