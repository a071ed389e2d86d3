/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_model.h"
#include "delta/delta_prior.h"

#include "base/bytes.h"

/* Weights: 8192 = 1. Found by trial on firmware of many makers. */
#define WEIGHT_FLAG 2293
#define WEIGHT_FIELD_FIRST 4915
#define WEIGHT_FIELD 1474
#define WEIGHT_BYTE 2457

#define FLAG_START 0xa000u  /* a prediction is more likely right than not */
#define BLOCK_START 0xe004u /* and most blocks are */
#define RUN_START 64u       /* a step begins as if all had gone well */
#define LITERAL_RATE 16u

void delta_model_reset(struct delta_model *model)
{
    const uint32_t flags = FLAG_INPUTS << model->flag_bits;
    for (uint32_t i = 0; i < flags; i++)
        model->flags[i] = FLAG_START;
    memset(model->flags_used, 1, flags);
    delta_slots_reset(model->hashed, 1u << model->literal_bits);
    delta_slots_reset(model->fields, FIELD_SLOTS(model->field_shift));
    if (model->arch == DELTA_ARCH_THUMB)
        delta_prior_fields(model->fields, model->field_shift);
    if (model->seconds != NULL)
        delta_weights_reset(model->seconds, SECOND_SETS, 0, 0);
    delta_prior_weights(model);
    delta_numbers_reset(model->numbers, NUMBERS);
    delta_slots_reset(model->same_form, 2);
    delta_slots_reset(model->same_byte, 3 * 16);
    for (uint32_t i = 0; i < 16; i++)
        model->block[i] = BLOCK_START;
    model->call_known = SLOT_START;
    delta_slots_reset(model->call_ranks, 1u << CALL_RANK_BITS);
    model->call_count = 0;
    model->recent = 0;
    model->history = UINT32_MAX;
    model->run = RUN_START;
    model->sure = model->doubt = 0;
}

void delta_model_saw(struct delta_model *model, uint32_t value, uint32_t length)
{
    model->recent =
        length == 4 ? value
                    : model->recent >> 8 * length | value << (32 - 8 * length);
}

unsigned delta_model_slots(struct delta_model *model, uint16_t *const *slots,
                           struct delta_weights *weights,
                           struct delta_weights *more, unsigned bit)
{
    struct delta_mixer mixer;
    mixer.inputs = model->literal_inputs;
    mixer.weights = weights;
    mixer.more = more;
    mixer.rate = LITERAL_RATE;
    for (uint32_t i = 0; i < mixer.inputs; i++)
        mixer.odds[i] = delta_stretch(*slots[i] >> 4);
    bit = delta_mixer_code(model->bits, &mixer, bit);
    for (uint32_t i = 0; i < mixer.inputs; i++)
        *slots[i] = delta_slot_learn(*slots[i], bit);
    return bit;
}

uint32_t delta_model_byte(struct delta_model *model, const uint32_t *contexts,
                          struct delta_weights *weights, uint32_t value)
{
    const uint32_t mask = (1u << model->literal_bits) - 1;
    uint16_t *slots[MIXER_INPUTS_MAX];
    uint32_t prefix = 1;
    for (uint32_t left = 8; left-- > 0;) {
        for (uint32_t i = 0; i < model->literal_inputs; i++)
            slots[i] =
                &model
                     ->hashed[delta_hash(contexts[i] + prefix * 0x3d4d) & mask];
        prefix = prefix << 1 | delta_model_slots(model, slots, weights, NULL,
                                                 value >> left & 1);
    }
    return prefix & 255;
}
