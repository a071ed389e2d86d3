/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PSA port with a memory: the answer of a check is kept by its whole
 * content, so that a sweep over thousands of packages that share a signature
 * pays for it once. Digests are always computed.
 */
#ifndef FARFIX_TESTS_MEMO_H
#define FARFIX_TESTS_MEMO_H

#include <farfix/crypto.h>

const struct ffx_crypto *memo_crypto(void);

#endif
