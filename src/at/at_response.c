/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <farfix/at.h>

void ffx_at_response_init(struct ffx_at_response *response, char *line,
                          uint32_t capacity)
{
    *response = (struct ffx_at_response){.line = line, .capacity = capacity};
}

void ffx_at_response_raw(struct ffx_at_response *response, uint32_t length)
{
    response->raw = length;
}

/* --- sorting whole lines ------------------------------------------------- */

/* Result codes (manual 2.2.19) and the prompt. CONNECT, RING and PROCEEDING
 * end nothing: they stay lines. */
static enum ffx_at_event_kind sort_word(const char *text)
{
    static const char words[] = "OK\0ERROR\0NO CARRIER\0NO DIALTONE\0BUSY\0"
                                "NO ANSWER\0DOWNLOAD\0";
    for (const char *word = words; *word != '\0';
         word += bytes_length(word) + 1u) {
        if (!bytes_same_text(text, word))
            continue;
        if (word == words)
            return FFX_AT_OK;
        return *word == 'D' ? FFX_AT_PROMPT : FFX_AT_ERROR;
    }
    return FFX_AT_LINE;
}

/* The same as digits, with ATV0; 1 CONNECT, 2 RING, 5 and 9 end nothing. */
static enum ffx_at_event_kind sort_digit(char digit)
{
    static const uint16_t errors =
        1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8;
    const uint32_t code = (uint32_t)(uint8_t)digit - '0';
    if (code > 8 || !((errors | 1u) >> code & 1u))
        return FFX_AT_LINE;
    return code == 0 ? FFX_AT_OK : FFX_AT_ERROR;
}

/* A number, or -1: CMEE=2 prints words instead. */
static int32_t error_code(const char *text)
{
    struct ffx_at_args args;
    int32_t code = -1;
    ffx_at_args_init(&args, text, bytes_length(text));
    return ffx_at_arg_number(&args, &code) == 1 && code >= 0 ? code : -1;
}

static void sort_line(struct ffx_at_event *event)
{
    const char *const text = event->text;
    event->kind = event->length == 1 ? sort_digit(text[0]) : sort_word(text);
    if (!bytes_begins(text, "+CM") || (text[3] != 'E' && text[3] != 'S') ||
        !bytes_begins(text + 4, " ERROR:"))
        return;
    event->kind = text[3] == 'E' ? FFX_AT_CME : FFX_AT_CMS;
    event->code = error_code(text + 11);
}

/* --- bytes to lines ------------------------------------------------------ */

static void end_line(struct ffx_at_response *response,
                     struct ffx_at_event *event)
{
    if (response->too_long) {
        event->kind = FFX_AT_TOO_LONG;
    } else if (response->length > 0) {
        response->line[response->length] = '\0';
        event->text = response->line;
        event->length = response->length;
        sort_line(event);
    }
    response->length = 0;
    response->too_long = 0;
}

static void take_byte(struct ffx_at_response *response, char byte,
                      struct ffx_at_event *event)
{
    response->after_cr = byte == '\r';
    if (byte == '\r' || byte == '\n') {
        end_line(response, event);
        return;
    }
    /* "> " waits for input on an unfinished line */
    if (byte == ' ' && response->length == 1 && response->line[0] == '>') {
        response->length = 0;
        event->kind = FFX_AT_PROMPT;
        return;
    }
    if (response->length + 1 >= response->capacity) {
        response->too_long = 1;
        return;
    }
    const int control = (unsigned char)byte < 0x20 || byte == 0x7f;
    response->line[response->length++] = control ? '?' : byte;
}

/* The header of raw data ends with CR LF or CR CR LF: what is left of that
 * is no data. */
static uint32_t skip_line_end(struct ffx_at_response *response,
                              const char *bytes, uint32_t length)
{
    uint32_t used = 0;
    while (used < length && response->after_cr) {
        if (bytes[used] != '\r')
            response->after_cr = 0;
        if (bytes[used] != '\r' && bytes[used] != '\n')
            break;
        used++;
    }
    return used;
}

static uint32_t take_raw(struct ffx_at_response *response, const char *bytes,
                         uint32_t length, struct ffx_at_event *event)
{
    const uint32_t skipped = skip_line_end(response, bytes, length);
    const uint32_t taken = bytes_min(length - skipped, response->raw);
    if (taken > 0) {
        event->kind = FFX_AT_DATA;
        event->text = bytes + skipped;
        event->length = taken;
        response->raw -= taken;
    }
    return skipped + taken;
}

uint32_t ffx_at_response_feed(struct ffx_at_response *response,
                              const void *bytes, uint32_t length,
                              struct ffx_at_event *event)
{
    const char *const from = bytes;
    uint32_t used = 0;
    *event = (struct ffx_at_event){.kind = FFX_AT_NOTHING, .text = ""};
    if (response->raw > 0)
        return take_raw(response, from, length, event);
    while (used < length && event->kind == FFX_AT_NOTHING)
        take_byte(response, from[used++], event);
    return used;
}
