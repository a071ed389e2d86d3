/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_range.h"

#include <string.h>

/* Digits to a number; *at behind them. -1: no digit, or too many for a file
 * of ours. */
static int take_number(const char **at, uint64_t *number)
{
    const char *start = *at;
    *number = 0;
    while (**at >= '0' && **at <= '9' && *at - start < 12)
        *number = *number * 10 + (uint64_t)(*(*at)++ - '0');
    return *at > start && (**at < '0' || **at > '9') ? 0 : -1;
}

static int last_bytes(const char *at, uint64_t size, uint64_t *start,
                      uint64_t *length)
{
    uint64_t count;
    if (take_number(&at, &count) != 0 || *at != '\0')
        return 200;
    if (count == 0 || size == 0)
        return 416;
    *length = count < size ? count : size;
    *start = size - *length;
    return 206;
}

int store_range_parse(const char *header, uint64_t size, uint64_t *start,
                      uint64_t *length)
{
    uint64_t first, last = UINT64_MAX;
    if (strncmp(header, "bytes=", 6) != 0)
        return 200;
    const char *at = header + 6;
    if (*at == '-')
        return last_bytes(at + 1, size, start, length);
    if (take_number(&at, &first) != 0 || *at++ != '-')
        return 200;
    if (*at != '\0' &&
        (take_number(&at, &last) != 0 || *at != '\0' || last < first))
        return 200;
    if (first >= size)
        return 416;
    *start = first;
    *length = (last < size - 1 ? last : size - 1) - first + 1;
    return 206;
}
