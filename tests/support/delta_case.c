/* SPDX-License-Identifier: Apache-2.0 */
#include "delta_case.h"

#include "base/bytes.h"
#include "base/crc32.h"
#include "slot_map.h"

#include <stdlib.h>

#define BASE 0x08004000u

uint32_t delta_case_draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*seed ^ *seed >> 16) * below >> 32);
}

static void *block(size_t bytes)
{
    void *const memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    return memory;
}

/* --- images -------------------------------------------------------------- */

/* Four bytes as firmware has them. */
static uint32_t word(uint32_t *seed, const struct delta_shape *shape)
{
    static const uint16_t common[8] = {0xb510, 0x4604, 0x6820, 0x4a03,
                                       0xd0f1, 0x4770, 0xb119, 0xe7fe};
    const uint32_t random = delta_case_draw(seed, 1u << 31) << 1;
    const uint32_t place = delta_case_draw(seed, shape->source_bytes + 64);
    const int arm = shape->arch == DELTA_ARCH_ARM;
    switch (delta_case_draw(seed, 12)) {
    case 0: /* a call */
        return arm ? 0xeb000000 | (random >> 20)
                   : 0xf800f000 | (random & 0x07ff0000);
    case 1: /* a pointer */
        return BASE + place;
    case 2:
        return 0x20000000 + (random >> 20);
    case 3: /* MOVW, and MOVT if it comes next */
        return arm ? 0xe3000000 | (BASE & 0xfff) | (BASE & 0xf000) << 4
                   : 0x0000f244;
    case 4:
        return arm ? 0xe3400800 : 0x0000f6c0;
    case 5: /* LDR from a literal pool */
        return arm ? 0xe59f0000 | random >> 24
                   : 0x0000f8df | random >> 25 << 16;
    case 6: /* a conditional branch */
        return arm ? 0x1a000000 | random >> 26
                   : 0x8000f000 | random >> 25 << 16;
    case 7:
        return random;
    case 8:
        return 0;
    default:
        return (uint32_t)common[random >> 29] << 16 | common[random >> 8 & 7];
    }
}

static void fill(uint8_t *bytes, uint32_t length, uint32_t *seed,
                 const struct delta_shape *shape)
{
    for (uint32_t at = 0; at < length;) {
        uint32_t value = word(seed, shape);
        for (int i = 0; i < 4 && at < length; i++, value >>= 8)
            bytes[at++] = (uint8_t)value;
    }
}

/* What a compiler does to code: a few units become others. */
static void change(uint8_t *bytes, uint32_t length, uint32_t *seed,
                   const struct delta_shape *shape)
{
    for (uint32_t at = 0; shape->changes != 0 && at + 4 <= length; at += 4) {
        if (delta_case_draw(seed, shape->changes) != 0)
            continue;
        const uint32_t old = bytes_get32(bytes + at);
        bytes_put32(bytes + at, delta_case_draw(seed, 3) == 0
                                    ? word(seed, shape)
                                    : old + (delta_case_draw(seed, 9) << 16) +
                                          delta_case_draw(seed, 5));
    }
}

/* --- runs ---------------------------------------------------------------- */

struct author {
    struct delta_case *it;
    const struct delta_shape *shape;
    struct slot_map map;
    uint32_t seed, turn;
    size_t capacity;
};

static void add_run(struct author *author, uint32_t length, uint32_t diagonal)
{
    struct diff_runs *const runs = &author->it->runs;
    struct diff_run *const last =
        runs->count > 0 ? &runs->runs[runs->count - 1] : NULL;
    if (last != NULL && last->turn + last->length == author->turn &&
        last->diagonal == diagonal) {
        last->length += length;
        return;
    }
    if (runs->count == author->capacity) {
        author->capacity = author->capacity * 2 + 16;
        runs->runs = realloc(runs->runs, author->capacity * sizeof *runs->runs);
        if (runs->runs == NULL)
            abort();
    }
    runs->runs[runs->count++] =
        (struct diff_run){author->turn, length, diagonal};
}

/* Often on the diagonal of the last run, also across steps. */
static uint32_t choose_source(struct author *author, uint32_t offset)
{
    const struct diff_runs *const runs = &author->it->runs;
    if (runs->count > 0 && delta_case_draw(&author->seed, 2) == 0)
        return offset + runs->runs[runs->count - 1].diagonal;
    return delta_case_draw(&author->seed, author->map.size + 1);
}

/* A copy into `bytes`, which stand for target `offset`. 0: none was found. */
static uint32_t add_copy(struct author *author, uint32_t offset, uint32_t most,
                         uint8_t *bytes)
{
    const uint32_t source = choose_source(author, offset);
    const uint32_t length = slot_map_readable(
        &author->map, source,
        bytes_min(most, 1 + delta_case_draw(&author->seed, 900)));
    if (length == 0)
        return 0;
    memcpy(bytes, author->map.bytes + source, length);
    change(bytes, length, &author->seed, author->shape);
    add_run(author, length, source - offset);
    return length;
}

