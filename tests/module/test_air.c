/* SPDX-License-Identifier: Apache-2.0 */
/* Signal, registration and access that change while the module runs, and what a
 * flash tool left broken. */
#include "module_case.h"

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

static void says_stat(uint8_t stat, const char *urc)
{
    assert_int_equal(ffx_module_registration(&b.module, stat, b.now_ms), 0);
    waits(10, urc);
}

static void the_signal_is_what_the_host_says(void **state)
{
    (void)state;
    expect("AT+CSQ\r", "\r\n+CSQ: 27,99\r\n" OK);
    expect("AT+CSQ=?\r", "\r\n+CSQ: (0-31,99),(0-7,99)\r\n" OK);
    assert_int_equal(ffx_module_signal(&b.module, 0, b.now_ms), 0);
    expect("AT+CSQ\r", "\r\n+CSQ: 0,99\r\n" OK);
    assert_int_equal(ffx_module_signal(&b.module, 31, b.now_ms), 0);
    expect("AT+CSQ\r", "\r\n+CSQ: 31,99\r\n" OK);
    assert_int_equal(ffx_module_signal(&b.module, 99, b.now_ms), 0);
    expect("AT+CSQ\r", "\r\n+CSQ: 99,99\r\n" OK);
    assert_int_equal(ffx_module_signal(&b.module, 32, b.now_ms),
                     FFX_ERR_ARGUMENT);
    expect("AT+CSQ\r", "\r\n+CSQ: 99,99\r\n" OK);
}

static void every_stat_is_reported(void **state)
{
    (void)state;
    expect("AT+CREG=1\r", OK);
    says_stat(2, "\r\n+CREG: 2\r\n");
    says_stat(2, "");
    says_stat(3, "\r\n+CREG: 3\r\n");
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
    expect("AT+COPS?\r", "\r\n+COPS: 0\r\n" OK);
    expect("AT+CPSI?\r", "\r\n+CPSI: NO SERVICE,Online\r\n" OK);
    says_stat(4, "\r\n+CREG: 4\r\n");
    says_stat(0, "\r\n+CREG: 0\r\n");
    says_stat(5, "\r\n+CREG: 5\r\n");
    expect("AT+CREG?\r", "\r\n+CREG: 1,5\r\n" OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
    says_stat(6, "\r\n+CREG: 6\r\n");
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
    assert_int_equal(ffx_module_sms(&b.module, "1", "x", b.now_ms), 0);
    assert_int_equal(ffx_module_registration(&b.module, 7, b.now_ms),
                     FFX_ERR_ARGUMENT);
}

static void a_network_that_goes_takes_the_bearers_along(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=1;+SAPBR=1,2\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    says_stat(2, "\r\n+APP PDP: DEACTIVE\r\n\r\n+SAPBR 2: DEACT\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 0,\"0.0.0.0\"\r\n" OK);
    expect("AT+CGATT=1\r", "\r\n+CME ERROR: 30\r\n");
}

static void without_signal_and_network_cgatt_is_an_error(void **state)
{
    (void)state;
    says_stat(2, "");
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
    ffx_module_signal(&b.module, 99, b.now_ms);
    expect("AT+CGATT?\r", REFUSED);
    says_stat(1, "");
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
}

static void n_says_how_much_a_report_tells(void **state)
{
    (void)state;
    expect("AT+CREG=?;+CGREG=?;+CEREG=?\r",
           "\r\n+CREG: (0-2)\r\n\r\n+CGREG: (0-2,4)\r\n"
           "\r\n+CEREG: (0-2,4)\r\n" OK);
    expect("AT+CREG=2;+CGREG=4;+CEREG=4\r", OK);
    expect("AT+CREG?\r", "\r\n+CREG: 2,1,\"74CE\",\"1AE1BDA\",9\r\n" OK);
    expect("AT+CGREG?\r", "\r\n+CGREG: 4,1,\"74CE\",\"1AE1BDA\",9,,,"
                          "\"11100000\",\"11100000\"\r\n" OK);
    expect("AT+CEREG?\r", "\r\n+CEREG: 4,1,\"74CE\",\"00\",\"1AE1BDA\",9,,,"
                          "\"11100000\",\"11100000\"\r\n" OK);
    says_stat(2, "\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n\r\n+CEREG: 2\r\n");
    expect("AT+CEREG?\r", "\r\n+CEREG: 4,2\r\n" OK);
}

static void another_technology_is_another_cell(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CREG=2;+CNACT=1\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNMP=13\r", OK "\r\n+CREG: 1,\"74CE\",\"1AE1BDA\",0\r\n"
                              "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CPSI?\r", "\r\n+CPSI: GSM,Online,460-11,0x144f,46576,"
                         "97 EGSM 900,-59,0,39-65\r\n" OK);
    expect("AT+CNMP=38;+CMNB=1\r",
           OK "\r\n+CREG: 1,\"74CE\",\"1AE1BDA\",7\r\n");
    expect("AT+CPSI?\r", "\r\n+CPSI: LTE CAT-M1,Online,460-11,0x74CE,28185722,"
                         "12,EUTRAN-BAND8,3702,0,0,-10,-69,-59,15\r\n" OK);
    expect("AT+CMNB=2\r", OK "\r\n+CREG: 1,\"74CE\",\"1AE1BDA\",9\r\n");
    expect("AT+CPSI?\r", "\r\n+CPSI: LTE NB-IOT,Online,460-11,0x74CE,28185722,"
                         "12,EUTRAN-BAND8,3702,0,0,-10,-69,-59,15\r\n" OK);
    expect("AT+CNMP=38\r", OK); /* nothing changes */
    expect("AT+CNMP?;+CMNB?\r", "\r\n+CNMP: 38\r\n\r\n+CMNB: 2\r\n" OK);
}

