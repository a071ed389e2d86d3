/* SPDX-License-Identifier: Apache-2.0 */
/* PSA Crypto for several threads: Mbed TLS 2.28 has one set of key slots and
 * no lock. Room-internal. */
#ifndef FARFIX_PACK_CRYPTO_H
#define FARFIX_PACK_CRYPTO_H

#include <farfix/crypto.h>

const struct ffx_crypto *pack_crypto(void);

#endif
