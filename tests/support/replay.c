/* SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <stdarg.h>
#include <stdio.h>

static char here[120];

void replay_case(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(here, sizeof here, format, arguments);
    va_end(arguments);
}

void replay_done(void)
{
    here[0] = '\0';
}

int replay_teardown(void **state)
{
    (void)state;
    if (here[0] != '\0')
        fprintf(stderr, "in case: %s\n", here);
    replay_done();
    return 0;
}
