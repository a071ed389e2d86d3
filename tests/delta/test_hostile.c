/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control parts that no maker would write. A wild author fills every field
 * with boundary values and follows his own copies through a map of the slot,
 * byte by byte: prepare must take exactly those that he could follow, and
 * whatever comes behind them, no byte is read that a step destroyed.
 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_control.h"
#include "delta_bench.h"
#include "delta_case.h"
#include "diff/range_encoder.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEEDS 4000u
#define IMAGE_MAX 640u
#define STEPS_MAX 160u

/* --- the wild author ----------------------------------------------------- */

struct author {
    uint32_t seed;
    struct range_encoder encoder;
    struct ffx_delta_layout layout;
    struct delta_number numbers[CONTROL_NUMBERS];
    uint16_t again[RECENT_DIAGONALS * 2];
    uint32_t diagonals[RECENT_DIAGONALS];
    struct slot_map map;
    struct delta_order order;
    uint16_t ranks[STEPS_MAX];
    uint32_t turn; /* bytes of the target that have an origin */
    int illegal;   /* the last thing written is forbidden */
};

static const uint8_t image[IMAGE_MAX];

static uint32_t draw(struct author *author, uint32_t below)
{
    return delta_case_draw(&author->seed, below);
}

static int seldom(struct author *author)
{
    return draw(author, 30) == 0;
}

/* Where checks are off by one. */
static uint32_t boundary(struct author *author, uint32_t limit)
{
    const uint32_t values[] = {
        0,        1,        limit - 1,      limit,          limit + 1,
        1u << 26, 1u << 27, (1u << 26) - 1, (1u << 28) - 1, (1u << 28) - 2,
    };
    return values[draw(author, 10)] & ((1u << NUMBER_BITS) - 1);
}

static void put_raw(struct author *author, uint32_t value, uint32_t bits)
{
    while (bits-- > 0)
        delta_bits_code(&author->encoder.bits, 0x8000, value >> bits & 1);
}

static void put_number(struct author *author, uint32_t which, uint32_t value)
{
    delta_number_code(&author->encoder.bits, &author->numbers[which], value);
}

static void put_signed(struct author *author, uint32_t which, uint32_t value)
{
    delta_number_signed(&author->encoder.bits, &author->numbers[which], value);
}

/* --- facts --------------------------------------------------------------- */

static void put_address(struct author *author)
{
    const uint32_t in_pages = draw(author, 2);
    put_raw(author, in_pages, 1);
    if (in_pages)
        put_number(author, CONTROL_FACT, boundary(author, 1u << 20));
    else
        put_raw(author, draw(author, UINT32_MAX), 32);
}

static void put_segments(struct author *author)
{
    const uint32_t whole = draw(author, 2);
    put_raw(author, whole, 1);
    if (whole) {
        put_address(author);
        return;
    }
    const uint32_t count =
        seldom(author) ? boundary(author, SEGMENTS_MAX) : draw(author, 9);
    put_number(author, CONTROL_FACT, count);
    author->illegal = count > SEGMENTS_MAX;
    for (uint32_t i = 0; !author->illegal && i < count; i++) {
        const uint32_t source_bytes = author->layout.source_bytes;
        put_number(author, CONTROL_FACT, boundary(author, source_bytes));
        put_number(author, CONTROL_FACT, boundary(author, source_bytes));
        put_address(author);
        put_address(author);
    }
}

static void put_facts(struct author *author)
{
    const uint32_t arch = seldom(author) ? 3 : draw(author, 3);
    put_raw(author, arch, 2);
    author->illegal = arch == 3;
    if (arch == DELTA_ARCH_DATA || author->illegal)
        return;
    const uint32_t usual_ram = draw(author, 2);
    put_raw(author, usual_ram, 1);
    if (!usual_ram) {
        put_address(author);
        put_address(author);
    }
    put_segments(author);
}

/* --- order --------------------------------------------------------------- */

