/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed this? Room-internal.
 *
 * The maker of a package holds the package key and its certificate, but not
 * the release key, not even its public half. Before a package leaves, our own
 * reader must accept it, and for that it needs the key that a device trusts.
 * An ECDSA signature gives that key away (public key recovery, SEC 1 v2,
 * section 4.1.6): the one key under which both the release and the certificate
 * are signed is the release key.
 */
#ifndef FARFIX_PACK_RECOVER_H
#define FARFIX_PACK_RECOVER_H

#include "pack/pack.h"

/* The public keys under which `der` is a signature of `message`. Returns how
 * many, at most 2; 0 when `der` is no P-256 signature at all. Candidates are
 * not verdicts: whether the DER is canonical and s low, and which candidate
 * is meant, ffx_signature_check and a second signature say. */
int recover_keys(const void *message, size_t length, const uint8_t *der,
                 size_t der_length, struct ffx_public_key keys[2]);

#endif
