/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small logistic mixer: several models say how likely a 1 is, a weighted sum
 * of their log-odds is coded, and the weights follow those who were right
 * (Mahoney, "Adaptive Weighing of Context Models for Lossless Data
 * Compression", 2005). docs/patch-format.md, section 3.3.
 *
 * Log-odds are in 256ths of a nat, -2047 ... 2047.
 */
#ifndef FARFIX_DELTA_MIXER_H
#define FARFIX_DELTA_MIXER_H

#include "delta/delta_bits.h"

#include <stddef.h>

#define MIXER_INPUTS_MAX 6u

int32_t delta_stretch(uint32_t p12); /* 0 ... 4095 */
uint32_t delta_squash(int32_t odds); /* 65536ths */

/* One set of weights, 8192 = 1. */
struct delta_weights {
    uint16_t used; /* bits coded with it */
    int16_t of[MIXER_INPUTS_MAX];
};

void delta_weights_reset(struct delta_weights *sets, uint32_t count,
                         int16_t first, int16_t others);

struct delta_mixer {
    uint32_t inputs; /* <= MIXER_INPUTS_MAX */
    int32_t odds[MIXER_INPUTS_MAX];
    struct delta_weights *weights;
    struct delta_weights *more; /* added to them; may be NULL */
    uint32_t rate;              /* of learning */
};

/* Codes one bit; the weights learn from it. */
unsigned delta_mixer_code(struct delta_bits *bits,
                          const struct delta_mixer *mixer, unsigned bit);

#endif
