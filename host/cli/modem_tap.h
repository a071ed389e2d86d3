/* SPDX-License-Identifier: Apache-2.0 */
/* Between a module and a program: bytes pass both ways, and a transcript is
 * made of them. */
#ifndef FARFIX_CLI_MODEM_TAP_H
#define FARFIX_CLI_MODEM_TAP_H

#include "cli/modem_link.h"
#include "cli/modem_transcript.h"

/* A program may talk to the module at the pseudo terminal `pty` until it
 * closes it; with `keep` one after the other, until SIGINT or SIGTERM. 0, or
 * an exit code after its message. */
int tap_session(struct modem_link *link, struct transcript *transcript,
                const char *pty, int keep);

#endif
