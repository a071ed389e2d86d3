/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_encode.h"
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_model.h"
#include "delta/range_model.h"
#include "diff/range_encoder.h"

#include <stdlib.h>

#define SLOTS_MAX (DELTA_NUMBERS + (512u << DELTA_CONTEXT_BITS_MAX))

struct writer {
    struct range_encoder encoder;
    const struct ffx_delta_layout *layout;
    const uint8_t *new_image;
    uint32_t position, diagonal, previous;
    uint16_t slots[SLOTS_MAX];
};

static void put_number(struct writer *writer, uint32_t which, uint32_t value)
{
    range_encoder_number(&writer->encoder,
                         delta_model_number(writer->slots, which), value);
}

/* Literals up to `end`: their count first. */
static uint32_t put_literals(struct writer *writer, uint32_t end)
{
    const uint32_t count = end - writer->position;
    put_number(writer, DELTA_LITERALS, count);
    for (; writer->position < end; writer->position++) {
        const uint8_t literal = writer->new_image[writer->position];
        uint16_t *tree =
            delta_model_literal(writer->slots, writer->layout->context_bits,
                                writer->position, writer->previous);
        range_encoder_tree(&writer->encoder, tree, literal, 8);
        writer->previous = literal;
    }
    return count;
}

static void put_copy(struct writer *writer, const struct diff_copy *copy)
{
    const uint32_t literals = put_literals(writer, copy->position);
    const uint32_t diagonal = copy->source - copy->position;
    put_number(writer, literals > 0 ? DELTA_COPY_AFTER : DELTA_COPY,
               copy->length - 1);
    put_number(writer, DELTA_DIAGONAL,
               delta_model_fold(diagonal - writer->diagonal));
    writer->diagonal = diagonal;
    writer->position += copy->length;
}

static const struct diff_copy *put_step(struct writer *writer,
                                        const struct ffx_step *step,
                                        const struct diff_copy *copy,
                                        const struct diff_copy *copies_end)
{
    const uint32_t end = step->offset + step->length;
    range_model_reset(writer->slots, SLOTS_MAX);
    writer->previous = 0;
    writer->position = step->offset;
    while (copy < copies_end && copy->position >= step->offset &&
           copy->position < end)
        put_copy(writer, copy++);
    if (writer->position < end)
        put_literals(writer, end);
    return copy;
}

static void put_header(struct writer *writer)
{
    uint8_t *bytes = writer->encoder.bytes;
    const size_t stream = writer->encoder.length - DELTA_HEADER_BYTES;
    delta_layout_put(writer->layout, bytes);
    uint32_t crc32 = crc32_add(0, bytes, DELTA_HEADER_CRC);
    crc32 = crc32_add(crc32, bytes + DELTA_HEADER_BYTES, (uint32_t)stream);
    bytes_put32(bytes + DELTA_HEADER_CRC, crc32);
}

static int finish(struct writer *writer, uint8_t **bytes, size_t *length)
{
    if (range_encoder_finish(&writer->encoder, DELTA_HEADER_BYTES) != 0) {
        free(writer->encoder.bytes);
        return -1;
    }
    put_header(writer);
    *bytes = writer->encoder.bytes;
    *length = writer->encoder.length;
    return 0;
}

int diff_encode(const struct ffx_delta_layout *layout,
                const struct diff_plan *plan, const uint8_t *new_image,
                uint8_t **bytes, size_t *length)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return -1;
    writer->layout = layout;
    writer->new_image = new_image;
    range_encoder_open(&writer->encoder, DELTA_HEADER_BYTES);
    const struct diff_copy *copy = plan->copies;
    const struct diff_copy *copies_end = plan->copies + plan->count;
    const uint32_t steps = delta_layout_steps(layout);
    for (uint32_t index = 0; index < steps; index++) {
        struct ffx_step step;
        delta_layout_step(layout, index, &step);
        copy = put_step(writer, &step, copy, copies_end);
    }
    const int error = finish(writer, bytes, length);
    free(writer);
    return error;
}
