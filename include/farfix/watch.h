/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to look for an update. Between two walks of the driver (driver.h) the
 * watch owns the AT line and waits for one of three reasons: the application
 * asked, a time has come, an SMS said "look now".
 *
 * It is an engine without I/O, the driver's twin. One loop for both:
 *
 *   ffx_watch_init(&watch, &config, now);
 *   for (;;) {
 *       wait_ms = ffx_watch_poll(&watch, now);           may queue bytes
 *       while ((bytes = ffx_watch_buf(&watch, &n)))
 *           ffx_watch_ack(&watch, uart_write(bytes, n));
 *       if (ffx_watch_due(&watch, &reason)) {
 *           look();                  the driver's loop, from init to its end
 *           ffx_watch_resume(&watch, now);
 *           continue;
 *       }
 *       n = uart_read(bytes, wait_ms);                   any chunking
 *       ffx_watch_feed(&watch, bytes, n, now);
 *   }
 *
 * From due to resume the line is the application's: the watch sends nothing
 * and hears nothing. What a look is, it does not know; it says when, and
 * nothing else.
 *
 * SMS
 *
 * A message counts when its sender is one of `senders` and its whole text is
 * `text`. Nothing else in a message means anything: no URL, no version, no
 * command. What counts is deleted from the module (AT+CMGD); any other
 * message stays as it is, unread if it was, and is the application's.
 *
 * Messages are read in PDU mode (AT+CMGF=0), as hex digits: in text mode the
 * module prints a text as its sender wrote it, lines that look like "OK", like
 * "+CMTI:" or like the head of somebody else's message among it. So no text
 * can end an answer, forge one, or stand for another message. Only the GSM
 * alphabet counts, one message long; 8-bit data, UCS2, parts of a longer
 * message and senders that are a name do not.
 *
 * The store (<mem1> of AT+CPMS) is read whenever something says that a message
 * came (+CMTI), when the module has started, after each look, and every
 * `check_ms`. So a message is found that came while nobody listened, and one
 * whose announcement got lost. What it costs is AT commands, no data: AT, ATE0,
 * AT+CMGF=0, AT+CNMI=2,1 and AT+CMGL=4,1, which leaves unread what is unread; a
 * second AT+CMGL must find the same before anything is deleted.
 * Reading begins at most once a second, however many messages come.
 *
 * What cannot be told apart:
 *   - who really sent an SMS: a network takes whatever sender it is given;
 *   - before the first AT+CMGF=0 has been answered, and after a restart that
 *     nothing announces, the module may print a message in text mode by itself
 *     (+CMT). Such lines could pass for an answer only while a command is in
 *     hand; none up to AT+CMGL is sent within 100 ms of anything that was
 *     heard.
 * Either can cause a look and no more, and looks come no closer together than
 * `least_ms`: what they find, the signatures of the package decide. A message
 * counts once it is deleted, or may be: a module that loses power just then may
 * show it again, one look too many and none too few. One that the module
 * refuses to delete does not count, or it would count for ever.
 *
 * A line that alters a digit of AT+CMGD=<place> on its way deletes another
 * message: nothing on an AT line guards against that.
 *
 * A module sleeps (AT+CSCLK=1, PSM): then it announces nothing and answers
 * nothing; times go on, SMS wait. A full store takes no message more, whoever
 * filled it; keeping it empty is up to the application.
 *
 * Settings: with senders, echo goes off, AT+CMGF and AT+CNMI are set as above;
 * ffx_watch_end puts these two back as they were found. <mem1> and <mem3> of
 * AT+CPMS must be one store (they are, unless somebody changed it). Without
 * senders nothing is ever sent.
 *
 * Not thread safe. Times are uint32_t milliseconds, monotonic, and may wrap; a
 * duration is at most 2,000,000,000 (23 days).
 */
#ifndef FARFIX_WATCH_H
#define FARFIX_WATCH_H

#include <farfix/at.h>
#include <farfix/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFX_WATCH_LONGEST_MS 2000000000u
#define FFX_WATCH_TEXT_MAX 80u

/* When there are several, the first of them is told; one look is for all. */
enum ffx_watch_reason { FFX_WATCH_ASKED, FFX_WATCH_SMS, FFX_WATCH_TIME };

/* "asked", "sms", "time": for logs and JSON; stable. */
const char *ffx_watch_reason_name(enum ffx_watch_reason reason);

/* 0 or null means the default in brackets. */
struct ffx_watch_config {
    /* The buffer for answers; in use until the watch is not any more. Null
     * without senders. */
    char *line;
    uint32_t line_bytes; /* >= 96 + 2 for each character of `text` */

