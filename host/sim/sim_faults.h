/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong, and when: the lines of a fault file, of the control socket
 * and of ffx_sim_control. farfix-sim(1) explains them to users.
 *
 *   # comment
 *   seed 7                    coins (default 1)
 *   at tx-byte 880 drop       once, the 880th time
 *   every line 10 late 300    each 10th time
 *   odds rx-byte 1000 flip    by a coin, once in 1000
 *   now signal 99             (control only) at once
 *
 * One table says which action goes with which trigger and what it is told.
 * Same lines, same seed, same bytes at the same times: same run.
 */
#ifndef FARFIX_SIM_FAULTS_H
#define FARFIX_SIM_FAULTS_H

#include "sim/sim_error.h"

#include <stddef.h>

enum sim_trigger {
    SIM_ON_FLASH,   /* operation of an update; counts anew with each start */
    SIM_ON_TX,      /* byte from the module, first AT port */
    SIM_ON_RX,      /* byte to the module */
    SIM_ON_LINE,    /* command line that the module received */
    SIM_ON_URL,     /* transfer over the air */
    SIM_ON_WRITE,   /* write to the module's files */
    SIM_ON_BOOT,    /* start of the firmware */
    SIM_ON_PERCENT, /* progress of an update */
    SIM_ON_MS,      /* milliseconds since the start of the process */
    SIM_ON_NOW,     /* at once */
    SIM_TRIGGERS
};

enum sim_action {
    SIM_TEAR,     /* cut; value 0: enum lab_tear */
    SIM_WATCHDOG, /* a reset in mid-operation; the operation ends by itself */
    SIM_DROP,     /* the byte is lost */
    SIM_DOUBLE,   /* it comes twice */
    SIM_FLIP,     /* a bit of it, value 0 (8: by a coin) */
    SIM_NOISE,    /* value 0 random bytes come before it */
    SIM_BREAK,    /* a framing error: it reads as NUL */
    SIM_PAUSE,    /* the line stands still for value 0 ms */
    SIM_INSERT,   /* text comes before it */
    SIM_FRAGMENT, /* value 0 bytes at a time, then value 1 ms of nothing */
    SIM_NEWLINE,  /* CR LF of the module becomes text */
    SIM_LOSE,     /* the command never arrived */
    SIM_MUTE,     /* its answer is lost */
    SIM_LATE,     /* its answer waits value 0 ms */
    SIM_BARE,     /* only the final result of its answer comes */
    SIM_UNKNOWN,  /* when it begins with text: the firmware has none such */
    SIM_IGNORE,   /* when it begins with text: OK, and nothing is done */
    SIM_EXPECT,   /* CFSWFILE waits for value 0 bytes, whatever it was told */
    SIM_ECHO,     /* echo: value 0 */
    SIM_STUCK,    /* the port swallows everything until a reset */
    SIM_HANG,     /* the module does nothing until its power is cut */
    SIM_RESET,    /* it resets at once, in mid-sentence */
    SIM_CUT,      /* its power fails */
    SIM_STATUS,   /* HTTP status or FTP error value 0, nothing stored */
    SIM_STALL,    /* no further byte comes */
    SIM_BROKEN,   /* the connection ends after value 0 bytes */
    SIM_SHORT,    /* success, but the file ends after value 0 bytes */
    SIM_SPOILT,   /* success, but byte value 0 of the file is another
                     * (percent: a cut, and that byte of the package) */
    SIM_RATE,     /* value 0 bytes a second */
    SIM_PDP,      /* the network drops the PDP context (url: after value 0
                     * bytes) */
    SIM_OUTAGE,   /* the power fails after value 0 bytes */
    SIM_SIGNAL,   /* +CSQ: value 0 */
    SIM_NETWORK,  /* registration: value 0 */
    SIM_TIME,     /* the network's clock: value 0 seconds since 1970 */
    SIM_SMS,      /* from word, text */
    SIM_URC,      /* a line of text, whatever it says */
    SIM_DTR,      /* the TE's DTR: value 0, 1 is high */
    SIM_BATTERY,  /* value 0 percent, value 1 mV */
    SIM_FAIL,     /* an I/O error */
    SIM_FULL,     /* no space */
    SIM_DAMAGE,   /* half-bricked: word, FFX_DAMAGE_* by name */
    SIM_BUG,      /* of the firmware: word, FFX_BUG_* by name */
    SIM_BAUD,     /* the UART comes up at value 0 */
    SIM_FLOW,     /* RTS/CTS: word, "works", "ignored" or "stuck" */
    SIM_ACTIONS
};

enum sim_when { SIM_AT, SIM_EVERY, SIM_ODDS };

#define SIM_FAULT_TEXT 180u

struct sim_fault {
    uint8_t when, trigger, action;
    uint8_t text_length; /* of text, which may hold NUL */
    uint32_t n;
    uint32_t value[2];
    char word[24];
    char text[SIM_FAULT_TEXT];
    uint32_t fired;
    uint32_t passed; /* every, of time and percent: whole periods so far */
};

#define SIM_FAULTS_MAX 4096u

struct sim_faults {
    struct sim_fault *rows; /* in order of arrival */
    size_t count, capacity;
    uint64_t seen[SIM_TRIGGERS];
    size_t armed[SIM_TRIGGERS]; /* rows that wait for it */
    uint32_t seed, coin;
};

void sim_faults_init(struct sim_faults *faults);
void sim_faults_free(struct sim_faults *faults);

/* Lines of text; `name` stands in messages, null for a single line. With
 * `instant`, "now ..." is known as well. FFX_ERR_SYNTAX, FFX_ERR_SPACE; the
 * lines before a wrong one count. */
int sim_faults_add(struct sim_faults *faults, const char *text,
                   const char *name, int instant, struct ffx_sim_error *error);
/* Nothing goes wrong any more; counts go on. */
void sim_faults_clear(struct sim_faults *faults);

/* 1: somebody waits for it. Cheap, for triggers that come with each byte. */
static inline int sim_faults_wait_for(const struct sim_faults *faults,
                                      enum sim_trigger trigger)
{
    return faults->armed[trigger] > 0;
}

/* The trigger happens once more. Then sim_faults_next, from *cursor 0 on,
 * gives each fault that it sets off, and null at the end. */
void sim_faults_count(struct sim_faults *faults, enum sim_trigger trigger);
/* For milliseconds and percent: it stands at `value` now. */
void sim_faults_reach(struct sim_faults *faults, enum sim_trigger trigger,
                      uint64_t value);
const struct sim_fault *sim_faults_next(struct sim_faults *faults,
                                        enum sim_trigger trigger,
                                        size_t *cursor);
/* It begins anew at 0: an update starts. */
void sim_faults_rewind(struct sim_faults *faults, enum sim_trigger trigger);
/* When the next millisecond fault is due; UINT64_MAX: never. */
uint64_t sim_faults_due_ms(const struct sim_faults *faults);
/* An update begins or goes on: what will tear it, and in which operation;
 * null: nothing will. */
const struct sim_fault *sim_faults_flash(struct sim_faults *faults,
                                         uint32_t *operation);

/* 0 to limit - 1, by the seed. */
uint32_t sim_faults_coin(struct sim_faults *faults, uint32_t limit);
/* "at tx-byte 880 drop". */
void sim_faults_show(const struct sim_fault *fault, char *text,
                     size_t capacity);

#endif
