/* SPDX-License-Identifier: Apache-2.0 */
#include "psa/psa_crypto.h"

#include <farfix/error.h>

#include <psa/crypto.h>
#include <string.h>

_Static_assert(sizeof(psa_hash_operation_t) <= sizeof(struct ffx_sha256),
               "struct ffx_sha256 must hold a PSA hash operation");
_Static_assert(_Alignof(psa_hash_operation_t) <= _Alignof(struct ffx_sha256),
               "struct ffx_sha256 must be aligned as a PSA hash operation");

/* --- SHA-256 ------------------------------------------------------------- */

static psa_hash_operation_t *operation_of(struct ffx_sha256 *hash)
{
    return (psa_hash_operation_t *)(void *)hash->opaque;
}

static int sha256_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    psa_hash_operation_t *operation = operation_of(hash);
    if (psa_crypto_init() != PSA_SUCCESS)
        return FFX_ERR_IO;
    /* The memory may hold anything, even an abandoned digest, so it cannot be
     * aborted; a software operation owns nothing outside its struct. */
    memset(hash, 0, sizeof *hash);
    *operation = psa_hash_operation_init();
    return psa_hash_setup(operation, PSA_ALG_SHA_256) == PSA_SUCCESS
               ? 0
               : FFX_ERR_IO;
}

static int sha256_update(void *context, struct ffx_sha256 *hash,
                         const void *data, uint32_t length)
{
    (void)context;
    if (psa_hash_update(operation_of(hash), data, length) == PSA_SUCCESS)
        return 0;
    psa_hash_abort(operation_of(hash));
    return FFX_ERR_IO;
}

static int sha256_finish(void *context, struct ffx_sha256 *hash,
                         uint8_t digest[FFX_SHA256_BYTES])
{
    (void)context;
    size_t length = 0;
    const psa_status_t status =
        psa_hash_finish(operation_of(hash), digest, FFX_SHA256_BYTES, &length);
    if (status == PSA_SUCCESS && length == FFX_SHA256_BYTES)
        return 0;
    psa_hash_abort(operation_of(hash));
    return FFX_ERR_IO;
}

/* --- ECDSA P-256 --------------------------------------------------------- */

/* A key that is not a point of the curve makes no valid signature. */
static int verify_error(psa_status_t status)
{
    switch (status) {
    case PSA_SUCCESS:
        return 0;
    case PSA_ERROR_INVALID_SIGNATURE:
    case PSA_ERROR_INVALID_ARGUMENT:
        return FFX_ERR_SIGNATURE;
    default:
        return FFX_ERR_IO;
    }
}

static int verify(void *context, const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)context;
    const psa_algorithm_t algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_key_id_t key = 0;
    if (psa_crypto_init() != PSA_SUCCESS)
        return FFX_ERR_IO;
    psa_set_key_type(&attributes,
                     PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    psa_status_t status =
        psa_import_key(&attributes, public_key, FFX_PUBLIC_KEY_BYTES, &key);
    if (status == PSA_SUCCESS) {
        status = psa_verify_hash(key, algorithm, digest, FFX_SHA256_BYTES,
                                 signature, FFX_SIGNATURE_BYTES);
        psa_destroy_key(key);
    }
    return verify_error(status);
}

/* --- the port ------------------------------------------------------------ */

const struct ffx_crypto *psa_crypto(void)
{
    static const struct ffx_crypto port = {sha256_start, sha256_update,
                                           sha256_finish, verify, NULL};
    return &port;
}
