/* SPDX-License-Identifier: Apache-2.0 */
/* A microcontroller of 16 KiB, the real programs in QEMU, takes itself from A
 * to B out of its module's file system. */
#include "mcu_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <farfix/agent.h>
#include <farfix/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[256];
static struct mcu_releases releases;

static void a_new_board_runs_what_the_factory_wrote(void **state)
{
    struct mcu_rig rig;
    (void)state;
    mcu_rig_make(&rig, folder, &releases, "http://127.0.0.1:9", NULL);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.0", 20000), 0);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.a));
    mcu_rig_free(&rig);
}

/* The package lies in the module, and the application has asked for `bytes` of
 * it before it ended. */
static void make_asked(struct mcu_rig *rig, const struct mcu_module *module,
                       uint32_t bytes)
{
    mcu_rig_make(rig, folder, &releases, "http://127.0.0.1:9", module);
    mcu_rig_put(rig, "customer/app.zip", &releases.zip);
    mcu_request(&rig->mcu, bytes);
}

static void a_request_ends_in_b(void **state)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    (void)state;
    make_asked(&rig, NULL, (uint32_t)releases.zip.length);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.1", 60000), 0);
    mcu_look(&rig.mcu, &shared);
    assert_int_equal(shared.status, FFX_STATUS_SUCCESS);
    printf("# stack %u, reads %u\n", shared.stack, shared.reads);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.b));
    mcu_rig_free(&rig);
}

static void an_application_that_asks_the_store_ends_in_b(void **state)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    struct child store;
    char url[64];
    (void)state;
    mcu_releases_serve(&releases, &store, url);
    mcu_rig_make(&rig, folder, &releases, url, NULL);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.1", 60000), 0);
    mcu_look(&rig.mcu, &shared);
    assert_int_equal(shared.status, FFX_STATUS_SUCCESS);
    assert_int_equal(rig.mcu.resets, 1);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.b));
    mcu_rig_free(&rig);
    child_stop(&store, SIGTERM);
}

/* As a_request_ends_in_b, with a module that does not do as it should. */
static void ends_in_b_with(const struct mcu_module *module,
                           uint32_t least_reads)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    make_asked(&rig, module, (uint32_t)releases.zip.length);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.1", 60000), 0);
    mcu_look(&rig.mcu, &shared);
    assert_int_equal(shared.status, FFX_STATUS_SUCCESS);
    assert_true(shared.reads >= least_reads);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.b));
    mcu_rig_free(&rig);
}

static void noise_on_the_wire_spoils_no_byte(void **state)
{
    static const struct mcu_module module = {
        .faults = "seed 3\nodds tx-byte 500 flip 2\nodds tx-byte 1500 drop\n"
                  "at rx-byte 400 flip 0\n"};
    (void)state;
    ends_in_b_with(&module, 20);
}

static void a_module_that_restarts_is_taken_up_again(void **state)
{
    static const struct mcu_module module = {
        .faults = "at rx-byte 150 cut\nat tx-byte 1500 reset\n"};
    (void)state;
    ends_in_b_with(&module, 14);
}

static void every_dialect_of_reading_a_file_will_do(void **state)
{
    uint8_t quirks[FFX_QUIRKS];
    struct mcu_module module = {.profile = FFX_PROFILE_NOTE};
    (void)state;
    for (int i = FFX_PROFILE_MANUAL; i < FFX_PROFILES; i++) {
        module.profile = (enum ffx_module_profile)i;
        ends_in_b_with(&module, 12);
    }
    module.quirks = quirks;
    ffx_module_quirks(module.profile, quirks);
    assert_int_equal(ffx_module_quirk_set(quirks, "D8=both"), 0);
    ends_in_b_with(&module, 12);
}

static void
a_package_that_was_installed_is_refused_and_not_asked_for(void **state)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    (void)state;
    mcu_rig_make(&rig, folder, &releases, "http://127.0.0.1:9", NULL);
    mcu_rig_put(&rig, "customer/app.zip", &releases.zip);
    for (int time = 0; time < 2; time++) {
        mcu_request(&rig.mcu, (uint32_t)releases.zip.length);
        mcu_power_up(&rig.mcu, 0);
        assert_int_equal(mcu_rig_until(&rig, "1.1", 60000), 0);
        const int64_t end_ms = mcu_rig_now_ms() + 1000;
        while (mcu_rig_now_ms() < end_ms)
            mcu_rig_turn(&rig);
        mcu_look(&rig.mcu, &shared);
        assert_int_equal(shared.walk[0], time == 0); /* walks begun */
        mcu_cut(&rig.mcu);
    }
    assert_int_equal(shared.status, FFX_STATUS_REFUSED);
    assert_int_equal(shared.error, FFX_ERR_SOURCE);
    assert_true(mcu_rig_holds(&rig, &releases.b));
    mcu_rig_free(&rig);
}

