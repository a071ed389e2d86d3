/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_view.h"
#include "base/bytes.h"

#define AHEAD 8u

void delta_view_open(struct delta_view *view, const struct ffx_read_at *slot)
{
    view->slot = slot;
    view->end = view->start = view->filled = 0;
    view->error = 0;
}

/* What the window holds may have been overwritten since. */
void delta_view_piece(struct delta_view *view, uint32_t end)
{
    view->end = end;
    view->filled = 0;
}

static void refill(struct delta_view *view, uint32_t position)
{
    view->start = position;
    view->filled = bytes_min(VIEW_BYTES, view->end - position);
    if (view->error == 0)
        view->error =
            ffx_read_at(view->slot, position, view->window, view->filled);
    if (view->error != 0)
        memset(view->window, 0, VIEW_BYTES);
}

const uint8_t *delta_view_at(struct delta_view *view, uint32_t position)
{
    const uint32_t wanted = bytes_min(AHEAD, view->end - position);
    if (position - view->start + wanted > view->filled ||
        position < view->start)
        refill(view, position);
    return view->window + (position - view->start);
}
