/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused before the first erase: A untouched, status 7, the reason
 * in the record. */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])

/* A device that is asked to take `zip` and boots. */
static void offer(struct bench *bench, const struct forge_bytes *zip)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
}

static void refuse(struct bench *bench, const struct forge_bytes *zip,
                   int error)
{
    offer(bench, zip);
    bench_expect_refused(bench, error);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->last_error, error);
    assert_int_equal(bench->last_status, FFX_STATUS_REFUSED);
    assert_int_equal(bench->percent, -1);
    /* The reason outlives a reset, and a better package is taken. */
    assert_int_equal(bench_power_up(bench), 0);
    bench_expect_refused(bench, error);
}

/* Builds the job, offers it, frees it. */
static void refuse_job(struct bench *bench, struct bench_job *job, int error)
{
    struct forge_bytes zip = bench_job_build(job);
    refuse(bench, &zip, error);
    free(zip.bytes);
}

static void job_of(struct bench *bench, struct bench_job *job)
{
    bench_job_make(bench, job, &bench->a, &bench->b, BENCH_IMAGES);
}

/* --- model, source, sequence --------------------------------------------- */

static void another_model_is_refused_prefix_or_not(void **state)
{
    (void)state;
    static const char *const models[] = {"SIM7000G-N", "SIM7000",   "SIM7000E",
                                         "sim7000g",   "SIM7000GG", "G"};
    struct bench bench;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct bench_job job;
        job_of(&bench, &job);
        strcpy(job.forge.release.model, models[i]);
        strcpy(job.forge.cert.model, models[i]);
        strcpy(job.forge.manifest.model, models[i]);
        refuse_job(&bench, &job, FFX_ERR_MODEL);
    }
    bench_close(&bench);
}

static void another_source_version_is_refused(void **state)
{
    (void)state;
    static const char *const versions[] = {"1529B04SIM7000G", "1529B05SIM7000",
                                           "1529B06SIM7000G",
                                           "1529B05SIM7000G-N"};
    struct bench bench;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct bench_job job;
        job_of(&bench, &job);
        strcpy(job.forge.manifest.from, versions[i]);
        refuse_job(&bench, &job, FFX_ERR_SOURCE);
    }
    bench_close(&bench);
}

static void the_same_version_of_other_bytes_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (uint32_t i = 0; i < 2; i++) {
        struct bench_job job;
        job_of(&bench, &job);
        job.forge.manifest.parts[i].from_sha256[31] ^= 1;
        refuse_job(&bench, &job, FFX_ERR_SOURCE);
        job_of(&bench, &job);
        job.forge.manifest.parts[i].from_size++;
        refuse_job(&bench, &job, FFX_ERR_SOURCE);
    }
    bench_close(&bench);
}

/* Record and package agree, the flash does not: a bit in each sector. */
static void one_changed_bit_of_the_source_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t at = 0; at < bench.a.size[i]; at += 4095) {
            bench_reset(&bench);
            bench.package = &zip;
            bench_request(&bench);
            const uint32_t byte = NOR->components[i].slot.address + at;
            lab_flash_rot(&bench.flash, byte, 0x10);
            assert_int_equal(bench_boot(&bench), 0);
            lab_flash_rot(&bench.flash, byte, 0x10);
            bench_expect_refused(&bench, FFX_ERR_SOURCE);
        }
    free(zip.bytes);
    bench_close(&bench);
}

/* Flash and package agree, but the record knows no such image. */
static void a_source_that_was_never_installed_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_job job;
    bench_open(&bench, NOR);
    const uint32_t byte = NOR->components[0].slot.address + 123;
    bench.a.image[0][123] ^= 1;
    bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
    bench.a.image[0][123] ^= 1;
    struct forge_bytes zip = bench_job_build(&job);
    bench_reset(&bench);
    bench.package = &zip;
    bench_request(&bench);
    lab_flash_rot(&bench.flash, byte, 1);
    assert_int_equal(bench_boot(&bench), 0);
    lab_flash_rot(&bench.flash, byte, 1);
    bench_expect_refused(&bench, FFX_ERR_SOURCE);
    free(zip.bytes);
    bench_close(&bench);
}

