/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_error.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct ffx_sim_error *error, int code, int missing,
                 const char *format, va_list arguments)
{
    error->code = code;
    error->missing = missing;
    vsnprintf(error->text, sizeof error->text, format, arguments);
}

int sim_error(struct ffx_sim_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, code, 0, format, arguments);
    va_end(arguments);
    return code;
}

int sim_missing(struct ffx_sim_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, FFX_ERR_IO, 1, format, arguments);
    va_end(arguments);
    return FFX_ERR_IO;
}
