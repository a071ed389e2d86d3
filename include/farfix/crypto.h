/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto port: one digest and one signature check, nothing else.
 *
 * SHA-256 (FIPS 180-4) and ECDSA over P-256 (FIPS 186-4). ports/psa
 * implements it over the PSA Crypto API. DER, canonical form and low s are
 * checked in src/package before the port sees a signature.
 */
#ifndef FARFIX_CRYPTO_H
#define FARFIX_CRYPTO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFX_SHA256_BYTES 32u
#define FFX_PUBLIC_KEY_BYTES 65u /* 0x04, X, Y: SEC 1 uncompressed point */
#define FFX_SIGNATURE_BYTES 64u  /* r, s: big endian, 32 bytes each */

/* Running digest. Caller-allocated, no interior pointer of ours; the port
 * puts its own state here. 256 bytes hold psa_hash_operation_t. */
struct ffx_sha256 {
    uint64_t opaque[32];
};

struct ffx_crypto {
    int (*sha256_start)(void *context, struct ffx_sha256 *hash);
    int (*sha256_update)(void *context, struct ffx_sha256 *hash,
                         const void *data, uint32_t length);
    /* Ends the digest; start again before the next use. An abandoned digest
     * needs no end: start on the same memory must be enough. */
    int (*sha256_finish)(void *context, struct ffx_sha256 *hash,
                         uint8_t digest[FFX_SHA256_BYTES]);
    /* 0 when the signature is right, FFX_ERR_SIGNATURE when it is wrong or
     * the key is no point of the curve; FFX_ERR_IO when the port could not
     * decide (no memory): never trust, but asking again may help. */
    int (*verify)(void *context, const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                  const uint8_t digest[FFX_SHA256_BYTES],
                  const uint8_t signature[FFX_SIGNATURE_BYTES]);
    void *context;
};

#ifdef __cplusplus
}
#endif
#endif
