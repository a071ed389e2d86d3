/* SPDX-License-Identifier: Apache-2.0 */
/* Every cause that a walk can end with, each produced by the module or its
 * surroundings, in bounded virtual time. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct road road;

static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
}

/* Runs it; the module must not have been touched when `untouched`. */
static void ends_with(enum ffx_cause expected, int untouched)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != expected) {
        fputs(road_tail(&road), stderr);
        fail_msg("%s instead of %s", ffx_cause_name(cause),
                 ffx_cause_name(expected));
    }
    assert_int_equal(road.hold, 0);
    if (untouched) {
        assert_int_equal(road.requests, 0);
        assert_string_equal(road.version, ROAD_FROM);
    }
    assert_int_equal(road.module.files_open, 0);
    road_end(&road);
}

/* Nothing to do, nothing done. */
static void ends_nowhere(void)
{
    assert_int_equal(road_run(&road), FFX_CAUSE_NOTHING);
    assert_int_equal(road.requests, 0);
    road_end(&road);
}

static void answer(const char *command, const char *text)
{
    for (size_t i = 0; i < 4; i++) {
        if (road.answers[i].command != NULL)
            continue;
        road.answers[i] = (struct road_answer){command, text, 0, 0, 0, 0};
        return;
    }
    fail_msg("no room for another answer");
}

#define INFO(line) "\r\n" line "\r\n\r\nOK\r\n"
#define ERROR "\r\nERROR\r\n"

/* --- the module ---------------------------------------------------------- */

static void a_dead_line_is_no_answer(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("", "");
    ends_with(FFX_CAUSE_NO_ANSWER, 1);
}

static void a_module_that_goes_silent_is_no_answer(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.answers[0] = (struct road_answer){"AT", "", 0, 25, 0, 0};
    assert_int_equal(road_run(&road), FFX_CAUSE_NO_ANSWER);
    road_end(&road);
}

static void a_module_that_keeps_restarting_is_named(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CSQ", "\r\nRDY\r\n");
    ends_with(FFX_CAUSE_RESET, 1);
}

static void power_down_ends_the_walk(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CSQ", "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
    ends_with(FFX_CAUSE_POWERED_DOWN, 1);
}

static void a_low_battery_stops_before_anything_is_paid_for(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CBC", INFO("+CBC: 0,4,3299"));
    ends_with(FFX_CAUSE_BATTERY, 1);
    begin(FFX_ROUTE_HTTP);
    road.config.limits.millivolts = 4000;
    ends_with(FFX_CAUSE_BATTERY, 1);
}

static void firmware_without_cfota_is_told_so(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CFOTA?", ERROR);
    ends_with(FFX_CAUSE_NO_FOTA, 1);
}

static void a_module_without_a_version_is_not_updated(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+GMR", ERROR);
    ends_with(FFX_CAUSE_NO_IDENTITY, 1);
    begin(FFX_ROUTE_HTTP);
    answer("AT+GMM", ERROR);
    ends_with(FFX_CAUSE_NO_IDENTITY, 1);
}

static void another_model_is_refused_before_the_download(void **state)
{
    static const char *const others[] = {"SIM7000", "SIM7000G-N", "SIM7000E",
                                         "SIM7000GX"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        begin(FFX_ROUTE_PUSH);
        road.config.facts.model = others[i];
        ends_with(FFX_CAUSE_WRONG_MODEL, 1);
    }
}

static void another_source_version_is_refused_before_the_download(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.config.facts.from = "1529B01SIM7000";
    ends_with(FFX_CAUSE_WRONG_SOURCE, 1);
}

static void a_module_at_the_target_has_nothing_to_do(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.version = ROAD_TO;
    ends_nowhere();
}

/* --- SIM, radio, bearer -------------------------------------------------- */

static void no_sim_is_no_sim(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = NULL;
    ends_with(FFX_CAUSE_NO_SIM, 1);
}

