/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_model.h"

#include "base/bytes.h"

/* Units that behave alike share their weights. */
static uint32_t class_of(unsigned kind)
{
    static const uint8_t classes[DELTA_KINDS] = {
        0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 5,
    };
    return classes[kind];
}

/* --- flags --------------------------------------------------------------- */

#define FLAG_RATE 24u
#define FLAG_USED_MAX 127u

/* Flags are nearly always 1, so they are counted more finely than slots:
 * 65536 / (n + 1.6). */
/* clang-format off */
static const uint16_t flag_rates[FLAG_USED_MAX + 1] = {
    40960, 25206, 18204, 14246, 11702, 9929, 8623, 7620, 6826, 6182,
    5649, 5201, 4818, 4488, 4201, 3947, 3723, 3523, 3343, 3181,
    3034, 2899, 2776, 2664, 2560, 2463, 2374, 2291, 2214, 2141,
    2073, 2010, 1950, 1894, 1840, 1790, 1742, 1697, 1654, 1614,
    1575, 1538, 1503, 1469, 1437, 1406, 1376, 1348, 1321, 1295,
    1270, 1245, 1222, 1200, 1178, 1157, 1137, 1118, 1099, 1081,
    1063, 1046, 1030, 1014, 999, 984, 969, 955, 941, 928,
    915, 902, 890, 878, 866, 855, 844, 833, 823, 813,
    803, 793, 783, 774, 765, 756, 748, 739, 731, 723,
    715, 707, 700, 692, 685, 678, 671, 664, 657, 651,
    645, 638, 632, 626, 620, 614, 609, 603, 597, 592,
    587, 582, 576, 571, 566, 562, 557, 552, 547, 543,
    538, 534, 530, 525, 521, 517, 513, 509,
};
/* clang-format on */

static void learn_flag(uint16_t *p, uint8_t *used, unsigned bit)
{
    const uint32_t rate = flag_rates[*used];
    if (bit)
        *p = (uint16_t)(*p + ((65535u - *p) * rate >> 16));
    else
        *p = (uint16_t)(*p - (*p * rate >> 16));
    *used = (uint8_t)(*used + (*used < FLAG_USED_MAX));
}

static unsigned code_flag(struct delta_model *model, const uint32_t *contexts,
                          struct delta_weights *weights, unsigned bit)
{
    const uint32_t mask = (1u << model->flag_bits) - 1;
    struct delta_mixer mixer;
    mixer.inputs = FLAG_INPUTS;
    mixer.weights = weights;
    mixer.more = NULL;
    mixer.rate = FLAG_RATE;
    uint32_t at[FLAG_INPUTS];
    for (uint32_t i = 0; i < FLAG_INPUTS; i++) {
        at[i] = (i << model->flag_bits) + (delta_hash(contexts[i]) & mask);
        mixer.odds[i] = delta_stretch(model->flags[at[i]] >> 4);
    }
    bit = delta_mixer_code(model->bits, &mixer, bit);
    for (uint32_t i = 0; i < FLAG_INPUTS; i++)
        learn_flag(&model->flags[at[i]], &model->flags_used[at[i]], bit);
    return bit;
}

/* Is candidate number `which` right? */
static unsigned code_hit(struct delta_model *model,
                         const struct delta_unit *unit, uint32_t which,
                         const struct delta_place *place,
                         const struct delta_distance *distance, unsigned bit)
{
    const uint32_t kind = unit->kind, more = which > 0;
    const uint32_t quality = unit->quality | (unit->candidates - 1u) << 3;
    const uint32_t start = delta_bits_length(distance->start),
                   end = bytes_min(delta_bits_length(distance->end), 8);
    const uint32_t sure = bytes_min(unit->confidence, 3);
    const uint32_t hits = model->history;
    const uint32_t value =
        unit->length == 2
            ? unit->raw
            : (unit->length == 1 ? 1u : 2u) << 24 | (unit->raw & 0xffff);
    const uint32_t contexts[FLAG_INPUTS] = {
        (((kind * 8 + unit->quality) * 8 + (hits & 7)) * 2 + more) * 4 + sure,
        value * 4 + which,
        1u << 20 | (((kind * 32 + start) * 16 + end) * 4) | which,
        (1u << 21 | ((hits & 255) * 4) | which) << 5 | quality,
        (3u << 23 | (((kind * 8 + unit->confidence) * 32 + quality) * 4) |
         which) << 3 |
            unit->near,
        1u << 28 | (((place->before >> 16) * 32 + kind) * 4) | which,
    };
    return code_flag(
        model, contexts,
        &model->flag_weights[(class_of(kind) * 2 + (model->doubt > 0)) * 2 +
                             more],
        bit);
}

