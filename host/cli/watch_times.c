/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch_times.h"

#include <farfix/watch.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int watch_times_parse(const char *text, uint32_t *ms)
{
    static const struct {
        const char *unit;
        uint32_t ms;
    } units[] = {
        {"", 1000}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    if (*text < '0' || *text > '9')
        return -1;
    const unsigned long value = strtoul(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].unit) == 0 &&
            value <= FFX_WATCH_LONGEST_MS / units[i].ms) {
            *ms = (uint32_t)value * units[i].ms;
            return 0;
        }
    return -1;
}

int watch_times_day(const char *text, uint32_t *minutes)
{
    unsigned hour, minute;
    int length = 0;
    if (strspn(text, "0123456789:") != strlen(text) ||
        sscanf(text, "%2u:%2u%n", &hour, &minute, &length) != 2 ||
        text[length] != '\0' || length < 4 || hour > 23 || minute > 59)
        return -1;
    *minutes = hour * 60 + minute;
    return 0;
}

static time_t local_time(time_t now, int days, uint32_t minutes)
{
    struct tm tm;
    localtime_r(&now, &tm);
    tm.tm_mday += days;
    tm.tm_hour = (int)(minutes / 60);
    tm.tm_min = (int)(minutes % 60);
    tm.tm_sec = 0;
    tm.tm_isdst = -1; /* a day may have 23 or 25 hours */
    return mktime(&tm);
}

time_t watch_times_next(time_t now, uint32_t minutes, uint32_t every_s)
{
    for (int day = -1;; day++) {
        const time_t end = local_time(now, day + 1, minutes);
        time_t next = local_time(now, day, minutes);
        if (next <= now)
            next += ((now - next) / every_s + 1) * every_s;
        if (next < end)
            return next;
        if (end > now)
            return end;
    }
}
