/* SPDX-License-Identifier: Apache-2.0 */
/* Power saving is off while the walk needs the module awake, and on again
 * however it ends; an update that loses the APN is named. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct road road;
static int told;

#define ALL (FFX_SAVING_SLEEP | FFX_SAVING_PSM | FFX_SAVING_EDRX)

/* Before the driver's first word the module has been set to save power. */
static void save_power(struct road *r)
{
    if (told || r->is_off)
        return;
    told = 1;
    road_obey_line(r, "AT+CSCLK=1\r");
    road_obey_line(r, "AT+CPSMS=1,,,\"01000111\",\"00000001\"\r");
    road_obey_line(r, "AT+CEDRXS=1,5,\"0101\"\r");
}

static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
    road.turned = save_power;
    told = 0;
}

static void answer(const char *command, const char *text, unsigned skip)
{
    size_t i = 0;
    while (road.answers[i].command != NULL)
        i++;
    road.answers[i] = (struct road_answer){command, text, 0, skip, 0, 0};
}

static void saves_again(void)
{
    assert_int_equal(road.module.settings.sleep, 1);
    assert_int_equal(road.module.settings.psm, 1);
    assert_int_equal(road.module.settings.psm_update, 0x47);
    assert_int_equal(road.module.settings.edrx_mode, 1);
    assert_int_equal(road.module.settings.edrx[1], 5);
    assert_int_equal(road.position.saving, 0);
}

static void ends_with(enum ffx_cause expected)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != expected)
        fail_msg("%s instead of %s: %s", ffx_cause_name(cause),
                 ffx_cause_name(expected), road_tail(&road));
    assert_int_equal(road.module.files_open, 0);
}

/* One of each, and `first` before `second`. */
static void in_order(const char *first, const char *second)
{
    const char *const a = strstr(road.log, first);
    const char *const b = strstr(road.log, second);
    assert_non_null(a);
    assert_non_null(b);
    assert_true(a < b);
    assert_int_equal(road_sent(&road, first + 2), 1);
}

static void it_is_off_during_the_walk_and_on_after_it(void **state)
{
    (void)state;
    for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
        begin((enum ffx_route)route);
        ends_with(FFX_CAUSE_DONE);
        in_order("> AT+CSCLK=0", "# download");
        in_order("> AT+CPSMS=0", "# download");
        in_order("> AT+CEDRXS=0", "# download");
        in_order("> AT+CFOTA=1", "> AT+CSCLK=1");
        in_order("> AT+CSCLK=1", "> AT+CPSMS=1");
        in_order("> AT+CPSMS=1", "> AT+CEDRXS=1,5,\"0101\"");
        saves_again();
        road_end(&road);
    }
}

