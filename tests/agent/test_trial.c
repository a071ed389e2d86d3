/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trial boot: B is whole and runs, and is not installed before it says so.
 * A case that fails prints itself.
 */
#include "trial_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOTS 3u

/* nor, with four journal sectors; write-once-ecc and flash-word-32, with three;
 * the last with one component, "app". */
static const uint32_t geometries[] = {0, 1, 4};
#define GEOMETRIES (sizeof geometries / sizeof geometries[0])

/* --- cases --------------------------------------------------------------- */

static char case_id[96];

static void case_begins(const char *what, const struct bench *bench,
                        uint64_t operation, int tear)
{
    snprintf(case_id, sizeof case_id, "%s, %s, operation %u, tear %d", what,
             bench->geometry->name, (unsigned)operation, tear);
}

static int case_report(void **state)
{
    (void)state;
    if (case_id[0] != '\0')
        fprintf(stderr, "case: %s\n", case_id);
    case_id[0] = '\0';
    return 0;
}

static void done(struct trial_bench *trial)
{
    case_id[0] = '\0';
    trial_bench_close(trial);
}

/* --- on trial ------------------------------------------------------------ */

static void b_on_trial_leaves_the_record_to_a(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        for (int full = 0; full < 2; full++) {
            bench_reset(bench);
            trial_bench_request(bench, full ? &trial.images : &trial.deltas);
            trial_bench_boot(bench);
            trial_bench_expect_running(bench, &bench->b, BOOTS);
            /* From flash, and a load costs no boot. */
            assert_int_equal(bench_power_up(bench), 0);
            trial_bench_expect_running(bench, &bench->b, BOOTS);
        }
        done(&trial);
    }
}

/* Counted before run says 0, once for each boot; the next one ends it. */
static void each_boot_counts_one_start(void **state)
{
    (void)state;
    static const uint8_t boots[] = {1, BOOTS, 253};
    for (uint32_t i = 0; i < GEOMETRIES; i++)
        for (uint32_t k = 0; k < sizeof boots; k++) {
            struct trial_bench trial;
            struct bench *bench = &trial.bench;
            trial_bench_open(&trial, geometries[i], boots[k]);
            trial_bench_expect_unconfirmed(bench);
            trial_bench_back(bench, &trial.running);
            for (uint32_t left = boots[k]; left-- > 0;) {
                trial_bench_boot(bench);
                trial_bench_expect_running(bench, &bench->b, left);
                assert_int_equal(ffx_agent_run(&bench->agent), 0);
                trial_bench_expect_running(bench, &bench->b, left);
                assert_int_equal(bench_power_up(bench), 0);
                trial_bench_expect_running(bench, &bench->b, left);
            }
            trial_bench_boot(bench);
            trial_bench_expect_unconfirmed(bench);
            done(&trial);
        }
}

/* Modem alone: then the status is modem's. */
static void the_status_is_that_of_the_last_updated_component(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct bench bench;
        bench_open_trial(&bench, &bench_geometries[i], 1);
        const struct bench_geometry *geometry = bench.geometry;
        bench.b.image[1] = realloc(bench.b.image[1], geometry->size_a[1]);
        assert_non_null(bench.b.image[1]);
        bench.b.size[1] = geometry->size_a[1];
        memcpy(bench.b.image[1], bench.a.image[1], bench.a.size[1]);
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
        trial_bench_request(&bench, &zip);
        trial_bench_boot(&bench);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(ffx_agent_status(&bench.agent),
                             FFX_STATUS_UPDATING_MODEM);
            assert_true(ffx_agent_on_trial(&bench.agent));
            assert_true(bench_holds(&bench, &bench.b));
            trial_bench_boot(&bench);
        }
        trial_bench_expect_ended(&bench, FFX_STATUS_FAILED_MODEM,
                                 FFX_ERR_TRIAL);
        free(zip.bytes);
        bench_close(&bench);
    }
}

