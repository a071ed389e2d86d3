/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fail_with(struct pack_error *error, int code, const char *format, ...)
{
    va_list arguments;
    error->code = code;
    error->missing = 0;
    error->cause = 0;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return code;
}

int fail_system(struct pack_error *error, const char *verb, const char *path)
{
    const int cause = errno;
    fail_with(error, FFX_ERR_IO, "cannot %s %s: %s", verb, path,
              strerror(cause));
    error->cause = cause;
    error->missing = cause == ENOENT || cause == ENOTDIR;
    return FFX_ERR_IO;
}
