/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of package keys. Room-internal. */
#ifndef FARFIX_PACK_DELEGATE_H
#define FARFIX_PACK_DELEGATE_H

#include "pack/sign.h"

/* key->cert and its signature for key->public_key. FFX_ERR_ARGUMENT,
 * FFX_ERR_CERT, and what loading and using the release key may say. */
int delegate(struct pack_key *key, const struct pack_delegation *how,
             struct pack_error *error);

/* NAME.cert and NAME.cert.sig. */
int delegate_write(const char *base, const struct pack_key *key,
                   struct pack_error *error);

#endif