    /* International numbers, '+' or not, 1 to 20 digits: "+4915112345678".
     * [none: no SMS counts]. They are compared whole. */
    const char *const *senders;
    uint32_t sender_count;
    /* [look now] Letter case, and blanks and line ends behind it, do not
     * matter. Up to FFX_WATCH_TEXT_MAX letters, digits, blanks and
     * !"#%&'()*+,-./:;<=>? and not ending with a blank. */
    const char *text;

    uint32_t first_ms; /* first time, from init [every_ms] */
    uint32_t every_ms; /* and again [never; both 0: no time at all] */
    /* A share of this, ffx_watch_share, is added to the first time, and so to
     * each: a fleet does not come at one moment. */
    uint32_t spread_ms;
    uint32_t seed;     /* ffx_watch_seed(IMEI) */
    uint32_t least_ms; /* from the end of a look to the next [900,000] */
    uint32_t check_ms; /* from reading the store to the next [600,000] */
};

/* Caller-allocated; not to be moved after init. Only `listens` is for you. */
struct ffx_watch {
    uint8_t mode, step, tries, answered;
    uint8_t pending, looking, resting, timed, again, unsure, ending;
    uint8_t listens; /* 1: the store was read, SMS are heard */
    /* One more than the number, since a store may begin with place 0; 0 is
     * none: places of a message that counts, and of the one that comes next. */
    uint16_t found, seen, place, length;
    char format[2], report[12]; /* AT+CMGF, AT+CNMI as found; "": unknown */
    char command[24];
    uint32_t out_length, out_sent; /* out_sent <= out_length */
    const struct ffx_watch_config *config;
    uint32_t now_ms, due_ms, limit_ms, rest_ms, time_ms;
    struct ffx_at_response response;
};

/* `config` and everything it names must outlive the watch. Sends nothing yet.
 * FFX_ERR_ARGUMENT: a sender is no number, `text` cannot be an SMS, a duration
 * is too long (first_ms and spread_ms together), every_ms is shorter than
 * spread_ms. FFX_ERR_BUFFER: `line` is too small. */
int ffx_watch_init(struct ffx_watch *watch,
                   const struct ffx_watch_config *config, uint32_t now_ms);

/* A number for `seed` from any text that is this device's own. */
uint32_t ffx_watch_seed(const char *text);
/* 0 .. spread_ms, the same for the same seed; seeds of a fleet are spread. */
uint32_t ffx_watch_share(uint32_t spread_ms, uint32_t seed);

/* The next time comes in `ms`, whatever was set; every_ms goes on from there.
 * For who knows the time of day, and learns it late. FFX_ERR_ARGUMENT: too
 * long; nothing has changed. */
int ffx_watch_at(struct ffx_watch *watch, uint32_t ms, uint32_t now_ms);
/* 1: the next time comes in *ms; 0: none will. */
int ffx_watch_next(const struct ffx_watch *watch, uint32_t now_ms,
                   uint32_t *ms);

/* Bytes from the module; takes them all. */
void ffx_watch_feed(struct ffx_watch *watch, const void *bytes, uint32_t length,
                    uint32_t now_ms);

/* Work that waits for time. Call it after feed, after ask and when its answer
 * has passed: the milliseconds until it wants to be called again. */
uint32_t ffx_watch_poll(struct ffx_watch *watch, uint32_t now_ms);

/* Bytes for the module, or null; ack says how many of them went out. */
const void *ffx_watch_buf(struct ffx_watch *watch, uint32_t *length);
void ffx_watch_ack(struct ffx_watch *watch, uint32_t length);

/* A look is wanted: at the next poll, or when `least_ms` have passed, as
 * anybody's. */
void ffx_watch_ask(struct ffx_watch *watch);

/* 1: look now, the line is yours until resume; then *reason (may be null) is
 * set. It changes in poll only: a command in hand is finished before, which
 * takes a minute at most when the module answers badly. */
int ffx_watch_due(const struct ffx_watch *watch, enum ffx_watch_reason *reason);
/* The look has ended, however it did. */
void ffx_watch_resume(struct ffx_watch *watch, uint32_t now_ms);

/* No look any more; AT+CNMI and AT+CMGF go back to what they were. Go on with
 * the loop until ffx_watch_ended says 1, half a minute at most. */
void ffx_watch_end(struct ffx_watch *watch, uint32_t now_ms);
int ffx_watch_ended(const struct ffx_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
