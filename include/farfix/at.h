/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AT line protocol, both halves: V.250 as the SIM7000 speaks it (SIMCom
 * SIM7000 Series AT Command Manual V1.06, chapters 1 and 2).
 *
 * DCE half (the module): ffx_at_reader collects a command line,
 * ffx_at_line splits it into commands, ffx_at_args reads the parameters.
 * DTE half (the controlling MCU): ffx_at_response sorts what a module says
 * into information lines, final result codes, prompts and raw data.
 *
 * Bytes in, events out. No I/O, no clock, no heap; the caller owns the line
 * buffers. Every reader takes any chunking, one byte at a time included, and
 * whatever arrives: too long, binary, half a line.
 */
#ifndef FARFIX_AT_H
#define FARFIX_AT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest command line without its "AT", and how many commands it may hold
 * (manual 1.4.4). */
#define FFX_AT_LINE_MAX 559u
#define FFX_AT_COMMANDS_MAX 39u

/* --- writing ------------------------------------------------------------- */

/*
 * Builds text in a caller's buffer. A write that does not fit sets
 * `overflow` and writes nothing; later writes then do nothing either, so one
 * check at the end is enough.
 */
struct ffx_at_text {
    char *text;
    uint32_t capacity;
    uint32_t length; /* 0 <= length <= capacity */
    uint8_t overflow;
};

void ffx_at_text_init(struct ffx_at_text *out, char *buffer, uint32_t capacity);
void ffx_at_put(struct ffx_at_text *out, const char *text);
void ffx_at_put_bytes(struct ffx_at_text *out, const void *bytes,
                      uint32_t length);
void ffx_at_put_number(struct ffx_at_text *out, int32_t value);
/* "text" in quotes. Text with a quote, CR, LF or another control character
 * sets overflow: an argument cannot smuggle a command (AT injection). */
void ffx_at_put_quoted(struct ffx_at_text *out, const char *text);

/* CME error numbers used here (manual chapter 20.1). */
enum ffx_at_cme {
    FFX_AT_CME_PHONE_FAILURE = 0,
    FFX_AT_CME_NOT_ALLOWED = 3,
    FFX_AT_CME_NOT_SUPPORTED = 4,
    FFX_AT_CME_SIM_NOT_INSERTED = 10,
    FFX_AT_CME_SIM_PIN = 11,
    FFX_AT_CME_WRONG_PASSWORD = 16,
    FFX_AT_CME_MEMORY_FULL = 20,
    FFX_AT_CME_NO_NETWORK = 30,
    FFX_AT_CME_UNKNOWN = 100
};

/* Verbose text of a CME number as the module prints it with CMEE=2, or
 * "unknown". */
const char *ffx_at_cme_text(int cme);

/* --- DCE: command lines -------------------------------------------------- */

struct ffx_at_reader {
    char *line; /* FFX_AT_LINE_MAX + 1 bytes at least; NUL-terminated */
    uint32_t capacity;
    uint32_t length;
    uint8_t state;    /* waiting for 'A', for 'T', inside a line */
    uint8_t too_long; /* the line is over the limit: answer ERROR */
};

void ffx_at_reader_init(struct ffx_at_reader *reader, char *line,
                        uint32_t capacity);

/* Takes bytes up to and including the CR (or the '/' of A/) that ends a
 * command line; returns how many it took. *ready is 1 when a line is
 * complete: the text behind "AT" stands in `line` until the next feed. `A/`
 * leaves the previous line in place and sets *ready. Backspace edits. */
uint32_t ffx_at_reader_feed(struct ffx_at_reader *reader, const void *bytes,
                            uint32_t length, int *ready);
/* 1 behind an 'A' or "AT" whose CR has not come yet. */
int ffx_at_reader_inside(const struct ffx_at_reader *reader);

enum ffx_at_form {
    FFX_AT_EXECUTE, /* AT+X      */
    FFX_AT_READ,    /* AT+X?     */
    FFX_AT_TEST,    /* AT+X=?    */
    FFX_AT_WRITE    /* AT+X=...  */
};