/* --- misses -------------------------------------------------------------- */

static uint32_t code_byte(struct delta_model *model,
                          const struct delta_unit *unit, uint32_t at,
                          uint32_t above, uint32_t truth)
{
    const uint32_t guess = unit->candidate[0] >> 8 * at & 255,
                   raw = unit->raw >> 8 * at & 255, kind = unit->kind;
    const uint32_t c1 = model->recent >> 24, c2 = model->recent >> 16 & 255;
    const uint32_t k = at + (unit->length == 4 ? 2 : 0);
    const uint32_t contexts[MIXER_INPUTS_MAX] = {
        delta_hash(0x7000000 | kind << 4 | k),
        delta_hash(0x8000000 | kind << 12 | k << 8 | guess),
        delta_hash(0x9000000 | k << 16 | guess << 8 | above),
        delta_hash(0xc000000 | k << 16 | raw << 8 | c1),
        delta_hash(0xa000000 | k << 16 | c1 << 8 | above),
        delta_hash(0xb000000 | k << 16 | c2 << 8 | c1) + above,
    };
    return delta_model_byte(
        model, contexts,
        &model->byte_weights[4 + k + (unit->length == 1 ? 4 : 0)], truth);
}

/* Highest byte first; each may be as predicted. The last one cannot, when
 * all others were and there is no other candidate. */
static uint32_t code_bytes(struct delta_model *model,
                           const struct delta_unit *unit, uint32_t truth)
{
    const uint32_t class = unit->length == 2 && unit->kind < DELTA_WORD ? 0
                           : unit->kind >= DELTA_COND_W                 ? 1
                                                                        : 2;
    uint32_t value = 0, missed = 0;
    for (uint32_t at = unit->length; at-- > 0;) {
        const uint32_t guess = unit->candidate[0] >> 8 * at & 255,
                       raw = unit->raw >> 8 * at & 255,
                       byte = truth >> 8 * at & 255;
        uint16_t *const same =
            &model->same_byte[((class * 4 + at) * 2 + missed) * 2 +
                              (guess == raw)];
        const int certain =
            unit->length == 1 || (at == 0 && !missed && unit->candidates == 1);
        const uint32_t above =
            at + 1 < unit->length
                ? value >> 8 * (at + 1) & 255
                : unit->candidate[0] >> 8 * (at - (at > 0)) & 255;
        if (!certain && delta_slot_code(model->bits, same, byte == guess)) {
            value |= guess << 8 * at;
        } else {
            value |= code_byte(model, unit, at, above, byte) << 8 * at;
            missed = 1;
        }
    }
    return value;
}

#define FAR (1u << 24) /* pointers that moved further are coded as bytes */

static uint32_t code_address(struct delta_model *model,
                             const struct delta_unit *unit, uint32_t truth)
{
    const uint32_t guess = unit->candidate[0], move = truth - guess;
    struct delta_number *const number =
        &model->numbers[unit->kind == DELTA_RAM ? NUMBER_RAM : NUMBER_POINTER];
    if (!delta_slot_code(model->bits, &model->same_form[0],
                         move + FAR < 2 * FAR))
        return code_bytes(model, unit, truth);
    return guess + delta_number_signed(model->bits, number, move);
}

