/* SPDX-License-Identifier: Apache-2.0 */
/* The whole reader on patches that the encoder made of random targets. */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_reader.h"
#include "delta_bench.h"
#include "delta_case.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void bench_open(struct delta_bench *bench, const struct delta_case *it)
{
    delta_bench_open(bench, it->patch.bytes, it->patch.length, it->old_image,
                     it->layout.source_bytes, it->layout.target_bytes,
                     it->layout.step_bytes);
}

static int complete(const struct delta_bench *bench,
                    const struct delta_case *it)
{
    return bench->map.mistakes == 0 &&
           memcmp(bench->target, it->new_image, it->layout.target_bytes) == 0;
}

static void fail_shape(const struct delta_shape *shape, const char *what,
                       uint32_t where, int result)
{
    fail_msg("seed %u target %u source %u step %u profile %u: %s %u gave %d",
             shape->seed, shape->target_bytes, shape->source_bytes,
             shape->step_bytes, shape->profile, what, where, result);
}

/* --- round trips --------------------------------------------------------- */

static void round_trip(const struct delta_shape *shape, uint32_t chunk)
{
    struct delta_case it;
    struct delta_bench bench;
    delta_case_make(&it, shape);
    bench_open(&bench, &it);
    bench.patch.chunk = bench.slot.chunk = chunk;
    const int result = delta_bench_run(&bench);
    if (result != 0 || !complete(&bench, &it))
        fail_shape(shape, "chunk", chunk, result);
    delta_bench_close(&bench);
    delta_case_free(&it);
}

static void random_targets_come_back_plain_and_in_place(void **state)
{
    static const uint32_t chunks[] = {0, 1, 7};
    (void)state;
    for (uint32_t seed = 1; seed <= 600; seed++) {
        uint32_t at = seed;
        const struct delta_shape shape =
            delta_shape_draw(seed, 1 + delta_case_draw(&at, 6000));
        round_trip(&shape, chunks[seed % 3]);
    }
}

/* --- ports that fail ----------------------------------------------------- */

/* Every call is repeated when it fails. What the failures were, all in one. */
static int run_stubbornly(struct delta_bench *bench, uint32_t *failures)
{
    int result, last = 0;
    for (*failures = 0; *failures < 5; ++*failures, last = result) {
        if (bench->delta.reader == NULL || *failures == 0)
            result = delta_bench_prepare(bench);
        else
            while ((result = ffx_delta_prepare(&bench->delta)) == 1)
                continue;
        bench->map.searching = 0;
        while (result >= 0 && (result = delta_bench_step(bench)) == 1)
            continue;
        if (result == 0)
            return last;
        bench->map.searching = bench->delta.index == 0;
    }
    return result;
}

/* Read `fail_at` of one port fails, once. 0: there are no so many. */
static int fail_once(const struct delta_case *it, int of_patch,
                     uint32_t fail_at, const struct delta_shape *shape)
{
    struct delta_bench bench;
    uint32_t failures;
    bench_open(&bench, it);
    struct delta_bench_port *const port = of_patch ? &bench.patch : &bench.slot;
    port->fail_at = fail_at;
    port->error = fail_at % 2 ? FFX_ERR_IO : FFX_ERR_POWER;
    const int wanted = port->error;
    const int result = run_stubbornly(&bench, &failures);
    const int failed = port->reads >= fail_at;
    if (failures != (failed ? 1u : 0u) || result != (failed ? wanted : 0) ||
        !complete(&bench, it))
        fail_shape(shape, of_patch ? "patch read" : "slot read", fail_at,
                   result);
    delta_bench_close(&bench);
    return failed;
}

static void a_read_that_fails_anywhere_can_be_repeated(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 12; seed++) {
        struct delta_case it;
        const struct delta_shape shape = delta_shape_draw(seed, 1800);
        delta_case_make(&it, &shape);
        for (int of_patch = 0; of_patch < 2; of_patch++)
            for (uint32_t at = 1; fail_once(&it, of_patch, at, &shape); at++)
                continue;
        delta_case_free(&it);
    }
}

/* --- checkpoints --------------------------------------------------------- */

static void reset(struct delta_bench *bench)
{
    memset(&bench->delta, 0xa5, sizeof bench->delta);
    memset(bench->memory, 0xa5, bench->config.memory_bytes);
}

