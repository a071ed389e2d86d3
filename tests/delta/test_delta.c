/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32.h"
#include "delta_bench.h"
#include "diff/diff.h"
#include "diff/diff_encode.h"
#include "firmware_pair.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One pair with its patch. */
struct given {
    struct firmware_pair pair;
    struct diff_patch patch;
    uint32_t step_bytes;
};

static struct given given(unsigned kind, size_t bytes, uint32_t step_bytes)
{
    const struct diff_options options = {.step_bytes = step_bytes,
                                         .slot_bytes = UINT32_MAX};
    struct given given = {.pair = firmware_pair_make(kind, bytes, 5),
                          .step_bytes = step_bytes};
    struct diff_error error;
    assert_true(diff_make(given.pair.old_image, given.pair.old_bytes,
                          given.pair.new_image, given.pair.new_bytes, &options,
                          &given.patch, &error) >= 0);
    return given;
}

static void given_free(struct given *given)
{
    diff_patch_free(&given->patch);
    firmware_pair_free(&given->pair);
}

static void bench_with(struct delta_bench *bench, const struct given *given,
                       const uint8_t *patch, size_t length)
{
    delta_bench_open(bench, patch, length, given->pair.old_image,
                     given->pair.old_bytes, given->pair.new_bytes,
                     given->step_bytes);
}

static void bench_open(struct delta_bench *bench, const struct given *given)
{
    bench_with(bench, given, given->patch.bytes, given->patch.length);
}

static void assert_complete(const struct delta_bench *bench,
                            const struct given *given)
{
    assert_memory_equal(bench->target, given->pair.new_image,
                        given->pair.new_bytes);
}

/* --- checkpoints --------------------------------------------------------- */

static void resume_everywhere(const struct given *given)
{
    struct delta_bench bench;
    struct ffx_checkpoint checkpoint;
    bench_open(&bench, given);
    assert_int_equal(delta_bench_prepare(&bench), 0);
    int result;
    do {
        ffx_delta_checkpoint(&bench.delta, &checkpoint);
        memset(&bench.delta, 0xa5, sizeof bench.delta);
        memset(bench.memory, 0xa5, bench.config.memory_bytes);
        assert_int_equal(delta_bench_prepare(&bench), 0);
        assert_int_equal(ffx_delta_restore(&bench.delta, &checkpoint), 0);
        result = delta_bench_step(&bench);
    } while (result == 1);
    assert_int_equal(result, 0);
    assert_complete(&bench, given);
    delta_bench_close(&bench);
}

static void a_reset_before_every_step_changes_nothing(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < firmware_pair_kinds; kind++) {
        struct given it = given(kind, 6000, 512);
        resume_everywhere(&it);
        given_free(&it);
    }
}

static void a_damaged_or_foreign_checkpoint_is_refused(void **state)
{
    struct given it = given(3, 3000, 512), other = given(4, 3000, 512);
    struct delta_bench bench, foreign;
    struct ffx_checkpoint checkpoint;
    (void)state;
    bench_open(&bench, &it);
    assert_int_equal(delta_bench_prepare(&bench), 0);
    assert_int_equal(delta_bench_step(&bench), 1);
    ffx_delta_checkpoint(&bench.delta, &checkpoint);
    for (unsigned bit = 0; bit < 8 * sizeof checkpoint; bit++) {
        struct ffx_checkpoint damaged = checkpoint;
        damaged.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(ffx_delta_restore(&bench.delta, &damaged),
                         FFX_ERR_PATCH);
    }
    bench_open(&foreign, &other);
    assert_int_equal(delta_bench_prepare(&foreign), 0);
    assert_int_equal(ffx_delta_restore(&foreign.delta, &checkpoint),
                     FFX_ERR_PATCH);
    delta_bench_close(&foreign);
    delta_bench_close(&bench);
    given_free(&other);
    given_free(&it);
}

/* --- damaged patches ----------------------------------------------------- */

static void assert_refused(const struct given *given, const uint8_t *patch,
                           size_t length, const char *what, size_t where)
{
    struct delta_bench bench;
    bench_with(&bench, given, patch, length);
    const int result = delta_bench_run(&bench);
    if (result >= 0)
        fail_msg("kind '%s', step %u: %s %zu gave %d", given->pair.name,
                 given->step_bytes, what, where, result);
    delta_bench_close(&bench);
}