static uint32_t code_call(struct delta_model *model,
                          const struct delta_unit *unit, uint32_t truth)
{
    const uint32_t guess = unit->candidate[0];
    const unsigned shift = model->arch == DELTA_ARCH_ARM ? 2 : 1;
    if (!delta_slot_code(
            model->bits, &model->same_form[1],
            (unsigned)delta_code_same_form(model->arch, truth, guess)))
        return code_bytes(model, unit, truth);
    const uint32_t target = delta_code_target(model->arch, guess, 0);
    const uint32_t move = delta_code_target(model->arch, truth, 0) - target;
    const uint32_t away =
        delta_number_signed(model->bits, &model->numbers[NUMBER_CALL],
                            (uint32_t)((int32_t)move >> shift));
    return delta_code_aim(model->arch, guess, DELTA_CALL, 0,
                          target + (away << shift));
}

static uint32_t code_miss(struct delta_model *model,
                          const struct delta_unit *unit, uint32_t truth)
{
    switch (unit->kind) {
    case DELTA_CALL:
    case DELTA_JUMP:
    case DELTA_OUTSIDE:
        return code_call(model, unit, truth);
    case DELTA_POINTER:
    case DELTA_RELATIVE:
    case DELTA_RAM:
        return code_address(model, unit, truth);
    default:
        return code_bytes(model, unit, truth);
    }
}

/* --- units --------------------------------------------------------------- */

static void saw_unit(struct delta_model *model, const struct delta_unit *unit,
                     uint32_t value)
{
    delta_model_saw(model, value, unit->length);
}

uint32_t delta_model_unit(struct delta_model *model,
                          const struct delta_unit *unit,
                          const struct delta_place *place,
                          const struct delta_distance *distance, uint32_t truth)
{
    uint32_t which = 0;
    while (which < unit->candidates &&
           !code_hit(model, unit, which, place, distance,
                     truth == unit->candidate[which]))
        which++;
    const uint32_t value = which < unit->candidates
                               ? unit->candidate[which]
                               : code_miss(model, unit, truth);
    model->history = model->history << 1 | (which == 0);
    model->run = which == 0 ? model->run + 1 : 0;
    model->doubt = which == 0 && model->doubt > 0 ? model->doubt - 1 : 0;
    saw_unit(model, unit, value);
    if (model->arch == DELTA_ARCH_THUMB &&
        (unit->kind == DELTA_CALL || unit->kind == DELTA_OUTSIDE))
        delta_model_called(
            model, delta_code_target(model->arch, value,
                                     place->new_position + model->phase));
    return value;
}

/* --- blocks -------------------------------------------------------------- */

#define BLOCK_RUN_MIN 64u
#define BLOCK_UNITS_MAX 1024u

int delta_model_risky(const struct delta_unit *unit)
{
    switch (unit->kind) {
    case DELTA_RAM:
        return unit->quality < 4;
    case DELTA_KNOWN:
        return 1;
    case DELTA_POINTER:
    case DELTA_RELATIVE:
    case DELTA_CALL:
    case DELTA_JUMP:
    case DELTA_OUTSIDE:
        return (unit->quality < 2 && unit->confidence < 2) || unit->near > 0;
    default:
        return 0;
    }
}

uint32_t delta_model_block(const struct delta_model *model)
{
    if (model->run < BLOCK_RUN_MIN || model->sure > 0 || model->doubt > 0)
        return 0;
    const uint32_t units = 1u << (delta_bits_length(model->run) - 1);
    return bytes_min(units, BLOCK_UNITS_MAX);
}

unsigned delta_model_block_code(struct delta_model *model, uint32_t units,
                                unsigned bit)
{
    const uint32_t level = bytes_min(delta_bits_length(model->run), 15);
    bit = delta_slot_code(model->bits, &model->block[level], bit);
    if (bit)
        model->sure = units;
    else
        model->doubt = units;
    return bit;
}

void delta_model_sure(struct delta_model *model, const struct delta_unit *unit)
{
    model->sure--;
    model->run++;
    model->history = UINT32_MAX;
    saw_unit(model, unit, unit->candidate[0]);
}
