/* SPDX-License-Identifier: Apache-2.0 */
/* DCD, RI and DTR (manual 5.2.3 and 5.2.7, UART application note 6.3-6.5). */
#include "module_case.h"

#include <string.h>

#define GMR "\r\nRevision:1529B04SIM7000G\r\n" OK
#define SMS "\r\n+CMTI: \"SM\",1\r\n"

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0\r");
}

static void receive_sms(void)
{
    assert_int_equal(ffx_module_sms(&b.module, "+1", "look now", b.now_ms), 0);
}

static void dtr(int high)
{
    module_bench_forget(&b);
    ffx_module_dtr(&b.module, high, b.now_ms);
}

/* --- RI ------------------------------------------------------------------ */

static void ri_is_low_for_120_ms_on_an_sms(void **state)
{
    (void)state;
    assert_int_equal(b.pin_changes[FFX_PIN_RI], 0);
    receive_sms();
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(110, SMS);
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(10, "");
    assert_int_equal(b.low[FFX_PIN_RI], 0);
    assert_int_equal(b.pin_changes[FFX_PIN_RI], 2);
}

/* The host need not have looked after the module just before. */
static void the_pulse_begins_when_the_sms_comes(void **state)
{
    (void)state;
    b.now_ms += 900;
    receive_sms();
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(110, SMS);
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(10, "");
    assert_int_equal(b.low[FFX_PIN_RI], 0);
}

static void the_pulse_begins_when_the_voltage_falls(void **state)
{
    (void)state;
    expect("AT+CFGRI=1;+CBATCHK=1\r", OK);
    b.now_ms += 900;
    ffx_module_battery(&b.module, 5, 3000, b.now_ms);
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(110, "\r\nUNDER-VOLTAGE WARNNING\r\n");
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    waits(10, "");
    assert_int_equal(b.low[FFX_PIN_RI], 0);
}

static void a_second_sms_prolongs_the_pulse(void **state)
{
    (void)state;
    receive_sms();
    module_bench_wait(&b, 100);
    receive_sms();
    module_bench_wait(&b, 110);
    assert_int_equal(b.low[FFX_PIN_RI], 1);
    module_bench_wait(&b, 10);
    assert_int_equal(b.low[FFX_PIN_RI], 0);
    assert_int_equal(b.pin_changes[FFX_PIN_RI], 2);
}

static void ri_shows_other_urcs_with_cfgri_1(void **state)
{
    static const int pulses[] = {0, 1, 0}; /* 2: TCP/IP only */
    (void)state;
    expect("AT+CFGRI=?\r", "\r\n+CFGRI: (0-2)\r\n" OK);
    for (int ring = 0; ring < 3; ring++) {
        const char typed[] = {'A',  'T', '+', 'C', 'F',
                              'G',  'R', 'I', '=', (char)('0' + ring),
                              '\r', '\0'};
        expect(typed, OK);
        b.pin_changes[FFX_PIN_RI] = 0;
        expect("AT+CNACT=1\r", OK);
        waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
        assert_int_equal(b.pin_changes[FFX_PIN_RI], 2 * pulses[ring]);
        expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
        module_bench_wait(&b, 1000);
    }
    expect("AT+CFGRI?\r", "\r\n+CFGRI: 2\r\n" OK);
    expect("AT+CFGRI=3\r", "\r\nERROR\r\n");
}

/* --- DTR ----------------------------------------------------------------- */

static void without_csclk_dtr_means_nothing(void **state)
{
    (void)state;
    dtr(1);
    expect("AT+GMR\r", GMR);
    receive_sms();
    waits(10, SMS);
    dtr(0);
    expect("AT+GMR\r", GMR);
}

static void with_csclk_1_a_high_dtr_is_sleep(void **state)
{
    (void)state;
    expect("AT+CSCLK=1\r", OK);
    expect("AT+GMR\r", GMR); /* DTR is low */
    dtr(1);
    waits(10, "");
    expect("AT+GMR\r", "");
    waits(60000, "");
    dtr(0);
    waits(10, ""); /* dropped, not kept */
    expect("AT+GMR\r", GMR);
}

