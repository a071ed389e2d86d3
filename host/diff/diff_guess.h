/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a raw image is, found from its bytes: instruction set, the offsets at
 * which its words stand, the address that it runs at, part by part, and where
 * its RAM is. A patch that knows these predicts what a linker changes.
 *
 * Firmware points at its own functions and strings. Each word W and each place
 * L where a function or a string seems to begin votes for the base W - L; the
 * true base gets far more votes than chance gives any other. The header of an
 * ELF file, or a person, knows better: `known`.
 *
 * A guess may be wrong, which costs bytes of patch and nothing else. The
 * caller tells candidates apart by trial. The same bytes give the same guesses
 * on every machine. Memory: at most 10 bytes per byte of image, and 1 MiB.
 */
#ifndef FARFIX_DIFF_GUESS_H
#define FARFIX_DIFF_GUESS_H

#include "diff/diff.h"

#define DIFF_GUESS_SEGMENTS 8u

enum diff_arch { DIFF_ARCH_NONE = 0, DIFF_ARCH_THUMB = 1, DIFF_ARCH_A32 = 2 };

struct diff_guess {
    int arch; /* enum diff_arch; NONE: data, or another processor */
    /* 0 to 3: words of the image stand at offsets = phase modulo 4, such as
     * after a header of odd length. */
    uint32_t phase;
    /* All of the image by ascending offset, or what was known, or none. A base
     * is modulo 2^32: what runs at 0 behind a header of 24 bytes has -24. The
     * address of a word, base + its offset - the segment's, is a multiple of
     * 4. */
    struct diff_segment segments[DIFF_GUESS_SEGMENTS];
    size_t segment_count;
    /* [low, high): the window of RAM, multiples of 64 KiB; both 0: nothing
     * looks like RAM. Where a segment is in it, the segment comes first. */
    uint32_t ram_low, ram_high;
};

/* Fills at most `most` candidates, best first; different from each other.
 * Returns how many: at least one when `most` is not 0. 0: out of memory. The
 * image has at most 2^29 bytes, as a patch allows.
 * `known`, which may be empty, is believed: every candidate has it. Without
 * it the program headers of an image that is an ELF file are believed. */
size_t diff_guess(const uint8_t *image, size_t length,
                  const struct diff_segment *known, size_t known_count,
                  struct diff_guess *candidates, size_t most);

#endif
