/* SPDX-License-Identifier: Apache-2.0 */
/* The whole walk against the core of the virtual module, in virtual time. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct road road;

static const enum ffx_route routes[] = {FFX_ROUTE_HTTP, FFX_ROUTE_FTP,
                                        FFX_ROUTE_PUSH};
#define ROUTES (sizeof routes / sizeof routes[0])

/* Profile `note`: FTPEXTGET=2 is a command of the note only. */
static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
}

/* Fails with what replays the case, and the end of the dialogue. */
#define FAIL(...)                                                              \
    do {                                                                       \
        fputs(road_tail(&road), stderr);                                       \
        fail_msg(__VA_ARGS__);                                                 \
    } while (0)

static void expect(enum ffx_cause expected)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != expected)
        FAIL("route=%d: %s instead of %s", road.config.route,
             ffx_cause_name(cause), ffx_cause_name(expected));
}

static void walks_to_the_end(void)
{
    expect(FFX_CAUSE_DONE);
    assert_string_equal(road.driver.found.version, ROAD_TO);
    assert_string_equal(road.driver.found.before, ROAD_FROM);
    assert_int_equal(road.requests, 1);
    assert_int_equal(road.holds, 2);
    assert_int_equal(road.hold, 0);
}

static void every_route_leads_from_a_to_b(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin(routes[i]);
        walks_to_the_end();
        assert_string_equal(road.driver.found.model, "SIM7000G");
        assert_int_equal(road.driver.found.status, 6);
        assert_int_equal(road.driver.found.free_bytes, 22151168);
        road_end(&road);
    }
}

static void the_grammar_of_the_manual_works_as_well(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.module_config.profile = FFX_PROFILE_MANUAL;
    walks_to_the_end();
    road_end(&road);
}

static void any_chunking_of_the_bytes_is_the_same_dialogue(void **state)
{
    static const uint32_t pieces[] = {1, 2, 7, 64};
    static char whole[ROAD_LOG];
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin(routes[i]);
        walks_to_the_end();
        memcpy(whole, road.log, sizeof whole);
        road_end(&road);
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            begin(routes[i]);
            road.to_driver = road.to_module = pieces[p];
            walks_to_the_end();
            if (strcmp(whole, road.log) != 0)
                FAIL("route=%d piece=%u: another dialogue", routes[i],
                     (unsigned)pieces[p]);
            road_end(&road);
        }
    }
}

/* FTPTOFSST's first number, as the note's sample has it: 1 is the end, and 0
 * what stands there while the file still grows. */
static void an_ftp_state_that_reads_backwards_is_no_obstacle(void **state)
{
    uint8_t quirks[FFX_QUIRKS];
    (void)state;
    begin(FFX_ROUTE_FTP);
    ffx_module_quirks(FFX_PROFILE_NOTE, quirks);
    assert_int_equal(ffx_module_quirk_set(quirks, "D17=done"), 0);
    road.module_config.quirks = quirks;
    road.bytes_per_s = 1000;
    walks_to_the_end();
    assert_int_equal(road.starts, 1);
    road_end(&road);
}

/* Real modules drop what comes too fast; here the pauses are what counts. */
static void pauses_hold_long_lines_back(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    walks_to_the_end();
    const uint32_t unpaced_ms = road.now_ms;
    road_end(&road);
    begin(FFX_ROUTE_PUSH);
    road.config.pace_bytes = 32;
    road.config.pace_ms = 25;
    walks_to_the_end();
    assert_true(road.now_ms - unpaced_ms > 21000 / 32 * 25);
    road_end(&road);
}

static void a_urc_between_any_two_lines_changes_nothing(void **state)
{
    static const char *const urcs[] = {
        "+CMTI: \"SM\",1",  "*PSUTTZ: 19/06/26,06:04:03\",\"+32\",0",
        "+CREG: 1",         "+CPIN: READY",
        "SMS Ready",        "+CFUN: 1",
        "+APP PDP: ACTIVE", "12345",
        "Call Ready",       "+CFSGFIS",
        "Revision"};
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin(routes[i]);
        walks_to_the_end();
        const uint32_t lines = road.lines_to_driver;
        assert_true(lines > 100);
        road_end(&road);
        for (uint32_t at = 1; at <= lines; at++) {
            begin(routes[i]);
            road.urc = urcs[at % (sizeof urcs / sizeof urcs[0])];
            road.urc_at = at;
            if (road_run(&road) != FFX_CAUSE_DONE)
                FAIL("route=%d urc=%s at=%u", routes[i], road.urc,
                     (unsigned)at);
            road_end(&road);
        }
    }
}

/* --- faults: whatever happens, no false success and a named end ---------- */

static int truly_done(void)
{
    return road.status == 6 && strcmp(road.version, ROAD_TO) == 0;
}

