/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table from 64-bit keys to 64-bit values. Keys are digests: two states of
 * one key are taken for the same. With a million of them, that two differ is
 * one chance in 3e7.
 */
#ifndef FARFIX_TESTS_POWER_TABLE_H
#define FARFIX_TESTS_POWER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
    struct table_entry *entries;
    size_t count, room; /* room is a power of two, or 0 */
};

/* The value's place; *is_new says whether it was just made (value 0). Valid
 * until the next call that makes one. Aborts without memory. */
uint64_t *table_at(struct table *table, uint64_t key, int *is_new);
void table_free(struct table *table);

/* One more word of a digest. */
static inline uint64_t table_mix(uint64_t digest, uint64_t word)
{
    uint64_t z = (digest ^ word) * 0x9fb21c651e98df25u;
    z ^= z >> 32;
    z *= 0xd6e8feb86659fd93u;
    return z ^ z >> 29;
}

uint64_t table_digest(const void *bytes, size_t length);

#endif
