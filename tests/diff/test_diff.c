/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_layout.h"
#include "delta_bench.h"
#include "diff/diff.h"
#include "firmware_pair.h"

#include <farfix/delta.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct diff_patch make(const struct firmware_pair *pair,
                              uint32_t step_bytes)
{
    const struct diff_options options = {.step_bytes = step_bytes,
                                         .slot_bytes = UINT32_MAX};
    struct diff_patch patch;
    struct diff_error error;
    const int result =
        diff_make(pair->old_image, pair->old_bytes, pair->new_image,
                  pair->new_bytes, &options, &patch, &error);
    assert_true(result == 0 || result == 1);
    assert_int_equal(result, patch.length >= pair->new_bytes);
    return patch;
}

/* Makes, applies, compares; the patch's length. */
static size_t round_trip(const struct firmware_pair *pair, uint32_t step_bytes)
{
    struct delta_bench bench;
    struct diff_patch patch = make(pair, step_bytes);
    delta_bench_open(&bench, patch.bytes, patch.length, pair->old_image,
                     pair->old_bytes, pair->new_bytes, step_bytes);
    const int result = delta_bench_run(&bench);
    const int same = result == 0 && memcmp(bench.target, pair->new_image,
                                           pair->new_bytes) == 0;
    if (!same)
        fail_msg("pair '%s' of %zu bytes, step %u: result %d", pair->name,
                 pair->old_bytes, step_bytes, result);
    const size_t length = patch.length;
    delta_bench_close(&bench);
    diff_patch_free(&patch);
    return length;
}

static void round_trip_all(size_t bytes, uint32_t step_bytes)
{
    for (unsigned kind = 0; kind < firmware_pair_kinds; kind++) {
        struct firmware_pair pair = firmware_pair_make(kind, bytes, 7);
        round_trip(&pair, step_bytes);
        firmware_pair_free(&pair);
    }
}

static void every_kind_of_change_comes_out_right(void **state)
{
    (void)state;
    round_trip_all(64, 0);
    round_trip_all(1001, 0);
    round_trip_all(30000, 0);
}

static void every_kind_of_change_comes_out_right_in_place(void **state)
{
    (void)state;
    round_trip_all(1001, 64);
    round_trip_all(30000, 1024);
    round_trip_all(30000, 4096);
    round_trip_all(30000, 65536);
}

static void odd_sizes_come_out_right_in_place(void **state)
{
    (void)state;
    for (size_t bytes = 64; bytes < 200; bytes += 3)
        round_trip_all(bytes, 32);
}

static void the_same_input_gives_the_same_patch(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < firmware_pair_kinds; kind++) {
        struct firmware_pair pair = firmware_pair_make(kind, 9000, 3);
        struct diff_patch first = make(&pair, 1024);
        struct diff_patch second = make(&pair, 1024);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.bytes, second.bytes, first.length);
        diff_patch_free(&first);
        diff_patch_free(&second);
        firmware_pair_free(&pair);
    }
}

static struct firmware_pair named_pair(const char *name, size_t bytes)
{
    for (unsigned kind = 0; kind < firmware_pair_kinds; kind++) {
        struct firmware_pair pair = firmware_pair_make(kind, bytes, 11);
        if (strcmp(pair.name, name) == 0)
            return pair;
        firmware_pair_free(&pair);
    }
    fail_msg("no pair is named '%s'", name);
    abort();
}

static void a_small_change_makes_a_small_patch(void **state)
{
    (void)state;
    struct firmware_pair equal = named_pair("equal", 100000);
    struct firmware_pair word = named_pair("one word changed", 100000);
    assert_true(round_trip(&equal, 0) <= 40);
    assert_true(round_trip(&word, 0) <= 48);
    assert_true(round_trip(&word, 4096) <= 200);
    firmware_pair_free(&equal);
    firmware_pair_free(&word);
}

/* Code that moved up must be rewritten from the top, or every step would
 * read what the one before destroyed. */
static void the_order_follows_the_direction_of_the_move(void **state)
{
    (void)state;
    struct firmware_pair grown = named_pair("grown", 60000);
    struct firmware_pair shrunk = named_pair("shrunk", 60000);
    struct diff_patch up = make(&grown, 4096), down = make(&shrunk, 4096);
    assert_true(up.length < grown.new_bytes / 8);
    assert_true(down.length < 400);
    diff_patch_free(&up);
    diff_patch_free(&down);
    firmware_pair_free(&grown);
    firmware_pair_free(&shrunk);
}

static void the_reader_needs_no_more_ram_than_the_maker_was_given(void **state)
{
    (void)state;
    struct firmware_pair pair = named_pair("rewritten", 60000);
    for (uint32_t i = 0; i < FFX_DELTA_PROFILES; i++) {
        const struct diff_options options = {.ram = FFX_DELTA_PROFILE_BYTES(i) +
                                                    1};
        struct diff_patch patch;
        struct diff_error error;
        assert_true(diff_make(pair.old_image, pair.old_bytes, pair.new_image,
                              pair.new_bytes, &options, &patch, &error) >= 0);
        assert_int_equal(patch.ram, FFX_DELTA_PROFILE_BYTES(i));
        diff_patch_free(&patch);
    }
    firmware_pair_free(&pair);
}

static void a_patch_that_does_not_pay_is_said_to_be_so(void **state)
{
    (void)state;
    struct firmware_pair pair = named_pair("to one byte", 500);
    struct diff_patch patch = make(&pair, 0); /* asserts the 1 */
    assert_true(patch.length > 1);
    diff_patch_free(&patch);
    firmware_pair_free(&pair);
}

static void assert_refused(size_t old_bytes, size_t new_bytes,
                           struct diff_options options, int code)
{
    uint8_t images[4096] = {0};
    struct diff_patch patch;
    struct diff_error error = {0};
    assert_int_equal(diff_make(images, old_bytes, images, new_bytes, &options,
                               &patch, &error),
                     code);
    assert_int_equal(error.code, code);
    assert_true(strlen(error.text) > 10);
    assert_null(patch.bytes);
}

static void what_cannot_be_made_is_refused_with_a_reason(void **state)
{
    (void)state;
    const struct diff_options plain = {0};
    const struct diff_options slot = {.step_bytes = 512, .slot_bytes = 2048};
    const struct diff_options ram = {.ram = FFX_DELTA_PROFILE_BYTES(0) - 1};
    assert_refused(100, 0, plain, FFX_ERR_ARGUMENT);
    assert_refused(100, (size_t)DELTA_SIZE_MAX + 1, plain, FFX_ERR_ARGUMENT);
    assert_refused(2049, 100, slot, FFX_ERR_GEOMETRY);
    assert_refused(100, 2049, slot, FFX_ERR_GEOMETRY);
    assert_refused(100, 100, ram, FFX_ERR_BUFFER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_change_comes_out_right),
        cmocka_unit_test(every_kind_of_change_comes_out_right_in_place),
        cmocka_unit_test(odd_sizes_come_out_right_in_place),
        cmocka_unit_test(the_same_input_gives_the_same_patch),
        cmocka_unit_test(a_small_change_makes_a_small_patch),
        cmocka_unit_test(the_order_follows_the_direction_of_the_move),
        cmocka_unit_test(the_reader_needs_no_more_ram_than_the_maker_was_given),
        cmocka_unit_test(a_patch_that_does_not_pay_is_said_to_be_so),
        cmocka_unit_test(what_cannot_be_made_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
