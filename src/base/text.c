/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

int text_number(const char *text, uint32_t length, uint32_t *value)
{
    uint32_t number = 0;
    if (length == 0 || (length > 1 && text[0] == '0'))
        return -1;
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        const uint32_t digit = (uint32_t)(text[i] - '0');
        if (number > (UINT32_MAX - digit) / 10)
            return -1;
        number = number * 10 + digit;
    }
    *value = number;
    return 0;
}

void text_put_hex(char *out, const uint8_t *from, uint32_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < bytes; i++) {
        out[2 * i] = digits[from[i] >> 4];
        out[2 * i + 1] = digits[from[i] & 15];
    }
}

static int nibble(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

int text_hex(const char *text, uint32_t length, uint8_t *out, uint32_t bytes)
{
    if (length / 2 != bytes || length % 2 != 0)
        return -1;
    for (uint32_t i = 0; i < bytes; i++) {
        const int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return -1;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}
