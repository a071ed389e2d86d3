/* SPDX-License-Identifier: Apache-2.0 */
/* A dialogue with a module as tests/wire/README.md has it: its lines while it
 * goes on, then the file, masked. */
#ifndef FARFIX_CLI_MODEM_TRANSCRIPT_H
#define FARFIX_CLI_MODEM_TRANSCRIPT_H

#include "cli/modem_mask.h"

struct transcript {
    struct mask mask;
    char **lines; /* "> typed", "< shown" */
    size_t count, capacity;
    int silent; /* echo is off, as the transcript has it */
};

/* `mark` is ">", "<", ":" or "#". Its logins are learned. */
void transcript_add(struct transcript *transcript, const char *mark,
                    const char *text);

/* From line `start` on stands what came behind this command, its final result
 * last. The echo becomes what is typed, with what came unasked before it;
 * without one, that is said first. */
void transcript_typed(struct transcript *transcript, size_t start,
                      const char *command);

/* 0, or an exit code after its message. */
int transcript_write(struct transcript *transcript, const char *path);
void transcript_free(struct transcript *transcript);

#endif