static void a_module_that_saves_nothing_is_told_nothing(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.turned = NULL;
    ends_with(FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+CSCLK="), 0);
    assert_int_equal(road_sent(&road, "AT+CPSMS="), 0);
    assert_int_equal(road_sent(&road, "AT+CEDRXS="), 0);
    road_end(&road);
}

static void a_dry_run_leaves_it_on(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.dry_run = 1;
    ends_with(FFX_CAUSE_DRY_RUN);
    assert_int_equal(road_sent(&road, "AT+CSCLK="), 0);
    assert_int_equal(road_sent(&road, "AT+CPSMS="), 0);
    saves_again();
    road_end(&road);
}

static void it_is_on_again_after_a_failure(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.http_status = 404;
    ends_with(FFX_CAUSE_NOT_FOUND);
    saves_again();
    road_end(&road);
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = NULL;
    ends_with(FFX_CAUSE_NO_SIM);
    saves_again();
    road_end(&road);
    begin(FFX_ROUTE_PUSH);
    road.update_ends_in = 7;
    ends_with(FFX_CAUSE_REFUSED);
    saves_again();
    road_end(&road);
    begin(FFX_ROUTE_PUSH);
    road.free_bytes = 1000; /* the end comes inside CFSINIT ... CFSTERM */
    ends_with(FFX_CAUSE_NO_SPACE);
    saves_again();
    road_end(&road);
}

/* The module waits for file data, and takes commands for such, for 10 s. */
static void it_is_on_again_when_the_package_could_not_be_read(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.source_fails_at = 15000;
    assert_int_equal(road_run(&road), FFX_CAUSE_SOURCE);
    saves_again();
    road_end(&road);
}

static void a_reset_of_the_mcu_does_not_forget_it(void **state)
{
    static struct ffx_driver_position stored;
    (void)state;
    for (int during = FFX_DRIVER_NETWORK; during <= FFX_DRIVER_CONFIRM;
         during++) {
        begin(FFX_ROUTE_HTTP);
        road_restart(&road);
        while (road.driver.state != during)
            assert_int_equal(road_step(&road), 1);
        stored = road.position;
        assert_int_equal(stored.saving, ALL);
        road.config.position = &stored;
        ends_with(FFX_CAUSE_DONE);
        saves_again();
        road_end(&road);
    }
}

static void what_the_module_could_not_be_told_is_owed(void **state)
{
    static struct ffx_driver_position stored;
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT", "", 17); /* from AT+CPIN? on it is silent */
    ends_with(FFX_CAUSE_NO_ANSWER);
    assert_int_equal(road.position.saving, ALL);
    stored = road.position;
    memset(road.answers, 0, sizeof road.answers);
    road.config.position = &stored;
    ends_with(FFX_CAUSE_DONE);
    saves_again();
    road_end(&road);
}

/* eDRX is off already; what "not in use" is said with is not what is owed. */
static void what_an_earlier_walk_owes_is_kept(void **state)
{
    static const struct ffx_driver_position owed = {
        .saving = FFX_SAVING_EDRX,
        .edrx = {'5', ',', '"', '0', '1', '0', '1', '"'},
        .before = {.settings = {-1, -1, -1, -1}}};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.turned = NULL;
    road.config.position = &owed;
    answer("AT+CEDRXRDP",
           "\r\n+CEDRXRDP: 0,\"0000\",\"0000\",\"0000\"\r\n\r\nOK\r\n", 0);
    ends_with(FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+CEDRXS=1,5,\"0101\""), 1);
    assert_int_equal(road.position.saving, 0);
    road_end(&road);
}

/* From a damaged store, or a later driver's. */
static void a_saving_that_nobody_knows_is_not_owed_for_ever(void **state)
{
    static const struct ffx_driver_position damaged = {
        .saving = 0xf8, .before = {.settings = {-1, -1, -1, -1}}};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.turned = NULL;
    road.config.position = &damaged;
    ends_with(FFX_CAUSE_DONE);
    assert_int_equal(road.position.saving & ~ALL, 0);
    road_end(&road);
}

static void a_module_that_refuses_it_does_not_keep_us(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CSCLK=1", "\r\nERROR\r\n", 0);
    ends_with(FFX_CAUSE_DONE);
    assert_int_equal(road.position.saving, FFX_SAVING_SLEEP);
    assert_int_equal(road.module.settings.psm, 1);
    road_end(&road);
}

static void a_module_that_restarts_meanwhile_is_told_again(void **state)
{
    unsigned lines = 0;
    (void)state;
    begin(FFX_ROUTE_PUSH);
    ends_with(FFX_CAUSE_DONE);
    lines = road.lines_to_module;
    road_end(&road);
    for (unsigned line = lines - 3; line <= lines; line++) {
        begin(FFX_ROUTE_PUSH);
        road.restart_at_line = line;
        road_run(&road);
        if (road.cause != FFX_CAUSE_DONE && road.cause != FFX_CAUSE_NOTHING)
            fail_msg("line %u: %s: %s", line, ffx_cause_name(road.cause),
                     road_tail(&road));
        saves_again();
        road_end(&road);
    }
}