static void a_sequence_must_rise_by_1_to_65536(void **state)
{
    (void)state;
    static const uint32_t wrong[] = {1,         4,          5,
                                     5 + 65537, 0x80000000, UINT32_MAX};
    static const uint32_t right[] = {6, 5 + 65536};
    struct bench bench;
    struct bench_job job;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        job_of(&bench, &job);
        job.forge.release.sequence = wrong[i];
        refuse_job(&bench, &job, FFX_ERR_SEQUENCE);
    }
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        job_of(&bench, &job);
        job.forge.release.sequence = bench.b.sequence = right[i];
        struct forge_bytes zip = bench_job_build(&job);
        offer(&bench, &zip);
        bench_expect_installed(&bench, &bench.b);
        free(zip.bytes);
    }
    bench_close(&bench);
}

static void a_chain_of_releases_only_goes_up(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_release c;
    bench_open(&bench, NOR);
    bench_release_make(&bench, &c, "1529B07SIM7000G", 8, NOR->size_a, 300);
    struct forge_bytes up =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    struct forge_bytes on = bench_package(&bench, &bench.b, &c, BENCH_DELTAS);
    struct forge_bytes back = bench_package(&bench, &c, &bench.b, BENCH_IMAGES);
    offer(&bench, &up);
    bench_expect_installed(&bench, &bench.b);
    bench.package = &on;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &c);
    bench.package = &back;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_REFUSED);
    assert_int_equal(ffx_agent_state(&bench.agent)->error, FFX_ERR_SEQUENCE);
    assert_true(bench_holds(&bench, &c));
    free(up.bytes);
    free(on.bytes);
    free(back.bytes);
    bench_release_free(&c);
    bench_close(&bench);
}

/* --- geometry ------------------------------------------------------------ */

static void part_sector_half(struct bench_job *job)
{
    job->forge.manifest.parts[1].sector /= 2;
}

static void part_sector_double(struct bench_job *job)
{
    job->forge.manifest.parts[0].sector *= 2;
    job->forge.manifest.parts[0].step *= 2;
}

static void part_step_double(struct bench_job *job)
{
    job->forge.manifest.parts[1].step *= 2;
}

static void part_from_above_the_slot(struct bench_job *job)
{
    job->forge.manifest.parts[0].from_size = 20481;
}

static void another_component(struct bench_job *job)
{
    strcpy(job->forge.release.components[1].name, "app");
    strcpy(job->forge.manifest.parts[1].name, "app");
}

static void a_component_less(struct bench_job *job)
{
    job->forge.release.component_count = 1;
    job->forge.manifest.part_count = 1;
    free(job->payload[1]);
    job->payload[1] = NULL;
}

static void a_component_more(struct bench_job *job)
{
    job->forge.release.components[2] = job->forge.release.components[1];
    strcpy(job->forge.release.components[2].name, "app");
    job->forge.release.component_count = 3;
}

static void an_image_above_the_slot(struct bench_job *job)
{
    const uint32_t size = 20481;
    uint8_t *bytes = realloc(job->payload[0], size);
    assert_non_null(bytes);
    memset(bytes, 7, size);
    job->payload[0] = bytes;
    job->forge.release.components[0].size = size;
    job->forge.manifest.parts[0].payload_size = size;
    forge_sha256(bytes, size, job->forge.release.components[0].sha256);
    forge_sha256(bytes, size, job->forge.manifest.parts[0].payload_sha256);
}

static void a_geometry_that_is_not_the_devices_is_refused(void **state)
{
    (void)state;
    static void (*const lies[])(struct bench_job *) = {
        part_sector_half,         part_sector_double,      part_step_double,
        part_from_above_the_slot, another_component,       a_component_less,
        a_component_more,         an_image_above_the_slot,
    };
    struct bench bench;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct bench_job job;
        job_of(&bench, &job);
        lies[i](&job);
        refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
    }
    bench_close(&bench);
}

