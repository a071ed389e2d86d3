/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include <farfix/at.h>

/* S3 and S5; the SIM7000 lets nobody change them. */
#define CARRIAGE_RETURN '\r'
#define BACKSPACE '\b'

enum reader_state { READER_A, READER_T, READER_LINE };

void ffx_at_reader_init(struct ffx_at_reader *reader, char *line,
                        uint32_t capacity)
{
    reader->line = line;
    reader->capacity = capacity;
    reader->length = 0;
    reader->state = READER_A;
    reader->too_long = 0;
    line[0] = '\0';
}

/* Everything before "AT" is noise: line feeds, half lines, a wrong rate. */
static int take_a(struct ffx_at_reader *reader, char byte)
{
    if (byte == 'A' || byte == 'a')
        reader->state = READER_T;
    return 0;
}

static int take_t(struct ffx_at_reader *reader, char byte)
{
    if (byte == 'T' || byte == 't') {
        reader->state = READER_LINE;
        reader->length = 0;
        reader->too_long = 0;
        return 0;
    }
    if (byte != 'A' && byte != 'a')
        reader->state = READER_A;
    return byte == '/'; /* A/: the previous line stands where it stood */
}

static int take_line(struct ffx_at_reader *reader, char byte)
{
    if (byte == CARRIAGE_RETURN) {
        reader->line[reader->length] = '\0';
        reader->state = READER_A;
        return 1;
    }
    if (byte == BACKSPACE) {
        if (reader->length > 0)
            reader->length--;
        return 0;
    }
    if ((uint8_t)byte < ' ' || byte == 0x7f)
        return 0; /* V.250 5.2.2: control characters are ignored */
    if (reader->length == FFX_AT_LINE_MAX ||
        reader->length + 1 >= reader->capacity)
        reader->too_long = 1;
    else
        reader->line[reader->length++] = byte;
    return 0;
}

static int (*const takers[])(struct ffx_at_reader *, char) = {
    [READER_A] = take_a,
    [READER_T] = take_t,
    [READER_LINE] = take_line,
};

uint32_t ffx_at_reader_feed(struct ffx_at_reader *reader, const void *bytes,
                            uint32_t length, int *ready)
{
    const char *byte = bytes;
    *ready = 0;
    for (uint32_t i = 0; i < length; i++) {
        *ready = takers[reader->state](reader, byte[i]);
        if (*ready)
            return i + 1;
    }
    return length;
}

int ffx_at_reader_inside(const struct ffx_at_reader *reader)
{
    return reader->state != READER_A;
}
