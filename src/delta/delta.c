/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_layout.h"
#include "delta/delta_model.h"
#include "delta/range_decoder.h"
#include "delta/range_model.h"

#include <farfix/delta.h>
#include <farfix/error.h>

/* open -> STAGE_PATCH -> STAGE_SOURCE -> STAGE_PLAN -> STAGE_READY */
enum stage { STAGE_CLOSED, STAGE_PATCH, STAGE_SOURCE, STAGE_PLAN, STAGE_READY };

/* What comes next in the stream of a step. */
enum turn { TURN_LITERALS, TURN_COPY };

#define PIECE 4096u /* bytes, or symbols, of one call of prepare */

/* --- open ---------------------------------------------------------------- */

int ffx_delta_inspect(const struct ffx_read_at *patch,
                      struct ffx_delta_layout *layout, uint32_t *ram)
{
    uint8_t header[DELTA_HEADER_BYTES];
    if (patch->size < sizeof header)
        return FFX_ERR_PATCH;
    int error = ffx_read_at(patch, 0, header, sizeof header);
    if (error == 0)
        error = delta_layout_parse(layout, header);
    if (error == 0)
        *ram = delta_model_memory(layout->context_bits);
    return error;
}

/* In place the slot holds the source first and the target in the end. */
static int fits(const struct ffx_delta_layout *layout,
                const struct ffx_delta_config *config)
{
    return layout->source_bytes == config->source_bytes &&
           layout->target_bytes == config->target_bytes &&
           layout->step_bytes == config->step_bytes &&
           layout->source_bytes <= config->slot.size &&
           (layout->step_bytes == 0 ||
            layout->target_bytes <= config->slot.size);
}

int ffx_delta_open(struct ffx_delta *delta,
                   const struct ffx_delta_config *config)
{
    uint32_t ram;
    uint8_t crc[4];
    delta->stage = STAGE_CLOSED;
    delta->config = *config;
    int error = ffx_delta_inspect(&config->patch, &delta->layout, &ram);
    if (error != 0)
        return error;
    if (!fits(&delta->layout, config))
        return FFX_ERR_GEOMETRY;
    if (config->memory_bytes < ram)
        return FFX_ERR_BUFFER;
    if (config->memory == NULL || ((uintptr_t)config->memory & 3) != 0)
        return FFX_ERR_ARGUMENT;
    error = ffx_read_at(&config->patch, DELTA_HEADER_CRC, crc, sizeof crc);
    if (error != 0)
        return error;
    delta->patch_crc32 = bytes_get32(crc);
    delta->steps = delta_layout_steps(&delta->layout);
    delta->slots = config->memory;
    delta->input = (uint8_t *)config->memory + ram - DELTA_INPUT_BYTES;
    delta->stage = STAGE_PATCH;
    delta->cursor = 0;
    delta->crc32 = 0;
    return 0;
}

/* --- the stream ---------------------------------------------------------- */

static void start_step(struct ffx_delta *delta)
{
    range_model_reset(delta->slots,
                      delta_model_slots(delta->layout.context_bits));
    delta->place = 0;
    delta->literals = 0;
    delta->previous = 0;
    delta->turn = TURN_LITERALS;
}

/* A read that fails here is seen at the first symbol. */
static void start_stream(struct ffx_delta *delta)
{
    range_decoder_open(&delta->decoder, &delta->config.patch,
                       DELTA_HEADER_BYTES, delta->input, DELTA_INPUT_BYTES);
    delta->index = 0;
    delta->diagonal = 0;
    delta->crc32 = 0;
    start_step(delta);
}

static uint32_t take_number(struct ffx_delta *delta, uint32_t which)
{
    return range_decoder_number(&delta->decoder,
                                delta_model_number(delta->slots, which));
}

static uint8_t take_literal(struct ffx_delta *delta, uint32_t position)
{
    delta->previous = range_decoder_tree(
        &delta->decoder,
        delta_model_literal(delta->slots, delta->layout.context_bits, position,
                            delta->previous),
        8);
    return (uint8_t)delta->previous;
}

/* A copy is decoded, checked against the slot as it is by then and, with a
 * buffer, done. */
static int take_copy(struct ffx_delta *delta, const struct ffx_step *step,
                     uint8_t *buffer, int after_literals)
{
    const uint32_t length =
        take_number(delta, after_literals ? DELTA_COPY_AFTER : DELTA_COPY);
    delta->diagonal += delta_model_unfold(take_number(delta, DELTA_DIAGONAL));
    if (delta->decoder.error != 0)
        return delta->decoder.error;
    if (length >= step->length - delta->place)
        return FFX_ERR_PATCH;
    const uint32_t source = step->offset + delta->place + delta->diagonal;
    const struct delta_reach reach =
        delta_layout_reach(&delta->layout, delta->index, source);
    if (length >= reach.length)
        return FFX_ERR_PATCH;
    if (buffer != NULL) {
        const int error = ffx_read_at(&delta->config.slot, source,
                                      buffer + delta->place, length + 1);
        if (error != 0)
            return error;
    }
    delta->place += length + 1;
    return 0;
}

