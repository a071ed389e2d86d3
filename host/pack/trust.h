/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which release keys stand behind a package? Room-internal.
 *
 * A device that runs A trusts the key that signed A, unless A revoked it, and
 * the key that A introduced. What it trusts besides, A does not tell, and no
 * package may rest on it.
 */
#ifndef FARFIX_PACK_TRUST_H
#define FARFIX_PACK_TRUST_H

#include "pack/pack.h"

/* In the order in which a device would be given them: at most one for the
 * release and one for the certificate. */
struct trust {
    struct ffx_public_key keys[2];
    uint32_t count;
};

/* The keys that signed B, and the certificate of `key`, among those that a
 * device with A trusts; where A is not signed, the one that signed both.
 * FFX_ERR_SIGNATURE. */
int trust_find(const struct pack_release *from, const struct pack_release *to,
               const struct pack_key *key, struct trust *trust,
               struct pack_error *error);

/* 1: a device that runs A trusts this key, as far as A tells; also where A is
 * not signed and tells nothing. */
int trust_holds(const struct pack_release *from,
                const struct ffx_public_key *key);

#endif
