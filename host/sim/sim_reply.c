/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_reply.h"

#include <string.h>
#include <strings.h>

static enum sim_reply_verdict bad(struct sim_reply *reply, const char *fault)
{
    reply->fault = fault;
    return SIM_REPLY_BAD;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- the status line (RFC 9112, 4) --------------------------------------- */

static enum sim_reply_verdict take_status(struct sim_reply *reply,
                                          const char *line, size_t length)
{
    if (length < 12 || memcmp(line, "HTTP/1.", 7) != 0 || !is_digit(line[7]) ||
        line[8] != ' ' || !is_digit(line[9]) || !is_digit(line[10]) ||
        !is_digit(line[11]) || (length > 12 && line[12] != ' '))
        return bad(reply, "the status line is not that of HTTP/1");
    const int status =
        (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0';
    if (status < 100 || status > 599)
        return bad(reply, "there is no such HTTP status");
    if (status == 101)
        return bad(reply, "the server changes the protocol");
    reply->status = (uint16_t)status;
    reply->lengths = 0;
    reply->coded = 0;
    return SIM_REPLY_MORE;
}

/* --- one field (RFC 9112, 5) --------------------------------------------- */

static int is_token(const char *text, size_t length)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '\0' || (!letter && !is_digit(c) && strchr(marks, c) == NULL))
            return 0;
    }
    return length > 0;
}

/* 0, or -1: not one number of digits below 2^63. */
static int take_length(struct sim_reply *reply, const char *value, size_t size)
{
    reply->length = 0;
    if (size == 0 || size > 18)
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(value[i]))
            return -1;
        reply->length = reply->length * 10 + (uint64_t)(value[i] - '0');
    }
    return 0;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static enum sim_reply_verdict take_field(struct sim_reply *reply,
                                         const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || !is_token(line, (size_t)(colon - line)))
        return bad(reply, "a header line has no name");
    const size_t name = (size_t)(colon - line);
    const char *value = colon + 1, *end = line + length;
    while (value < end && is_blank(*value))
        value++;
    while (end > value && is_blank(end[-1]))
        end--;
    if (name == 14 && strncasecmp(line, "Content-Length", name) == 0) {
        reply->lengths++;
        if (take_length(reply, value, (size_t)(end - value)) != 0)
            return bad(reply, "Content-Length is not a number");
    }
    if (name == 17 && strncasecmp(line, "Transfer-Encoding", name) == 0)
        reply->coded = 1;
    return SIM_REPLY_MORE;
}

/* --- the end of a head --------------------------------------------------- */

static enum sim_reply_verdict end_head(struct sim_reply *reply)
{
    const uint16_t status = reply->status;
    if (status < 200) {
        reply->status = 0;
        return ++reply->interim <= SIM_REPLY_INTERIM_MAX
                   ? SIM_REPLY_MORE
                   : bad(reply, "the server never comes to its answer");
    }
    reply->whole = 1;
    if (status != 200)
        return SIM_REPLY_STATUS;
    if (reply->coded)
        return bad(reply, "the answer has a Transfer-Encoding");
    if (reply->lengths == 0)
        return bad(reply, "the server sent no Content-Length");
    if (reply->lengths > 1)
        return bad(reply, "there is more than one Content-Length");
    return SIM_REPLY_FILE;
}

static int has_control(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
            line[i] == 0x7f)
            return 1;
    return 0;
}

enum sim_reply_verdict sim_reply_line(struct sim_reply *reply, const char *line,
                                      size_t length)
{
    if (reply->whole)
        return bad(reply, "there is a header after the head");
    if (length > SIM_REPLY_BYTES_MAX - reply->bytes)
        return bad(reply, "the head is longer than 64 KiB");
    reply->bytes += (uint32_t)length;
    if (length == 0 || line[length - 1] != '\n')
        return bad(reply, "a header line has no end");
    length -= length > 1 && line[length - 2] == '\r' ? 2 : 1;
    if (has_control(line, length))
        return bad(reply, "there is a control character in the head");
    if (reply->status == 0)
        return take_status(reply, line, length);
    return length == 0 ? end_head(reply) : take_field(reply, line, length);
}