static int take_literals(struct ffx_delta *delta, const struct ffx_step *step,
                         uint8_t *buffer, uint32_t most)
{
    for (; delta->literals > 0 && most > 0; delta->literals--, most--) {
        const uint8_t literal =
            take_literal(delta, step->offset + delta->place);
        if (buffer != NULL)
            buffer[delta->place] = literal;
        delta->place++;
    }
    return delta->decoder.error;
}

/* One run, or as many of its literals as `most` allows. */
static int take_run(struct ffx_delta *delta, const struct ffx_step *step,
                    uint8_t *buffer, uint32_t most)
{
    if (delta->literals > 0)
        return take_literals(delta, step, buffer, most);
    if (delta->turn == TURN_COPY) {
        delta->turn = TURN_LITERALS;
        return take_copy(delta, step, buffer, 1);
    }
    const uint32_t literals = take_number(delta, DELTA_LITERALS);
    if (delta->decoder.error != 0)
        return delta->decoder.error;
    if (literals > step->length - delta->place)
        return FFX_ERR_PATCH;
    if (literals == 0)
        return take_copy(delta, step, buffer, 0);
    delta->literals = literals;
    delta->turn = TURN_COPY;
    return 0;
}

/* --- prepare ------------------------------------------------------------- */

/* Adds up to PIECE bytes of a port to crc32. 1: `end` is not reached. */
static int add_piece(struct ffx_delta *delta, const struct ffx_read_at *from,
                     uint32_t end)
{
    for (uint32_t done = 0; done < PIECE && delta->cursor < end;) {
        const uint32_t length =
            bytes_min(DELTA_INPUT_BYTES, end - delta->cursor);
        const int error =
            ffx_read_at(from, delta->cursor, delta->input, length);
        if (error != 0)
            return error;
        delta->crc32 = crc32_add(delta->crc32, delta->input, length);
        delta->cursor += length;
        done += length;
    }
    return delta->cursor < end;
}

/* The header's CRC field is left out of what it covers. */
static int prepare_patch(struct ffx_delta *delta)
{
    const struct ffx_read_at *patch = &delta->config.patch;
    if (delta->cursor < DELTA_HEADER_CRC) {
        const int error = add_piece(delta, patch, DELTA_HEADER_CRC);
        if (error != 0)
            return error;
        delta->cursor = DELTA_HEADER_BYTES;
    }
    const int more = add_piece(delta, patch, patch->size);
    if (more != 0)
        return more;
    if (delta->crc32 != delta->patch_crc32)
        return FFX_ERR_PATCH;
    delta->stage = STAGE_SOURCE;
    delta->cursor = 0;
    delta->crc32 = 0;
    return 1;
}

static int prepare_source(struct ffx_delta *delta)
{
    const int more =
        add_piece(delta, &delta->config.slot, delta->layout.source_bytes);
    if (more != 0 && more != FFX_ERR_ECC)
        return more;
    delta->source_is = more == 0 && delta->crc32 == delta->layout.source_crc32;
    start_stream(delta);
    delta->stage = STAGE_PLAN;
    return 1;
}

/* Checks up to PIECE symbols of the plan, as next will decode them, without
 * reading a source byte. 1: there is more. */
static int check_plan(struct ffx_delta *delta)
{
    struct ffx_step step;
    for (uint32_t symbols = 0; symbols < PIECE;) {
        if (delta->index == delta->steps)
            return 0;
        delta_layout_step(&delta->layout, delta->index, &step);
        const uint32_t literals = delta->literals;
        const int error = take_run(delta, &step, NULL, PIECE - symbols);
        if (error != 0)
            return error;
        symbols += literals > 0 ? literals - delta->literals : 16;
        if (delta->place == step.length) {
            delta->index++;
            start_step(delta);
        }
    }
    return 1;
}

/* Starts again after a failed read, so that the call may be repeated. */
static int prepare_plan(struct ffx_delta *delta)
{
    if (delta->decoder.error != 0)
        start_stream(delta);
    const int more = check_plan(delta);
    if (more == FFX_ERR_PATCH)
        delta->stage = STAGE_CLOSED;
    if (more != 0)
        return more;
    start_stream(delta);
    if (delta->decoder.error == 0)
        delta->stage = STAGE_READY;
    return delta->decoder.error;
}

