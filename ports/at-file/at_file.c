/* SPDX-License-Identifier: Apache-2.0 */
#include "at-file/at_file.h"

#include <farfix/error.h>

#include <stddef.h>
#include <string.h>

/* Longest silence inside an answer, and before it: a module reads from flash
 * before it says how much it has got. */
#define GAP_MS 500u
#define ANSWER_MS 3000u
/* What an earlier boot asked for has come when the line is quiet so long; at
 * 115,200 baud the longest answer takes a second. */
#define QUIET_MS 100u
#define DRAIN_MS 3000u
#define LEAST_CHUNK 32u

static uint32_t now_ms(const struct at_file *from)
{
    return from->config->now_ms(from->config->context);
}

static void say(struct at_file *from, const char *text)
{
    while (*text != '\0')
        from->config->put(from->config->context, (uint8_t)*text++);
    from->heard_ms = now_ms(from);
}

/* --- what the module says ------------------------------------------------ */

/* Waits for the next event; 0 when `wait_ms` have passed since the command, or
 * the last of the file's bytes. URCs, which may come for ever, do not count. */
static int next_event(struct at_file *from, uint32_t wait_ms,
                      struct ffx_at_event *event)
{
    do {
        const int got = from->config->get(from->config->context);
        if (got < 0)
            continue;
        const uint8_t byte = (uint8_t)got;
        ffx_at_response_feed(&from->response, &byte, 1, event);
        if (event->kind != FFX_AT_NOTHING)
            return 1;
    } while (now_ms(from) - from->heard_ms <= wait_ms);
    return 0;
}

static void drain(struct at_file *from)
{
    const uint32_t begin = now_ms(from);
    uint32_t heard = begin;
    while (now_ms(from) - heard < QUIET_MS && now_ms(from) - begin < DRAIN_MS)
        if (from->config->get(from->config->context) >= 0)
            heard = now_ms(from);
    ffx_at_response_init(&from->response, from->line, sizeof from->line);
}

/* Says a command that answers OK and nothing else that matters. */
static int command(struct at_file *from, const char *text, uint32_t wait_ms)
{
    struct ffx_at_event event;
    say(from, text);
    while (next_event(from, wait_ms, &event)) {
        if (event.kind == FFX_AT_OK)
            return 0;
        if (event.kind == FFX_AT_ERROR || event.kind == FFX_AT_CME)
            break;
    }
    return FFX_ERR_IO;
}

/* The AT ends what an earlier boot may have left half-typed; where that is an
 * ERROR, the next attempt's is heard. CFSINIT is refused where it was said
 * before, and CFSTERM where it was not. */
static int make_ready(struct at_file *from)
{
    if (from->ready)
        return 0;
    drain(from);
    if (command(from, "AT\r", GAP_MS) != 0)
        return FFX_ERR_IO;
    (void)command(from, "AT+CFSTERM\r", ANSWER_MS);
    if (command(from, "AT+CFSINIT\r", ANSWER_MS) != 0)
        return FFX_ERR_IO;
    from->ready = 1;
    return 0;
}

/* --- one reading -------------------------------------------------------- */

struct reading {
    uint8_t *to;
    uint32_t length, done;
    uint32_t differs; /* bytes that were not what `to` held */
};

static void ask(struct at_file *from, uint32_t offset, uint32_t length)
{
    char text[80]; /* 29 and three numbers and the name */
    struct ffx_at_text out;
    ffx_at_text_init(&out, text, sizeof text - 1);
    ffx_at_put(&out, "AT+CFSRFILE=");
    ffx_at_put_number(&out, (int32_t)from->config->directory);
    ffx_at_put(&out, ",");
    ffx_at_put_quoted(&out, from->config->name);
    ffx_at_put(&out, ",1,");
    ffx_at_put_number(&out, (int32_t)length);
    ffx_at_put(&out, ",");
    ffx_at_put_number(&out, (int32_t)offset);
    ffx_at_put(&out, "\r");
    text[out.length] = '\0';
    from->commands++;
    say(from, text);
}

/* "+CFSRFILE: 256": the bytes behind it are the file's. */
static int is_header(const struct ffx_at_event *event, uint32_t length)
{
    static const char header[] = "+CFSRFILE:";
    const uint32_t skip = sizeof header - 1;
    struct ffx_at_args args;
    int32_t count;
    if (event->length < skip || memcmp(event->text, header, skip) != 0)
        return 0;
    const char *text = event->text + skip;
    while (*text == ' ')
        text++;
    uint32_t digits = 0;
    while (text[digits] >= '0' && text[digits] <= '9')
        digits++;
    ffx_at_args_init(&args, text, digits);
    return ffx_at_arg_number(&args, &count) == 1 && (uint32_t)count == length;
}

