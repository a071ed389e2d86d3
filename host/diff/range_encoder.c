/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/range_encoder.h"

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

static unsigned encode(struct delta_bits *bits, uint32_t p1, unsigned bit)
{
    struct range_encoder *const encoder = (struct range_encoder *)bits;
    const uint32_t bound = (encoder->range >> 16) * p1;
    if (bit) {
        encoder->range = bound;
    } else {
        encoder->low += bound;
        encoder->range -= bound;
    }
    normalize(encoder);
    return bit;
}

void range_encoder_open(struct range_encoder *encoder, const uint8_t *header,
                        size_t header_bytes)
{
    *encoder = (struct range_encoder){
        .bits.code = encode, .range = UINT32_MAX, .cache = -1};
    for (size_t i = 0; i < header_bytes; i++)
        put(encoder, header[i]);
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
