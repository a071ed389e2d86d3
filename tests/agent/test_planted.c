/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that tests/mutants asked for: each was false of an agent with a
 * bug in it that no other test saw, or only a sweep of more than a minute. */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])
#define ONE_PLACE (&bench_geometries[3])
#define MODEM (NOR->components[0].slot)
#define AP (NOR->components[1].slot)

static void request_with(struct bench *bench, const struct forge_bytes *zip)
{
    bench->package = zip;
    bench_request(bench);
}

/* A to B, with a key more. */
static struct forge_bytes package_with_key(struct bench *bench,
                                           enum forge_key key)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    job.forge.release.has_next_key = 1;
    job.forge.release.next_key = *forge_public(key);
    return bench_job_build(&job);
}

static void expect_failed(struct bench *bench, int status, int error)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(bench_power_up(bench), 0);
    assert_int_equal(state->status, status);
    assert_int_equal(state->error, error);
    assert_int_equal(state->requested, 0);
    assert_false(ffx_agent_pending(&bench->agent));
}

/* --- journal ------------------------------------------------------------- */

#define SECTORS (NOR->journal.length / NOR->regions[0].sector_bytes)

static struct ffx_flash_area sector_at(uint32_t i)
{
    const uint32_t bytes = NOR->regions[0].sector_bytes;
    return (struct ffx_flash_area){NOR->journal.address + i * bytes, bytes};
}

static void wipe(struct bench *bench, uint32_t i)
{
    const struct ffx_flash_area sector = sector_at(i);
    lab_flash_fill(&bench->flash, sector.address, 0xa5, sector.length);
}

/* A sector takes nothing and says nothing of it: the others are enough, and
 * it does not matter which of them is lost afterwards. */
static void a_commit_stands_in_two_sectors_that_are_well(void **state)
{
    (void)state;
    struct bench bench;
    const struct forge_bytes opaque = {NULL, 0};
    bench_open(&bench, NOR);
    for (uint32_t stuck = 0; stuck < SECTORS; stuck++)
        for (uint32_t lost = 0; lost < SECTORS; lost++) {
            if (lost == stuck)
                continue;
            bench_reset(&bench);
            lab_flash_stick(&bench.flash, sector_at(stuck).address,
                            LAB_FAULT_PROGRAM_SILENT);
            request_with(&bench, &opaque);
            wipe(&bench, lost);
            assert_int_equal(bench_power_up(&bench), 0);
            assert_int_equal(ffx_agent_status(&bench.agent),
                             FFX_STATUS_REQUESTED);
        }
    bench_close(&bench);
}

