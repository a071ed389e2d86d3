/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware_pair.h"

#include <stdlib.h>
#include <string.h>

/* --- images -------------------------------------------------------------- */

static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void put(uint8_t *image, size_t bytes, size_t at, uint32_t halfword)
{
    if (at < bytes)
        image[at] = (uint8_t)halfword;
    if (at + 1 < bytes)
        image[at + 1] = (uint8_t)(halfword >> 8);
}

/* Few opcodes are common, one in eight halfwords is a call. */
static void fill(uint8_t *image, size_t bytes, uint32_t seed)
{
    static const uint16_t common[8] = {0xb510, 0x4604, 0x6820, 0x2000,
                                       0xbd10, 0x4770, 0x9b01, 0x3301};
    for (size_t at = 0; at < bytes; at += 2) {
        const uint32_t random = draw(&seed);
        if (random % 8 == 0) {
            put(image, bytes, at, 0xf000 | (random >> 8 & 0x7ff));
            at += 2;
            put(image, bytes, at, 0xf800 | (random >> 19 & 0x7ff));
        } else if (random % 8 < 6) {
            put(image, bytes, at, common[random >> 8 & 7]);
        } else {
            put(image, bytes, at, random >> 8);
        }
    }
}

static uint8_t *fresh(size_t bytes, uint32_t seed)
{
    uint8_t *image = malloc(bytes > 0 ? bytes : 1);
    if (image == NULL)
        abort();
    fill(image, bytes, seed);
    return image;
}

/* --- kinds --------------------------------------------------------------- */

/* new = old without [cut, cut + gone), with `added` fresh bytes there. */
static void splice(struct firmware_pair *pair, size_t cut, size_t gone,
                   size_t added, uint32_t seed)
{
    const size_t bytes = pair->old_bytes - gone + added;
    pair->new_image = fresh(bytes, seed * 2654435761u | 1);
    pair->new_bytes = bytes;
    memcpy(pair->new_image, pair->old_image, cut);
    memcpy(pair->new_image + cut + added, pair->old_image + cut + gone,
           pair->old_bytes - cut - gone);
}

static void equal(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, 0, 0, 0, seed);
}

static void one_word_changed(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, pair->old_bytes / 3 & ~(size_t)3, 4, 4, seed);
}

static void words_changed(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, 0, 0, 0, seed);
    for (size_t at = 40; at + 4 < pair->new_bytes; at += 200) {
        pair->new_image[at] = (uint8_t)draw(&seed);
        pair->new_image[at + 2] ^= 1;
    }
}

static void grown(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, pair->old_bytes / 5, 0, pair->old_bytes / 16 + 2, seed);
}

static void shrunk(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, pair->old_bytes / 5, pair->old_bytes / 16 + 2, 0, seed);
}

static void cut_short(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, pair->old_bytes / 3, pair->old_bytes / 2, 0, seed);
}

static void halves_swapped(struct firmware_pair *pair, uint32_t seed)
{
    const size_t half = pair->old_bytes / 2;
    splice(pair, 0, 0, 0, seed);
    memcpy(pair->new_image, pair->old_image + half, pair->old_bytes - half);
    memcpy(pair->new_image + pair->old_bytes - half, pair->old_image, half);
}

static void doubled(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, pair->old_bytes, 0, pair->old_bytes, seed);
    memcpy(pair->new_image + pair->old_bytes, pair->old_image, pair->old_bytes);
}

static void rewritten(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, 0, pair->old_bytes, pair->old_bytes, seed);
}

static void from_nothing(struct firmware_pair *pair, uint32_t seed)
{
    pair->old_bytes = 0;
    splice(pair, 0, 0, 300, seed);
}

static void to_one_byte(struct firmware_pair *pair, uint32_t seed)
{
    splice(pair, 1, pair->old_bytes - 1, 0, seed);
}

static void from_one_byte(struct firmware_pair *pair, uint32_t seed)
{
    const size_t bytes = pair->old_bytes;
    pair->old_bytes = 1;
    splice(pair, 1, 0, bytes - 1, seed);
}

static void blank_to_zero(struct firmware_pair *pair, uint32_t seed)
{
    memset(pair->old_image, 0xff, pair->old_bytes);
    splice(pair, 0, 0, 0, seed);
    memset(pair->new_image + pair->new_bytes / 4, 0, pair->new_bytes / 2);
}

static const struct {
    const char *name;
    void (*make)(struct firmware_pair *pair, uint32_t seed);
} kinds[] = {
    {"equal", equal},
    {"one word changed", one_word_changed},
    {"words changed", words_changed},
    {"grown", grown},
    {"shrunk", shrunk},
    {"cut short", cut_short},
    {"halves swapped", halves_swapped},
    {"doubled", doubled},
    {"rewritten", rewritten},
    {"from nothing", from_nothing},
    {"to one byte", to_one_byte},
    {"from one byte", from_one_byte},
    {"blank to zero", blank_to_zero},
};

const unsigned firmware_pair_kinds = sizeof kinds / sizeof kinds[0];

struct firmware_pair firmware_pair_make(unsigned kind, size_t bytes,
                                        uint32_t seed)
{
    struct firmware_pair pair = {.name = kinds[kind].name,
                                 .old_image = fresh(bytes, seed | 1),
                                 .old_bytes = bytes};
    kinds[kind].make(&pair, seed);
    return pair;
}

void firmware_pair_free(struct firmware_pair *pair)
{
    free(pair->old_image);
    free(pair->new_image);
}
