/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused before the first erase: the target is as it was. */
#include "slot_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void refuse(struct slot_bench *bench, int error)
{
    slot_bench_reset(bench);
    assert_int_equal(slot_bench_run(bench), error);
    slot_bench_expect_untouched(bench);
    assert_int_equal(
        ffx_slot_mcuboot_pending(&bench->slot, &bench->geometry->mcuboot),
        FFX_ERR_BUSY);
    slot_bench_expect_untouched(bench);
}

static void job_of(struct slot_bench *bench, struct bench_job *job,
                   enum bench_kind kind)
{
    bench_job_make(&bench->maker, job, &bench->a, &bench->b, kind);
}

static void refuse_job(struct slot_bench *bench, struct bench_job *job,
                       int error)
{
    slot_bench_take(bench, bench_job_build(job));
    refuse(bench, error);
}

static void open_bench(struct slot_bench *bench)
{
    slot_bench_open(bench, &slot_geometries[0]);
    slot_bench_pack(bench, BENCH_DELTAS);
}

/* --- who signed ----------------------------------------------------------- */

static void a_foreign_signature_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    struct bench_job job;
    open_bench(&bench);
    for (uint32_t text = 0; text < 3; text++) {
        job_of(&bench, &job, BENCH_IMAGES);
        job.forge.signer[text] = FORGE_OTHER;
        refuse_job(&bench, &job, FFX_ERR_SIGNATURE);
    }
    slot_bench_close(&bench);
}

static void published_keys_are_refused_in_products(void **state)
{
    (void)state;
    struct slot_bench bench;
    struct bench_job job;
    open_bench(&bench);
    bench.config.allow_test_keys = 0;
    refuse(&bench, FFX_ERR_TEST_KEY);
    /* A key of one's own is taken, but may not introduce a published one. */
    bench.config.trusted = forge_public(FORGE_OWN);
    for (uint8_t next = 0; next < 2; next++) {
        job_of(&bench, &job, BENCH_IMAGES);
        job.forge.delegated = 0;
        for (uint32_t text = 0; text < 3; text++)
            job.forge.signer[text] = FORGE_OWN;
        job.forge.release.has_next_key = next;
        job.forge.release.next_key = *forge_public(FORGE_OTHER);
        slot_bench_take(&bench, bench_job_build(&job));
        if (next)
            refuse(&bench, FFX_ERR_TEST_KEY);
        else
            assert_int_equal(slot_bench_run(&bench), 0);
    }
    slot_bench_close(&bench);
}

static void one_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    for (uint32_t at = 0; at < bench.zip.length; at += 151) {
        bench.zip.bytes[at] ^= 4;
        slot_bench_reset(&bench);
        assert_true(slot_bench_run(&bench) < 0);
        slot_bench_expect_untouched(&bench);
        bench.zip.bytes[at] ^= 4;
    }
    assert_int_equal(slot_bench_run(&bench), 0);
    slot_bench_close(&bench);
}

static void a_truncated_or_longer_file_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    const uint32_t whole = bench.zip.length;
    for (uint32_t size = 0; size < whole; size += 499) {
        slot_bench_reset(&bench);
        bench.config.package.size = size;
        assert_true(slot_bench_run(&bench) < 0);
        slot_bench_expect_untouched(&bench);
    }
    slot_bench_close(&bench);
}

/* A patch that our maker did not write, signed all the same. */
static void a_signed_patch_that_is_none_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    struct bench_job job;
    open_bench(&bench);
    job_of(&bench, &job, BENCH_DELTAS);
    memset(job.payload[0] + 8, 0xee,
           job.forge.manifest.parts[0].payload_size - 8);
    forge_sha256(job.payload[0], job.forge.manifest.parts[0].payload_size,
                 job.forge.manifest.parts[0].payload_sha256);
    slot_bench_take(&bench, bench_job_build(&job));
    slot_bench_reset(&bench);
    assert_true(slot_bench_run(&bench) < 0);
    slot_bench_expect_untouched(&bench);
    slot_bench_close(&bench);
}

/* --- for whom ------------------------------------------------------------- */