static void operators_have_three_names(void **state)
{
    (void)state;
    expect("AT+COPS=?\r", "\r\n+COPS: (2,\"CHN-CT\",\"CT\",\"46011\",9),,"
                          "(0,1,2,3,4),(0,1,2)\r\n" OK);
    expect("AT+COPS=3,1\r", OK);
    expect("AT+COPS?\r", "\r\n+COPS: 0,1,\"CT\",9\r\n" OK);
    expect("AT+COPS=1,0,\"CHN-CT\",9\r", OK);
    expect("AT+COPS?\r", "\r\n+COPS: 1,0,\"CHN-CT\",9\r\n" OK);
    expect("AT+COPS=1,0,\"CHN-CT\",2\r", REFUSED);
    expect("AT+COPS=1\r", REFUSED);
    expect("AT+COPS=5\r", REFUSED);
    expect("AT+COPS=4,2,\"99999\"\r", OK); /* falls back to automatic */
    expect("AT+COPS?\r", "\r\n+COPS: 0,2,\"46011\",9\r\n" OK);
}

static void a_dropped_context_gets_another_address(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=2;+SAPBR=1,1\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 1,\"10.94.36.44\"\r\n" OK);
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(100, "\r\n+APP PDP: DEACTIVE\r\n\r\n+SAPBR 1: DEACT\r\n");
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 1,\"10.94.36.46\"\r\n" OK);
    expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CNACT=1\r", OK);
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(3000, "\r\n+APP PDP: DEACTIVE\r\n"); /* mode 1 stays off */
}

static void a_dropped_context_ends_the_transfer(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=2\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/u\"\r", OK);
    waits(100, "");
    assert_int_equal(b.starts, 1);
    ffx_module_drop_pdp(&b.module, b.now_ms);
    assert_int_equal(b.cancels, 1);
    waits(2000, "\r\n+APP PDP: DEACTIVE\r\n\r\n+HTTPTOFS: 601,0\r\n"
                "\r\n+APP PDP: ACTIVE\r\n");
}

static void behind_a_sleep_cnact_is_off_and_nobody_said_so(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=2\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    ffx_module_woke(&b.module, b.now_ms);
    waits(3000, "");
    expect("AT+CNACT?\r", "\r\n+CNACT: 0,\"0.0.0.0\"\r\n" OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
    says_stat(0, "");
    says_stat(1, "");
    waits(3000, ""); /* forgotten: CNACT=2 does not come back */
    expect("AT+CNACT=1\r", OK);
    ffx_module_woke(&b.module, b.now_ms);
    waits(3000, ""); /* nor what was about to open */
}

static void damage_survives_every_reset(void **state)
{
    (void)state;
    b.config.damage = FFX_DAMAGE_IMEI | FFX_DAMAGE_FUN_5 | FFX_DAMAGE_VERSION;
    for (int i = 0; i < 2; i++) {
        module_bench_boot(&b);
        waits(2000, "\r\nRDY\r\n\r\n+CFUN: 5\r\n\r\n+CPIN: READY\r\n"
                    "\r\nSMS Ready\r\n");
        module_bench_say(&b, "ATE0+CMEE=1\r");
        expect("AT+GSN\r", "\r\n000000000000000\r\n" OK);
        expect("AT+GMR\r", "\r\nRevision:\r\n" OK);
        expect("AT+CFUN?\r", "\r\n+CFUN: 5\r\n" OK);
        expect("AT+CFUN=1\r", ERROR);
        expect("AT+CSQ\r", "\r\n+CSQ: 99,99\r\n" OK);
        expect("AT+CREG?\r", "\r\n+CREG: 0,0\r\n" OK);
        expect("AT+CFUN=1,1\r", OK);
    }
    b.config.damage = FFX_DAMAGE_SIM;
    module_bench_again(&b);
    expect("AT+CPIN?\r", "\r\n+CME ERROR: 10\r\n");
    expect("AT+GSN\r", "\r\n869951030000019\r\n" OK);
}

static void bugs_and_damages_have_names(void **state)
{
    uint32_t bugs = 0, damage = 0;
    (void)state;
    assert_int_equal(ffx_module_bug_set(&bugs, "urc-before-flash"), 0);
    assert_int_equal(ffx_module_bug_set(&bugs, "http-empty-with-cfsinit"), 0);
    assert_int_equal(bugs, FFX_BUG_URC_BEFORE_FLASH |
                               FFX_BUG_HTTP_EMPTY_WITH_CFSINIT);
    assert_int_equal(ffx_module_bug_set(&bugs, "imei"), FFX_ERR_SYNTAX);
    assert_int_equal(ffx_module_bug_set(&bugs, ""), FFX_ERR_SYNTAX);
    assert_int_equal(ffx_module_damage_set(&damage, "sim"), 0);
    assert_int_equal(damage, FFX_DAMAGE_SIM);
}

#define AIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AIR(the_signal_is_what_the_host_says),
        AIR(every_stat_is_reported),
        AIR(a_network_that_goes_takes_the_bearers_along),
        AIR(without_signal_and_network_cgatt_is_an_error),
        AIR(n_says_how_much_a_report_tells),
        AIR(another_technology_is_another_cell),
        AIR(operators_have_three_names),
        AIR(a_dropped_context_gets_another_address),
        AIR(a_dropped_context_ends_the_transfer),
        AIR(behind_a_sleep_cnact_is_off_and_nobody_said_so),
        AIR(damage_survives_every_reset),
        AIR(bugs_and_damages_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
