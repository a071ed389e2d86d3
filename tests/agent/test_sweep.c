/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: the power is cut at every flash operation of a whole update, the
 * operation torn by every pattern; then once more in the boot that recovers.
 * A case that fails prints FARFIX_CASE=...; with that in the environment only
 * this case runs.
 */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- cases --------------------------------------------------------------- */

static char case_id[96];

/* 1: run it. Its name stands in case_id until the next one begins. */
static int case_begins(const char *kind, const struct bench *bench,
                       uint64_t operation, int tear)
{
    const char *only = getenv("FARFIX_CASE");
    snprintf(case_id, sizeof case_id, "%s:%s:%u:%d", kind,
             bench->geometry->name, (unsigned)operation, tear);
    return only == NULL || strcmp(only, case_id) == 0;
}

static int case_report(void **state)
{
    (void)state;
    if (case_id[0] != '\0')
        fprintf(stderr, "replay: FARFIX_CASE=%s\n", case_id);
    case_id[0] = '\0';
    return 0;
}

static int replays_one(void)
{
    return getenv("FARFIX_CASE") != NULL;
}

/* --- one update to cut --------------------------------------------------- */

struct sweep {
    struct bench bench;
    const char *kind;
    struct forge_bytes zip;
    struct lab_snapshot *start; /* CFOTA=1 was said */
    uint64_t operations;        /* of the whole update */
    uint64_t planned, fired, second_planned, second_fired;
};

static void sweep_open(struct sweep *sweep,
                       const struct bench_geometry *geometry, const char *name,
                       enum bench_kind kind)
{
    memset(sweep, 0, sizeof *sweep);
    sweep->kind = name;
    bench_open(&sweep->bench, geometry);
    sweep->zip =
        bench_package(&sweep->bench, &sweep->bench.a, &sweep->bench.b, kind);
    sweep->bench.package = &sweep->zip;
    bench_request(&sweep->bench);
    sweep->start = lab_flash_snapshot(&sweep->bench.flash);
    assert_int_equal(bench_boot(&sweep->bench), 0);
    bench_expect_installed(&sweep->bench, &sweep->bench.b);
    sweep->operations = sweep->bench.flash.operations;
    assert_true(sweep->operations > 15);
}

static void sweep_close(struct sweep *sweep)
{
    case_id[0] = '\0';
    if (sweep->planned != 0)
        print_message("# %s %s: %u operations, %u first and %u second cuts\n",
                      sweep->kind, sweep->bench.geometry->name,
                      (unsigned)sweep->operations, (unsigned)sweep->fired,
                      (unsigned)sweep->second_fired);
    assert_int_equal(sweep->fired, sweep->planned);
    assert_int_equal(sweep->second_fired, sweep->second_planned);
    lab_snapshot_free(sweep->start);
    free(sweep->zip.bytes);
    bench_close(&sweep->bench);
}

/* A boot that loses its power at `operation`. */
static void boot_with_cut(struct bench *bench, uint64_t operation,
                          enum lab_tear tear)
{
    bench->flash.cuts_fired = 0;
    lab_flash_cut(&bench->flash, operation, tear);
    assert_int_equal(bench_boot(bench), FFX_ERR_POWER);
    assert_int_equal(bench->flash.cuts_fired, 1);
}

static void sweep_first_cut(struct sweep *sweep, uint64_t operation,
                            enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    lab_flash_restore(&bench->flash, sweep->start);
    lab_flash_power_up(&bench->flash);
    bench->package = &sweep->zip;
    bench->removed = 0;
    sweep->planned++;
    boot_with_cut(bench, operation, tear);
    sweep->fired += (uint64_t)bench->flash.cuts_fired;
}

/* What a device may say right after a cut, before it has done anything. */
static void expect_honest(struct bench *bench, const struct forge_bytes *zip)
{
    assert_int_equal(bench_power_up(bench), 0);
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_REQUESTED) {
        assert_true(bench_holds(bench, &bench->a));
        assert_ptr_equal(bench->package, zip);
    } else if (status == FFX_STATUS_SUCCESS) {
        assert_true(bench_holds(bench, &bench->b));
    } else {
        assert_true(status == FFX_STATUS_UPDATING_MODEM ||
                    status == FFX_STATUS_UPDATING_AP);
        assert_ptr_equal(bench->package, zip);
        assert_true(ffx_agent_locked(&bench->agent));
    }
}

