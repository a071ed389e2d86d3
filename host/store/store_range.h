/* SPDX-License-Identifier: Apache-2.0 */
/* One byte range of RFC 9110, section 14: "bytes=N-", "bytes=N-M",
 * "bytes=-N". */
#ifndef FARFIX_STORE_RANGE_H
#define FARFIX_STORE_RANGE_H

#include <stdint.h>

/* Of a file of `size` bytes. 206: [*start, *start + *length) is wanted; 416:
 * nothing of it is there; 200: no range that we serve, so the whole file.
 * *start and *length are written with 206 only. */
int store_range_parse(const char *header, uint64_t size, uint64_t *start,
                      uint64_t *length);

#endif
