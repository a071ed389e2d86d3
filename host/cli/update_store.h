/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SOURCE that ends in '/': a store. The module itself fetches what the
 * store offers to its model and version, STORE/MODEL/FROM/next; the offer is
 * verified here, and names the package.
 */
#ifndef FARFIX_CLI_UPDATE_STORE_H
#define FARFIX_CLI_UPDATE_STORE_H

#include "cli/cli.h"

#include <farfix/driver.h>
#include <farfix/package.h>

#define UPDATE_STORE_FILE "/customer/farfix.next"

struct update_store {
    const char *base, *channel; /* the caller's; channel may be null */
    struct ffx_public_key keys[CLI_TEXTS_MAX];
    uint32_t key_count;
    char url[256];                   /* of the offer, then of the package */
    char text[FFX_SIDEFILE_MAX + 1]; /* what the module has fetched */
    uint32_t length;
    struct ffx_offer offer;
    char why[300]; /* the offer is none */
    const char *next;
};

int update_store_is(const char *source);

/* 0, or an exit code after its message: no key or a bad one, an address or a
 * channel that cannot be one. */
int update_store_open(struct update_store *store, const char *base,
                      const char *channel, const struct cli_texts *trust);

/* Bytes of the offer: ffx_driver_file's callback. */
void update_store_bytes(struct update_store *store, uint32_t offset,
                        const void *bytes, uint32_t length);

/* The module has said who it is: `url` is where its offer stands, or "" when
 * there is no such address. */
void update_store_ask(struct update_store *store,
                      const struct ffx_driver_found *found, const char *imei);

/* The offer has come. Verified and for this module: `url` is the package's
 * now, or "" when nothing is newer. 0, or -1: `why` not, and what to do `next`.
 */
int update_store_take(struct update_store *store,
                      const struct ffx_driver_found *found);

#endif
