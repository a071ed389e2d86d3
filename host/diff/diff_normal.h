/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images made alike: code that moved differs from what it was in the
 * addresses that it holds. Without them it can be found by its bytes.
 */
#ifndef FARFIX_DIFF_NORMAL_H
#define FARFIX_DIFF_NORMAL_H

#include "delta/delta_predict.h"

/* Writes `image`, of `length` bytes, to `to` with the addresses taken out of
 * calls, jumps, literal loads, pointers and pairs of MOVW and MOVT. Old and
 * new image alike, so that the results can be compared. */
void diff_normal(uint8_t *to, const uint8_t *image, uint32_t length,
                 const struct delta_space *space);

#endif