/* What cannot be read today may be read tomorrow, and be newer. */
static void a_commit_fills_every_sector_that_cannot_be_read(void **state)
{
    (void)state;
    struct bench bench;
    const struct forge_bytes opaque = {NULL, 0};
    bench_open(&bench, NOR);
    const uint32_t newest = bench.agent.journal.newest;
    for (uint32_t i = 0; i < SECTORS; i++)
        if (i != newest)
            wipe(&bench, i);
    assert_int_equal(bench_power_up(&bench), 0);
    request_with(&bench, &opaque);
    assert_int_equal(bench_power_up(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_REQUESTED);
    assert_int_equal(bench.agent.journal.holes, 0);
    bench_close(&bench);
}

/* 1: the record in the sector says that CFOTA=1 was said. */
static int says_requested(const struct bench *bench, uint32_t i)
{
    const uint8_t *record = bench->flash.bytes + sector_at(i).address;
    return memcmp(record, "FFX1", 4) == 0 && record[8] == FFX_STATUS_REQUESTED;
}

/* CFOTA=1, then boots, each of which loses its power behind the first copy
 * of a commit, the last one behind an erase. Each of those copies may be
 * legible by luck alone; here the luck is out in the end. */
static void commits_that_were_cut_never_cost_the_last_sure_state(void **state)
{
    (void)state;
    struct bench bench;
    const struct forge_bytes opaque = {NULL, 0};
    bench_open(&bench, NOR);
    for (uint32_t boots = 0; boots < 5; boots++) {
        bench_reset(&bench);
        bench.package = &opaque;
        lab_flash_cut(&bench.flash, 2, LAB_TEAR_AFTER);
        assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_POWER);
        for (uint32_t i = 0; i <= boots; i++) {
            lab_flash_power_up(&bench.flash);
            lab_flash_cut(&bench.flash, i == boots ? 1 : 2, LAB_TEAR_AFTER);
            assert_int_equal(bench_boot(&bench), FFX_ERR_POWER);
        }
        for (uint32_t i = 0; i < SECTORS; i++)
            if (says_requested(&bench, i))
                wipe(&bench, i);
        assert_int_equal(bench_power_up(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    }
    bench_close(&bench);
}

static struct {
    int (*read)(void *, uint32_t, void *, uint32_t);
    uint32_t reads, bad;
} port;

static int read_badly(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    const int rc = port.read(context, address, buffer, length);
    if (++port.reads == port.bad)
        ((uint8_t *)buffer)[length / 2] ^= 0x10;
    return rc;
}

/* The device is at rest: what one read got wrong costs no erase. */
static void one_bad_read_of_the_journal_changes_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    port.read = bench.flash.port.read;
    bench.flash.port.read = read_badly;
    port.bad = 0;
    do {
        port.bad++;
        port.reads = 0;
        assert_int_equal(bench_power_up(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
        assert_false(ffx_agent_pending(&bench.agent));
    } while (port.bad < port.reads);
    assert_true(port.bad > 4);
    bench_close(&bench);
}

/* --- the start ---------------------------------------------------------- */

/* They rest on nothing that stands there, and take the place of A only. */
static void full_images_are_refused_where_a_does_not_stand(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t byte = NOR->components[i].slot.address + 4097;
        bench_reset(&bench);
        request_with(&bench, &zip);
        lab_flash_rot(&bench.flash, byte, 0x10);
        assert_int_equal(bench_boot(&bench), 0);
        lab_flash_rot(&bench.flash, byte, 0x10);
        bench_expect_refused(&bench, FFX_ERR_SOURCE);
    }
    free(zip.bytes);
    bench_close(&bench);
}

/* --- the end of an update ------------------------------------------------ */

static void an_image_may_end_in_erased_bytes(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    memset(bench.b.image[0] + bench.b.size[0] - 300, 0xff, 300);
    memset(bench.b.image[1] + bench.b.size[1] - 1, 0xff, 1);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    request_with(&bench, &zip);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

static int rotted;

static void rot_at_the_end(struct bench *bench,
                           const struct ffx_agent_event *event)
{
    if (event->kind != FFX_AGENT_PROGRESS || event->percent < 100 || rotted)
        return;
    lab_flash_rot(&bench->flash, AP.address + 7, 1);
    rotted = 1;
}

static void keys_stay_when_an_image_comes_out_wrong(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip = package_with_key(&bench, FORGE_OTHER);
    request_with(&bench, &zip);
    rotted = 0;
    bench.at_event = rot_at_the_end;
    assert_int_equal(bench_boot(&bench), 0);
    assert_true(rotted);
    expect_failed(&bench, FFX_STATUS_FAILED_AP, FFX_ERR_DIGEST);
    assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 1);
    free(zip.bytes);
    bench_close(&bench);
}

static void a_key_that_is_known_takes_no_second_place(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip = package_with_key(&bench, FORGE_RELEASE);
    request_with(&bench, &zip);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 1);
    free(zip.bytes);
    bench_close(&bench);
}

/* The power goes in the instant in which the file has gone. */
static void the_package_goes_once_6_is_in_the_journal(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    request_with(&bench, &zip);
    assert_int_equal(bench_power_up(&bench), 0);
    while (!bench.removed)
        assert_int_equal(ffx_agent_step(&bench.agent), 1);
    assert_int_equal(bench_power_up(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_SUCCESS);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

/* The power goes once the record says that nothing is to be removed. */
static void the_package_has_gone_when_nothing_is_to_be_removed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    request_with(&bench, &zip);
    assert_int_equal(bench_power_up(&bench), 0);
    while (ffx_agent_status(&bench.agent) != FFX_STATUS_SUCCESS ||
           ffx_agent_state(&bench.agent)->removing || bench.agent.commits != 0)
        assert_int_equal(ffx_agent_step(&bench.agent), 1);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

/* All places in scratch are erased equally often, give or take one. */
static void scratch_wears_evenly(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++) {
        struct bench bench;
        uint64_t least = UINT64_MAX, most = 0;
        bench_open(&bench, &bench_geometries[i]);
        const struct ffx_flash_area scratch = bench.config.scratch;
        const uint32_t step = bench.config.step_bytes;
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
        request_with(&bench, &zip);
        assert_int_equal(bench_boot(&bench), 0);
        for (uint32_t at = 0; at < scratch.length; at += step) {
            /* The first sector of a place: a short step takes no others. */
            const struct ffx_flash_area place = {scratch.address + at, 1};
            const uint64_t wear = lab_flash_wear(&bench.flash, &place);
            least = wear < least ? wear : least;
            most = wear > most ? wear : most;
        }
        assert_true(least > 0 && most - least <= 1);
        free(zip.bytes);
        bench_close(&bench);
    }
}

/* --- resume -------------------------------------------------------------- */

/* The power goes once the record says that scratch holds step 0 of modem. */
static void cut_while_installing(struct bench *bench,
                                 const struct forge_bytes *zip)
{
    bench_reset(bench);
    request_with(bench, zip);
    assert_int_equal(bench_power_up(bench), 0);
    do
        assert_int_equal(ffx_agent_step(&bench->agent), 1);
    while (!bench->agent.state.installing || bench->agent.commits != 0);
}

/* Only the step in hand was finished: it needs no package. The record goes on
 * promising it. */
static void expect_one_step(const struct bench *bench, uint64_t sectors)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const struct ffx_step *step = &state->step;
    assert_int_equal(state->installing, 1);
    assert_int_equal(step->index, 0);
    assert_int_equal(state->lost, 0);
    assert_memory_equal(bench->flash.bytes + MODEM.address + step->offset,
                        bench->b.image[0] + step->offset, step->length);
    assert_int_equal(bench_slot_wear(bench), sectors);
}

static void the_step_in_hand_is_finished_without_the_package(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    cut_while_installing(&bench, &zip);
    bench.package = NULL;
    assert_int_equal(bench_boot(&bench), 0);
    expect_failed(&bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_NO_PACKAGE);
    expect_one_step(&bench, 1);
    request_with(&bench, &zip);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

/* Another one of the same release is not the one that was begun. */
static void a_resume_takes_the_very_package_only(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes deltas =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    struct forge_bytes images =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    cut_while_installing(&bench, &deltas);
    bench.package = &images;
    assert_int_equal(bench_boot(&bench), 0);
    expect_failed(&bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_RECOVERY);
    expect_one_step(&bench, 1);
    request_with(&bench, &deltas);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(deltas.bytes);
    free(images.bytes);
    bench_close(&bench);
}

/* The copy of a step goes once the record has let go of the step. */
static void one_place_in_scratch_is_enough(void **state)
{
    (void)state;
    struct bench bench;
    uint32_t cuts = 0;
    bench_open(&bench, ONE_PLACE);
    assert_int_equal(bench.config.scratch.length, bench.config.step_bytes);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    do {
        bench_reset(&bench);
        request_with(&bench, &zip);
        lab_flash_power_up(&bench.flash);
        lab_flash_cut(&bench.flash, ++cuts, LAB_TEAR_FIRST_HALF);
        if (bench_boot(&bench) == FFX_ERR_POWER)
            assert_int_equal(bench_boot(&bench), 0);
        bench_expect_installed(&bench, &bench.b);
    } while (bench.flash.cuts_fired != 0);
    assert_true(cuts > 40);
    free(zip.bytes);
    bench_close(&bench);
}

/* Signed lines and sizes are those of before, one byte of a payload is not. */
static void a_resume_digests_the_payloads_again(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    /* In the image of ap; the directory behind it has some 600 bytes. */
    uint8_t *const byte = &zip.bytes[zip.length - 5000];
    cut_while_installing(&bench, &zip);
    *byte ^= 1;
    assert_int_equal(bench_boot(&bench), 0);
    expect_failed(&bench, FFX_STATUS_FAILED_MODEM, FFX_ERR_PAYLOAD);
    expect_one_step(&bench, 1);
    *byte ^= 1;
    request_with(&bench, &zip);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

/* --- trial boot ---------------------------------------------------------- */

#define BOOTS 3u

/* Provisioned anew: its records have two blocks. B's sequence is not the one
 * behind A's. */
static void trial_open(struct bench *bench)
{
    struct ffx_installed installed[FFX_COMPONENTS];
    bench_open(bench, NOR);
    memcpy(installed, ffx_agent_state(&bench->agent)->installed,
           sizeof installed);
    const struct ffx_provision facts = {
        .model = "SIM7000G",
        .sequence = bench->a.sequence,
        .installed = installed,
        .keys = forge_public(FORGE_RELEASE),
        .key_count = 1,
    };
    for (uint32_t i = 0; i < SECTORS; i++)
        wipe(bench, i);
    bench->b.sequence = bench->a.sequence + 10;
    bench->config.trial_boots = BOOTS;
    assert_int_equal(bench_power_up(bench), FFX_ERR_STATE);
    assert_int_equal(ffx_agent_provision(&bench->agent, &facts), 0);
}

/* Nothing of B is said yet but that it is on trial. */
static void expect_on_trial(struct bench *bench, uint32_t trial)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(bench_power_up(bench), 0);
    assert_true(ffx_agent_on_trial(&bench->agent));
    assert_int_equal(state->trial, trial);
    assert_int_equal(state->status, FFX_STATUS_UPDATING_AP);
    assert_int_equal(state->sequence, bench->a.sequence);
    assert_int_equal(state->key_count, 1);
    assert_string_equal(state->installed[0].version, bench->a.version);
    assert_true(bench_holds(bench, &bench->b));
    assert_int_equal(bench->removed, 0);
}

static void begin_trial(struct bench *bench, const struct forge_bytes *zip)
{
    request_with(bench, zip);
    assert_int_equal(bench_boot(bench), 0);
    expect_on_trial(bench, BOOTS + 1);
}

/* Each start is in the journal before the firmware has begun. */
static void b_is_started_so_many_times_and_no_more(void **state)
{
    (void)state;
    struct bench bench;
    trial_open(&bench);
    struct forge_bytes zip = package_with_key(&bench, FORGE_OTHER);
    begin_trial(&bench, &zip);
    for (uint32_t left = BOOTS; left > 0; left--) {
        assert_int_equal(bench_boot(&bench), 0);
        expect_on_trial(&bench, left);
    }
    assert_int_equal(bench_boot(&bench), 0);
    assert_false(ffx_agent_on_trial(&bench.agent));
    expect_failed(&bench, FFX_STATUS_FAILED_AP, FFX_ERR_TRIAL);
    assert_int_equal(ffx_agent_state(&bench.agent)->trial, FFX_TRIAL_FAILED);
    assert_int_equal(ffx_agent_state(&bench.agent)->sequence, bench.a.sequence);
    assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 1);
    assert_int_equal(ffx_agent_confirm(&bench.agent), FFX_ERR_BUSY);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.flash.operations, 0);
    free(zip.bytes);
    bench_close(&bench);
}

