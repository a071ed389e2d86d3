/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define TURN_MS 50u

void watch_bench_init(struct watch_bench *b)
{
    static const char *const senders[] = {"+4915112345678"};
    memset(b, 0, sizeof *b);
    b->config = (struct ffx_watch_config){.line = b->line,
                                          .line_bytes = sizeof b->line,
                                          .senders = senders,
                                          .sender_count = 1};
}

void watch_bench_start(struct watch_bench *b,
                       const struct virtual_options *options)
{
    struct virtual_options plain = {0};
    if (options != NULL)
        plain = *options;
    plain.model = "SIM7000G";
    plain.version = "1529B05SIM7000G";
    b->script = NULL;
    virtual_start(&b->v, NULL, &plain);
    assert_int_equal(ffx_watch_init(&b->watch, &b->config, watch_bench_now(b)),
                     FFX_OK);
}

void watch_bench_script(struct watch_bench *b, struct watch_answer *script)
{
    b->script = script;
    assert_int_equal(ffx_watch_init(&b->watch, &b->config, watch_bench_now(b)),
                     FFX_OK);
}

void watch_bench_end(struct watch_bench *b)
{
    if (b->script == NULL)
        virtual_end(&b->v);
}

static int64_t now_us(const struct watch_bench *b)
{
    return b->script != NULL ? b->now_us : b->v.now_us;
}

uint32_t watch_bench_now(const struct watch_bench *b)
{
    return b->start_ms + (uint32_t)(now_us(b) / 1000);
}

void watch_bench_hear(struct watch_bench *b, const char *text)
{
    const size_t used = strlen(b->heard);
    assert_true(used + strlen(text) < sizeof b->heard);
    strcpy(b->heard + used, text);
}

/* --- the module's side --------------------------------------------------- */

static const char *scripted(struct watch_bench *b, const char *command)
{
    struct watch_answer *row = b->script;
    for (; row->command != NULL; row++)
        if (strncmp(command, row->command, strlen(row->command)) == 0 &&
            (row->times == 0 || row->used < row->times)) {
            row->used++;
            return row->text;
        }
    return "\r\nOK\r\n";
}

static void answer(struct watch_bench *b, const char *command)
{
    if (strchr(command, '\r') != NULL)
        watch_bench_hear(b, scripted(b, command));
}

/* --- the watch's side ---------------------------------------------------- */

/* Whatever the module says, what goes out is one short command at a time. */
static void write_down(struct watch_bench *b, const char *bytes, uint32_t n)
{
    assert_in_range(n, 1, sizeof b->watch.command);
    if (b->sent_length + n >= sizeof b->sent)
        b->sent_length = 0;
    memcpy(b->sent + b->sent_length, bytes, n);
    b->sent_length += n;
    b->sent[b->sent_length] = '\0';
}

static void feed(struct watch_bench *b, const char *text)
{
    size_t rest = strlen(text);
    for (uint32_t odd = 1; rest > 0; odd = odd % 13 + 5) {
        size_t n = b->chunk == WATCH_BENCH_ODD ? odd : b->chunk;
        if (n == 0 || n > rest)
            n = rest;
        ffx_watch_feed(&b->watch, text, (uint32_t)n, watch_bench_now(b));
        ffx_watch_poll(&b->watch, watch_bench_now(b));
        text += n;
        rest -= n;
    }
}

/* What is queued goes out; what comes meanwhile. */
static const char *turn(struct watch_bench *b, uint32_t wait_ms)
{
    static char heard[sizeof b->heard];
    uint32_t n;
    const char *out = ffx_watch_buf(&b->watch, &n);
    if (out != NULL) {
        write_down(b, out, n);
        ffx_watch_ack(&b->watch, n);
    }
    if (b->script == NULL)
        return out != NULL ? virtual_send(&b->v, out, n)
                           : virtual_wait(&b->v, wait_ms);
    if (out != NULL)
        answer(b, out);
    if (out != NULL || b->heard[0] != '\0')
        wait_ms = 20;
    b->now_us += (int64_t)wait_ms * 1000;
    strcpy(heard, b->heard);
    b->heard[0] = '\0';
    return heard;
}

int watch_bench_run(struct watch_bench *b, uint32_t ms)
{
    const int64_t end_us = now_us(b) + (int64_t)ms * 1000;
    while (now_us(b) < end_us) {
        enum ffx_watch_reason reason;
        const uint32_t left_ms = (uint32_t)((end_us - now_us(b) + 999) / 1000);
        const uint32_t most_ms =
            b->script != NULL || left_ms < TURN_MS ? left_ms : TURN_MS;
        const uint32_t wait_ms = ffx_watch_poll(&b->watch, watch_bench_now(b));
        if (ffx_watch_due(&b->watch, &reason))
            return (int)reason;
        feed(b, turn(b, wait_ms < most_ms ? wait_ms : most_ms));
    }
    return WATCH_BENCH_NONE;
}

void watch_bench_look(struct watch_bench *b, uint32_t ms)
{
    assert_true(ffx_watch_due(&b->watch, NULL));
    if (b->script != NULL)
        b->now_us += (int64_t)ms * 1000;
    else
        virtual_wait(&b->v, ms);
    ffx_watch_resume(&b->watch, watch_bench_now(b));
}

unsigned watch_bench_sent(const struct watch_bench *b, const char *beginning)
{
    unsigned count = 0;
    const char *at = b->sent;
    while (*at != '\0') {
        count += strncmp(at, beginning, strlen(beginning)) == 0;
        const char *end = strchr(at, '\r');
        at = end != NULL ? end + 1 : at + strlen(at);
    }
    return count;
}