static void a_delta_needs_its_ram(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_job job;
    bench_open(&bench, NOR);
    struct forge_bytes deltas =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    struct forge_bytes images =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.config.work_bytes = 64;
    refuse(&bench, &deltas, FFX_ERR_GEOMETRY);
    bench.config.work = NULL;
    bench.config.work_bytes = 0;
    refuse(&bench, &deltas, FFX_ERR_GEOMETRY);
    /* A manifest that hides the need. */
    bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_DELTAS);
    job.forge.manifest.parts[0].ram = 0;
    job.forge.manifest.parts[1].ram = 0;
    refuse_job(&bench, &job, FFX_ERR_GEOMETRY);
    offer(&bench, &images);
    bench_expect_installed(&bench, &bench.b);
    free(deltas.bytes);
    free(images.bytes);
    bench.config.work = bench.work;
    bench_close(&bench);
}

/* --- trust --------------------------------------------------------------- */

static void a_foreign_signature_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (int text = 0; text < 3; text++) {
        struct bench_job job;
        job_of(&bench, &job);
        job.forge.signer[text] = FORGE_OTHER;
        refuse_job(&bench, &job, FFX_ERR_SIGNATURE);
    }
    bench_close(&bench);
}

static void a_package_key_beyond_its_certificate_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_job job;
    bench_open(&bench, NOR);
    job_of(&bench, &job);
    job.forge.cert.max_sequence = bench.b.sequence - 1;
    refuse_job(&bench, &job, FFX_ERR_CERT);
    job_of(&bench, &job);
    strcpy(job.forge.cert.model, "SIM7000E");
    refuse_job(&bench, &job, FFX_ERR_CERT);
    bench_close(&bench);
}

/* --- damage -------------------------------------------------------------- */

/* Every seventh byte of the signed part, some of the payloads. The whole is
 * tests/package/test_torture; here it is the device that must not move. */
static void one_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    uint32_t tried = 0;
    for (uint32_t at = 0; at < zip.length; at += at < 2600 ? 7 : 83) {
        const uint8_t bit = (uint8_t)(1u << at % 8);
        zip.bytes[at] ^= bit;
        offer(&bench, &zip);
        const int error = ffx_agent_state(&bench.agent)->error;
        if (error == 0)
            fail_msg("flipped bit %u of byte %u was taken", at % 8, at);
        bench_expect_refused(&bench, error);
        zip.bytes[at] ^= bit;
        tried++;
    }
    assert_true(tried > 380);
    offer(&bench, &zip);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

static void a_truncated_or_longer_file_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    for (uint32_t length = 0; length < zip.length;
         length = length < 3000 ? length + 97 : length * 2) {
        const struct forge_bytes part = {zip.bytes, length};
        offer(&bench, &part);
        bench_expect_refused(&bench, FFX_ERR_ZIP);
    }
    const struct forge_bytes less = {zip.bytes, zip.length - 1};
    refuse(&bench, &less, FFX_ERR_ZIP);
    uint8_t *longer = malloc(zip.length + 1);
    assert_non_null(longer);
    memcpy(longer, zip.bytes, zip.length);
    longer[zip.length] = 0;
    const struct forge_bytes more = {longer, zip.length + 1};
    refuse(&bench, &more, FFX_ERR_ZIP);
    free(longer);
    free(zip.bytes);
    bench_close(&bench);
}

static void a_package_that_is_gone_at_boot_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.package = &zip;
    bench_request(&bench);
    bench.package = NULL;
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_refused(&bench, FFX_ERR_NO_PACKAGE);
    free(zip.bytes);
    bench_close(&bench);
}

