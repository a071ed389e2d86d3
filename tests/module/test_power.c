/* SPDX-License-Identifier: Apache-2.0 */
/* Identity, time, battery and power saving (manual 2.2, 3.2, 5.2, 20.3). */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

#define BOOT "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"

static uint8_t quirks[FFX_QUIRKS];

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0\r");
}

static void restart(void)
{
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say(&b, "ATE0\r");
}

static void throw_switch(const char *quirk)
{
    ffx_module_quirks(FFX_PROFILE_MANUAL, quirks);
    assert_int_equal(ffx_module_quirk_set(quirks, quirk), 0);
    b.config.quirks = quirks;
    restart();
}

/* --- identity ------------------------------------------------------------ */

static void a_release_names_the_family_without_its_letter(void **state)
{
    static const char *const releases[][3] = {
        {"1529B08SIM7000G", "APRev:1529B08SIM7000,V01", "SIM7000G R1529"},
        {"1351B05SIM7000E-N", "APRev:1351B05SIM7000,V01", "SIM7000G R1351"},
        {"X1", "APRev:X1,V01", "SIM7000G RX1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        b.version = releases[i][0];
        assert_non_null(
            strstr(module_bench_say(&b, "AT+SIMCOMATI\r"), releases[i][1]));
        assert_non_null(strstr(module_bench_say(&b, "ATI\r"), releases[i][2]));
    }
    expect("ATI1\r", ERROR);
    expect("AT+GCAP\r", "\r\n+GCAP: +CGSM\r\n" OK);
    expect("AT+CGMM;+CGMI\r", "\r\nSIMCOM_SIM7000G\r\n\r\nSIMCOM_Ltd\r\n" OK);
}

static void the_revision_may_have_a_blank(void **state)
{
    (void)state;
    expect("AT+CGMR\r", "\r\nRevision:1529B04SIM7000G\r\n" OK);
    throw_switch("D18=blank");
    expect("AT+CGMR\r", "\r\nRevision: 1529B04SIM7000G\r\n" OK);
    expect("AT+GMR\r", "\r\nRevision: 1529B04SIM7000G\r\n" OK);
    assert_non_null(
        strstr(module_bench_say(&b, "AT+GSV\r"), "Revision: 1529B04"));
}

/* --- time ---------------------------------------------------------------- */

static void a_clock_that_nobody_set_counts_from_1980(void **state)
{
    (void)state;
    expect("AT+CCLK?\r", "\r\n+CCLK: \"80/01/06,00:00:02+00\"\r\n" OK);
    module_bench_wait(&b, 61000);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"80/01/06,00:01:03+00\"\r\n" OK);
}

static void the_clock_goes_on_from_what_it_is_told(void **state)
{
    (void)state;
    expect("AT+CCLK=?\r", OK);
    expect("AT+CCLK=\"19/12/31,23:59:58+32\"\r", OK);
    module_bench_wait(&b, 3000);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"20/01/01,00:00:01+32\"\r\n" OK);
    expect("AT+CCLK=\"20/02/29,00:00:00-03\"\r", OK);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"20/02/29,00:00:00-03\"\r\n" OK);
    expect("AT+CCLK=\"79/12/31,12:34:56\"\r", OK);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"79/12/31,12:34:56-03\"\r\n" OK);
    expect("AT+CCLK=\"99/01/01,00:00:00+00\"\r", OK);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"99/01/01,00:00:00+00\"\r\n" OK);
}

static void a_second_is_whole_from_where_it_was_set(void **state)
{
    static const char at_one[] = "\r\n+CCLK: \"20/01/01,00:00:01+32\"\r\n" OK;
    (void)state;
    for (int i = 0; i < 10; i++) {
        expect("AT+CCLK=\"20/01/01,00:00:01+32\"\r", OK);
        waits(990, "");
        expect("AT+CCLK?\r", at_one);
        waits(110, "");
    }
}

