/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A crypto port that remembers digests and verdicts by content: the first
 * time PSA computes them, in a sweep each comes thousands of times. One digest
 * at a time.
 */
#ifndef FARFIX_TESTS_POWER_MEMO_HASH_H
#define FARFIX_TESTS_POWER_MEMO_HASH_H

#include <farfix/crypto.h>

const struct ffx_crypto *memo_hash_crypto(void);

#endif
