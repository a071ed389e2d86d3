/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) behind the crypto port of the device core. */
#ifndef AP_SHA256_H
#define AP_SHA256_H

#include <farfix/crypto.h>

/* The digests are real. `verify` accepts no signature at all: this board has
 * no ECDSA, so whatever it is offered, it must refuse. */
extern const struct ffx_crypto sha256_crypto;

#endif
