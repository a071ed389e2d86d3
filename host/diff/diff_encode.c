/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_encode.h"
#include "base/bytes.h"
#include "delta/delta_engine.h"
#include "delta/delta_profile.h"
#include "diff/range_encoder.h"

#include <stdlib.h>
#include <string.h>

/* --- copies -------------------------------------------------------------- */

/* Runs as the control part has them: gaps instead of turns, and a last copy
 * of length 0 when literals end the target. */
static struct delta_copy *copies_of(const struct diff_job *job,
                                    const struct diff_runs *runs)
{
    struct delta_copy *const copies = calloc(runs->count + 1, sizeof *copies);
    uint32_t turn = 0;
    if (copies == NULL)
        return NULL;
    for (size_t i = 0; i < runs->count; i++) {
        const struct diff_run *const run = &runs->runs[i];
        copies[i].gap = run->turn - turn;
        copies[i].length = run->length;
        copies[i].diagonal = run->diagonal;
        turn = run->turn + run->length;
    }
    copies[runs->count].gap = job->new_bytes - turn;
    return copies;
}

/* A bit port that repeats what it is told. */
static unsigned repeat(struct delta_bits *bits, uint32_t p1, unsigned bit)
{
    (void)bits;
    (void)p1;
    return bit;
}

static struct delta_bits mute = {repeat};

/* --- the slot as the reader will see it ---------------------------------- */

struct slot {
    uint8_t *bytes;
    uint32_t size;
};

static int slot_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    const struct slot *const slot = context;
    memcpy(buffer, slot->bytes + offset, length);
    return 0;
}

static int slot_open(struct slot *slot, const struct diff_job *job)
{
    const uint32_t larger =
        job->old_bytes > job->new_bytes ? job->old_bytes : job->new_bytes;
    slot->size = larger;
    slot->bytes = calloc(1, larger);
    if (slot->bytes == NULL)
        return -1;
    if (job->old_bytes > 0)
        memcpy(slot->bytes, job->old_image, job->old_bytes);
    return 0;
}

/* --- encoding ------------------------------------------------------------ */

struct writer {
    struct delta_engine engine; /* first: foresee is called with it */
    struct range_encoder encoder;
    struct slot slot;
    struct ffx_read_at port;
    struct delta_copy *copies;
    void *tables;
    uint8_t *buffer;
    struct delta_relative *relatives; /* saved by foresee */
};

/* The source bytes before `done`, as the reader remembers them. */
static uint32_t bytes_before(struct delta_engine *engine,
                             const struct delta_piece *piece, uint32_t done)
{
    const uint32_t known = bytes_min(done, 4);
    uint32_t before = 0;
    for (uint32_t i = done - known; i < done; i++)
        before = before >> 8 |
                 (uint32_t)*delta_view_at(&engine->view, piece->source + i)
                     << 24;
    return before;
}

/* Runs ahead over predictions: 1 when all of them come true. */
static unsigned run_ahead(struct delta_engine *engine,
                          const struct delta_piece *piece, uint32_t done,
                          uint32_t units)
{
    uint32_t before = bytes_before(engine, piece, done);
    for (; units > 0 && done < piece->length; units--) {
        struct delta_place place;
        struct delta_unit unit;
        delta_engine_predict(engine, piece, done, before, &place, &unit);
        if (delta_model_risky(&unit))
            return 1;
        for (uint32_t i = 0; i < unit.length; i++)
            if (piece->bytes[done + i] != (uint8_t)(unit.candidate[0] >> 8 * i))
                return 0;
        delta_predict_pass(&engine->predictor, &unit, &place);
        before = delta_engine_before(before, &unit);
        done += unit.length;
    }
    return 1;
}

/* What the engine notes in passing is put back. */
static unsigned foresee(struct delta_engine *engine,
                        const struct delta_piece *piece, uint32_t done,
                        uint32_t units)
{
    struct writer *const writer = (struct writer *)engine;
    const struct delta_relatives before = engine->predictor.relatives;
    const size_t bytes = (before.mask + 1) * sizeof *before.entries;
    memcpy(writer->relatives, before.entries, bytes);
    const unsigned sure = run_ahead(engine, piece, done, units);
    engine->predictor.relatives = before;
    memcpy(before.entries, writer->relatives, bytes);
    return sure;
}

