/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <string.h>

#define LANES 4u
#define BLOCK (LANES * 8u)

/* Odd, so that multiplying loses nothing: the digits of SplitMix64 and of
 * Steele and Vigna's 2021 table of multipliers. */
static const uint64_t factors[LANES] = {
    0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd1342543de82ef95u,
    0xaf251af3b0f025b5u};

/* For a fixed word each step maps the lane one to one, and for a fixed lane
 * the word: a difference in one word cannot get lost. Four lanes, because one
 * alone would wait for its own multiplication. */
static inline void absorb(uint64_t *lanes, const uint8_t *block)
{
    for (uint32_t i = 0; i < LANES; i++) {
        uint64_t word;
        memcpy(&word, block + 8 * i, 8);
        const uint64_t z = (lanes[i] ^ word) * factors[i];
        lanes[i] = z ^ z >> 29;
    }
}

static void absorb_all(uint64_t *lanes, const uint8_t *data, uint32_t length)
{
    uint64_t now[LANES]; /* in registers: `data` may not point to them */
    uint8_t last[BLOCK] = {0};
    memcpy(now, lanes, sizeof now);
    uint32_t at = 0;
    for (; length - at >= BLOCK; at += BLOCK)
        absorb(now, data + at);
    if (at < length) {
        memcpy(last, data + at, length - at);
        absorb(now, last);
    }
    memcpy(lanes, now, sizeof now);
}

uint64_t lab_digest(const uint8_t *bytes, uint32_t length, const uint8_t *flags,
                    uint32_t units)
{
    uint64_t lanes[LANES] = {1, 2, 3, 4};
    uint64_t digest = (uint64_t)length << 32 | units;
    absorb_all(lanes, bytes, length);
    absorb_all(lanes, flags, units);
    for (uint32_t i = 0; i < LANES; i++)
        digest = lab_mix((digest ^ lanes[i]) + factors[i]);
    return digest != 0 ? digest : 1;
}
