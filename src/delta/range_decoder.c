/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/range_decoder.h"
#include "base/bytes.h"

/* --- input --------------------------------------------------------------- */

static void refill(struct range_decoder *decoder)
{
    const uint32_t length =
        bytes_min(RANGE_INPUT_BYTES, decoder->from->size - decoder->position);
    decoder->error =
        ffx_read_at(decoder->from, decoder->position, decoder->input, length);
    if (decoder->error != 0)
        memset(decoder->input, 0, length);
    decoder->start = decoder->position;
    decoder->filled = length;
}

/* The position stops at the end of the file: a stream can ask for zeros
 * without end, a checkpoint of it stays in range. */
static uint32_t next_byte(struct range_decoder *decoder)
{
    if (decoder->position >= decoder->from->size || decoder->error != 0)
        return 0;
    if (decoder->position - decoder->start >= decoder->filled)
        refill(decoder);
    return decoder->input[decoder->position++ - decoder->start];
}

/* --- bits ---------------------------------------------------------------- */

static unsigned decode(struct delta_bits *bits, uint32_t p1, unsigned ignored)
{
    struct range_decoder *const decoder = (struct range_decoder *)bits;
    const uint32_t bound = (decoder->range >> 16) * p1;
    const unsigned bit = decoder->code < bound;
    (void)ignored;
    if (bit) {
        decoder->range = bound;
    } else {
        decoder->code -= bound;
        decoder->range -= bound;
    }
    while (decoder->range < RANGE_TOP) {
        decoder->range <<= 8;
        decoder->code = decoder->code << 8 | next_byte(decoder);
    }
    return bit;
}

void range_decoder_resume(struct range_decoder *decoder,
                          const struct ffx_read_at *from, uint32_t position,
                          uint32_t range, uint32_t code)
{
    decoder->bits.code = decode;
    decoder->from = from;
    decoder->position = position;
    decoder->start = position;
    decoder->filled = 0;
    decoder->range = range;
    decoder->code = code;
    decoder->error = 0;
}

void range_decoder_open(struct range_decoder *decoder,
                        const struct ffx_read_at *from, uint32_t position)
{
    range_decoder_resume(decoder, from, position, UINT32_MAX, 0);
    for (int i = 0; i < 4; i++)
        decoder->code = decoder->code << 8 | next_byte(decoder);
}
