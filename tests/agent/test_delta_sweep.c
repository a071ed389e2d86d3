/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power cuts under deltas whose code moved: steps read what stands in other
 * steps' sectors, before and after those are rewritten, in both orders. The
 * sweep over all flash shapes is in test_sweep.c; here it is the patch that
 * is hard. A case that fails is named by its operation and tear.
 */
#include "agent_bench.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define IN_PLACE 4u /* flag of docs/patch-format.md */

/* B is A with [cut, cut + gone) replaced by `added` new bytes, and the same
 * new bytes once more at its end: those can be copied from B itself. */
static void splice(struct bench *bench, uint32_t component, uint32_t cut,
                   uint32_t gone, uint32_t added)
{
    const uint8_t *a = bench->a.image[component];
    const uint32_t size = bench->a.size[component];
    const uint32_t kept = size - cut - gone;
    uint8_t *b = malloc(size - gone + 2 * added);
    assert_non_null(b);
    memcpy(b, a, cut);
    fixture_image(b + cut, added, 77);
    for (uint32_t i = 0; i < added; i++)
        b[cut + i] = (uint8_t)(b[cut + i] ^ i * 167 >> 3);
    memcpy(b + cut + added, a + cut + gone, kept);
    memcpy(b + cut + added + kept, b + cut, added);
    free(bench->b.image[component]);
    bench->b.image[component] = b;
    bench->b.size[component] = size - gone + 2 * added;
}

/* Modem grown, ap shrunk; the deltas do what this file is about. */
static struct forge_bytes moved_code(struct bench *bench)
{
    struct bench_job job;
    splice(bench, 0, 700, 0, 1500);
    splice(bench, 1, 900, 6000, 700);
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_DELTAS);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true((job.payload[i][1] & IN_PLACE) != 0);
        assert_true(job.forge.manifest.parts[i].payload_size <
                    bench->b.size[i] / 4);
    }
    return bench_job_build(&job);
}

struct moved {
    struct bench bench;
    struct forge_bytes zip;
    struct lab_snapshot *start; /* CFOTA=1 was said */
    uint64_t operations;
};

static void moved_open(struct moved *moved)
{
    struct bench *bench = &moved->bench;
    bench_open(bench, &bench_geometries[0]);
    moved->zip = moved_code(bench);
    bench->package = &moved->zip;
    bench_request(bench);
    moved->start = lab_flash_snapshot(&bench->flash);
    assert_int_equal(bench_boot(bench), 0);
    bench_expect_installed(bench, &bench->b);
    moved->operations = bench->flash.operations;
}

static void moved_close(struct moved *moved)
{
    lab_snapshot_free(moved->start);
    free(moved->zip.bytes);
    bench_close(&moved->bench);
}

static void back_to_start(struct moved *moved)
{
    struct bench *bench = &moved->bench;
    lab_flash_restore(&bench->flash, moved->start);
    lab_flash_power_up(&bench->flash);
    bench->package = &moved->zip;
    bench->removed = 0;
}

/* One boot without power at its end; 0: it got through before. */
static int cut_at(struct bench *bench, uint64_t operation, enum lab_tear tear)
{
    bench->flash.cuts_fired = 0;
    lab_flash_cut(&bench->flash, operation, tear);
    const int result = bench_boot(bench);
    if (result == FFX_ERR_POWER)
        return 1;
    if (result != 0)
        fail_msg("operation %u, tear %d: %d", (unsigned)operation, (int)tear,
                 result);
    return 0;
}

static void moved_code_survives_a_cut_at_every_operation(void **state)
{
    struct moved moved;
    uint64_t cuts = 0;
    (void)state;
    moved_open(&moved);
    for (uint64_t n = 1; n <= moved.operations; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            back_to_start(&moved);
            cuts += (uint64_t)cut_at(&moved.bench, n, tear);
            if (bench_boot(&moved.bench) != 0)
                fail_msg("operation %u, tear %d", (unsigned)n, (int)tear);
            bench_expect_installed(&moved.bench, &moved.bench.b);
        }
    assert_int_equal(cuts, moved.operations * LAB_TEARS);
    moved_close(&moved);
}

/* The supply holds for `n` operations at a time: from n = 12 on every boot
 * finishes a step, and the next one goes on from its checkpoint. */
static void moved_code_gets_through_on_a_bad_supply(void **state)
{
    struct moved moved;
    (void)state;
    moved_open(&moved);
    for (uint64_t n = 12; n <= 20; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            uint32_t cuts = 0;
            back_to_start(&moved);
            while (cut_at(&moved.bench, n, tear))
                if (++cuts > 100)
                    fail_msg("%u operations, tear %d: no end", (unsigned)n,
                             (int)tear);
            assert_true(cuts > 1);
            bench_expect_installed(&moved.bench, &moved.bench.b);
        }
    moved_close(&moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moved_code_survives_a_cut_at_every_operation),
        cmocka_unit_test(moved_code_gets_through_on_a_bad_supply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
