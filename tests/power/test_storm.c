/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G5: a supply that fails every few operations, for ever. It ends as soon as
 * the supply holds, and no sector pays more than an erase for each cut beside
 * twice what an update costs. A storm that fails names its seed: FARFIX_CASE.
 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

struct storm {
    struct rig rig;
    struct lab_snapshot *start; /* CFOTA=1 was said */
    uint32_t *calm;             /* wear of an update without cuts */
    uint64_t cuts, updates;
};

static void forget_wear(struct bench *bench)
{
    memset(bench->flash.wear, 0,
           bench->flash.sector_count * sizeof *bench->flash.wear);
}

static void storm_open(struct storm *storm,
                       const struct bench_geometry *geometry)
{
    struct bench *const bench = &storm->rig.bench;
    memset(storm, 0, sizeof *storm);
    rig_open(&storm->rig, geometry);
    const size_t bytes = bench->flash.sector_count * sizeof *storm->calm;
    bench->package = &storm->rig.deltas;
    bench_request(bench);
    storm->start = lab_flash_snapshot(&bench->flash);
    forget_wear(bench);
    assert_int_equal(bench_boot(bench), 0);
    bench_expect_installed(bench, &bench->b);
    storm->calm = malloc(bytes);
    assert_non_null(storm->calm);
    memcpy(storm->calm, bench->flash.wear, bytes);
}

static void storm_close(struct storm *storm)
{
    free(storm->calm);
    lab_snapshot_free(storm->start);
    rig_close(&storm->rig);
}

static void expect_wear(const struct storm *storm, uint32_t seed, uint32_t cuts)
{
    const struct lab_flash *const flash = &storm->rig.bench.flash;
    for (uint32_t s = 0; s < flash->sector_count; s++)
        if (flash->wear[s] > 2 * storm->calm[s] + cuts)
            fail_msg("FARFIX_CASE=%u: sector %u was erased %u times, %u in an "
                     "update without cuts, %u cuts",
                     seed, s, flash->wear[s], storm->calm[s], cuts);
}

/* The supply holds for 1 to 16 operations at a time, `most` times. */
static void blow(struct storm *storm, uint32_t seed, uint32_t most)
{
    struct bench *const bench = &storm->rig.bench;
    uint32_t random = seed, cuts = 0;
    int rc;
    lab_flash_restore(&bench->flash, storm->start);
    forget_wear(bench);
    bench->package = &storm->rig.deltas;
    bench->removed = 0;
    do {
        lab_flash_luck(&bench->flash, (enum lab_luck)(next(&random) % 3));
        lab_flash_power_up(&bench->flash);
        if (cuts < most)
            lab_flash_cut(&bench->flash, 1 + next(&random) % 16,
                          (enum lab_tear)(next(&random) % LAB_TEARS));
        rc = bench_boot(bench);
        cuts += rc == FFX_ERR_POWER;
    } while (rc == FFX_ERR_POWER);
    lab_flash_luck(&bench->flash, LAB_LUCK_GOOD);
    if (rc != 0)
        fail_msg("FARFIX_CASE=%u: %d after %u cuts", seed, rc, cuts);
    bench_expect_installed(bench, &bench->b);
    expect_wear(storm, seed, cuts);
    storm->cuts += cuts;
    storm->updates++;
}

/* Nothing of an update gets done in this one: boots of up to 4 operations. */
static void rage(struct storm *storm, uint32_t seed, uint32_t most)
{
    struct bench *const bench = &storm->rig.bench;
    uint32_t random = seed;
    lab_flash_restore(&bench->flash, storm->start);
    forget_wear(bench);
    bench->package = &storm->rig.deltas;
    bench->removed = 0;
    for (uint32_t cuts = 0; cuts < most; cuts++) {
        lab_flash_power_up(&bench->flash);
        lab_flash_cut(&bench->flash, 1 + next(&random) % 4,
                      (enum lab_tear)(next(&random) % LAB_TEARS));
        assert_int_equal(bench_boot(bench), FFX_ERR_POWER);
    }
    lab_flash_power_up(&bench->flash);
    assert_int_equal(bench_boot(bench), 0);
    bench_expect_installed(bench, &bench->b);
    expect_wear(storm, seed, most);
    storm->cuts += most;
}

static void a_thousand_storms_end_in_b(void **state)
{
    (void)state;
    const char *only = getenv("FARFIX_CASE");
    const uint32_t storms = getenv("SOAK") != NULL ? 100000 : 250;
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++) {
        struct storm storm;
        storm_open(&storm, &rig_small[i]);
        for (uint32_t seed = 1; seed <= storms; seed++)
            if (only == NULL || strtoul(only, NULL, 10) == seed)
                blow(&storm, seed, 100);
        print_message("# %-14s %llu storms, %llu cuts\n", rig_small[i].name,
                      (unsigned long long)storm.updates,
                      (unsigned long long)storm.cuts);
        if (only == NULL)
            assert_true(storm.cuts > 10 * storms);
        storm_close(&storm);
    }
}

static void ten_thousand_cuts_in_one_update_end_in_b(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++) {
        struct storm storm;
        storm_open(&storm, &rig_small[i]);
        rage(&storm, 7 + i, 10000);
        storm_close(&storm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_storms_end_in_b),
        cmocka_unit_test(ten_thousand_cuts_in_one_update_end_in_b),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