static void no_calendar_has_these(void **state)
{
    static const char *const moments[] = {
        "19/02/29,00:00:00+00",
        "19/13/01,00:00:00+00",
        "19/00/01,00:00:00+00",
        "19/01/00,00:00:00+00",
        "19/04/31,00:00:00+00",
        "19/01/01,24:00:00+00",
        "19/01/01,00:60:00+00",
        "19/01/01,00:00:60+00",
        "19/01/01,00:00:00+57",
        "19/01/01,00:00:00+1",
        "19/01/01,00:00:00*01",
        "19/01/01,00:00:0",
        "19-01-01,00:00:00+00",
        "2019/01/01,00:00:00",
        "19/01/01,00:00:00+001",
        "19/01/01",
        "",
    };
    char typed[60];
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        snprintf(typed, sizeof typed, "AT+CCLK=\"%s\"\r", moments[i]);
        expect(typed, ERROR);
    }
    expect("AT+CCLK=1,2\r", ERROR);
    expect("AT+CCLK?\r", "\r\n+CCLK: \"80/01/06,00:00:02+00\"\r\n" OK);
}

static void the_network_tells_the_time_with_clts(void **state)
{
    (void)state;
    b.time = 1561529043; /* 2019-06-26 06:04:03 UTC */
    expect("AT+CLTS=?\r", "\r\n+CLTS: (0,1)\r\n" OK);
    expect("AT+CLTS=1\r", OK);
    module_bench_boot(&b);
    waits(2000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"
                "\r\nDST: 0\r\n\r\n*PSUTTZ: 19/06/26,06:04:03\",\"+32\",0\r\n"
                "\r\nSMS Ready\r\n");
    module_bench_say(&b, "ATE0\r");
    const char *said = module_bench_say(&b, "AT+CCLK?\r");
    assert_int_equal(strncmp(said, "\r\n+CCLK: \"19/06/26,14:04:0", 26), 0);
    assert_string_equal(said + 27, "+32\"\r\n" OK);
    assert_int_equal(ffx_module_registration(&b.module, 5, b.now_ms), 0);
    waits(100, ""); /* it told that when the module came */
    throw_switch("D23=manual");
    module_bench_boot(&b);
    assert_non_null(
        strstr(module_bench_wait(&b, 2000),
               "\r\nDST: 0\r\n\r\n*PSUTTZ: 2019,6,26,6,4,3,\"+32\",0\r\n"));
    b.time = 0; /* a network that does not tell */
    module_bench_boot(&b);
    waits(2000, BOOT);
}

/* --- battery ------------------------------------------------------------- */

static void cbc_shows_the_battery_from_outside(void **state)
{
    (void)state;
    expect("AT+CBC\r", "\r\n+CBC: 0,80,3900\r\n" OK);
    ffx_module_battery(&b.module, 7, 3299, b.now_ms);
    expect("AT+CBC\r", "\r\n+CBC: 0,7,3299\r\n" OK);
}

