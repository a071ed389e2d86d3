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
    char line[1200], when[32];
    struct tm utc;
    const time_t now = time(NULL);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_plain(line);
    gmtime_r(&now, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    /* One call, so that lines of several threads do not mix. */
    fprintf(stderr, "%s %s\n", when, line);
}

void *store_must(void *memory)
{
    if (memory == NULL) {
        store_log("out of memory");
        exit(1);
    }
    return memory;
}