static void b_confirms_itself_on_trial_only_and_once(void **state)
{
    (void)state;
    struct bench bench;
    trial_open(&bench);
    struct forge_bytes zip = package_with_key(&bench, FORGE_OTHER);
    assert_int_equal(ffx_agent_confirm(&bench.agent), FFX_ERR_BUSY);
    request_with(&bench, &zip);
    assert_int_equal(ffx_agent_confirm(&bench.agent), FFX_ERR_BUSY);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench_boot(&bench), 0);
    expect_on_trial(&bench, BOOTS);
    assert_int_equal(ffx_agent_confirm(&bench.agent), 0);
    assert_int_equal(ffx_agent_confirm(&bench.agent), FFX_ERR_BUSY);
    assert_int_equal(bench.removed, 1);
    assert_int_equal(bench_power_up(&bench), 0);
    assert_false(ffx_agent_on_trial(&bench.agent));
    assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 2);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_stands_in_two_sectors_that_are_well),
        cmocka_unit_test(a_commit_fills_every_sector_that_cannot_be_read),
        cmocka_unit_test(commits_that_were_cut_never_cost_the_last_sure_state),
        cmocka_unit_test(one_bad_read_of_the_journal_changes_nothing),
        cmocka_unit_test(full_images_are_refused_where_a_does_not_stand),
        cmocka_unit_test(an_image_may_end_in_erased_bytes),
        cmocka_unit_test(keys_stay_when_an_image_comes_out_wrong),
        cmocka_unit_test(a_key_that_is_known_takes_no_second_place),
        cmocka_unit_test(the_package_goes_once_6_is_in_the_journal),
        cmocka_unit_test(the_package_has_gone_when_nothing_is_to_be_removed),
        cmocka_unit_test(scratch_wears_evenly),
        cmocka_unit_test(the_step_in_hand_is_finished_without_the_package),
        cmocka_unit_test(a_resume_takes_the_very_package_only),
        cmocka_unit_test(one_place_in_scratch_is_enough),
        cmocka_unit_test(a_resume_digests_the_payloads_again),
        cmocka_unit_test(b_is_started_so_many_times_and_no_more),
        cmocka_unit_test(b_confirms_itself_on_trial_only_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
