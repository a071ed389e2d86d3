/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supply of the microcontroller is cut at random moments of its update,
 * one to three times, and each run must end in exactly B. Three in forty begin
 * with the application, which asks the store, the others in the boot stage. In
 * every fourth the first cut is inside an erase or a program. What is on the
 * wire at a cut is lost, or heard by the next boot.
 *
 *   KILLS=200        runs; 40
 *   FARFIX_SEED=N    of the first one; 1
 *   FARFIX_CASE=N    only that one
 *
 * A run follows from its number but for the real time that QEMU and the module
 * take.
 */
#include "mcu_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <farfix/agent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIFE_MS 60000u

/* What an update without a cut takes, from power-up to B. */
struct extent {
    uint32_t bytes, operations, ms;
    uint32_t reset; /* operations in front of the application's reset */
};

enum moment { AT_BYTE, AT_MS, AT_OPERATION, MOMENTS };

struct cut {
    enum moment when;
    uint32_t number; /* counted from power-up */
    enum lab_tear tear;
    uint32_t seed;
};

static char folder[256], url[64];
static struct mcu_releases releases;
static struct child store;
static struct extent whole[2]; /* from the boot stage; from the application */
static unsigned torn, lives;

static uint32_t draw(uint32_t *coins, uint32_t below)
{
    *coins = *coins * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*coins >> 4) * below >> 28);
}

/* --- one life: from power-up to the cut, or to B ------------------------- */

static int has_come(const struct mcu_rig *rig, const struct cut *cut,
                    uint64_t bytes, int64_t begin_ms, uint32_t operations)
{
    switch (cut->when) {
    case AT_BYTE:
        return rig->passed - bytes >= cut->number;
    case AT_MS:
        return mcu_rig_now_ms() - begin_ms >= cut->number;
    default:
        return operations >= cut->number;
    }
}

static int runs_b(struct mcu_rig *rig)
{
    struct microbit_shared shared;
    mcu_look(&rig->mcu, &shared);
    return shared.doing == MICROBIT_APPLICATION &&
           strcmp(shared.version, releases.b.version) == 0;
}

static void power_off(struct mcu_rig *rig, const struct cut *cut)
{
    if (rig->mcu.stands) {
        mcu_cut_torn(&rig->mcu, cut->tear, cut->seed);
        torn++;
    } else {
        mcu_cut(&rig->mcu);
    }
}

/* 1: B runs, the supply is still on; 0: it was cut. */
static int live(struct mcu_rig *rig, const struct cut *cut,
                struct extent *extent)
{
    const int64_t begin_ms = mcu_rig_now_ms();
    const uint64_t bytes = rig->passed;
    int64_t look_ms = begin_ms;
    const int resets = rig->mcu.resets;
    uint32_t operations = 0, reset = 0;
    lives++;
    mcu_power_up(&rig->mcu, cut->when == AT_OPERATION);
    while (mcu_rig_now_ms() - begin_ms < LIFE_MS) {
        mcu_rig_turn(rig);
        if (reset == 0 && rig->mcu.resets > resets)
            reset = operations;
        operations += rig->mcu.stands != 0;
        if (has_come(rig, cut, bytes, begin_ms, operations)) {
            power_off(rig, cut);
            return 0;
        }
        if (rig->mcu.stands)
            mcu_go_on(&rig->mcu);
        if (mcu_rig_now_ms() < look_ms)
            continue;
        look_ms = mcu_rig_now_ms() + 30;
        if (!runs_b(rig))
            continue;
        *extent =
            (struct extent){(uint32_t)(rig->passed - bytes), operations,
                            (uint32_t)(mcu_rig_now_ms() - begin_ms), reset};
        return 1;
    }
    return -1;
}

/* --- one run ------------------------------------------------------------- */

static void make_rig(struct mcu_rig *rig, int from_application)
{
    mcu_rig_make(rig, folder, &releases, url, NULL);
    if (from_application)
        return;
    mcu_rig_put(rig, "customer/app.zip", &releases.zip);
    mcu_request(&rig->mcu, (uint32_t)releases.zip.length);
}

static struct cut plan(uint32_t *coins, const struct extent *extent, int inside)
{
    struct cut cut = {
        .when = inside ? AT_OPERATION : (enum moment)draw(coins, AT_OPERATION),
        .tear = (enum lab_tear)draw(coins, LAB_TEAR_UNSTABLE),
        .seed = draw(coins, 1u << 20),
    };
    const uint32_t most[MOMENTS] = {extent->bytes, extent->ms,
                                    extent->operations};
    cut.number = 1 + draw(coins, most[cut.when]);
    /* The application has two of its own: erase and program of its request. */
    if (inside && extent->reset > 0)
        cut.number = extent->reset - draw(coins, 2);
    return cut;
}