static uint32_t free_place(struct author *author)
{
    uint32_t place = draw(author, author->order.steps);
    while (author->ranks[place] != UINT16_MAX)
        place = place + 1 < author->order.steps ? place + 1 : 0;
    return place;
}

static void put_order(struct author *author)
{
    const uint32_t steps = author->order.steps;
    uint32_t usual = 0, before = 0;
    memset(author->ranks, 0xff, sizeof author->ranks);
    for (uint32_t i = 0; steps > 1 && !author->illegal && i < steps; i++) {
        uint32_t place = free_place(author);
        if (usual < steps && author->ranks[usual] == UINT16_MAX &&
            draw(author, 3) != 0)
            place = usual;
        if (draw(author, 40 * steps) == 0)
            place = usual + boundary(author, steps - usual);
        put_signed(author, CONTROL_FACT, place - usual);
        author->illegal = place >= steps || author->ranks[place] != UINT16_MAX;
        if (author->illegal)
            return;
        author->ranks[place] = (uint16_t)i;
        usual = i == 0 ? (place == 0 ? 1 : place - 1)
                       : (place > before ? place + 1 : place - 1);
        before = place;
    }
}

/* --- copies -------------------------------------------------------------- */

static struct ffx_step here(const struct author *author, uint32_t turn)
{
    struct ffx_step step = {0, 0, 0};
    uint32_t end = 0;
    for (uint32_t index = 0; index < author->order.steps; index++) {
        delta_order_step(&author->order, index, &step);
        end += step.length;
        if (turn < end) {
            step.offset += turn - (end - step.length);
            break;
        }
    }
    return step;
}

/* One byte of the target is made; a step that is full is written. */
static void pass(struct author *author)
{
    struct ffx_step step;
    const struct ffx_step now = here(author, author->turn);
    delta_order_step(&author->order, now.index, &step);
    author->turn++;
    if (author->layout.step_bytes != 0 &&
        now.offset + 1 == step.offset + step.length)
        slot_map_write(&author->map, &step, author->layout.step_bytes, image);
}

static uint32_t left(const struct author *author)
{
    return author->layout.target_bytes - author->turn;
}

static void put_diagonal(struct author *author, int after_copy,
                         uint32_t diagonal)
{
    uint32_t *const recent = author->diagonals;
    uint32_t which = after_copy ? 1 : 0;
    while (which < RECENT_DIAGONALS &&
           !delta_slot_code(&author->encoder.bits,
                            &author->again[which * 2 + (after_copy ? 1 : 0)],
                            recent[which] == diagonal))
        which++;
    if (which == RECENT_DIAGONALS) {
        put_signed(author, CONTROL_DIAGONAL, diagonal - recent[0]);
        which--;
    }
    memmove(recent + 1, recent, which * sizeof *recent);
    recent[0] = diagonal;
}

/* Mostly a byte that may be read, else one at an edge or beyond. */
static uint32_t choose_diagonal(struct author *author)
{
    const struct ffx_step step = here(author, author->turn);
    const uint32_t limit =
        draw(author, 2) ? author->layout.source_bytes : author->map.size;
    if (seldom(author)) {
        const uint32_t value = boundary(author, limit - step.offset);
        const uint32_t diagonal = draw(author, 2) ? value : 0 - value;
        const uint32_t away = diagonal - author->diagonals[0];
        return away + (1u << 28) - 1 <= (1u << 29) - 2 ? diagonal : 1u << 26;
    }
    for (int i = 0; i < 40; i++) {
        const uint32_t source = draw(author, author->map.size + 1);
        if (slot_map_allows(&author->map, source, 1))
            return source - step.offset;
    }
    return author->diagonals[0];
}

static void follow(struct author *author, uint32_t length, uint32_t diagonal)
{
    for (; length > 0 && !author->illegal; length--) {
        const uint32_t source = here(author, author->turn).offset + diagonal;
        author->illegal = !slot_map_allows(&author->map, source, 1);
        pass(author);
    }
}

