/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G4: a sector that is stuck (F14), loudly or silently, in each area, under
 * any number of cuts. Weak and unstable cells (F8, F12) are in test_closure,
 * disturbed pages (F9) and words that cannot be read (F11) in every closure.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stuck_sector_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
