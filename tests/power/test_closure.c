/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G1: any number of power cuts, torn in every way, to the fixed point.
 * POWER=tiny and POWER=luck are for planted bugs: one small device.
 */
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static uint64_t all_points;

static void close_over(const struct bench_geometry *geometry,
                       const struct explore_options *options)
{
    struct rig rig;
    struct explore_figures f;
    rig_open(&rig, geometry);
    explore(&rig, options, &f);
    explore_print(geometry, &f);
    all_points += f.points;
    rig_close(&rig);
    if (explore_is_case())
        return;
    assert_true(f.ends[FFX_STATUS_SUCCESS] > 0);
    assert_true(f.points >= 6 * f.operations);
}

static const char *chosen(void)
{
    const char *power = getenv("POWER");
    return power == NULL ? "" : power;
}

/* Images of 300 KiB in 19 and 38 steps, on four kinds of flash: with every
 * package that may lie there on two of them, on all in `make soak`. */
static void any_number_of_cuts_ends_well(void **state)
{
    (void)state;
    const int all = strcmp(chosen(), "soak") == 0;
    if (strcmp(chosen(), "") != 0 && !all)
        skip();
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++) {
        const struct explore_options options = {.packages = all || i % 2 == 0,
                                                .tears = LAB_TEAR_UNSTABLE};
        close_over(&rig_geometries[i], &options);
    }
    assert_true(explore_is_case() || all_points >= 5000000);
}

/* One place in scratch, where a step takes two commits; and full images as
 * the way out of 3 and 5. */
static void every_way_out_ends_well(void **state)
{
    (void)state;
    struct explore_options options = {.tears = LAB_TEAR_UNSTABLE,
                                      .packages = 1};
    if (strcmp(chosen(), "luck") == 0 || strcmp(chosen(), "tiny") == 0)
        skip();
    close_over(&rig_tiny[2], &options);
    options.packages = 2;
    close_over(&rig_tiny[0], &options);
}

/* Cells that read one way today and another tomorrow (F8, F12). `make soak`:
 * also journals of four sectors, two components, and full images. */
static void any_luck_ends_well(void **state)
{
    (void)state;
    struct explore_options options = {.tears = LAB_TEARS};
    const int soak = strcmp(chosen(), "soak") == 0;
    if (strcmp(chosen(), "") != 0 && strcmp(chosen(), "luck") != 0 && !soak)
        skip();
    close_over(&rig_tiny[0], &options);
    close_over(&rig_tiny[2], &options);
    if (!soak)
        return;
    close_over(&rig_tiny[1], &options);
    options.packages = 2;
    for (uint32_t i = 0; i < RIG_TINY; i++)
        close_over(&rig_tiny[i], &options);
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++)
        close_over(&rig_small[i], &options);
}

static void a_small_device_ends_well(void **state)
{
    (void)state;
    const struct explore_options options = {.tears = LAB_TEAR_UNSTABLE};
    if (strcmp(chosen(), "tiny") != 0)
        skip();
    close_over(&rig_small[1], &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_cuts_ends_well),
        cmocka_unit_test(every_way_out_ends_well),
        cmocka_unit_test(any_luck_ends_well),
        cmocka_unit_test(a_small_device_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
