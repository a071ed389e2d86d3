/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A watch over a whole virtual module, or over a script, in a clock that the
 * test moves.
 *
 *     watch_bench_start(&b, NULL);
 *     virtual_do(&b.v, "now sms +4915112345678 look now");
 *     assert_int_equal(watch_bench_run(&b, 5000), FFX_WATCH_SMS);
 */
#ifndef FARFIX_TESTS_WATCH_BENCH_H
#define FARFIX_TESTS_WATCH_BENCH_H

#include "virtual.h"

#include <farfix/watch.h>

#define WATCH_BENCH_NONE (-1) /* no look was due */
#define WATCH_BENCH_ODD 7777u

/* What a scripted module answers to a command that begins so: the first row
 * that is not used up. A command without a row is answered "OK". */
struct watch_answer {
    const char *command, *text;
    unsigned times; /* 0: always */
    unsigned used;
};

struct watch_bench {
    struct virtual v;            /* when there is no script */
    struct watch_answer *script; /* ends with a null command */
    struct ffx_watch watch;
    struct ffx_watch_config config;
    char line[160];
    uint32_t start_ms; /* what the watch's clock says in the beginning */
    uint32_t chunk;    /* bytes a feed; 0: all; WATCH_BENCH_ODD */
    char sent[32768];  /* commands, each with its CR */
    size_t sent_length;
    char heard[8192]; /* script: what is said next */
    int64_t now_us;   /* script */
};

/* Listens to +4915112345678, nothing else is set. */
void watch_bench_init(struct watch_bench *b);
/* A booted module of no firmware, then ffx_watch_init by b->config. */
void watch_bench_start(struct watch_bench *b,
                       const struct virtual_options *options);
void watch_bench_script(struct watch_bench *b, struct watch_answer *script);
void watch_bench_end(struct watch_bench *b);

uint32_t watch_bench_now(const struct watch_bench *b);
/* A scripted module says this out of turn. */
void watch_bench_hear(struct watch_bench *b, const char *text);
/* Until a look is due: its reason; or `ms` have passed. */
int watch_bench_run(struct watch_bench *b, uint32_t ms);
/* The look that is due takes `ms`. */
void watch_bench_look(struct watch_bench *b, uint32_t ms);
/* How many commands that begin so were sent. */
unsigned watch_bench_sent(const struct watch_bench *b, const char *beginning);

#endif
