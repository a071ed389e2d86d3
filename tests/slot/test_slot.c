/* SPDX-License-Identifier: Apache-2.0 */
/* B in a second slot, made by what runs in the first. */
#include "slot_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const enum bench_kind kinds[] = {BENCH_IMAGES, BENCH_DELTAS};

/* --- B ------------------------------------------------------------------- */

static void b_is_made_in_every_geometry_from_images_and_deltas(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOT_GEOMETRIES; i++) {
        struct slot_bench bench;
        slot_bench_open(&bench, &slot_geometries[i]);
        for (uint32_t k = 0; k < 2; k++) {
            slot_bench_reset(&bench);
            slot_bench_pack(&bench, kinds[k]);
            assert_int_equal(slot_bench_run(&bench), 0);
            slot_bench_expect_b(&bench);
            assert_false(slot_bench_is_marked(&bench));
            assert_true(ffx_slot_touched(&bench.slot));
            assert_int_equal(ffx_slot_percent(&bench.slot), 100);
            assert_int_equal(ffx_slot_step(&bench.slot), 0);
        }
        slot_bench_close(&bench);
    }
}

/* Steps of a delta come in the order that suits an update in place: here the
 * finished ones are in one slot and the others in the next. */
static void a_delta_may_read_what_it_wrote(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[0]);
    /* B is A moved up, with new bytes that come twice. */
    memcpy(bench.b.image[0] + 3000, bench.a.image[0], 14000);
    for (uint32_t i = 0; i < 3000; i++)
        bench.b.image[0][i] = (uint8_t)(i * i >> 3 ^ i * 7);
    memcpy(bench.b.image[0] + 14001, bench.b.image[0], 3000);
    slot_bench_pack(&bench, BENCH_DELTAS);
    assert_int_equal(slot_bench_run(&bench), 0);
    slot_bench_expect_b(&bench);
    slot_bench_close(&bench);
}

static void progress_only_rises_and_each_call_does_little(void **state)
{
    (void)state;
    struct slot_bench bench;
    uint32_t percent = 0;
    int rc = 1;
    slot_bench_open(&bench, &slot_geometries[2]);
    slot_bench_pack(&bench, BENCH_DELTAS);
    slot_bench_power_up(&bench);
    assert_int_equal(ffx_slot_begin(&bench.slot, &bench.config), 0);
    while (rc == 1) {
        const uint64_t before = bench.flash.operations;
        rc = ffx_slot_step(&bench.slot);
        assert_true(bench.flash.operations - before <= 1);
        assert_true(ffx_slot_percent(&bench.slot) >= percent);
        percent = ffx_slot_percent(&bench.slot);
        assert_int_equal(ffx_slot_touched(&bench.slot),
                         bench.flash.operations != 0);
    }
    assert_int_equal(rc, 0);
    slot_bench_close(&bench);
}

/* The link to the module is bad for a moment, at every read in turn. */
static void a_read_that_fails_is_repeated(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[1]);
    slot_bench_pack(&bench, BENCH_DELTAS);
    assert_int_equal(slot_bench_run(&bench), 0);
    const uint32_t reads = bench.reads;
    for (uint32_t n = 1; n <= reads; n++) {
        int rc, failed = 0;
        slot_bench_reset(&bench);
        bench.fail_at = n;
        slot_bench_power_up(&bench);
        rc = ffx_slot_begin(&bench.slot, &bench.config);
        if (rc == FFX_ERR_IO) {
            slot_bench_expect_untouched(&bench);
            continue;
        }
        assert_int_equal(rc, 0);
        while ((rc = ffx_slot_step(&bench.slot)) != 0 && failed < 2)
            failed += rc == FFX_ERR_IO;
        assert_int_equal(rc, 0);
        assert_int_equal(failed, 1);
        slot_bench_expect_b(&bench);
    }
    slot_bench_close(&bench);
}

/* --- cuts ---------------------------------------------------------------- */

/* Nobody has verified B yet, and no mark stands in the slot. */
static void watch(void *context, const struct lab_operation *operation)
{
    const struct slot_bench *bench = context;
    (void)operation;
    assert_false(slot_bench_is_marked(bench));
}

static int run_and_mark(struct slot_bench *bench)
{
    const int rc = slot_bench_run(bench);
    if (rc != 0)
        return rc;
    return ffx_slot_mcuboot_pending(&bench->slot, &bench->geometry->mcuboot);
}

static void cut(struct slot_bench *bench, uint64_t operation,
                enum lab_tear tear, uint64_t operations)
{
    slot_bench_reset(bench);
    lab_flash_cut(&bench->flash, operation, tear);
    assert_int_equal(run_and_mark(bench), FFX_ERR_POWER);
    assert_int_equal(bench->flash.cuts_fired, 1);
    /* The last operation writes the magic: of that, all or nothing. */
    if (operation < operations)
        assert_false(slot_bench_is_marked(bench));
    if (slot_bench_is_marked(bench))
        slot_bench_expect_b(bench);
    slot_bench_expect_a(bench);
}

