/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "agent/journal.h"
#include "lab/lab_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Four sectors of 4 KiB between two that nobody may touch. */
#define SECTORS 4u
static const struct ffx_flash_region regions[] = {{4096, SECTORS + 2}};
static const struct ffx_flash_area fence = {4096, SECTORS * 4096};

struct bench {
    struct lab_flash flash;
    struct ffx_agent agent;
    uint8_t buffer[4096];
};

/* Geometries that tear differently: plain NOR; write-once double words with
 * ECC, erased 0x00. */
static void bench_open(struct bench *bench, int ecc)
{
    const struct lab_flash_config lab = {
        .regions = regions,
        .region_count = 1,
        .write_unit = ecc ? 32 : 1,
        .erased_value = ecc ? 0x00 : 0xff,
        .ecc = (uint8_t)ecc,
        .seed = 3,
        .fence = &fence,
        .fence_count = 1,
    };
    memset(bench, 0, sizeof *bench);
    assert_int_equal(lab_flash_open(&bench->flash, &lab), 0);
    bench->agent.config.flash = &bench->flash.port;
    bench->agent.config.journal = fence;
    bench->agent.config.step_buffer = bench->buffer;
    bench->agent.config.step_bytes = sizeof bench->buffer;
}

static void bench_close(struct bench *bench)
{
    if (bench->flash.violations != 0)
        fail_msg("%s", bench->flash.complaint);
    lab_flash_close(&bench->flash);
}

/* The n-th of a row of states. */
static struct ffx_agent_state state_of(uint32_t n)
{
    struct ffx_agent_state state = {
        .status = FFX_STATUS_IDLE,
        .model = "SIM7000G",
        .sequence = n,
        .installed = {{.version = "A", .size = 1}},
        .key_count = 1,
    };
    state.keys[0].point[0] = 0x04;
    return state;
}

static int commit(struct bench *bench, uint32_t n)
{
    int rc;
    bench->agent.state = state_of(n);
    do
        rc = journal_step(&bench->agent);
    while (rc == 1);
    return rc;
}

/* n of the newest record; -1: there is none. */
static long load(struct bench *bench)
{
    const int rc = journal_load(&bench->agent);
    if (rc == FFX_ERR_STATE)
        return -1;
    assert_int_equal(rc, 0);
    return bench->agent.state.sequence;
}

/* A boot as the agent does it: load, commit the same once (rule 4), then
 * commits up to state `last`. *known is the newest state acknowledged. */
static int boot(struct bench *bench, uint32_t *known, uint32_t last)
{
    const long found = load(bench);
    if (found != (long)*known && found != (long)*known + 1)
        return FFX_ERR_STATE;
    *known = (uint32_t)found;
    for (uint32_t n = *known; n <= last; n++) {
        const int rc = commit(bench, n);
        if (rc != 0)
            return rc;
        *known = n;
    }
    return 0;
}

static void start(struct bench *bench, int ecc)
{
    bench_open(bench, ecc);
    assert_int_equal(load(bench), -1);
    assert_int_equal(commit(bench, 0), 0);
    lab_flash_power_up(&bench->flash);
}

/* --- rules --------------------------------------------------------------- */

static void load_finds_the_newest_record_and_writes_nothing(void **unused)
{
    (void)unused;
    struct bench bench;
    uint32_t known = 0;
    for (uint32_t last = 1; last < 40; last++) {
        start(&bench, 0);
        assert_int_equal(boot(&bench, &known, last), 0);
        const uint64_t operations = bench.flash.operations;
        assert_int_equal(load(&bench), last);
        assert_int_equal(bench.flash.operations, operations);
        known = 0;
        bench_close(&bench);
    }
}

static void a_blank_or_foreign_journal_holds_no_state(void **unused)
{
    (void)unused;
    struct bench bench;
    bench_open(&bench, 0);
    assert_int_equal(load(&bench), -1);
    lab_flash_fill(&bench.flash, 0, 0x5a, bench.flash.size);
    assert_int_equal(load(&bench), -1);
    assert_int_equal(commit(&bench, 9), 0);
    assert_int_equal(load(&bench), 9);
    bench_close(&bench);
}

static uint32_t sector_at(uint32_t i)
{
    return fence.address + i * 4096;
}

static void the_newest_record_is_never_touched(void **unused)
{
    (void)unused;
    struct bench bench;
    start(&bench, 0);
    assert_int_equal(load(&bench), 0);
    for (uint32_t n = 1; n < 40; n++) {
        uint8_t before[4096];
        bench.agent.state = state_of(n);
        int rc;
        do {
            const uint32_t at = sector_at(bench.agent.journal.newest);
            memcpy(before, bench.flash.bytes + at, sizeof before);
            rc = journal_step(&bench.agent);
            assert_memory_equal(before, bench.flash.bytes + at, sizeof before);
        } while (rc == 1);
    }
    bench_close(&bench);
}

