/* SPDX-License-Identifier: Apache-2.0 */
/* The bases that the words of an image vote for. Room-internal. */
#ifndef FARFIX_DIFF_GUESS_VOTE_H
#define FARFIX_DIFF_GUESS_VOTE_H

#include "diff/guess_marks.h"

/* Different data words that point at marks, and how many would by chance. */
struct guess_hits {
    uint32_t hits, chance;
};

/* An address for the first byte of the image. */
struct guess_base {
    uint32_t base;
    struct guess_hits all, functions;
};

/* The best first, each well above chance. How many, or -1: out of memory. */
int guess_vote(const struct guess_marks *marks, struct guess_base *bases,
               uint32_t most);

/* How likely a word that points into the image hits a mark by chance, in
 * 65536ths: a word that is odd, a multiple of 4, and any word. */
struct guess_chance {
    uint32_t thumb, a32, string;
};
struct guess_chance guess_vote_chance(const struct guess_marks *marks);
uint32_t guess_vote_function_chance(const struct guess_chance *chance,
                                    uint32_t word);

/* A sum of such chances as a count of words: up, but for less than 1/16. */
uint32_t guess_vote_round(uint64_t chance);

enum guess_aim { AIM_OUTSIDE, AIM_INSIDE, AIM_STRING, AIM_FUNCTION };

/* What a data word points at under this base, and at which offset. */
enum guess_aim guess_vote_aim(const struct guess_marks *marks, uint32_t base,
                              uint32_t word, uint32_t *offset);

#endif
