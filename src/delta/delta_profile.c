/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_profile.h"

#include <farfix/error.h>

struct profile {
    uint16_t map_entries;
    uint8_t literal_bits, literal_inputs, flag_bits, known_bits;
    uint8_t near; /* places of each near memory */
    uint8_t relative_bits;
    uint8_t field_shift;
    uint8_t second; /* 1: a second set of weights for literals */
};

static const struct profile profiles[FFX_DELTA_PROFILES] = {
    {144, 8, 2, 5, 5, 34, 2, 1, 0},
    {358, 11, 4, 6, 7, 40, 4, 0, 0},
    {790, 14, 6, 8, 10, 64, 6, 0, 1},
    {8192, 16, 6, 10, 12, 128, 8, 0, 1},
};

#define MAP_BYTES(p) ((p)->map_entries * sizeof(struct delta_map_entry))

uint32_t delta_profile_bytes(uint32_t profile)
{
    const struct profile *const p = &profiles[profile];
    return (
        uint32_t)(MAP_BYTES(p) + (4u << p->known_bits) + 2u * 2 * 4 * p->near +
                  (sizeof(struct delta_relative) << p->relative_bits) +
                  (p->second ? SECOND_SETS * sizeof(struct delta_weights) : 0) +
                  (2u << p->known_bits) + (2u << p->literal_bits) +
                  2 * FIELD_SLOTS(p->field_shift) +
                  (FLAG_INPUTS * 3 << p->flag_bits));
}

static void *take(uint8_t **memory, uint32_t bytes)
{
    void *const taken = *memory;
    *memory += bytes;
    return taken;
}

static void lay_moved(struct delta_moved *moved, uint32_t capacity,
                      uint8_t **memory)
{
    moved->capacity = capacity;
    moved->places = take(memory, 4 * capacity);
    moved->moves = take(memory, 4 * capacity);
}

static void lay_model(struct delta_model *model, const struct profile *p,
                      uint8_t **memory)
{
    const uint32_t flags = FLAG_INPUTS << p->flag_bits;
    model->literal_bits = p->literal_bits;
    model->literal_inputs = p->literal_inputs;
    model->field_shift = p->field_shift;
    model->flag_bits = p->flag_bits;
    model->seconds =
        p->second ? take(memory, SECOND_SETS * sizeof(struct delta_weights))
                  : NULL;
    model->hashed = take(memory, 2u << p->literal_bits);
    model->fields = take(memory, 2 * FIELD_SLOTS(p->field_shift));
    model->flags = take(memory, 2 * flags);
    model->flags_used = take(memory, flags);
}

/* Ranks have 2 bytes, map entries 8. */
static uint32_t ranks_of(uint32_t steps)
{
    return steps > 1 ? (steps + 3) / 4 : 0;
}

int delta_profile_holds(uint32_t profile, uint32_t steps)
{
    return ranks_of(steps) <= profiles[profile].map_entries / 2u;
}

int delta_profile_lay(struct delta_engine *engine, uint32_t profile,
                      uint32_t steps, void *memory)
{
    const struct profile *const p = &profiles[profile];
    uint8_t *at = memory;
    const uint32_t ranks = ranks_of(steps);
    if (!delta_profile_holds(profile, steps))
        return FFX_ERR_PATCH;
    engine->order.ranks = take(&at, 8 * ranks);
    engine->map.capacity = p->map_entries - ranks;
    engine->map.entries = take(&at, 8 * engine->map.capacity);
    engine->map.count = 0;
    struct delta_known *const known = &engine->predictor.known;
    known->mask = (1u << p->known_bits) - 1;
    known->values = take(&at, 4u << p->known_bits);
    lay_moved(&engine->predictor.ram, p->near, &at);
    lay_moved(&engine->predictor.targets, p->near, &at);
    struct delta_relatives *const relatives = &engine->predictor.relatives;
    relatives->mask = (1u << p->relative_bits) - 1;
    relatives->entries =
        take(&at, (uint32_t)sizeof(struct delta_relative) << p->relative_bits);
    known->checks = take(&at, 2u << p->known_bits);
    lay_model(&engine->model, p, &at);
    engine->predictor.space = &engine->space;
    engine->predictor.map = &engine->map;
    return 0;
}
