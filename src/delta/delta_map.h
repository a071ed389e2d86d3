/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy map: where a place of the old image stands in the new one. It is
 * nothing but the copy list, sorted by old position, so it costs no byte of
 * the patch. When memory is short the longest copies stay.
 */
#ifndef FARFIX_DELTA_MAP_H
#define FARFIX_DELTA_MAP_H

#include <stdint.h>

/* 26 bits of position and 6 of length in each word, so that words compare
 * like positions. */
struct delta_map_entry {
    uint32_t old_position, new_position;
};

struct delta_map {
    struct delta_map_entry *entries; /* by old position */
    uint32_t count, capacity;
};

/* Adds a piece of a copy. */
void delta_map_add(struct delta_map *map, uint32_t old_position,
                   uint32_t new_position, uint32_t length);

/* Where `position` of the old image went. 2: a copy covers it, 1: a
 * neighbour of it was copied, 0: the map is empty. */
unsigned delta_map_find(const struct delta_map *map, uint32_t position,
                        uint32_t *found);

#endif
