/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include <farfix/at.h>

void ffx_at_text_init(struct ffx_at_text *out, char *buffer, uint32_t capacity)
{
    out->text = buffer;
    out->capacity = capacity;
    out->length = 0;
    out->overflow = 0;
}

void ffx_at_put_bytes(struct ffx_at_text *out, const void *bytes,
                      uint32_t length)
{
    if (length > out->capacity - out->length)
        out->overflow = 1;
    if (out->overflow)
        return;
    memcpy(out->text + out->length, bytes, length);
    out->length += length;
}

void ffx_at_put(struct ffx_at_text *out, const char *text)
{
    ffx_at_put_bytes(out, text, bytes_length(text));
}

void ffx_at_put_number(struct ffx_at_text *out, int32_t value)
{
    char digits[11]; /* "-2147483648" */
    uint32_t at = sizeof digits;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10u);
        rest /= 10u;
    } while (rest != 0);
    if (value < 0)
        digits[--at] = '-';
    ffx_at_put_bytes(out, digits + at, (uint32_t)sizeof digits - at);
}

/* All or nothing: half an argument would be another command. */
void ffx_at_put_quoted(struct ffx_at_text *out, const char *text)
{
    const uint32_t before = out->length;
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '"' || (uint8_t)*p < ' ' || *p == 0x7f)
            out->overflow = 1;
    ffx_at_put(out, "\"");
    ffx_at_put(out, text);
    ffx_at_put(out, "\"");
    if (out->overflow)
        out->length = before;
}
