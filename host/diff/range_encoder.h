/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Range encoder: a bit port (delta_bits.h) that writes, the inverse of
 * src/delta/range_decoder.
 *
 * Carries: `low` grows until its highest byte can no longer change. `cache`
 * is the last byte that a carry may still reach, `pending` counts the 0xff
 * bytes behind it.
 */
#ifndef FARFIX_DIFF_RANGE_ENCODER_H
#define FARFIX_DIFF_RANGE_ENCODER_H

#include "delta/delta_bits.h"

#include <stddef.h>
#include <stdint.h>

struct range_encoder {
    struct delta_bits bits; /* first: the port is the encoder */
    uint8_t *bytes;         /* malloc: the caller frees */
    size_t length, capacity;
    uint64_t low; /* < 2^32 + range */
    uint32_t range;
    uint64_t pending;
    int cache;  /* -1: nothing yet; the first byte has no carry to wait for */
    int failed; /* out of memory: bytes are missing */
};

/* Starts behind a header. */
void range_encoder_open(struct range_encoder *encoder, const uint8_t *header,
                        size_t header_bytes);
/* Writes what is left and drops trailing zeros of the stream. 0, or -1 when
 * memory ran out at any time. */
int range_encoder_finish(struct range_encoder *encoder, size_t header_bytes);

#endif
