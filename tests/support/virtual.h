/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole virtual module inside a test, over a clock that the test moves:
 * minutes of an update pass in milliseconds, and the same lines at the same
 * times give the same run.
 *
 *     virtual_start(&v, &fixture, &(struct virtual_options){
 *                       .faults = "at line 2 mute"});
 *     virtual_say(&v, "AT+GMR\r");        // what the module answered
 *     virtual_wait_for(&v, "+CFOTA: 6", 60000);
 *     virtual_end(&v);
 *
 * Sockets of a transfer stay real: while one runs, time passes at its pace.
 */
#ifndef FARFIX_TESTS_VIRTUAL_H
#define FARFIX_TESTS_VIRTUAL_H

#include "fixture.h"

#include <farfix/sim.h>

#define VIRTUAL_SAID (256u * 1024u)
/* The answer to AT+GMR while the fixture's release A runs. */
#define VIRTUAL_GMR "\r\nRevision:1529B05SIM7000G\r\n\r\nOK\r\n"

struct virtual_options {
    const char *faults;
    uint32_t baud;
    const char *second; /* second AT port: a link */
    const uint8_t *quirks;
    const char *sim_pin; /* null: "" */
    uint32_t off_ms;     /* 0: 1000 */
    int once, real_speed, no_sim, no_apn;
    enum ffx_module_profile profile; /* note */
    uint32_t bugs, damage;       /* enum ffx_module_bug, ffx_module_damage */
    const char *model, *version; /* no release: it only answers AT */
    int64_t start_us;
};

struct virtual
{
    const struct fixture *fixture;
    char state[64];
    struct ffx_sim *sim;
    int64_t now_us;
    int result; /* of the last ffx_sim_step */
    /* Of the first port, NUL-terminated; `told` is where the part begins that
     * virtual_say and virtual_wait have not returned yet. */
    char said[VIRTUAL_SAID];
    size_t said_length, told;
    char log[32 * 1024];
    size_t log_length;
    char pins[1024]; /* "DCD low\n..." as they moved */
};

/* A new module that runs the fixture's release A, booted; what it said
 * meanwhile is thrown away. */
void virtual_start(struct virtual *v, const struct fixture *fixture,
                   const struct virtual_options *options);
/* The same, but no time has passed yet. */
void virtual_create(struct virtual *v, const struct fixture *fixture,
                    const struct virtual_options *options);
/* And its state directory is gone. */
void virtual_end(struct virtual *v);

/* Bytes go to the module, 20 ms pass; returns what came since the last call
 * of one of these. */
const char *virtual_say(struct virtual *v, const char *text);
const char *virtual_send(struct virtual *v, const void *bytes, size_t length);
const char *virtual_wait(struct virtual *v, uint32_t ms);
/* Until the module has said `text` (since the last call), or `limit_ms` have
 * passed: then the test fails. */
const char *virtual_wait_for(struct virtual *v, const char *text,
                             uint32_t limit_ms);
/* The same, but null when it did not say so. */
const char *virtual_listen(struct virtual *v, const char *text,
                           uint32_t limit_ms);
/* A command of the control socket; its answer. */
const char *virtual_control(struct virtual *v, const char *command);
/* The same for a fault or another command that must be taken. */
void virtual_do(struct virtual *v, const char *command);
/* A number of "status": "rx-bytes", "percent". */
unsigned virtual_count(struct virtual *v, const char *name);
/* "at TRIGGER N ACTION" for rx-byte and tx-byte, N counted from now on. */
void virtual_at_byte(struct virtual *v, const char *trigger, unsigned n,
                     const char *action);
/* The test fails when `text` has no such part, or has it. */
void virtual_has(struct virtual *v, const char *text, const char *part);
void virtual_lacks(struct virtual *v, const char *text, const char *part);
/* Nothing goes wrong any more, and two commands later all is well: the first
 * ends what may stand half-typed. Release A must run. */
void virtual_is_usable(struct virtual *v);
/* Forgets the log, to see what is new in it. */
void virtual_forget_log(struct virtual *v);

/* As if it had been pushed. */
void virtual_put(struct virtual *v, const char *name, const void *bytes,
                 size_t length);
/* Bytes of a file in the module, -1: none. The first `capacity` into
 * `buffer`. */
long virtual_file(const struct virtual *v, const char *name, void *buffer,
                  size_t capacity);

#endif
