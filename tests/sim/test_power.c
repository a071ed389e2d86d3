/* SPDX-License-Identifier: Apache-2.0 */
/* Power that fails while the whole embedded module updates itself (P1 to P6 of
 * the fault models), and modules that something left half-broken. */
#include "virtual_case.h"

#include "sim/sim_parts.h"

#include "lab/lab_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS "+CFOTA: \"Update successfully, please wait for reset\""

/* --- what is in flash ----------------------------------------------------- */

static int holds(const struct pack_release *release)
{
    const struct sim_flash *flash = &v.sim->flash;
    int same = 1;
    for (uint32_t i = 0; i < release->component_count; i++) {
        const struct pack_buffer *image = &release->components[i].image;
        const struct ffx_flash_area slot = sim_layout_slot(&flash->layout, i);
        same &= memcmp(flash->lab.bytes + slot.address, image->bytes,
                       image->length) == 0;
    }
    return same;
}

static void runs(const char *status, const char *version,
                 const struct pack_release *release)
{
    has(virtual_say(&v, "AT+CFOTA?\r"), status);
    has(virtual_say(&v, "AT+GMR\r"), version);
    assert_true(holds(release));
    assert_int_equal(v.sim->flash.lab.violations, 0);
}

static void runs_b(void)
{
    runs("+CFOTA: 6\r", "Revision:1529B06SIM7000G\r", &fixture.b);
}

/* Until the module has said how it ended, and a boot later. */
static void wait_for_b(void)
{
    virtual_wait_for(&v, SUCCESS, 3600000);
    virtual_wait(&v, 5000);
    runs_b();
}

/* A fresh module with the package in it, about to update. */
static void begin(const char *faults)
{
    virtual_start(&v, &fixture,
                  &(struct virtual_options){.faults = faults, .real_speed = 1});
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
    has(virtual_say(&v, "AT+CFOTA=1\r"), "OK");
}

static uint32_t operations;

static void count(void *context, const struct lab_operation *operation)
{
    const struct ffx_sim *sim = context;
    (void)operation;
    operations += sim->state == SIM_UPDATE;
}

/* How many operations an update has. */
static uint32_t operations_of_an_update(void)
{
    virtual_start(&v, &fixture, &(struct virtual_options){.real_speed = 1});
    operations = 0;
    v.sim->flash.lab.watch = count;
    v.sim->flash.lab.watch_context = v.sim;
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
    virtual_say(&v, "AT+CFOTA=1\r");
    wait_for_b();
    virtual_end(&v);
    assert_true(operations > 50);
    return operations;
}

