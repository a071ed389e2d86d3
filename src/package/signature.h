/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures: strict DER to r and s, then the crypto port. See
 * ffx_signature_check in farfix/package.h for the rules.
 */
#ifndef FARFIX_PACKAGE_SIGNATURE_H
#define FARFIX_PACKAGE_SIGNATURE_H

#include <farfix/package.h>

/* DER to r and s. FFX_ERR_SIGNATURE unless it is the one spelling of a pair
 * with 1 <= r < n, 1 <= s <= n/2. */
int signature_decode(uint8_t raw[FFX_SIGNATURE_BYTES], const uint8_t *der,
                     uint32_t length);

/* Digest of a text in one call; `hash` is scratch. Errors of the port. */
int signature_digest(const struct ffx_crypto *crypto, struct ffx_sha256 *hash,
                     const void *text, uint32_t length,
                     uint8_t digest[FFX_SHA256_BYTES]);

/* Which of the keys made this signature: its index. FFX_ERR_SIGNATURE: none;
 * other errors of the port as they come. */
int signature_key(const struct ffx_crypto *crypto,
                  const struct ffx_public_key *keys, uint32_t count,
                  const uint8_t digest[FFX_SHA256_BYTES], const uint8_t *der,
                  uint32_t length);

#endif
