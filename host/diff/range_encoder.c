/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/range_encoder.h"
#include "delta/delta_model.h"
#include "delta/range_model.h"

#include <stdlib.h>

/* --- output -------------------------------------------------------------- */

static void put(struct range_encoder *encoder, uint8_t byte)
{
    if (encoder->length == encoder->capacity) {
        const size_t capacity = encoder->capacity * 2 + 256;
        uint8_t *bytes = realloc(encoder->bytes, capacity);
        if (bytes == NULL) {
            encoder->failed = 1;
            return;
        }
        encoder->bytes = bytes;
        encoder->capacity = capacity;
    }
    encoder->bytes[encoder->length++] = byte;
}

static void shift(struct range_encoder *encoder)
{
    const unsigned carry = (unsigned)(encoder->low >> 32);
    if (carry || (uint32_t)encoder->low < 0xff000000u) {
        if (encoder->cache >= 0)
            put(encoder, (uint8_t)((unsigned)encoder->cache + carry));
        for (; encoder->pending > 0; encoder->pending--)
            put(encoder, (uint8_t)(0xffu + carry));
        encoder->cache = (int)(encoder->low >> 24 & 0xff);
    } else {
        encoder->pending++;
    }
    encoder->low = (encoder->low & 0x00ffffff) << 8;
}

static void normalize(struct range_encoder *encoder)
{
    while (encoder->range < RANGE_TOP) {
        encoder->range <<= 8;
        shift(encoder);
    }
}

void range_encoder_open(struct range_encoder *encoder, size_t header_bytes)
{
    *encoder = (struct range_encoder){.range = UINT32_MAX, .cache = -1};
    for (size_t i = 0; i < header_bytes; i++)
        put(encoder, 0);
}

/* The number in [low, low + range) with the most trailing zeros: the decoder
 * supplies those for nothing. */
static void settle(struct range_encoder *encoder)
{
    for (unsigned bits = 32; bits > 0; bits--) {
        const uint64_t mask = ((uint64_t)1 << (bits - 1)) - 1;
        const uint64_t value = (encoder->low + mask) & ~mask;
        if (value < encoder->low + encoder->range) {
            encoder->low = value;
            return;
        }
    }
}

int range_encoder_finish(struct range_encoder *encoder, size_t header_bytes)
{
    settle(encoder);
    for (int i = 0; i < 5; i++)
        shift(encoder);
    while (encoder->length > header_bytes &&
           encoder->bytes[encoder->length - 1] == 0)
        encoder->length--;
    return encoder->failed ? -1 : 0;
}

/* --- symbols ------------------------------------------------------------- */

void range_encoder_bit(struct range_encoder *encoder, uint16_t *slot,
                       unsigned bit)
{
    const uint32_t bound = range_model_bound(encoder->range, *slot);
    if (bit) {
        encoder->low += bound;
        encoder->range -= bound;
    } else {
        encoder->range = bound;
    }
    *slot = range_model_learn(*slot, bit);
    normalize(encoder);
}

void range_encoder_raw(struct range_encoder *encoder, uint32_t value,
                       uint32_t bits)
{
    while (bits-- > 0) {
        encoder->range >>= 1;
        if (value >> bits & 1)
            encoder->low += encoder->range;
        normalize(encoder);
    }
}

void range_encoder_tree(struct range_encoder *encoder, uint16_t *slots,
                        uint32_t value, uint32_t bits)
{
    uint32_t node = 1;
    while (bits-- > 0) {
        const unsigned bit = value >> bits & 1;
        range_encoder_bit(encoder, &slots[node], bit);
        node = node << 1 | bit;
    }
}

void range_encoder_number(struct range_encoder *encoder, uint16_t *slots,
                          uint32_t value)
{
    const uint32_t m = value + 1;
    uint32_t left = 31u - (uint32_t)__builtin_clz(m);
    range_encoder_tree(encoder, slots, left, 5);
    if (left == 0)
        return;
    range_encoder_bit(encoder, &slots[DELTA_NUMBER_FIRST + left],
                      m >> (left - 1) & 1);
    left--;
    const uint32_t low =
        left >= DELTA_NUMBER_LOW_BITS ? DELTA_NUMBER_LOW_BITS : 0;
    range_encoder_raw(encoder, m >> low & ((1u << (left - low)) - 1),
                      left - low);
    if (low > 0)
        range_encoder_tree(encoder, &slots[DELTA_NUMBER_LOW],
                           m & ((1u << low) - 1), low);
}