static void a_device_without_trial_boot_is_never_on_trial(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct bench bench;
        bench_open(&bench, &bench_geometries[geometries[i]]);
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
        trial_bench_request(&bench, &zip);
        assert_int_equal(bench_power_up(&bench), 0);
        int rc;
        do {
            rc = ffx_agent_step(&bench.agent);
            assert_false(ffx_agent_on_trial(&bench.agent));
            assert_int_equal(ffx_agent_confirm(&bench.agent), FFX_ERR_BUSY);
        } while (rc == 1);
        bench_expect_installed(&bench, &bench.b);
        free(zip.bytes);
        bench_close(&bench);
    }
}

/* --- cuts while boots are counted ---------------------------------------- */

static int boot_with_cut(struct bench *bench, uint64_t operation,
                         enum lab_tear tear)
{
    lab_flash_cut(&bench->flash, operation, tear);
    return bench_boot(bench);
}

/* The state may change with the boot that was cut, by one. */
static void expect_at_most_one_counted(struct bench *bench, uint32_t before)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(bench_power_up(bench), 0);
    assert_true(bench_holds(bench, &bench->b));
    if (before == 1 && state->trial == FFX_TRIAL_FAILED)
        return;
    assert_true(ffx_agent_on_trial(&bench->agent));
    assert_in_range(state->trial, before > 1 ? before - 1 : 1, before);
    trial_bench_expect_running(bench, &bench->b, state->trial - 1u);
}

/* Boots until it is over; bit k of `where`: a cut comes before the start of
 * boot k. How often B was started. */
static uint32_t starts_with_cuts(const struct trial_bench *trial,
                                 struct bench *bench, uint32_t where,
                                 uint64_t operation, enum lab_tear tear)
{
    uint32_t starts = 0;
    trial_bench_back(bench, &trial->running);
    for (uint32_t k = 0; k < 2 * BOOTS + 2; k++) {
        const uint32_t before = ffx_agent_state(&bench->agent)->trial;
        if (before == FFX_TRIAL_FAILED)
            return starts;
        if (where >> k & 1) {
            assert_int_equal(boot_with_cut(bench, operation, tear),
                             FFX_ERR_POWER);
            expect_at_most_one_counted(bench, before);
            if (!ffx_agent_on_trial(&bench->agent))
                return starts;
        }
        trial_bench_boot(bench);
        starts += (uint32_t)ffx_agent_on_trial(&bench->agent);
    }
    fail_msg("the trial never ends");
    return 0;
}

/* boots - cuts <= starts <= boots; a cut that tears nothing costs nothing,
 * and one behind the last operation of a boot costs that boot. */
static void no_cut_gives_b_a_boot_more_and_each_takes_one_at_most(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.running);
        trial_bench_boot(bench);
        const uint64_t operations = bench->flash.operations;
        assert_int_equal(operations, 4); /* two copies, erased first */
        for (uint64_t n = 1; n <= operations; n++)
            for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++)
                for (uint32_t where = 1; where < 1u << (BOOTS + 1); where++) {
                    uint32_t cuts = 0;
                    for (uint32_t k = 0; k < BOOTS; k++)
                        cuts += where >> k & 1;
                    case_begins("count", bench, n, (int)tear);
                    const uint32_t starts =
                        starts_with_cuts(&trial, bench, where, n, tear);
                    assert_true(starts <= BOOTS);
                    assert_true(starts + cuts >= BOOTS);
                    if (n == 1 && tear == LAB_TEAR_BEFORE)
                        assert_int_equal(starts, BOOTS);
                    if (n == operations && tear == LAB_TEAR_AFTER && where == 1)
                        assert_int_equal(starts, BOOTS - 1);
                }
        done(&trial);
    }
}

/* --- cuts in the update -------------------------------------------------- */

static void expect_trial_begins(struct bench *bench,
                                const struct bench_release *release)
{
    /* Durable before the cut: then the boot after it was counted. */
    assert_int_equal(bench_power_up(bench), 0);
    const uint32_t left = BOOTS - (uint32_t)ffx_agent_on_trial(&bench->agent);
    trial_bench_boot(bench);
    trial_bench_expect_running(bench, release, left);
}

/* nor and flash-word-32: test_sweep.c has the others. Each operation has every
 * other tear, and its neighbour has the rest. */
