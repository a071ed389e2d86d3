/* SPDX-License-Identifier: Apache-2.0 */
/* Options that farfix update and farfix watch share, looked at before a port is
 * opened. */
#ifndef FARFIX_CLI_UPDATE_WORDS_H
#define FARFIX_CLI_UPDATE_WORDS_H

#include "cli/cli.h"

#include <farfix/driver.h>

/* How a walk goes, whoever begins it. */
struct update_words {
    const char *channel, *secrets, *apn, *dialect;
    uint32_t data_limit, tries, update_limit;
};

/* For their tables. `each` is what --data-limit counts over. */
#define UPDATE_OPTIONS(words, each)                                            \
    {"--channel", CLI_TEXT, &(words).channel, "NAME",                          \
     "of the store (default: what it gives this module)"},                     \
        {"--secrets", CLI_TEXT, &(words).secrets, "FILE",                      \
         "NAME=value lines: SIM_PIN, APN_PASSWORD, ..."},                      \
        {"--apn", CLI_TEXT, &(words).apn, "NAME",                              \
         "access point (default: what the network delivers)"},                 \
        {"--data-limit", CLI_NUMBER, &(words).data_limit, "BYTES",             \
         "most bytes over the air" each},                                      \
        {"--tries", CLI_NUMBER, &(words).tries, "N", "downloads (5)"},         \
        {"--update-limit", CLI_NUMBER, &(words).update_limit, "SECONDS",       \
         "from AT+CFOTA=1 to its proven end (600)"},                           \
    {                                                                          \
        "--dialect", CLI_TEXT, &(words).dialect, "NAME",                       \
            "auto (default), sim7000, sim7070"                                 \
    }

/* 0, or -1: there is no such dialect. */
int update_words_dialect(const char *name, enum ffx_dialect *dialect);

/* 0, or an exit code after its message. Texts may be null. */
int update_words_check(const struct update_words *words);

#endif
