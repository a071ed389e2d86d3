/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA P-256 with SHA-256, the maker's half. Room-internal.
 *
 * Signatures are deterministic (RFC 6979, HMAC-SHA-256), s is at most n/2,
 * DER in its shortest form: the same key and message give the same bytes.
 */
#ifndef FARFIX_PACK_SIGN_H
#define FARFIX_PACK_SIGN_H

#include "pack/pack.h"

#include <mbedtls/pk.h>

struct pack_key {
    mbedtls_pk_context pk; /* always P-256, both halves present */
    struct ffx_public_key public_key;
    /* cert.length > 0 exactly when the key is delegated; then both texts are
     * checked: canonical, and for this very key. */
    struct pack_buffer cert, cert_signature;
    struct ffx_cert delegation;
};

/* NAME.pub, a test key as well: only to take trust away from it. */
int keys_load_public(const char *path, struct ffx_public_key *key,
                     struct pack_error *error);

/* Random bytes of the operating system, in the shape Mbed TLS asks for. */
int sign_random(void *context, unsigned char *out, size_t length);

/* Appends the DER signature of `message` to `der`. FFX_ERR_IO only when the
 * system gives no random bytes (they blind the computation, the signature
 * does not depend on them). */
int sign_message(const struct pack_key *key, const void *message, size_t length,
                 struct pack_buffer *der, struct pack_error *error);

#endif