static void an_update_cut_anywhere_ends_on_trial_with_b_whole(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i += 2) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.requested);
        trial_bench_boot(bench);
        const uint64_t operations = bench->flash.operations;
        for (uint64_t n = 1; n <= operations; n++)
            for (uint64_t tear = n % 2; tear < LAB_TEARS; tear += 2) {
                case_begins("update", bench, n, (int)tear);
                trial_bench_back(bench, &trial.requested);
                assert_int_equal(boot_with_cut(bench, n, (enum lab_tear)tear),
                                 FFX_ERR_POWER);
                expect_trial_begins(bench, &bench->b);
            }
        done(&trial);
    }
}

/* --- confirm ------------------------------------------------------------- */

/* In the boot that installed B; in each later one; and the next update then
 * needs B's key. */
static void confirm_makes_b_the_installed_release(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        for (uint32_t boots = 0; boots <= BOOTS; boots++) {
            trial_bench_back(bench, &trial.requested);
            for (uint32_t k = 0; k <= boots; k++)
                trial_bench_boot(bench);
            if (boots % 2 == 1)
                assert_int_equal(bench_power_up(bench), 0);
            assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
            trial_bench_expect_confirmed(bench, &bench->b, FORGE_OTHER);
            assert_int_equal(bench->removed, 1);
            assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_BUSY);
            trial_bench_boot(bench);
            assert_int_equal(bench->flash.operations, 0);
            trial_bench_expect_confirmed(bench, &bench->b, FORGE_OTHER);
        }
        trial_bench_request(bench, &trial.full_c);
        trial_bench_boot(bench);
        assert_int_equal(ffx_agent_state(&bench->agent)->error,
                         FFX_ERR_SIGNATURE);
        struct bench_job job;
        bench_job_make(bench, &job, &bench->b, &trial.c, BENCH_DELTAS);
        job.forge.signer[FORGE_TEXT_RELEASE] = FORGE_OTHER;
        job.forge.signer[FORGE_TEXT_CERT] = FORGE_OTHER;
        struct forge_bytes zip = bench_job_build(&job);
        trial_bench_request(bench, &zip);
        trial_bench_boot(bench);
        assert_true(ffx_agent_on_trial(&bench->agent));
        bench_expect_facts(bench, &bench->b);
        assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
        trial_bench_expect_confirmed(bench, &trial.c, FORGE_OTHER);
        free(zip.bytes);
        done(&trial);
    }
}

static struct forge_bytes package_with_key(struct bench *bench,
                                           const struct bench_release *from,
                                           const struct bench_release *to,
                                           enum forge_key signer,
                                           enum forge_key next)
{
    struct bench_job job;
    bench_job_make(bench, &job, from, to, BENCH_IMAGES);
    job.forge.signer[FORGE_TEXT_RELEASE] = signer;
    job.forge.signer[FORGE_TEXT_CERT] = signer;
    job.forge.release.has_next_key = 1;
    job.forge.release.next_key = *forge_public(next);
    return bench_job_build(&job);
}

/* With both places taken, the key that did not sign B makes room: known from
 * flash alone. */
static void the_signer_of_b_outlives_the_trial(void **state)
{
    (void)state;
    struct trial_bench trial;
    struct bench *bench = &trial.bench;
    trial_bench_open(&trial, 0, BOOTS);
    bench_reset(bench);
    struct forge_bytes first = package_with_key(bench, &bench->a, &bench->b,
                                                FORGE_RELEASE, FORGE_OTHER);
    struct forge_bytes second = package_with_key(bench, &bench->b, &trial.c,
                                                 FORGE_OTHER, FORGE_PACKAGE);
    trial_bench_request(bench, &first);
    trial_bench_boot(bench);
    assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
    trial_bench_request(bench, &second);
    trial_bench_boot(bench);
    trial_bench_boot(bench);
    assert_int_equal(bench_power_up(bench), 0);
    assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
    bench_expect_installed(bench, &trial.c);
    const struct ffx_agent_state *now = ffx_agent_state(&bench->agent);
    assert_int_equal(now->key_count, 2);
    assert_memory_equal(&now->keys[0], forge_public(FORGE_PACKAGE),
                        sizeof now->keys[0]);
    assert_memory_equal(&now->keys[1], forge_public(FORGE_OTHER),
                        sizeof now->keys[1]);
    free(first.bytes);
    free(second.bytes);
    done(&trial);
}