static unsigned times(const char *what)
{
    unsigned n = 0;
    for (const char *at = v.log; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

/* --- P1 to P6 ------------------------------------------------------------- */

static void p1_any_cut_of_an_update_ends_in_b(void **context)
{
    const uint32_t all = operations_of_an_update();
    unsigned planned = 0, fired = 0;
    (void)context;
    for (unsigned tear = 0; tear < LAB_TEARS; tear++)
        for (uint32_t n = 1 + tear; n <= all; n += all / 4, planned++) {
            char faults[64];
            snprintf(faults, sizeof faults, "at flash %u tear %u", (unsigned)n,
                     tear);
            if (planned > 0)
                virtual_end(&v);
            begin(faults);
            wait_for_b();
            fired += times("power cut");
        }
    assert_int_equal(fired, planned);
    assert_true(planned >= 4 * LAB_TEARS);
}

static void p1_a_second_cut_of_the_way_back_ends_in_b_too(void **context)
{
    (void)context;
    begin("at flash 30 tear 2\nat flash 3 tear 4\nat flash 9 tear 5\n"
          "at flash 17 tear 7\nat flash 1 tear 3\n");
    wait_for_b();
    assert_int_equal(times("power cut"), 5);
}

static void p2_a_cut_of_the_word_of_success_loses_nothing(void **context)
{
    (void)context;
    begin("at percent 100 cut");
    virtual_wait(&v, 60000);
    assert_int_equal(times("power cut"), 1);
    virtual_say(&v, "\r");
    runs_b();
}

static void p3_a_brown_out_loop_ends_within_its_boots(void **context)
{
    const uint32_t all = operations_of_an_update();
    unsigned boots;
    (void)context;
    begin("every flash 40 tear 1");
    wait_for_b();
    boots = times("power cut");
    /* Each start does 39 operations; some of them are done once more. */
    assert_in_range(boots, all / 40, 1 + all / 10);
}

static void p3_cuts_that_let_nothing_through_brick_nothing(void **context)
{
    static const unsigned steps[] = {1, 2, 3, 5, 8};
    (void)context;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char faults[64];
        snprintf(faults, sizeof faults, "every flash %u tear %u", steps[i],
                 (unsigned)(i * 2));
        if (i > 0)
            virtual_end(&v);
        begin(faults);
        virtual_wait(&v, 30000);
        assert_true(times("power cut") > 15 || holds(&fixture.b));
        virtual_do(&v, "clear");
        virtual_wait(&v, 60000);
        virtual_say(&v, "\r");
        runs_b();
    }
}

static void p4_a_watchdog_in_an_erase_ends_in_b(void **context)
{
    (void)context;
    begin("at flash 10 watchdog\nat flash 11 watchdog\nat flash 25 watchdog");
    wait_for_b();
    assert_int_equal(times("reset: the watchdog"), 3);
    assert_int_equal(times("power cut"), 0);
}

/* Whatever the cut leaves: 6 is said of B alone. */
static void never_lies(void)
{
    const char *answer;
    virtual_wait(&v, 60000);
    virtual_say(&v, "\r");
    answer = virtual_say(&v, "AT+CFOTA?\r");
    if (strstr(answer, "+CFOTA: 6") != NULL)
        runs_b();
    else if (strstr(answer, "+CFOTA: 7") != NULL ||
             strstr(answer, "+CFOTA: 8") != NULL)
        assert_true(holds(&fixture.a));
    else
        fail_msg("'%s'; log: %s", answer, v.log);
}

static void
p5_a_cut_while_the_status_is_written_never_leaves_a_false_6(void **context)
{
    const uint32_t all = operations_of_an_update();
    (void)context;
    for (uint32_t n = 0; n < 12 * 2; n++) {
        char faults[64];
        snprintf(faults, sizeof faults, "at flash %u tear %u",
                 (unsigned)(all - n / 2), (unsigned)((n * 5 + 3) % LAB_TEARS));
        if (n > 0)
            virtual_end(&v);
        begin(faults);
        never_lies();
        assert_int_equal(times("power cut"), 1);
    }
}

static void p5_a_cut_while_a_refusal_is_written_never_leaves_a_6(void **context)
{
    unsigned fired = 0;
    (void)context;
    for (uint32_t n = 0; n < 40; n++) {
        char faults[64];
        snprintf(faults, sizeof faults, "at flash %u tear %u",
                 (unsigned)(1 + n / 10), (unsigned)((n * 7 + 1) % LAB_TEARS));
        if (n > 0)
            virtual_end(&v);
        virtual_start(
            &v, &fixture,
            &(struct virtual_options){.faults = faults, .real_speed = 1});
        fixture.zip.bytes[fixture.zip.length / 2] ^= 1;
        virtual_put(&v, "fota/update.zip", fixture.zip.bytes,
                    fixture.zip.length);
        fixture.zip.bytes[fixture.zip.length / 2] ^= 1;
        virtual_say(&v, "AT+CFOTA=1\r");
        virtual_wait(&v, 60000);
        virtual_say(&v, "\r");
        has(virtual_say(&v, "AT+CFOTA?\r"), "+CFOTA: 7");
        assert_true(holds(&fixture.a));
        fired += times("power cut");
    }
    assert_true(fired >= 20);
}

static void p6_a_cut_in_the_first_boot_of_b_leaves_b(void **context)
{
    (void)context;
    begin("at boot 2 cut\nat boot 3 reset\nat boot 4 cut");
    virtual_wait_for(&v, SUCCESS, 600000);
    virtual_wait(&v, 10000);
    assert_int_equal(times("boot: "), 5);
    assert_int_equal(times("power cut"), 2);
    virtual_say(&v, "\r");
    runs_b();
}

static void
p6_a_module_that_hangs_in_its_boot_comes_back_by_a_cut(void **context)
{
    (void)context;
    begin("at boot 2 hang");
    virtual_wait_for(&v, SUCCESS, 600000);
    virtual_wait(&v, 60000);
    assert_string_equal(virtual_say(&v, "AT\r"), "");
    virtual_do(&v, "now cut");
    virtual_wait(&v, 10000);
    runs_b();
}

/* Full images lead out of it: the package has to come once more. */
static void a_cut_that_costs_the_package_ends_in_recovery(void **context)
{
    static const struct {
        const char *faults, *status;
    } parts[] = {{"at percent 10 spoilt 9000", "+CFOTA: 3\r"},
                 {"at percent 60 spoilt 50000", "+CFOTA: 5\r"}};
    (void)context;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i > 0)
            virtual_end(&v);
        begin(parts[i].faults);
        virtual_wait_for(&v, "Update failed, please wait for reset", 120000);
        virtual_wait(&v, 8000);
        assert_int_equal(times("power cut"), 1);
        has(virtual_say(&v, "AT+CFOTA?\r"), parts[i].status);
        virtual_put(&v, "fota/update.zip", fixture.zip.bytes,
                    fixture.zip.length);
        has(virtual_say(&v, "AT+CFOTA=1\r"), "OK");
        wait_for_b();
    }
}

