/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

uint32_t bytes_length(const char *text)
{
    uint32_t n = 0;
    while (text[n] != '\0')
        n++;
    return n;
}

int bytes_same_text(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

int bytes_begins(const char *text, const char *beginning)
{
    while (*beginning != '\0')
        if (*text++ != *beginning++)
            return 0;
    return 1;
}