/* A step that dies half-way leaves nothing behind. */
static void die_in_a_step(struct delta_bench *bench, uint32_t reads)
{
    struct ffx_step step;
    bench->patch.fail_at = bench->patch.reads + reads;
    bench->slot.fail_at = bench->slot.reads + reads;
    const int result = ffx_delta_next(&bench->delta, bench->buffer, &step);
    bench->patch.fail_at = bench->slot.fail_at = 0;
    if (result == FFX_ERR_IO)
        return;
    assert_in_range(result, 0, 1);
}

static void resume_everywhere(const struct delta_shape *shape, uint32_t reads)
{
    struct delta_case it;
    struct delta_bench bench;
    struct ffx_checkpoint checkpoint;
    int result;
    delta_case_make(&it, shape);
    bench_open(&bench, &it);
    result = delta_bench_prepare(&bench);
    do {
        ffx_delta_checkpoint(&bench.delta, &checkpoint);
        if (result >= 0 && reads > 0)
            die_in_a_step(&bench, reads);
        reset(&bench);
        result = delta_bench_prepare(&bench);
        if (result == 0)
            result = ffx_delta_restore(&bench.delta, &checkpoint);
        if (result == 0)
            result = delta_bench_step(&bench);
    } while (result == 1);
    if (result != 0 || !complete(&bench, &it))
        fail_shape(shape, "resumed; died at read", reads, result);
    delta_bench_close(&bench);
    delta_case_free(&it);
}

static void a_reset_before_every_step_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        const struct delta_shape shape = delta_shape_draw(seed, 1500);
        resume_everywhere(&shape, 0);
    }
}

static void a_reset_within_every_step_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        const struct delta_shape shape = delta_shape_draw(seed, 1500);
        resume_everywhere(&shape, 1 + seed % 5);
    }
}

static const struct delta_shape small = {
    .source_bytes = 900,
    .target_bytes = 1000,
    .step_bytes = 256,
    .profile = 1,
    .arch = DELTA_ARCH_THUMB,
    .order = DELTA_CASE_DOWN,
    .changes = 8,
    .seed = 3,
};

static void a_damaged_or_foreign_checkpoint_is_refused(void **state)
{
    struct delta_shape another = small;
    struct delta_case it, other;
    struct delta_bench bench, foreign;
    struct ffx_checkpoint checkpoint;
    (void)state;
    another.seed = 4;
    delta_case_make(&it, &small);
    delta_case_make(&other, &another);
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
    delta_case_free(&other);
    delta_case_free(&it);
}

/* --- damaged patches ----------------------------------------------------- */

static int run_bytes(const struct delta_case *it, const uint8_t *patch,
                     size_t length, int *right)
{
    struct delta_bench bench;
    delta_bench_open(&bench, patch, length, it->old_image,
                     it->layout.source_bytes, it->layout.target_bytes,
                     it->layout.step_bytes);
    const int result = delta_bench_run(&bench);
    *right = complete(&bench, it);
    assert_int_equal(bench.map.mistakes, 0);
    delta_bench_close(&bench);
    return result;
}

/* Some bits do not matter: the last ones of a stream to its decoder, facts of
 * segments to a copy without pointers. What comes out is right all the same. */
static void flip_every_bit(const struct delta_case *it)
{
    for (size_t bit = 0; bit < 8 * it->patch.length; bit++) {
        int right;
        it->patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const int result =
            run_bytes(it, it->patch.bytes, it->patch.length, &right);
        it->patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (result > 0 || (result == 0 && !right))
            fail_msg("bit %zu gave %d", bit, result);
    }
}

static void every_flipped_bit_is_refused_or_without_effect(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        struct delta_shape shape = small;
        struct delta_case it;
        shape.seed = seed;
        shape.step_bytes = seed % 2 ? 0 : 64;
        shape.target_bytes = 200;
        delta_case_make(&it, &shape);
        flip_every_bit(&it);
        delta_case_free(&it);
    }
}

static void a_patch_that_ends_early_is_refused(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        struct delta_shape shape = small;
        struct delta_case it;
        int right;
        shape.seed = seed;
        shape.step_bytes = seed % 2 ? 0 : 64;
        delta_case_make(&it, &shape);
        for (size_t length = 0; length < it.patch.length; length++) {
            const int result = run_bytes(&it, it.patch.bytes, length, &right);
            if (result >= 0)
                fail_msg("seed %u: length %zu gave %d", seed, length, result);
        }
        delta_case_free(&it);
    }
}

