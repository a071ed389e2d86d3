/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_model.h"

/* --- calls --------------------------------------------------------------- */

#define CALL_OPCODE 0x1eu /* of the first halfword of BL, B.W, ... */

static int is_call(uint32_t word)
{
    return (word & 0xd000f800) == 0xd000f000;
}

static uint32_t rank_of(const struct delta_model *model, uint32_t target)
{
    uint32_t rank = 0;
    while (rank < model->call_count && model->calls[rank] != target)
        rank++;
    return rank;
}

void delta_model_called(struct delta_model *model, uint32_t target)
{
    uint32_t rank = rank_of(model, target);
    if (rank == CALLS)
        rank--;
    else if (rank == model->call_count)
        model->call_count++;
    for (; rank > 0; rank--)
        model->calls[rank] = model->calls[rank - 1];
    model->calls[0] = target;
}

/* New code calls what the code around it calls. 1: `value` is such a call. */
static int code_known_call(struct delta_model *model, uint32_t at,
                           uint32_t *value)
{
    uint32_t rank = model->call_count, node = 1;
    if (is_call(*value))
        rank = rank_of(model, delta_code_target(DELTA_ARCH_THUMB, *value, at));
    if (!delta_slot_code(model->bits, &model->call_known,
                         rank < model->call_count))
        return 0;
    for (uint32_t left = CALL_RANK_BITS; left-- > 0;)
        node =
            node << 1 | delta_slot_code(model->bits, &model->call_ranks[node],
                                        rank >> left & 1);
    rank = node - CALLS;
    if (rank >= model->call_count)
        rank = 0;
    *value = delta_code_aim(DELTA_ARCH_THUMB, 0xd000f000, DELTA_CALL, at,
                            model->calls[rank]);
    delta_model_called(model, model->calls[rank]);
    delta_model_saw(model, *value, 4);
    return 1;
}

/* --- halfwords ----------------------------------------------------------- */

/* A halfword is coded highest bit first, in the fields of a Thumb
 * instruction: [15-11] [10-6] [5-3] [2-0]. The context is what the fields
 * before said, not the whole prefix: small tables learn faster. */
struct half {
    uint32_t whole, prefix; /* bits so far, of all and of this field */
    uint32_t field, opcode; /* the first field */
    uint32_t before;        /* the fields between the opcode and this one */
    uint32_t w1, w2;        /* the last two halfwords */
    uint32_t hash1, opcodes;
};

/* Small profiles share the slots of two opcodes. */
static uint16_t *field_slot(const struct delta_model *model,
                            const struct half *half)
{
    static const uint16_t starts[4] = {0, 0, 1024, 1280};
    static const uint8_t widths[4] = {0, 5, 3, 3};
    if (half->field == 0)
        return &model->fields[half->prefix];
    const uint32_t shift = model->field_shift;
    const uint32_t start = starts[half->field] >> shift,
                   opcode = half->opcode >> shift;
    return &model->fields[32 + start + (opcode << widths[half->field]) +
                          half->prefix];
}

static unsigned code_bit(struct delta_model *model, const struct half *half,
                         uint32_t left, unsigned bit)
{
    const uint32_t mask = (1u << model->literal_bits) - 1;
    const uint32_t here = (half->field * 32 + half->opcode) * 64 + half->prefix;
    const uint32_t nearby = half->field < 2 ? half->w1 >> 8 : half->w1 & 63;
    const uint32_t b0 = half->w1 & 255, b1 = half->w1 >> 8;
    const unsigned text = b1 >= 32 && b1 < 127 && b0 >= 32 && b0 < 127;
    const uint32_t contexts[MIXER_INPUTS_MAX - 1] = {
        here | half->before << 13 | 1u << 28,
        here | nearby << 13 | 2u << 28,
        half->whole | 3u << 28,
        (half->whole ^ half->hash1) + 0x4444,
        here * 0x10001 ^ half->opcodes,
    };
    uint16_t *slots[MIXER_INPUTS_MAX];
    slots[0] = field_slot(model, half);
    for (uint32_t i = 1; i < model->literal_inputs; i++)
        slots[i] = &model->hashed[delta_hash(contexts[i - 1]) & mask];
    struct delta_weights *const more =
        model->seconds == NULL ? NULL
                               : &model->seconds[(half->w1 >> 11) * 16 + left];
    return delta_model_slots(model, slots,
                             &model->field_weights[left * 2 + text], more, bit);
}

static void next_field(struct half *half, uint32_t left)
{
    if (left != 11 && left != 6 && left != 3)
        return;
    half->field++;
    half->before = half->field == 1 ? half->w1 >> 6
                   : half->field == 2
                       ? half->whole & 31
                       : (half->whole & 7) | (half->whole >> 3 & 31) << 3;
    if (half->field == 1)
        half->opcode = half->whole & 31;
    half->prefix = 1;
}

static uint32_t code_half(struct delta_model *model, uint32_t at,
                          uint32_t left_here, uint32_t value, uint32_t *length)
{
    struct half half = {
        .whole = 1,
        .prefix = 1,
        .w1 = model->recent >> 16,
        .w2 = model->recent & 0xffff,
    };
    const int thumb = model->arch == DELTA_ARCH_THUMB;
    half.before = half.w1 >> 6;
    half.hash1 = delta_hash(half.w1 + 0x51ed270);
    half.opcodes = delta_hash(half.w1 >> 11 << 5 | half.w2 >> 11) + 0x777;
    for (uint32_t left = 16; left-- > 0;) {
        next_field(&half, left + 1);
        *length = 4;
        if (left == 10 && thumb && half.opcode == CALL_OPCODE &&
            left_here >= 4 && model->call_count > 0 &&
            code_known_call(model, at, &value))
            return value;
        const unsigned bit = code_bit(model, &half, left, value >> left & 1);
        half.whole = half.whole << 1 | bit;
        half.prefix = half.prefix << 1 | bit;
    }
    *length = 2;
    value = half.whole & 0xffff;
    if (thumb && is_call(half.w1 | value << 16))
        delta_model_called(
            model,
            delta_code_target(DELTA_ARCH_THUMB, half.w1 | value << 16, at - 2));
    delta_model_saw(model, value, 2);
    return value;
}

/* --- bytes --------------------------------------------------------------- */

static uint32_t code_byte(struct delta_model *model, uint32_t at,
                          uint32_t value)
{
    const uint32_t recent = model->recent, parity = at & 1;
    const uint32_t c1 = recent >> 24, c2 = recent >> 16 & 255,
                   c3 = recent >> 8 & 255, c4 = recent & 255;
    const uint32_t contexts[MIXER_INPUTS_MAX] = {
        delta_hash(0x100 + parity),
        delta_hash(0x10000 | c1 << 1 | parity),
        delta_hash(0x2000000 | c2 << 9 | c1 << 1 | parity),
        delta_hash(parity ? 0x4000000 | c2 << 9 | c4 << 17
                          : 0x5000000 | c1 << 1 | c3 << 9),
        delta_hash(0x30000000 ^ recent >> 8),
        delta_hash(0x6000000 | c1 << 9),
    };
    value =
        delta_model_byte(model, contexts, &model->byte_weights[at & 3], value);
    delta_model_saw(model, value, 1);
    return value;
}

uint32_t delta_model_literal(struct delta_model *model, uint32_t position,
                             uint32_t left, uint32_t value, uint32_t *length)
{
    const uint32_t at = position + model->phase;
    if ((at & 1) == 0 && left >= 2)
        return code_half(model, at, left, value, length);
    *length = 1;
    return code_byte(model, at, value & 255);
}