static void flip_every_bit(const struct given *given)
{
    for (size_t bit = 0; bit < 8 * given->patch.length; bit++) {
        given->patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_refused(given, given->patch.bytes, given->patch.length, "bit",
                       bit);
        given->patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void cut_everywhere(const struct given *given)
{
    for (size_t length = 0; length < given->patch.length; length++)
        assert_refused(given, given->patch.bytes, length, "length", length);
}

static void damage(unsigned kind, size_t bytes, uint32_t step_bytes)
{
    struct given it = given(kind, bytes, step_bytes);
    flip_every_bit(&it);
    cut_everywhere(&it);
    given_free(&it);
}

static void every_flipped_bit_and_every_truncation_is_refused(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < firmware_pair_kinds; kind++) {
        damage(kind, 160, 0);
        damage(kind, 160, 64);
    }
}

static void a_byte_behind_the_patch_is_refused(void **state)
{
    struct given it = given(1, 300, 0);
    uint8_t longer[512] = {0};
    (void)state;
    memcpy(longer, it.patch.bytes, it.patch.length);
    assert_refused(&it, longer, it.patch.length + 1, "length",
                   it.patch.length + 1);
    given_free(&it);
}

/* --- plans that lie ------------------------------------------------------ */

/* A correctly coded patch with one copy of our choice; what prepare says. */
static int prepare_with_copy(struct ffx_delta_layout layout,
                             struct diff_copy copy)
{
    uint8_t images[1024] = {0};
    struct diff_plan plan = {&copy, 1, 1};
    struct delta_bench bench;
    uint8_t *patch;
    size_t length;
    layout.source_crc32 = crc32_add(0, images, layout.source_bytes);
    layout.target_crc32 = crc32_add(0, images, layout.target_bytes);
    assert_int_equal(diff_encode(&layout, &plan, images, &patch, &length), 0);
    delta_bench_open(&bench, patch, length, images, layout.source_bytes,
                     layout.target_bytes, layout.step_bytes);
    const int result = delta_bench_prepare(&bench);
    delta_bench_close(&bench);
    free(patch);
    return result;
}

static void a_copy_from_outside_the_source_is_refused(void **state)
{
    const struct ffx_delta_layout plain = {.source_bytes = 300,
                                           .target_bytes = 600};
    (void)state;
    assert_int_equal(prepare_with_copy(plain, (struct diff_copy){10, 200, 100}),
                     0);
    assert_int_equal(prepare_with_copy(plain, (struct diff_copy){10, 200, 101}),
                     FFX_ERR_PATCH);
    assert_int_equal(prepare_with_copy(plain, (struct diff_copy){10, 300, 1}),
                     FFX_ERR_PATCH);
    assert_int_equal(
        prepare_with_copy(plain, (struct diff_copy){10, UINT32_MAX, 2}),
        FFX_ERR_PATCH);
}

static void a_copy_across_what_a_step_destroyed_is_refused(void **state)
{
    const struct ffx_delta_layout up = {
        .source_bytes = 512, .target_bytes = 400, .step_bytes = 128};
    struct ffx_delta_layout down = up;
    down.descending = 1;
    (void)state;
    /* Step 1 of `up` is made at 128, when 0 to 128 is new. */
    assert_int_equal(prepare_with_copy(up, (struct diff_copy){130, 28, 100}),
                     0);
    assert_int_equal(prepare_with_copy(up, (struct diff_copy){130, 29, 100}),
                     FFX_ERR_PATCH);
    assert_int_equal(prepare_with_copy(up, (struct diff_copy){130, 128, 100}),
                     0);
    /* Step 1 of `down` is made at 256: 384 to 400 is new, the rest of that
     * sector is wiped. */
    assert_int_equal(prepare_with_copy(down, (struct diff_copy){260, 384, 16}),
                     0);
    assert_int_equal(prepare_with_copy(down, (struct diff_copy){260, 384, 17}),
                     FFX_ERR_PATCH);
    assert_int_equal(prepare_with_copy(down, (struct diff_copy){260, 400, 1}),
                     FFX_ERR_PATCH);
    assert_int_equal(prepare_with_copy(down, (struct diff_copy){260, 300, 84}),
                     0);
}

/* --- configs and ports --------------------------------------------------- */

/* What a config with one wrong field gets; with the right one it opens. */
static int open_with(uint32_t *field, struct delta_bench *bench, uint32_t value)
{
    const uint32_t before = *field;
    *field = value;
    const int result = delta_bench_prepare(bench);
    *field = before;
    assert_int_equal(delta_bench_prepare(bench), 0);
    return result;
}

static void a_config_that_does_not_fit_is_refused(void **state)
{
    struct given it = given(3, 3000, 512);
    struct delta_bench bench;
    (void)state;
    bench_open(&bench, &it);
    struct ffx_delta_config *config = &bench.config;
    assert_int_equal(
        open_with(&config->memory_bytes, &bench, config->memory_bytes - 1),
        FFX_ERR_BUFFER);
    assert_int_equal(open_with(&config->source_bytes, &bench, 2999),
                     FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&config->target_bytes, &bench, 1),
                     FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&config->step_bytes, &bench, 1024),
                     FFX_ERR_GEOMETRY);
    assert_int_equal(
        open_with(&config->slot.size, &bench, config->target_bytes - 1),
        FFX_ERR_GEOMETRY);
    delta_bench_close(&bench);
    given_free(&it);
    it = given(3, 3000, 0);
    bench_open(&bench, &it);
    assert_int_equal(
        open_with(&config->slot.size, &bench, config->source_bytes - 1),
        FFX_ERR_GEOMETRY);
    config->memory = NULL;
    assert_int_equal(delta_bench_prepare(&bench), FFX_ERR_ARGUMENT);
    config->memory = bench.memory + 1;
    assert_int_equal(delta_bench_prepare(&bench), FFX_ERR_ARGUMENT);
    delta_bench_close(&bench);
    given_free(&it);
}

