/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every verb of the command line shares: options, help, errors, JSON,
 * progress. A verb is one file, host/cli/NOUN_VERB.c, with one function
 * cli_NOUN_VERB and one const struct cli_usage that parses and explains it.
 */
#ifndef FARFIX_CLI_H
#define FARFIX_CLI_H

#include <stddef.h>
#include <stdint.h>

/* Exit codes: a contract (DESIGN.md, section "Command line"). */
enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_NOTHING = 2, /* nothing to do */
    CLI_MISSING = 3, /* a local file, port or directory is not there */
    CLI_USAGE = 64,
    CLI_POWER = 75 /* sim --once lost its power */
};

enum cli_kind {
    CLI_FLAG,   /* int *: set to 1 */
    CLI_TEXT,   /* const char ** */
    CLI_NUMBER, /* uint32_t *: decimal or 0x, with K or M */
    CLI_TEXTS,  /* struct cli_texts *: may be said twice */
    CLI_LIST    /* struct cli_list *: may be said more often */
};

#define CLI_TEXTS_MAX 2u
struct cli_texts {
    const char *text[CLI_TEXTS_MAX];
    size_t count;
};

#define CLI_LIST_MAX 16u
struct cli_list {
    const char *text[CLI_LIST_MAX];
    size_t count;
};

struct cli_option {
    const char *name; /* "--trust" or "-o" */
    enum cli_kind kind;
    void *value;
    const char *argument; /* name in the help: "FILE"; null for a flag */
    const char *help;     /* one line */
};

/* A verb explains itself: this is its --help and its parser. */
struct cli_usage {
    const char *synopsis; /* "farfix key make NAME [--signed-by KEY]" */
    const char *about;    /* paragraphs that teach; may hold newlines */
    const char *examples; /* command lines, newline-separated; may be null */
};

/* Parses argv behind the verb. Positional arguments go to `positional` in
 * order, `required` of them at least, `most` at most. Returns -1 to go on, or
 * an exit code: CLI_DONE after --help, CLI_USAGE after an error message. */
int cli_parse(const struct cli_usage *usage, const struct cli_option *options,
              size_t option_count, int argc, char **argv,
              const char **positional, size_t required, size_t most);

/* "farfix: text" on stderr: one line that names cause and next step. Returns
 * `code`, so that a verb can end with return cli_fail(...). */
int cli_fail(enum cli_exit code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One progress bar on stderr, only when it is a terminal. percent 0..100.
 */
void cli_progress(const char *what, unsigned percent);
/* The same with bytes, rate and the time that is left; total 0: unknown. */
void cli_progress_bytes(const char *what, uint32_t done, uint32_t total);
/* Without a terminal: a line on stderr every ten per cent; off by default. */
void cli_progress_lines(int on);
void cli_progress_end(void);

/* JSON on stdout: objects of one level and arrays of such. Strings are
 * escaped; numbers are not checked. */
void cli_json_open(char bracket);
void cli_json_close(char bracket);
void cli_json_key(const char *key);
void cli_json_text(const char *key, const char *value); /* key null: array */
void cli_json_number(const char *key, long long value);
void cli_json_bool(const char *key, int value);
void cli_json_end(void); /* newline, flush */

/* Bytes as lower-case hex into out (2 * length + 1). */
void cli_hex(char *out, const uint8_t *bytes, size_t length);

/* Where a login in a URL ends, "://user:password@": what must not be shown.
 * Null when `text` does not begin with such. */
const char *cli_login_end(const char *text);
/* `text` with each login as "***". */
const char *cli_masked(const char *text, char *out, size_t capacity);

/* A secret by name ("FTP_PASSWORD"): from --secrets FILE (NAME=value lines)
 * or the environment variable FARFIX_NAME; null when neither has it. */
const char *cli_secret(const char *file, const char *name);

#endif