static uint32_t readable(const struct author *author, uint32_t diagonal)
{
    const struct ffx_step step = here(author, author->turn);
    return slot_map_readable(&author->map, step.offset + diagonal, step.length);
}

static void put_copy(struct author *author)
{
    const uint32_t gap = seldom(author)
                             ? boundary(author, left(author))
                             : draw(author, bytes_min(left(author), 30) + 1);
    put_number(author, CONTROL_GAP, gap);
    author->illegal = gap > left(author);
    for (uint32_t i = 0; i < gap && !author->illegal; i++)
        pass(author);
    if (author->illegal || left(author) == 0)
        return;
    const uint32_t diagonal = choose_diagonal(author);
    const uint32_t most = bytes_min(readable(author, diagonal), left(author));
    uint32_t length = 1 + draw(author, bytes_min(most > 0 ? most : 1, 90));
    if (seldom(author))
        length = boundary(author, draw(author, 2) ? left(author) : most);
    length = length > 0 ? length : 1;
    put_number(author, gap > 0 ? CONTROL_LENGTH_AFTER : CONTROL_LENGTH,
               length - 1);
    author->illegal = length > left(author);
    if (author->illegal)
        return;
    put_diagonal(author, gap == 0, diagonal);
    follow(author, length, diagonal);
}

/* --- patches ------------------------------------------------------------- */

static void choose_layout(struct author *author)
{
    static const uint32_t steps[] = {0, 5, 64, 100, 128, 256};
    struct ffx_delta_layout *const layout = &author->layout;
    layout->step_bytes = steps[draw(author, 6)];
    layout->source_bytes = draw(author, IMAGE_MAX + 1);
    layout->target_bytes = 1 + draw(author, IMAGE_MAX);
    layout->profile = draw(author, 2);
    layout->phase = draw(author, 4);
    layout->source_crc32 = crc32_add(0, image, layout->source_bytes);
    uint32_t size = layout->source_bytes;
    if (layout->step_bytes != 0 && size < layout->target_bytes)
        size = layout->target_bytes;
    slot_map_open(&author->map, size, image, layout->source_bytes);
    delta_order_open(&author->order, layout, author->ranks);
}

static void author_write(struct author *author, uint32_t seed)
{
    uint8_t header[DELTA_HEADER_MAX];
    memset(author, 0, sizeof *author);
    author->seed = seed;
    choose_layout(author);
    delta_numbers_reset(author->numbers, CONTROL_NUMBERS);
    delta_slots_reset(author->again, RECENT_DIAGONALS * 2);
    const uint32_t bytes = delta_layout_put(&author->layout, header);
    range_encoder_open(&author->encoder, header, bytes);
    put_facts(author);
    if (!author->illegal)
        put_order(author);
    while (!author->illegal && left(author) > 0)
        put_copy(author);
    /* What follows is noise. */
    put_raw(author, draw(author, UINT32_MAX), 32);
    put_raw(author, draw(author, UINT32_MAX), 32);
    assert_int_equal(range_encoder_finish(&author->encoder, bytes), 0);
}

static void author_close(struct author *author)
{
    slot_map_close(&author->map);
    free(author->encoder.bytes);
}

static void bench_open(struct delta_bench *bench, const struct author *author)
{
    delta_bench_open(bench, author->encoder.bytes, author->encoder.length,
                     image, author->layout.source_bytes,
                     author->layout.target_bytes, author->layout.step_bytes);
}

/* --- tests --------------------------------------------------------------- */

/* For each byte of the target one copy at most, 64 of them in a call; a call
 * for the source, one that ends. */
#define CALLS_MAX (IMAGE_MAX / 64 + 3)

