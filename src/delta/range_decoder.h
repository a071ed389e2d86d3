/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Range decoder over a read_at port: bits, trees and numbers of
 * docs/patch-format.md, section 3. Its struct is in farfix/delta.h.
 *
 * A read that fails is remembered in `error`; from then on the stream reads
 * as zeros. So bits need no check one by one: look at `error` before what
 * they said is used for more than a bounded loop.
 */
#ifndef FARFIX_DELTA_RANGE_DECODER_H
#define FARFIX_DELTA_RANGE_DECODER_H

#include <farfix/delta.h>

/* Starts at `position` of the port. `buffer` is kept: `buffer_bytes` of
 * input are read at a time. */
void range_decoder_open(struct ffx_range_decoder *decoder,
                        const struct ffx_read_at *from, uint32_t position,
                        uint8_t *buffer, uint32_t buffer_bytes);

/* Goes on at `position` with registers saved from another decoder. */
void range_decoder_resume(struct ffx_range_decoder *decoder, uint32_t position,
                          uint32_t range, uint32_t code);

unsigned range_decoder_bit(struct ffx_range_decoder *decoder, uint16_t *slot);
/* `bits` equally likely bits, highest first. */
uint32_t range_decoder_raw(struct ffx_range_decoder *decoder, uint32_t bits);
/* A value of `bits` bits from a tree of 2^bits slots. */
uint32_t range_decoder_tree(struct ffx_range_decoder *decoder, uint16_t *slots,
                            uint32_t bits);
/* A number from DELTA_NUMBER_SLOTS slots: 0 ... 2^32 - 2. */
uint32_t range_decoder_number(struct ffx_range_decoder *decoder,
                              uint16_t *slots);

#endif
