/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Range decoder over a read_at port: a bit port (delta_bits.h) that reads.
 * docs/patch-format.md, section 3.
 *
 * A read that fails is remembered in `error`; from then on the stream reads
 * as zeros. So bits need no check one by one: look at `error` before what
 * they said is used for more than a bounded loop.
 */
#ifndef FARFIX_DELTA_RANGE_DECODER_H
#define FARFIX_DELTA_RANGE_DECODER_H

#include "delta/delta_bits.h"

#include <farfix/flash.h>

#define RANGE_INPUT_BYTES 64u

/* Invariants: start <= position <= start + filled unless filled is 0;
 * position <= from->size. */
struct range_decoder {
    struct delta_bits bits; /* first: the port is the decoder */
    const struct ffx_read_at *from;
    uint32_t position;    /* of the next byte to shift in */
    uint32_t range, code; /* registers */
    uint32_t start, filled;
    int error; /* first failed read; sticky */
    uint8_t input[RANGE_INPUT_BYTES];
};

/* Starts at `position` of the port. */
void range_decoder_open(struct range_decoder *decoder,
                        const struct ffx_read_at *from, uint32_t position);

/* Goes on at `position` with registers saved from another decoder. */
void range_decoder_resume(struct range_decoder *decoder,
                          const struct ffx_read_at *from, uint32_t position,
                          uint32_t range, uint32_t code);

#endif
