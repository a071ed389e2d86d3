/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Whoever names a directory of releases could else write lines of his own. */
static void make_plain(char *line)
{
    for (; *line != '\0'; line++)
        if ((unsigned char)*line < 0x20 || *line == 0x7f)
            *line = '?';
}

void store_log(const char *format, ...)
{
    char line[1200], when[STORE_TIME_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_plain(line);
    store_time(when);
    /* One call, so that lines of several threads do not mix. */
    fprintf(stderr, "%s %s\n", when, line);
}

void store_time(char text[STORE_TIME_BYTES])
{
    struct tm utc;
    const time_t now = time(NULL);
    gmtime_r(&now, &utc);
    strftime(text, STORE_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int64_t store_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void *store_must(void *memory)
{
    if (memory == NULL) {
        store_log("out of memory");
        exit(1);
    }
    return memory;
}
