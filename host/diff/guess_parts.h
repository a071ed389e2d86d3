/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of an image runs at which base: one for all of it, or several,
 * as of a boot loader and what it loads in one file. Room-internal.
 */
#ifndef FARFIX_DIFF_GUESS_PARTS_H
#define FARFIX_DIFF_GUESS_PARTS_H

#include "diff/diff_guess.h"
#include "diff/guess_marks.h"

/* Bases that one image is tried with. */
#define GUESS_BASES 8u

struct guess_parts {
    /* The best for the whole image comes first. */
    uint32_t bases[GUESS_BASES], base_count;
    int is_weak; /* the first has few votes, or another about as many */
    struct diff_segment segments[DIFF_GUESS_SEGMENTS];
    size_t segment_count; /* 0 when there is no base */
};

/* 0, or -1: out of memory. */
int guess_parts_find(const struct guess_marks *marks,
                     struct guess_parts *parts);

#endif