/* It restarts behind CSCLK=1: the walk begins anew, awake again. */
static void a_restart_at_the_end_begins_the_walk_awake(void **state)
{
    unsigned lines = 0;
    (void)state;
    for (int again = 0; again <= 1; again++) {
        begin(FFX_ROUTE_PUSH);
        road.free_bytes = 1000;
        road.restart_at_line = again ? lines - 1 : 0;
        ends_with(FFX_CAUSE_NO_SPACE);
        lines = road.lines_to_module;
        assert_int_equal(road_sent(&road, "AT+CSCLK=0"), 1 + again);
        saves_again();
        road_end(&road);
    }
}

static void a_lost_apn_is_changed(void **state)
{
    static const char *const after[] = {
        "\r\n+CGDCONT: 1,\"IP\",\"\",\"0.0.0.0\",0,0,0,0\r\n\r\nOK\r\n",
        "\r\n+CGDCONT: 1,\"IP\",\"ctnc\",\"0.0.0.0\",0,0,0,0\r\n\r\nOK\r\n",
        "\r\n+CGDCONT: 13,\"IP\",\"ctnb\",\"0.0.0.0\",0,0,0,0\r\n\r\nOK\r\n",
        "\r\nERROR\r\n",
    };
    static const char before[] =
        "\r\n+CGDCONT: 1,\"IP\",\"ctnb\",\"0.0.0.0\",0,0,0,0\r\n"
        "+CGDCONT: 13,\"IP\",\"ims\",\"0.0.0.0\",0,0,0,0\r\n\r\nOK\r\n";
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        begin(FFX_ROUTE_HTTP);
        road.answers[0] =
            (struct road_answer){"AT+CGDCONT?", before, 1, 0, 0, 0};
        road.answers[1] =
            (struct road_answer){"AT+CGDCONT?", after[i], 0, 0, 0, 0};
        ends_with(FFX_CAUSE_CHANGED);
        assert_int_equal(road.detail, FFX_SETTING_APN);
        saves_again();
        road_end(&road);
    }
}

static void an_apn_that_stays_is_no_change(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CGDCONT?",
           "\r\n+CGDCONT: 1,\"IP\",\"ctnb\",\"0.0.0.0\",0,0,0,0\r\n\r\nOK\r\n",
           0);
    ends_with(FFX_CAUSE_DONE);
    road_end(&road);
}

/* Attached by hand the walk itself sets the APN: that is no loss. */
static void an_apn_that_the_walk_has_set_is_no_change(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.apn = "ctnb";
    road.config.limits.register_ms = 1000;
    road.answers[0] = (struct road_answer){
        "AT+CEREG?", "\r\n+CEREG: 0,2\r\n\r\nOK\r\n", 2, 0, 0, 0};
    road.answers[1] = (struct road_answer){
        "AT+CGREG?", "\r\n+CGREG: 0,2\r\n\r\nOK\r\n", 2, 0, 0, 0};
    road.answers[2] = (struct road_answer){
        "AT+CREG?", "\r\n+CREG: 0,2\r\n\r\nOK\r\n", 2, 0, 0, 0};
    ends_with(FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+CGDCONT=1,\"IP\",\"ctnb\""), 1);
    road_end(&road);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_off_during_the_walk_and_on_after_it),
        cmocka_unit_test(a_module_that_saves_nothing_is_told_nothing),
        cmocka_unit_test(a_dry_run_leaves_it_on),
        cmocka_unit_test(it_is_on_again_after_a_failure),
        cmocka_unit_test(it_is_on_again_when_the_package_could_not_be_read),
        cmocka_unit_test(a_reset_of_the_mcu_does_not_forget_it),
        cmocka_unit_test(what_the_module_could_not_be_told_is_owed),
        cmocka_unit_test(what_an_earlier_walk_owes_is_kept),
        cmocka_unit_test(a_saving_that_nobody_knows_is_not_owed_for_ever),
        cmocka_unit_test(a_module_that_refuses_it_does_not_keep_us),
        cmocka_unit_test(a_module_that_restarts_meanwhile_is_told_again),
        cmocka_unit_test(a_restart_at_the_end_begins_the_walk_awake),
        cmocka_unit_test(a_lost_apn_is_changed),
        cmocka_unit_test(an_apn_that_stays_is_no_change),
        cmocka_unit_test(an_apn_that_the_walk_has_set_is_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