/* Facts, sequence, keys and status at once, or nothing; the file goes with
 * the next boot at the latest, also when a file system had it back. */
static void confirm_and_cut(struct trial_bench *trial, uint64_t n,
                            enum lab_tear tear, int file_is_back)
{
    struct bench *bench = &trial->bench;
    trial_bench_back(bench, &trial->running);
    lab_flash_cut(&bench->flash, n, tear);
    assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_POWER);
    assert_int_equal(bench_power_up(bench), 0);
    if (ffx_agent_on_trial(&bench->agent)) {
        trial_bench_expect_running(bench, &bench->b, BOOTS);
        assert_ptr_equal(bench->package, &trial->deltas);
        trial_bench_boot(bench);
        trial_bench_expect_running(bench, &bench->b, BOOTS - 1);
        assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
        trial_bench_expect_confirmed(bench, &bench->b, FORGE_OTHER);
        return;
    }
    assert_int_equal(ffx_agent_status(&bench->agent), FFX_STATUS_SUCCESS);
    bench_expect_facts(bench, &bench->b);
    trial_bench_expect_key(bench, FORGE_OTHER);
    if (file_is_back && ffx_agent_state(&bench->agent)->removing)
        bench->package = &trial->deltas;
    trial_bench_boot(bench);
    trial_bench_expect_confirmed(bench, &bench->b, FORGE_OTHER);
    trial_bench_boot(bench);
    assert_int_equal(bench->flash.operations, 0);
}

static void a_cut_in_confirm_leaves_a_trial_or_b(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.running);
        assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
        const uint64_t operations = bench->flash.operations;
        assert_int_equal(operations, 8); /* installed; the file is gone */
        for (uint64_t n = 1; n <= operations; n++)
            for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++)
                for (int back = 0; back < 2; back++) {
                    case_begins("confirm", bench, n, (int)tear);
                    confirm_and_cut(&trial, n, tear, back);
                }
        done(&trial);
    }
}

static uint32_t refuse_confirm(struct bench *bench)
{
    const uint64_t operations = bench->flash.operations;
    const struct ffx_agent_state before = *ffx_agent_state(&bench->agent);
    assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_BUSY);
    assert_int_equal(bench->flash.operations, operations);
    assert_memory_equal(ffx_agent_state(&bench->agent), &before, sizeof before);
    return 1u << before.status;
}

static void confirm_needs_a_trial(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        uint32_t seen = 0;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.ended);
        seen |= refuse_confirm(bench);
        bench_reset(bench);
        seen |= refuse_confirm(bench);
        trial_bench_request(bench, &trial.delta_c);
        seen |= refuse_confirm(bench);
        trial_bench_boot(bench);
        seen |= refuse_confirm(bench);
        trial_bench_request(bench, &trial.images);
        assert_int_equal(bench_power_up(bench), 0);
        while (!ffx_agent_on_trial(&bench->agent)) {
            seen |= refuse_confirm(bench);
            assert_int_equal(ffx_agent_step(&bench->agent), 1);
        }
        while (ffx_agent_step(&bench->agent) == 1)
            continue;
        assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
        seen |= refuse_confirm(bench);
        /* 1 and 4 to 8; with a modem, 2. */
        assert_int_equal(seen,
                         bench->geometry->component_count == 1 ? 0x1f2 : 0x1f6);
        done(&trial);
    }
}

/* --- a journal that takes nothing ---------------------------------------- */

#define NO_SECTOR 255u

static uint32_t journal_sectors(const struct bench *bench)
{
    return bench->agent.journal.count;
}

static void stick_journal(struct bench *bench, uint32_t well,
                          enum lab_fault fault)
{
    const struct ffx_journal *journal = &bench->agent.journal;
    for (uint32_t i = 0; i < journal_sectors(bench); i++)
        if (i != well)
            lab_flash_stick(&bench->flash,
                            bench->geometry->journal.address +
                                i * journal->sector_bytes,
                            fault);
}

