/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_map.h"
#include "base/bytes.h"
#include "delta/delta_reader.h"

#include <farfix/error.h>

#include <stdlib.h>
#include <string.h>

/* --- cells and sources --------------------------------------------------- */

static void add_how(struct diff_map *map, uint32_t target, uint32_t length,
                    enum delta_how how)
{
    map->bytes[how] += length;
    while (length > 0) {
        const uint32_t cell = target / map->cell_bytes;
        const uint32_t part =
            bytes_min(length, (cell + 1) * map->cell_bytes - target);
        map->cells[cell].bytes[how] += part;
        target += part;
        length -= part;
    }
}

static uint32_t bin_of(const struct diff_map *map, uint32_t source)
{
    return (uint32_t)((uint64_t)source * DIFF_MAP_BINS / map->slot_bytes);
}

static uint32_t bin_end(const struct diff_map *map, uint32_t bin)
{
    return (
        uint32_t)(((uint64_t)(bin + 1) * map->slot_bytes + DIFF_MAP_BINS - 1) /
                  DIFF_MAP_BINS);
}

static void add_source(struct diff_map *map, const struct delta_piece *piece)
{
    const uint32_t row_bytes = map->cell_bytes * DIFF_MAP_COLUMNS;
    for (uint32_t done = 0; done < piece->length;) {
        const uint32_t target = piece->target + done,
                       source = piece->source + done;
        const uint32_t row = target / row_bytes, bin = bin_of(map, source);
        const uint32_t part = bytes_min(
            bytes_min(piece->length - done, (row + 1) * row_bytes - target),
            bin_end(map, bin) - source);
        struct diff_map_source *const from =
            &map->sources[row * DIFF_MAP_BINS + bin];
        if (piece->is_new)
            from->from_new += part;
        else
            from->from_old += part;
        done += part;
    }
}

/* --- the reader ---------------------------------------------------------- */

/* A reader and the map it fills. */
struct tap {
    struct diff_map *map;
    const uint8_t *old_image;
    struct ffx_delta delta;
    struct ffx_read_at patch, port;
    uint8_t *slot, *buffer;
    struct tap_memory *memory;
};

/* What the reader calls its memory begins with its engine: the trace finds the
 * map in front of it. */
struct tap_memory {
    struct diff_map *map;
    struct delta_reader reader; /* its tables follow */
};

