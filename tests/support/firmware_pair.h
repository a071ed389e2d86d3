/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old and new images as firmware makes them, from a seed: functions of
 * Thumb-like halfwords, with calls whose offsets change when code moves.
 */
#ifndef FARFIX_TESTS_FIRMWARE_PAIR_H
#define FARFIX_TESTS_FIRMWARE_PAIR_H

#include <stddef.h>
#include <stdint.h>

struct firmware_pair {
    const char *name;
    uint8_t *old_image, *new_image;
    size_t old_bytes, new_bytes;
};

/* How many kinds of pair there are: equal, grown, shrunk, moved, ... */
extern const unsigned firmware_pair_kinds;

/* Pair of kind `kind`; `bytes` (>= 64) is about the size of its images. */
struct firmware_pair firmware_pair_make(unsigned kind, size_t bytes,
                                        uint32_t seed);
void firmware_pair_free(struct firmware_pair *pair);

#endif
