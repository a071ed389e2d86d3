/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware differs where the documents do: the walk ends well with each. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct road road;
static uint8_t quirks[FFX_QUIRKS];

#define ERROR "\r\nERROR\r\n"

/* "D20=exclusive" */
static void begin(enum ffx_route route, const char *quirk)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
    ffx_module_quirks(FFX_PROFILE_NOTE, quirks);
    if (quirk != NULL)
        assert_int_equal(ffx_module_quirk_set(quirks, quirk), FFX_OK);
    road.module_config.quirks = quirks;
}

static void begin_profile(enum ffx_route route, enum ffx_module_profile profile)
{
    begin(route, NULL);
    road.module_config.profile = profile;
    road.module_config.quirks = NULL;
}

static void ends_with(enum ffx_cause expected, const char *what)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != expected)
        fail_msg("%s: %s instead of %s: %s", what, ffx_cause_name(cause),
                 ffx_cause_name(expected), road_tail(&road));
    assert_int_equal(road.module.files_open, 0);
}

/* What cannot end well, and how it ends. */
static enum ffx_cause expected(enum ffx_route route, const char *quirk)
{
    /* index 1 is not /fota: what came is not seen, and in the way of FTP */
    static const enum ffx_cause elsewhere[] = {
        [FFX_ROUTE_HTTP] = FFX_CAUSE_SIZE,
        [FFX_ROUTE_FTP] = FFX_CAUSE_FTP_UNSUPPORTED,
        [FFX_ROUTE_PUSH] = FFX_CAUSE_NO_PACKAGE,
    };
    if (strcmp(quirk, "D15=custapp") == 0)
        return elsewhere[route];
    if (strcmp(quirk, "D16=error") == 0 && route == FFX_ROUTE_FTP)
        return FFX_CAUSE_FTP_UNSUPPORTED;
    return FFX_CAUSE_DONE;
}

/* Each value of one quirk, "reset wait", on each route. */
static unsigned walk_with(const char *name, const char *values)
{
    unsigned count = 0;
    while (*values != '\0') {
        char quirk[40];
        const size_t length = strcspn(values, " ");
        snprintf(quirk, sizeof quirk, "%s=%.*s", name, (int)length, values);
        for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
            begin((enum ffx_route)route, quirk);
            ends_with(expected((enum ffx_route)route, quirk), quirk);
            road_end(&road);
            count++;
        }
        values += length;
        values += strspn(values, " ");
    }
    return count;
}

static void every_disagreement_of_the_documents_is_survived(void **state)
{
    unsigned count = 0;
    (void)state;
    for (int i = 0; i < FFX_QUIRKS; i++)
        count += walk_with(ffx_module_quirk_name((enum ffx_quirk)i),
                           ffx_module_quirk_values((enum ffx_quirk)i));
    assert_true(count >= 2u * 3u * FFX_QUIRKS);
}

/* Of the manuals only a SIM7070's stores what comes by FTP. */
static void every_profile_is_updated(void **state)
{
    (void)state;
    for (int profile = 0; profile < FFX_PROFILES; profile++)
        for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
            const int stores =
                profile == FFX_PROFILE_NOTE || profile == FFX_PROFILE_SIM7070;
            begin_profile((enum ffx_route)route,
                          (enum ffx_module_profile)profile);
            ends_with(route == FFX_ROUTE_FTP && !stores
                          ? FFX_CAUSE_FTP_UNSUPPORTED
                          : FFX_CAUSE_DONE,
                      "profile");
            road_end(&road);
        }
}

/* HTTP does instead when both are given. */
static void a_manual_without_ftp_is_updated_by_http(void **state)
{
    static const enum ffx_module_profile profiles[] = {
        FFX_PROFILE_MANUAL_103, FFX_PROFILE_MANUAL_104, FFX_PROFILE_MANUAL};
    (void)state;
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        begin_profile(FFX_ROUTE_FTP, profiles[i]);
        road.config.url = ROAD_URL;
        ends_with(FFX_CAUSE_DONE, "FTP, then HTTP");
        assert_true(road_sent(&road, "AT+FTPEXTGET=2") >= 1);
        assert_int_equal(road_sent(&road, "AT+HTTPTOFS="), 1);
        road_end(&road);
    }
}

/* V1.03 has no HTTPTOFSRL: the URC tells the end. */
static void an_edition_without_a_poll_is_waited_for(void **state)
{
    (void)state;
    begin_profile(FFX_ROUTE_HTTP, FFX_PROFILE_MANUAL_103);
    ends_with(FFX_CAUSE_DONE, "V1.03");
    /* refused twice, it may have been the line once */
    assert_int_equal(road_sent(&road, "AT+HTTPTOFSRL?"), 2);
    road_end(&road);
    begin_profile(FFX_ROUTE_HTTP, FFX_PROFILE_MANUAL_104);
    ends_with(FFX_CAUSE_DONE, "V1.04");
    assert_true(road_sent(&road, "AT+HTTPTOFSRL?") > 1);
    road_end(&road);
}

/* Who names a dialect is believed, whatever the module calls itself. */
static void a_dialect_that_is_named_is_spoken(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP, NULL);
    road.model = "SIM7070G";
    road.config.facts.model = NULL;
    road.config.dialect = FFX_DIALECT_SIM7000;
    road.config.apn = "ctnb";
    road.config.user = "joe";
    road.answers[0] =
        (struct road_answer){"AT+CNCFG=1,\"ctnb\"", "\r\nOK\r\n", 0, 0, 0, 0};
    road.answers[1] = (struct road_answer){"AT+CNCFG=", ERROR, 0, 0, 0, 0};
    ends_with(FFX_CAUSE_DONE, "login");
    road_end(&road);
}

