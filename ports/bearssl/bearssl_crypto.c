/* SPDX-License-Identifier: Apache-2.0 */
#include "bearssl/bearssl_crypto.h"

#include <farfix/error.h>

#include <bearssl_hash.h>
#include <stddef.h>

_Static_assert(sizeof(br_sha256_context) <= sizeof(struct ffx_sha256),
               "struct ffx_sha256 must hold a digest of BearSSL");

/* --- SHA-256 ------------------------------------------------------------- */

static br_sha256_context *digest_of(struct ffx_sha256 *hash)
{
    return (br_sha256_context *)(void *)hash->opaque;
}

static int sha256_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    br_sha256_init(digest_of(hash));
    return 0;
}

static int sha256_update(void *context, struct ffx_sha256 *hash,
                         const void *data, uint32_t length)
{
    (void)context;
    br_sha256_update(digest_of(hash), data, length);
    return 0;
}

static int sha256_finish(void *context, struct ffx_sha256 *hash,
                         uint8_t digest[FFX_SHA256_BYTES])
{
    (void)context;
    br_sha256_out(digest_of(hash), digest);
    return 0;
}

/* --- ECDSA P-256 --------------------------------------------------------- */

struct question {
    const struct bearssl_config *config;
    const uint8_t *key, *digest, *signature;
    uint32_t right;
};

static void answer(void *argument)
{
    struct question *const asked = argument;
    const br_ec_public_key key = {
        .curve = BR_EC_secp256r1,
        .q = (unsigned char *)(uintptr_t)asked->key,
        .qlen = FFX_PUBLIC_KEY_BYTES,
    };
    asked->right = br_ecdsa_i15_vrfy_raw(asked->config->curves, asked->digest,
                                         FFX_SHA256_BYTES, &key,
                                         asked->signature, FFX_SIGNATURE_BYTES);
}

static int verify(void *context, const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    const struct bearssl_config *const config = context;
    struct question asked = {config, public_key, digest, signature, 0};
    if (config->call != NULL)
        config->call(config->context, answer, &asked);
    else
        answer(&asked);
    return asked.right == 1 ? 0 : FFX_ERR_SIGNATURE;
}

void bearssl_crypto(struct ffx_crypto *crypto,
                    const struct bearssl_config *config)
{
    *crypto = (struct ffx_crypto){
        .sha256_start = sha256_start,
        .sha256_update = sha256_update,
        .sha256_finish = sha256_finish,
        .verify = verify,
        .context = (void *)(uintptr_t)config,
    };
}