static void bytes_behind_the_patch_are_refused(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        const struct delta_shape shape = delta_shape_draw(seed, 300);
        struct delta_case it;
        int right;
        delta_case_make(&it, &shape);
        uint8_t *const longer = calloc(1, it.patch.length + 8);
        assert_non_null(longer);
        memcpy(longer, it.patch.bytes, it.patch.length);
        longer[it.patch.length + 5] = 1;
        assert_int_equal(run_bytes(&it, longer, it.patch.length + 6, &right),
                         FFX_ERR_PATCH);
        free(longer);
        delta_case_free(&it);
    }
}

/* Another target, correctly coded: only its CRC-32 knows. */
static void a_target_that_is_not_the_one_of_the_header_is_refused(void **state)
{
    for (uint32_t step_bytes = 0; step_bytes <= 256; step_bytes += 64) {
        struct delta_shape shape = small;
        struct delta_case it;
        int right;
        (void)state;
        shape.step_bytes = step_bytes;
        delta_case_make(&it, &shape);
        const uint32_t crc_at = step_bytes != 0 ? 2 + 6 + 4 : 2 + 4 + 4;
        const uint32_t at = step_bytes == 64 ? crc_at - 1 : crc_at;
        assert_int_equal(bytes_get32(it.patch.bytes + at),
                         it.layout.target_crc32);
        it.patch.bytes[at] ^= 1;
        assert_int_equal(
            run_bytes(&it, it.patch.bytes, it.patch.length, &right),
            FFX_ERR_PATCH);
        delta_case_free(&it);
    }
}

/* --- configs ------------------------------------------------------------- */

static int open_with(const struct delta_case *it,
                     void (*spoil)(struct delta_bench *bench))
{
    struct delta_bench bench;
    bench_open(&bench, it);
    if (spoil != NULL)
        spoil(&bench);
    const int result = ffx_delta_open(&bench.delta, &bench.config);
    if (result != 0) {
        assert_int_equal(ffx_delta_prepare(&bench.delta), FFX_ERR_BUSY);
        assert_int_equal(
            ffx_delta_next(&bench.delta, bench.buffer, &bench.step),
            FFX_ERR_BUSY);
    }
    delta_bench_close(&bench);
    return result;
}

static void other_source(struct delta_bench *bench)
{
    bench->config.source_bytes--;
}

static void other_target(struct delta_bench *bench)
{
    bench->config.target_bytes++;
}

static void other_step(struct delta_bench *bench)
{
    bench->config.step_bytes = 128;
}

static void no_step(struct delta_bench *bench)
{
    bench->config.step_bytes = 0;
}

static void short_slot_for_target(struct delta_bench *bench)
{
    bench->config.slot.size = bench->config.target_bytes - 1;
}

static void short_slot_for_source(struct delta_bench *bench)
{
    bench->config.slot.size = bench->config.source_bytes - 1;
}

static void a_byte_too_little(struct delta_bench *bench)
{
    bench->config.memory_bytes--;
}

static void crooked_memory(struct delta_bench *bench)
{
    bench->config.memory = bench->memory + 4;
}

static void no_memory(struct delta_bench *bench)
{
    bench->config.memory = NULL;
}

static void geometry_that_is_not_the_patchs_is_refused(void **state)
{
    struct delta_case it;
    (void)state;
    delta_case_make(&it, &small);
    assert_int_equal(open_with(&it, NULL), 0);
    assert_int_equal(open_with(&it, other_source), FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&it, other_target), FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&it, other_step), FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&it, no_step), FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&it, short_slot_for_target), FFX_ERR_GEOMETRY);
    assert_int_equal(open_with(&it, short_slot_for_source), FFX_ERR_GEOMETRY);
    delta_case_free(&it);
}

static void memory_that_does_not_do_is_refused(void **state)
{
    struct delta_case it;
    (void)state;
    delta_case_make(&it, &small);
    assert_int_equal(open_with(&it, a_byte_too_little), FFX_ERR_BUFFER);
    assert_int_equal(open_with(&it, crooked_memory), FFX_ERR_ARGUMENT);
    assert_int_equal(open_with(&it, no_memory), FFX_ERR_ARGUMENT);
    delta_case_free(&it);
}

