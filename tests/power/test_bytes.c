/* SPDX-License-Identifier: Apache-2.0 */
/* G2: one cut behind every byte of every program, and at every sixteenth of
 * every erase, of a whole update. */
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_cut_behind_any_byte_ends_well(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RIG_GEOMETRIES; i++) {
        const struct explore_options options = {
            .cuts = 1, .every_byte = 1, .tears = LAB_TEARS};
        struct rig rig;
        struct explore_figures f;
        rig_open(&rig, &rig_geometries[i]);
        explore(&rig, &options, &f);
        explore_print(&rig_geometries[i], &f);
        const uint32_t bytes = rig.bench.b.size[0] + rig.bench.b.size[1];
        rig_close(&rig);
        if (explore_is_case())
            continue;
        /* Each byte of B goes to scratch and to its slot. */
        assert_true(f.fired > 2u * bytes);
        assert_true(f.points > f.fired / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_behind_any_byte_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
