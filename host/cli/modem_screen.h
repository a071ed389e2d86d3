/* SPDX-License-Identifier: Apache-2.0 */
/* A module's lines as a terminal shows them. */
#ifndef FARFIX_CLI_MODEM_SCREEN_H
#define FARFIX_CLI_MODEM_SCREEN_H

#include "cli/modem_link.h"
#include "cli/modem_mask.h"

struct screen {
    struct modem_link *link;
    char line[MASK_LINE]; /* the one that screen_line gave, or the next */
    size_t length;
    int whole;
};

/* 1: `line` is the next one, without CR and LF; 0: silence for so long; -1:
 * it holds bytes that are no text, or too many. */
int screen_line(struct screen *screen, uint32_t timeout_ms);

/* So many bytes as they are; how many of them are these. */
size_t screen_bytes(struct screen *screen, const uint8_t *wanted, size_t length,
                    uint32_t timeout_ms);

/* A final result code, as manual 2.2.19 and 20.1 have them. */
int screen_is_final(const char *line);

#endif