/* What cannot be counted is not started; nor is it half confirmed. */
static void expect_not_started(struct bench *bench, uint32_t left)
{
    assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_FLASH);
    trial_bench_expect_running(bench, &bench->b, left);
    assert_int_equal(bench_boot(bench), FFX_ERR_FLASH);
    assert_int_equal(ffx_agent_status(&bench->agent),
                     trial_bench_last(bench)->failed);
    assert_int_equal(ffx_agent_state(&bench->agent)->error, FFX_ERR_FLASH);
    assert_false(ffx_agent_on_trial(&bench->agent));
    assert_false(ffx_agent_locked(&bench->agent));
    refuse_confirm(bench);
}

static void stick_and_heal(struct trial_bench *trial, uint32_t well,
                           enum lab_fault fault)
{
    struct bench *bench = &trial->bench;
    uint32_t left = BOOTS;
    trial_bench_back(bench, &trial->running);
    stick_journal(bench, well, fault);
    if (well != NO_SECTOR && well != bench->agent.journal.newest) {
        /* One copy has to do, and does, once: it becomes the newest. */
        trial_bench_boot(bench);
        trial_bench_expect_running(bench, &bench->b, --left);
        assert_int_equal(bench_power_up(bench), 0);
        trial_bench_expect_running(bench, &bench->b, left);
    }
    expect_not_started(bench, left);
    stick_journal(bench, NO_SECTOR, LAB_FAULT_NONE);
    trial_bench_boot(bench);
    trial_bench_expect_running(bench, &bench->b, left - 1);
}

static void a_stuck_journal_starts_nothing_on_trial(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        trial_bench_open(&trial, geometries[i], BOOTS);
        const uint32_t sectors = journal_sectors(&trial.bench);
        for (uint32_t well = 0; well <= sectors; well++)
            for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS;
                 fault++) {
                case_begins("stuck", &trial.bench, well, (int)fault);
                stick_and_heal(&trial, well < sectors ? well : NO_SECTOR,
                               fault);
            }
        done(&trial);
    }
}

/* Well again between the boot and AT+CFOTA=1: a legible record all the same. */
static void a_journal_that_heals_takes_the_request_of_such_a_boot(void **state)
{
    (void)state;
    struct trial_bench trial;
    struct bench *bench = &trial.bench;
    trial_bench_open(&trial, 0, BOOTS);
    trial_bench_back(bench, &trial.running);
    stick_journal(bench, NO_SECTOR, LAB_FAULT_PROGRAM);
    assert_int_equal(bench_boot(bench), FFX_ERR_FLASH);
    stick_journal(bench, NO_SECTOR, LAB_FAULT_NONE);
    trial_bench_request(bench, &trial.full_c);
    trial_bench_boot(bench);
    trial_bench_expect_running(bench, &trial.c, BOOTS);
    done(&trial);
}

/* --- after a trial that failed ------------------------------------------- */

static void refuse_after_trial(struct trial_bench *trial,
                               const struct forge_bytes *zip, int error)
{
    struct bench *bench = &trial->bench;
    trial_bench_request(bench, zip);
    assert_true(ffx_agent_locked(&bench->agent));
    assert_int_equal(ffx_agent_request(&bench->agent), FFX_ERR_BUSY);
    trial_bench_boot(bench);
    trial_bench_expect_ended(bench, trial_bench_last(bench)->failed, error);
    assert_int_equal(ffx_agent_state(&bench->agent)->trial, FFX_TRIAL_FAILED);
    assert_true(bench_holds(bench, &bench->b));
}

static void accept_after_trial(struct trial_bench *trial,
                               const struct forge_bytes *zip,
                               const struct bench_release *release,
                               enum forge_key key)
{
    struct bench *bench = &trial->bench;
    struct trial_moment before = trial_bench_keep(bench);
    trial_bench_request(bench, zip);
    trial_bench_boot(bench);
    trial_bench_expect_running(bench, release, BOOTS);
    assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
    trial_bench_expect_confirmed(bench, release, key);
    trial_bench_back(bench, &before);
    trial_bench_forget(&before);
}