static void each_update_counts_its_percentage_anew(void **context)
{
    (void)context;
    begin("every percent 70 reset");
    virtual_wait(&v, 120000);
    assert_true(times("reset: a fault") > 2);
    virtual_do(&v, "clear");
    virtual_wait(&v, 60000);
    virtual_say(&v, "\r");
    runs_b();
}

/* --- half-bricked --------------------------------------------------------- */

static const struct {
    const char *name, *command, *broken, *whole;
} damages[] = {
    {"imei", "AT+GSN\r", "\r\n000000000000000\r\n", "\r\n866425030000006\r\n"},
    {"fun-5", "AT+CFUN?\r", "+CFUN: 5\r", "+CFUN: 1\r"},
    {"version", "AT+GMR\r", "Revision:\r", "Revision:1529B05SIM7000G\r"},
    {"sim", "AT+CPIN?\r", "ERROR", "+CPIN: READY"},
};

static void reboot(const char *how)
{
    virtual_do(&v, how);
    virtual_wait(&v, 8000);
}

static void damage_lasts_until_it_is_healed(void **context)
{
    (void)context;
    virtual_start(&v, &fixture, &(struct virtual_options){.real_speed = 1});
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char command[40];
        virtual_wait(&v, 8000);
        has(virtual_say(&v, damages[i].command), damages[i].whole);
        snprintf(command, sizeof command, "now damage %s", damages[i].name);
        virtual_do(&v, command);
        has(virtual_say(&v, damages[i].command), damages[i].whole);
        reboot("now reset");
        has(virtual_say(&v, damages[i].command), damages[i].broken);
        reboot("now cut");
        has(virtual_say(&v, damages[i].command), damages[i].broken);
        virtual_say(&v, "AT+CFUN=1,1\r");
        virtual_wait(&v, 8000);
        has(virtual_say(&v, damages[i].command), damages[i].broken);
        virtual_do(&v, "now damage none");
        reboot("now reset");
        has(virtual_say(&v, damages[i].command), damages[i].whole);
    }
}

static void damage_of_an_update_shows_at_its_boot(void **context)
{
    (void)context;
    begin("at boot 2 damage imei\nat boot 2 damage fun-5");
    virtual_wait_for(&v, SUCCESS, 600000);
    virtual_wait(&v, 8000);
    has(virtual_say(&v, "AT+GSN\r"), "000000000000000");
    has(virtual_say(&v, "AT+CFUN?\r"), "+CFUN: 5");
    has(virtual_say(&v, "AT+CFUN=1\r"), "ERROR");
    runs_b();
}

#define TEST(name) cmocka_unit_test_teardown(name, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(p1_any_cut_of_an_update_ends_in_b),
        TEST(p1_a_second_cut_of_the_way_back_ends_in_b_too),
        TEST(p2_a_cut_of_the_word_of_success_loses_nothing),
        TEST(p3_a_brown_out_loop_ends_within_its_boots),
        TEST(p3_cuts_that_let_nothing_through_brick_nothing),
        TEST(p4_a_watchdog_in_an_erase_ends_in_b),
        TEST(p5_a_cut_while_the_status_is_written_never_leaves_a_false_6),
        TEST(p5_a_cut_while_a_refusal_is_written_never_leaves_a_6),
        TEST(p6_a_cut_in_the_first_boot_of_b_leaves_b),
        TEST(p6_a_module_that_hangs_in_its_boot_comes_back_by_a_cut),
        TEST(a_cut_that_costs_the_package_ends_in_recovery),
        TEST(each_update_counts_its_percentage_anew),
        TEST(damage_lasts_until_it_is_healed),
        TEST(damage_of_an_update_shows_at_its_boot),
    };
    return cmocka_run_group_tests(tests, make_releases, free_releases);
}
