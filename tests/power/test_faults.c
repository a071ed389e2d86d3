/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G4: a sector that is stuck (F14), loudly or silently, in each area, under
 * any number of cuts; weak and unstable cells (F8, F12); a bit that rots (F13)
 * after a cut. Disturbed pages (F9) and words that cannot be read (F11) are in
 * every closure.
 */
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

/* 3 and 5 with AT service, 7 with A, or B: never anything else. */
static void survive(const struct bench_geometry *geometry, uint32_t address,
                    uint64_t *points)
{
    struct rig rig;
    struct explore_figures f;
    rig_open(&rig, geometry);
    for (enum lab_fault fault = LAB_FAULT_ERASE; fault < LAB_FAULTS; fault++) {
        const struct explore_options options = {.tears = LAB_TEAR_UNSTABLE,
                                                .fault = fault,
                                                .fault_address = address};
        explore(&rig, &options, &f);
        *points += f.points;
    }
    rig_close(&rig);
}

/* Each `stride`th sector of the area. */
static void survive_in(const struct bench_geometry *geometry,
                       const struct ffx_flash_area *area, uint32_t sector,
                       uint32_t stride, const char *name)
{
    uint64_t points = 0;
    uint32_t count = 0;
    for (uint32_t at = 0; at < area->length; at += stride * sector) {
        survive(geometry, area->address + at, &points);
        count++;
    }
    print_message(
        "# %-14s %2u stuck sectors of %-7s 4 ways, %8llu cut points\n",
        geometry->name, (unsigned)count, name, (unsigned long long)points);
    assert_true(explore_is_case() || points > 10000u * count);
}

static void a_stuck_sector_ends_well(void **state)
{
    (void)state;
    const int soak = getenv("SOAK") != NULL;
    const uint32_t stride = soak ? 1 : 3;
    for (uint32_t i = soak ? 0 : 1; i < (soak ? RIG_GEOMETRIES : 2); i++) {
        const struct bench_geometry *const g = &rig_small[i];
        survive_in(g, &g->journal, g->journal.length / 3, 1, "journal");
        survive_in(g, &g->scratch, g->sector[0], 3 * stride, "scratch");
        for (uint32_t c = 0; c < g->component_count; c++)
            survive_in(g, &g->components[c].slot, g->sector[c], stride,
                       g->components[c].name);
    }
}

/* --- weak and unstable cells in large images ------------------------------ */

/* To the fixed point it is test_closure's, on small devices; here are two cuts
 * in a row, with every tear, on 300 KiB. */
static void unstable_cells_and_another_cut_end_well(void **state)
{
    (void)state;
    const struct explore_options options = {.cuts = 2, .tears = LAB_TEARS};
    for (uint32_t i = 0; i < 2; i++) {
        struct rig rig;
        struct explore_figures f;
        rig_open(&rig, &rig_geometries[i]);
        explore(&rig, &options, &f);
        explore_print(&rig_geometries[i], &f);
        rig_close(&rig);
        assert_true(explore_is_case() || f.points > 20000);
    }
}

/* --- a bit that rots (F13) after a cut ------------------------------------ */

/* The bit aside, B, or A, or recovery from which full images lead on. */
static void expect_an_end(struct rig *rig, uint32_t operation, uint32_t address)
{
    struct bench *const bench = &rig->bench;
    assert_int_equal(bench_power_up(bench), 0);
    /* Whoever is done looks at no digest any more. */
    const int done = ffx_agent_status(&bench->agent) == FFX_STATUS_SUCCESS;
    int rc = bench_boot(bench);
    int status = ffx_agent_status(&bench->agent);
    if (rc == 0 &&
        (status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP)) {
        bench->package = &rig->images;
        bench_request(bench);
        rc = bench_boot(bench);
        status = ffx_agent_status(&bench->agent);
    }
    if (rc == 0 && status == FFX_STATUS_SUCCESS &&
        bench_holds(bench, &bench->b))
        return;
    lab_flash_rot(&bench->flash, address, 0x10);
    if (rc == 0 &&
        (done ? bench_holds(bench, &bench->b)
              : status == FFX_STATUS_REFUSED && bench_holds(bench, &bench->a)))
        return;
    fail_msg("%s: cut at operation %u, a bit at 0x%x: %d, status %d, error %d",
             bench->geometry->name, operation, address, rc, status,
             (int)ffx_agent_state(&bench->agent)->error);
}

/* 0: the update was over before. */
static int cut_and_rot(struct rig *rig, const struct lab_snapshot *start,
                       uint32_t operation, uint32_t address)
{
    struct bench *const bench = &rig->bench;
    lab_flash_restore(&bench->flash, start);
    lab_flash_power_up(&bench->flash);
    bench->package = &rig->deltas;
    bench->removed = 0;
    lab_flash_cut(&bench->flash, operation,
                  (enum lab_tear)(operation % LAB_TEAR_UNSTABLE));
    if (bench_boot(bench) != FFX_ERR_POWER)
        return 0;
    lab_flash_power_up(&bench->flash);
    lab_flash_rot(&bench->flash, address, 0x10);
    expect_an_end(rig, operation, address);
    return 1;
}

static void rot_everywhere(const struct bench_geometry *geometry)
{
    struct rig rig;
    uint32_t runs = 0;
    rig_open(&rig, geometry);
    struct bench *const bench = &rig.bench;
    bench->package = &rig.deltas;
    bench_request(bench);
    struct lab_snapshot *start = lab_flash_snapshot(&bench->flash);
    for (uint32_t s = 0; s < bench->flash.sector_count; s++) {
        const uint32_t address = bench->flash.sectors[s].address + 20;
        for (uint32_t n = 1; cut_and_rot(&rig, start, n, address); n++)
            runs++;
    }
    print_message("# %-14s %u cuts, each with a bit that rots\n",
                  geometry->name, runs);
    assert_true(runs > 1000);
    lab_snapshot_free(start);
    rig_close(&rig);
}

static void a_bit_that_rots_after_a_cut_ends_well(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++)
        rot_everywhere(&rig_small[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stuck_sector_ends_well),
        cmocka_unit_test(unstable_cells_and_another_cut_end_well),
        cmocka_unit_test(a_bit_that_rots_after_a_cut_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
