/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_trace.h"

#include <stdio.h>
#include <string.h>

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void sim_trace_init(struct sim_trace *trace, const char *name)
{
    *trace = (struct sim_trace){.name = name, .start_us = now_us()};
}

static void print_head(const struct sim_trace *trace, int64_t at_us,
                       uint32_t port, char mark)
{
    const int64_t ms = (at_us - trace->start_us) / 1000;
    fprintf(stderr, "%s%6lld.%03lld %s%c ", trace->name, (long long)(ms / 1000),
            (long long)(ms % 1000), port > 0 ? "2" : "", mark);
}

static void print_byte(uint8_t byte)
{
    if (byte == '\r')
        fputs("\\r", stderr);
    else if (byte == '\n')
        fputs("\\n", stderr);
    else if (byte == '\\')
        fputs("\\\\", stderr);
    else if (byte < ' ' || byte > '~')
        fprintf(stderr, "\\x%02x", byte);
    else
        fputc(byte, stderr);
}

static void flush(struct sim_trace *trace, uint32_t port, int out)
{
    struct sim_trace_stream *stream = &trace->streams[port][out];
    const uint32_t shown =
        stream->length < SIM_TRACE_BYTES ? stream->length : SIM_TRACE_BYTES;
    if (stream->length == 0)
        return;
    print_head(trace, stream->at_us, port, out ? '<' : '>');
    for (uint32_t i = 0; i < shown; i++)
        print_byte(stream->bytes[i]);
    if (stream->length > shown)
        fprintf(stderr, " ... %u bytes", (unsigned)stream->length);
    fputc('\n', stderr);
    stream->length = 0;
}

void sim_trace_flush(struct sim_trace *trace)
{
    for (uint32_t port = 0; port < FFX_MODULE_PORTS; port++) {
        flush(trace, port, 0);
        flush(trace, port, 1);
    }
}

/* A line that became long is a file's data: it ends when the other side
 * speaks. */
static int is_data(const struct sim_trace_stream *stream)
{
    return stream->length > SIM_TRACE_BYTES;
}

static void take_byte(struct sim_trace_stream *stream, uint8_t byte)
{
    if (stream->length == 0)
        stream->at_us = now_us();
    if (stream->length < SIM_TRACE_BYTES)
        stream->bytes[stream->length] = byte;
    stream->length++;
}

/* A command ends with CR, what the module says with LF. */
static void take_line(struct sim_trace *trace, uint32_t port, int out,
                      const uint8_t *bytes, uint32_t length)
{
    struct sim_trace_stream *stream = &trace->streams[port][out];
    if (is_data(&trace->streams[port][!out]))
        flush(trace, port, !out);
    for (uint32_t i = 0; i < length; i++) {
        take_byte(stream, bytes[i]);
        if (bytes[i] == (out ? '\n' : '\r') && stream->length > 2 &&
            !is_data(stream))
            flush(trace, port, out);
    }
}

void sim_trace_take(struct sim_trace *trace, enum ffx_sim_trace kind,
                    uint32_t port, const void *bytes, uint32_t length)
{
    if (kind != FFX_SIM_PIN) {
        take_line(trace, port, kind == FFX_SIM_FROM_MODULE, bytes, length);
        return;
    }
    print_head(trace, now_us(), port, '|');
    fprintf(stderr, "%s %s\n", (const char *)bytes, length ? "high" : "low");
}
