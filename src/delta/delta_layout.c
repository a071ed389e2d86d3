/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_layout.h"
#include "base/bytes.h"

#include <farfix/error.h>

/* --- header -------------------------------------------------------------- */

#define MAGIC 0xfdu
#define FLAG_IN_PLACE 0x04u

/* Seven bits at a time, lowest first; no byte more than needed. */
static uint32_t put_varint(uint8_t *bytes, uint32_t value)
{
    uint32_t length = 0;
    for (; value >= 128; value >>= 7)
        bytes[length++] = (uint8_t)(value | 128);
    bytes[length++] = (uint8_t)value;
    return length;
}

/* 0: not a number of the one spelling. */
static uint32_t get_varint(const uint8_t *bytes, uint32_t length,
                           uint32_t *value)
{
    *value = 0;
    for (uint32_t i = 0; i < 4 && i < length; i++) {
        *value |= (uint32_t)(bytes[i] & 127) << 7 * i;
        if (bytes[i] < 128)
            return i > 0 && bytes[i] == 0 ? 0 : i + 1;
    }
    return 0;
}

static int valid(const struct ffx_delta_layout *layout, uint32_t flags)
{
    return layout->source_bytes <= DELTA_SIZE_MAX &&
           layout->target_bytes >= 1 &&
           layout->target_bytes <= DELTA_SIZE_MAX &&
           layout->step_bytes <= DELTA_SIZE_MAX &&
           ((flags & FLAG_IN_PLACE) != 0) == (layout->step_bytes != 0) &&
           delta_layout_steps(layout) <= DELTA_STEPS_MAX;
}

int delta_layout_parse(struct ffx_delta_layout *layout, const uint8_t *bytes,
                       uint32_t length)
{
    uint32_t at = 2, more;
    if (length < 2 || bytes[0] != MAGIC || bytes[1] >> 5 != DELTA_FORMAT)
        return FFX_ERR_PATCH;
    const uint32_t flags = bytes[1];
    uint32_t *const numbers[3] = {&layout->source_bytes, &layout->target_bytes,
                                  &layout->step_bytes};
    layout->profile = flags >> 3 & 3;
    layout->phase = flags & 3;
    layout->step_bytes = 0;
    for (uint32_t i = 0; i < (flags & FLAG_IN_PLACE ? 3u : 2u); i++) {
        more = get_varint(bytes + at, length - at, numbers[i]);
        if (more == 0)
            return FFX_ERR_PATCH;
        at += more;
    }
    if (!valid(layout, flags) || length - at < 8)
        return FFX_ERR_PATCH;
    layout->source_crc32 = bytes_get32(bytes + at);
    layout->target_crc32 = bytes_get32(bytes + at + 4);
    return (int)at + 8;
}

uint32_t delta_layout_put(const struct ffx_delta_layout *layout,
                          uint8_t bytes[DELTA_HEADER_MAX])
{
    uint32_t at = 2;
    bytes[0] = MAGIC;
    bytes[1] = (uint8_t)(DELTA_FORMAT << 5 | layout->profile << 3 |
                         (layout->step_bytes != 0 ? FLAG_IN_PLACE : 0) |
                         layout->phase);
    at += put_varint(bytes + at, layout->source_bytes);
    at += put_varint(bytes + at, layout->target_bytes);
    if (layout->step_bytes != 0)
        at += put_varint(bytes + at, layout->step_bytes);
    bytes_put32(bytes + at, layout->source_crc32);
    bytes_put32(bytes + at + 4, layout->target_crc32);
    return at + 8;
}

/* --- steps --------------------------------------------------------------- */

uint32_t delta_layout_steps(const struct ffx_delta_layout *layout)
{
    if (layout->step_bytes == 0)
        return 1;
    return (layout->target_bytes + layout->step_bytes - 1) / layout->step_bytes;
}

void delta_order_open(struct delta_order *order,
                      const struct ffx_delta_layout *layout, uint16_t *ranks)
{
    order->source_bytes = layout->source_bytes;
    order->target_bytes = layout->target_bytes;
    order->step_bytes = layout->step_bytes;
    order->steps = delta_layout_steps(layout);
    order->ranks = order->steps > 1 ? ranks : NULL;
}

static uint32_t place_of(const struct delta_order *order, uint32_t index)
{
    uint32_t place = 0;
    if (order->ranks == NULL)
        return 0;
    while (order->ranks[place] != index)
        place++;
    return place;
}

static uint32_t length_at(const struct delta_order *order, uint32_t place)
{
    if (order->step_bytes == 0)
        return order->target_bytes;
    return bytes_min(order->step_bytes,
                     order->target_bytes - place * order->step_bytes);
}

void delta_order_step(const struct delta_order *order, uint32_t index,
                      struct ffx_step *step)
{
    const uint32_t place = place_of(order, index);
    step->index = index;
    step->offset = place * order->step_bytes;
    step->length = length_at(order, place);
}

/* Only the last step by position can be short. */
uint32_t delta_order_before(const struct delta_order *order, uint32_t index)
{
    if (index == order->steps)
        return order->target_bytes;
    if (order->ranks == NULL)
        return 0;
    const uint32_t last = order->steps - 1;
    const uint32_t missing = order->step_bytes - length_at(order, last);
    return index * order->step_bytes -
           (order->ranks[last] < index ? missing : 0);
}

/* --- what stands in the slot --------------------------------------------- */

static int finished(const struct delta_order *order, uint32_t index,
                    uint32_t place)
{
    return place < order->steps && order->ranks != NULL &&
           order->ranks[place] < index;
}

struct delta_reach delta_order_reach(const struct delta_order *order,
                                     uint32_t index, uint32_t offset,
                                     uint32_t most)
{
    struct delta_reach reach = {0, 0};
    if (order->step_bytes == 0) {
        if (offset < order->source_bytes)
            reach.length = bytes_min(most, order->source_bytes - offset);
        return reach;
    }
    uint32_t place = offset / order->step_bytes;
    reach.is_new = finished(order, index, place);
    const uint32_t limit =
        reach.is_new ? order->target_bytes : order->source_bytes;
    uint32_t end = offset;
    while (end - offset < most && end < limit &&
           finished(order, index, place) == reach.is_new) {
        place++;
        end = bytes_min(place * order->step_bytes, limit);
    }
    if (end > offset)
        reach.length = bytes_min(most, end - offset);
    return reach;
}
