/* SPDX-License-Identifier: Apache-2.0 */
#include "sha256.h"

#include <farfix/error.h>

#include <string.h>

struct sha256 {
    uint32_t h[8];
    uint32_t length; /* bytes; images are far below 2^29 */
    uint8_t block[64];
};
_Static_assert(sizeof(struct sha256) <= sizeof(struct ffx_sha256),
               "the state fits the port's");

static const uint32_t sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, int bits)
{
    return x >> bits | x << (32 - bits);
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
    for (int i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
               (uint32_t)block[2] << 8 | block[3];
    for (int i = 16; i < 64; i++) {
        const uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
               (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
}

static void compress(struct sha256 *state)
{
    uint32_t w[64], v[8];
    schedule(w, state->block);
    memcpy(v, state->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        const uint32_t e = v[4], a = v[0];
        const uint32_t t1 = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
                            ((e & v[5]) ^ (~e & v[6])) + sha256_k[i] + w[i];
        const uint32_t t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
                            ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state->h[i] += v[i];
}

static int sha256_start(void *context, struct ffx_sha256 *hash)
{
    static const struct sha256 fresh = {
        .h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
              0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
    };
    (void)context;
    memcpy(hash, &fresh, sizeof fresh);
    return 0;
}

static int sha256_update(void *context, struct ffx_sha256 *hash,
                         const void *data, uint32_t length)
{
    struct sha256 *const state = (struct sha256 *)(void *)hash;
    const uint8_t *bytes = data;
    (void)context;
    while (length-- > 0) {
        state->block[state->length++ % 64] = *bytes++;
        if (state->length % 64 == 0)
            compress(state);
    }
    return 0;
}

static int sha256_finish(void *context, struct ffx_sha256 *hash,
                         uint8_t digest[FFX_SHA256_BYTES])
{
    struct sha256 *const state = (struct sha256 *)(void *)hash;
    const uint32_t length = state->length;
    static const uint8_t padding[64] = {0x80};
    sha256_update(context, hash, padding, 1 + (119 - length % 64) % 64);
    const uint8_t bits[8] = {
        0,
        0,
        0,
        (uint8_t)(length >> 29),
        (uint8_t)(length >> 21),
        (uint8_t)(length >> 13),
        (uint8_t)(length >> 5),
        (uint8_t)(length << 3),
    };
    sha256_update(context, hash, bits, sizeof bits);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(state->h[i / 4] >> (24 - i % 4 * 8));
    return 0;
}

static int sha256_verify(void *context,
                         const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                         const uint8_t digest[FFX_SHA256_BYTES],
                         const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)context;
    (void)public_key;
    (void)digest;
    (void)signature;
    return FFX_ERR_SIGNATURE;
}

const struct ffx_crypto sha256_crypto = {
    .sha256_start = sha256_start,
    .sha256_update = sha256_update,
    .sha256_finish = sha256_finish,
    .verify = sha256_verify,
};
