/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions of `modem probe --network`: those of D1 to D26 that only a
 * transfer answers. The module fetches small files that the caller names into
 * a scratch file, which is removed; what else was changed is put back.
 *
 *     https or http   D10, D22: URC, poll and file; timeout and retries
 *     https           D9
 *     ftp             D11, D16, D17: bearer, FTPEXTGET=2, FTPTOFSST
 */
#ifndef FARFIX_CLI_MODEM_NETWORK_H
#define FARFIX_CLI_MODEM_NETWORK_H

#include "cli/modem_settle.h"

#define NETWORK_URLS 6u
#define NETWORK_FILE_BYTES 16384u /* a file that is longer is cut off */

struct network {
    struct settle *settle;
    const char *apn;     /* null: the one that the network delivers */
    const char *secrets; /* FTP_USER, FTP_PASSWORD */
    char list[2048];     /* what `urls` points into */
    const char *urls[NETWORK_URLS];
    size_t count;

    /* What became of it. */
    uint32_t fetched;  /* bytes of all files */
    char problem[400]; /* the first one, for a person; "": none */

    /* The bearer. */
    int opened; /* here, so it is closed here */
    int closed; /* nothing is fetched any more */
    int active;
    int refused; /* the network has taken it away, or gives none */
    int works;   /* something was fetched by http */

    /* The transfer in hand. */
    const char *urc, *poll; /* how their lines begin; poll: null for none */
    int32_t said[3], polled[3];
    int has_said, has_polled;
};

/* "URL,URL": 0, or an exit code after its message. */
int network_urls(struct network *network, const char *list);

/* The most that it may cost of the SIM's data volume, in bytes. */
uint32_t network_cost(const struct network *network);

/* Echo is off, the bracket of files is closed. Fills values of `settle`. */
void network_settle(struct network *network);

#endif
