/* SPDX-License-Identifier: Apache-2.0 */
/* What driver.h promises beside the walk itself. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct road road;

static int init(void)
{
    return ffx_driver_init(&road.driver, &road.config, 0);
}

static void a_config_without_what_the_route_needs_is_refused(void **state)
{
    (void)state;
    road_init(&road, FFX_ROUTE_HTTP);
    assert_int_equal(init(), 0);
    road.config.url = NULL;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_FTP);
    road.config.ftp = NULL;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_FTP);
    road.ftp.password = NULL;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_PUSH);
    road.config.package.size = 0;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_PUSH);
    road.config.facts.size = road.package_size + 1;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_HTTP);
    road.config.facts.to = NULL;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
    road_init(&road, FFX_ROUTE_HTTP);
    road.config.crypto = NULL;
    assert_int_equal(init(), FFX_ERR_ARGUMENT);
}

static void buffers_that_are_too_small_are_refused(void **state)
{
    (void)state;
    road_init(&road, FFX_ROUTE_PUSH);
    road.config.line_bytes = road.config.command_bytes = 96;
    assert_int_equal(init(), 0);
    road.config.line_bytes = 95;
    assert_int_equal(init(), FFX_ERR_BUFFER);
    road_init(&road, FFX_ROUTE_HTTP);
    road.config.command_bytes = sizeof ROAD_URL - 1 + 47;
    assert_int_equal(init(), FFX_ERR_BUFFER);
    road.config.command_bytes = sizeof ROAD_URL - 1 + 48;
    if (road.config.command_bytes < 96)
        road.config.command_bytes = 96;
    assert_int_equal(init(), 0);
}

static void the_smallest_buffers_are_enough(void **state)
{
    (void)state;
    for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
        road_init(&road, (enum ffx_route)route);
        road.module_config.profile = FFX_PROFILE_NOTE;
        road.config.line_bytes = road.config.command_bytes = 96;
        assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
        road_end(&road);
    }
}

/* A38: all byte values that could end the quotes or the line. */
static void no_setting_can_smuggle_a_command(void **state)
{
    char url[] = "http://x/?";
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const int bad = byte < 0x20 || byte == '"' || byte == 0x7f;
        road_init(&road, FFX_ROUTE_HTTP);
        url[9] = (char)byte;
        road.config.url = url;
        const enum ffx_cause cause = road_run(&road);
        if (bad != (cause == FFX_CAUSE_CONFIG))
            fail_msg("byte=%d: %s", byte, ffx_cause_name(cause));
        if (bad)
            assert_int_equal(road_sent(&road, "AT+HTTPTOFS"), 0);
        road_end(&road);
    }
}

static void secrets_never_reach_an_event(void **state)
{
    (void)state;
    road_init(&road, FFX_ROUTE_FTP);
    road.module_config.profile = FFX_PROFILE_NOTE;
    road.module_config.sim_pin = road.config.sim_pin = "73519";
    road.config.user = "apnuser";
    road.config.password = "apn-secret";
    road.ftp.password = "ftp-secret";
    /* echo stays on: every secret comes back */
    road.answers[0] = (struct road_answer){"ATE0", "\r\nERROR\r\n", 0, 0, 0, 0};
    assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
    assert_null(strstr(road.log, "73519"));
    assert_null(strstr(road.log, "apn-secret"));
    assert_null(strstr(road.log, "ftp-secret"));
    assert_non_null(strstr(road.log, "> AT+CPIN="));
    assert_non_null(strstr(road.log, "***"));
    road_end(&road);
}

static void a_dry_run_changes_nothing(void **state)
{
    (void)state;
    for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
        road_init(&road, (enum ffx_route)route);
        road_put_file(&road, "update.zip", "old", 3);
        road.config.dry_run = 1;
        assert_int_equal(road_run(&road), FFX_CAUSE_DRY_RUN);
        assert_int_equal(road.starts, 0);
        assert_int_equal(road.requests, 0);
        assert_int_equal(road_file(&road, "update.zip")->size, 3);
        assert_int_equal(road.module.files_open, 0);
        road_end(&road);
    }
}

static void power_is_held_from_the_request_to_the_proof(void **state)
{
    (void)state;
    road_init(&road, FFX_ROUTE_HTTP);
    road_restart(&road);
    while (road_step(&road)) {
        if (road_sent(&road, "AT+CFOTA=1") > 0 && !road.hold &&
            !ffx_driver_finished(&road.driver, NULL))
            fail_msg("the supply is free while the module is at work");
    }
    assert_int_equal(road.cause, FFX_CAUSE_DONE);
    assert_int_equal(road.hold, 0);
    road_end(&road);
}

