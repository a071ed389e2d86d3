/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_engine.h"
#include "base/bytes.h"

#include <farfix/error.h>

/* --- control ------------------------------------------------------------- */

int delta_engine_open(struct delta_engine *engine, struct delta_bits *control)
{
    engine->copy.gap = engine->copy.length = engine->copied = 0;
    return delta_control_open(&engine->control, control, &engine->space,
                              &engine->order);
}

static int next_copy(struct delta_engine *engine)
{
    const int error = delta_control_next(&engine->control, &engine->copy);
    engine->copied = 0;
    return error == 1 ? FFX_ERR_PATCH : error;
}

/* What of the copy in hand belongs to the next `most` bytes of the target at
 * `target`, from one run of the slot. */
static int take_piece(struct delta_engine *engine, uint32_t index,
                      uint32_t target, uint32_t most, struct delta_piece *piece)
{
    piece->target = target;
    piece->source = target + engine->copy.diagonal;
    const struct delta_reach reach =
        delta_order_reach(&engine->order, index, piece->source,
                          bytes_min(engine->copy.length, most));
    piece->length = reach.length;
    piece->is_new = reach.is_new;
    return reach.length > 0 ? 0 : FFX_ERR_PATCH;
}

static void advance(struct delta_engine *engine, struct delta_walk *walk,
                    uint32_t length)
{
    walk->place += length;
    if (walk->place == walk->step.length &&
        walk->step.index + 1 < engine->order.steps) {
        delta_order_step(&engine->order, walk->step.index + 1, &walk->step);
        walk->place = 0;
    }
}

int delta_engine_check(struct delta_engine *engine, struct delta_walk *walk)
{
    struct delta_piece piece;
    const int error = delta_control_next(&engine->control, &engine->copy);
    if (error != 0)
        return error;
    for (uint32_t left = engine->copy.gap; left > 0;) {
        const uint32_t length =
            bytes_min(left, walk->step.length - walk->place);
        advance(engine, walk, length);
        left -= length;
    }
    while (engine->copy.length > 0) {
        if (take_piece(engine, walk->step.index,
                       walk->step.offset + walk->place,
                       walk->step.length - walk->place, &piece) != 0)
            return FFX_ERR_PATCH;
        if (!piece.is_new)
            delta_map_add(&engine->map, piece.source, piece.target,
                          piece.length);
        advance(engine, walk, piece.length);
        engine->copy.length -= piece.length;
    }
    return 0;
}

int delta_engine_seek(struct delta_engine *engine, uint32_t index)
{
    uint32_t left = delta_order_before(&engine->order, index);
    while (left > 0) {
        struct delta_copy *const copy = &engine->copy;
        if (copy->gap == 0 && copy->length == 0 && next_copy(engine) != 0)
            return FFX_ERR_PATCH;
        const uint32_t gap = bytes_min(left, copy->gap);
        const uint32_t length = bytes_min(left - gap, copy->length);
        copy->gap -= gap;
        copy->length -= length;
        engine->copied += length;
        left -= gap + length;
    }
    return 0;
}

/* --- literals ------------------------------------------------------------ */

static uint32_t get(const uint8_t *bytes, uint32_t length)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < length; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

