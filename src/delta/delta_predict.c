/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_predict.h"
#include "base/bytes.h"

/* --- candidates ---------------------------------------------------------- */

static void offer(struct delta_unit *unit, uint32_t value)
{
    for (uint32_t i = 0; i < unit->candidates; i++)
        if (unit->candidate[i] == value)
            return;
    if (unit->candidates < 3)
        unit->candidate[unit->candidates++] = value;
}

static const struct delta_segment *segment_of(const struct delta_space *space,
                                              uint32_t address)
{
    for (uint32_t i = 0; i < space->segment_count; i++) {
        const struct delta_segment *const segment = &space->segments[i];
        if (address - segment->bias - segment->offset < segment->length)
            return segment;
    }
    return NULL;
}

/* Targets are offsets counted like aligned ones: with the phase added. */
static int inside(const struct delta_space *space, uint32_t target)
{
    return target - space->phase < space->source_bytes;
}

static unsigned follow(const struct delta_predictor *predictor,
                       const struct delta_place *place, uint32_t target,
                       uint32_t *found)
{
    const uint32_t phase = predictor->space->phase;
    *found = target;
    if (place->is_new)
        return 2;
    const unsigned quality =
        delta_map_find(predictor->map, target - phase, found);
    *found += phase;
    return quality;
}

/* What `unit` is when it refers to `target` in the new image. */
static uint32_t refer(const struct delta_space *space,
                      const struct delta_unit *unit,
                      const struct delta_place *place, uint32_t target)
{
    if (unit->kind == DELTA_POINTER)
        return ((target - space->phase) | (unit->raw & 1)) +
               unit->segment->bias + unit->segment->new_bias;
    if (unit->kind == DELTA_RELATIVE)
        return target - space->phase + unit->segment->bias +
               unit->segment->new_bias - unit->new_origin;
    return delta_code_aim(space->arch, unit->raw, unit->kind,
                          place->new_position + space->phase, target);
}

/* A neighbour of the target moved otherwise than the map says. When such
 * neighbours have been right of late, this comes first. */
static void offer_near(const struct delta_predictor *predictor,
                       const struct delta_place *place, struct delta_unit *unit)
{
    uint32_t move;
    const unsigned near =
        delta_moved_target(&predictor->targets, unit->target, &move);
    if (near == 0)
        return;
    unit->near_value =
        refer(predictor->space, unit, place, unit->target + move);
    if (unit->near_value == unit->predicted ||
        (unit->candidates > 0 && unit->near_value == unit->candidate[0]))
        return;
    const int first = predictor->near_wins > 0 && unit->candidates == 0;
    unit->near = (uint8_t)(near + (first ? 2 : 0));
    if (first)
        offer(unit, unit->near_value);
}

/* The candidates of a unit that refers to unit->target and is expected to
 * refer to `mapped`. */
static void offer_targets(const struct delta_predictor *predictor,
                          const struct delta_place *place,
                          struct delta_unit *unit, uint32_t mapped)
{
    uint32_t value;
    unit->predicted = refer(predictor->space, unit, place, mapped);
    if (!place->is_new) {
        unit->key = delta_hash(unit->target) | 1;
        unit->confidence =
            (uint8_t)delta_known_find(&predictor->known, unit->key, &value);
        if (unit->confidence > 0)
            offer(unit, refer(predictor->space, unit, place, value));
        offer_near(predictor, place, unit);
    }
    offer(unit, unit->predicted);
    if (unit->near > 0)
        offer(unit, unit->near_value);
    offer(unit, unit->raw);
}

#define KEY_HALF 0x80000000u
#define KEY_WORD 2u

/* Units that name no target, or only one near by: replaced as before, as
 * predicted, or as they are. */
static void offer_value(const struct delta_predictor *predictor,
                        struct delta_unit *unit)
{
    uint32_t value;
    if (unit->predicted == unit->raw) {
        unit->key = unit->length == 4 ? delta_hash(unit->raw) << 2 | KEY_WORD
                                      : unit->raw << 2 | KEY_HALF;
        unit->confidence =
            (uint8_t)delta_known_find(&predictor->known, unit->key, &value);
        if (unit->confidence > 0)
            offer(unit, value);
        if (unit->confidence > 0 && unit->length == 2)
            unit->kind = DELTA_KNOWN;
    }
    offer(unit, unit->predicted);
    offer(unit, unit->raw);
}