static void calls_out_of_order_are_refused(void **state)
{
    struct given it = given(3, 3000, 512);
    struct delta_bench bench;
    struct ffx_step step;
    struct ffx_checkpoint checkpoint = {{0}};
    (void)state;
    bench_open(&bench, &it);
    assert_int_equal(ffx_delta_prepare(&bench.delta), FFX_ERR_BUSY);
    assert_int_equal(ffx_delta_open(&bench.delta, &bench.config), 0);
    assert_int_equal(ffx_delta_next(&bench.delta, bench.buffer, &step),
                     FFX_ERR_BUSY);
    assert_int_equal(ffx_delta_restore(&bench.delta, &checkpoint),
                     FFX_ERR_BUSY);
    delta_bench_close(&bench);
    given_free(&it);
}

static void another_source_is_noticed_before_the_first_step(void **state)
{
    struct given it = given(3, 3000, 512);
    struct delta_bench bench;
    (void)state;
    it.pair.old_image[2999] ^= 1;
    bench_open(&bench, &it);
    assert_int_equal(delta_bench_prepare(&bench), 0);
    assert_int_equal(delta_bench_step(&bench), FFX_ERR_SOURCE);
    assert_memory_equal(bench.target, it.pair.old_image, 3000);
    delta_bench_close(&bench);
    given_free(&it);
}

/* The slot changes behind the reader's back after prepare: the last step is
 * held back. */
static void a_target_with_another_crc_is_not_completed(void **state)
{
    struct given it = given(1, 3000, 0);
    struct delta_bench bench;
    (void)state;
    bench_open(&bench, &it);
    assert_int_equal(delta_bench_prepare(&bench), 0);
    bench.slot.bytes[2000] ^= 0x10;
    assert_int_equal(delta_bench_step(&bench), FFX_ERR_PATCH);
    bench.slot.bytes[2000] ^= 0x10;
    assert_int_equal(delta_bench_step(&bench), 1);
    assert_complete(&bench, &it);
    delta_bench_close(&bench);
    given_free(&it);
}

