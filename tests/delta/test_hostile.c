/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches that no maker would write, and the memory of a slot. A wild author
 * fills every field of the stream with boundary values; a map of the slot says
 * which of its copies are legal. The reader must take
 * exactly those patches whose every copy is, and must never read a byte that
 * a step destroyed.
 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_layout.h"
#include "delta/delta_model.h"
#include "delta/range_model.h"
#include "diff/range_encoder.h"
#include "slot_map.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define SLOTS (DELTA_NUMBERS + (512u << DELTA_CONTEXT_BITS_MAX))
#define SEEDS 1500u

/* --- the wild author ----------------------------------------------------- */

struct author {
    uint32_t random;
    struct range_encoder encoder;
    struct ffx_delta_layout layout;
    struct slot_map slot;
    struct ffx_step step;
    uint8_t made[SLOT_MAP_MAX]; /* of the step */
    uint8_t target[SLOT_MAP_MAX];
    uint32_t place, diagonal, previous;
    uint16_t slots[SLOTS];
    int illegal;  /* 1: the stream ends with something forbidden */
    uint8_t swap; /* not 0: what stood in the file stands there no more */
};

static uint32_t draw(struct author *author, uint32_t below)
{
    author->random = author->random * 1664525u + 1013904223u;
    return (author->random >> 8) % below;
}

static int seldom(struct author *author)
{
    return draw(author, 24) == 0;
}

/* One of the values at which checks are off by one. */
static uint32_t boundary(struct author *author, uint32_t limit)
{
    const uint32_t values[] = {limit,      limit + 1,      limit - 1, 1u << 31,
                               UINT32_MAX, UINT32_MAX - 1, INT32_MAX, 0,
                               1u << 29,   limit + 256};
    return values[draw(author, sizeof values / sizeof values[0])];
}

static void put_number(struct author *author, uint32_t which, uint32_t value)
{
    range_encoder_number(&author->encoder,
                         delta_model_number(author->slots, which), value);
}

static uint32_t left_of_step(const struct author *author)
{
    return author->step.length - author->place;
}

static uint32_t put_literals(struct author *author)
{
    const uint32_t left = left_of_step(author);
    const uint32_t count = seldom(author)
                               ? bytes_min(boundary(author, left), ~1u)
                               : draw(author, bytes_min(left, 40) + 1);
    put_number(author, DELTA_LITERALS, count);
    author->illegal = count > left;
    for (uint32_t i = 0; i < count && !author->illegal; i++) {
        const uint32_t literal = draw(author, 256);
        uint16_t *tree = delta_model_literal(
            author->slots, author->layout.context_bits,
            author->step.offset + author->place, author->previous);
        range_encoder_tree(&author->encoder, tree, literal, 8);
        author->made[author->place++] = (uint8_t)literal;
        author->previous = literal;
    }
    return count;
}

/* Where a copy comes from: mostly a byte that may be read. */
static uint32_t choose_source(struct author *author)
{
    const struct ffx_delta_layout *layout = &author->layout;
    const uint32_t edges[] = {
        0,
        layout->source_bytes,
        layout->target_bytes,
        author->step.offset,
        author->step.offset + layout->step_bytes,
        delta_layout_steps(layout) * layout->step_bytes,
        author->slot.size,
    };
    if (seldom(author))
        return boundary(author, layout->source_bytes);
    if (draw(author, 3) == 0)
        return edges[draw(author, 7)] + draw(author, 5) - 2;
    return draw(author, author->slot.size);
}

/* How many bytes from there on are of one readable kind. */
static uint32_t readable(const struct author *author, uint32_t source)
{
    uint32_t length = 0;
    while (slot_map_allows(&author->slot, source, length + 1))
        length++;
    return length;
}

static void put_copy(struct author *author, int after_literals)
{
    const uint32_t left = left_of_step(author);
    uint32_t source = choose_source(author);
    uint32_t most = bytes_min(left, readable(author, source));
    while (most == 0 && !seldom(author)) {
        source = choose_source(author);
        most = bytes_min(left, readable(author, source));
    }
    uint32_t length =
        most == 0 || draw(author, 4) == 0 ? most : 1 + draw(author, most);
    if (length == 0 || seldom(author))
        length = boundary(author, draw(author, 2) ? left : most);
    if (length == 0)
        length = 1;
    const uint32_t diagonal =
        source - author->step.offset - author->place - author->diagonal;
    const uint32_t folded = delta_model_fold(diagonal);
    put_number(author, after_literals ? DELTA_COPY_AFTER : DELTA_COPY,
               length - 1);
    /* The largest number has no code: then stay on the diagonal. */
    put_number(author, DELTA_DIAGONAL, folded == UINT32_MAX ? 0 : folded);
    author->diagonal += folded == UINT32_MAX ? 0 : diagonal;
    source = author->step.offset + author->place + author->diagonal;
    author->illegal =
        length > left || !slot_map_allows(&author->slot, source, length);
    if (author->illegal)
        return;
    memcpy(author->made + author->place, author->slot.bytes + source, length);
    author->place += length;
}

