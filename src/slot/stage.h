/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of B as a row of stages, one function each. A stage does one
 * bounded piece of work; once it says 0 the next one begins at cursor 0.
 *
 *   package ── source ── plan ── erase ── (make ── write)* ── verify ── done
 */
#ifndef FARFIX_SLOT_STAGE_H
#define FARFIX_SLOT_STAGE_H

#include <farfix/slot.h>

enum stage {
    STAGE_NONE, /* not begun */
    STAGE_PACKAGE,
    STAGE_SOURCE,
    STAGE_PLAN,
    STAGE_ERASE,
    STAGE_MAKE,
    STAGE_WRITE,
    STAGE_VERIFY,
    STAGE_DONE,
    STAGES
};

const struct ffx_part *slot_part(const struct ffx_slot *slot);
const struct ffx_image_facts *slot_image(const struct ffx_slot *slot);

/* What the payload reader may read: the source, and where finished steps
 * stand, B, as if it were made in place. */
struct ffx_read_at slot_merged(struct ffx_slot *slot);
void slot_finished(struct ffx_slot *slot, const struct ffx_step *step);

/* Programs and reads back, inside one sector. FFX_ERR_FLASH; _POWER. */
int slot_program(const struct ffx_flash *flash, uint32_t address,
                 const uint8_t *data, uint32_t length);
/* Erases the target's sectors from the last to the first, one at each call,
 * from cursor 0; programs the step buffer. 1: call again; 0: done. */
int slot_erase(struct ffx_slot *slot);
int slot_write(struct ffx_slot *slot);

#endif