static void a_module_in_auto_baud_gets_a_fixed_rate(void **state)
{
    (void)state;
    road_init(&road, FFX_ROUTE_HTTP);
    road.answers[0] = (struct road_answer){
        "AT+IPR?", "\r\n+IPR: 0\r\n\r\nOK\r\n", 0, 0, 0, 0};
    assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+IPR=115200"), 1);
    road_end(&road);
}

static void chunks_fit_the_input_time_at_any_rate(void **state)
{
    /* twice the chunk's time on the line, and some for the host */
    static const struct {
        uint32_t baud, chunk, input;
    } cases[] = {{0, 10000, 9999},
                 {115200, 10000, 1936},
                 {19200, 10000, 9999},
                 {9600, 7680, 9999},
                 {1200, 960, 9999}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[64];
        road_init(&road, FFX_ROUTE_PUSH);
        road.config.baud = cases[i].baud;
        assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
        snprintf(command, sizeof command,
                 "AT+CFSWFILE=1,\"update.zip\",0,%u,%u",
                 (unsigned)cases[i].chunk, (unsigned)cases[i].input);
        assert_int_equal(road_sent(&road, command), 1);
        road_end(&road);
    }
}

static void the_clock_may_wrap_at_any_moment(void **state)
{
    (void)state;
    for (uint32_t before = 1000; before < 40000; before += 1500) {
        road_init(&road, FFX_ROUTE_PUSH);
        road.now_ms = 0u - before;
        road.off_until_ms = road.now_ms + 2000;
        assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
        road_end(&road);
    }
}

static void an_ended_walk_wants_and_says_nothing(void **state)
{
    uint32_t length;
    enum ffx_cause cause = FFX_CAUSES;
    (void)state;
    road_init(&road, FFX_ROUTE_HTTP);
    road.version = ROAD_TO;
    road_run(&road);
    assert_int_equal(ffx_driver_poll(&road.driver, road.now_ms + 99999),
                     UINT32_MAX);
    static const char late[] = "\r\nRDY\r\n\r\n+CFOTA: \"Updating\",1\r\n";
    ffx_driver_feed(&road.driver, late, sizeof late - 1, road.now_ms);
    assert_null(ffx_driver_buf(&road.driver, &length));
    assert_int_equal(ffx_driver_finished(&road.driver, &cause), 1);
    assert_int_equal(cause, FFX_CAUSE_NOTHING);
    road_end(&road);
}

static void every_cause_has_a_name_a_text_and_advice(void **state)
{
    (void)state;
    for (int i = 0; i < FFX_CAUSES; i++) {
        const enum ffx_cause cause = (enum ffx_cause)i;
        assert_non_null(ffx_cause_name(cause));
        assert_true(strlen(ffx_cause_name(cause)) > 0);
        assert_true(strlen(ffx_cause_text(cause)) > 0);
        assert_int_equal(strlen(ffx_cause_advice(cause)) > 0,
                         i > FFX_CAUSE_FETCHED);
        for (int other = 0; other < i; other++)
            assert_string_not_equal(ffx_cause_name(cause),
                                    ffx_cause_name((enum ffx_cause)other));
    }
    assert_string_equal(ffx_cause_name(FFX_CAUSES), "unknown");
}

/* Numbers that every LwM2M server knows (object 5, resource 5): 3 is what no
 * cause is, 8 what has none of its own. */
static void every_cause_has_an_update_result(void **state)
{
    unsigned used = 0;
    (void)state;
    for (int i = 0; i < FFX_CAUSES; i++) {
        const unsigned result = ffx_cause_lwm2m((enum ffx_cause)i);
        assert_true(result <= 9 && result != 3);
        assert_int_equal(result == 0,
                         i == FFX_CAUSE_DRY_RUN || i == FFX_CAUSE_FETCHED);
        assert_int_equal(result == 1,
                         i == FFX_CAUSE_DONE || i == FFX_CAUSE_NOTHING);
        used |= 1u << result;
    }
    assert_int_equal(used, 0x3f7);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_NO_SPACE), 2);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_STALLED), 4);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_DIGEST), 5);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_WRONG_SOURCE), 6);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_NOT_FOUND), 7);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_BATTERY), 8);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSE_FTP_UNSUPPORTED), 9);
    assert_int_equal(ffx_cause_lwm2m(FFX_CAUSES), 8);
}

/* The page on one line: mdoc breaks its lines where it likes. */
static const char *read_manual(void)
{
    static char page[32768];
    FILE *file = fopen("docs/man/farfix-update.1", "r");
    assert_non_null(file);
    const size_t length = fread(page, 1, sizeof page - 1, file);
    fclose(file);
    page[length] = '\0';
    for (char *p = page; *p != '\0'; p++)
        if (*p == '\n')
            *p = ' ';
    return page;
}