/* Every call that a failed read ends with an error is made once more. */
static int run_repeating(struct delta_bench *bench, int *failures)
{
    int result;
    while ((result = ffx_delta_open(&bench->delta, &bench->config)) != 0)
        if (++*failures > 1)
            return result;
    while ((result = ffx_delta_prepare(&bench->delta)) != 0)
        if (result < 0 && ++*failures > 1)
            return result;
    while ((result = delta_bench_step(bench)) != 0)
        if (result < 0 && ++*failures > 1)
            return result;
    return 0;
}

/* 1 when read `fail_at` of a port was reached. */
static int fail_one_read(const struct given *given, int of_slot,
                         uint32_t fail_at)
{
    struct delta_bench bench;
    int failures = 0;
    bench_open(&bench, given);
    (of_slot ? &bench.slot : &bench.patch)->fail_at = fail_at;
    const int result = run_repeating(&bench, &failures);
    if (result != 0)
        fail_msg("'%s': read %u of %s: %d", given->pair.name, fail_at,
                 of_slot ? "slot" : "patch", result);
    assert_complete(&bench, given);
    delta_bench_close(&bench);
    return failures == 1;
}

static void any_read_may_fail_once_and_be_repeated(void **state)
{
    (void)state;
    for (unsigned kind = 2; kind < 8; kind++)
        for (int of_slot = 0; of_slot < 2; of_slot++) {
            struct given it = given(kind, 2500, 512);
            uint32_t fail_at = 1;
            while (fail_one_read(&it, of_slot, fail_at))
                fail_at++;
            assert_true(fail_at > 3);
            given_free(&it);
        }
}

static void a_torn_slot_stops_no_one_who_restores(void **state)
{
    struct given it = given(2, 2500, 512);
    struct delta_bench bench;
    struct ffx_checkpoint checkpoint;
    (void)state;
    bench_open(&bench, &it);
    assert_int_equal(delta_bench_prepare(&bench), 0);
    assert_int_equal(delta_bench_step(&bench), 1);
    ffx_delta_checkpoint(&bench.delta, &checkpoint);
    bench.slot.reads = 0;
    bench.slot.fail_at = 1;
    bench.slot.error = FFX_ERR_ECC;
    assert_int_equal(delta_bench_prepare(&bench), 0);
    struct ffx_step step;
    assert_int_equal(ffx_delta_next(&bench.delta, bench.buffer, &step),
                     FFX_ERR_SOURCE);
    assert_int_equal(ffx_delta_restore(&bench.delta, &checkpoint), 0);
    while (delta_bench_step(&bench) == 1)
        continue;
    assert_complete(&bench, &it);
    delta_bench_close(&bench);
    given_free(&it);
}

static void a_call_of_prepare_reads_a_bounded_piece(void **state)
{
    struct given it = given(8, 60000, 0);
    struct delta_bench bench;
    int result;
    (void)state;
    bench_open(&bench, &it);
    assert_int_equal(ffx_delta_open(&bench.delta, &bench.config), 0);
    do {
        const uint32_t before = bench.patch.total + bench.slot.total;
        result = ffx_delta_prepare(&bench.delta);
        assert_true(bench.patch.total + bench.slot.total - before <= 8192);
    } while (result == 1);
    assert_int_equal(result, 0);
    delta_bench_close(&bench);
    given_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_before_every_step_changes_nothing),
        cmocka_unit_test(a_damaged_or_foreign_checkpoint_is_refused),
        cmocka_unit_test(every_flipped_bit_and_every_truncation_is_refused),
        cmocka_unit_test(a_byte_behind_the_patch_is_refused),
        cmocka_unit_test(a_copy_from_outside_the_source_is_refused),
        cmocka_unit_test(a_copy_across_what_a_step_destroyed_is_refused),
        cmocka_unit_test(a_config_that_does_not_fit_is_refused),
        cmocka_unit_test(calls_out_of_order_are_refused),
        cmocka_unit_test(another_source_is_noticed_before_the_first_step),
        cmocka_unit_test(a_target_with_another_crc_is_not_completed),
        cmocka_unit_test(any_read_may_fail_once_and_be_repeated),
        cmocka_unit_test(a_torn_slot_stops_no_one_who_restores),
        cmocka_unit_test(a_call_of_prepare_reads_a_bounded_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
