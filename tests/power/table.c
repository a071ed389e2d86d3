/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

struct table_entry {
    uint64_t key, value;
};

static struct table_entry *find(const struct table *table, uint64_t key)
{
    size_t i = (size_t)(key * 0x9e3779b97f4a7c15u) & (table->room - 1);
    while (table->entries[i].key != 0 && table->entries[i].key != key)
        i = (i + 1) & (table->room - 1);
    return &table->entries[i];
}

static void grow(struct table *table)
{
    const struct table old = *table;
    table->room = old.room == 0 ? 1024 : 2 * old.room;
    table->entries = calloc(table->room, sizeof *table->entries);
    if (table->entries == NULL)
        abort();
    for (size_t i = 0; i < old.room; i++)
        if (old.entries[i].key != 0)
            *find(table, old.entries[i].key) = old.entries[i];
    free(old.entries);
}

uint64_t *table_at(struct table *table, uint64_t key, int *is_new)
{
    const uint64_t stored = key == 0 ? 1 : key;
    if (2 * table->count >= table->room)
        grow(table);
    struct table_entry *const entry = find(table, stored);
    *is_new = entry->key == 0;
    table->count += (size_t)*is_new;
    entry->key = stored;
    return &entry->value;
}

void table_free(struct table *table)
{
    free(table->entries);
    memset(table, 0, sizeof *table);
}

/* Four lanes, so that a slot of 200 KiB costs microseconds. */
uint64_t table_digest(const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    uint64_t lanes[4] = {length, 1, 2, 3}, tail[4] = {0};
    size_t left = length;
    for (; left >= sizeof lanes; left -= sizeof lanes, p += sizeof lanes) {
        uint64_t words[4];
        memcpy(words, p, sizeof words);
        for (int i = 0; i < 4; i++) {
            lanes[i] = (lanes[i] ^ words[i]) * 0x9fb21c651e98df25u;
            lanes[i] ^= lanes[i] >> 35;
        }
    }
    memcpy(tail, p, left);
    uint64_t digest = 0;
    for (int i = 0; i < 4; i++)
        digest = table_mix(table_mix(digest, lanes[i]), tail[i]);
    return digest;
}