static void another_model_is_refused_prefix_or_not(void **state)
{
    (void)state;
    static const char *const models[] = {"BOARD-2", "BOARD", "BOARD-1X",
                                         "board-1"};
    struct slot_bench bench;
    open_bench(&bench);
    for (uint32_t i = 0; i < 4; i++) {
        bench.config.model = models[i];
        refuse(&bench, FFX_ERR_MODEL);
    }
    slot_bench_close(&bench);
}

static void another_running_version_is_refused(void **state)
{
    (void)state;
    static const char *const versions[] = {"1.0.1", "1.0", "1.0.00", "1.1.0"};
    struct slot_bench bench;
    open_bench(&bench);
    for (uint32_t i = 0; i < 4; i++) {
        bench.config.version = versions[i];
        refuse(&bench, FFX_ERR_SOURCE);
    }
    slot_bench_close(&bench);
}

/* The version is right, but what runs is not what the maker had. */
static void one_changed_bit_of_the_source_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    for (uint32_t k = 0; k < 2; k++) {
        slot_bench_pack(&bench, k == 0 ? BENCH_IMAGES : BENCH_DELTAS);
        for (uint32_t at = 0; at < bench.geometry->size_a; at += 999) {
            const uint32_t byte = bench.geometry->running.address + at;
            slot_bench_reset(&bench);
            lab_flash_rot(&bench.flash, byte, 0x20);
            assert_int_equal(slot_bench_run(&bench), FFX_ERR_SOURCE);
            lab_flash_rot(&bench.flash, byte, 0x20);
            slot_bench_expect_untouched(&bench);
        }
    }
    slot_bench_close(&bench);
}

static void a_sequence_must_rise_by_1_to_65536(void **state)
{
    (void)state;
    static const struct {
        uint32_t running, release;
        int error;
    } rows[] = {{6, 6, FFX_ERR_SEQUENCE},
                {7, 6, FFX_ERR_SEQUENCE},
                {UINT32_MAX, 6, FFX_ERR_SEQUENCE},
                {5, 65542, FFX_ERR_SEQUENCE},
                {5, 65541, 0},
                {5, 6, 0}};
    struct slot_bench bench;
    open_bench(&bench);
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench.config.sequence = rows[i].running;
        bench.b.sequence = rows[i].release;
        slot_bench_pack(&bench, BENCH_IMAGES);
        slot_bench_reset(&bench);
        if (rows[i].error != 0)
            refuse(&bench, rows[i].error);
        else
            assert_int_equal(slot_bench_run(&bench), 0);
    }
    slot_bench_close(&bench);
}

static void a_package_for_another_component_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    bench.config.component = "net";
    refuse(&bench, FFX_ERR_GEOMETRY);
    slot_bench_close(&bench);
}

/* --- what does not fit ---------------------------------------------------- */

static void b_must_fit_the_slot(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    bench.config.reserve = bench.geometry->target.length - 17001;
    assert_int_equal(slot_bench_run(&bench), 0);
    bench.config.reserve++;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.reserve = 0;
    bench.config.target.length = 16384;
    refuse(&bench, FFX_ERR_GEOMETRY);
    slot_bench_close(&bench);
}

/* Padded to whole write units, too. */
static void the_last_write_unit_must_fit_the_slot(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[4]);
    slot_bench_pack(&bench, BENCH_IMAGES);
    bench.config.reserve = bench.geometry->target.length - 12345;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.reserve = bench.geometry->target.length - 12352;
    assert_int_equal(slot_bench_run(&bench), 0);
    slot_bench_close(&bench);
}

static void a_delta_needs_its_step_and_its_ram(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    bench.config.work_bytes = 0;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.work_bytes = 16383;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.work_bytes = 16384;
    bench.config.step_bytes = 4095;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.step_bytes = FFX_PACKAGE_BUFFER_MIN - 1;
    refuse(&bench, FFX_ERR_BUFFER);
    bench.config.step_bytes = 4096;
    bench.config.source.size = 13999;
    refuse(&bench, FFX_ERR_GEOMETRY);
    bench.config.source.size = 14000;
    assert_int_equal(slot_bench_run(&bench), 0);
    slot_bench_expect_b(&bench);
    slot_bench_close(&bench);
}