static int read_bytes(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

static int read_zeros(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    (void)context;
    (void)offset;
    memset(buffer, 0, length);
    return 0;
}

static void on_trace(struct delta_engine *engine, uint32_t target,
                     uint32_t length, enum delta_how how)
{
    const struct tap_memory *const memory =
        (const struct tap_memory *)(const void *)((const char *)engine -
                                                  offsetof(struct tap_memory,
                                                           reader.engine));
    add_how(memory->map, target, length, how);
}

static int slot_open(struct tap *tap)
{
    const struct ffx_delta_layout *const layout = &tap->map->layout;
    tap->port = (struct ffx_read_at){read_zeros, NULL, tap->map->slot_bytes};
    if (tap->old_image == NULL)
        return 0;
    tap->slot = calloc(1, tap->map->slot_bytes);
    tap->buffer = malloc(layout->step_bytes != 0 ? layout->step_bytes
                                                 : layout->target_bytes);
    if (tap->slot == NULL || tap->buffer == NULL)
        return FFX_ERR_SPACE;
    memcpy(tap->slot, tap->old_image, layout->source_bytes);
    tap->port.read = read_bytes;
    tap->port.context = tap->slot;
    return 0;
}

static int reader_open(struct tap *tap)
{
    const struct ffx_delta_layout *const layout = &tap->map->layout;
    const uint32_t bytes = delta_reader_bytes(layout->profile);
    tap->memory = malloc(offsetof(struct tap_memory, reader) + bytes);
    if (tap->memory == NULL)
        return FFX_ERR_SPACE;
    tap->memory->map = tap->map;
    const struct ffx_delta_config config = {
        .patch = tap->patch,
        .slot = tap->port,
        .source_bytes = layout->source_bytes,
        .target_bytes = layout->target_bytes,
        .step_bytes = layout->step_bytes,
        .memory = &tap->memory->reader,
        .memory_bytes = bytes,
    };
    return ffx_delta_open(&tap->delta, &config);
}

static int reader_prepare(struct tap *tap)
{
    int result;
    do
        result = ffx_delta_prepare(&tap->delta);
    while (result == 1);
    return result;
}

/* --- facts and copies ---------------------------------------------------- */

/* A range decoder is four bytes ahead; the range says how much of the byte
 * that comes next was used up. */
static uint32_t control_bytes(const struct ffx_delta *delta)
{
    const uint32_t ahead = delta->header_bytes + 4;
    const uint32_t whole =
        delta->position > ahead ? delta->position - ahead : 0;
    return bytes_min(whole + 1, delta->config.patch.size - delta->header_bytes);
}

static int keep_order(struct diff_map *map, const struct delta_order *order)
{
    map->steps = order->steps;
    map->ranks = calloc(order->steps, sizeof *map->ranks);
    if (map->ranks == NULL)
        return FFX_ERR_SPACE;
    if (order->ranks != NULL)
        memcpy(map->ranks, order->ranks, order->steps * sizeof *map->ranks);
    return 0;
}

/* `length` bytes that come next: of a copy, or literals when it is NULL. */
static int add_bytes(struct diff_map *map, const struct delta_order *order,
                     struct delta_walk *walk, uint32_t length,
                     const struct delta_copy *copy)
{
    while (length > 0) {
        if (walk->place == walk->step.length) {
            delta_order_step(order, walk->step.index + 1, &walk->step);
            walk->place = 0;
        }
        struct delta_piece piece = {.target = walk->step.offset + walk->place};
        piece.length = bytes_min(length, walk->step.length - walk->place);
        if (copy != NULL) {
            piece.source = piece.target + copy->diagonal;
            const struct delta_reach reach = delta_order_reach(
                order, walk->step.index, piece.source, piece.length);
            if (reach.length == 0)
                return FFX_ERR_PATCH;
            piece.length = reach.length;
            piece.is_new = reach.is_new;
            add_source(map, &piece);
        }
        add_how(map, piece.target, piece.length,
                copy != NULL ? DELTA_COPIED : DELTA_NEW);
        walk->place += piece.length;
        length -= piece.length;
    }
    return 0;
}

/* Goes through the control part, which prepare found sound. */
static int add_copies(struct tap *tap)
{
    struct diff_map *const map = tap->map;
    struct delta_reader *const reader = tap->delta.reader;
    struct delta_engine *const engine = &reader->engine;
    struct delta_walk walk = {.place = 0};
    struct delta_copy copy;
    int result =
        delta_reader_control(reader, &tap->patch, tap->delta.header_bytes);
    if (result != 0)
        return result;
    map->space = engine->space;
    result = keep_order(map, &engine->order);
    if (result != 0)
        return result;
    delta_order_step(&engine->order, 0, &walk.step);
    while ((result = delta_control_next(&engine->control, &copy)) == 0) {
        map->copies += copy.length > 0;
        if (add_bytes(map, &engine->order, &walk, copy.gap, NULL) != 0 ||
            add_bytes(map, &engine->order, &walk, copy.length, &copy) != 0)
            return FFX_ERR_PATCH;
    }
    return result == 1 ? 0 : result;
}

/* --- steps --------------------------------------------------------------- */

static int make_steps(struct tap *tap)
{
    struct diff_map *const map = tap->map;
    struct ffx_step step;
    int result;
    memset(map->bytes, 0, sizeof map->bytes);
    memset(map->cells, 0,
           (size_t)map->rows * DIFF_MAP_COLUMNS * sizeof *map->cells);
    tap->memory->reader.engine.trace = on_trace;
    while ((result = ffx_delta_next(&tap->delta, tap->buffer, &step)) == 1)
        if (map->layout.step_bytes != 0)
            memcpy(tap->slot + step.offset, tap->buffer, step.length);
    map->decoded = 1;
    return result;
}

/* --- maps ---------------------------------------------------------------- */

static int grid_open(struct diff_map *map)
{
    const struct ffx_delta_layout *const layout = &map->layout;
    map->cell_bytes = 4; /* the longest unit of a copy */
    while (map->cell_bytes * DIFF_MAP_COLUMNS * DIFF_MAP_ROWS <
           layout->target_bytes)
        map->cell_bytes *= 2;
    const uint32_t row_bytes = map->cell_bytes * DIFF_MAP_COLUMNS;
    map->rows = (layout->target_bytes + row_bytes - 1) / row_bytes;
    map->slot_bytes = layout->source_bytes;
    if (map->slot_bytes == 0 ||
        (layout->step_bytes != 0 && map->slot_bytes < layout->target_bytes))
        map->slot_bytes = layout->target_bytes;
    map->cells =
        calloc((size_t)map->rows * DIFF_MAP_COLUMNS, sizeof *map->cells);
    map->sources =
        calloc((size_t)map->rows * DIFF_MAP_BINS, sizeof *map->sources);
    return map->cells != NULL && map->sources != NULL ? 0 : FFX_ERR_SPACE;
}

static int fill(struct tap *tap, size_t old_bytes)
{
    struct diff_map *const map = tap->map;
    int result = ffx_delta_inspect(&tap->patch, &map->layout, &map->ram);
    if (result != 0)
        return result;
    if (tap->old_image != NULL && old_bytes != map->layout.source_bytes)
        return FFX_ERR_SOURCE;
    if ((result = grid_open(map)) != 0 || (result = slot_open(tap)) != 0 ||
        (result = reader_open(tap)) != 0 || (result = reader_prepare(tap)) != 0)
        return result;
    map->header_bytes = tap->delta.header_bytes;
    map->control_bytes = control_bytes(&tap->delta);
    result = add_copies(tap);
    if (result == 0 && tap->old_image != NULL)
        result = make_steps(tap);
    return result;
}

int diff_map_make(struct diff_map *map, const uint8_t *patch,
                  size_t patch_bytes, const uint8_t *old_image,
                  size_t old_bytes)
{
    struct tap tap = {.map = map, .old_image = old_image};
    memset(map, 0, sizeof *map);
    if (patch_bytes > UINT32_MAX)
        return FFX_ERR_PATCH;
    map->patch_bytes = (uint32_t)patch_bytes;
    tap.patch.read = read_bytes;
    memcpy(&tap.patch.context, &patch, sizeof patch); /* it is only read */
    tap.patch.size = map->patch_bytes;
    const int result = fill(&tap, old_bytes);
    free(tap.slot);
    free(tap.buffer);
    free(tap.memory);
    if (result != 0)
        diff_map_free(map);
    return result;
}

void diff_map_free(struct diff_map *map)
{
    free(map->ranks);
    free(map->cells);
    free(map->sources);
    memset(map, 0, sizeof *map);
}

uint32_t diff_map_row_bytes(const struct diff_map *map, uint32_t row)
{
    const uint32_t bytes = map->cell_bytes * DIFF_MAP_COLUMNS;
    return bytes_min(bytes, map->layout.target_bytes - row * bytes);
}

const char *diff_map_order_text(const struct diff_map *map)
{
    uint32_t up = 0, down = 0;
    for (uint32_t i = 0; i < map->steps; i++) {
        up += map->ranks[i] == i;
        down += map->ranks[i] == map->steps - 1 - i;
    }
    if (map->steps == 1)
        return "in one piece";
    return up == map->steps     ? "from 0 up"
           : down == map->steps ? "from the top down"
                                : "in an order of its own";
}
