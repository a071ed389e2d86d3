/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port with a module behind it: what `update` and the verbs of `modem`
 * share. Opening, the trace, plain commands, files by AT+CFS*.
 */
#ifndef FARFIX_CLI_MODEM_LINK_H
#define FARFIX_CLI_MODEM_LINK_H

#include "cli/cli.h"
#include "pack/pack.h"
#include "posix/posix_inhibit.h"
#include "posix/posix_port.h"

#include <farfix/at.h>

/* What the command line says about the port. */
struct modem_options {
    uint32_t baud;
    const char *flow; /* "none", "rts"; null: none on a UART, else rts */
    int trace;
    int no_inhibit;
};

/* Options that every verb with a PORT takes; for its table. */
#define MODEM_OPTIONS(options)                                                 \
    {"--baud", CLI_NUMBER, &(options).baud, "N",                               \
     "rate of a serial device (115200)"},                                      \
        {"--flow", CLI_TEXT, &(options).flow, "NAME",                          \
         "none, or rts: the RTS and CTS wires are there"},                     \
        {"--no-inhibit", CLI_FLAG, &(options).no_inhibit, NULL,                \
         "let ModemManager keep its hands on the module"},                     \
    {                                                                          \
        "--trace", CLI_FLAG, &(options).trace, NULL,                           \
            "show every AT line with its time"                                 \
    }

struct modem_link {
    struct posix_port port;
    struct posix_inhibit inhibit; /* ModemManager's hands off it */
    struct ffx_at_response response;
    char line[512];
    uint8_t input[512]; /* read, and not yet looked at */
    size_t input_used, input_length;
    uint32_t start_ms;
    int trace;
    int rts_cts; /* AT+IFC=2,2 is right here */
    int32_t cme; /* of the last refusal; -1: plain ERROR */
    int echoed;  /* the last modem_link_command came back as it was typed */
};

/* 0, or an exit code after its message. */
int modem_link_open(struct modem_link *link, const char *name,
                    const struct modem_options *options);
void modem_link_close(struct modem_link *link);

/* One line of the trace, when there is one: direction '>' or '<'. Bytes that
 * no terminal should see are shown as \xNN. */
void modem_link_trace(const struct modem_link *link, char direction,
                      const char *text);

/* AT until OK (15 s), echo off, errors as numbers, flow control. 0 or an exit
 * code. */
int modem_link_sync(struct modem_link *link);

/* Open and sync, for a verb that only asks: 0, or an exit code with the port
 * closed again. */
int modem_link_start(struct modem_link *link, const char *name,
                     const struct modem_options *options);

/* Sends a command and waits for its end. Lines go to `take` (may be null).
 * FFX_OK, FFX_ERR_REFUSED, FFX_ERR_TIMEOUT. */
int modem_link_command(struct modem_link *link, const char *command,
                       uint32_t timeout_ms,
                       void (*take)(void *context, const char *line),
                       void *context);
/* The same in pieces, for commands that are more than a line: a command and
 * its CR, raw bytes, the next event before `end_ms` (0: there is none). */
int modem_link_say(struct modem_link *link, const char *command);
int modem_link_send(struct modem_link *link, const void *bytes, size_t length);
int modem_link_event(struct modem_link *link, uint32_t end_ms,
                     struct ffx_at_event *event);
/* The line that begins with `beginning`, or the only line when that is "",
 * without it and blanks. */
int modem_link_ask(struct modem_link *link, const char *command,
                   const char *beginning, char *answer, size_t capacity);

/* Directories by name: custapp, fota, datatx, customer. -1: none of them. */
int modem_link_directory(const char *name, size_t length);

/* 1..50 printable characters without quote, comma, slash. */
int modem_link_name_valid(const char *name);

/* FFX_ERR_NO_PACKAGE: no such file; FFX_ERR_IO: the line does not get it
 * across; FFX_ERR_SPACE. Both open and close the module's file bracket and
 * repeat pieces that did not come through. */
int modem_link_get(struct modem_link *link, int directory, const char *name,
                   struct pack_buffer *out);
int modem_link_put(struct modem_link *link, int directory, const char *name,
                   const void *bytes, size_t length);

#endif
