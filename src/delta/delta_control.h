/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control part of a patch: what kind of image this is, the order of the
 * steps, the copy list. It stands before the data, so the whole map is known
 * when the first unit is predicted. docs/patch-format.md, section 4.
 *
 * The reader walks through it twice: once to check it and to build the map,
 * once to follow it.
 */
#ifndef FARFIX_DELTA_CONTROL_H
#define FARFIX_DELTA_CONTROL_H

#include "delta/delta_layout.h"
#include "delta/delta_predict.h"
#include "delta/delta_slot.h"

/* `gap` literals, then `length` bytes from `diagonal` bytes further up. */
struct delta_copy {
    uint32_t gap, length, diagonal;
};

#define RECENT_DIAGONALS 4u

enum {
    CONTROL_GAP,
    CONTROL_LENGTH,       /* straight after a copy */
    CONTROL_LENGTH_AFTER, /* after literals */
    CONTROL_DIAGONAL,
    CONTROL_FACT, /* of the image, and of the order */
    CONTROL_NUMBERS
};

struct delta_control {
    struct delta_bits *bits;
    const struct delta_copy *truth; /* an encoder's next copy; else NULL */
    uint32_t left;                  /* bytes of the target without a copy yet */
    uint32_t diagonals[RECENT_DIAGONALS]; /* the last one first */
    uint16_t again[RECENT_DIAGONALS * 2];
    struct delta_number numbers[CONTROL_NUMBERS];
};

/* Facts and order: read into, or written from, what is given. FFX_ERR_PATCH:
 * they break a rule of the format. `space`: phase and source_bytes are given
 * in either case. */
int delta_control_open(struct delta_control *control, struct delta_bits *bits,
                       struct delta_space *space, struct delta_order *order);

/* The next copy. Its length is 0 when the rest of the target is literals. 0:
 * there is one, 1: that was all, FFX_ERR_PATCH. */
int delta_control_next(struct delta_control *control, struct delta_copy *copy);

#endif