/* A bearer's login needs CNCFG, which came with V1.06; a SIM7070 has an index
 * in it, and says by its name that it is one. */
static void an_edition_without_logins_says_so(void **state)
{
    (void)state;
    for (int profile = 0; profile < FFX_PROFILES; profile++) {
        begin_profile(FFX_ROUTE_HTTP, (enum ffx_module_profile)profile);
        road.config.apn = "ctnb";
        road.config.user = "joe";
        road.config.password = "secret";
        if (profile == FFX_PROFILE_SIM7070) {
            road.model = "SIM7070G";
            road.config.facts.model = NULL;
        }
        const int older = profile == FFX_PROFILE_MANUAL_103 ||
                          profile == FFX_PROFILE_MANUAL_104;
        ends_with(older ? FFX_CAUSE_NO_BEARER : FFX_CAUSE_DONE, "login");
        road_end(&road);
    }
}

static void a_file_is_pushed_in_one_go_whatever_less_than_means(void **state)
{
    (void)state;
    begin(FFX_ROUTE_PUSH, "D20=exclusive");
    ends_with(FFX_CAUSE_DONE, "D20");
    assert_int_equal(road_sent(&road, "AT+CFSWFILE="), 3); /* 21,000 bytes */
    road_end(&road);
}

static void a_count_beside_the_truth_costs_no_second_download(void **state)
{
    (void)state;
    for (int known = 0; known <= 1; known++) {
        begin(FFX_ROUTE_HTTP, "D10=differ");
        if (!known) {
            road.config.facts.size = 0;
            road.config.facts.sha256 = NULL;
        }
        ends_with(FFX_CAUSE_DONE, "D10");
        assert_int_equal(road.starts, 1);
        assert_int_equal(road_sent(&road, "AT+CNACT=0"), 0);
        road_end(&road);
    }
}

/* Without a known size the URC still tells a file that is too short. */
static void a_file_shorter_than_its_urc_says_is_size(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP, NULL);
    road.config.facts.size = 0;
    road.config.facts.sha256 = NULL;
    road.answers[0] = (struct road_answer){
        "AT+CFSGFIS", "\r\n+CFSGFIS: 20999\r\n\r\nOK\r\n", 0, 1, 0, 0};
    ends_with(FFX_CAUSE_SIZE, "CFSGFIS");
    road_end(&road);
}

static void a_flag_without_a_reset_gets_one_reset(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP, "D2=wait");
    ends_with(FFX_CAUSE_DONE, "D2");
    assert_int_equal(road_sent(&road, "AT+CFUN=1,1"), 1);
    assert_int_equal(road.requests, 1);
    assert_true(road.now_ms > 60000);
    road_end(&road);
    begin(FFX_ROUTE_HTTP, NULL);
    ends_with(FFX_CAUSE_DONE, "D2");
    assert_int_equal(road_sent(&road, "AT+CFUN=1,1"), 0);
    road_end(&road);
}

/* The flag stays and no reset helps: the time runs out, with one reset. */
static void a_reset_that_helps_nothing_is_not_repeated(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP, "D2=wait");
    road.answers[0] =
        (struct road_answer){"AT+CFUN=1,1", "\r\nOK\r\n", 0, 0, 0, 0};
    ends_with(FFX_CAUSE_UPDATE_TIMEOUT, "D2");
    assert_int_equal(road_sent(&road, "AT+CFUN=1,1"), 1);
    road_end(&road);
}

static void an_old_file_that_stays_is_no_missing_ftp(void **state)
{
    (void)state;
    for (int with_url = 0; with_url <= 1; with_url++) {
        begin(FFX_ROUTE_FTP, NULL);
        road_put_file(&road, "update.zip", "old", 3);
        road.answers[0] =
            (struct road_answer){"AT+CFSDFILE", ERROR, 0, 0, 0, 0};
        road.answers[1] =
            (struct road_answer){"AT+FTPEXTGET", ERROR, 0, 0, 0, 0};
        if (with_url)
            road.config.url = ROAD_URL; /* HTTP writes over it */
        ends_with(with_url ? FFX_CAUSE_DONE : FFX_CAUSE_FILES, "CFSDFILE");
        road_end(&road);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_disagreement_of_the_documents_is_survived),
        cmocka_unit_test(every_profile_is_updated),
        cmocka_unit_test(a_manual_without_ftp_is_updated_by_http),
        cmocka_unit_test(an_edition_without_a_poll_is_waited_for),
        cmocka_unit_test(a_dialect_that_is_named_is_spoken),
        cmocka_unit_test(an_edition_without_logins_says_so),
        cmocka_unit_test(a_file_is_pushed_in_one_go_whatever_less_than_means),
        cmocka_unit_test(a_count_beside_the_truth_costs_no_second_download),
        cmocka_unit_test(a_file_shorter_than_its_urc_says_is_size),
        cmocka_unit_test(a_flag_without_a_reset_gets_one_reset),
        cmocka_unit_test(a_reset_that_helps_nothing_is_not_repeated),
        cmocka_unit_test(an_old_file_that_stays_is_no_missing_ftp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