/* --- cut, and cut again -------------------------------------------------- */

/* The same case draws the same second cut. */
static uint32_t draw(uint64_t operation, enum lab_tear tear, uint32_t salt)
{
    uint32_t z =
        (uint32_t)operation * 0x9e3779b9u + (uint32_t)tear * 977 + salt;
    z = (z ^ z >> 15) * 0x85ebca6bu;
    return z ^ z >> 13;
}

static void cut_again(struct sweep *sweep, const struct lab_snapshot *torn,
                      uint64_t operations, uint64_t operation,
                      enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    lab_flash_restore(&bench->flash, torn);
    sweep->second_planned++;
    boot_with_cut(bench, 1 + draw(operation, tear, 1) % operations,
                  (enum lab_tear)(draw(operation, tear, 2) % LAB_TEARS));
    sweep->second_fired += (uint64_t)bench->flash.cuts_fired;
    expect_honest(bench, &sweep->zip);
    assert_int_equal(bench_boot(bench), 0);
    bench_expect_installed(bench, &bench->b);
}

static void cut_and_recover(struct sweep *sweep, uint64_t operation,
                            enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    sweep_first_cut(sweep, operation, tear);
    const struct forge_bytes *left = bench->package;
    struct lab_snapshot *torn = lab_flash_snapshot(&bench->flash);

    expect_honest(bench, &sweep->zip);
    assert_int_equal(bench_boot(bench), 0);
    const uint64_t operations = bench->flash.operations;
    bench_expect_installed(bench, &bench->b);
    /* Nothing is left to do, and nothing is written any more. */
    assert_int_equal(bench_boot(bench), 0);
    assert_int_equal(bench->flash.operations, 0);

    /* A second cut after every fifth: each operation and each tear has some,
     * and tests/power has them all. */
    bench->package = left;
    if (operations > 0 && (operation + (uint64_t)tear) % 5 == 0)
        cut_again(sweep, torn, operations, operation, tear);
    lab_snapshot_free(torn);
}

/* Every operation; of the tears every `stride`th, in turn. All of them, and any
 * number of cuts, are tests/power's; here are sanitizers. */
static void sweep_geometry(const struct bench_geometry *geometry,
                           const char *name, enum bench_kind kind, int stride)
{
    struct sweep sweep;
    uint64_t cases = 0;
    sweep_open(&sweep, geometry, name, kind);
    for (uint64_t n = 1; n <= sweep.operations; n++)
        for (int tear = (int)(n % (unsigned)stride); tear < (int)LAB_TEARS;
             tear += stride, cases++)
            if (case_begins(name, &sweep.bench, n, tear))
                cut_and_recover(&sweep, n, (enum lab_tear)tear);
    if (!replays_one())
        assert_int_equal(sweep.fired, cases);
    sweep_close(&sweep);
}

static void full_images_survive_two_cuts_anywhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++)
        sweep_geometry(&bench_geometries[i], "images", BENCH_IMAGES, 5);
}

static void deltas_survive_two_cuts_anywhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++)
        sweep_geometry(&bench_geometries[i], "deltas", BENCH_DELTAS, 2);
}

/* --- the package is lost or changed after a cut -------------------------- */

static int is_failed(int status)
{
    return status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
}

/* The step in hand was finished, then recovery; `error` says why. With one
 * scratch place the record may have let go of that step. */
static void expect_recovery(struct bench *bench, int error)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const int one_place =
        bench->geometry->scratch.length == bench->geometry->step_bytes;
    assert_true(is_failed(state->status));
    assert_int_equal(state->error, error);
    if (one_place && !state->installing)
        assert_true(state->step.index > 0);
    else
        assert_int_equal(state->installing, 1);
    assert_int_equal(state->requested, 0);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->last_error, error);
    assert_false(ffx_agent_pending(&bench->agent));
    assert_false(ffx_agent_locked(&bench->agent));
    assert_int_equal(ffx_agent_clear(&bench->agent), FFX_ERR_BUSY);
}

