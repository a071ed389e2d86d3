/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FETCH_H
#define FETCH_H

#include <farfix/driver.h>

/* Reads `n` bytes of the memory at `from`. */
int read_memory(void *from, uint32_t offset, void *to, uint32_t n);

/* The module fetches the package, and it is read out of it. */
enum ffx_cause fetch(struct ffx_read_at *package);

#endif
