/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_blob.h"
#include "base/text.h"
#include "store/store_log.h"

#include <stdlib.h>
#include <string.h>

/* --- one blob ------------------------------------------------------------ */

/* A buffer grows by doubling: half of it may be empty. */
static void trim(struct pack_buffer *bytes)
{
    if (bytes->length == 0 || bytes->length == bytes->capacity)
        return;
    bytes->bytes = store_must(realloc(bytes->bytes, bytes->length));
    bytes->capacity = bytes->length;
}

struct store_blob *store_blob_new(const char *type, struct pack_buffer *bytes)
{
    struct store_blob *blob = store_must(calloc(1, sizeof *blob));
    atomic_init(&blob->references, 1);
    blob->type = type;
    blob->bytes = *bytes;
    memset(bytes, 0, sizeof *bytes);
    trim(&blob->bytes);
    pack_sha256(blob->bytes.bytes, blob->bytes.length, blob->sha256);
    blob->etag[0] = '"';
    text_put_hex(blob->etag + 1, blob->sha256, FFX_SHA256_BYTES);
    memcpy(blob->etag + 1 + 2 * FFX_SHA256_BYTES, "\"", 2);
    return blob;
}

struct store_blob *store_blob_hold(struct store_blob *blob)
{
    atomic_fetch_add(&blob->references, 1);
    return blob;
}

void store_blob_drop(struct store_blob *blob)
{
    if (blob == NULL || atomic_fetch_sub(&blob->references, 1) != 1)
        return;
    pack_buffer_free(&blob->bytes);
    free(blob);
}

/* --- the table ----------------------------------------------------------- */

/* FNV-1a: names are digests and versions, nobody gains by making chains long:
 * they are bounded by what the releases allow. */
static size_t chain_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash % STORE_BLOB_CHAINS;
}

static struct store_blob **find(struct store_blobs *blobs, const char *name)
{
    struct store_blob **at = &blobs->chains[chain_of(name)];
    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static void unlink_use(struct store_blobs *blobs, struct store_blob *blob)
{
    *(blob->newer != NULL ? &blob->newer->older : &blobs->newest) = blob->older;
    *(blob->older != NULL ? &blob->older->newer : &blobs->oldest) = blob->newer;
}

static void link_use(struct store_blobs *blobs, struct store_blob *blob)
{
    blob->newer = NULL;
    blob->older = blobs->newest;
    *(blobs->newest != NULL ? &blobs->newest->newer : &blobs->oldest) = blob;
    blobs->newest = blob;
}

static void forget(struct store_blobs *blobs, struct store_blob **at)
{
    struct store_blob *blob = *at;
    *at = blob->next;
    unlink_use(blobs, blob);
    blobs->bytes -= blob->bytes.length;
    store_blob_drop(blob);
}

struct store_blob *store_blobs_find(struct store_blobs *blobs, const char *name)
{
    struct store_blob *blob = *find(blobs, name);
    if (blob == NULL)
        return NULL;
    unlink_use(blobs, blob);
    link_use(blobs, blob);
    return store_blob_hold(blob);
}

void store_blobs_put(struct store_blobs *blobs, const char *name,
                     struct store_blob *blob)
{
    struct store_blob **at = find(blobs, name);
    const size_t length = strlen(name);
    if (*at != NULL)
        forget(blobs, at);
    if (length > STORE_NAME_MAX)
        return;
    memcpy(blob->name, name, length + 1);
    at = find(blobs, name);
    blob->next = *at;
    *at = store_blob_hold(blob);
    link_use(blobs, blob);
    blobs->bytes += blob->bytes.length;
    store_blobs_trim(blobs);
}

/* A reference is only given out under the lock that covers the table: what
 * nobody but the table holds stays so meanwhile. */
void store_blobs_trim(struct store_blobs *blobs)
{
    struct store_blob *blob = blobs->oldest;
    while (blob != NULL && blobs->bytes > blobs->limit) {
        struct store_blob *newer = blob->newer;
        if (atomic_load(&blob->references) == 1)
            forget(blobs, find(blobs, blob->name));
        blob = newer;
    }
}

void store_blobs_close(struct store_blobs *blobs)
{
    while (blobs->oldest != NULL)
        forget(blobs, find(blobs, blobs->oldest->name));
}
