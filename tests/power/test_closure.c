/* SPDX-License-Identifier: Apache-2.0 */
/* G1: any number of power cuts, torn in every way, to the fixed point. */
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint64_t all_points;

static void close_over(const struct bench_geometry *geometry)
{
    struct rig rig;
    struct explore_figures f;
    const struct explore_options options = {.packages = 1,
                                            .tears = LAB_TEAR_UNSTABLE};
    rig_open(&rig, geometry);
    explore(&rig, &options, &f);
    print_message("# %-16s %8u states %9u cut points of %9u cuts, %7u boots, "
                  "%6u commits, longest %u ms, %.1f s\n",
                  geometry->name, (unsigned)f.states, (unsigned)f.points,
                  (unsigned)f.fired, (unsigned)f.boots, (unsigned)f.commits,
                  (unsigned)(f.longest_us / 1000), f.seconds);
    all_points += f.points;
    rig_close(&rig);
}

static void any_number_of_cuts_ends_well(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1; i++)
        close_over(&rig_geometries[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_cuts_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