/* 17,001 bytes in steps of 16 are 1,063 steps, of 17 they are 1,001. */
static void a_delta_of_more_than_1024_steps_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    struct bench_job job;
    open_bench(&bench);
    for (uint32_t step = 16; step < 18; step++) {
        job_of(&bench, &job, BENCH_DELTAS);
        job.forge.manifest.parts[0].sector = step;
        job.forge.manifest.parts[0].step = step;
        slot_bench_take(&bench, bench_job_build(&job));
        slot_bench_power_up(&bench);
        assert_int_equal(ffx_slot_begin(&bench.slot, &bench.config),
                         step == 16 ? FFX_ERR_GEOMETRY : 0);
    }
    /* Which is a lie about the patch: its header says so, before an erase. */
    refuse(&bench, FFX_ERR_GEOMETRY);
    slot_bench_close(&bench);
}

/* What runs may not be what was packed: MCUboot decrypted it. */
static void without_a_source_only_full_images_are_taken(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_bench(&bench);
    bench.config.source = (struct ffx_read_at){NULL, NULL, 0};
    refuse(&bench, FFX_ERR_GEOMETRY);
    slot_bench_pack(&bench, BENCH_IMAGES);
    slot_bench_reset(&bench);
    assert_int_equal(slot_bench_run(&bench), 0);
    slot_bench_expect_b(&bench);
    bench.config.version = "1.0.1";
    refuse(&bench, FFX_ERR_SOURCE);
    slot_bench_close(&bench);
}

/* A step that is not made of whole write units cannot be written. */
static void an_odd_step_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    struct bench_job job;
    slot_bench_open(&bench, &slot_geometries[4]);
    job_of(&bench, &job, BENCH_IMAGES);
    job.forge.manifest.parts[0].sector = 1;
    job.forge.manifest.parts[0].step = 4100;
    refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
    slot_bench_close(&bench);
}

static void a_config_that_breaks_its_rules_is_refused(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[1]);
    slot_bench_pack(&bench, BENCH_IMAGES);
    const struct ffx_slot_config good = bench.config;
    struct ffx_slot_config bad[14];
    for (uint32_t i = 0; i < 14; i++)
        bad[i] = good;
    bad[0].crypto = NULL;
    bad[1].package.read = NULL;
    bad[2].trusted = NULL;
    bad[3].trusted_count = 0;
    bad[4].model = NULL;
    bad[5].version = NULL;
    bad[6].component = NULL;
    bad[7].work = NULL;
    bad[8].flash = NULL;
    bad[9].step_buffer = NULL;
    bad[10].target.address += 4;
    bad[11].target.length -= 2;
    bad[12].start = 2; /* the unit is 4 */
    bad[13].start = good.target.length - good.reserve + 4;
    for (uint32_t i = 0; i < 14; i++) {
        bench.config = bad[i];
        refuse(&bench, FFX_ERR_ARGUMENT);
    }
    slot_bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_signature_is_refused),
        cmocka_unit_test(published_keys_are_refused_in_products),
        cmocka_unit_test(one_flipped_bit_is_refused),
        cmocka_unit_test(a_truncated_or_longer_file_is_refused),
        cmocka_unit_test(a_signed_patch_that_is_none_is_refused),
        cmocka_unit_test(another_model_is_refused_prefix_or_not),
        cmocka_unit_test(another_running_version_is_refused),
        cmocka_unit_test(one_changed_bit_of_the_source_is_refused),
        cmocka_unit_test(a_sequence_must_rise_by_1_to_65536),
        cmocka_unit_test(a_package_for_another_component_is_refused),
        cmocka_unit_test(b_must_fit_the_slot),
        cmocka_unit_test(the_last_write_unit_must_fit_the_slot),
        cmocka_unit_test(a_delta_needs_its_step_and_its_ram),
        cmocka_unit_test(a_delta_of_more_than_1024_steps_is_refused),
        cmocka_unit_test(without_a_source_only_full_images_are_taken),
        cmocka_unit_test(an_odd_step_is_refused),
        cmocka_unit_test(a_config_that_breaks_its_rules_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
