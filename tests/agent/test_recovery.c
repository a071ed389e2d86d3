/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in mid-update: stuck sectors, bits that rot, files that change under
 * the agent; and the way back from 3 and 5. */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])
#define MODEM (NOR->components[0].slot)
#define AP (NOR->components[1].slot)
#define RECORDS (NOR->journal.length / 4096)
#define RECORD_AT(i) (NOR->journal.address + (i)*4096)

struct road {
    struct bench bench;
    struct forge_bytes deltas, images; /* A to B */
};

static void road_open(struct road *road)
{
    struct bench *bench = &road->bench;
    bench_open(bench, NOR);
    road->deltas = bench_package(bench, &bench->a, &bench->b, BENCH_DELTAS);
    road->images = bench_package(bench, &bench->a, &bench->b, BENCH_IMAGES);
}

static void road_close(struct road *road)
{
    free(road->deltas.bytes);
    free(road->images.bytes);
    bench_close(&road->bench);
}

static void request_with(struct road *road, const struct forge_bytes *zip)
{
    road->bench.package = zip;
    bench_request(&road->bench);
}

static void expect_failed(struct bench *bench, int status, int error)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(state->error, error);
    assert_int_equal(state->status, status);
    assert_int_equal(state->requested, 0);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->last_status, status);
    assert_int_equal(bench->removed, 0);
    assert_int_equal(ffx_agent_clear(&bench->agent), FFX_ERR_BUSY);
    assert_false(ffx_agent_locked(&bench->agent));
    assert_false(ffx_agent_pending(&bench->agent));
    /* Nothing of it depends on RAM, and idle boots write nothing. */
    assert_int_equal(bench_boot(bench), 0);
    assert_int_equal(bench->flash.operations, 0);
    assert_int_equal(ffx_agent_status(&bench->agent), status);
}

/* From 3 or 5 with this file to B. */
static void recover_with(struct road *road, const struct forge_bytes *zip)
{
    request_with(road, zip);
    assert_int_equal(bench_boot(&road->bench), 0);
    bench_expect_installed(&road->bench, &road->bench.b);
}

static void refuse_with(struct road *road, const struct forge_bytes *zip,
                        int error)
{
    const int status = ffx_agent_status(&road->bench.agent);
    request_with(road, zip);
    assert_int_equal(bench_boot(&road->bench), 0);
    expect_failed(&road->bench, status, error);
}

/* --- stuck sectors ------------------------------------------------------- */

static void a_stuck_scratch_place_is_passed_over(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS; fault++)
        for (uint32_t place = 0; place < 2; place++) {
            bench_reset(&road.bench);
            request_with(&road, &road.deltas);
            lab_flash_stick(&road.bench.flash,
                            NOR->scratch.address + place * 4096, fault);
            assert_int_equal(bench_boot(&road.bench), 0);
            bench_expect_installed(&road.bench, &road.bench.b);
        }
    road_close(&road);
}

static void stick_scratch(struct road *road, enum lab_fault fault)
{
    lab_flash_stick(&road->bench.flash, NOR->scratch.address, fault);
    lab_flash_stick(&road->bench.flash, NOR->scratch.address + 4096, fault);
}

static void scratch_stuck_before_the_first_erase_refuses(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS; fault++) {
        bench_reset(&road.bench);
        request_with(&road, &road.deltas);
        /* So that erases which do nothing show. */
        lab_flash_fill(&road.bench.flash, NOR->scratch.address, 0x55, 8192);
        stick_scratch(&road, fault);
        assert_int_equal(bench_boot(&road.bench), 0);
        bench_expect_refused(&road.bench, FFX_ERR_FLASH);
    }
    road_close(&road);
}

static void stick_scratch_at_half(struct bench *bench,
                                  const struct ffx_agent_event *event)
{
    if (event->kind != FFX_AGENT_PROGRESS || event->percent < 60)
        return;
    lab_flash_stick(&bench->flash, NOR->scratch.address, LAB_FAULT_PROGRAM);
    lab_flash_stick(&bench->flash, NOR->scratch.address + 4096,
                    LAB_FAULT_PROGRAM);
}

