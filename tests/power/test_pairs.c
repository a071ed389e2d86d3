/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G3: all pairs of cuts, and in `make soak` all rows of three, on a small
 * device. Nothing is poisoned here and nothing merged but flashes that are
 * alike to the last bit: the closure's short cuts are not taken.
 */
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

static void all_pairs_of_cuts_end_well(void **state)
{
    (void)state;
    const int soak = getenv("SOAK") != NULL;
    const struct explore_options options = {
        .cuts = soak ? 3 : 2, .exact = 1, .tears = LAB_TEARS};
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++) {
        struct rig rig;
        struct explore_figures f;
        rig_open(&rig, &rig_small[i]);
        explore(&rig, &options, &f);
        explore_print(&rig_small[i], &f);
        rig_close(&rig);
        if (explore_is_case())
            continue;
        print_message("# %-14s %llu rows of %u cuts\n", rig_small[i].name,
                      (unsigned long long)f.sequences, options.cuts);
        assert_true(f.sequences >= 250000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pairs_of_cuts_end_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
