/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window on the slot, for copies that read it unit by unit. It reads no
 * byte outside the piece it was opened for: behind it there may be flash that
 * is torn or erased.
 */
#ifndef FARFIX_DELTA_VIEW_H
#define FARFIX_DELTA_VIEW_H

#include <farfix/flash.h>

#define VIEW_BYTES 256u

struct delta_view {
    const struct ffx_read_at *slot;
    uint32_t end;           /* of the piece */
    uint32_t start, filled; /* what the window holds */
    int error;              /* first failed read; sticky, bytes are zeros */
    uint8_t window[VIEW_BYTES];
};

void delta_view_open(struct delta_view *view, const struct ffx_read_at *slot);
void delta_view_piece(struct delta_view *view, uint32_t end);

/* The next min(8, end - position) bytes at `position`. */
const uint8_t *delta_view_at(struct delta_view *view, uint32_t position);

#endif
