/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patch header and what follows from it: which step comes when, and what
 * stands where in the slot meanwhile. docs/patch-format.md, sections 1, 2.
 */
#ifndef FARFIX_DELTA_LAYOUT_H
#define FARFIX_DELTA_LAYOUT_H

#include <farfix/delta.h>

#define DELTA_HEADER_BYTES 32u
#define DELTA_HEADER_CRC 28u      /* where the CRC-32 of the patch stands */
#define DELTA_SIZE_MAX (1u << 29) /* signed distances fit 31 bits */

/* FFX_ERR_PATCH when these are not a header of format 0. */
int delta_layout_parse(struct ffx_delta_layout *layout,
                       const uint8_t header[DELTA_HEADER_BYTES]);
/* The inverse. The caller puts the patch's CRC-32 at DELTA_HEADER_CRC. */
void delta_layout_put(const struct ffx_delta_layout *layout,
                      uint8_t header[DELTA_HEADER_BYTES]);

uint32_t delta_layout_steps(const struct ffx_delta_layout *layout);

/* Step `index`, index < delta_layout_steps. */
void delta_layout_step(const struct ffx_delta_layout *layout, uint32_t index,
                       struct ffx_step *step);

/* A run of slot bytes that may be read. */
struct delta_reach {
    uint32_t length; /* from the offset asked for; 0: not even one byte */
    int is_new;      /* target bytes of finished steps, not source bytes */
};

/* What may be read at `offset` of the slot while step `index` is made. */
struct delta_reach delta_layout_reach(const struct ffx_delta_layout *layout,
                                      uint32_t index, uint32_t offset);

#endif