static void put_step(struct author *author, uint32_t index)
{
    delta_layout_step(&author->layout, index, &author->step);
    range_model_reset(author->slots, SLOTS);
    author->place = 0;
    author->previous = 0;
    while (!author->illegal && left_of_step(author) > 0) {
        const uint32_t literals = put_literals(author);
        if (!author->illegal && left_of_step(author) > 0)
            put_copy(author, literals > 0);
    }
    if (author->illegal)
        return;
    memcpy(author->target + author->step.offset, author->made,
           author->step.length);
    if (author->layout.step_bytes != 0)
        slot_map_write(&author->slot, &author->step, author->layout.step_bytes,
                       author->made);
}

static void put_header(struct author *author)
{
    uint8_t *bytes = author->encoder.bytes;
    struct ffx_delta_layout *layout = &author->layout;
    layout->target_crc32 = crc32_add(0, author->target, layout->target_bytes);
    delta_layout_put(layout, bytes);
    uint32_t crc32 = crc32_add(0, bytes, DELTA_HEADER_CRC);
    crc32 = crc32_add(crc32, bytes + DELTA_HEADER_BYTES,
                      (uint32_t)author->encoder.length - DELTA_HEADER_BYTES);
    bytes_put32(bytes + DELTA_HEADER_CRC, crc32);
}

static void choose_layout(struct author *author)
{
    static const uint32_t steps[] = {0, 64, 128, 256};
    struct ffx_delta_layout *layout = &author->layout;
    layout->step_bytes = steps[draw(author, 4)];
    layout->source_bytes = draw(author, 641);
    layout->target_bytes = 1 + draw(author, 640);
    layout->context_bits = draw(author, DELTA_CONTEXT_BITS_MAX + 1);
    layout->descending = delta_layout_steps(layout) > 1 && draw(author, 2);
    slot_map_fill(&author->slot,
                  layout->step_bytes == 0 ? layout->source_bytes : 768u,
                  layout->source_bytes);
    layout->source_crc32 =
        crc32_add(0, author->slot.bytes, layout->source_bytes);
}

static void author_write(struct author *author, uint32_t seed)
{
    memset(author, 0, sizeof *author);
    author->random = seed * 2654435761u;
    choose_layout(author);
    range_encoder_open(&author->encoder, DELTA_HEADER_BYTES);
    const uint32_t steps = delta_layout_steps(&author->layout);
    for (uint32_t i = 0; i < steps && !author->illegal; i++)
        put_step(author, i);
    /* Bait for a reader that went on: work without end. */
    if (author->illegal)
        put_number(author, DELTA_LITERALS, 1u << 31);
    assert_int_equal(range_encoder_finish(&author->encoder, DELTA_HEADER_BYTES),
                     0);
    put_header(author);
}

/* --- the reader ---------------------------------------------------------- */

struct reading {
    struct ffx_delta delta;
    struct ffx_delta_config config;
    struct slot_map slot;
    uint8_t target[SLOT_MAP_MAX];
    uint8_t *step; /* of exactly a step: ASan sees the byte behind it */
};

static int patch_read(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    const struct author *author = context;
    for (uint32_t i = 0; i < length; i++)
        ((uint8_t *)buffer)[i] = (uint8_t)(author->encoder.bytes[offset + i] ^
                                           author->swap * (offset + i));
    return 0;
}

static uint8_t *block(uint32_t bytes)
{
    uint8_t *memory = malloc(bytes);
    assert_non_null(memory);
    return memory;
}

static void reading_start(struct reading *reading, struct author *author)
{
    const struct ffx_delta_layout *layout = &author->layout;
    struct ffx_delta_config *config = &reading->config;
    memset(reading, 0, sizeof *reading);
    slot_map_fill(&reading->slot, author->slot.size, layout->source_bytes);
    config->patch = (struct ffx_read_at){patch_read, author,
                                         (uint32_t)author->encoder.length};
    config->slot = slot_map_port(&reading->slot);
    config->source_bytes = layout->source_bytes;
    config->target_bytes = layout->target_bytes;
    config->step_bytes = layout->step_bytes;
    config->memory_bytes = delta_model_memory(layout->context_bits);
    config->memory = block(config->memory_bytes);
    reading->step = block(layout->step_bytes != 0 ? layout->step_bytes
                                                  : layout->target_bytes);
}

static void reading_end(struct reading *reading)
{
    free(reading->config.memory);
    free(reading->step);
}

/* Every byte of the largest target a run of its own, 16 symbols each, 4096 in
 * a call; and one call each for patch and source. */
#define CALLS_MAX (2u + 2u * 640u * 16u / 4096u + 1u)

static int reading_prepare(struct reading *reading)
{
    uint32_t calls = 0;
    int result = ffx_delta_open(&reading->delta, &reading->config);
    while (result == 0 && (result = ffx_delta_prepare(&reading->delta)) == 1)
        result = calls++ < CALLS_MAX ? 0 : FFX_ERR_BUSY;
    return result;
}

