/* SPDX-License-Identifier: Apache-2.0 */
#include "memo_hash.h"
#include "memo.h"
#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What was hashed so far, and the digests of all that ever was. */
static struct {
    uint8_t *bytes;
    size_t length, room;
} stream;
static struct table known; /* digest of the bytes -> 1 + index */
static uint8_t (*digests)[FFX_SHA256_BYTES];
static size_t digest_count, digest_room;

static int start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    (void)hash;
    stream.length = 0;
    return 0;
}

static int update(void *context, struct ffx_sha256 *hash, const void *data,
                  uint32_t length)
{
    (void)context;
    (void)hash;
    if (stream.length + length > stream.room) {
        stream.room = 2 * (stream.length + length);
        stream.bytes = realloc(stream.bytes, stream.room);
        assert(stream.bytes != NULL);
    }
    memcpy(stream.bytes + stream.length, data, length);
    stream.length += length;
    return 0;
}

static void compute(uint8_t digest[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *const real = memo_crypto();
    struct ffx_sha256 hash;
    int rc = real->sha256_start(real->context, &hash);
    if (rc == 0)
        rc = real->sha256_update(real->context, &hash, stream.bytes,
                                 (uint32_t)stream.length);
    if (rc == 0)
        rc = real->sha256_finish(real->context, &hash, digest);
    assert(rc == 0);
    (void)rc;
}

static int finish(void *context, struct ffx_sha256 *hash,
                  uint8_t digest[FFX_SHA256_BYTES])
{
    int is_new;
    uint64_t *const at =
        table_at(&known, table_digest(stream.bytes, stream.length), &is_new);
    (void)context;
    (void)hash;
    if (is_new) {
        if (digest_count == digest_room) {
            digest_room = digest_room == 0 ? 64 : 2 * digest_room;
            digests = realloc(digests, digest_room * sizeof *digests);
            assert(digests != NULL);
        }
        compute(digests[digest_count]);
        *at = ++digest_count;
    }
    memcpy(digest, digests[*at - 1], FFX_SHA256_BYTES);
    return 0;
}

const struct ffx_crypto *memo_hash_crypto(void)
{
    static struct ffx_crypto port;
    port = *memo_crypto();
    port.sha256_start = start;
    port.sha256_update = update;
    port.sha256_finish = finish;
    return &port;
}