/* CFOTA=1 with this file in recovery, and a boot. */
static void ask_with(struct bench *bench, const struct forge_bytes *zip)
{
    bench->package = zip;
    bench_request(bench);
    assert_true(is_failed(ffx_agent_status(&bench->agent)));
    assert_true(ffx_agent_locked(&bench->agent));
    assert_int_equal(ffx_agent_request(&bench->agent), FFX_ERR_BUSY);
    assert_int_equal(bench_boot(bench), 0);
}

/* A device cut in mid-update boots without its package; 0: it was not, any
 * more or yet, in mid-update. */
static int boot_without(struct bench *bench, const struct forge_bytes *other,
                        int error)
{
    assert_int_equal(bench_power_up(bench), 0);
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_SUCCESS || status == FFX_STATUS_REQUESTED)
        return 0;
    bench->package = other;
    assert_int_equal(bench_boot(bench), 0);
    expect_recovery(bench, error);
    return 1;
}

struct others {
    struct bench_release c, old; /* newer than B; older than B */
    struct forge_bytes full_b;   /* another package of full images, to B */
    struct forge_bytes delta_c;  /* B to C */
    struct forge_bytes full_c, full_old;
};

static void others_make(struct others *others, const struct bench *bench)
{
    const struct bench_geometry *g = bench->geometry;
    bench_release_make(bench, &others->c, "1529B08SIM7000G", 9, g->size_b, 300);
    bench_release_make(bench, &others->old, "1529B04SIM7000G", 5, g->size_b,
                       400);
    others->full_b = bench_package(bench, &others->c, &bench->b, BENCH_IMAGES);
    others->delta_c = bench_package(bench, &bench->b, &others->c, BENCH_DELTAS);
    others->full_c = bench_package(bench, &bench->b, &others->c, BENCH_IMAGES);
    others->full_old =
        bench_package(bench, &others->c, &others->old, BENCH_IMAGES);
}

static void others_free(struct others *others)
{
    bench_release_free(&others->c);
    bench_release_free(&others->old);
    free(others->full_b.bytes);
    free(others->delta_c.bytes);
    free(others->full_c.bytes);
    free(others->full_old.bytes);
}

/* Deleted; the very package brings it to the end. */
static void lose(struct sweep *sweep, uint64_t operation, enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    sweep_first_cut(sweep, operation, tear);
    if (!boot_without(bench, NULL, FFX_ERR_NO_PACKAGE))
        return;
    assert_int_equal(ffx_agent_request(&bench->agent), FFX_ERR_NO_PACKAGE);
    ask_with(bench, &sweep->zip);
    bench_expect_installed(bench, &bench->b);
    sweep->second_fired++;
}

/* Changed; what is not good enough leaves 3 or 5; full images of the same
 * release bring it to the end. */
static void change(struct sweep *sweep, const struct others *others,
                   uint64_t operation, enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    sweep_first_cut(sweep, operation, tear);
    if (!boot_without(bench, &others->full_c, FFX_ERR_RECOVERY))
        return;
    ask_with(bench, &others->delta_c);
    expect_recovery(bench, FFX_ERR_RECOVERY);
    ask_with(bench, &others->full_old);
    expect_recovery(bench, FFX_ERR_SEQUENCE);
    ask_with(bench, &others->full_b);
    bench_expect_installed(bench, &bench->b);
    sweep->second_fired++;
}

/* Changed; full images of a newer release; cut on the way, too. */
static void replace(struct sweep *sweep, const struct others *others,
                    uint64_t operation, enum lab_tear tear)
{
    struct bench *bench = &sweep->bench;
    sweep_first_cut(sweep, operation, tear);
    if (!boot_without(bench, &others->delta_c, FFX_ERR_RECOVERY))
        return;
    bench->package = &others->full_c;
    bench_request(bench);
    boot_with_cut(bench, 1 + draw(operation, tear, 3) % 20,
                  (enum lab_tear)(draw(operation, tear, 4) % LAB_TEARS));
    assert_int_equal(bench_boot(bench), 0);
    bench_expect_installed(bench, &others->c);
    sweep->second_fired++;
}