static void a_commit_is_known_to_stand_twice(void **unused)
{
    (void)unused;
    struct bench bench;
    start(&bench, 0);
    load(&bench);
    assert_true(bench.agent.journal.twin);
    bench.agent.state = state_of(1);
    do
        assert_int_equal(journal_step(&bench.agent), 1);
    while (!bench.agent.journal.half);
    assert_int_equal(load(&bench), 1);
    assert_false(bench.agent.journal.twin);
    assert_int_equal(commit(&bench, 1), 0);
    assert_int_equal(load(&bench), 1);
    assert_true(bench.agent.journal.twin);
    bench_close(&bench);
}

/* Whichever of the other sectors rots, and whichever of its two. */
static void one_rotten_sector_costs_nothing(void **unused)
{
    (void)unused;
    struct bench bench;
    for (uint32_t i = 0; i < SECTORS; i++) {
        start(&bench, 0);
        load(&bench);
        for (uint32_t n = 1; n <= 5; n++)
            assert_int_equal(commit(&bench, n), 0);
        lab_flash_fill(&bench.flash, sector_at(i), 0xa5, 4096);
        assert_int_equal(load(&bench), 5);
        assert_int_equal(commit(&bench, 6), 0);
        assert_int_equal(load(&bench), 6);
        bench_close(&bench);
    }
}

/* What cannot be read now may be read tomorrow, and be newer than what is
 * acted on today. */
static void a_commit_leaves_nothing_illegible_behind(void **unused)
{
    (void)unused;
    struct bench bench;
    for (uint32_t i = 0; i < SECTORS; i++)
        for (uint32_t k = 0; k < SECTORS; k++) {
            start(&bench, 0);
            load(&bench);
            assert_int_equal(commit(&bench, 1), 0);
            if (i != bench.agent.journal.newest)
                lab_flash_fill(&bench.flash, sector_at(i), 0xa5, 4096);
            if (k != bench.agent.journal.newest)
                lab_flash_fill(&bench.flash, sector_at(k), 0x5a, 4096);
            assert_int_equal(load(&bench), 1);
            assert_int_equal(commit(&bench, 2), 0);
            assert_int_equal(load(&bench), 2);
            assert_int_equal(bench.agent.journal.holes, 0);
            bench_close(&bench);
        }
}

static void the_counter_goes_round(void **unused)
{
    (void)unused;
    struct bench bench;
    bench_open(&bench, 0);
    assert_int_equal(load(&bench), -1);
    bench.agent.journal.counter = UINT32_MAX - 9;
    for (uint32_t n = 0; n < 20; n++) {
        assert_int_equal(commit(&bench, n), 0);
        lab_flash_power_up(&bench.flash);
        assert_int_equal(load(&bench), n);
    }
    bench_close(&bench);
}

/* --- cuts ---------------------------------------------------------------- */

#define LAST 6u /* commits: each sector is written three times */

static void second_cut(struct bench *bench, uint32_t known, uint64_t operation,
                       enum lab_tear tear, const char *id)
{
    lab_flash_power_up(&bench->flash);
    lab_flash_cut(&bench->flash, operation, tear);
    int rc = boot(bench, &known, LAST);
    if (rc == FFX_ERR_POWER) {
        lab_flash_power_up(&bench->flash);
        rc = boot(bench, &known, LAST);
    }
    if (rc != 0 || load(bench) != LAST)
        fail_msg("%s: second cut at %u tear %d: %d", id, (unsigned)operation,
                 tear, rc);
}

static void cut_twice(struct bench *bench, uint32_t known, const char *id)
{
    struct lab_snapshot *torn = lab_flash_snapshot(&bench->flash);
    for (uint64_t operation = 1; operation <= 6; operation++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            lab_flash_restore(&bench->flash, torn);
            second_cut(bench, known, operation, tear, id);
        }
    lab_snapshot_free(torn);
}

static uint64_t operations_of_a_run(int ecc)
{
    struct bench bench;
    uint32_t known = 0;
    start(&bench, ecc);
    assert_int_equal(boot(&bench, &known, LAST), 0);
    const uint64_t operations = bench.flash.operations;
    bench_close(&bench);
    return operations;
}

static void sweep(int ecc)
{
    const uint64_t operations = operations_of_a_run(ecc);
    int fired = 0;
    assert_true(operations > LAST);
    for (uint64_t n = 1; n <= operations; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            struct bench bench;
            char id[64];
            uint32_t known = 0;
            snprintf(id, sizeof id, "ecc %d cut at %u tear %d", ecc,
                     (unsigned)n, tear);
            start(&bench, ecc);
            lab_flash_cut(&bench.flash, n, tear);
            assert_int_equal(boot(&bench, &known, LAST), FFX_ERR_POWER);
            fired += bench.flash.cuts_fired;
            cut_twice(&bench, known, id);
            bench_close(&bench);
        }
    assert_int_equal(fired, operations * LAB_TEARS);
}

