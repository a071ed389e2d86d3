/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patch header and what follows from it: which step comes when, and what
 * stands where in the slot meanwhile. docs/patch-format.md, sections 1, 2.
 */
#ifndef FARFIX_DELTA_LAYOUT_H
#define FARFIX_DELTA_LAYOUT_H

#include <farfix/delta.h>

#define DELTA_FORMAT 1u
#define DELTA_HEADER_MAX 22u      /* bytes */
#define DELTA_SIZE_MAX (1u << 26) /* the copy map has 26 bits for a place */
#define DELTA_STEPS_MAX 16384u

/* FFX_ERR_PATCH when these `length` bytes do not begin with a header of
 * format 1; its length in bytes otherwise. */
int delta_layout_parse(struct ffx_delta_layout *layout, const uint8_t *bytes,
                       uint32_t length);
/* The inverse: the length. */
uint32_t delta_layout_put(const struct ffx_delta_layout *layout,
                          uint8_t bytes[DELTA_HEADER_MAX]);

/* Which steps come when. */
struct delta_order {
    uint32_t source_bytes, target_bytes;
    uint32_t step_bytes; /* 0: not in place, and one step */
    uint32_t steps;
    uint16_t *ranks; /* [i]: when step i by position comes; NULL: one step */
};

/* `ranks` has to be filled in when there is more than one step. */
void delta_order_open(struct delta_order *order,
                      const struct ffx_delta_layout *layout, uint16_t *ranks);
uint32_t delta_layout_steps(const struct ffx_delta_layout *layout);

/* The step that comes as number `index`, index < steps. */
void delta_order_step(const struct delta_order *order, uint32_t index,
                      struct ffx_step *step);
/* Target bytes made before it. */
uint32_t delta_order_before(const struct delta_order *order, uint32_t index);

/* A run of slot bytes that may be read. */
struct delta_reach {
    uint32_t length; /* from the offset asked for; 0: not even one byte */
    int is_new;      /* target bytes of finished steps, not source bytes */
};

/* What may be read at `offset` of the slot while step `index` is made: at
 * most `most` bytes, all old or all new. */
struct delta_reach delta_order_reach(const struct delta_order *order,
                                     uint32_t index, uint32_t offset,
                                     uint32_t most);

#endif
