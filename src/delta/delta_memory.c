/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_memory.h"
#include "base/bytes.h"

/* --- exact memory -------------------------------------------------------- */

#define CONFIDENCE 7u

static uint32_t known_at(const struct delta_known *known, uint32_t key,
                         uint16_t *check)
{
    const uint32_t h = delta_hash(key);
    *check = (uint16_t)((h << 3 & 0xfff0u) | 8u);
    return h >> 16 & known->mask;
}

unsigned delta_known_find(const struct delta_known *known, uint32_t key,
                          uint32_t *value)
{
    uint16_t check;
    const uint32_t at = known_at(known, key, &check);
    if ((known->checks[at] & ~CONFIDENCE) != check)
        return 0;
    *value = known->values[at];
    return known->checks[at] & CONFIDENCE;
}

/* `usual`: what would be predicted without the memory. */
void delta_known_learn(struct delta_known *known, uint32_t key, uint32_t value,
                       uint32_t usual)
{
    uint16_t check;
    const uint32_t at = known_at(known, key, &check);
    uint16_t *const slot = &known->checks[at];
    const uint32_t confidence = *slot & CONFIDENCE;
    if ((*slot & ~CONFIDENCE) == check && confidence > 0) {
        if (known->values[at] == value) {
            *slot = (uint16_t)(*slot + (confidence < CONFIDENCE));
        } else if (confidence > 2) {
            *slot = (uint16_t)(*slot - 2);
        } else {
            known->values[at] = value;
            *slot = check | 1;
        }
    } else if (value != usual) {
        if (confidence > 1) {
            *slot = (uint16_t)(*slot - 1);
        } else {
            known->values[at] = value;
            *slot = check | 1;
        }
    }
}

/* --- near memory --------------------------------------------------------- */

void delta_moved_learn(struct delta_moved *moved, uint32_t place, uint32_t move)
{
    for (uint32_t i = 0; i < moved->count; i++) {
        if (moved->places[i] == place) {
            moved->moves[i] = move;
            return;
        }
    }
    uint32_t at = moved->next;
    if (moved->count < moved->capacity)
        at = moved->count++;
    else
        moved->next = at + 1 < moved->capacity ? at + 1 : 0;
    moved->places[at] = place;
    moved->moves[at] = move;
}

void delta_moved_carry(const struct delta_moved *moved,
                       struct delta_carried *carried)
{
    const uint32_t end =
        moved->count < moved->capacity ? moved->count : moved->next;
    carried->count = bytes_min(moved->count, CARRIED);
    for (uint32_t i = 0; i < carried->count; i++) {
        const uint32_t back = carried->count - i;
        const uint32_t at =
            end >= back ? end - back : end + moved->capacity - back;
        carried->places[i] = moved->places[at];
        carried->moves[i] = moved->moves[at];
    }
}

void delta_moved_reset(struct delta_moved *moved,
                       const struct delta_carried *carried)
{
    moved->count = carried->count;
    moved->next = 0;
    for (uint32_t i = 0; i < carried->count; i++) {
        moved->places[i] = carried->places[i];
        moved->moves[i] = carried->moves[i];
    }
}

/* The neighbours of a place on both sides. */
struct neighbours {
    uint32_t below, above; /* distances */
    uint32_t below_move, above_move;
};

static struct neighbours moved_find(const struct delta_moved *moved,
                                    uint32_t place)
{
    struct neighbours near = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < moved->count; i++) {
        const uint32_t down = place - moved->places[i];
        if (down >> 31 == 0) {
            if (down <= near.below) {
                near.below = down;
                near.below_move = moved->moves[i];
            }
        } else if (0 - down < near.above) {
            near.above = 0 - down;
            near.above_move = moved->moves[i];
        }
    }
    return near;
}

/* How far an address in RAM moved, and how sure that is: 0 ... 5. */
unsigned delta_moved_ram(const struct delta_moved *moved, uint32_t address,
                         uint32_t *move)
{
    const struct neighbours near = moved_find(moved, address);
    *move = near.below_move;
    if (near.below == UINT32_MAX && near.above == UINT32_MAX)
        return 0;
    if (near.below == 0)
        return 5;
    if (near.below != UINT32_MAX && near.above != UINT32_MAX &&
        near.below_move == near.above_move)
        return 4;
    uint32_t distance = near.below;
    if (near.above < near.below) {
        *move = near.above_move;
        distance = near.above;
    }
    return distance < 64 ? 3 : distance < 1024 ? 2 : 1;
}

#define NEAR_BYTES 512u

unsigned delta_moved_target(const struct delta_moved *moved, uint32_t target,
                            uint32_t *move)
{
    const struct neighbours near = moved_find(moved, target);
    const uint32_t distance = bytes_min(near.below, near.above);
    *move = near.below <= near.above ? near.below_move : near.above_move;
    return distance < 64 ? 2 : distance < NEAR_BYTES ? 1 : 0;
}