static void say_cut(const struct cut *cut)
{
    static const char *const names[MOMENTS] = {"byte", "ms", "operation"};
    printf(" %s %u", names[cut->when], (unsigned)cut->number);
    if (cut->when == AT_OPERATION)
        printf(" tear %d", (int)cut->tear);
}

/* Nothing on the wire outlives half of the cuts. */
static void clear_wire(struct mcu_rig *rig)
{
    uint8_t bytes[256];
    rig->to_mcu_length = 0;
    while (read(rig->mcu.far_end, bytes, sizeof bytes) > 0)
        continue;
}

static const char *verdict(struct mcu_rig *rig, int ended)
{
    struct microbit_shared shared;
    mcu_look(&rig->mcu, &shared);
    mcu_cut(&rig->mcu);
    if (ended != 1) {
        printf(" (doing %u, status %u, error %d, walk %u ended with %u, %u)",
               (unsigned)shared.doing, (unsigned)shared.status,
               (int)shared.error, (unsigned)shared.walk[0],
               (unsigned)shared.walk[1], (unsigned)shared.walk[2]);
        return "B does not run in time";
    }
    if (!mcu_rig_holds(rig, &releases.b))
        return "the slot does not hold B";
    return shared.status == FFX_STATUS_SUCCESS ? NULL : "the status is not 6";
}

static void run(uint32_t number)
{
    static const struct cut never = {.when = AT_MS, .number = UINT32_MAX};
    const int from_application = number % 20 == 1 || number % 40 == 20;
    uint32_t coins = number * 2654435761u;
    const uint32_t cuts = 1 + draw(&coins, 3);
    struct extent extent;
    struct mcu_rig rig;
    int ended = 0;
    make_rig(&rig, from_application);
    printf("# case %u:%s", (unsigned)number, from_application ? " asks" : "");
    for (uint32_t i = 0; i < cuts && ended == 0; i++) {
        const struct cut cut =
            plan(&coins, &whole[from_application], i == 0 && number % 4 == 0);
        say_cut(&cut);
        ended = live(&rig, &cut, &extent);
        if (draw(&coins, 2) == 0)
            clear_wire(&rig);
    }
    if (ended == 0)
        ended = live(&rig, &never, &extent);
    const char *const wrong = verdict(&rig, ended);
    printf(" -> %s\n", wrong != NULL ? wrong : "B");
    mcu_rig_free(&rig);
    if (wrong != NULL)
        fail_msg("FARFIX_CASE=%u: %s", (unsigned)number, wrong);
}

/* --- sentences ----------------------------------------------------------- */

static uint32_t number_of(const char *name, uint32_t otherwise)
{
    const char *const text = getenv(name);
    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

static void each_run_with_cuts_ends_in_exactly_b(void **state)
{
    const uint32_t only = number_of("FARFIX_CASE", 0);
    const uint32_t first = only != 0 ? only : number_of("FARFIX_SEED", 1);
    const uint32_t count = only != 0 ? 1 : number_of("KILLS", 40);
    (void)state;
    for (uint32_t i = 0; i < count; i++)
        run(first + i);
    printf("# %u runs, %u lives, %u cuts inside an operation\n",
           (unsigned)count, lives, torn);
    if (only == 0)
        assert_true(torn >= count / 5);
}

static int make(void **state)
{
    /* No cut at all, but every operation counted. */
    static const struct cut never = {.when = AT_OPERATION,
                                     .number = UINT32_MAX};
    (void)state;
    snprintf(folder, sizeof folder, "%s/microbit", getenv("BUILD"));
    mcu_releases_make(&releases, folder);
    mcu_releases_serve(&releases, &store, url);
    for (int i = 0; i < 2; i++) {
        struct mcu_rig rig;
        make_rig(&rig, i);
        const int ended = live(&rig, &never, &whole[i]);
        const char *const wrong = verdict(&rig, ended);
        mcu_rig_free(&rig);
        printf("# %u bytes on the wire, %u operations, %u ms\n",
               (unsigned)whole[i].bytes, (unsigned)whole[i].operations,
               (unsigned)whole[i].ms);
        if (wrong != NULL)
            fail_msg("without a cut: %s", wrong);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    child_stop(&store, SIGTERM);
    mcu_releases_free(&releases);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_with_cuts_ends_in_exactly_b),
    };
    return cmocka_run_group_tests_name("mcu: kill", tests, make, end);
}
