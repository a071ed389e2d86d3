/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_map.h"
#include "base/bytes.h"

/* --- entries ------------------------------------------------------------- */

/* Lengths as a number of 12 bits with 7 bits of mantissa, rounded down: half
 * of it stands in the low bits of each word. */
static uint32_t shorten(uint32_t length)
{
    uint32_t exponent = 0;
    while (length >= 256) {
        length >>= 1;
        exponent++;
    }
    return (exponent << 7) + length;
}

static uint32_t lengthen(uint32_t code)
{
    if (code < 256)
        return code;
    return (128 | (code & 127)) << ((code >> 7) - 1);
}

static uint32_t code_of(const struct delta_map_entry *entry)
{
    return (entry->old_position & 63) << 6 | (entry->new_position & 63);
}

static void set_entry(struct delta_map_entry *entry, uint32_t old_position,
                      uint32_t new_position, uint32_t length)
{
    const uint32_t code = shorten(length);
    entry->old_position = old_position << 6 | code >> 6;
    entry->new_position = new_position << 6 | (code & 63);
}

static uint32_t shift_of(const struct delta_map_entry *entry)
{
    return (entry->new_position >> 6) - (entry->old_position >> 6);
}

/* How many entries begin at or before `position`. */
static uint32_t rank(const struct delta_map *map, uint32_t position)
{
    uint32_t low = 0, high = map->count;
    while (low < high) {
        const uint32_t middle = (low + high) >> 1;
        if (map->entries[middle].old_position >> 6 <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- building ------------------------------------------------------------ */

/* 1: the entry before `at` moves alike, so it grows instead. */
static int joins(const struct delta_map *map, uint32_t at,
                 uint32_t old_position, uint32_t new_position, uint32_t length)
{
    if (at == 0)
        return 0;
    struct delta_map_entry *const before = &map->entries[at - 1];
    const uint32_t start = before->old_position >> 6;
    if (shift_of(before) != new_position - old_position)
        return 0;
    if (old_position - start + length > lengthen(code_of(before)))
        set_entry(before, start, before->new_position >> 6,
                  old_position - start + length);
    return 1;
}

static void take_out(struct delta_map *map, uint32_t at)
{
    map->count--;
    memmove(map->entries + at, map->entries + at + 1,
            (map->count - at) * sizeof *map->entries);
}

/* Takes out an entry; those on both sides of it may be one then. */
static void drop(struct delta_map *map, uint32_t at)
{
    take_out(map, at);
    if (at == map->count)
        return;
    const struct delta_map_entry *const next = &map->entries[at];
    if (joins(map, at, next->old_position >> 6, next->new_position >> 6,
              lengthen(code_of(next))))
        take_out(map, at);
}

static uint32_t shortest(const struct delta_map *map)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < map->count; i++)
        if (code_of(&map->entries[i]) < code_of(&map->entries[found]))
            found = i;
    return found;
}

void delta_map_add(struct delta_map *map, uint32_t old_position,
                   uint32_t new_position, uint32_t length)
{
    uint32_t at = rank(map, old_position);
    if (map->capacity == 0 ||
        joins(map, at, old_position, new_position, length))
        return;
    if (map->count == map->capacity) {
        const uint32_t victim = shortest(map);
        if (shorten(length) <= code_of(&map->entries[victim]))
            return;
        drop(map, victim);
        at = rank(map, old_position);
    }
    memmove(map->entries + at + 1, map->entries + at,
            (map->count - at) * sizeof *map->entries);
    map->count++;
    set_entry(&map->entries[at], old_position, new_position, length);
}

/* --- looking up ---------------------------------------------------------- */

#define LOOK_BACK 6u /* entries that may cover a place: copies overlap */

/* Of the entries that cover a place the longest, else the one that ends
 * nearest before it. */
unsigned delta_map_find(const struct delta_map *map, uint32_t position,
                        uint32_t *found)
{
    const uint32_t last = rank(map, position);
    const struct delta_map_entry *best = map->entries;
    uint32_t longest = 0, nearest = UINT32_MAX;
    for (uint32_t i = last; i > 0 && last - i < LOOK_BACK; i--) {
        const struct delta_map_entry *const entry = &map->entries[i - 1];
        const uint32_t length = lengthen(code_of(entry));
        const uint32_t into = position - (entry->old_position >> 6);
        if (into < length) {
            if (length > longest) {
                longest = length;
                best = entry;
            }
        } else if (longest == 0 && into - length < nearest) {
            nearest = into - length;
            best = entry;
        }
    }
    *found = position + (map->count > 0 ? shift_of(best) : 0);
    return longest > 0 ? 2 : map->count > 0;
}