static void scratch_stuck_later_ends_in_recovery(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    request_with(&road, &road.deltas);
    road.bench.at_event = stick_scratch_at_half;
    assert_int_equal(bench_boot(&road.bench), 0);
    expect_failed(&road.bench, FFX_STATUS_FAILED_AP, FFX_ERR_FLASH);
    refuse_with(&road, &road.deltas, FFX_ERR_FLASH);
    road.bench.at_event = NULL;
    stick_scratch(&road, LAB_FAULT_NONE);
    recover_with(&road, &road.deltas);
    road_close(&road);
}

/* Three tries, then recovery with the good copy kept in scratch; once the
 * sector is well again the very package goes on from there. */
static void a_stuck_slot_sector_ends_in_recovery_and_can_go_on(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS; fault++)
        for (uint32_t i = 0; i < 2; i++) {
            const uint32_t sector = NOR->components[i].slot.address + 4096;
            bench_reset(&road.bench);
            request_with(&road, &road.deltas);
            lab_flash_stick(&road.bench.flash, sector, fault);
            assert_int_equal(bench_boot(&road.bench), 0);
            expect_failed(&road.bench,
                          i == 0 ? FFX_STATUS_FAILED_MODEM
                                 : FFX_STATUS_FAILED_AP,
                          FFX_ERR_FLASH);
            assert_true(ffx_agent_state(&road.bench.agent)->installing);
            assert_in_range(road.bench.flash.wear[sector / 4096], 1, 3);
            refuse_with(&road, &road.deltas, FFX_ERR_FLASH);
            lab_flash_stick(&road.bench.flash, sector, LAB_FAULT_NONE);
            recover_with(&road, &road.deltas);
        }
    road_close(&road);
}

static void a_stuck_sector_behind_the_image_ends_in_recovery(void **state)
{
    (void)state;
    static const enum lab_fault faults[] = {LAB_FAULT_ERASE,
                                            LAB_FAULT_ERASE_SILENT};
    const uint32_t sector = AP.address + 16384;
    struct road road;
    road_open(&road);
    for (size_t i = 0; i < 2; i++) {
        bench_reset(&road.bench);
        request_with(&road, &road.deltas);
        lab_flash_stick(&road.bench.flash, sector, faults[i]);
        assert_int_equal(bench_boot(&road.bench), 0);
        expect_failed(&road.bench, FFX_STATUS_FAILED_AP, FFX_ERR_FLASH);
        lab_flash_stick(&road.bench.flash, sector, LAB_FAULT_NONE);
        recover_with(&road, &road.deltas);
    }
    road_close(&road);
}

static void a_stuck_journal_sector_is_passed_over(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (uint32_t i = 0; i < RECORDS; i++)
        for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS;
             fault++) {
            bench_reset(&road.bench);
            lab_flash_stick(&road.bench.flash, RECORD_AT(i), fault);
            request_with(&road, &road.deltas);
            assert_int_equal(bench_boot(&road.bench), 0);
            bench_expect_installed(&road.bench, &road.bench.b);
        }
    road_close(&road);
}

static void stick_journal(struct road *road, uint32_t well,
                          enum lab_fault fault)
{
    for (uint32_t i = 0; i < RECORDS; i++)
        if (i != well)
            lab_flash_stick(&road->bench.flash, RECORD_AT(i), fault);
}

/* Nothing was touched: A can be started, and says 7. */
static void a_stuck_journal_refuses_before_the_first_erase(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (uint32_t well = 0; well < RECORDS; well++)
        for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS;
             fault++) {
            struct bench *bench = &road.bench;
            bench_reset(bench);
            request_with(&road, &road.deltas);
            stick_journal(&road, well, fault);
            assert_int_equal(bench_boot(bench), FFX_ERR_FLASH);
            assert_int_equal(ffx_agent_status(&bench->agent),
                             FFX_STATUS_REFUSED);
            assert_int_equal(ffx_agent_state(&bench->agent)->error,
                             FFX_ERR_FLASH);
            assert_int_equal(bench->failed, 1);
            assert_true(bench_holds(bench, &bench->a));
            stick_journal(&road, well, LAB_FAULT_NONE);
            assert_int_equal(bench_boot(bench), 0);
            bench_expect_installed(bench, &bench->b);
        }
    road_close(&road);
}