static void put(uint8_t *bytes, uint32_t value, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static void trace(struct delta_engine *engine, uint32_t target, uint32_t length,
                  enum delta_how how)
{
    if (engine->trace != NULL)
        engine->trace(engine, target, length, how);
}

static uint32_t make_literal(struct delta_engine *engine, uint32_t target,
                             uint32_t most, uint8_t *bytes)
{
    uint32_t length;
    const uint32_t left = bytes_min(engine->copy.gap, most);
    const uint32_t truth =
        engine->foresee != NULL ? get(bytes, bytes_min(left, 4)) : 0;
    const uint32_t value =
        delta_model_literal(&engine->model, target, left, truth, &length);
    put(bytes, value, length);
    trace(engine, target, length, DELTA_NEW);
    engine->copy.gap -= length;
    return length;
}

/* --- copies -------------------------------------------------------------- */

void delta_engine_predict(struct delta_engine *engine,
                          const struct delta_piece *piece, uint32_t done,
                          uint32_t before, struct delta_place *place,
                          struct delta_unit *unit)
{
    place->bytes = delta_view_at(&engine->view, piece->source + done);
    place->left = piece->length - done;
    place->before = before;
    place->old_position = piece->source + done;
    place->new_position = piece->target + done;
    place->is_new = piece->is_new;
    delta_predict(&engine->predictor, place, unit);
}

/* Is this unit part of a block of hits? */
static int in_block(struct delta_engine *engine,
                    const struct delta_piece *piece, uint32_t done,
                    const struct delta_unit *unit)
{
    struct delta_model *const model = &engine->model;
    if (delta_model_risky(unit)) {
        model->sure = model->doubt = 0;
        return 0;
    }
    const uint32_t units = delta_model_block(model);
    if (units > 0)
        delta_model_block_code(model, units,
                               engine->foresee != NULL
                                   ? engine->foresee(engine, piece, done, units)
                                   : 0);
    return model->sure > 0;
}

static uint32_t make_unit(struct delta_engine *engine,
                          const struct delta_piece *piece, uint32_t done,
                          uint32_t before, struct delta_unit *unit)
{
    struct delta_place place;
    delta_engine_predict(engine, piece, done, before, &place, unit);
    const int sure = in_block(engine, piece, done, unit);
    delta_predict_pass(&engine->predictor, unit, &place);
    if (sure) {
        delta_model_sure(&engine->model, unit);
        return unit->candidate[0];
    }
    const struct delta_distance distance = {
        engine->copied + done, engine->copy.length - done - unit->length};
    const uint32_t truth =
        engine->foresee != NULL ? get(piece->bytes + done, unit->length) : 0;
    const uint32_t value =
        delta_model_unit(&engine->model, unit, &place, &distance, truth);
    delta_predict_learn(&engine->predictor, unit, &place, value);
    return value;
}

uint32_t delta_engine_before(uint32_t before, const struct delta_unit *unit)
{
    if (unit->length == 4)
        return unit->raw;
    return before >> 8 * unit->length | unit->raw << (32 - 8 * unit->length);
}

static void make_piece(struct delta_engine *engine,
                       const struct delta_piece *piece)
{
    uint32_t done = 0, before = 0;
    delta_view_piece(&engine->view, piece->source + piece->length);
    while (done < piece->length) {
        struct delta_unit unit;
        const uint32_t value = make_unit(engine, piece, done, before, &unit);
        put(piece->bytes + done, value, unit.length);
        trace(engine, piece->target + done, unit.length,
              value == unit.raw            ? DELTA_COPIED
              : value == unit.candidate[0] ? DELTA_PREDICTED
                                           : DELTA_CHANGED);
        before = delta_engine_before(before, &unit);
        done += unit.length;
    }
    engine->model.sure = engine->model.doubt = 0;
    engine->copy.length -= piece->length;
    engine->copied += piece->length;
}

/* --- steps --------------------------------------------------------------- */

int delta_engine_make(struct delta_engine *engine, const struct ffx_step *step,
                      uint8_t *buffer)
{
    struct delta_piece piece;
    delta_model_reset(&engine->model);
    delta_predict_reset(&engine->predictor, &engine->lessons);
    for (uint32_t place = 0; place < step->length;) {
        const uint32_t target = step->offset + place,
                       most = step->length - place;
        if (engine->copy.gap > 0) {
            place += make_literal(engine, target, most, buffer + place);
        } else if (engine->copy.length > 0) {
            if (take_piece(engine, step->index, target, most, &piece) != 0)
                return FFX_ERR_PATCH;
            piece.bytes = buffer + place;
            make_piece(engine, &piece);
            place += piece.length;
        } else if (next_copy(engine) != 0) {
            return FFX_ERR_PATCH;
        }
    }
    return 0;
}