static void
a_failed_trial_takes_full_images_or_deltas_from_b_and_not_less(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.ended);
        assert_int_equal(ffx_agent_request(&bench->agent), 0);
        trial_bench_boot(bench);
        trial_bench_expect_ended(bench, trial_bench_last(bench)->failed,
                                 FFX_ERR_RECOVERY);
        refuse_after_trial(&trial, &trial.deltas, FFX_ERR_RECOVERY);
        refuse_after_trial(&trial, &trial.full_old, FFX_ERR_SEQUENCE);
        refuse_after_trial(&trial, &trial.delta_a_c, FFX_ERR_RECOVERY);
        accept_after_trial(&trial, &trial.images, &bench->b, FORGE_OTHER);
        accept_after_trial(&trial, &trial.full_c, &trial.c, FORGE_RELEASE);
        accept_after_trial(&trial, &trial.delta_c, &trial.c, FORGE_RELEASE);
        /* Reinstalled and never confirmed: the same once more. */
        trial_bench_request(bench, &trial.images);
        for (uint32_t k = 0; k <= BOOTS + 1; k++)
            trial_bench_boot(bench);
        trial_bench_expect_unconfirmed(bench);
        done(&trial);
    }
}

/* The tears take turns, as above. */
static void deltas_from_a_failed_b_survive_a_cut(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.ended);
        trial_bench_request(bench, &trial.delta_c);
        struct trial_moment asked = trial_bench_keep(bench);
        trial_bench_boot(bench);
        const uint64_t operations = bench->flash.operations;
        for (uint64_t n = 1; n <= operations; n++)
            for (uint64_t tear = n % 3; tear < LAB_TEARS; tear += 3) {
                case_begins("from b", bench, n, (int)tear);
                trial_bench_back(bench, &asked);
                assert_int_equal(boot_with_cut(bench, n, (enum lab_tear)tear),
                                 FFX_ERR_POWER);
                expect_trial_begins(bench, &trial.c);
            }
        trial_bench_forget(&asked);
        done(&trial);
    }
}

/* Lost after a cut at `n`: recovery, and the very package leads to C. Before
 * the first erase everything is as it was. */
static void lose_delta(struct trial_bench *trial, uint64_t n, uint32_t *lost)
{
    struct bench *bench = &trial->bench;
    trial_bench_back(bench, &trial->ended);
    trial_bench_request(bench, &trial->delta_c);
    assert_int_equal(boot_with_cut(bench, n, LAB_TEAR_RANDOM_BITS),
                     FFX_ERR_POWER);
    assert_int_equal(bench_power_up(bench), 0);
    if (ffx_agent_on_trial(&bench->agent))
        return;
    bench->package = NULL;
    trial_bench_boot(bench);
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    trial_bench_expect_ended(
        bench, bench->geometry->components[state->component].failed,
        /* Nor was the flag there for good before its second copy. */
        state->error == FFX_ERR_TRIAL ? FFX_ERR_TRIAL : FFX_ERR_NO_PACKAGE);
    if (state->trial == FFX_TRIAL_FAILED) {
        assert_true(bench_holds(bench, &bench->b));
        assert_int_equal(state->begun, bench->b.sequence);
    } else {
        assert_int_equal(state->begun, trial->c.sequence);
        ++*lost;
        trial_bench_request(bench, &trial->images);
        trial_bench_boot(bench);
        trial_bench_expect_ended(
            bench, bench->geometry->components[state->component].failed,
            FFX_ERR_SEQUENCE);
    }
    trial_bench_request(bench, &trial->delta_c);
    trial_bench_boot(bench);
    trial_bench_expect_running(bench, &trial->c, BOOTS);
    assert_int_equal(ffx_agent_confirm(&bench->agent), 0);
    trial_bench_expect_confirmed(bench, &trial->c, FORGE_RELEASE);
}

static void a_delta_lost_after_a_failed_trial_can_be_brought_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        uint32_t lost = 0;
        trial_bench_open(&trial, geometries[i], BOOTS);
        trial_bench_back(bench, &trial.ended);
        trial_bench_request(bench, &trial.delta_c);
        trial_bench_boot(bench);
        const uint64_t operations = bench->flash.operations;
        for (uint64_t n = 1; n <= operations; n++) {
            case_begins("lose", bench, n, LAB_TEAR_RANDOM_BITS);
            lose_delta(&trial, n, &lost);
        }
        assert_true(lost > operations / 2);
        done(&trial);
    }
}

/* --- config -------------------------------------------------------------- */

