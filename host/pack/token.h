/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that lie in a token (HSM, smart card) and never leave it, named by a
 * PKCS#11 URI (RFC 7512). Room-internal.
 *
 * openssl does the work, through its engine or provider pkcs11: FARFIX_PKCS11
 * says which, else the engine where there is one. The PIN comes from the
 * URI's pin-source, from FARFIX_PKCS11_PIN, or from the terminal.
 */
#ifndef FARFIX_PACK_TOKEN_H
#define FARFIX_PACK_TOKEN_H

#include "pack/pack.h"

/* 1: `text` begins like a PKCS#11 URI. */
int token_is_uri(const char *text);

/* One that may be handed to openssl: it holds no PIN, which everybody could
 * see among the arguments. FFX_ERR_ARGUMENT. */
int token_check_uri(const char *uri, struct pack_error *error);

/* The public half as PEM. FFX_ERR_SIGNATURE: openssl does not find it. */
int token_public(const char *uri, struct pack_buffer *pem,
                 struct pack_error *error);

/* A signature of `message` as the token makes it: of any s, and in whatever
 * BER. FFX_ERR_SIGNATURE. */
int token_sign(const char *uri, const void *message, size_t length,
               struct pack_buffer *ber, struct pack_error *error);

#endif