static int recovers(struct mcu_rig *rig, uint32_t limit_ms)
{
    const int64_t end_ms = mcu_rig_now_ms() + limit_ms;
    struct microbit_shared shared = {0};
    while (shared.doing != MICROBIT_RECOVERS && mcu_rig_now_ms() < end_ms) {
        mcu_rig_turn(rig);
        mcu_look(&rig->mcu, &shared);
    }
    return shared.status == FFX_STATUS_FAILED_AP;
}

/* The boot stage looks for its package for a minute. */
static void a_package_that_comes_back_is_gone_on_with(void **state)
{
    struct mcu_rig rig;
    char path[160];
    (void)state;
    if (getenv("SOAK") == NULL)
        skip();
    make_asked(&rig, NULL, (uint32_t)releases.zip.length);
    mcu_power_up(&rig.mcu, 1);
    for (int operations = 0; operations < 100;) {
        mcu_rig_turn(&rig);
        operations += rig.mcu.stands;
        if (rig.mcu.stands)
            mcu_go_on(&rig.mcu);
    }
    mcu_cut(&rig.mcu);
    snprintf(path, sizeof path, "%s/customer/app.zip", rig.state);
    assert_int_equal(unlink(path), 0);
    mcu_power_up(&rig.mcu, 0);
    assert_true(recovers(&rig, 120000));
    mcu_rig_put(&rig, "customer/app.zip", &releases.zip);
    assert_int_equal(mcu_rig_until(&rig, "1.1", 120000), 0);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.b));
    mcu_rig_free(&rig);
}

static void a_later_boot_leaves_all_as_it_is(void **state)
{
    static uint8_t before[MICROBIT_FLASH_BYTES];
    struct mcu_rig rig;
    struct microbit_shared shared;
    (void)state;
    make_asked(&rig, NULL, (uint32_t)releases.zip.length);
    for (int time = 0; time < 2; time++) {
        memcpy(before, rig.mcu.flash, sizeof before);
        mcu_power_up(&rig.mcu, 0);
        assert_int_equal(mcu_rig_until(&rig, "1.1", 60000), 0);
        mcu_look(&rig.mcu, &shared);
        mcu_cut(&rig.mcu);
    }
    assert_int_equal(shared.status, FFX_STATUS_SUCCESS);
    assert_int_equal(shared.reads, 0);
    assert_memory_equal(before, rig.mcu.flash, sizeof before);
    mcu_rig_free(&rig);
}

static void a_torn_request_is_none(void **state)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    (void)state;
    make_asked(&rig, NULL, (uint32_t)releases.zip.length);
    memset(rig.mcu.flash + MICROBIT_REQUEST +
               offsetof(struct microbit_request, not_bytes),
           0xff, 2);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.0", 20000), 0);
    mcu_look(&rig.mcu, &shared);
    assert_int_equal(shared.status, FFX_STATUS_IDLE);
    assert_int_equal(shared.reads, 0);
    mcu_rig_free(&rig);
}

/* Longer or shorter than what the application said: no package at all. */
static void a_file_of_another_size_is_refused(void **state)
{
    struct mcu_rig rig;
    struct microbit_shared shared;
    (void)state;
    make_asked(&rig, NULL, (uint32_t)releases.zip.length - 1);
    mcu_power_up(&rig.mcu, 0);
    assert_int_equal(mcu_rig_until(&rig, "1.0", 60000), 0);
    mcu_look(&rig.mcu, &shared);
    assert_int_equal(shared.status, FFX_STATUS_REFUSED);
    mcu_cut(&rig.mcu);
    assert_true(mcu_rig_holds(&rig, &releases.a));
    mcu_rig_free(&rig);
}

static int make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/microbit", getenv("BUILD"));
    mcu_releases_make(&releases, folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mcu_releases_free(&releases);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_board_runs_what_the_factory_wrote),
        cmocka_unit_test(a_request_ends_in_b),
        cmocka_unit_test(an_application_that_asks_the_store_ends_in_b),
        cmocka_unit_test(noise_on_the_wire_spoils_no_byte),
        cmocka_unit_test(a_module_that_restarts_is_taken_up_again),
        cmocka_unit_test(every_dialect_of_reading_a_file_will_do),
        cmocka_unit_test(
            a_package_that_was_installed_is_refused_and_not_asked_for),
        cmocka_unit_test(a_package_that_comes_back_is_gone_on_with),
        cmocka_unit_test(a_later_boot_leaves_all_as_it_is),
        cmocka_unit_test(a_torn_request_is_none),
        cmocka_unit_test(a_file_of_another_size_is_refused),
    };
    return cmocka_run_group_tests_name("mcu: update", tests, make, end);
}
