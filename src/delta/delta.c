/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_reader.h"

#include <farfix/delta.h>
#include <farfix/error.h>

/* open -> STAGE_SOURCE -> STAGE_LIST -> STAGE_READY. A failed step leaves
 * STAGE_LOST: the models have moved, the place in the patch has not. */
enum stage { STAGE_CLOSED, STAGE_SOURCE, STAGE_LIST, STAGE_READY, STAGE_LOST };

#define PIECE_BYTES 4096u /* of one call of prepare */
#define PIECE_COPIES 64u

/* --- open ---------------------------------------------------------------- */

int ffx_delta_inspect(const struct ffx_read_at *patch,
                      struct ffx_delta_layout *layout, uint32_t *ram)
{
    uint8_t header[DELTA_HEADER_MAX];
    const uint32_t length = bytes_min(patch->size, DELTA_HEADER_MAX);
    const int error = ffx_read_at(patch, 0, header, length);
    if (error != 0)
        return error;
    const int parsed = delta_layout_parse(layout, header, length);
    if (parsed > 0)
        *ram = FFX_DELTA_PROFILE_BYTES(layout->profile);
    return parsed < 0 ? parsed : 0;
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

#define NAME_BYTES 64u

/* Patches differ in their first bytes, or in length, or are the same to all
 * intents: a package has a digest besides. */
static int name_patch(struct ffx_delta *delta)
{
    uint8_t bytes[NAME_BYTES + 4];
    const struct ffx_read_at *const patch = &delta->config.patch;
    const uint32_t length = bytes_min(patch->size, NAME_BYTES);
    const int error = ffx_read_at(patch, 0, bytes, length);
    bytes_put32(bytes + length, patch->size);
    delta->patch_id = crc32_add(0, bytes, length + 4);
    return error;
}

int ffx_delta_open(struct ffx_delta *delta,
                   const struct ffx_delta_config *config)
{
    uint8_t header[DELTA_HEADER_MAX];
    uint32_t ram;
    delta->stage = STAGE_CLOSED;
    delta->config = *config;
    struct ffx_delta_layout *const layout = &delta->layout;
    const int error = ffx_delta_inspect(&config->patch, layout, &ram);
    if (error != 0)
        return error;
    if (!fits(layout, config))
        return FFX_ERR_GEOMETRY;
    if (config->memory_bytes < delta_reader_bytes(layout->profile))
        return FFX_ERR_BUFFER;
    if (config->memory == NULL ||
        (uintptr_t)config->memory % _Alignof(struct delta_reader) != 0)
        return FFX_ERR_ARGUMENT;
    const int named = name_patch(delta);
    if (named != 0)
        return named;
    delta->header_bytes = delta_layout_put(layout, header);
    delta->steps = delta_layout_steps(layout);
    delta->reader = config->memory;
    delta->cursor = 0;
    delta->crc32 = 0;
    const int room =
        delta_reader_lay(delta->reader, layout, &delta->config.slot);
    if (room == 0)
        delta->stage = STAGE_SOURCE;
    return room;
}

/* --- prepare ------------------------------------------------------------- */

static int start_list(struct ffx_delta *delta)
{
    struct delta_reader *const reader = delta->reader;
    reader->engine.map.count = 0;
    return delta_reader_control(reader, &delta->config.patch,
                                delta->header_bytes);
}

/* Adds up to PIECE_BYTES of the source to crc32. 1: the end is not reached. */
static int add_source(struct ffx_delta *delta)
{
    uint8_t *const window = delta->reader->engine.view.window;
    const uint32_t end = delta->layout.source_bytes;
    for (uint32_t done = 0; done < PIECE_BYTES && delta->cursor < end;) {
        const uint32_t length = bytes_min(VIEW_BYTES, end - delta->cursor);
        const int error =
            ffx_read_at(&delta->config.slot, delta->cursor, window, length);
        if (error != 0)
            return error;
        delta->crc32 = crc32_add(delta->crc32, window, length);
        delta->cursor += length;
        done += length;
    }
    return delta->cursor < end;
}

static int prepare_source(struct ffx_delta *delta)
{
    const int more = add_source(delta);
    if (more != 0 && more != FFX_ERR_ECC)
        return more;
    delta->source_is = more == 0 && delta->crc32 == delta->layout.source_crc32;
    delta->stage = STAGE_LIST;
    delta->cursor = 0;
    return 1;
}

/* An unreadable patch is not a wrong one: the list starts again. */
static int list_failed(struct ffx_delta *delta, int error)
{
    const int port = delta->reader->list.error;
    delta->cursor = 0;
    if (port != 0)
        return port;
    delta->stage = STAGE_CLOSED;
    return error;
}

/* The data begin where the list ends: the decoder of the list goes on with
 * them, and another one follows the list. */
static int start_data(struct ffx_delta *delta)
{
    struct delta_reader *const reader = delta->reader;
    delta->position = reader->list.position;
    delta->range = reader->list.range;
    delta->code = reader->list.code;
    memset(&reader->engine.lessons, 0, sizeof reader->engine.lessons);
    delta->index = 0;
    delta->crc32 = 0;
    delta->stage = STAGE_LOST;
    return 0;
}

static int prepare_list(struct ffx_delta *delta)
{
    struct delta_reader *const reader = delta->reader;
    if (delta->cursor == 0) {
        const int error = start_list(delta);
        if (error != 0)
            return list_failed(delta, error);
        delta_order_step(&reader->engine.order, 0, &reader->walk.step);
        reader->walk.place = 0;
        delta->cursor = 1;
    }
    for (uint32_t copies = 0; copies < PIECE_COPIES; copies++) {
        const int result = delta_engine_check(&reader->engine, &reader->walk);
        if (reader->list.error != 0 || result < 0)
            return list_failed(delta, result);
        if (result == 1)
            return start_data(delta);
    }
    return 1;
}

int ffx_delta_prepare(struct ffx_delta *delta)
{
    switch (delta->stage) {
    case STAGE_SOURCE:
        return prepare_source(delta);
    case STAGE_LIST:
        return prepare_list(delta);
    case STAGE_READY:
    case STAGE_LOST:
        return 0;
    default:
        return FFX_ERR_BUSY;
    }
}

/* --- steps --------------------------------------------------------------- */

/* Brings the reader to the start of step delta->index. */
static int find_step(struct ffx_delta *delta)
{
    struct delta_reader *const reader = delta->reader;
    int error =
        delta_reader_control(reader, &delta->config.patch, delta->header_bytes);
    if (error == 0)
        error = delta_engine_seek(&reader->engine, delta->index);
    if (reader->list.error != 0)
        return reader->list.error;
    if (error != 0)
        return error;
    range_decoder_resume(&reader->data, &delta->config.patch, delta->position,
                         delta->range, delta->code);
    delta->stage = STAGE_READY;
    return 0;
}

/* Steps come in any order, so delta->crc32 is the bare CRC of the finished
 * steps, each at its place in a target of zeros. */
static uint32_t crc_with(const struct ffx_delta *delta,
                         const struct ffx_step *step, const uint8_t *bytes)
{
    const uint32_t behind =
        delta->layout.target_bytes - step->offset - step->length;
    return delta->crc32 ^ crc32_shift(crc32_bare(bytes, step->length), behind);
}

/* The target is right, and so is the patch: a decoder is up to 4 bytes ahead
 * of its bits, so at the end of its stream it stands at the end of the file. */
static int is_end(const struct ffx_delta *delta, uint32_t crc32)
{
    return crc32_whole(crc32, delta->layout.target_bytes) ==
               delta->layout.target_crc32 &&
           delta->reader->data.position == delta->config.patch.size;
}

static int make_step(struct ffx_delta *delta, const struct ffx_step *step,
                     uint8_t *buffer)
{
    struct delta_reader *const reader = delta->reader;
    delta_view_open(&reader->engine.view, &delta->config.slot);
    const int error = delta_engine_make(&reader->engine, step, buffer);
    if (reader->engine.view.error != 0)
        return reader->engine.view.error;
    if (reader->list.error != 0 || reader->data.error != 0)
        return reader->list.error != 0 ? reader->list.error
                                       : reader->data.error;
    if (error != 0)
        return error;
    const uint32_t crc32 = crc_with(delta, step, buffer);
    if (delta->index + 1 == delta->steps && !is_end(delta, crc32))
        return FFX_ERR_PATCH;
    delta_predict_carry(&reader->engine.predictor, &reader->engine.lessons);
    delta->crc32 = crc32;
    delta->index++;
    delta->position = reader->data.position;
    delta->range = reader->data.range;
    delta->code = reader->data.code;
    return 1;
}

int ffx_delta_next(struct ffx_delta *delta, void *buffer, struct ffx_step *step)
{
    if (delta->stage != STAGE_READY && delta->stage != STAGE_LOST)
        return FFX_ERR_BUSY;
    if (delta->index == delta->steps)
        return 0;
    if (delta->index == 0 && !delta->source_is)
        return FFX_ERR_SOURCE;
    if (delta->stage == STAGE_LOST) {
        const int error = find_step(delta);
        if (error != 0)
            return error;
    }
    delta_order_step(&delta->reader->engine.order, delta->index, step);
    const int result = make_step(delta, step, buffer);
    if (result < 0)
        delta->stage = STAGE_LOST;
    return result;
}

/* --- checkpoints --------------------------------------------------------- */

/* Words of a checkpoint; the rest is 0, the CRC-32 of it all stands last. */
enum {
    WORD_PATCH, /* of which patch: CRC-32 of how it begins, and its size */
    WORD_INDEX, /* and how many lessons: 8 bits each above 16 of index */
    WORD_POSITION,
    WORD_RANGE,
    WORD_CODE,
    WORD_CRC,
    WORD_LESSONS,
    WORDS = WORD_LESSONS + 4 * CARRIED
};
#define CHECK_AT (FFX_CHECKPOINT_BYTES - 4)

static void put_lessons(uint32_t *words, const struct delta_carried *carried)
{
    for (uint32_t i = 0; i < carried->count; i++) {
        words[2 * i] = carried->places[i];
        words[2 * i + 1] = carried->moves[i];
    }
}

static void get_lessons(const uint32_t *words, struct delta_carried *carried,
                        uint32_t count)
{
    carried->count = count;
    for (uint32_t i = 0; i < count; i++) {
        carried->places[i] = words[2 * i];
        carried->moves[i] = words[2 * i + 1];
    }
}

void ffx_delta_checkpoint(const struct ffx_delta *delta,
                          struct ffx_checkpoint *checkpoint)
{
    const struct delta_lessons *const lessons = &delta->reader->engine.lessons;
    uint32_t words[WORDS] = {
        delta->patch_id,
        delta->index | lessons->ram.count << 16 | lessons->targets.count << 24,
        delta->position,
        delta->range,
        delta->code,
        delta->crc32,
    };
    put_lessons(words + WORD_LESSONS, &lessons->ram);
    put_lessons(words + WORD_LESSONS + 2 * CARRIED, &lessons->targets);
    uint8_t *bytes = checkpoint->bytes;
    memset(bytes, 0, FFX_CHECKPOINT_BYTES);
    for (uint32_t i = 0; i < WORDS; i++)
        bytes_put32(bytes + 4 * i, words[i]);
    bytes_put32(bytes + CHECK_AT, crc32_add(0, bytes, CHECK_AT));
}

static int is_ours(const struct ffx_delta *delta, const uint8_t *bytes,
                   const uint32_t *words)
{
    return bytes_get32(bytes + CHECK_AT) == crc32_add(0, bytes, CHECK_AT) &&
           words[WORD_PATCH] == delta->patch_id &&
           (words[WORD_INDEX] & 0xffff) <= delta->steps &&
           (words[WORD_INDEX] >> 16 & 0xff) <= CARRIED &&
           words[WORD_INDEX] >> 24 <= CARRIED &&
           words[WORD_POSITION] <= delta->config.patch.size &&
           words[WORD_RANGE] >= RANGE_TOP;
}

int ffx_delta_restore(struct ffx_delta *delta,
                      const struct ffx_checkpoint *checkpoint)
{
    uint32_t words[WORDS];
    if (delta->stage != STAGE_READY && delta->stage != STAGE_LOST)
        return FFX_ERR_BUSY;
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = bytes_get32(checkpoint->bytes + 4 * i);
    if (!is_ours(delta, checkpoint->bytes, words))
        return FFX_ERR_PATCH;
    struct delta_lessons *const lessons = &delta->reader->engine.lessons;
    get_lessons(words + WORD_LESSONS, &lessons->ram,
                words[WORD_INDEX] >> 16 & 0xff);
    get_lessons(words + WORD_LESSONS + 2 * CARRIED, &lessons->targets,
                words[WORD_INDEX] >> 24);
    delta->index = words[WORD_INDEX] & 0xffff;
    delta->position = words[WORD_POSITION];
    delta->range = words[WORD_RANGE];
    delta->code = words[WORD_CODE];
    delta->crc32 = words[WORD_CRC];
    delta->stage = STAGE_LOST;
    return 0;
}