static void make_step(struct author *author, uint32_t index)
{
    struct ffx_step step;
    delta_order_step(&author->it->order, index, &step);
    uint8_t *const bytes = author->it->new_image + step.offset;
    for (uint32_t place = 0; place < step.length;) {
        const uint32_t most = step.length - place;
        uint32_t length = 0;
        if (delta_case_draw(&author->seed, 5) != 0)
            length = add_copy(author, step.offset + place, most, bytes + place);
        if (length == 0) {
            length = bytes_min(most, 1 + delta_case_draw(&author->seed, 24));
            fill(bytes + place, length, &author->seed, author->shape);
        }
        author->turn += length;
        place += length;
    }
    if (author->shape->step_bytes != 0)
        slot_map_write(&author->map, &step, author->shape->step_bytes, bytes);
}

static void make_target(struct author *author)
{
    const struct delta_shape *const shape = author->shape;
    uint32_t size = shape->source_bytes;
    if (shape->step_bytes != 0 && size < shape->target_bytes)
        size = shape->target_bytes;
    slot_map_open(&author->map, size, author->it->old_image,
                  shape->source_bytes);
    for (uint32_t index = 0; index < author->it->order.steps; index++)
        make_step(author, index);
    slot_map_close(&author->map);
}

/* --- the case ------------------------------------------------------------ */

static void choose_order(struct delta_case *it, const struct delta_shape *shape,
                         uint32_t *seed)
{
    const uint32_t steps = delta_layout_steps(&it->layout);
    if (steps > DELTA_CASE_STEPS)
        abort();
    for (uint32_t i = 0; i < steps; i++)
        it->ranks[i] =
            (uint16_t)(shape->order == DELTA_CASE_DOWN ? steps - 1 - i : i);
    for (uint32_t i = steps; shape->order == DELTA_CASE_MIXED && i > 1; i--) {
        const uint32_t j = delta_case_draw(seed, i);
        const uint16_t swap = it->ranks[i - 1];
        it->ranks[i - 1] = it->ranks[j];
        it->ranks[j] = swap;
    }
    delta_order_open(&it->order, &it->layout, it->ranks);
}

static void choose_space(struct delta_case *it, const struct delta_shape *shape,
                         uint32_t *seed)
{
    const uint32_t half = shape->source_bytes / 2;
    it->space = (struct delta_space){
        .arch = shape->arch,
        .phase = shape->phase,
        .source_bytes = shape->source_bytes,
        .ram_low = 0x20000000,
        .ram_bytes = 0x100000,
        .segments = {{0, shape->source_bytes, BASE, 0}},
        .segment_count = 1,
    };
    if (delta_case_draw(seed, 2) == 0)
        it->space.ram_bytes = 0x3456;
    if (delta_case_draw(seed, 2) == 0)
        return;
    it->space.segments[0].length = half;
    it->space.segments[1] = (struct delta_segment){
        half, shape->source_bytes - half, BASE + 0x123456, 0x1000};
    it->space.segment_count = delta_case_draw(seed, 3);
}

void delta_case_make(struct delta_case *it, const struct delta_shape *shape)
{
    struct author author = {.it = it, .shape = shape, .seed = shape->seed};
    memset(it, 0, sizeof *it);
    it->layout = (struct ffx_delta_layout){
        .source_bytes = shape->source_bytes,
        .target_bytes = shape->target_bytes,
        .step_bytes = shape->step_bytes,
        .profile = shape->profile,
        .phase = shape->phase,
    };
    it->old_image = block(shape->source_bytes);
    it->new_image = block(shape->target_bytes);
    fill(it->old_image, shape->source_bytes, &author.seed, shape);
    choose_order(it, shape, &author.seed);
    choose_space(it, shape, &author.seed);
    make_target(&author);
    it->layout.source_crc32 = crc32_add(0, it->old_image, shape->source_bytes);
    it->layout.target_crc32 = crc32_add(0, it->new_image, shape->target_bytes);
    const struct diff_job job = {it->old_image,       it->new_image,
                                 shape->source_bytes, shape->target_bytes,
                                 &it->space,          &it->order};
    if (diff_encode(&job, &it->layout, &it->runs, &it->patch) != 0)
        abort();
}

void delta_case_free(struct delta_case *it)
{
    free(it->old_image);
    free(it->new_image);
    free(it->runs.runs);
    free(it->patch.bytes);
}

struct delta_shape delta_shape_draw(uint32_t seed, uint32_t target_bytes)
{
    static const uint32_t steps[] = {0, 1, 7, 64, 100, 256, 513, 1000, 4096};
    uint32_t at = seed * 2654435761u;
    struct delta_shape shape = {.target_bytes = target_bytes, .seed = seed};
    shape.source_bytes = delta_case_draw(&at, 8) == 0
                             ? 0
                             : delta_case_draw(&at, 2 * target_bytes);
    shape.step_bytes = steps[delta_case_draw(&at, 9)];
    shape.profile = delta_case_draw(&at, FFX_DELTA_PROFILES);
    shape.phase = delta_case_draw(&at, 4);
    shape.arch = (enum delta_arch)delta_case_draw(&at, 3);
    shape.order = (enum delta_case_order)delta_case_draw(&at, 3);
    shape.changes =
        delta_case_draw(&at, 3) == 0 ? 0 : 2u << delta_case_draw(&at, 7);
    /* A profile has room for ranks in half of its map. */
    while (shape.step_bytes != 0 &&
           (target_bytes + shape.step_bytes - 1) / shape.step_bytes > 128)
        shape.step_bytes *= 2;
    return shape;
}
