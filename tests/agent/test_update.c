/* SPDX-License-Identifier: Apache-2.0 */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void update(const struct bench_geometry *geometry, enum bench_kind kind)
{
    struct bench bench;
    bench_open(&bench, geometry);
    struct forge_bytes zip = bench_package(&bench, &bench.a, &bench.b, kind);
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_REQUESTED);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    assert_int_equal(bench.started, 1);
    assert_int_equal(bench.succeeded, 1);
    assert_int_equal(bench.failed, 0);
    assert_int_equal(bench.percent, 100);
    assert_int_equal(bench.removed, 1);
    /* The record, not RAM, is what counts. */
    assert_int_equal(bench_power_up(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

static void full_images_update_every_geometry(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++)
        update(&bench_geometries[i], BENCH_IMAGES);
}

static void deltas_update_every_geometry(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++)
        update(&bench_geometries[i], BENCH_DELTAS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_images_update_every_geometry),
        cmocka_unit_test(deltas_update_every_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