static enum lab_fault journal_fault;

static void stick_journal_at_half(struct bench *bench,
                                  const struct ffx_agent_event *event)
{
    if (event->kind != FFX_AGENT_PROGRESS || event->percent < 60)
        return;
    for (uint32_t i = 0; i < RECORDS; i++)
        lab_flash_stick(&bench->flash, RECORD_AT(i), journal_fault);
}

/* AT has to answer, and says 5; a journal that is well again goes on. */
static void a_journal_stuck_in_mid_update_ends_in_recovery(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (journal_fault = LAB_FAULT_ERASE; journal_fault < LAB_FAULTS;
         journal_fault++) {
        struct bench *bench = &road.bench;
        bench_reset(bench);
        request_with(&road, &road.deltas);
        bench->at_event = stick_journal_at_half;
        for (int boot = 0; boot < 2; boot++) {
            assert_int_equal(bench_boot(bench), FFX_ERR_FLASH);
            assert_int_equal(ffx_agent_status(&bench->agent),
                             FFX_STATUS_FAILED_AP);
            assert_false(ffx_agent_locked(&bench->agent));
            assert_int_equal(ffx_agent_request(&bench->agent), FFX_ERR_FLASH);
        }
        bench->at_event = NULL;
        stick_journal(&road, RECORDS, LAB_FAULT_NONE);
        assert_int_equal(bench_boot(bench), 0);
        bench_expect_installed(bench, &bench->b);
    }
    road_close(&road);
}

/* --- bits that rot ------------------------------------------------------- */

/* Cuts the update once the record says that scratch holds a step. */
static void cut_while_installing(struct road *road,
                                 const struct forge_bytes *zip)
{
    struct bench *bench = &road->bench;
    bench_reset(bench);
    request_with(road, zip);
    assert_int_equal(bench_power_up(bench), 0);
    int rc;
    do
        rc = ffx_agent_step(&bench->agent);
    while (rc == 1 &&
           !(bench->agent.state.installing && bench->agent.commits == 0));
    assert_int_equal(rc, 1);
    bench->at_event = NULL;
}

static void a_rotten_scratch_copy_needs_full_images(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (int full = 0; full < 2; full++) {
        cut_while_installing(&road, full ? &road.images : &road.deltas);
        const uint32_t place = road.bench.agent.state.place;
        lab_flash_rot(&road.bench.flash,
                      NOR->scratch.address + place * NOR->step_bytes + 77, 4);
        assert_int_equal(bench_boot(&road.bench), 0);
        expect_failed(&road.bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_FLASH);
        assert_true(ffx_agent_state(&road.bench.agent)->lost);
        refuse_with(&road, &road.deltas, FFX_ERR_RECOVERY);
        recover_with(&road, &road.images);
        assert_false(ffx_agent_state(&road.bench.agent)->lost);
    }
    road_close(&road);
}

/* What is lost is found again with the first step of the full images. */
static void full_images_for_a_lost_component_survive_a_cut_too(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    for (uint64_t n = 1; n <= 40; n += 3) {
        cut_while_installing(&road, &road.deltas);
        const uint32_t place = road.bench.agent.state.place;
        lab_flash_rot(&road.bench.flash,
                      NOR->scratch.address + place * NOR->step_bytes, 4);
        assert_int_equal(bench_boot(&road.bench), 0);
        expect_failed(&road.bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_FLASH);
        request_with(&road, &road.images);
        road.bench.flash.cuts_fired = 0;
        lab_flash_cut(&road.bench.flash, n, LAB_TEAR_FIRST_HALF);
        assert_int_equal(bench_boot(&road.bench), FFX_ERR_POWER);
        assert_int_equal(road.bench.flash.cuts_fired, 1);
        assert_int_equal(bench_boot(&road.bench), 0);
        bench_expect_installed(&road.bench, &road.bench.b);
    }
    road_close(&road);
}

static uint32_t rot_at; /* address */
static uint32_t rot_percent;

