/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_layout.h"
#include "base/bytes.h"
#include "delta/delta_model.h"

#include <farfix/error.h>

#define FLAG_IN_PLACE 1u
#define FLAG_DESCENDING 2u

static const uint8_t magic[4] = {'F', 'F', 'D', 0};

/* --- header -------------------------------------------------------------- */

static int sizes_valid(const struct ffx_delta_layout *layout)
{
    return layout->source_bytes <= DELTA_SIZE_MAX &&
           layout->target_bytes >= 1 &&
           layout->target_bytes <= DELTA_SIZE_MAX &&
           layout->step_bytes <= DELTA_SIZE_MAX;
}

/* One spelling: flags that would change nothing are refused. */
static int flags_valid(const struct ffx_delta_layout *layout, uint8_t flags)
{
    return (flags & ~(FLAG_IN_PLACE | FLAG_DESCENDING)) == 0 &&
           (layout->step_bytes != 0) == ((flags & FLAG_IN_PLACE) != 0) &&
           (!layout->descending || delta_layout_steps(layout) > 1);
}

int delta_layout_parse(struct ffx_delta_layout *layout,
                       const uint8_t header[DELTA_HEADER_BYTES])
{
    if (memcmp(header, magic, sizeof magic) != 0)
        return FFX_ERR_PATCH;
    layout->descending = (header[4] & FLAG_DESCENDING) != 0;
    layout->context_bits = header[5];
    layout->source_bytes = bytes_get32(header + 8);
    layout->target_bytes = bytes_get32(header + 12);
    layout->step_bytes = bytes_get32(header + 16);
    layout->source_crc32 = bytes_get32(header + 20);
    layout->target_crc32 = bytes_get32(header + 24);
    if (!sizes_valid(layout) || !flags_valid(layout, header[4]) ||
        layout->context_bits > DELTA_CONTEXT_BITS_MAX ||
        bytes_get16(header + 6) != 0)
        return FFX_ERR_PATCH;
    return 0;
}

void delta_layout_put(const struct ffx_delta_layout *layout,
                      uint8_t header[DELTA_HEADER_BYTES])
{
    memset(header, 0, DELTA_HEADER_BYTES);
    memcpy(header, magic, sizeof magic);
    if (layout->step_bytes != 0)
        header[4] |= FLAG_IN_PLACE;
    if (layout->descending)
        header[4] |= FLAG_DESCENDING;
    header[5] = (uint8_t)layout->context_bits;
    bytes_put32(header + 8, layout->source_bytes);
    bytes_put32(header + 12, layout->target_bytes);
    bytes_put32(header + 16, layout->step_bytes);
    bytes_put32(header + 20, layout->source_crc32);
    bytes_put32(header + 24, layout->target_crc32);
}

/* --- steps --------------------------------------------------------------- */

static uint32_t step_bytes(const struct ffx_delta_layout *layout)
{
    return layout->step_bytes != 0 ? layout->step_bytes : layout->target_bytes;
}

uint32_t delta_layout_steps(const struct ffx_delta_layout *layout)
{
    const uint32_t bytes = step_bytes(layout);
    return (layout->target_bytes + bytes - 1) / bytes;
}

void delta_layout_step(const struct ffx_delta_layout *layout, uint32_t index,
                       struct ffx_step *step)
{
    const uint32_t bytes = step_bytes(layout);
    const uint32_t place =
        layout->descending ? delta_layout_steps(layout) - 1 - index : index;
    step->index = index;
    step->offset = place * bytes;
    step->length = bytes_min(bytes, layout->target_bytes - step->offset);
}

/* --- what stands in the slot --------------------------------------------- */

static struct delta_reach reach(uint32_t offset, uint32_t end, int is_new)
{
    const struct delta_reach found = {offset < end ? end - offset : 0, is_new};
    return found;
}

struct delta_reach delta_layout_reach(const struct ffx_delta_layout *layout,
                                      uint32_t index, uint32_t offset)
{
    const uint32_t finished = index * step_bytes(layout);
    if (index == 0)
        return reach(offset, layout->source_bytes, 0);
    if (!layout->descending) {
        if (offset < finished)
            return reach(offset, finished, 1);
        return reach(offset, layout->source_bytes, 0);
    }
    const uint32_t wiped = delta_layout_steps(layout) * step_bytes(layout);
    const uint32_t intact = wiped - finished;
    if (offset < intact)
        return reach(offset, bytes_min(intact, layout->source_bytes), 0);
    if (offset < wiped)
        return reach(offset, layout->target_bytes, 1);
    return reach(offset, layout->source_bytes, 0);
}