static void a26_exactly_the_legal_plans_are_taken(void **state)
{
    static struct author author;
    unsigned legal = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct delta_bench bench;
        author_write(&author, seed);
        bench_open(&bench, &author);
        legal += !author.illegal;
        const int result = delta_bench_prepare(&bench);
        if (result != (author.illegal ? FFX_ERR_PATCH : 0))
            fail_msg("seed %u: %s plan gave %d at byte %u", seed,
                     author.illegal ? "an illegal" : "a legal", result,
                     author.turn);
        assert_in_range(bench.calls, 1, CALLS_MAX);
        assert_int_equal(bench.map.mistakes, 0);
        if (result != 0)
            assert_int_equal(
                ffx_delta_next(&bench.delta, bench.buffer, &bench.step),
                FFX_ERR_BUSY);
        delta_bench_close(&bench);
        author_close(&author);
    }
    assert_in_range(legal, SEEDS / 10, SEEDS * 9 / 10);
}

/* Steps, their reads and their bytes, until the target's CRC-32 refuses it. */
static void run_steps(struct delta_bench *bench, uint32_t target_bytes)
{
    uint32_t made = 0;
    const uint32_t reads = bench->slot.reads + bench->patch.reads;
    while (delta_bench_step(bench) == 1) {
        assert_in_range(bench->step.length, 1, target_bytes);
        assert_in_range(bench->step.offset, 0,
                        target_bytes - bench->step.length);
        made += bench->step.length;
    }
    assert_in_range(made, 0, target_bytes);
    assert_in_range(bench->slot.reads + bench->patch.reads - reads, 0,
                    2 * target_bytes + 16);
}

static void a26_noise_behind_a_legal_plan_does_no_harm(void **state)
{
    static struct author author;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct delta_bench bench;
        author_write(&author, seed);
        bench_open(&bench, &author);
        if (delta_bench_prepare(&bench) == 0)
            run_steps(&bench, author.layout.target_bytes);
        if (bench.map.mistakes != 0)
            fail_msg("seed %u: %u reads", seed, bench.map.mistakes);
        delta_bench_close(&bench);
        author_close(&author);
    }
}

/* The second line: the plan was checked, then the file was another. */
static void a26_a_patch_swapped_after_its_check_does_no_harm(void **state)
{
    static struct author author;
    unsigned stopped = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct delta_bench bench;
        author_write(&author, seed);
        bench_open(&bench, &author);
        if (delta_bench_prepare(&bench) == 0) {
            for (size_t i = 0; i < author.encoder.length; i++)
                bench.patch_bytes[i] ^= (uint8_t)(seed * (i + 1) >> 3);
            run_steps(&bench, author.layout.target_bytes);
            stopped++;
        }
        if (bench.map.mistakes != 0)
            fail_msg("seed %u: %u reads", seed, bench.map.mistakes);
        delta_bench_close(&bench);
        author_close(&author);
    }
    assert_in_range(stopped, SEEDS / 10, SEEDS);
}

static void a_forged_checkpoint_does_no_harm(void **state)
{
    static struct author author;
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct delta_bench bench;
        struct ffx_checkpoint checkpoint;
        author_write(&author, seed);
        bench_open(&bench, &author);
        if (delta_bench_prepare(&bench) == 0) {
            ffx_delta_checkpoint(&bench.delta, &checkpoint);
            uint8_t *const bytes = checkpoint.bytes;
            const uint32_t at = 4 + 4 * draw(&author, 13);
            bytes_put32(bytes + at, seed % 3 ? boundary(&author, 4)
                                             : draw(&author, UINT32_MAX));
            bytes_put32(bytes + FFX_CHECKPOINT_BYTES - 4,
                        crc32_add(0, bytes, FFX_CHECKPOINT_BYTES - 4));
            if (ffx_delta_restore(&bench.delta, &checkpoint) == 0)
                while (delta_bench_step(&bench) == 1)
                    continue;
        }
        delta_bench_close(&bench);
        author_close(&author);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a26_exactly_the_legal_plans_are_taken),
        cmocka_unit_test(a26_noise_behind_a_legal_plan_does_no_harm),
        cmocka_unit_test(a26_a_patch_swapped_after_its_check_does_no_harm),
        cmocka_unit_test(a_forged_checkpoint_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