static void ends_well(const char *fault, uint32_t at, int must_arrive)
{
    const enum ffx_cause cause = road_run(&road);
    const int done = cause == FFX_CAUSE_DONE;
    if ((done && !truly_done()) || (must_arrive && !done))
        FAIL("route=%d %s=%u: %s, module at %s, status %d", road.config.route,
             fault, (unsigned)at, ffx_cause_name(cause), road.version,
             road.status);
    road_end(&road);
}

/* A package of 2,100 bytes in chunks of 700: all kinds of bytes, few of
 * each. */
static void begin_small(enum ffx_route route)
{
    begin(route);
    road.package_size = road.served_size = 2100;
    road_digest(road.package, 2100, road.sha256);
    road.config.package.size = 2100;
    road.config.facts.size = 2100;
    road.config.limits.chunk_bytes = 700;
    road.update_ms = 4000;
}

static void a_lost_byte_is_made_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin_small(routes[i]);
        walks_to_the_end();
        const uint32_t in = road.bytes_to_driver, out = road.bytes_to_module;
        road_end(&road);
        for (uint32_t at = 1; at <= in; at += 1) {
            begin_small(routes[i]);
            road.lose_to_driver = at;
            ends_well("lose_to_driver", at, 1);
        }
        for (uint32_t at = 1; at <= out; at += 1) {
            begin_small(routes[i]);
            road.lose_to_module = at;
            ends_well("lose_to_module", at, 1);
        }
    }
}

static void a_chunk_whose_ok_was_lost_is_not_sent_again(void **state)
{
    (void)state;
    begin_small(FFX_ROUTE_PUSH);
    road_restart(&road);
    while (road_file(&road, "update.zip") == NULL && road_step(&road))
        continue;
    /* the O of CR LF O K CR LF */
    const uint32_t at = road.bytes_to_driver - 3;
    road_end(&road);
    begin_small(FFX_ROUTE_PUSH);
    road.lose_to_driver = at;
    walks_to_the_end();
    assert_int_equal(road_sent(&road, "AT+CFSWFILE"), 3);
    road_end(&road);
}

static void a_module_that_restarts_anywhere_is_walked_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin_small(routes[i]);
        walks_to_the_end();
        const uint32_t lines = road.lines_to_module;
        road_end(&road);
        for (uint32_t at = 1; at <= lines; at++) {
            begin_small(routes[i]);
            road.restart_at_line = at;
            ends_well("restart_at_line", at, 1);
        }
    }
}

/* --- the MCU's own reset ------------------------------------------------- */

static void run_with_reset(uint32_t at)
{
    road_restart(&road);
    uint32_t step = 0;
    while (road_step(&road)) {
        if (++step != at)
            continue;
        road.config.position = road.positions > 0 ? &road.position : NULL;
        road_restart(&road);
    }
}

static void an_mcu_that_resets_anywhere_comes_to_the_same_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        uint32_t steps = 0;
        begin_small(routes[i]);
        road_restart(&road);
        while (road_step(&road))
            steps++;
        road_end(&road);
        for (uint32_t at = 1; at < steps; at++) {
            begin_small(routes[i]);
            run_with_reset(at);
            if (road.cause != FFX_CAUSE_DONE || !truly_done() ||
                road.requests != 1)
                FAIL("route=%d reset=%u: %s", routes[i], (unsigned)at,
                     ffx_cause_name(road.cause));
            road_end(&road);
        }
    }
}

static void a_whole_file_is_not_paid_for_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin(routes[i]);
        road_put_file(&road, "update.zip", road.package, road.package_size);
        walks_to_the_end();
        assert_int_equal(road.starts, 0);
        assert_int_equal(road_sent(&road, "AT+CFSWFILE"), 0);
        road_end(&road);
    }
}

static void another_file_of_the_same_size_is_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUTES; i++) {
        begin(routes[i]);
        road.package[20999] ^= 1;
        road_put_file(&road, "update.zip", road.package, road.package_size);
        road.package[20999] ^= 1;
        walks_to_the_end();
        road_end(&road);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_leads_from_a_to_b),
        cmocka_unit_test(the_grammar_of_the_manual_works_as_well),
        cmocka_unit_test(any_chunking_of_the_bytes_is_the_same_dialogue),
        cmocka_unit_test(an_ftp_state_that_reads_backwards_is_no_obstacle),
        cmocka_unit_test(pauses_hold_long_lines_back),
        cmocka_unit_test(a_urc_between_any_two_lines_changes_nothing),
        cmocka_unit_test(a_lost_byte_is_made_good),
        cmocka_unit_test(a_chunk_whose_ok_was_lost_is_not_sent_again),
        cmocka_unit_test(a_module_that_restarts_anywhere_is_walked_again),
        cmocka_unit_test(an_mcu_that_resets_anywhere_comes_to_the_same_end),
        cmocka_unit_test(a_whole_file_is_not_paid_for_twice),
        cmocka_unit_test(another_file_of_the_same_size_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