static int writer_open(struct writer *writer, const struct diff_job *job,
                       const struct ffx_delta_layout *layout,
                       const struct diff_runs *runs)
{
    struct delta_engine *const engine = &writer->engine;
    uint8_t header[DELTA_HEADER_MAX];
    const uint32_t header_bytes = delta_layout_put(layout, header);
    range_encoder_open(&writer->encoder, header, header_bytes);
    writer->copies = copies_of(job, runs);
    writer->tables = malloc(delta_profile_bytes(layout->profile));
    writer->buffer =
        malloc(job->order->steps > 1 ? job->order->step_bytes : job->new_bytes);
    if (slot_open(&writer->slot, job) != 0 || writer->copies == NULL ||
        writer->tables == NULL || writer->buffer == NULL ||
        delta_profile_lay(engine, layout->profile, job->order->steps,
                          writer->tables) != 0)
        return -1;
    writer->relatives = malloc((engine->predictor.relatives.mask + 1) *
                               sizeof *writer->relatives);
    if (writer->relatives == NULL)
        return -1;
    engine->order = *job->order;
    engine->space = *job->space;
    engine->foresee = foresee;
    engine->model.phase = job->space->phase;
    engine->model.arch = job->space->arch;
    engine->model.bits = &writer->encoder.bits;
    writer->port =
        (struct ffx_read_at){slot_read, &writer->slot, writer->slot.size};
    delta_view_open(&engine->view, &writer->port);
    return 0;
}

/* The control part, which also builds the map. */
static int put_control(struct writer *writer)
{
    struct delta_engine *const engine = &writer->engine;
    struct delta_walk walk = {.place = 0};
    int result;
    engine->control.truth = writer->copies;
    if (delta_engine_open(engine, &writer->encoder.bits) != 0)
        return -1;
    delta_order_step(&engine->order, 0, &walk.step);
    while ((result = delta_engine_check(engine, &walk)) == 0)
        continue;
    return result == 1 ? 0 : -1;
}

static int put_steps(struct writer *writer, const struct diff_job *job)
{
    struct delta_engine *const engine = &writer->engine;
    const uint32_t steps = job->order->steps;
    engine->control.truth = writer->copies;
    if (delta_engine_open(engine, &mute) != 0)
        return -1;
    for (uint32_t index = 0; index < steps; index++) {
        struct ffx_step step;
        delta_order_step(&engine->order, index, &step);
        memcpy(writer->buffer, job->new_image + step.offset, step.length);
        if (delta_engine_make(engine, &step, writer->buffer) != 0)
            return -1;
        delta_predict_carry(&engine->predictor, &engine->lessons);
        if (job->order->step_bytes != 0)
            memcpy(writer->slot.bytes + step.offset, writer->buffer,
                   step.length);
    }
    return 0;
}

static void writer_close(struct writer *writer)
{
    free(writer->slot.bytes);
    free(writer->copies);
    free(writer->tables);
    free(writer->buffer);
    free(writer->relatives);
    free(writer);
}

int diff_encode(const struct diff_job *job,
                const struct ffx_delta_layout *layout,
                const struct diff_runs *runs, struct diff_bytes *patch)
{
    uint8_t header[DELTA_HEADER_MAX];
    struct writer *const writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return -1;
    const int failed =
        writer_open(writer, job, layout, runs) != 0 ||
        put_control(writer) != 0 || put_steps(writer, job) != 0 ||
        range_encoder_finish(&writer->encoder,
                             delta_layout_put(layout, header)) != 0;
    if (failed)
        free(writer->encoder.bytes);
    else
        *patch =
            (struct diff_bytes){writer->encoder.bytes, writer->encoder.length};
    writer_close(writer);
    return failed ? -1 : 0;
}

/* --- map ----------------------------------------------------------------- */

static int map_pieces(const struct diff_job *job, const struct delta_copy *copy,
                      struct delta_map *map)
{
    struct delta_engine *const engine = calloc(1, sizeof *engine);
    struct delta_walk walk = {.place = 0};
    int result;
    if (engine == NULL)
        return -1;
    engine->order = *job->order;
    engine->space = *job->space;
    engine->map = *map;
    engine->control.truth = copy;
    result = delta_engine_open(engine, &mute);
    delta_order_step(&engine->order, 0, &walk.step);
    while (result == 0)
        result = delta_engine_check(engine, &walk);
    *map = engine->map;
    free(engine);
    return result == 1 ? 0 : -1;
}

int diff_encode_map(const struct diff_job *job, const struct diff_runs *runs,
                    struct delta_map *map)
{
    struct delta_copy *const copies = copies_of(job, runs);
    map->count = 0;
    map->capacity = (uint32_t)runs->count + job->order->steps + 1;
    map->entries = malloc(map->capacity * sizeof *map->entries);
    const int failed = copies == NULL || map->entries == NULL ||
                       map_pieces(job, copies, map) != 0;
    free(copies);
    return failed ? -1 : 0;
}