/* --- relative words ------------------------------------------------------- */

/* The segment that holds an offset of the old image. */
static const struct delta_segment *segment_at(const struct delta_space *space,
                                              uint32_t offset)
{
    for (uint32_t i = 0; i < space->segment_count; i++)
        if (offset - space->segments[i].offset < space->segments[i].length)
            return &space->segments[i];
    return NULL;
}

static int predict_relative(const struct delta_predictor *predictor,
                            const struct delta_place *place,
                            struct delta_unit *unit)
{
    const struct delta_space *const space = predictor->space;
    const struct delta_relatives *const all = &predictor->relatives;
    const uint32_t at = place->old_position + space->phase;
    const struct delta_relative *const one = &all->entries[at >> 2 & all->mask];
    if (one->literal != at || at == 0)
        return 0;
    const struct delta_segment *const home = segment_at(space, one->old_add);
    if (home == NULL)
        return 0;
    unit->old_origin = one->old_add + home->bias + 4;
    unit->new_origin = one->new_add + home->bias + home->new_bias + 4;
    const uint32_t address = unit->raw + unit->old_origin;
    unit->segment = segment_of(space, address);
    if (unit->segment == NULL)
        return 0;
    uint32_t mapped;
    unit->kind = DELTA_RELATIVE;
    unit->length = 4;
    unit->target = address - unit->segment->bias + space->phase;
    unit->quality = (uint8_t)follow(predictor, place, unit->target, &mapped);
    offer_targets(predictor, place, unit, mapped);
    return 1;
}

void delta_predict_pass(struct delta_predictor *predictor,
                        const struct delta_unit *unit,
                        const struct delta_place *place)
{
    struct delta_relatives *const all = &predictor->relatives;
    const struct delta_space *const space = predictor->space;
    if (unit->kind == DELTA_LOAD || unit->kind == DELTA_LOAD_W) {
        const unsigned to =
            delta_code_loaded(space->arch, unit->raw, unit->kind);
        all->loaded[to] = unit->target;
    } else if (unit->length == 2 && space->arch == DELTA_ARCH_THUMB) {
        const int from = delta_code_add_pc(unit->raw);
        if (from < 0 || all->loaded[from] == 0)
            return;
        const uint32_t literal = all->loaded[from];
        all->loaded[from] = 0;
        all->entries[literal >> 2 & all->mask] = (struct delta_relative){
            literal, place->old_position, place->new_position};
    }
}

/* --- words --------------------------------------------------------------- */

static int predict_word(const struct delta_predictor *predictor,
                        const struct delta_place *place,
                        struct delta_unit *unit)
{
    const struct delta_space *const space = predictor->space;
    uint32_t mapped, move = 0;
    unit->segment = segment_of(space, unit->raw & ~1u);
    unit->length = 4;
    if (unit->segment != NULL) {
        unit->kind = DELTA_POINTER;
        unit->target = (unit->raw & ~1u) - unit->segment->bias + space->phase;
        unit->quality =
            (uint8_t)follow(predictor, place, unit->target, &mapped);
        offer_targets(predictor, place, unit, mapped);
        return 1;
    }
    if (unit->raw - space->ram_low >= space->ram_bytes)
        return 0;
    unit->kind = DELTA_RAM;
    if (!place->is_new)
        unit->quality =
            (uint8_t)delta_moved_ram(&predictor->ram, unit->raw, &move);
    unit->predicted = unit->raw + move;
    offer(unit, unit->predicted);
    offer(unit, unit->raw);
    return 1;
}

/* --- instructions -------------------------------------------------------- */

static void predict_far(const struct delta_predictor *predictor,
                        const struct delta_place *place,
                        struct delta_unit *unit)
{
    uint32_t mapped = unit->target;
    if (inside(predictor->space, unit->target))
        unit->quality =
            (uint8_t)follow(predictor, place, unit->target, &mapped);
    else
        unit->kind = DELTA_OUTSIDE;
    offer_targets(predictor, place, unit, mapped);
}