int ffx_delta_prepare(struct ffx_delta *delta)
{
    switch (delta->stage) {
    case STAGE_PATCH:
        return prepare_patch(delta);
    case STAGE_SOURCE:
        return prepare_source(delta);
    case STAGE_PLAN:
        return prepare_plan(delta);
    case STAGE_READY:
        return 0;
    default:
        return FFX_ERR_BUSY;
    }
}

/* --- steps --------------------------------------------------------------- */

/* Steps come in any order, so delta->crc32 is the bare CRC of the finished
 * steps, each at its place in a target of zeros. */
static uint32_t crc_with(const struct ffx_delta *delta,
                         const struct ffx_step *step, const uint8_t *bytes)
{
    const uint32_t behind =
        delta->layout.target_bytes - step->offset - step->length;
    return delta->crc32 ^ crc32_shift(crc32_bare(bytes, step->length), behind);
}

static int make_step(struct ffx_delta *delta, const struct ffx_step *step,
                     uint8_t *buffer)
{
    start_step(delta);
    while (delta->place < step->length) {
        const int error = take_run(delta, step, buffer, UINT32_MAX);
        if (error != 0)
            return error;
    }
    const uint32_t crc32 = crc_with(delta, step, buffer);
    const uint32_t target_bytes = delta->layout.target_bytes;
    if (delta->index + 1 == delta->steps &&
        crc32_whole(crc32, target_bytes) != delta->layout.target_crc32)
        return FFX_ERR_PATCH;
    delta->crc32 = crc32;
    delta->index++;
    return 1;
}

int ffx_delta_next(struct ffx_delta *delta, void *buffer, struct ffx_step *step)
{
    if (delta->stage != STAGE_READY)
        return FFX_ERR_BUSY;
    if (delta->index == delta->steps)
        return 0;
    if (delta->index == 0 && !delta->source_is)
        return FFX_ERR_SOURCE;
    delta_layout_step(&delta->layout, delta->index, step);
    const uint32_t position = delta->decoder.position;
    const uint32_t range = delta->decoder.range;
    const uint32_t code = delta->decoder.code;
    const uint32_t diagonal = delta->diagonal;
    const int result = make_step(delta, step, buffer);
    if (result < 0) {
        range_decoder_resume(&delta->decoder, position, range, code);
        delta->diagonal = diagonal;
    }
    return result;
}

/* --- checkpoints --------------------------------------------------------- */

/* Words of a checkpoint; the rest is 0, the CRC-32 of it all stands last. */
enum {
    WORD_PATCH, /* of which patch: its CRC-32 */
    WORD_INDEX,
    WORD_POSITION,
    WORD_RANGE,
    WORD_CODE,
    WORD_DIAGONAL,
    WORD_CRC,
    WORDS
};
#define CHECK_AT (FFX_CHECKPOINT_BYTES - 4)

void ffx_delta_checkpoint(const struct ffx_delta *delta,
                          struct ffx_checkpoint *checkpoint)
{
    const uint32_t words[WORDS] = {
        delta->patch_crc32,   delta->index,        delta->decoder.position,
        delta->decoder.range, delta->decoder.code, delta->diagonal,
        delta->crc32,
    };
    uint8_t *bytes = checkpoint->bytes;
    memset(bytes, 0, FFX_CHECKPOINT_BYTES);
    for (uint32_t i = 0; i < WORDS; i++)
        bytes_put32(bytes + 4 * i, words[i]);
    bytes_put32(bytes + CHECK_AT, crc32_add(0, bytes, CHECK_AT));
}

int ffx_delta_restore(struct ffx_delta *delta,
                      const struct ffx_checkpoint *checkpoint)
{
    const uint8_t *bytes = checkpoint->bytes;
    uint32_t words[WORDS];
    if (delta->stage != STAGE_READY)
        return FFX_ERR_BUSY;
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = bytes_get32(bytes + 4 * i);
    if (bytes_get32(bytes + CHECK_AT) != crc32_add(0, bytes, CHECK_AT) ||
        words[WORD_PATCH] != delta->patch_crc32 ||
        words[WORD_INDEX] > delta->steps ||
        words[WORD_POSITION] > delta->config.patch.size ||
        words[WORD_RANGE] < RANGE_TOP)
        return FFX_ERR_PATCH;
    range_decoder_resume(&delta->decoder, words[WORD_POSITION],
                         words[WORD_RANGE], words[WORD_CODE]);
    delta->index = words[WORD_INDEX];
    delta->diagonal = words[WORD_DIAGONAL];
    delta->crc32 = words[WORD_CRC];
    return 0;
}
