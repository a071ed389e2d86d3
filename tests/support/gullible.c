/* SPDX-License-Identifier: Apache-2.0 */
#include "gullible.h"

#include <string.h>

static int start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    memset(hash, 0, sizeof *hash);
    return 0;
}

static int update(void *context, struct ffx_sha256 *hash, const void *data,
                  uint32_t length)
{
    (void)context;
    (void)hash;
    (void)data;
    (void)length;
    return 0;
}

static int finish(void *context, struct ffx_sha256 *hash,
                  uint8_t digest[FFX_SHA256_BYTES])
{
    (void)context;
    (void)hash;
    memset(digest, 0, FFX_SHA256_BYTES);
    return 0;
}

static int verify(void *context, const uint8_t key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)context;
    (void)key;
    (void)digest;
    (void)signature;
    return 0;
}

const struct ffx_crypto *gullible_crypto(void)
{
    static const struct ffx_crypto port = {start, update, finish, verify, NULL};
    return &port;
}