static void predict_near(const struct delta_predictor *predictor,
                         const struct delta_place *place,
                         struct delta_unit *unit)
{
    const struct delta_space *const space = predictor->space;
    uint32_t mapped;
    unit->predicted = unit->raw;
    if (inside(space, unit->target) &&
        follow(predictor, place, unit->target, &mapped) > 0)
        unit->predicted =
            delta_code_aim(space->arch, unit->raw, unit->kind,
                           place->new_position + space->phase, mapped);
    unit->quality = unit->predicted != unit->raw;
    offer_value(predictor, unit);
}

static void predict_code(const struct delta_predictor *predictor,
                         const struct delta_place *place,
                         struct delta_unit *unit,
                         const struct delta_reference *found)
{
    unit->kind = found->kind;
    unit->length = found->length;
    unit->target = found->target;
    if (unit->length == 2)
        unit->raw &= 0xffff;
    if (unit->kind == DELTA_CALL || unit->kind == DELTA_JUMP)
        predict_far(predictor, place, unit);
    else
        predict_near(predictor, place, unit);
}

/* MOVW and MOVT come in pairs of one register and hold the halves of an
 * address. */
static int predict_move(const struct delta_predictor *predictor,
                        const struct delta_place *place,
                        struct delta_unit *unit)
{
    const struct delta_space *const space = predictor->space;
    const enum delta_arch arch = space->arch;
    uint32_t other, address, mapped;
    if (!delta_code_may_move(arch, unit->raw))
        return 0;
    const int low = delta_code_move(arch, unit->raw, 0);
    const int high = delta_code_move(arch, unit->raw, 1);
    if (low >= 0 && place->left >= 8) {
        other = bytes_get32(place->bytes + 4);
        if (low != delta_code_move(arch, other, 1))
            return 0;
        address = delta_code_immediate(arch, other) << 16 |
                  delta_code_immediate(arch, unit->raw);
    } else if (high >= 0 && high == delta_code_move(arch, place->before, 0)) {
        address = delta_code_immediate(arch, unit->raw) << 16 |
                  delta_code_immediate(arch, place->before);
    } else {
        return 0;
    }
    unit->segment = segment_of(space, address & ~1u);
    if (unit->segment == NULL)
        return 0;
    unit->kind = DELTA_HALF_MOVE;
    unit->length = 4;
    unit->target = (address & ~1u) - unit->segment->bias + space->phase;
    unit->quality = (uint8_t)follow(predictor, place, unit->target, &mapped);
    mapped = ((mapped - space->phase) | (address & 1)) + unit->segment->bias +
             unit->segment->new_bias;
    unit->predicted = delta_code_with_immediate(
        arch, unit->raw, low >= 0 ? mapped & 0xffff : mapped >> 16);
    offer_value(predictor, unit);
    return 1;
}

/* --- units --------------------------------------------------------------- */

static int predict_thumb(const struct delta_predictor *predictor,
                         const struct delta_place *place,
                         struct delta_unit *unit, uint32_t at)
{
    struct delta_reference found;
    if (place->left >= 4 && predict_move(predictor, place, unit))
        return 1;
    if (!delta_code_thumb(unit->raw, at, &found) || found.length > place->left)
        return 0;
    predict_code(predictor, place, unit, &found);
    return 1;
}

static int predict_arm(const struct delta_predictor *predictor,
                       const struct delta_place *place, struct delta_unit *unit,
                       uint32_t at)
{
    struct delta_reference found;
    if ((at & 3) != 0 || place->left < 4)
        return 0;
    if (predict_move(predictor, place, unit))
        return 1;
    if (delta_code_arm(unit->raw, at, &found)) {
        predict_code(predictor, place, unit, &found);
        return 1;
    }
    unit->kind = DELTA_WORD;
    unit->length = 4;
    unit->predicted = unit->raw;
    offer_value(predictor, unit);
    return 1;
}

static uint32_t first_word(const struct delta_place *place)
{
    if (place->left >= 4)
        return bytes_get32(place->bytes);
    uint32_t word = 0;
    for (uint32_t i = 0; i < place->left; i++)
        word |= (uint32_t)place->bytes[i] << 8 * i;
    return word;
}

