/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/range_decoder.h"
#include "base/bytes.h"
#include "delta/delta_model.h"
#include "delta/range_model.h"

/* --- input --------------------------------------------------------------- */

static void refill(struct ffx_range_decoder *decoder)
{
    const uint32_t length = bytes_min(decoder->buffer_bytes,
                                      decoder->from->size - decoder->position);
    decoder->error =
        ffx_read_at(decoder->from, decoder->position, decoder->buffer, length);
    if (decoder->error != 0)
        memset(decoder->buffer, 0, length);
    decoder->start = decoder->position;
    decoder->filled = length;
}

/* The position stops at the end of the file: a stream can ask for zeros
 * without end, a checkpoint of it stays in range. */
static uint32_t next_byte(struct ffx_range_decoder *decoder)
{
    if (decoder->position >= decoder->from->size || decoder->error != 0)
        return 0;
    if (decoder->position - decoder->start >= decoder->filled)
        refill(decoder);
    return decoder->buffer[decoder->position++ - decoder->start];
}

static void normalize(struct ffx_range_decoder *decoder)
{
    while (decoder->range < RANGE_TOP) {
        decoder->range <<= 8;
        decoder->code = decoder->code << 8 | next_byte(decoder);
    }
}

void range_decoder_resume(struct ffx_range_decoder *decoder, uint32_t position,
                          uint32_t range, uint32_t code)
{
    decoder->position = position;
    decoder->start = position;
    decoder->filled = 0;
    decoder->range = range;
    decoder->code = code;
    decoder->error = 0;
}

void range_decoder_open(struct ffx_range_decoder *decoder,
                        const struct ffx_read_at *from, uint32_t position,
                        uint8_t *buffer, uint32_t buffer_bytes)
{
    decoder->from = from;
    decoder->buffer = buffer;
    decoder->buffer_bytes = buffer_bytes;
    range_decoder_resume(decoder, position, UINT32_MAX, 0);
    for (int i = 0; i < 4; i++)
        decoder->code = decoder->code << 8 | next_byte(decoder);
}

/* --- bits ---------------------------------------------------------------- */

unsigned range_decoder_bit(struct ffx_range_decoder *decoder, uint16_t *slot)
{
    const uint32_t bound = range_model_bound(decoder->range, *slot);
    const unsigned bit = decoder->code >= bound;
    if (bit) {
        decoder->code -= bound;
        decoder->range -= bound;
    } else {
        decoder->range = bound;
    }
    *slot = range_model_learn(*slot, bit);
    normalize(decoder);
    return bit;
}

uint32_t range_decoder_raw(struct ffx_range_decoder *decoder, uint32_t bits)
{
    uint32_t value = 0;
    for (; bits > 0; bits--) {
        decoder->range >>= 1;
        const uint32_t bit = decoder->code >= decoder->range;
        if (bit)
            decoder->code -= decoder->range;
        value = value << 1 | bit;
        normalize(decoder);
    }
    return value;
}

uint32_t range_decoder_tree(struct ffx_range_decoder *decoder, uint16_t *slots,
                            uint32_t bits)
{
    uint32_t node = 1;
    for (uint32_t i = 0; i < bits; i++)
        node = node << 1 | range_decoder_bit(decoder, &slots[node]);
    return node - (1u << bits);
}

uint32_t range_decoder_number(struct ffx_range_decoder *decoder,
                              uint16_t *slots)
{
    uint32_t left = range_decoder_tree(decoder, slots, 5);
    uint32_t value = 1;
    if (left > 0) {
        value = value << 1 |
                range_decoder_bit(decoder, &slots[DELTA_NUMBER_FIRST + left]);
        left--;
    }
    const uint32_t low =
        left >= DELTA_NUMBER_LOW_BITS ? DELTA_NUMBER_LOW_BITS : 0;
    value = value << (left - low) | range_decoder_raw(decoder, left - low);
    if (low > 0)
        value = value << low |
                range_decoder_tree(decoder, &slots[DELTA_NUMBER_LOW], low);
    return value - 1;
}