static void take(struct reading *reading, const struct ffx_at_event *event)
{
    for (uint32_t i = 0; i < event->length; i++) {
        uint8_t *const to = reading->to + reading->done;
        if (reading->done++ >= reading->length)
            return;
        reading->differs += *to != (uint8_t)event->text[i];
        *to = (uint8_t)event->text[i];
    }
}

/* An OK may stand in front of the header, too, and the echo anywhere. */
static int read_once(struct at_file *from, uint32_t offset,
                     struct reading *reading)
{
    struct ffx_at_event event;
    int headed = 0;
    reading->done = 0;
    reading->differs = 0;
    ask(from, offset, reading->length);
    while (next_event(from, headed ? GAP_MS : ANSWER_MS, &event)) {
        switch (event.kind) {
        case FFX_AT_LINE:
            if (headed || !is_header(&event, reading->length))
                continue;
            headed = 1;
            ffx_at_response_raw(&from->response, reading->length);
            break;
        case FFX_AT_DATA:
            take(reading, &event);
            break;
        case FFX_AT_OK:
            if (headed)
                return reading->done == reading->length ? 0 : FFX_ERR_IO;
            continue;
        case FFX_AT_ERROR:
        case FFX_AT_CME:
            return FFX_ERR_IO;
        default:
            continue;
        }
        from->heard_ms = now_ms(from);
    }
    return FFX_ERR_IO;
}

/* --- until two agree ---------------------------------------------------- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Shorter commands get through where the line is noisy. */
static void read_failed(struct at_file *from)
{
    from->ready = 0;
    if (from->chunk > LEAST_CHUNK)
        from->chunk /= 2;
}

/* Returns how many of the `length` bytes it has read, or FFX_ERR_IO. */
static int32_t read_chunk(struct at_file *from, uint32_t offset, uint8_t *to,
                          uint32_t length)
{
    const uint32_t begin = now_ms(from);
    struct reading reading = {.to = to};
    int read = 0; /* `to` holds a whole reading */
    do {
        if (make_ready(from) != 0)
            continue;
        if (!read)
            reading.length = least(length, from->chunk);
        if (read_once(from, offset, &reading) != 0) {
            read_failed(from);
            read = 0;
            continue;
        }
        if (read && reading.differs == 0) {
            from->chunk = least(2 * from->chunk, AT_FILE_CHUNK);
            return (int32_t)reading.length;
        }
        read = 1;
    } while (now_ms(from) - begin < from->config->patience_ms);
    return FFX_ERR_IO;
}

/* Bytes of `ahead` from `offset` on; 0: a command has to bring them. */
static uint32_t ahead_at(const struct at_file *from, uint32_t offset)
{
    const uint32_t skip = offset - from->ahead_offset;
    return offset >= from->ahead_offset && skip < from->ahead_length
               ? from->ahead_length - skip
               : 0;
}

static int32_t read_ahead(struct at_file *from, uint32_t offset)
{
    from->ahead_length = 0;
    from->ahead_offset = offset;
    const int32_t count = read_chunk(from, offset, from->ahead,
                                     least(from->size - offset, AT_FILE_AHEAD));
    if (count > 0)
        from->ahead_length = (uint32_t)count;
    return count;
}

/* Long reads go past `ahead`. */
static int read_file(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    struct at_file *const from = context;
    uint8_t *to = buffer;
    while (length > 0) {
        uint32_t now = least(length, ahead_at(from, offset));
        int32_t count = 0;
        if (now > 0)
            memcpy(to, from->ahead + (offset - from->ahead_offset), now);
        else if (length >= AT_FILE_AHEAD)
            count = read_chunk(from, offset, to, length);
        else if ((count = read_ahead(from, offset)) > 0)
            continue;
        if (count < 0)
            return count;
        now += (uint32_t)count;
        to += now;
        offset += now;
        length -= now;
    }
    return 0;
}

void at_file_open(struct at_file *from, const struct at_file_config *config,
                  uint32_t size, struct ffx_read_at *file)
{
    from->config = config;
    from->size = size;
    from->ready = 0;
    from->chunk = AT_FILE_CHUNK;
    from->ahead_length = 0;
    *file = (struct ffx_read_at){read_file, from, size};
}

void at_file_close(struct at_file *from)
{
    if (from->ready)
        (void)command(from, "AT+CFSTERM\r", ANSWER_MS);
    from->ready = 0;
}