void delta_predict(const struct delta_predictor *predictor,
                   const struct delta_place *place, struct delta_unit *unit)
{
    const struct delta_space *const space = predictor->space;
    const uint32_t at = place->old_position + space->phase;
    unit->quality = unit->confidence = unit->near = unit->candidates = 0;
    unit->key = 0;
    unit->raw = first_word(place);
    if ((at & 1) != 0 || place->left < 2 ||
        ((place->old_position ^ place->new_position) & 1) != 0) {
        unit->kind = DELTA_BYTE;
        unit->length = 1;
        unit->raw = unit->predicted = unit->raw & 0xff;
        offer(unit, unit->raw);
        return;
    }
    if ((at & 3) == 0 && place->left >= 4 &&
        (predict_relative(predictor, place, unit) ||
         predict_word(predictor, place, unit)))
        return;
    if (space->arch == DELTA_ARCH_THUMB &&
        predict_thumb(predictor, place, unit, at))
        return;
    if (space->arch == DELTA_ARCH_ARM &&
        predict_arm(predictor, place, unit, at))
        return;
    unit->kind = DELTA_HALF;
    unit->length = 2;
    unit->raw = unit->predicted = unit->raw & 0xffff;
    offer_value(predictor, unit);
}

/* --- learning ------------------------------------------------------------ */

/* The target that `value` refers to. 0: it is no longer such a unit. */
static int target_of(const struct delta_space *space,
                     const struct delta_unit *unit,
                     const struct delta_place *place, uint32_t value,
                     uint32_t *target)
{
    if (unit->kind == DELTA_POINTER) {
        *target = (value & ~1u) - unit->segment->bias -
                  unit->segment->new_bias + space->phase;
        return 1;
    }
    if (unit->kind == DELTA_RELATIVE) {
        *target = value + unit->new_origin - unit->segment->bias -
                  unit->segment->new_bias + space->phase;
        return 1;
    }
    *target = delta_code_target(space->arch, value,
                                place->new_position + space->phase);
    return delta_code_same_form(space->arch, value, unit->raw);
}

#define NEAR_WINS 4

static void learn_target(struct delta_predictor *predictor,
                         const struct delta_unit *unit,
                         const struct delta_place *place, uint32_t value)
{
    uint32_t target, usual;
    if (!target_of(predictor->space, unit, place, value, &target))
        return;
    if (unit->near > 0 && value == unit->near_value)
        predictor->near_wins += predictor->near_wins < NEAR_WINS;
    else if (unit->near > 0 && value == unit->predicted)
        predictor->near_wins -= predictor->near_wins > -NEAR_WINS;
    if (value != unit->predicted || unit->near > 0)
        delta_moved_learn(&predictor->targets, unit->target,
                          target - unit->target);
    target_of(predictor->space, unit, place, unit->predicted, &usual);
    delta_known_learn(&predictor->known, unit->key, target, usual);
}

void delta_predict_learn(struct delta_predictor *predictor,
                         const struct delta_unit *unit,
                         const struct delta_place *place, uint32_t value)
{
    if (place->is_new)
        return;
    if (unit->kind == DELTA_RAM)
        delta_moved_learn(&predictor->ram, unit->raw, value - unit->raw);
    else if ((unit->key & 1) != 0)
        learn_target(predictor, unit, place, value);
    else if (unit->key != 0)
        delta_known_learn(&predictor->known, unit->key, value, unit->raw);
}

void delta_predict_carry(const struct delta_predictor *predictor,
                         struct delta_lessons *lessons)
{
    delta_moved_carry(&predictor->ram, &lessons->ram);
    delta_moved_carry(&predictor->targets, &lessons->targets);
}

void delta_predict_reset(struct delta_predictor *predictor,
                         const struct delta_lessons *lessons)
{
    memset(predictor->known.checks, 0,
           (predictor->known.mask + 1) * sizeof *predictor->known.checks);
    delta_moved_reset(&predictor->ram, &lessons->ram);
    delta_moved_reset(&predictor->targets, &lessons->targets);
    predictor->near_wins = 0;
    struct delta_relatives *const all = &predictor->relatives;
    memset(all->loaded, 0, sizeof all->loaded);
    memset(all->entries, 0, (all->mask + 1) * sizeof *all->entries);
}