/* Signed by the right keys, and nonsense all the same. */
static void a_signed_patch_that_is_none_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (uint32_t i = 0; i < 2; i++) {
        struct bench_job job;
        bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_DELTAS);
        struct ffx_part *part = &job.forge.manifest.parts[i];
        job.payload[i][0] ^= 0x40;
        forge_sha256(job.payload[i], part->payload_size, part->payload_sha256);
        refuse_job(&bench, &job, FFX_ERR_PATCH);
    }
    bench_close(&bench);
}

/* --- components that the package does not list --------------------------- */

/* B' changes ap only. */
static void keep_modem(struct bench *bench)
{
    free(bench->b.image[0]);
    bench->b.size[0] = bench->a.size[0];
    bench->b.image[0] = malloc(bench->a.size[0]);
    assert_non_null(bench->b.image[0]);
    memcpy(bench->b.image[0], bench->a.image[0], bench->a.size[0]);
}

static void a_package_of_one_component_updates_only_that(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    keep_modem(&bench);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    offer(&bench, &zip);
    bench_expect_installed(&bench, &bench.b);
    assert_int_equal(lab_flash_wear(&bench.flash, &NOR->components[0].slot), 0);
    free(zip.bytes);
    bench_close(&bench);
}

static void an_unlisted_component_must_be_right(void **state)
{
    (void)state;
    struct bench bench;
    const uint32_t modem = NOR->components[0].slot.address;
    bench_open(&bench, NOR);
    keep_modem(&bench);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    /* Last byte of the image, and the first byte behind it. */
    for (uint32_t at = 8999; at <= 9000; at++) {
        bench_reset(&bench);
        bench.package = &zip;
        bench_request(&bench);
        lab_flash_rot(&bench.flash, modem + at, 1);
        assert_int_equal(bench_boot(&bench), 0);
        lab_flash_rot(&bench.flash, modem + at, 1);
        bench_expect_refused(&bench, FFX_ERR_SOURCE);
    }
    /* A sector behind the image can be cleaned. */
    bench_reset(&bench);
    bench.package = &zip;
    bench_request(&bench);
    lab_flash_rot(&bench.flash, modem + 3 * 4096, 1);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

/* Parts of two signed packages do not go together: mix and match. */
static void a_part_for_another_release_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    struct bench_job job;
    bench_open(&bench, NOR);
    job_of(&bench, &job);
    job.forge.manifest.parts[1].payload_sha256[0] ^= 1;
    refuse_job(&bench, &job, FFX_ERR_MANIFEST);
    job_of(&bench, &job);
    strcpy(job.forge.manifest.to, "1529B07SIM7000G");
    refuse_job(&bench, &job, FFX_ERR_MANIFEST);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_model_is_refused_prefix_or_not),
        cmocka_unit_test(another_source_version_is_refused),
        cmocka_unit_test(the_same_version_of_other_bytes_is_refused),
        cmocka_unit_test(one_changed_bit_of_the_source_is_refused),
        cmocka_unit_test(a_source_that_was_never_installed_is_refused),
        cmocka_unit_test(a_sequence_must_rise_by_1_to_65536),
        cmocka_unit_test(a_chain_of_releases_only_goes_up),
        cmocka_unit_test(a_geometry_that_is_not_the_devices_is_refused),
        cmocka_unit_test(a_delta_needs_its_ram),
        cmocka_unit_test(a_foreign_signature_is_refused),
        cmocka_unit_test(a_package_key_beyond_its_certificate_is_refused),
        cmocka_unit_test(one_flipped_bit_is_refused),
        cmocka_unit_test(a_truncated_or_longer_file_is_refused),
        cmocka_unit_test(a_package_that_is_gone_at_boot_is_refused),
        cmocka_unit_test(a_signed_patch_that_is_none_is_refused),
        cmocka_unit_test(a_package_of_one_component_updates_only_that),
        cmocka_unit_test(an_unlisted_component_must_be_right),
        cmocka_unit_test(a_part_for_another_release_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
