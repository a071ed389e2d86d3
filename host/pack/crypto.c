/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/crypto.h"

#include <psa/psa_crypto.h>
#include <pthread.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static const struct ffx_crypto *lock(void)
{
    pthread_mutex_lock(&one_at_a_time);
    return psa_crypto();
}

static int unlock(int result)
{
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

static int start(void *context, struct ffx_sha256 *hash)
{
    const struct ffx_crypto *psa = lock();
    (void)context;
    return unlock(psa->sha256_start(psa->context, hash));
}

static int update(void *context, struct ffx_sha256 *hash, const void *data,
                  uint32_t length)
{
    const struct ffx_crypto *psa = lock();
    (void)context;
    return unlock(psa->sha256_update(psa->context, hash, data, length));
}

static int finish(void *context, struct ffx_sha256 *hash,
                  uint8_t digest[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *psa = lock();
    (void)context;
    return unlock(psa->sha256_finish(psa->context, hash, digest));
}

static int verify(void *context, const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    const struct ffx_crypto *psa = lock();
    (void)context;
    return unlock(psa->verify(psa->context, public_key, digest, signature));
}

const struct ffx_crypto *pack_crypto(void)
{
    static const struct ffx_crypto crypto = {start, update, finish, verify,
                                             NULL};
    return &crypto;
}