static void rot_a_bit(struct bench *bench, const struct ffx_agent_event *event)
{
    if (event->kind == FFX_AGENT_PROGRESS && event->percent >= rot_percent) {
        lab_flash_rot(&bench->flash, rot_at, 1);
        rot_percent = 101;
    }
}

static void fail_by_rot(struct road *road, uint32_t address, uint32_t percent,
                        int status, int error)
{
    bench_reset(&road->bench);
    request_with(road, &road->deltas);
    rot_at = address;
    rot_percent = percent;
    road->bench.at_event = rot_a_bit;
    assert_int_equal(bench_boot(&road->bench), 0);
    assert_int_equal(rot_percent, 101);
    road->bench.at_event = NULL;
    expect_failed(&road->bench, status, error);
}

/* A finished sector, and the blank rest of the sector in which B ends. */
static void
an_image_that_comes_out_wrong_is_never_called_installed(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    const uint32_t wrong[] = {AP.address + 5, AP.address + 15000,
                              AP.address + 16383};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fail_by_rot(&road, wrong[i], 100, FFX_STATUS_FAILED_AP, FFX_ERR_DIGEST);
        refuse_with(&road, &road.deltas, FFX_ERR_RECOVERY);
        recover_with(&road, &road.images);
    }
    road_close(&road);
}

/* Modem is being written, and the delta for ap loses its ground: seen when
 * the boot after a cut digests it again. */
static void a_source_that_rots_during_a_cut_is_not_used(void **state)
{
    (void)state;
    struct road road;
    road_open(&road);
    cut_while_installing(&road, &road.deltas);
    lab_flash_rot(&road.bench.flash, AP.address + 19999, 1);
    assert_int_equal(bench_boot(&road.bench), 0);
    expect_failed(&road.bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_SOURCE);
    /* Seen at once: of modem, too, only the step in hand was finished. */
    assert_int_equal(ffx_agent_state(&road.bench.agent)->step.index, 0);
    assert_int_equal(ffx_agent_state(&road.bench.agent)->installing, 1);
    refuse_with(&road, &road.deltas, FFX_ERR_SOURCE);
    recover_with(&road, &road.images);
    road_close(&road);
}

/* --- files that change under the agent ----------------------------------- */

static const struct forge_bytes *swap_to;

static void swap_package(struct bench *bench)
{
    bench->package = swap_to;
}

/* A third image never runs: A untouched, B exact, what it was swapped for
 * exact, or recovery that full images of B's sequence or later end. */
static void expect_an_end(struct road *road, const struct bench_release *c,
                          const struct forge_bytes *full_c)
{
    struct bench *bench = &road->bench;
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_REFUSED) {
        assert_true(bench_holds(bench, &bench->a));
        assert_int_equal(bench_slot_wear(bench), 0);
    } else if (status == FFX_STATUS_SUCCESS) {
        assert_true(bench_holds(bench, &bench->b) || bench_holds(bench, c));
    } else {
        assert_true(status == FFX_STATUS_FAILED_MODEM ||
                    status == FFX_STATUS_FAILED_AP);
        bench->before_read = NULL;
        request_with(road, full_c);
        assert_int_equal(bench_boot(bench), 0);
        bench_expect_installed(bench, c);
    }
}

static uint32_t reads_of_an_update(struct road *road,
                                   const struct forge_bytes *zip)
{
    bench_reset(&road->bench);
    request_with(road, zip);
    road->bench.before_read = swap_package;
    road->bench.before_read_number = UINT32_MAX;
    assert_int_equal(bench_boot(&road->bench), 0);
    bench_expect_installed(&road->bench, &road->bench.b);
    return road->bench.reads;
}

/* Before every read of the package in turn, `other` takes its place; null:
 * the read fails. */
static void swap_at_every_read(struct road *road, const struct forge_bytes *zip,
                               const struct forge_bytes *other,
                               const struct bench_release *c,
                               const struct forge_bytes *full_c)
{
    const uint32_t reads = reads_of_an_update(road, zip);
    int ends[FFX_STATUS_IDLE + 1] = {0};
    assert_true(reads > 20);
    for (uint32_t k = 1; k <= reads; k++) {
        bench_reset(&road->bench);
        request_with(road, zip);
        swap_to = other;
        road->bench.before_read = swap_package;
        road->bench.before_read_number = k;
        assert_int_equal(bench_boot(&road->bench), 0);
        ends[ffx_agent_status(&road->bench.agent)]++;
        expect_an_end(road, c, full_c);
    }
    assert_true(ends[FFX_STATUS_REFUSED] > 0);
}