static void the_ok_of_csclk_comes_before_the_sleep(void **state)
{
    (void)state;
    dtr(1);
    expect("AT+CSCLK=1\r", OK);
    expect("AT\r", "");
    dtr(0);
    expect("AT+CSCLK=0\r", OK);
    dtr(1);
    expect("AT\r", OK);
}

static void urcs_wait_until_the_module_is_awake(void **state)
{
    uint32_t length;
    (void)state;
    expect("AT+CSCLK=1\r", OK);
    dtr(1);
    waits(10, "");
    receive_sms();
    assert_int_equal(b.low[FFX_PIN_RI], 1); /* at once: it wakes the TE */
    waits(1000, "");
    assert_int_equal(b.low[FFX_PIN_RI], 0);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    assert_int_equal(length, 0);
    dtr(0);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    assert_int_equal(length, strlen(SMS)); /* in the same moment */
    waits(10, SMS);
}

/* CNACT=2 comes back by itself, in the dark. */
static void what_wakes_the_radio_does_not_wake_the_uart(void **state)
{
    (void)state;
    expect("AT+CSCLK=1;+CNACT=2\r", OK);
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    dtr(1);
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(100, "");
    expect("AT\r", "");
    waits(1000, "");
    dtr(0);
    waits(10, "\r\n+APP PDP: DEACTIVE\r\n\r\n+APP PDP: ACTIVE\r\n");
}

static void the_other_port_sleeps_too(void **state)
{
    (void)state;
    b.config.port_count = 2;
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say(&b, "ATE0+CSCLK=1\r");
    dtr(1);
    module_bench_wait(&b, 10);
    assert_string_equal(module_bench_say_on(&b, FFX_PORT_USB, "AT\r"), "");
}

static void what_is_in_hand_ends_before_the_sleep(void **state)
{
    (void)state;
    expect("AT+CSCLK=1;+CFSINIT;+CNACT=1\r", OK);
    module_bench_wait(&b, 1000);
    expect("AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    dtr(1);
    waits(10, "");
    expect("ab", "");
    expect("c", OK);
    expect("AT\r", "");
    dtr(0);
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/u\"\r", OK);
    dtr(1);
    waits(1000, "");
    b.progress.busy = 0;
    b.progress.http_status = 200;
    b.progress.received = 7;
    waits(1000, "\r\n+HTTPTOFS: 200,7\r\n");
    expect("AT\r", "");
}

/* AT&D1 and AT&D2 speak of data calls. There are none: CFSWFILE's input goes
 * on whatever DTR does. */
static void an_edge_of_dtr_ends_no_input(void **state)
{
    (void)state;
    expect("AT+CFSINIT\r", OK);
    for (char level = '0'; level <= '2'; level++) {
        const char typed[] = {'A', 'T', '&', 'D', level, '\r', '\0'};
        expect(typed, OK);
        expect("AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
        expect("a", "");
        dtr(1);
        expect("b", "");
        dtr(0);
        expect("c", OK);
        assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data,
                            "abc", 3);
    }
}

static void
a_module_that_boots_with_dtr_high_sleeps_after_its_urcs(void **state)
{
    (void)state;
    expect("AT+CSCLK=1\r", OK);
    b.config.dtr_high = 1;
    module_bench_boot(&b);
    waits(2000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"
                "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    expect("AT\r", "");
    dtr(0);
    expect("AT\r", "AT\r" OK);
}

#define PINS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PINS(ri_is_low_for_120_ms_on_an_sms),
        PINS(the_pulse_begins_when_the_sms_comes),
        PINS(the_pulse_begins_when_the_voltage_falls),
        PINS(a_second_sms_prolongs_the_pulse),
        PINS(ri_shows_other_urcs_with_cfgri_1),
        PINS(without_csclk_dtr_means_nothing),
        PINS(with_csclk_1_a_high_dtr_is_sleep),
        PINS(the_ok_of_csclk_comes_before_the_sleep),
        PINS(urcs_wait_until_the_module_is_awake),
        PINS(what_wakes_the_radio_does_not_wake_the_uart),
        PINS(the_other_port_sleeps_too),
        PINS(what_is_in_hand_ends_before_the_sleep),
        PINS(an_edge_of_dtr_ends_no_input),
        PINS(a_module_that_boots_with_dtr_high_sleeps_after_its_urcs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
