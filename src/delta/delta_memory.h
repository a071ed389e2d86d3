/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What copies have taught so far: which values replaced which, and how far
 * places moved that the copy map has wrong. docs/patch-format.md, section 5.3.
 */
#ifndef FARFIX_DELTA_MEMORY_H
#define FARFIX_DELTA_MEMORY_H

#include <stdint.h>

static inline uint32_t delta_hash(uint32_t x)
{
    x *= 0x9e3779b1u;
    x ^= x >> 15;
    x *= 0x85ebca6bu;
    return x ^ x >> 13;
}

/* Exact memory: a hash table without chains, the confident stay. */
struct delta_known {
    uint32_t *values;
    uint16_t *checks; /* 12 bits of hash, a 1, 3 of confidence; 0: empty */
    uint32_t mask;
};

/* How sure `value` is: 0 (not known) ... 7. */
unsigned delta_known_find(const struct delta_known *known, uint32_t key,
                          uint32_t *value);
/* `usual`: what would be expected without the memory; not worth a place. */
void delta_known_learn(struct delta_known *known, uint32_t key, uint32_t value,
                       uint32_t usual);

/* Near memory: a ring of places. */
struct delta_moved {
    uint32_t *places, *moves;
    uint32_t count, capacity, next;
};

/* The last places that were noted, first the older one: they outlive a step. */
#define CARRIED 2u
struct delta_carried {
    uint32_t count; /* <= CARRIED */
    uint32_t places[CARRIED], moves[CARRIED];
};
void delta_moved_carry(const struct delta_moved *moved,
                       struct delta_carried *carried);
/* Forgets all but these. */
void delta_moved_reset(struct delta_moved *moved,
                       const struct delta_carried *carried);

void delta_moved_learn(struct delta_moved *moved, uint32_t place,
                       uint32_t move);
/* How far an address in RAM moved. 5: known, 4: its neighbours on both sides
 * agree, 3 ... 1: by a neighbour near or far, 0: nothing is known. */
unsigned delta_moved_ram(const struct delta_moved *moved, uint32_t address,
                         uint32_t *move);
/* How far a place in the image moved. 2: by one less than 64 bytes away, 1:
 * less than 512; 0: nothing is known. */
unsigned delta_moved_target(const struct delta_moved *moved, uint32_t target,
                            uint32_t *move);

#endif
