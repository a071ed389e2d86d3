/* SPDX-License-Identifier: Apache-2.0 */
#include "module/clock.h"

#include "module/urc.h"

#define FIRST_YEAR 1980u
#define LAST_YEAR 2079u
#define DAY 86400u
/* 1970-01-01 to 1980-01-01. */
#define EPOCH (3652u * DAY)
/* The network that this module sees is China's: UTC+8. */
#define ZONE 32

static int is_leap(uint32_t year)
{
    return year % 4u == 0; /* between 1980 and 2079 */
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31};
    return days[month - 1u] + (month == 2 && is_leap(year) ? 1u : 0u);
}

static uint32_t year_days(uint32_t year)
{
    return is_leap(year) ? 366u : 365u;
}

struct clock_time clock_split(uint32_t seconds)
{
    uint32_t days = seconds / DAY;
    const uint32_t rest = seconds % DAY;
    uint32_t year = FIRST_YEAR, month = 1;
    while (days >= year_days(year))
        days -= year_days(year++);
    while (days >= month_days(year, month))
        days -= month_days(year, month++);
    return (struct clock_time){
        .year = (uint16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)(days + 1u),
        .hour = (uint8_t)(rest / 3600u),
        .minute = (uint8_t)(rest / 60u % 60u),
        .second = (uint8_t)(rest % 60u),
    };
}

int clock_join(const struct clock_time *time, uint32_t *seconds)
{
    uint32_t days = 0;
    if (time->year < FIRST_YEAR || time->year > LAST_YEAR || time->month < 1 ||
        time->month > 12 || time->day < 1 ||
        time->day > month_days(time->year, time->month) || time->hour > 23 ||
        time->minute > 59 || time->second > 59)
        return FFX_ERR_ARGUMENT;
    for (uint32_t year = FIRST_YEAR; year < time->year; year++)
        days += year_days(year);
    for (uint32_t month = 1; month < time->month; month++)
        days += month_days(time->year, month);
    *seconds = (days + time->day - 1u) * DAY + time->hour * 3600u +
               time->minute * 60u + time->second;
    return 0;
}

/* Nobody has told it the time: GPS begins on 6 January 1980. */
void clock_init(struct ffx_module *module)
{
    module->clock_s = 5u * DAY;
    module->clock_ms = module->now_ms;
}

void clock_poll(struct ffx_module *module)
{
    const uint32_t passed_s = (module->now_ms - module->clock_ms) / 1000u;
    module->clock_s += passed_s;
    module->clock_ms += passed_s * 1000u;
}

/* Seconds since 1980, UTC; 0: it does not know. */
static uint32_t network_time(const struct ffx_module *module)
{
    const struct ffx_module_boot *boot = module->config.boot;
    const uint32_t utc =
        boot->time != 0 ? boot->time(module->config.context) : 0;
    return utc < EPOCH ? 0 : utc - EPOCH;
}

void clock_of_network(struct ffx_module *module, struct clock_time *time,
                      int8_t *zone)
{
    const uint32_t utc_s = network_time(module);
    clock_poll(module);
    *time = clock_split(utc_s > 0 ? utc_s + ZONE * 900u : module->clock_s);
    *zone = utc_s > 0 ? ZONE : module->clock_zone;
}

void clock_from_network(struct ffx_module *module)
{
    const uint32_t utc_s = network_time(module);
    if (!module->settings.local_time || utc_s == 0)
        return;
    module->network_s = utc_s;
    module->clock_s = module->network_s + ZONE * 900u;
    module->clock_ms = module->now_ms;
    module->clock_zone = ZONE;
    urc_push(module, URC_DST, 0);
    urc_push(module, URC_PSUTTZ, ZONE);
}
