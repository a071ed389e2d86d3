/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_log.h"

#include <stdarg.h>
#include <stdio.h>

void sim_log(const struct sim_log *log, const char *format, ...)
{
    char line[512];
    va_list arguments;
    if (log->put == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    log->put(log->context, line);
}
