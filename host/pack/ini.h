/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ini dialect of release.ini, line by line: this room and those above.
 *
 *     [section]  [section argument]  key = value  # comment  ; comment
 *
 * A comment is a whole line, or stands behind white space. Lines end in LF or
 * CR LF. There is no continuation, quoting or nesting.
 */
#ifndef FARFIX_PACK_INI_H
#define FARFIX_PACK_INI_H

#include "pack/pack.h"

struct ini {
    const char *path; /* for messages */
    char *next;       /* rest of the text; cut into lines in place */
    unsigned line;    /* of the last ini_next, from 1 */
};

struct ini_line {
    int is_section;
    const char *name;  /* section or key */
    const char *value; /* section's argument or "", key's value */
};

/* `text` is NUL-terminated, is changed, and must outlive all lines. */
void ini_start(struct ini *ini, const char *path, char *text);

/* 1: `line` is the next section or key; 0: end; else FFX_ERR_MANIFEST. */
int ini_next(struct ini *ini, struct ini_line *line, struct pack_error *error);

/* An error at `line_number`: "PATH:LINE: text"; returns FFX_ERR_MANIFEST. */
int ini_fail(const struct ini *ini, unsigned line_number,
             struct pack_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "4096", "0x1000" or "4K", below 4 GiB: 0, else -1. */
int ini_number(const char *text, uint32_t *value);

/* A version that a release may have: a target called "none" would read as
 * "nothing to do" in an offer. */
int ini_is_version(const char *text);
#define INI_VERSION_GRAMMAR                                                    \
    "up to 32 letters, digits, '.', '_' and '-', first and last "              \
    "alphanumeric, without ___ and not 'none'"

/* A file beside the one that names it. */
int ini_is_file(const char *text);
#define INI_FILE_GRAMMAR                                                       \
    "a file in the same directory, not hidden, up to 63 characters"

#endif
