/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adaptive probabilities, and the numbers coded with them.
 * docs/patch-format.md, section 3.
 *
 * A slot is 16 bits: the probability of a 1 in the high 12, how often it was
 * used in the low 4. A new slot learns fast, a settled one slowly.
 */
#ifndef FARFIX_DELTA_SLOT_H
#define FARFIX_DELTA_SLOT_H

#include "delta/delta_bits.h"

#define SLOT_START 0x8000u /* one half, nothing seen yet */

/* Invariant: 1 <= slot >> 4 <= 4095, so neither bit is ever impossible. */
uint16_t delta_slot_learn(uint16_t slot, unsigned bit);
void delta_slots_reset(uint16_t *slots, uint32_t count);

unsigned delta_slot_code(struct delta_bits *bits, uint16_t *slot, unsigned bit);

/* Numbers below 2^28: twice DELTA_SIZE_MAX, for distances, and more. */
#define NUMBER_BITS 28u
#define NUMBER_SLOTS (2 * NUMBER_BITS + 8)
struct delta_number {
    uint16_t slots[NUMBER_SLOTS];
};

void delta_numbers_reset(struct delta_number *numbers, uint32_t count);
uint32_t delta_number_code(struct delta_bits *bits, struct delta_number *number,
                           uint32_t value);
/* The same with a sign, modulo 2^32. */
uint32_t delta_number_signed(struct delta_bits *bits,
                             struct delta_number *number, uint32_t value);

#endif