static void the_manual_has_every_cause_word_for_word(void **state)
{
    const char *page = read_manual();
    (void)state;
    for (int i = 0; i < FFX_CAUSES; i++) {
        const enum ffx_cause cause = (enum ffx_cause)i;
        const char *text = ffx_cause_text(cause);
        const char *advice = ffx_cause_advice(cause);
        char entry[256];
        snprintf(entry, sizeof entry, ".It Cm %s %c%s%s%s",
                 ffx_cause_name(cause), text[0] - 'a' + 'A', text + 1,
                 advice[0] != '\0' ? "; " : "", advice);
        if (strstr(page, entry) == NULL)
            fail_msg("farfix-update.1 has no '%s'", entry);
    }
}

/* --- garbage ------------------------------------------------------------- */

/* A module that answers each command with something of the dialogue, at
 * random, right and wrong, in time and late. It never runs the new version:
 * no success. */
static const char *const words[] = {
    "\r\nOK\r\n",
    "\r\nERROR\r\n",
    "\r\n+CME ERROR: 3\r\n",
    "\r\nRDY\r\n",
    "\r\n+CFOTA: 6\r\n",
    "\r\n+CFOTA: 8\r\n",
    "\r\n+CFOTA: 1\r\n",
    "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n",
    "\r\nRevision:" ROAD_FROM "\r\n",
    "\r\nRevision:garbage\r\n",
    "\r\nSIMCOM_SIM7000G\r\n",
    "\r\n866425030000014\r\n",
    "\r\n+CFUN: 1\r\n",
    "\r\n+CBC: 0,80,3900\r\n",
    "\r\n+CPIN: READY\r\n",
    "\r\n+CEREG: 0,1\r\n",
    "\r\n+CSQ: 20,99\r\n",
    "\r\n+CNACT: 1,\"1.2.3.4\"\r\n",
    "\r\n+CFSGFIS: 21000\r\n",
    "\r\n+CFSGFRS: 22000000\r\n",
    "\r\n+HTTPTOFS: 200,21000\r\n",
    "\r\n+HTTPTOFSRL: 0,21000,21000\r\n",
    "\r\nDOWNLOAD\r\n",
    "\r\n> ",
    "\r\n+CFSRFILE: 10000\r\n",
    "0\r",
    "\xff",
    "\r\n+APP PDP: ACTIVE\r\n",
    "AT+CSQ\r"};

static void say_something(uint32_t *random)
{
    for (int i = 0; i < 3; i++) {
        *random = *random * 1664525u + 1013904223u;
        const char *word =
            words[(*random >> 8) % (sizeof words / sizeof words[0])];
        ffx_driver_feed(&road.driver, word, (uint32_t)strlen(word),
                        road.now_ms);
    }
}

static int walk_through_garbage(uint32_t seed)
{
    uint32_t random = seed, length;
    uint64_t total_ms = 0;
    road_restart(&road);
    while (!ffx_driver_finished(&road.driver, &road.cause)) {
        const uint32_t wait = ffx_driver_poll(&road.driver, road.now_ms);
        const void *bytes = ffx_driver_buf(&road.driver, &length);
        if (bytes != NULL) {
            ffx_driver_ack(&road.driver, length);
            say_something(&random);
        } else {
            road.now_ms += wait + 1;
            total_ms += wait + 1;
        }
        if (total_ms > 24ull * 3600 * 1000)
            return -1;
    }
    return road.cause == FFX_CAUSE_DONE || road.cause == FFX_CAUSE_NOTHING;
}

static void garbage_is_never_a_success_and_always_ends(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        road_init(&road, (enum ffx_route)(seed % 3));
        const int wrong = walk_through_garbage(seed);
        if (wrong)
            fail_msg("seed=%u: %s", (unsigned)seed,
                     wrong < 0 ? "no end in a day"
                               : ffx_cause_name(road.cause));
        road_end(&road);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_config_without_what_the_route_needs_is_refused),
        cmocka_unit_test(buffers_that_are_too_small_are_refused),
        cmocka_unit_test(the_smallest_buffers_are_enough),
        cmocka_unit_test(no_setting_can_smuggle_a_command),
        cmocka_unit_test(secrets_never_reach_an_event),
        cmocka_unit_test(a_dry_run_changes_nothing),
        cmocka_unit_test(power_is_held_from_the_request_to_the_proof),
        cmocka_unit_test(a_module_in_auto_baud_gets_a_fixed_rate),
        cmocka_unit_test(chunks_fit_the_input_time_at_any_rate),
        cmocka_unit_test(the_clock_may_wrap_at_any_moment),
        cmocka_unit_test(an_ended_walk_wants_and_says_nothing),
        cmocka_unit_test(every_cause_has_a_name_a_text_and_advice),
        cmocka_unit_test(every_cause_has_an_update_result),
        cmocka_unit_test(the_manual_has_every_cause_word_for_word),
        cmocka_unit_test(garbage_is_never_a_success_and_always_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
