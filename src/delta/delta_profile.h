/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: how large the tables of a reader are, and where they lie in its
 * memory. docs/patch-format.md, section 8.
 */
#ifndef FARFIX_DELTA_PROFILE_H
#define FARFIX_DELTA_PROFILE_H

#include "delta/delta_engine.h"

/* Bytes of tables. */
uint32_t delta_profile_bytes(uint32_t profile);

/* 1: there is room for the ranks of so many steps. They are taken from the
 * copy map, at most half of it. */
int delta_profile_holds(uint32_t profile, uint32_t steps);

/* Lays the tables of `engine` out in `memory`, which is aligned for uint32_t.
 * FFX_ERR_PATCH when it does not hold so many steps. */
int delta_profile_lay(struct delta_engine *engine, uint32_t profile,
                      uint32_t steps, void *memory);

#endif
