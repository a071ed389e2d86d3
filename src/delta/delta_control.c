/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_control.h"

#include <farfix/error.h>

#include <stddef.h>

/* --- facts --------------------------------------------------------------- */

static unsigned code_even(struct delta_control *control, unsigned bit)
{
    return delta_bits_code(control->bits, 0x8000, bit);
}

static uint32_t code_raw(struct delta_control *control, uint32_t bits,
                         uint32_t truth)
{
    uint32_t value = 0;
    while (bits-- > 0)
        value = value << 1 | code_even(control, truth >> bits & 1);
    return value;
}

static uint32_t code_fact(struct delta_control *control, uint32_t truth)
{
    return delta_number_code(control->bits, &control->numbers[CONTROL_FACT],
                             truth);
}

/* Addresses end in zeros: how many pages of 4 KiB, when it is a whole number
 * of them. */
static uint32_t code_address(struct delta_control *control, uint32_t truth)
{
    if (code_even(control, (truth & 0xfff) == 0))
        return code_fact(control, truth >> 12) << 12;
    return code_raw(control, 32, truth);
}

#define RAM_LOW 0x20000000u /* of every Cortex-M: ARMv7-M, chapter B3.1 */
#define RAM_BYTES 0x100000u

static void code_ram(struct delta_control *control, struct delta_space *space)
{
    const unsigned usual =
        space->ram_low == RAM_LOW && space->ram_bytes == RAM_BYTES;
    if (code_even(control, usual)) {
        space->ram_low = RAM_LOW;
        space->ram_bytes = RAM_BYTES;
    } else {
        space->ram_low = code_address(control, space->ram_low);
        space->ram_bytes = code_address(control, space->ram_bytes);
    }
}

/* One segment usually: the whole image. */
static int code_segments(struct delta_control *control,
                         struct delta_space *space)
{
    struct delta_segment *segment = space->segments;
    const unsigned whole = space->segment_count == 1 && segment->offset == 0 &&
                           segment->length == space->source_bytes &&
                           segment->new_bias == 0;
    if (code_even(control, whole)) {
        space->segment_count = 1;
        segment->offset = 0;
        segment->length = space->source_bytes;
        segment->new_bias = 0;
        segment->bias = code_address(control, segment->bias);
        return 0;
    }
    space->segment_count = code_fact(control, space->segment_count);
    if (space->segment_count > SEGMENTS_MAX)
        return FFX_ERR_PATCH;
    for (uint32_t i = 0; i < space->segment_count; i++, segment++) {
        segment->offset = code_fact(control, segment->offset);
        segment->length = code_fact(control, segment->length);
        segment->bias = code_address(control, segment->bias);
        segment->new_bias = code_address(control, segment->new_bias);
    }
    return 0;
}

static int code_facts(struct delta_control *control, struct delta_space *space)
{
    space->arch = code_raw(control, 2, space->arch);
    if (space->arch > DELTA_ARCH_ARM)
        return FFX_ERR_PATCH;
    if (space->arch == DELTA_ARCH_DATA) {
        space->ram_low = space->ram_bytes = space->segment_count = 0;
        return 0;
    }
    code_ram(control, space);
    return code_segments(control, space);
}

/* --- order --------------------------------------------------------------- */

#define NO_RANK 0xffffu

static uint32_t place_of(const struct delta_order *order, uint32_t index)
{
    uint32_t place = 0;
    while (place < order->steps && order->ranks[place] != index)
        place++;
    return place;
}

/* Steps go on as before, up or down, unless a number says otherwise. A reader
 * begins with empty ranks, a writer knows them. */
static int code_order(struct delta_control *control, struct delta_order *order,
                      int writing)
{
    uint32_t place = 0, usual = 0;
    if (order->ranks == NULL)
        return 0;
    for (uint32_t i = 0; !writing && i < order->steps; i++)
        order->ranks[i] = NO_RANK;
    for (uint32_t index = 0; index < order->steps; index++) {
        const uint32_t truth = writing ? place_of(order, index) : 0;
        const uint32_t before = place;
        place = usual + delta_number_signed(control->bits,
                                            &control->numbers[CONTROL_FACT],
                                            truth - usual);
        if (place >= order->steps ||
            order->ranks[place] != (writing ? index : NO_RANK))
            return FFX_ERR_PATCH;
        order->ranks[place] = (uint16_t)index;
        usual = index == 0 ? (place == 0 ? 1 : place - 1)
                           : (place > before ? place + 1 : place - 1);
    }
    return 0;
}

int delta_control_open(struct delta_control *control, struct delta_bits *bits,
                       struct delta_space *space, struct delta_order *order)
{
    control->bits = bits;
    control->left = order->target_bytes;
    for (uint32_t i = 0; i < RECENT_DIAGONALS; i++)
        control->diagonals[i] = 0;
    delta_slots_reset(control->again, RECENT_DIAGONALS * 2);
    delta_numbers_reset(control->numbers, CONTROL_NUMBERS);
    const int error = code_facts(control, space);
    if (error != 0)
        return error;
    return code_order(control, order, control->truth != NULL);
}

/* --- copies -------------------------------------------------------------- */

/* A copy that goes on where one of the last ones left off; straight after a
 * copy it cannot be the last one itself. */
static uint32_t code_diagonal(struct delta_control *control, int after_copy,
                              uint32_t diagonal)
{
    uint32_t *const recent = control->diagonals;
    uint32_t which = after_copy ? 1 : 0;
    while (which < RECENT_DIAGONALS &&
           !delta_slot_code(control->bits,
                            &control->again[which * 2 + (after_copy ? 1 : 0)],
                            diagonal == recent[which]))
        which++;
    if (which < RECENT_DIAGONALS) {
        diagonal = recent[which];
    } else {
        diagonal =
            recent[0] + delta_number_signed(control->bits,
                                            &control->numbers[CONTROL_DIAGONAL],
                                            diagonal - recent[0]);
        which--;
    }
    for (; which > 0; which--)
        recent[which] = recent[which - 1];
    recent[0] = diagonal;
    return diagonal;
}

int delta_control_next(struct delta_control *control, struct delta_copy *copy)
{
    struct delta_number *const numbers = control->numbers;
    const struct delta_copy nothing = {0, 1, 0};
    if (control->left == 0)
        return 1;
    *copy = control->truth != NULL ? *control->truth++ : nothing;
    copy->gap =
        delta_number_code(control->bits, &numbers[CONTROL_GAP], copy->gap);
    if (copy->gap > control->left)
        return FFX_ERR_PATCH;
    control->left -= copy->gap;
    if (control->left == 0) {
        copy->length = 0;
        return 0;
    }
    const uint32_t which =
        copy->gap > 0 ? CONTROL_LENGTH_AFTER : CONTROL_LENGTH;
    copy->length =
        delta_number_code(control->bits, &numbers[which], copy->length - 1) + 1;
    if (copy->length > control->left)
        return FFX_ERR_PATCH;
    control->left -= copy->length;
    copy->diagonal = code_diagonal(control, copy->gap == 0, copy->diagonal);
    return 0;
}