static void sweep(const struct slot_geometry *geometry, enum bench_kind kind)
{
    struct slot_bench bench;
    slot_bench_open(&bench, geometry);
    slot_bench_pack(&bench, kind);
    bench.flash.watch = watch;
    bench.flash.watch_context = &bench;
    assert_int_equal(run_and_mark(&bench), 0);
    const uint64_t operations = bench.flash.operations;
    assert_true(operations > 8);
    for (uint64_t n = 1; n <= operations; n++)
        for (int tear = 0; tear < LAB_TEARS; tear++) {
            cut(&bench, n, (enum lab_tear)tear, operations);
            /* Begun anew, after a mark as well: that is erased first. */
            bench.flash.watch = n < operations ? watch : NULL;
            lab_flash_cut(&bench.flash, 0, LAB_TEAR_BEFORE);
            assert_int_equal(run_and_mark(&bench), 0);
            slot_bench_expect_b(&bench);
            assert_true(slot_bench_is_marked(&bench));
            bench.flash.watch = watch;
        }
    slot_bench_close(&bench);
}

static void
a_cut_at_any_operation_marks_nothing_and_costs_a_new_start(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOT_GEOMETRIES; i++)
        sweep(&slot_geometries[i], i % 2 != 0 ? BENCH_IMAGES : BENCH_DELTAS);
}

/* The slot was marked and B never booted: another package comes. */
static void an_old_mark_goes_before_anything_else(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[0]);
    slot_bench_pack(&bench, BENCH_DELTAS);
    assert_int_equal(run_and_mark(&bench), 0);
    assert_true(slot_bench_is_marked(&bench));
    slot_bench_power_up(&bench);
    assert_int_equal(ffx_slot_begin(&bench.slot, &bench.config), 0);
    while (!ffx_slot_touched(&bench.slot)) {
        assert_true(slot_bench_is_marked(&bench));
        slot_bench_expect_b(&bench);
        assert_int_equal(ffx_slot_step(&bench.slot), 1);
    }
    assert_false(slot_bench_is_marked(&bench));
    /* B itself, which ends two sectors further down, is still whole. */
    assert_memory_equal(bench.flash.bytes + bench.geometry->target.address,
                        bench.b.image[0], bench.geometry->size_b);
    slot_bench_close(&bench);
}

/* --- sectors that do not do as they are told ----------------------------- */

static void a_stuck_sector_is_an_error_and_never_marked(void **state)
{
    (void)state;
    static const enum lab_fault faults[] = {LAB_FAULT_ERASE, LAB_FAULT_PROGRAM,
                                            LAB_FAULT_PROGRAM_SILENT};
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[0]);
    slot_bench_pack(&bench, BENCH_IMAGES);
    for (uint32_t i = 0; i < 3; i++) {
        slot_bench_reset(&bench);
        lab_flash_stick(&bench.flash, bench.geometry->target.address + 4096,
                        faults[i]);
        assert_int_equal(run_and_mark(&bench), FFX_ERR_FLASH);
        assert_int_equal(ffx_slot_step(&bench.slot), FFX_ERR_FLASH);
        assert_false(slot_bench_is_marked(&bench));
        slot_bench_expect_a(&bench);
    }
    slot_bench_close(&bench);
}

/* What was written and read back right does not stay so. */
static void bytes_that_change_before_the_digest_are_seen(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[0]);
    slot_bench_pack(&bench, BENCH_IMAGES);
    slot_bench_power_up(&bench);
    assert_int_equal(ffx_slot_begin(&bench.slot, &bench.config), 0);
    while (ffx_slot_percent(&bench.slot) < 100)
        assert_int_equal(ffx_slot_step(&bench.slot), 1);
    lab_flash_rot(&bench.flash, bench.geometry->target.address + 9999, 4);
    int rc = 1;
    while (rc == 1)
        rc = ffx_slot_step(&bench.slot);
    assert_int_equal(rc, FFX_ERR_DIGEST);
    assert_int_equal(
        ffx_slot_mcuboot_pending(&bench.slot, &bench.geometry->mcuboot),
        FFX_ERR_BUSY);
    assert_false(slot_bench_is_marked(&bench));
    slot_bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b_is_made_in_every_geometry_from_images_and_deltas),
        cmocka_unit_test(a_delta_may_read_what_it_wrote),
        cmocka_unit_test(progress_only_rises_and_each_call_does_little),
        cmocka_unit_test(a_read_that_fails_is_repeated),
        cmocka_unit_test(
            a_cut_at_any_operation_marks_nothing_and_costs_a_new_start),
        cmocka_unit_test(an_old_mark_goes_before_anything_else),
        cmocka_unit_test(a_stuck_sector_is_an_error_and_never_marked),
        cmocka_unit_test(bytes_that_change_before_the_digest_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
