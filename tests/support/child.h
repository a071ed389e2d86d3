/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program under test or a server for it, as a child with its standard input
 * and output at hand. Every wait is bounded; what goes wrong here aborts.
 */
#ifndef FARFIX_TESTS_CHILD_H
#define FARFIX_TESTS_CHILD_H

#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none */
    int in;    /* its standard input */
    int out;   /* its standard output */
};

/* argv[0] is looked up in PATH. Its stderr goes to `errors`, a path, or is
 * shared when that is null. It dies with the test. */
void child_start(struct child *child, const char *const *argv,
                 const char *errors);

/* Bytes of its output; 0: nothing for so long, or its end. */
size_t child_read(struct child *child, void *buffer, size_t capacity,
                  int timeout_ms);
void child_write(struct child *child, const void *bytes, size_t length);

/* Up to and without the newline; what follows stays unread. 0 or -1: nothing
 * for so long, or too long. */
int child_line(struct child *child, char *line, size_t capacity,
               int timeout_ms);

/* Waits for its end, at most ten seconds; returns its exit code, or 128 +
 * the signal that ended it. */
int child_wait(struct child *child);
/* Sends a signal first. */
int child_stop(struct child *child, int signal_number);

#endif
