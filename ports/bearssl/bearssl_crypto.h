/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto port over BearSSL 0.6: 16-bit multiplications and no heap, for
 * the smallest parts. scripts/bearssl fetches the source.
 *
 * A digest takes 0.4 KiB of stack. A signature takes BEARSSL_VERIFY_STACK for
 * some seconds, while the patch reader is not at work yet, so it may have the
 * reader's memory: `call`.
 */
#ifndef FARFIX_BEARSSL_CRYPTO_H
#define FARFIX_BEARSSL_CRYPTO_H

#include <farfix/crypto.h>

#include <bearssl_ec.h>

/* Bytes that a verification puts on its stack, at most. */
#define BEARSSL_VERIFY_STACK 4096u

struct bearssl_config {
    /* On a Cortex-M0 one verification by br_ec_p256_m31 is 43 million
     * instructions; by br_ec_p256_m15 29 million in 2.3 KiB more of text, by
     * br_ec_prime_i15 82 million in 4.9 KiB less. */
    const br_ec_impl *curves;
    /* Calls work(argument), on whatever stack. Null: on the caller's. */
    void (*call)(void *context, void (*work)(void *), void *argument);
    void *context;
};

/* `config` must outlive `crypto`. */
void bearssl_crypto(struct ffx_crypto *crypto,
                    const struct bearssl_config *config);

#endif