static void trial_boots_end_at_253(void **state)
{
    (void)state;
    struct bench bench;
    struct ffx_agent agent;
    bench_open(&bench, &bench_geometries[0]);
    bench.config.trial_boots = 253;
    assert_int_equal(ffx_agent_init(&agent, &bench.config), 0);
    bench.config.trial_boots = 254;
    assert_int_equal(ffx_agent_init(&agent, &bench.config), FFX_ERR_ARGUMENT);
    bench.config.trial_boots = 255;
    assert_int_equal(ffx_agent_init(&agent, &bench.config), FFX_ERR_ARGUMENT);
    bench_close(&bench);
}

/* Trial boot is fixed for the life of a device: without it there is nothing to
 * confirm, and no boot to count. At rest and in mid-update the first half of
 * such a record says it all. */
static void a_record_on_trial_needs_a_config_with_trial_boot(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GEOMETRIES; i++) {
        struct trial_bench trial;
        struct bench *bench = &trial.bench;
        trial_bench_open(&trial, geometries[i], BOOTS);
        const struct trial_moment *on[] = {&trial.running, &trial.ended};
        for (uint32_t k = 0; k < 2; k++) {
            bench->config.trial_boots = BOOTS;
            trial_bench_back(bench, on[k]);
            bench->config.trial_boots = 0;
            assert_int_equal(bench_power_up(bench), FFX_ERR_GEOMETRY);
            assert_int_equal(ffx_agent_status(&bench->agent), 0);
            assert_false(ffx_agent_pending(&bench->agent));
            assert_int_equal(ffx_agent_run(&bench->agent), 0);
            assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_BUSY);
            assert_int_equal(bench->flash.operations, 0);
        }
        bench->config.trial_boots = BOOTS;
        trial_bench_back(bench, &trial.running);
        trial_bench_expect_running(bench, &bench->b, BOOTS);
        done(&trial);
    }
}

/* One record is one sector there: 512 bytes without trial boot. */
static void a_trial_needs_journal_sectors_of_1024_bytes(void **state)
{
    (void)state;
    static const uint32_t sectors[] = {512, 1024};
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t bytes = sectors[i];
        struct bench bench;
        struct ffx_agent agent;
        const struct ffx_flash_region region = {bytes, 98304 / bytes};
        bench_open(&bench, &bench_geometries[0]);
        struct ffx_flash flash = bench.flash.port;
        flash.regions = &region;
        bench.config.flash = &flash;
        bench.config.journal =
            (struct ffx_flash_area){4096, FFX_JOURNAL_SECTORS * bytes};
        assert_int_equal(ffx_agent_init(&agent, &bench.config), 0);
        bench.config.trial_boots = 1;
        assert_int_equal(ffx_agent_init(&agent, &bench.config),
                         bytes < 1024 ? FFX_ERR_GEOMETRY : 0);
        bench_close(&bench);
    }
}

#define traced(f) cmocka_unit_test_teardown(f, case_report)

int main(void)
{
    const struct CMUnitTest tests[] = {
        traced(b_on_trial_leaves_the_record_to_a),
        traced(each_boot_counts_one_start),
        traced(the_status_is_that_of_the_last_updated_component),
        traced(a_device_without_trial_boot_is_never_on_trial),
        traced(no_cut_gives_b_a_boot_more_and_each_takes_one_at_most),
        traced(an_update_cut_anywhere_ends_on_trial_with_b_whole),
        traced(confirm_makes_b_the_installed_release),
        traced(the_signer_of_b_outlives_the_trial),
        traced(a_cut_in_confirm_leaves_a_trial_or_b),
        traced(confirm_needs_a_trial),
        traced(a_stuck_journal_starts_nothing_on_trial),
        traced(a_journal_that_heals_takes_the_request_of_such_a_boot),
        traced(a_failed_trial_takes_full_images_or_deltas_from_b_and_not_less),
        traced(deltas_from_a_failed_b_survive_a_cut),
        traced(a_delta_lost_after_a_failed_trial_can_be_brought_back),
        traced(trial_boots_end_at_253),
        traced(a_record_on_trial_needs_a_config_with_trial_boot),
        traced(a_trial_needs_journal_sectors_of_1024_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