static void the_voltage_is_watched_with_cbatchk(void **state)
{
    (void)state;
    ffx_module_battery(&b.module, 1, 2800, b.now_ms);
    waits(1000, ""); /* off by default */
    ffx_module_battery(&b.module, 50, 3900, b.now_ms);
    expect("AT+CBATCHK=?\r", "\r\n+CBATCHK: (0,1)\r\n" OK);
    expect("AT+CBATCHK=1\r", OK);
    module_bench_forget(&b);
    ffx_module_battery(&b.module, 5, 3101, b.now_ms);
    waits(10, "");
    ffx_module_battery(&b.module, 5, 3100, b.now_ms);
    waits(10, "\r\nUNDER-VOLTAGE WARNNING\r\n");
    ffx_module_battery(&b.module, 5, 3000, b.now_ms);
    waits(10, ""); /* said once */
    ffx_module_battery(&b.module, 99, 4300, b.now_ms);
    waits(10, "\r\nOVER-VOLTAGE WARNNING\r\n");
    ffx_module_battery(&b.module, 99, 4299, b.now_ms);
    waits(10, "");
    assert_int_equal(b.resets, 0);
    ffx_module_battery(&b.module, 1, 2900, b.now_ms);
    waits(10, "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
    assert_int_equal(b.resets, 1);
    assert_int_equal(b.reset_kind, FFX_POWER_DOWN);
    expect("AT\r", "");
}

static void too_much_is_as_bad_as_too_little(void **state)
{
    (void)state;
    b.config.port_count = 2;
    restart();
    ffx_module_battery(&b.module, 99, 4400, b.now_ms);
    expect("AT+CFSINIT\r", OK);
    expect("AT+CBATCHK=1\r", OK "\r\nOVER-VOLTAGE POWER DOWN\r\n");
    assert_string_equal(b.said[1], "\r\nOVER-VOLTAGE POWER DOWN\r\n");
    assert_int_equal(b.reset_kind, FFX_POWER_DOWN);
}

static void a_power_down_waits_for_no_answer(void **state)
{
    (void)state;
    expect("AT+CFSINIT;+CBATCHK=1\r", OK);
    expect("AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    b.deaf[0] = 1;
    ffx_module_battery(&b.module, 1, 2500, b.now_ms);
    module_bench_wait(&b, 1900);
    assert_int_equal(b.resets, 0);
    module_bench_wait(&b, 200);
    assert_int_equal(b.resets, 1);
}

/* Nobody goes on typing on a module that loses its power. */
static void the_last_word_comes_through_a_half_typed_line(void **state)
{
    (void)state;
    expect("AT+CBATCHK=1\r", OK);
    expect("AT+G", "");
    module_bench_forget(&b);
    ffx_module_battery(&b.module, 1, 2500, b.now_ms);
    waits(10, "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
    assert_int_equal(b.resets, 1);
}

/* --- reset --------------------------------------------------------------- */

static void the_ok_of_a_reset_may_come_behind_it(void **state)
{
    (void)state;
    throw_switch("D13=after");
    expect("AT+CFUN=1,1\r", "");
    assert_int_equal(b.resets, 1);
    module_bench_boot(&b);
    waits(2000, OK BOOT);
    module_bench_boot(&b);
    waits(2000, BOOT); /* once */
    throw_switch("D13=before");
    expect("AT+CFUN=1,1\r", OK);
    module_bench_boot(&b);
    waits(2000, BOOT);
}

static void every_function_of_the_manual_and_no_other(void **state)
{
    (void)state;
    expect("AT+CFUN=?\r", "\r\n+CFUN: (0-1,4-7),(0-1)\r\n" OK);
    expect("AT+CFUN=2\r", ERROR);
    expect("AT+CFUN=3\r", ERROR);
    expect("AT+CFUN=8\r", ERROR);
    expect("AT+CFUN=1,2\r", ERROR);
    for (int function = 4; function <= 7; function++) {
        char typed[20], said[40];
        if (function == 6)
            continue;
        snprintf(typed, sizeof typed, "AT+CFUN=%d\r", function);
        snprintf(said, sizeof said, "\r\n+CFUN: %d\r\n" OK, function);
        expect(typed, OK);
        expect("AT+CFUN?\r", said);
    }
    expect("AT+CFUN=6\r", OK);
    assert_int_equal(b.reset_kind, FFX_RESET_SOFT);
}

static void minimum_functionality_is_not_stored(void **state)
{
    (void)state;
    expect("AT+CNMP=38;+CFUN=4;+CFUN=0\r", "\r\n+CPIN: NOT READY\r\n" OK);
    restart();
    expect("AT+CFUN?;+CNMP?\r", "\r\n+CFUN: 4\r\n\r\n+CNMP: 38\r\n" OK);
}

/* CFUN=0 takes back what CFUN=1 has begun. */
static void a_sim_that_starts_can_be_switched_off(void **state)
{
    (void)state;
    expect("AT+CFUN=0;+CFUN=1;+CFUN=0\r",
           "\r\n+CPIN: NOT READY\r\n\r\n+CPIN: NOT READY\r\n" OK);
    waits(5000, "");
    expect("AT+CPIN?\r", ERROR);
}

/* --- power saving -------------------------------------------------------- */

static void power_saving_is_set_read_and_saved(void **state)
{
    (void)state;
    expect("AT+CPSMS=?\r", "\r\n+CPSMS: (0,1),,,(\"00000000\"-\"11111111\"),"
                           "(\"00000000\"-\"11111111\")\r\n" OK);
    expect("AT+CPSMS?\r", "\r\n+CPSMS: 0,,,\"00000000\",\"00000000\"\r\n" OK);
    expect("AT+CPSMS=1,,,\"01000011\",\"00100001\"\r", OK);
    restart();
    expect("AT+CPSMS?\r", "\r\n+CPSMS: 1,,,\"01000011\",\"00100001\"\r\n" OK);
    expect("AT+CPSMS=0\r", OK);
    expect("AT+CPSMS?\r", "\r\n+CPSMS: 0,,,\"01000011\",\"00100001\"\r\n" OK);
    expect("AT+CPSMS=2\r", ERROR);
    expect("AT+CPSMS=1,,,\"0100001\"\r", ERROR);
    expect("AT+CPSMS=1,,,\"010000112\"\r", ERROR);
    expect("AT+CPSMS=1,,,\"0100001x\"\r", ERROR);
    expect("AT+CPSMS=1,,,,,\"1\"\r", ERROR);
    expect("AT+CPSMS?\r", "\r\n+CPSMS: 0,,,\"01000011\",\"00100001\"\r\n" OK);
}

static void edrx_is_set_read_and_saved(void **state)
{
    (void)state;
    expect("AT+CEDRXS=?\r",
           "\r\n+CEDRXS: (0-3),(4,5),(\"0000\"-\"1111\")\r\n" OK);
    expect("AT+CEDRXS=1,5,\"1010\"\r", OK);
    restart();
    expect("AT+CEDRXS?\r",
           "\r\n+CEDRXS: 4,\"0000\"\r\n+CEDRXS: 5,\"1010\"\r\n" OK);
    assert_int_equal(b.module.settings.edrx_mode, 1);
    expect("AT+CEDRXRDP\r",
           "\r\n+CEDRXRDP: 5,\"1010\",\"1010\",\"0000\"\r\n" OK);
    expect("AT+CEDRXS=0\r", OK);
    assert_int_equal(b.module.settings.edrx_mode, 0);
    expect("AT+CEDRXS=3\r", OK);
    expect("AT+CEDRXS?\r",
           "\r\n+CEDRXS: 4,\"0000\"\r\n+CEDRXS: 5,\"0000\"\r\n" OK);
    expect("AT+CEDRXRDP\r", "\r\n+CEDRXRDP: 0\r\n" OK);
    expect("AT+CEDRXS=4\r", ERROR);
    expect("AT+CEDRXS=1,3,\"1010\"\r", ERROR);
    expect("AT+CEDRXS=1,4,\"10101\"\r", ERROR);
    expect("AT+CEDRXS=1,,\"1010\"\r", ERROR);
}

static void csclk_is_saved_and_cfgri_and_cbatchk_are_not(void **state)
{
    (void)state;
    expect("AT+CSCLK=?\r", "\r\n+CSCLK: (0-1)\r\n" OK);
    expect("AT+CSCLK=1;+CFGRI=1;+CBATCHK=1\r", OK);
    restart();
    expect("AT+CSCLK?\r", "\r\n+CSCLK: 1\r\n" OK);
    expect("AT+CFGRI?\r", "\r\n+CFGRI: 0\r\n" OK);
    expect("AT+CBATCHK?\r", "\r\n+CBATCHK: 0\r\n" OK);
    expect("AT+CSCLK=2\r", ERROR);
}

#define POWER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POWER(a_release_names_the_family_without_its_letter),
        POWER(the_revision_may_have_a_blank),
        POWER(a_clock_that_nobody_set_counts_from_1980),
        POWER(the_clock_goes_on_from_what_it_is_told),
        POWER(a_second_is_whole_from_where_it_was_set),
        POWER(no_calendar_has_these),
        POWER(the_network_tells_the_time_with_clts),
        POWER(cbc_shows_the_battery_from_outside),
        POWER(the_voltage_is_watched_with_cbatchk),
        POWER(too_much_is_as_bad_as_too_little),
        POWER(a_power_down_waits_for_no_answer),
        POWER(the_last_word_comes_through_a_half_typed_line),
        POWER(the_ok_of_a_reset_may_come_behind_it),
        POWER(every_function_of_the_manual_and_no_other),
        POWER(minimum_functionality_is_not_stored),
        POWER(a_sim_that_starts_can_be_switched_off),
        POWER(power_saving_is_set_read_and_saved),
        POWER(edrx_is_set_read_and_saved),
        POWER(csclk_is_saved_and_cfgri_and_cbatchk_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
