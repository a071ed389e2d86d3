/* SPDX-License-Identifier: Apache-2.0 */
/* Durations and times of day, as a command line has them. */
#ifndef FARFIX_CLI_WATCH_TIMES_H
#define FARFIX_CLI_WATCH_TIMES_H

#include <stdint.h>
#include <time.h>

/* "90", "90s", "15m", "6h", "1d" in milliseconds, up to 23 days. 0, or -1. */
int watch_times_parse(const char *text, uint32_t *ms);

/* "03:00" in minutes. 0, or -1. */
int watch_times_day(const char *text, uint32_t *minutes);

/* The first moment behind `now` that is each day's local time `minutes`, or
 * a multiple of `every_s` seconds behind it. */
time_t watch_times_next(time_t now, uint32_t minutes, uint32_t every_s);

#endif
