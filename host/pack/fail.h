/* SPDX-License-Identifier: Apache-2.0 */
/* How whoever fills a struct pack_error does it: this room and those above. */
#ifndef FARFIX_PACK_FAIL_H
#define FARFIX_PACK_FAIL_H

#include "pack/pack.h"

/* Fills `error` with one line and returns `code`, so that a function can end
 * with return fail_with(...). Clears `missing`. */
int fail_with(struct pack_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call on `path`: appends strerror(errno); FFX_ERR_IO.
 * Sets `missing` when errno says that `path` is not there. */
int fail_system(struct pack_error *error, const char *verb, const char *path);

#endif
