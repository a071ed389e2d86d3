/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the probability slots of a patch lie: shared by the reader and by
 * the maker in host/diff. docs/patch-format.md, sections 3.2 to 4.
 *
 *   | numbers: 4 x 72 slots | literals: 2^(k+1) trees of 256 slots |
 */
#ifndef FARFIX_DELTA_MODEL_H
#define FARFIX_DELTA_MODEL_H

#include <stdint.h>

/* One number: a tree of 5 bits, 32 first bits, a tree of the low bits. */
#define DELTA_NUMBER_FIRST 32u
#define DELTA_NUMBER_LOW 64u
#define DELTA_NUMBER_LOW_BITS 3u
#define DELTA_NUMBER_SLOTS 72u

/* Which number it is. */
#define DELTA_LITERALS 0u
#define DELTA_COPY 1u       /* its length, straight after a copy */
#define DELTA_COPY_AFTER 2u /* its length, after literals */
#define DELTA_DIAGONAL 3u
#define DELTA_NUMBERS (4u * DELTA_NUMBER_SLOTS)

#define DELTA_CONTEXT_BITS_MAX 4u
#define DELTA_INPUT_BYTES 256u

static inline uint32_t delta_model_slots(uint32_t context_bits)
{
    return DELTA_NUMBERS + (512u << context_bits);
}

/* All of the reader's memory. */
static inline uint32_t delta_model_memory(uint32_t context_bits)
{
    return delta_model_slots(context_bits) * 2 + DELTA_INPUT_BYTES;
}

static inline uint16_t *delta_model_number(uint16_t *slots, uint32_t which)
{
    return slots + which * DELTA_NUMBER_SLOTS;
}

/* The tree for a literal at `position` of the target when `previous` was the
 * literal before it. */
static inline uint16_t *delta_model_literal(uint16_t *slots,
                                            uint32_t context_bits,
                                            uint32_t position,
                                            uint32_t previous)
{
    const uint32_t context =
        (position & 1) << context_bits | previous >> (8 - context_bits);
    return slots + DELTA_NUMBERS + context * 256;
}

/* Signed distances as numbers: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
static inline uint32_t delta_model_fold(uint32_t distance)
{
    return distance >> 31 ? ~(distance << 1) : distance << 1;
}

static inline uint32_t delta_model_unfold(uint32_t number)
{
    return number & 1 ? ~(number >> 1) : number >> 1;
}

#endif