static void survives_two_cuts_in_a_row_at_every_operation(void **unused)
{
    (void)unused;
    sweep(0);
    sweep(1);
}

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Boots that are cut after a few operations, for ever: the state is never
 * lost, progress is made, and each boot costs each sector at most one erase
 * more than its appends do. */
static void never_exhausts_under_ten_thousand_cuts(void **unused)
{
    (void)unused;
    struct bench bench;
    uint32_t random = 1, known = 0, commits = 0;
    start(&bench, 0);
    for (uint32_t cuts = 0; cuts < 10000; cuts++) {
        const uint32_t before = known;
        lab_flash_power_up(&bench.flash);
        lab_flash_cut(&bench.flash, 1 + random_next(&random) % 24,
                      (enum lab_tear)(random_next(&random) % LAB_TEARS));
        assert_int_equal(boot(&bench, &known, known + 40), FFX_ERR_POWER);
        commits += known - before + 1;
    }
    assert_int_equal(bench.flash.cuts_fired, 10000);
    assert_true(known > 10000);
    for (uint32_t i = 1; i <= SECTORS; i++)
        assert_true(bench.flash.wear[i] <= 10001 + commits);
    bench_close(&bench);
}

static void without_cuts_the_sectors_wear_evenly(void **unused)
{
    (void)unused;
    struct bench bench;
    start(&bench, 0);
    load(&bench);
    for (uint32_t n = 1; n <= 200; n++)
        assert_int_equal(commit(&bench, n), 0);
    for (uint32_t i = 1; i <= SECTORS; i++)
        assert_in_range(bench.flash.wear[i], 2 * 200 / SECTORS - 2,
                        2 * 200 / SECTORS + 3);
    bench_close(&bench);
}

/* --- faults -------------------------------------------------------------- */

static void stick_but(struct bench *bench, uint32_t well, enum lab_fault fault)
{
    for (uint32_t i = 0; i < SECTORS; i++)
        if (!(well >> i & 1))
            lab_flash_stick(&bench->flash, sector_at(i), fault);
}

/* Up to two of four. */
static void stuck_sectors_are_passed_over(void **unused)
{
    (void)unused;
    for (uint32_t well = 0; well < 1u << SECTORS; well++)
        for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS;
             fault++) {
            struct bench bench;
            if (__builtin_popcount(well) < 2)
                continue;
            start(&bench, 0);
            assert_int_equal(load(&bench), 0);
            stick_but(&bench, well, fault);
            for (uint32_t n = 1; n < 40; n++) {
                assert_int_equal(commit(&bench, n), 0);
                if (n % 5 == 0)
                    assert_int_equal(load(&bench), n);
            }
            bench_close(&bench);
        }
}

/* One more commit may get through, on the last sector that is well. */
static void a_stuck_journal_is_reported_and_the_state_stays(void **unused)
{
    (void)unused;
    for (uint32_t i = 0; i < SECTORS; i++)
        for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS;
             fault++) {
            struct bench bench;
            start(&bench, 0);
            assert_int_equal(load(&bench), 0);
            assert_int_equal(commit(&bench, 1), 0);
            stick_but(&bench, 1u << i, fault);
            int rc = 0;
            uint32_t n = 1;
            while (rc == 0 && n < 40)
                rc = commit(&bench, ++n);
            assert_int_equal(rc, FFX_ERR_FLASH);
            assert_in_range(n, 2, 3);
            assert_int_equal(load(&bench), n - 1);
            assert_int_equal(commit(&bench, n), FFX_ERR_FLASH);
            assert_int_equal(load(&bench), n - 1);
            stick_but(&bench, 0, LAB_FAULT_NONE);
            assert_int_equal(commit(&bench, n), 0);
            assert_int_equal(load(&bench), n);
            bench_close(&bench);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(load_finds_the_newest_record_and_writes_nothing),
        cmocka_unit_test(a_blank_or_foreign_journal_holds_no_state),
        cmocka_unit_test(the_newest_record_is_never_touched),
        cmocka_unit_test(a_commit_is_known_to_stand_twice),
        cmocka_unit_test(one_rotten_sector_costs_nothing),
        cmocka_unit_test(a_commit_leaves_nothing_illegible_behind),
        cmocka_unit_test(the_counter_goes_round),
        cmocka_unit_test(survives_two_cuts_in_a_row_at_every_operation),
        cmocka_unit_test(never_exhausts_under_ten_thousand_cuts),
        cmocka_unit_test(without_cuts_the_sectors_wear_evenly),
        cmocka_unit_test(stuck_sectors_are_passed_over),
        cmocka_unit_test(a_stuck_journal_is_reported_and_the_state_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
