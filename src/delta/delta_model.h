/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of new bytes: literals (delta_literal.c), and whether predictions
 * come true (delta_unit.c). All that it learns is in here and begins anew
 * with each step. docs/patch-format.md, sections 6 and 7.
 */
#ifndef FARFIX_DELTA_MODEL_H
#define FARFIX_DELTA_MODEL_H

#include "delta/delta_mixer.h"
#include "delta/delta_predict.h"
#include "delta/delta_slot.h"

#define FLAG_INPUTS 6u
#define FIELD_SLOTS(shift) (32u + (1536u >> (shift)))
#define UNIT_CLASSES 8u
#define CALLS 32u
#define CALL_RANK_BITS 5u
#define SECOND_SETS 512u

enum { NUMBER_CALL, NUMBER_POINTER, NUMBER_RAM, NUMBERS };

struct delta_model {
    struct delta_bits *bits;
    enum delta_arch arch;
    uint32_t phase;
    uint32_t literal_bits, literal_inputs, field_shift, flag_bits;

    /* Tables, sized by the profile. */
    uint16_t *hashed;              /* 1 << literal_bits slots */
    uint16_t *fields;              /* FIELD_SLOTS(field_shift) slots */
    uint16_t *flags;               /* FLAG_INPUTS << flag_bits: 16 bits of p */
    uint8_t *flags_used;           /* and how often they were used */
    struct delta_weights *seconds; /* SECOND_SETS, or NULL */

    struct delta_weights flag_weights[UNIT_CLASSES * 4];
    struct delta_weights field_weights[32];
    struct delta_weights byte_weights[12];
    struct delta_number numbers[NUMBERS];
    uint16_t same_form[2];
    uint16_t same_byte[3 * 16];
    uint16_t block[16];
    uint16_t call_known;
    uint16_t call_ranks[1u << CALL_RANK_BITS];
    uint32_t calls[CALLS], call_count; /* targets, the last one first */

    uint32_t recent;  /* the last 4 bytes made, the last one highest */
    uint32_t history; /* of hits, the last one lowest */
    uint32_t run;     /* hits since the last miss */
    uint32_t sure;    /* units of a block that are known to be hits */
    uint32_t doubt;   /* units of a block with a miss somewhere */
};

void delta_model_reset(struct delta_model *model);

/* `length` bytes were made, lowest first. */
void delta_model_saw(struct delta_model *model, uint32_t value,
                     uint32_t length);
/* A call of `target` was made. */
void delta_model_called(struct delta_model *model, uint32_t target);

/* One bit by slots: mixed, and learned by all of them. */
unsigned delta_model_slots(struct delta_model *model, uint16_t *const *slots,
                           struct delta_weights *weights,
                           struct delta_weights *more, unsigned bit);
/* One byte by hashed contexts, model->literal_inputs of them. */
uint32_t delta_model_byte(struct delta_model *model, const uint32_t *contexts,
                          struct delta_weights *weights, uint32_t value);

/* New bytes for `position` of the target, of which `left` follow each other
 * here: 1, 2 or 4 of them. `value`: what they are, for an encoder. */
uint32_t delta_model_literal(struct delta_model *model, uint32_t position,
                             uint32_t left, uint32_t value, uint32_t *length);

/* --- units of copies ----------------------------------------------------- */

struct delta_distance {
    uint32_t start, end; /* bytes since the copy began, bytes behind the unit */
};

/* What the unit became. */
uint32_t delta_model_unit(struct delta_model *model,
                          const struct delta_unit *unit,
                          const struct delta_place *place,
                          const struct delta_distance *distance,
                          uint32_t value);

/* Blocks: after a long run of hits one bit says that the next units are all
 * hits. A risky unit ends a block and is coded by itself. */
int delta_model_risky(const struct delta_unit *unit);
/* How many units a block that begins now has; 0: none begins. */
uint32_t delta_model_block(const struct delta_model *model);
unsigned delta_model_block_code(struct delta_model *model, uint32_t units,
                                unsigned bit);
/* The unit became its first candidate, without a bit. */
void delta_model_sure(struct delta_model *model, const struct delta_unit *unit);

#endif