static void a_push_needs_no_sim(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.module_config.sim_pin = NULL;
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_missing_or_wrong_pin_is_sim_pin(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = "1234";
    ends_with(FFX_CAUSE_SIM_PIN, 1);
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = "1234";
    road.config.sim_pin = "4321";
    assert_int_equal(road_run(&road), FFX_CAUSE_SIM_PIN);
    assert_int_equal(road_sent(&road, "AT+CPIN="), 1); /* never twice */
    road_end(&road);
}

static void the_right_pin_opens_the_sim(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = road.config.sim_pin = "1234";
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_pin_that_opens_nothing_is_not_sent_again(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.module_config.sim_pin = road.config.sim_pin = "1234";
    answer("AT+CPIN=", "\r\nOK\r\n");
    assert_int_equal(road_run(&road), FFX_CAUSE_SIM_PIN);
    assert_int_equal(road_sent(&road, "AT+CPIN="), 1);
    road_end(&road);
}

static void a_locked_sim_is_sim_puk(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CPIN?", INFO("+CPIN: SIM PUK"));
    ends_with(FFX_CAUSE_SIM_PUK, 1);
}

static void no_network_is_not_registered(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CEREG?", INFO("+CEREG: 0,2"));
    answer("AT+CGREG?", INFO("+CGREG: 0,3"));
    answer("AT+CREG?", ERROR);
    ends_with(FFX_CAUSE_NOT_REGISTERED, 1);
}

static void an_attach_that_is_refused_is_not_registered(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CGATT?", INFO("+CGATT: 0"));
    answer("AT+CGATT=1", ERROR);
    answer("AT+CNACT", ERROR);
    ends_with(FFX_CAUSE_NOT_REGISTERED, 1);
}

static void with_an_apn_registration_is_tried_by_hand_first(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.apn = "ctnb";
    road.config.limits.register_ms = 10000;
    answer("AT+CEREG?", INFO("+CEREG: 0,2"));
    answer("AT+CGREG?", INFO("+CGREG: 0,2"));
    answer("AT+CREG?", INFO("+CREG: 0,2"));
    assert_int_equal(road_run(&road), FFX_CAUSE_NOT_REGISTERED);
    assert_int_equal(road_sent(&road, "AT+CFUN=0"), 1);
    assert_int_equal(road_sent(&road, "AT+CGDCONT=1,\"IP\",\"ctnb\""), 1);
    assert_int_equal(road_sent(&road, "AT+CFUN=1"), 1);
    road_end(&road);
}

static void gsm_registration_is_as_good(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CEREG?", ERROR);
    answer("AT+CGREG?", INFO("+CGREG: 0,5"));
    ends_with(FFX_CAUSE_DONE, 0);
}

static void no_signal_is_no_signal(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CSQ", INFO("+CSQ: 99,99"));
    ends_with(FFX_CAUSE_NO_SIGNAL, 1);
}

static void a_bearer_that_does_not_open_is_no_bearer(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CNACT=", ERROR);
    ends_with(FFX_CAUSE_NO_BEARER, 1);
    begin(FFX_ROUTE_HTTP);
    answer("AT+CNACT?", INFO("+CNACT: 0,\"0.0.0.0\""));
    ends_with(FFX_CAUSE_NO_BEARER, 1);
}

static void ways_to_open_the_bearer_are_tried_in_turn(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.apn = "private";
    road.config.user = "user";
    road.config.password = "pass";
    answer("AT+CNACT=1,\"", ERROR);
    answer("AT+CNACT=1\r", ERROR);
    assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+CNCFG="), 1);
    assert_int_equal(road_sent(&road, "AT+CNACT=1,\"private\""), 1);
    assert_int_equal(road_sent(&road, "AT+CNACT=1,\"ctnb\""), 1);
    assert_int_equal(road_sent(&road, "AT+CNACT=1,1"), 1);
    road_end(&road);
}

/* --- download ------------------------------------------------------------ */

static void each_http_status_has_its_cause(void **state)
{
    static const struct {
        uint16_t status;
        enum ffx_cause cause;
        uint32_t tries;
    } cases[] = {
        {404, FFX_CAUSE_NOT_FOUND, 2},
        {403, FFX_CAUSE_HTTP_REFUSED, 2},
        {429, FFX_CAUSE_HTTP_REFUSED, 5},
        {503, FFX_CAUSE_HTTP_FAILED, 5},
        {302, FFX_CAUSE_HTTP_STATUS, 2},
        {601, FFX_CAUSE_SERVER, 5},
        {603, FFX_CAUSE_DNS, 5},
        {620, FFX_CAUSE_TLS, 2},
        {604, FFX_CAUSE_DOWNLOAD_REFUSED, 5},
        {65535, FFX_CAUSE_HTTP_STATUS, 5},
        {206, FFX_CAUSE_HTTP_STATUS, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(FFX_ROUTE_HTTP);
        road.http_status = cases[i].status;
        if (road_run(&road) != cases[i].cause)
            fail_msg("status=%u: %s", cases[i].status,
                     ffx_cause_name(road.cause));
        assert_int_equal(road.detail, cases[i].status);
        assert_int_equal(road.starts, cases[i].tries);
        assert_int_equal(road.requests, 0);
        road_end(&road);
    }
}

static void each_ftp_error_has_its_cause(void **state)
{
    static const struct {
        uint16_t error;
        enum ffx_cause cause;
    } cases[] = {
        {61, FFX_CAUSE_SERVER},    {62, FFX_CAUSE_DNS},
        {63, FFX_CAUSE_SERVER},    {72, FFX_CAUSE_FTP_LOGIN},
        {71, FFX_CAUSE_FTP_LOGIN}, {77, FFX_CAUSE_FTP_FILE},
        {66, FFX_CAUSE_FTP_FILE},  {75, FFX_CAUSE_FTP_FAILED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(FFX_ROUTE_FTP);
        road.ftp_error = cases[i].error;
        if (road_run(&road) != cases[i].cause)
            fail_msg("error=%u: %s", cases[i].error,
                     ffx_cause_name(road.cause));
        assert_int_equal(road.detail, cases[i].error);
        road_end(&road);
    }
}

static void a_server_that_comes_back_is_waited_for(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.bad_tries = 4;
    ends_with(FFX_CAUSE_DONE, 0);
    begin(FFX_ROUTE_FTP);
    road.bad_tries = 4;
    ends_with(FFX_CAUSE_DONE, 0);
}

static void ftp_to_file_may_be_missing(void **state)
{
    (void)state;
    begin(FFX_ROUTE_FTP);
    road.module_config.profile = FFX_PROFILE_MANUAL;
    ends_with(FFX_CAUSE_FTP_UNSUPPORTED, 1);
    begin(FFX_ROUTE_FTP);
    road.module_config.profile = FFX_PROFILE_MANUAL;
    road.config.url = ROAD_URL; /* HTTP does instead */
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_stalled_download_ends(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.stall_at = 5000;
    road.config.limits.stall_ms = 30000;
    road.config.limits.download_tries = 2;
    ends_with(FFX_CAUSE_STALLED, 1);
}

static void a_refused_download_ends(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+HTTPTOFS=", ERROR);
    ends_with(FFX_CAUSE_DOWNLOAD_REFUSED, 1);
}

static void every_try_counts_against_the_data_limit(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.package[100] ^= 1; /* what is served is not what was promised */
    road.config.limits.data_bytes = 50000;
    assert_int_equal(road_run(&road), FFX_CAUSE_DATA_LIMIT);
    assert_int_equal(road.starts, 2); /* a third would make 63,000 */
    assert_int_equal(ffx_driver_position(&road.driver)->data_used, 42000);
    road_end(&road);
}

static void data_paid_before_a_reset_of_the_mcu_still_counts(void **state)
{
    static const struct ffx_driver_position before = {
        .data_used = 40000, .before = {.settings = {-1, -1, -1, -1}}};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.position = &before;
    road.config.limits.data_bytes = 50000;
    ends_with(FFX_CAUSE_DATA_LIMIT, 1);
}

static void a_server_that_sends_for_ever_is_cut_off(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.facts.size = 5000;
    road.config.limits.download_tries = 1;
    assert_int_equal(road_run(&road), FFX_CAUSE_SIZE);
    assert_int_equal(road_sent(&road, "AT+CNACT=0"), 1);
    road_end(&road);
    begin(FFX_ROUTE_HTTP);
    road.config.facts.size = 0;
    road.config.limits.data_bytes = 5000;
    assert_int_equal(road_run(&road), FFX_CAUSE_DATA_LIMIT);
    assert_int_equal(road_sent(&road, "AT+CNACT=0"), 1);
    road_end(&road);
}

/* --- files --------------------------------------------------------------- */

static void no_file_commands_is_files(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CFSINIT", ERROR);
    ends_with(FFX_CAUSE_FILES, 1);
}

static void a_bracket_left_open_is_taken_over(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.answers[0] = (struct road_answer){"AT+CFSINIT", ERROR, 1, 0, 0, 0};
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_full_file_system_is_no_space(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.free_bytes = 20999;
    ends_with(FFX_CAUSE_NO_SPACE, 1);
}

static void an_unreadable_source_is_named(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.config.package.size = road.package_size;
    road.source_fails_at = 15000;
    assert_int_equal(road_run(&road), FFX_CAUSE_SOURCE);
    assert_int_equal(road.requests, 0);
    road_end(&road);
}

static void a_line_that_loses_every_chunk_is_noise(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    answer("AT+CFSWFILE=", "\r\nDOWNLOAD\r\n\r\n+CME ERROR: 3\r\n");
    ends_with(FFX_CAUSE_NOISE, 1);
}

/* The second chunk fails and leaves something behind (at-facts D4). */
static void half_a_chunk_in_the_file_starts_the_push_over(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.answers[0] = (struct road_answer){"AT+CFSWFILE=1,\"update.zip\",1",
                                           "\r\nDOWNLOAD\r\n\r\nERROR\r\n",
                                           1,
                                           0,
                                           0,
                                           0};
    road.answers[1] =
        (struct road_answer){"AT+CFSGFIS", INFO("+CFSGFIS: 10123"), 1, 2, 0, 0};
    assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
    assert_int_equal(road_sent(&road, "AT+CFSWFILE=1,\"update.zip\",0,"), 2);
    road_end(&road);
}

/* Each chunk is refused once, and its size then misread once. */
static int refuse_and_garble(struct road *r)
{
    static const char wrong[] = INFO("+CFSGFIS: 70000");
    static unsigned chunks, garbled = 1;
    if (strncmp(r->typed, "AT+CFSWFILE=", 12) == 0 && chunks++ % 2 == 0) {
        garbled = 0;
        road_hear(r, ERROR, sizeof ERROR - 1);
        return 1;
    }
    if (strncmp(r->typed, "AT+CFSGFIS=", 11) != 0 || garbled++ > 0)
        return 0;
    road_hear(r, wrong, sizeof wrong - 1);
    return 1;
}

static void news_that_was_refuted_does_not_count_later(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road.config.limits.chunk_bytes = 1000;
    road.config.limits.download_tries = 1;
    road.instead = refuse_and_garble;
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_truncated_download_is_size(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.served_size = 20000;
    ends_with(FFX_CAUSE_SIZE, 1);
    begin(FFX_ROUTE_HTTP); /* "200,0" of real modules */
    road.served_size = 0;
    road.config.facts.size = 0;
    road.config.facts.sha256 = NULL;
    ends_with(FFX_CAUSE_SIZE, 1);
}

static void an_altered_download_is_digest(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.package[12345] ^= 0x20;
    ends_with(FFX_CAUSE_DIGEST, 1);
}

static void without_facts_the_module_is_the_judge(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.facts =
        (struct ffx_driver_facts){.to = ROAD_TO}; /* nothing else known */
    ends_with(FFX_CAUSE_DONE, 0);
}

/* --- the update ---------------------------------------------------------- */

static void a_refused_request_is_no_package(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CFOTA=1", "\r\n+CME ERROR: 3\r\n");
    assert_int_equal(road_run(&road), FFX_CAUSE_NO_PACKAGE);
    assert_int_equal(road.detail, 3);
    assert_int_equal(road.hold, 0);
    assert_int_equal(road.position.requested, 0);
    road_end(&road);
}

static void an_update_that_never_begins_is_not_started(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CFOTA=1", "\r\nOK\r\n\r\nRDY\r\n");
    assert_int_equal(road_run(&road), FFX_CAUSE_NOT_STARTED);
    road_end(&road);
}

/* Some firmware may answer for a while before it resets. */
static void an_old_status_is_not_believed_before_a_minute(void **state)
{
    (void)state;
    for (int status = 7; status <= 8; status++) {
        begin(FFX_ROUTE_HTTP);
        road.status = status;
        road.answers[0] =
            (struct road_answer){"AT+CFOTA=1", "\r\nOK\r\n", 1, 0, 0, 0};
        assert_int_equal(road_run(&road),
                         status == 7 ? FFX_CAUSE_REFUSED : FFX_CAUSE_DONE);
        assert_true(road.now_ms > 60000);
        road_end(&road);
    }
}

static void each_failed_status_has_its_cause(void **state)
{
    static const enum ffx_cause causes[] = {
        [3] = FFX_CAUSE_FAILED_MODEM,
        [5] = FFX_CAUSE_FAILED_AP,
        [7] = FFX_CAUSE_REFUSED,
    };
    (void)state;
    for (int status = 3; status <= 7; status += 2) {
        begin(FFX_ROUTE_HTTP);
        road.update_ends_in = status;
        ends_with(causes[status], 0);
    }
}

static void success_with_another_version_is_no_success(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.update_version = "1529B02SIM7000GX";
    ends_with(FFX_CAUSE_VERSION, 0);
    begin(FFX_ROUTE_HTTP);
    road.update_version = ROAD_FROM;
    ends_with(FFX_CAUSE_VERSION, 0);
}

static void a_lost_setting_is_changed(void **state)
{
    static const struct {
        const char *command, *answer;
        int32_t detail;
    } cases[] = {
        {"AT+GSN", INFO("000000000000000"), FFX_SETTING_IMEI},
        {"AT+GSN", ERROR, FFX_SETTING_IMEI},
        {"AT+CFUN?", INFO("+CFUN: 5"), FFX_SETTING_CFUN},
        {"AT+CNMP?", INFO("+CNMP: 13"), FFX_SETTING_CNMP},
        {"AT+CMNB?", INFO("+CMNB: 1"), FFX_SETTING_CMNB},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(FFX_ROUTE_HTTP);
        road.answers[0] =
            (struct road_answer){cases[i].command, cases[i].answer, 0, 1, 0, 0};
        if (road_run(&road) != FFX_CAUSE_CHANGED ||
            road.detail != cases[i].detail)
            fail_msg("%s: %s, detail %d", cases[i].command,
                     ffx_cause_name(road.cause), (int)road.detail);
        road_end(&road);
    }
}

static void an_update_that_never_ends_keeps_the_power_held(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.update_ends_in = 0;
    const enum ffx_cause cause = road_run(&road);
    assert_int_equal(cause, FFX_CAUSE_UPDATE_TIMEOUT);
    assert_int_equal(road.hold, 1);
    road_end(&road);
}

static void a_module_that_talks_for_ever_does_not_keep_us(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    answer("AT+CFOTA=1", "\r\nOK\r\n\r\n+CFOTA: \"Updating\",1\r\n");
    road.chatter = "\r\n+CFOTA: \"Updating\",1\r\nRDY\r\n";
    assert_int_equal(road_run(&road), FFX_CAUSE_UPDATE_TIMEOUT);
    road_end(&road);
}

static void without_urcs_the_answer_to_at_ends_the_wait(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.silent_update = 1;
    road.config.baud = 0;
    ends_with(FFX_CAUSE_DONE, 0);
}

static void an_update_under_way_is_watched_to_its_end(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road_put_file(&road, "update.zip", road.package, road.package_size);
    road.status = 1;
    road.next_line_ms = 100;
    road.off_until_ms = 30000;
    assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
    assert_int_equal(road.starts, 0);
    assert_int_equal(road.requests, 0);
    road_end(&road);
}

static void words_of_an_update_that_never_was_mislead_nobody(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.answers[0] = (struct road_answer){
        "AT+CBC", "\r\n+CFOTA: \"Updating\",5\r\n\r\nRDY\r\n", 1, 0, 0, 0};
    ends_with(FFX_CAUSE_DONE, 0);
}

static void a_module_in_recovery_gets_its_package_again(void **state)
{
    (void)state;
    for (int status = 3; status <= 5; status += 2) {
        begin(FFX_ROUTE_PUSH);
        road.status = status;
        road.module_config.recovery = 1;
        road.version = "half-written";
        assert_int_equal(road_run(&road), FFX_CAUSE_DONE);
        assert_int_equal(road.requests, 1);
        road_end(&road);
    }
}

static void an_mcu_that_slept_through_the_end_learns_it(void **state)
{
    static const struct ffx_driver_position before = {
        .requested = 1, .before = {"866425030000014", {1, -1, -1, -1}}};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.position = &before;
    road.version = ROAD_TO;
    road.status = 6;
    ends_with(FFX_CAUSE_DONE, 0);
    begin(FFX_ROUTE_HTTP); /* somebody has cleared the status since */
    road.config.position = &before;
    road.version = ROAD_TO;
    ends_nowhere();
    begin(FFX_ROUTE_HTTP);
    road.config.position = &before;
    road.status = 7;
    ends_with(FFX_CAUSE_REFUSED, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_line_is_no_answer),
        cmocka_unit_test(a_module_that_goes_silent_is_no_answer),
        cmocka_unit_test(a_module_that_keeps_restarting_is_named),
        cmocka_unit_test(power_down_ends_the_walk),
        cmocka_unit_test(a_low_battery_stops_before_anything_is_paid_for),
        cmocka_unit_test(firmware_without_cfota_is_told_so),
        cmocka_unit_test(a_module_without_a_version_is_not_updated),
        cmocka_unit_test(another_model_is_refused_before_the_download),
        cmocka_unit_test(another_source_version_is_refused_before_the_download),
        cmocka_unit_test(a_module_at_the_target_has_nothing_to_do),
        cmocka_unit_test(no_sim_is_no_sim),
        cmocka_unit_test(a_push_needs_no_sim),
        cmocka_unit_test(a_missing_or_wrong_pin_is_sim_pin),
        cmocka_unit_test(the_right_pin_opens_the_sim),
        cmocka_unit_test(a_pin_that_opens_nothing_is_not_sent_again),
        cmocka_unit_test(a_locked_sim_is_sim_puk),
        cmocka_unit_test(no_network_is_not_registered),
        cmocka_unit_test(with_an_apn_registration_is_tried_by_hand_first),
        cmocka_unit_test(gsm_registration_is_as_good),
        cmocka_unit_test(no_signal_is_no_signal),
        cmocka_unit_test(a_bearer_that_does_not_open_is_no_bearer),
        cmocka_unit_test(ways_to_open_the_bearer_are_tried_in_turn),
        cmocka_unit_test(each_http_status_has_its_cause),
        cmocka_unit_test(each_ftp_error_has_its_cause),
        cmocka_unit_test(a_server_that_comes_back_is_waited_for),
        cmocka_unit_test(ftp_to_file_may_be_missing),
        cmocka_unit_test(a_stalled_download_ends),
        cmocka_unit_test(a_refused_download_ends),
        cmocka_unit_test(every_try_counts_against_the_data_limit),
        cmocka_unit_test(data_paid_before_a_reset_of_the_mcu_still_counts),
        cmocka_unit_test(a_server_that_sends_for_ever_is_cut_off),
        cmocka_unit_test(no_file_commands_is_files),
        cmocka_unit_test(a_bracket_left_open_is_taken_over),
        cmocka_unit_test(a_full_file_system_is_no_space),
        cmocka_unit_test(an_unreadable_source_is_named),
        cmocka_unit_test(a_line_that_loses_every_chunk_is_noise),
        cmocka_unit_test(half_a_chunk_in_the_file_starts_the_push_over),
        cmocka_unit_test(an_attach_that_is_refused_is_not_registered),
        cmocka_unit_test(news_that_was_refuted_does_not_count_later),
        cmocka_unit_test(a_truncated_download_is_size),
        cmocka_unit_test(an_altered_download_is_digest),
        cmocka_unit_test(without_facts_the_module_is_the_judge),
        cmocka_unit_test(a_refused_request_is_no_package),
        cmocka_unit_test(an_update_that_never_begins_is_not_started),
        cmocka_unit_test(an_old_status_is_not_believed_before_a_minute),
        cmocka_unit_test(each_failed_status_has_its_cause),
        cmocka_unit_test(success_with_another_version_is_no_success),
        cmocka_unit_test(a_lost_setting_is_changed),
        cmocka_unit_test(an_update_that_never_ends_keeps_the_power_held),
        cmocka_unit_test(a_module_that_talks_for_ever_does_not_keep_us),
        cmocka_unit_test(without_urcs_the_answer_to_at_ends_the_wait),
        cmocka_unit_test(an_update_under_way_is_watched_to_its_end),
        cmocka_unit_test(words_of_an_update_that_never_was_mislead_nobody),
        cmocka_unit_test(a_module_in_recovery_gets_its_package_again),
        cmocka_unit_test(an_mcu_that_slept_through_the_end_learns_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
