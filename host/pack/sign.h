/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA P-256 with SHA-256, the maker's half. Room-internal.
 *
 * Signatures are deterministic (RFC 6979, HMAC-SHA-256) unless a token makes
 * them; s is at most n/2, DER in its shortest form.
 */
#ifndef FARFIX_PACK_SIGN_H
#define FARFIX_PACK_SIGN_H

#include "pack/pack.h"

#include <mbedtls/pk.h>

struct pack_key {
    mbedtls_pk_context pk; /* P-256, both halves present, unless: */
    char *uri;             /* the private half is in a token; else null */
    struct ffx_public_key public_key;
    /* cert.length > 0 exactly when the key is delegated; then both texts are
     * checked: canonical, and for this very key. */
    struct pack_buffer cert, cert_signature;
    struct ffx_cert delegation;
};

/* NAME of NAME.key; a file of another name is its own NAME. Allocated. */
char *keys_base_of(const char *path);
/* NAME and a suffix. Allocated. */
char *keys_path_of(const char *base, const char *suffix);
int keys_write_beside(const char *base, const char *suffix, const void *bytes,
                      size_t length, int secret, struct pack_error *error);
/* NAME.pub, a test key as well: only to take trust away from it. */
int keys_load_public(const char *path, struct ffx_public_key *key,
                     struct pack_error *error);

/* Random bytes of the operating system, in the shape Mbed TLS asks for. */
int sign_random(void *context, unsigned char *out, size_t length);

/* Appends the DER signature of `message` to `der`. FFX_ERR_IO when the system
 * gives no random bytes (they blind the computation, the signature does not
 * depend on them); FFX_ERR_SIGNATURE when a token does not sign. */
int sign_message(const struct pack_key *key, const void *message, size_t length,
                 struct pack_buffer *der, struct pack_error *error);

/* r and s of a signature in DER, also in one that our readers refuse: 0, else
 * -1. */
int sign_read(const uint8_t *der, size_t length, mbedtls_mpi *r,
              mbedtls_mpi *s);
/* Appends the one spelling of the same signature: low s, shortest form.
 * FFX_ERR_SIGNATURE: `der` is no signature on P-256. */
int sign_normalise(const uint8_t *der, size_t length, struct pack_buffer *out);

#endif
