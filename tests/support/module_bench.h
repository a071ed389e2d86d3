/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's core on a bench: files in RAM, a network and a boot stage that
 * the test plays itself, a clock that moves only when asked.
 *
 *     module_bench_start(&b, FFX_PROFILE_NOTE);   // booted, boot URCs read
 * away assert_string_equal(module_bench_say(&b, "AT\r"), "AT\r\r\nOK\r\n");
 *
 * What the module says is collected until the next module_bench_say or
 * module_bench_wait, which return it NUL-terminated; it is read off tx in
 * pieces of b.take bytes. There is one AT port unless config.port_count says
 * two; what the other one said meanwhile stands in b.said[1].
 */
#ifndef FARFIX_TESTS_MODULE_BENCH_H
#define FARFIX_TESTS_MODULE_BENCH_H

#include <farfix/module.h>

#define MODULE_BENCH_FILES 8u
#define MODULE_BENCH_DISK (64u * 1024u)

struct module_bench_file {
    int used, dir;
    char name[FFX_FILE_NAME_MAX + 1];
    uint8_t *data;
    uint32_t size;
};

struct module_bench {
    struct ffx_module module;
    struct ffx_module_config config;
    char line[FFX_MODULE_PORTS][FFX_AT_LINE_MAX + 1];
    uint8_t chunk[FFX_FILE_CHUNK_MAX];
    uint8_t tx[FFX_MODULE_PORTS][1024];
    uint32_t now_ms;

    /* What the TE does: bytes per read and per write; 0: all there are. */
    uint32_t take, give;
    int deaf[FFX_MODULE_PORTS]; /* nobody reads this port */
    char said[FFX_MODULE_PORTS][128 * 1024];
    uint32_t said_length[FFX_MODULE_PORTS];

    uint8_t quirks[FFX_QUIRKS]; /* once module_bench_set was called */

    struct module_bench_file files[MODULE_BENCH_FILES];
    int files_fail; /* every file operation: FFX_ERR_IO */

    /* The network: what start was told, and what progress will say. */
    int starts, cancels, start_result;
    char url[2048], user[64], password[64], name[FFX_FILE_NAME_MAX + 1];
    struct ffx_module_transfer transfer; /* its strings are the above */
    struct ffx_module_progress progress;
    /* The SMS that left last. */
    int messages;
    char message_to[FFX_SMS_FROM_MAX + 2], message[600];

    /* Boot stage. */
    int status, locked, request_result, clear_result, requests;
    int resets, reset_kind;
    int low[FFX_MODULE_PINS], pin_changes[FFX_MODULE_PINS];
    uint32_t rate;
    int flow_from_te, flow_to_te;
    uint32_t time; /* that the network tells */
    const char *version, *model;
    uint8_t settings[sizeof(struct ffx_module_settings)];
    uint32_t settings_length;
};

/* Fresh bench, settings empty; change b->config afterwards if need be and
 * call module_bench_boot. */
void module_bench_init(struct module_bench *b, enum ffx_module_profile profile);
/* (Re)starts the core; nothing of the boot has been said yet. */
void module_bench_boot(struct module_bench *b);
/* Both, and two seconds pass; the boot URCs are thrown away. */
void module_bench_start(struct module_bench *b,
                        enum ffx_module_profile profile);
/* "D6=overwrite": how the next boot will behave. */
void module_bench_set(struct module_bench *b, const char *quirk);
/* Boots; two seconds pass; no echo, numbers for errors. */
void module_bench_again(struct module_bench *b);
void module_bench_end(struct module_bench *b);

/* Says bytes to the module and takes every answer. */
const char *module_bench_say(struct module_bench *b, const char *text);
const char *module_bench_send(struct module_bench *b, const void *bytes,
                              uint32_t length);
/* The same on one of two ports. */
const char *module_bench_say_on(struct module_bench *b, uint32_t port,
                                const char *text);
/* Time passes in steps of at most 10 ms. */
const char *module_bench_wait(struct module_bench *b, uint32_t ms);
/* What was said since the last call and not returned yet, on all ports. */
void module_bench_forget(struct module_bench *b);

void module_bench_put_file(struct module_bench *b, int dir, const char *name,
                           const void *data, uint32_t size);
/* Null when there is none. */
const struct module_bench_file *module_bench_file(const struct module_bench *b,
                                                  int dir, const char *name);

#endif