static void
a_package_swapped_at_any_read_never_makes_a_third_image(void **state)
{
    (void)state;
    struct road road;
    struct bench_release c;
    road_open(&road);
    bench_release_make(&road.bench, &c, "1529B07SIM7000G", 7, NOR->size_b, 300);
    struct forge_bytes full_c =
        bench_package(&road.bench, &road.bench.a, &c, BENCH_IMAGES);
    struct forge_bytes delta_c =
        bench_package(&road.bench, &road.bench.a, &c, BENCH_DELTAS);
    swap_at_every_read(&road, &road.images, &full_c, &c, &full_c);
    swap_at_every_read(&road, &road.deltas, &delta_c, &c, &full_c);
    swap_at_every_read(&road, &road.deltas, NULL, &c, &full_c);
    free(full_c.bytes);
    free(delta_c.bytes);
    bench_release_free(&c);
    road_close(&road);
}

/* --- what recovery takes ------------------------------------------------- */

/* A device in 3 that was cut in mid-modem and lost its file. */
static void lose_the_package(struct road *road)
{
    cut_while_installing(road, &road->deltas);
    road->bench.package = NULL;
    assert_int_equal(bench_boot(&road->bench), 0);
    expect_failed(&road->bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_NO_PACKAGE);
}

static void refuse_job(struct road *road, struct bench_job *job, int error)
{
    struct forge_bytes zip = bench_job_build(job);
    refuse_with(road, &zip, error);
    free(zip.bytes);
}

static void full_job(struct road *road, struct bench_job *job)
{
    bench_job_make(&road->bench, job, &road->bench.a, &road->bench.b,
                   BENCH_IMAGES);
}

static void recovery_refuses_what_is_not_for_this_device(void **state)
{
    (void)state;
    struct road road;
    struct bench_job job;
    road_open(&road);
    lose_the_package(&road);
    full_job(&road, &job);
    strcpy(job.forge.release.model, "SIM7000G-N");
    strcpy(job.forge.cert.model, "SIM7000G-N");
    strcpy(job.forge.manifest.model, "SIM7000G-N");
    refuse_job(&road, &job, FFX_ERR_MODEL);
    full_job(&road, &job);
    job.forge.signer[FORGE_TEXT_RELEASE] = FORGE_OTHER;
    refuse_job(&road, &job, FFX_ERR_SIGNATURE);
    full_job(&road, &job);
    job.forge.manifest.parts[0].step *= 2;
    refuse_job(&road, &job, FFX_ERR_GEOMETRY);
    full_job(&road, &job);
    job.forge.release.sequence = 5;
    refuse_job(&road, &job, FFX_ERR_SEQUENCE);
    full_job(&road, &job);
    job.forge.release.sequence = 5 + 65537;
    refuse_job(&road, &job, FFX_ERR_SEQUENCE);
    recover_with(&road, &road.deltas);
    road_close(&road);
}

/* The very `package`, beside another release of the same version. */
static void recovery_knows_the_release_too(void **state)
{
    (void)state;
    struct road road;
    struct bench_job job;
    road_open(&road);
    lose_the_package(&road);
    bench_job_make(&road.bench, &job, &road.bench.a, &road.bench.b,
                   BENCH_DELTAS);
    job.forge.release.sequence++;
    refuse_job(&road, &job, FFX_ERR_RECOVERY);
    recover_with(&road, &road.deltas);
    road_close(&road);
}