static void a_profile_is_enough_for_its_reader(void **state)
{
    static const uint32_t kib[FFX_DELTA_PROFILES] = {8, 16, 64, 256};
    (void)state;
    for (uint32_t i = 0; i < FFX_DELTA_PROFILES; i++) {
        assert_int_equal(FFX_DELTA_PROFILE_BYTES(i), kib[i] << 10);
        assert_in_range(delta_reader_bytes(i), 1, kib[i] << 10);
    }
}

static void more_steps_than_a_profile_has_room_for_are_refused(void **state)
{
    static const uint32_t most[FFX_DELTA_PROFILES] = {288, 716, 1580, 16384};
    (void)state;
    for (uint32_t i = 0; i < FFX_DELTA_PROFILES; i++)
        for (uint32_t more = 0; more < 2; more++) {
            struct delta_case it = {
                .layout = {.target_bytes = most[i] + more,
                           .step_bytes = 1,
                           .profile = i},
            };
            uint8_t patch[DELTA_HEADER_MAX], image[1] = {0};
            it.patch.bytes = patch;
            it.patch.length = delta_layout_put(&it.layout, patch);
            it.old_image = image;
            assert_int_equal(open_with(&it, NULL), more ? FFX_ERR_PATCH : 0);
        }
}

/* --- the source ---------------------------------------------------------- */

static void another_source_is_refused_before_the_first_step(void **state)
{
    struct delta_case it;
    struct delta_bench bench;
    (void)state;
    delta_case_make(&it, &small);
    bench_open(&bench, &it);
    bench.map.bytes[it.layout.source_bytes - 1] ^= 1;
    assert_int_equal(delta_bench_run(&bench), FFX_ERR_SOURCE);
    assert_int_equal(delta_bench_step(&bench), FFX_ERR_SOURCE);
    delta_bench_close(&bench);
    delta_case_free(&it);
}

/* A torn word is no reason not to go on with an update in place. */
static void a_torn_source_is_another_source(void **state)
{
    struct delta_case it;
    struct delta_bench bench;
    (void)state;
    delta_case_make(&it, &small);
    bench_open(&bench, &it);
    bench.slot.fail_at = 2;
    bench.slot.error = FFX_ERR_ECC;
    assert_int_equal(delta_bench_run(&bench), FFX_ERR_SOURCE);
    delta_bench_close(&bench);
    delta_case_free(&it);
}

/* --- order of calls ------------------------------------------------------ */

static void no_step_is_made_before_prepare_is_content(void **state)
{
    struct delta_case it;
    struct delta_bench bench;
    struct ffx_checkpoint checkpoint;
    int result;
    (void)state;
    delta_case_make(&it, &small);
    bench_open(&bench, &it);
    memset(&bench.delta, 0, sizeof bench.delta);
    bench.map.searching = 1;
    assert_int_equal(ffx_delta_open(&bench.delta, &bench.config), 0);
    ffx_delta_checkpoint(&bench.delta, &checkpoint);
    do {
        assert_int_equal(
            ffx_delta_next(&bench.delta, bench.buffer, &bench.step),
            FFX_ERR_BUSY);
        assert_int_equal(ffx_delta_restore(&bench.delta, &checkpoint),
                         FFX_ERR_BUSY);
        result = ffx_delta_prepare(&bench.delta);
    } while (result == 1);
    assert_int_equal(result, 0);
    delta_bench_close(&bench);
    delta_case_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_targets_come_back_plain_and_in_place),
        cmocka_unit_test(a_read_that_fails_anywhere_can_be_repeated),
        cmocka_unit_test(a_reset_before_every_step_changes_nothing),
        cmocka_unit_test(a_reset_within_every_step_changes_nothing),
        cmocka_unit_test(a_damaged_or_foreign_checkpoint_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_without_effect),
        cmocka_unit_test(a_patch_that_ends_early_is_refused),
        cmocka_unit_test(bytes_behind_the_patch_are_refused),
        cmocka_unit_test(a_target_that_is_not_the_one_of_the_header_is_refused),
        cmocka_unit_test(geometry_that_is_not_the_patchs_is_refused),
        cmocka_unit_test(memory_that_does_not_do_is_refused),
        cmocka_unit_test(a_profile_is_enough_for_its_reader),
        cmocka_unit_test(more_steps_than_a_profile_has_room_for_are_refused),
        cmocka_unit_test(another_source_is_refused_before_the_first_step),
        cmocka_unit_test(a_torn_source_is_another_source),
        cmocka_unit_test(no_step_is_made_before_prepare_is_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
