/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto port over the PSA Crypto API 1.x: SHA-256 by psa_hash_*, ECDSA
 * by psa_verify_hash. On the host Mbed TLS (>= 2.28) stands behind it; an MCU
 * brings its own PSA implementation (Mbed TLS, TF-M, ESP-IDF, Zephyr).
 *
 * Needs PSA_WANT_ALG_SHA_256, PSA_WANT_ALG_ECDSA and PSA_WANT_ECC_SECP_R1_256.
 * Not thread safe when the implementation is not (Mbed TLS before 3.6): let
 * one thread at a time use it.
 */
#ifndef FARFIX_PSA_CRYPTO_H
#define FARFIX_PSA_CRYPTO_H

#include <farfix/crypto.h>

/* The port; static, never null. It initialises PSA itself on first use.
 *
 * sha256_*: FFX_ERR_IO when PSA fails (no entropy, hardware fault); the
 * digest is then dead, start again. verify: FFX_ERR_SIGNATURE for a wrong
 * signature and for a point that is not on the curve, FFX_ERR_IO when PSA
 * could not decide (no memory for a key slot): neither may be trusted.
 * An abandoned digest holds nothing but its own struct. */
const struct ffx_crypto *psa_crypto(void);

#endif