static void lose_geometry(const struct bench_geometry *geometry)
{
    struct sweep sweep;
    struct others others;
    sweep_open(&sweep, geometry, "lost", BENCH_DELTAS);
    others_make(&others, &sweep.bench);
    /* The tears take turns. */
    for (uint64_t n = 1; n <= sweep.operations; n++)
        for (int tear = (int)(n % 5); tear < LAB_TEARS; tear += 5) {
            if (!case_begins("lost", &sweep.bench, n, tear))
                continue;
            lose(&sweep, n, (enum lab_tear)tear);
            change(&sweep, &others, n, (enum lab_tear)tear);
            replace(&sweep, &others, n, (enum lab_tear)tear);
        }
    if (!replays_one())
        assert_true(sweep.second_fired > 2 * sweep.operations);
    sweep.second_planned = sweep.second_fired;
    others_free(&others);
    sweep_close(&sweep);
}

static void a_package_lost_after_a_cut_can_be_brought_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++)
        lose_geometry(&bench_geometries[i]);
}

/* --- cuts outside the update --------------------------------------------- */

static void a_cut_in_cfota_leaves_it_said_or_not_said(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &bench_geometries[0]);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(bench.flash.operations, 4); /* two copies, erased first */
    for (uint64_t n = 1; n <= 4; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            case_begins("request", &bench, n, (int)tear);
            bench_reset(&bench);
            bench.package = &zip;
            lab_flash_cut(&bench.flash, n, tear);
            assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_POWER);
            assert_int_equal(bench_boot(&bench), 0);
            if (ffx_agent_status(&bench.agent) == FFX_STATUS_SUCCESS) {
                bench_expect_installed(&bench, &bench.b);
                continue;
            }
            assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
            assert_true(bench_holds(&bench, &bench.a));
            assert_ptr_equal(bench.package, &zip);
        }
    case_id[0] = '\0';
    free(zip.bytes);
    bench_close(&bench);
}

static uint32_t storm_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A supply that fails every few operations until it is over. */
static uint32_t storm(struct sweep *sweep, uint32_t *random)
{
    struct bench *bench = &sweep->bench;
    uint32_t cuts = 0;
    int rc;
    lab_flash_restore(&bench->flash, sweep->start);
    memset(bench->flash.wear, 0,
           bench->flash.sector_count * sizeof *bench->flash.wear);
    bench->package = &sweep->zip;
    do {
        lab_flash_power_up(&bench->flash);
        lab_flash_cut(&bench->flash, 1 + storm_next(random) % 16,
                      (enum lab_tear)(storm_next(random) % LAB_TEARS));
        rc = bench_boot(bench);
        cuts += rc == FFX_ERR_POWER;
        assert_true(cuts < 1000);
    } while (rc != 0);
    bench_expect_installed(bench, &bench->b);
    return cuts;
}

/* No sector pays more than an erase for each cut and for each operation. */
static void a_storm_of_cuts_ends_in_b(void **state)
{
    (void)state;
    uint32_t random = 5;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++) {
        struct sweep sweep;
        uint32_t total = 0;
        sweep_open(&sweep, &bench_geometries[i], "storm", BENCH_DELTAS);
        for (uint32_t round = 0; round < 20; round++) {
            const uint32_t cuts = storm(&sweep, &random);
            for (uint32_t s = 0; s < sweep.bench.flash.sector_count; s++)
                assert_true(sweep.bench.flash.wear[s] <=
                            cuts + sweep.operations);
            total += cuts;
        }
        print_message("# storm %s: %u cuts in 20 updates\n",
                      sweep.bench.geometry->name, total);
        assert_true(total > 40);
        sweep_close(&sweep);
    }
}

#define swept(f) cmocka_unit_test_teardown(f, case_report)

int main(void)
{
    const struct CMUnitTest tests[] = {
        swept(full_images_survive_two_cuts_anywhere),
        swept(deltas_survive_two_cuts_anywhere),
        swept(a_package_lost_after_a_cut_can_be_brought_back),
        swept(a_cut_in_cfota_leaves_it_said_or_not_said),
        swept(a_storm_of_cuts_ends_in_b),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