/* Makes a step and writes it where it belongs. */
static int reading_step(struct reading *reading)
{
    struct ffx_step step;
    const uint32_t target_bytes = reading->config.target_bytes;
    const int result = ffx_delta_next(&reading->delta, reading->step, &step);
    if (result != 1)
        return result;
    assert_true(step.offset < target_bytes &&
                step.length <= target_bytes - step.offset);
    memcpy(reading->target + step.offset, reading->step, step.length);
    if (reading->config.step_bytes != 0)
        slot_map_write(&reading->slot, &step, reading->config.step_bytes,
                       reading->step);
    return 1;
}

static int reading_run(struct reading *reading)
{
    int result = reading_prepare(reading);
    if (result != 0)
        return result;
    do
        result = reading_step(reading);
    while (result == 1);
    return result;
}

static int agrees(struct author *author)
{
    struct reading reading;
    reading_start(&reading, author);
    const int wanted = author->illegal ? FFX_ERR_PATCH : 0;
    const int result = reading_run(&reading);
    reading_end(&reading);
    return result == wanted && reading.slot.mistakes == 0 &&
           (result != 0 || memcmp(reading.target, author->target,
                                  author->layout.target_bytes) == 0);
}

/* --- tests --------------------------------------------------------------- */

static void exactly_the_legal_plans_are_taken(void **state)
{
    static struct author author;
    unsigned legal = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        author_write(&author, seed);
        legal += !author.illegal;
        const int agreed = agrees(&author);
        free(author.encoder.bytes);
        if (!agreed)
            fail_msg("seed %u: %s patch", seed,
                     author.illegal ? "an illegal" : "a legal");
    }
    /* Or the author is not wild enough, or too wild. */
    assert_in_range(legal, SEEDS / 10, SEEDS * 9 / 10);
}

/* The plan was checked, then the file was changed: whatever comes out, the
 * agent's digest refuses it; until then no harm may be done. */
static void
a_patch_swapped_after_its_plan_was_checked_does_no_harm(void **state)
{
    static struct author author;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct reading reading;
        author_write(&author, seed);
        reading_start(&reading, &author);
        if (reading_prepare(&reading) == 0) {
            author.swap = (uint8_t)(seed | 1);
            while (reading_step(&reading) == 1)
                continue;
        }
        if (reading.slot.mistakes != 0)
            fail_msg("seed %u: %u reads", seed, reading.slot.mistakes);
        reading_end(&reading);
        free(author.encoder.bytes);
    }
}

/* Word 0 names the patch, 1 counts the steps, 2 is the position, 3 and 4 are
 * registers, 5 is the diagonal, 6 the CRC; the last is the CRC of the others.
 */
static void forge_checkpoint(struct ffx_checkpoint *checkpoint, uint32_t word,
                             uint32_t value)
{
    uint8_t *bytes = checkpoint->bytes;
    bytes_put32(bytes + 4 * word, value);
    bytes_put32(bytes + FFX_CHECKPOINT_BYTES - 4,
                crc32_add(0, bytes, FFX_CHECKPOINT_BYTES - 4));
}

static int restore_with(struct reading *reading, uint32_t word, uint32_t value)
{
    struct ffx_checkpoint checkpoint;
    ffx_delta_checkpoint(&reading->delta, &checkpoint);
    forge_checkpoint(&checkpoint, word, value);
    return ffx_delta_restore(&reading->delta, &checkpoint);
}

static void a_forged_checkpoint_out_of_range_is_refused(void **state)
{
    static struct author author;
    struct reading reading;
    uint32_t seed = 1;
    (void)state;
    for (author_write(&author, seed); author.illegal;
         author_write(&author, ++seed))
        free(author.encoder.bytes);
    reading_start(&reading, &author);
    assert_int_equal(reading_prepare(&reading), 0);
    const uint32_t steps = delta_layout_steps(&author.layout);
    const uint32_t size = reading.config.patch.size;
    assert_int_equal(restore_with(&reading, 1, steps), 0);
    assert_int_equal(restore_with(&reading, 1, steps + 1), FFX_ERR_PATCH);
    assert_int_equal(restore_with(&reading, 2, size), 0);
    assert_int_equal(restore_with(&reading, 2, size + 1), FFX_ERR_PATCH);
    assert_int_equal(restore_with(&reading, 3, RANGE_TOP), 0);
    assert_int_equal(restore_with(&reading, 3, RANGE_TOP - 1), FFX_ERR_PATCH);
    reading_end(&reading);
    free(author.encoder.bytes);
}

static void a_forged_checkpoint_that_is_taken_does_no_harm(void **state)
{
    static struct author author;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct reading reading;
        author_write(&author, seed);
        reading_start(&reading, &author);
        if (reading_prepare(&reading) == 0) {
            const uint32_t word = 1 + draw(&author, 6);
            restore_with(&reading, word, boundary(&author, draw(&author, 900)));
            while (reading_step(&reading) == 1)
                continue;
        }
        reading_end(&reading);
        free(author.encoder.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_legal_plans_are_taken),
        cmocka_unit_test(
            a_patch_swapped_after_its_plan_was_checked_does_no_harm),
        cmocka_unit_test(a_forged_checkpoint_out_of_range_is_refused),
        cmocka_unit_test(a_forged_checkpoint_that_is_taken_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
