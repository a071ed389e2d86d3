/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/range_model.h"

/* 65536 / (n + 1.6): the mean of what was seen, leaning to one half. At 15
 * it stays, so that old bits are forgotten in time. */
static const uint16_t rates[16] = {
    40960, 25206, 18204, 14246, 11702, 9929, 8623, 7620,
    6826,  6182,  5649,  5201,  4818,  4488, 4201, 3947,
};

uint16_t range_model_learn(uint16_t slot, unsigned bit)
{
    const uint32_t count = slot & 15;
    uint32_t p = slot >> 4;
    if (bit)
        p -= p * rates[count] >> 16;
    else
        p += (4096 - p) * rates[count] >> 16;
    return (uint16_t)(p << 4 | (count < 15 ? count + 1 : 15));
}

void range_model_reset(uint16_t *slots, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        slots[i] = RANGE_SLOT_START;
}