/* From and from_sha256 are not demanded, but each component must be there. */
static void recovery_needs_every_component_that_is_not_right(void **state)
{
    (void)state;
    struct road road;
    struct bench_job job;
    road_open(&road);
    lose_the_package(&road);
    full_job(&road, &job);
    strcpy(job.forge.manifest.from, "0000");
    memset(job.forge.manifest.parts[0].from_sha256, 0, FFX_SHA256_BYTES);
    struct ffx_part modem = job.forge.manifest.parts[0];
    /* ap alone: modem is torn. */
    job.forge.manifest.parts[0] = job.forge.manifest.parts[1];
    job.forge.manifest.part_count = 1;
    uint8_t *image = job.payload[0];
    job.payload[0] = job.payload[1];
    job.payload[1] = NULL;
    struct forge_bytes ap = bench_job_build(&job);
    refuse_with(&road, &ap, FFX_ERR_RECOVERY);
    free(ap.bytes);
    /* modem alone: ap is still A's. */
    full_job(&road, &job);
    job.forge.manifest.part_count = 1;
    free(job.payload[1]);
    job.payload[1] = NULL;
    refuse_job(&road, &job, FFX_ERR_RECOVERY);
    /* Both, from nowhere. */
    full_job(&road, &job);
    strcpy(job.forge.manifest.from, "0000");
    job.forge.manifest.parts[0].from_sha256[3] = modem.from_sha256[3];
    memset(job.forge.manifest.parts[1].from_sha256, 0, FFX_SHA256_BYTES);
    struct forge_bytes both = bench_job_build(&job);
    recover_with(&road, &both);
    free(both.bytes);
    free(image);
    road_close(&road);
}

/* Begun with 6, replaced by 7, lost again: 6 is too old from then on. */
static void recovery_never_goes_back_behind_what_it_began(void **state)
{
    (void)state;
    struct road road;
    struct bench_release c;
    road_open(&road);
    bench_release_make(&road.bench, &c, "1529B07SIM7000G", 7, NOR->size_b, 300);
    struct forge_bytes full_c =
        bench_package(&road.bench, &road.bench.b, &c, BENCH_IMAGES);
    lose_the_package(&road);
    request_with(&road, &full_c);
    assert_int_equal(bench_power_up(&road.bench), 0);
    while (ffx_agent_status(&road.bench.agent) == FFX_STATUS_FAILED_MODEM)
        assert_int_equal(ffx_agent_step(&road.bench.agent), 1);
    while (road.bench.agent.commits != 0)
        assert_int_equal(ffx_agent_step(&road.bench.agent), 1);
    road.bench.package = NULL;
    assert_int_equal(bench_boot(&road.bench), 0);
    expect_failed(&road.bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_NO_PACKAGE);
    assert_int_equal(ffx_agent_state(&road.bench.agent)->begun, 7);
    refuse_with(&road, &road.images, FFX_ERR_SEQUENCE);
    refuse_with(&road, &road.deltas, FFX_ERR_SEQUENCE);
    request_with(&road, &full_c);
    assert_int_equal(bench_boot(&road.bench), 0);
    bench_expect_installed(&road.bench, &c);
    free(full_c.bytes);
    bench_release_free(&c);
    road_close(&road);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stuck_scratch_place_is_passed_over),
        cmocka_unit_test(scratch_stuck_before_the_first_erase_refuses),
        cmocka_unit_test(scratch_stuck_later_ends_in_recovery),
        cmocka_unit_test(a_stuck_slot_sector_ends_in_recovery_and_can_go_on),
        cmocka_unit_test(a_stuck_sector_behind_the_image_ends_in_recovery),
        cmocka_unit_test(a_stuck_journal_sector_is_passed_over),
        cmocka_unit_test(a_stuck_journal_refuses_before_the_first_erase),
        cmocka_unit_test(a_journal_stuck_in_mid_update_ends_in_recovery),
        cmocka_unit_test(a_rotten_scratch_copy_needs_full_images),
        cmocka_unit_test(full_images_for_a_lost_component_survive_a_cut_too),
        cmocka_unit_test(
            an_image_that_comes_out_wrong_is_never_called_installed),
        cmocka_unit_test(a_source_that_rots_during_a_cut_is_not_used),
        cmocka_unit_test(
            a_package_swapped_at_any_read_never_makes_a_third_image),
        cmocka_unit_test(recovery_refuses_what_is_not_for_this_device),
        cmocka_unit_test(recovery_knows_the_release_too),
        cmocka_unit_test(recovery_needs_every_component_that_is_not_right),
        cmocka_unit_test(recovery_never_goes_back_behind_what_it_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