/* One command of a line. Pointers into the line buffer, not terminated. */
struct ffx_at_command {
    const char *name; /* "+CFOTA", "E", "&W", "S3"; any letter case */
    uint32_t name_length;
    enum ffx_at_form form;
    const char *arguments; /* behind '='; basic commands: the number */
    uint32_t arguments_length;
};

struct ffx_at_line {
    const char *next, *end;
};

void ffx_at_line_init(struct ffx_at_line *line, const char *text);
/* 1: a command; 0: the end of the line; FFX_ERR_SYNTAX. */
int ffx_at_line_next(struct ffx_at_line *line, struct ffx_at_command *command);
/* 1 when the command's name equals `name` (upper case, with its '+'). */
int ffx_at_command_is(const struct ffx_at_command *command, const char *name);

/* Parameters, left to right. */
struct ffx_at_args {
    const char *next, *end;
    uint8_t more; /* a further parameter follows, perhaps an empty one */
};

void ffx_at_args_init(struct ffx_at_args *args, const char *text,
                      uint32_t length);
/* 1: the value; 0: the parameter is absent or empty; FFX_ERR_SYNTAX: not a
 * number, or outside int32. */
int ffx_at_arg_number(struct ffx_at_args *args, int32_t *value);
/* Quoted or bare string into `text` with NUL. 1, 0 as above;
 * FFX_ERR_BUFFER: longer than capacity - 1; FFX_ERR_SYNTAX. */
int ffx_at_arg_string(struct ffx_at_args *args, char *text, uint32_t capacity);
/* 0 when nothing is left, else FFX_ERR_SYNTAX. */
int ffx_at_args_end(const struct ffx_at_args *args);

/* --- DTE: responses and URCs --------------------------------------------- */

enum ffx_at_event_kind {
    FFX_AT_NOTHING, /* all bytes taken, no event yet */
    FFX_AT_LINE,    /* an information line, a URC or the echo: text */
    FFX_AT_OK,      /* final result code */
    FFX_AT_ERROR,   /* final result code ERROR (also NO CARRIER ...) */
    FFX_AT_CME,     /* final +CME ERROR: code (-1 when only text) */
    FFX_AT_CMS,     /* final +CMS ERROR: code */
    FFX_AT_PROMPT,  /* DOWNLOAD, or "> " */
    FFX_AT_DATA,    /* raw bytes asked for with ffx_at_response_raw */
    FFX_AT_TOO_LONG /* a line longer than the buffer was dropped */
};

struct ffx_at_event {
    enum ffx_at_event_kind kind;
    const char *text; /* LINE, CME: NUL-terminated. DATA: bytes */
    uint32_t length;
    int32_t code;
};

/*
 * A line ends with CR or LF and empty lines are nothing, so every framing
 * reads the same: CR LF, CR CR LF (an echoed CR before it), LF, and the bare
 * CR of numeric results (V0: "0" is OK, "4" ERROR). Control characters in a
 * line read as '?': noise never completes a match.
 */
struct ffx_at_response {
    char *line; /* >= 64; longer lines are dropped and reported */
    uint32_t capacity;
    uint32_t length; /* 0 <= length < capacity */
    uint32_t raw;    /* bytes of raw data still to come */
    uint8_t too_long;
    uint8_t after_cr; /* the last line ended with CR: its LF may follow */
};

void ffx_at_response_init(struct ffx_at_response *response, char *line,
                          uint32_t capacity);
/* Takes bytes until there is an event; returns how many it took. `event` is
 * valid until the next call; DATA points into `bytes`. */
uint32_t ffx_at_response_feed(struct ffx_at_response *response,
                              const void *bytes, uint32_t length,
                              struct ffx_at_event *event);
/* The next `length` bytes are data (after "+CFSRFILE: n"): call it while its
 * LINE is the latest event; the rest of the line's end (CR LF) is skipped.
 * 0: no more data, whatever came is taken as lines again. */
void ffx_at_response_raw(struct ffx_at_response *response, uint32_t length);

#ifdef __cplusplus
}
#endif
#endif
