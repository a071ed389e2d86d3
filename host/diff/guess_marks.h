/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landmarks of an image: where functions and strings begin, which words are
 * data, and for that the instruction set and the phase. Room-internal; see
 * diff_guess.h.
 */
#ifndef FARFIX_DIFF_GUESS_MARKS_H
#define FARFIX_DIFF_GUESS_MARKS_H

#include <stddef.h>
#include <stdint.h>

enum mark_kind {
    MARK_THUMB, /* a function: words point one behind it (the Thumb bit) */
    MARK_A32,   /* a function */
    MARK_STRING
};
#define MARK_KINDS 3u

struct guess_marks {
    const uint8_t *image;
    uint32_t length; /* <= 2^29 */
    int arch;        /* enum diff_arch */
    int other_arch;  /* of a smaller part of it; NONE: of nothing */
    uint32_t phase;
    uint32_t words; /* whole words at offsets phase + 4 i */
    /* Bit i: word i is data, not instructions; is such data that code loads
     * it relative to its own address, most likely an address. */
    uint8_t *data, *literals;
    /* Bit q: a mark of that kind at offset phase + q. */
    uint8_t *at[MARK_KINDS];
    uint32_t count[MARK_KINDS];
};

/* `phase` above 3: to be found. 0, or -1: out of memory. */
#define GUESS_ANY_PHASE 4u
int guess_marks_open(struct guess_marks *marks, const uint8_t *image,
                     uint32_t length, uint32_t phase);
void guess_marks_close(struct guess_marks *marks);

/* The part [start, start + length) as if it were all; it lives as long as
 * `marks` and must not be closed. `start` is a multiple of 32. */
struct guess_marks guess_marks_view(const struct guess_marks *marks,
                                    uint32_t start, uint32_t length);

static inline int guess_bit(const uint8_t *bits, uint32_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

static inline void guess_set_bit(uint8_t *bits, uint32_t i)
{
    bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1u << (i & 7));
}

/* Word i, and whether it counts: data, and not the word before once more. */
uint32_t guess_marks_word(const struct guess_marks *marks, uint32_t i);
int guess_marks_counts(const struct guess_marks *marks, uint32_t i);

#endif
