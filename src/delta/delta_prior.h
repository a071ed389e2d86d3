/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Thumb code looks like before any was seen: probabilities of the bits of
 * a halfword by its fields, counted over newlib and libgcc as Debian builds
 * them for ARMv6-M, ARMv7-M and ARMv7E-M. docs/patch-format.md, appendix A.
 */
#ifndef FARFIX_DELTA_PRIOR_H
#define FARFIX_DELTA_PRIOR_H

#include "delta/delta_model.h"

/* Fills the FIELD_SLOTS(shift) slots of delta_model.h. */
void delta_prior_fields(uint16_t *fields, uint32_t shift);
/* The weights of flags, fields and bytes. */
void delta_prior_weights(struct delta_model *model);

#endif
