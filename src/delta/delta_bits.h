/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bit port: where the model meets a coder. The same model code runs in the
 * reader (over range_decoder, which ignores `bit`) and in the maker (over
 * range_encoder, which writes it), so the two cannot disagree.
 */
#ifndef FARFIX_DELTA_BITS_H
#define FARFIX_DELTA_BITS_H

#include <stdint.h>

#define RANGE_TOP (1u << 24) /* of a range coder: below it, a byte is shifted */

struct delta_bits {
    /* One bit that is 1 with a probability of p1 / 65536, 0 < p1 < 65536. A
     * decoder returns what the stream says, an encoder writes `bit` and
     * returns it. */
    unsigned (*code)(struct delta_bits *bits, uint32_t p1, unsigned bit);
};

/* How many bits `value` has: 0 for 0. Not every core can count them. */
static inline uint32_t delta_bits_length(uint32_t value)
{
    uint32_t length = 0;
    for (uint32_t half = 16; half > 0; half >>= 1) {
        if (value >> half != 0) {
            value >>= half;
            length += half;
        }
    }
    return length + value;
}

static inline unsigned delta_bits_code(struct delta_bits *bits, uint32_t p1,
                                       unsigned bit)
{
    return bits->code(bits, p1, bit);
}

#endif
