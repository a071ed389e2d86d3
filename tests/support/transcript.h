/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialogues of tests/wire (README.md there), as files: one cmocka test for
 * each, named after its first line.
 */
#ifndef FARFIX_TESTS_TRANSCRIPT_H
#define FARFIX_TESTS_TRANSCRIPT_H

#include <stddef.h>

#define TRANSCRIPT_LINE 1280u

/* Plays every file; *context is its path. Returns what main returns. */
int transcript_run(const char *group, void (*play)(void **context),
                   int (*set_up)(void **context),
                   int (*tear_down)(void **context));

/* What stands behind "> ", "< ", ": name " and the like; null when the line
 * does not begin so. */
const char *transcript_behind(const char *line, const char *beginning);

/* A placeholder at the start of `text`: its name; returns what is behind it,
 * or null. */
const char *transcript_placeholder(const char *text, char name[16]);

/* \r \n \t \\ \xHH become bytes; returns how many (at most as many as the
 * text has characters). */
size_t transcript_unescape(const char *text, char *bytes);

#endif
