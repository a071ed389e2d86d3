/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_layout.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SLOT 200u

/* A slot byte is old, new, or neither: played through step by step. */
enum content { NOTHING, OLD, NEW };

static void play_step(enum content *slot, const struct ffx_delta_layout *layout,
                      uint32_t index)
{
    struct ffx_step step;
    delta_layout_step(layout, index, &step);
    for (uint32_t i = 0; i < layout->step_bytes; i++)
        slot[step.offset + i] = i < step.length ? NEW : NOTHING;
}

static uint32_t run_length(const enum content *slot, uint32_t offset)
{
    uint32_t end = offset;
    while (end < SLOT && slot[end] == slot[offset])
        end++;
    return slot[offset] == NOTHING ? 0 : end - offset;
}

static void compare(const enum content *slot,
                    const struct ffx_delta_layout *layout, uint32_t index)
{
    for (uint32_t offset = 0; offset < SLOT; offset++) {
        const struct delta_reach reach =
            delta_layout_reach(layout, index, offset);
        const int right =
            reach.length == run_length(slot, offset) &&
            (reach.length == 0 || reach.is_new == (slot[offset] == NEW));
        if (!right)
            fail_msg("source %u target %u step %u descending %u index %u "
                     "offset %u: reach %u",
                     layout->source_bytes, layout->target_bytes,
                     layout->step_bytes, layout->descending, index, offset,
                     reach.length);
    }
}

static void play(const struct ffx_delta_layout *layout)
{
    enum content slot[SLOT] = {NOTHING};
    for (uint32_t i = 0; i < layout->source_bytes; i++)
        slot[i] = OLD;
    for (uint32_t index = 0; index < delta_layout_steps(layout); index++) {
        compare(slot, layout, index);
        play_step(slot, layout, index);
    }
    for (uint32_t i = 0; i < layout->target_bytes; i++)
        assert_int_equal(slot[i], NEW);
}

static void reach_agrees_with_a_slot_that_is_really_rewritten(void **state)
{
    static const uint32_t sizes[] = {0, 1, 15, 16, 17, 50, 64, 100, 128};
    (void)state;
    for (size_t s = 0; s < 9; s++)
        for (size_t t = 1; t < 9; t++)
            for (uint32_t descending = 0; descending < 2; descending++) {
                const struct ffx_delta_layout layout = {
                    .source_bytes = sizes[s],
                    .target_bytes = sizes[t],
                    .step_bytes = 16,
                    .descending = descending};
                play(&layout);
            }
}

static void nothing_behind_the_source_can_be_reached(void **state)
{
    const struct ffx_delta_layout layout = {
        .source_bytes = 100, .target_bytes = 64, .step_bytes = 16};
    (void)state;
    assert_int_equal(delta_layout_reach(&layout, 3, 100).length, 0);
    assert_int_equal(delta_layout_reach(&layout, 3, UINT32_MAX).length, 0);
}

static void a_header_comes_back_as_it_was_put(void **state)
{
    struct ffx_delta_layout layout = {.source_bytes = 0x12345,
                                      .target_bytes = 0x23456,
                                      .step_bytes = 4096,
                                      .descending = 1,
                                      .context_bits = 3,
                                      .source_crc32 = 1,
                                      .target_crc32 = 0x89abcdef};
    struct ffx_delta_layout back;
    uint8_t header[DELTA_HEADER_BYTES];
    (void)state;
    delta_layout_put(&layout, header);
    assert_int_equal(delta_layout_parse(&back, header), 0);
    assert_memory_equal(&back, &layout, sizeof back);
}

/* Byte `at` of a good header becomes `value`. */
static int parse_with(uint32_t at, uint8_t value)
{
    struct ffx_delta_layout layout = {.source_bytes = 100,
                                      .target_bytes = 100,
                                      .step_bytes = 64,
                                      .descending = 1};
    uint8_t header[DELTA_HEADER_BYTES];
    delta_layout_put(&layout, header);
    header[at] = value;
    return delta_layout_parse(&layout, header);
}

static void headers_out_of_range_are_refused(void **state)
{
    static const struct {
        uint32_t at;
        uint8_t value;
    } cases[] = {
        {0, 'f'},  {1, 0},  {2, 'E'},  {3, 1},     {4, 0},
        {4, 2},    {4, 5},  {4, 7},    {4, 0x83},  {5, 5},
        {5, 0xff}, {6, 1},  {7, 0x80}, {11, 0x40}, {15, 0x40},
        {12, 0},   {16, 0}, {16, 100}, {16, 128},  {19, 0x80},
    };
    (void)state;
    assert_int_equal(parse_with(0, 'F'), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (parse_with(cases[i].at, cases[i].value) != FFX_ERR_PATCH)
            fail_msg("byte %u = %u was taken", cases[i].at, cases[i].value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reach_agrees_with_a_slot_that_is_really_rewritten),
        cmocka_unit_test(nothing_behind_the_source_can_be_reached),
        cmocka_unit_test(a_header_comes_back_as_it_was_put),
        cmocka_unit_test(headers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
