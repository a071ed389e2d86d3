/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_slot.h"

/* 65536 / (n + 1.6): the mean of what was seen, leaning to one half. At 15
 * it stays, so that old bits are forgotten in time. */
static const uint16_t rates[16] = {
    40960, 25206, 18204, 14246, 11702, 9929, 8623, 7620,
    6826,  6182,  5649,  5201,  4818,  4488, 4201, 3947,
};

uint16_t delta_slot_learn(uint16_t slot, unsigned bit)
{
    const uint32_t count = slot & 15;
    uint32_t p = slot >> 4;
    if (bit)
        p += (4096 - p) * rates[count] >> 16;
    else
        p -= p * rates[count] >> 16;
    return (uint16_t)(p << 4 | (count < 15 ? count + 1 : 15));
}

void delta_slots_reset(uint16_t *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        slots[i] = SLOT_START;
}

unsigned delta_slot_code(struct delta_bits *bits, uint16_t *slot, unsigned bit)
{
    bit = delta_bits_code(bits, *slot & ~15u, bit);
    *slot = delta_slot_learn(*slot, bit);
    return bit;
}

/* --- numbers ------------------------------------------------------------- */

/* Where the parts of a number have their slots. */
enum {
    AT_LENGTH = 0,
    AT_TOP = NUMBER_BITS, /* lengths 2 ... NUMBER_BITS */
    AT_LOW = 2 * NUMBER_BITS + 1,
    AT_SIGN = AT_LOW + 3
};

void delta_numbers_reset(struct delta_number *numbers, uint32_t count)
{
    for (; count > 0; count--, numbers++)
        delta_slots_reset(numbers->slots, NUMBER_SLOTS);
}

/* The bits below the highest one: the first and the last two are modelled. */
static uint32_t code_below(struct delta_bits *bits, uint16_t *slots,
                           uint32_t length, uint32_t truth)
{
    uint32_t value = 1;
    for (uint32_t left = length - 1; left > 0; left--) {
        unsigned bit = truth >> (left - 1) & 1;
        if (left == length - 1)
            bit = delta_slot_code(bits, &slots[AT_TOP + length], bit);
        else if (left == 2)
            bit = delta_slot_code(bits, &slots[AT_LOW], bit);
        else if (left == 1)
            bit = delta_slot_code(bits, &slots[AT_LOW + 1 + (value & 1)], bit);
        else
            bit = delta_bits_code(bits, 0x8000, bit);
        value = value << 1 | bit;
    }
    return value;
}

uint32_t delta_number_code(struct delta_bits *bits, struct delta_number *number,
                           uint32_t value)
{
    const uint32_t truth = delta_bits_length(value);
    uint32_t length = 0;
    while (length < NUMBER_BITS &&
           delta_slot_code(bits, &number->slots[AT_LENGTH + length],
                           truth > length))
        length++;
    if (length <= 1)
        return length;
    return code_below(bits, number->slots, length, value);
}

uint32_t delta_number_signed(struct delta_bits *bits,
                             struct delta_number *number, uint32_t value)
{
    unsigned negative = value >> 31;
    const uint32_t size =
        delta_number_code(bits, number, negative ? 0 - value : value);
    if (size == 0)
        return 0;
    const uint32_t class = size < 4 ? size - 1 : 3;
    negative = delta_slot_code(bits, &number->slots[AT_SIGN + class], negative);
    return negative ? 0 - size : size;
}
