/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the range coder knows about one kind of bit: shared by the decoder
 * here and the encoder in host/diff. docs/patch-format.md, section 3.1.
 *
 * Invariant of a slot: 1 <= slot >> 4 <= 4095, so neither value of the bit
 * ever has an empty range.
 */
#ifndef FARFIX_DELTA_RANGE_MODEL_H
#define FARFIX_DELTA_RANGE_MODEL_H

#include <stdint.h>

#define RANGE_TOP (1u << 24)     /* below this, a byte is shifted */
#define RANGE_SLOT_BITS 12u      /* of probability */
#define RANGE_SLOT_START 0x8000u /* one half, nothing seen yet */

/* The part of `range` that stands for a 0. */
static inline uint32_t range_model_bound(uint32_t range, uint16_t slot)
{
    return (range >> RANGE_SLOT_BITS) * (uint32_t)(slot >> 4);
}

/* The slot after `bit` was seen. */
uint16_t range_model_learn(uint16_t slot, unsigned bit);

/* Sets `count` slots to their start. */
void range_model_reset(uint16_t *slots, uint32_t count);

#endif
