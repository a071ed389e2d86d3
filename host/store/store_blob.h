/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that are ready to be sent: packages, offers, pictures. A blob never
 * changes; whoever holds a reference may read it without a lock, however long
 * his client takes. What a blob holds was checked when it was made: a file on
 * disk that changes afterwards cannot reach a device.
 *
 * The table keeps what was asked for last, up to a number of bytes, and knows
 * all that somebody holds: nothing is in memory twice.
 */
#ifndef FARFIX_STORE_BLOB_H
#define FARFIX_STORE_BLOB_H

#include "pack/pack.h"

#include <stdatomic.h>

#define STORE_NAME_MAX 191u /* length of a blob's name */

struct store_blob {
    atomic_uint references;
    const char *type;                    /* of its content, for HTTP */
    char etag[2 * FFX_SHA256_BYTES + 3]; /* quoted digest */
    uint8_t sha256[FFX_SHA256_BYTES];
    struct pack_buffer bytes;
    /* private: of the table */
    char name[STORE_NAME_MAX + 1];
    struct store_blob *next;          /* in its chain */
    struct store_blob *newer, *older; /* by last use */
};

/* Takes the buffer over; the caller holds the one reference. */
struct store_blob *store_blob_new(const char *type, struct pack_buffer *bytes);
struct store_blob *store_blob_hold(struct store_blob *blob);
void store_blob_drop(struct store_blob *blob); /* null does nothing */

#define STORE_BLOB_CHAINS 1024u

/* Not thread safe: `facts` of the store guards it. */
struct store_blobs {
    struct store_blob *chains[STORE_BLOB_CHAINS];
    struct store_blob *newest, *oldest;
    size_t bytes, limit; /* limit: bytes of all blobs together */
};

/* Null, or a reference for the caller. */
struct store_blob *store_blobs_find(struct store_blobs *blobs,
                                    const char *name);
/* In place of what had this name. Forgets what was not asked for longest and
 * is in nobody's hands. A name that is too long is not kept. */
void store_blobs_put(struct store_blobs *blobs, const char *name,
                     struct store_blob *blob);
/* Forgets what is above the limit and is not in hand any more. */
void store_blobs_trim(struct store_blobs *blobs);
void store_blobs_close(struct store_blobs *blobs);

#endif
