/* SPDX-License-Identifier: Apache-2.0 */
/* The SIM: PIN, PUK, IMSI, ICCID. */
#include "module_case.h"

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

static void locked(void)
{
    b.config.sim_pin = "1234";
    b.config.sim_puk = "12345678";
    module_bench_again(&b);
    for (int i = 0; i < 3; i++)
        expect("AT+CPIN=0000\r", "\r\n+CME ERROR: 16\r\n");
}

static void the_puk_sets_a_new_pin(void **state)
{
    (void)state;
    locked();
    expect("AT+CPIN?\r", "\r\n+CPIN: SIM PUK\r\n" OK);
    expect("AT+CPIN=12345678\r", "\r\n+CME ERROR: 12\r\n");
    expect("AT+CPIN=87654321,\"4321\"\r", "\r\n+CME ERROR: 16\r\n");
    expect("AT+CPIN=\"12345678\",\"4321\"\r",
           OK "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    expect("AT+CPIN?\r", "\r\n+CPIN: READY\r\n" OK);
    module_bench_say(&b, "AT+CFUN=0\r");
    module_bench_say(&b, "AT+CFUN=1\r");
    waits(1000, "\r\n+CPIN: SIM PIN\r\n");
    expect("AT+CPIN=1234\r", "\r\n+CME ERROR: 16\r\n");
    expect("AT+CPIN=4321\r", OK "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void ten_wrong_puks_end_the_card(void **state)
{
    (void)state;
    locked();
    for (int i = 0; i < 10; i++)
        expect("AT+CPIN=00000000,1111\r", "\r\n+CME ERROR: 16\r\n");
    expect("AT+CPIN=12345678,1111\r", "\r\n+CME ERROR: 13\r\n");
    expect("AT+CNACT=1\r", "\r\n+CME ERROR: 13\r\n");
}

static void a_typing_error_costs_no_try(void **state)
{
    (void)state;
    b.config.sim_pin = "1234";
    module_bench_again(&b);
    for (int i = 0; i < 5; i++) {
        expect("AT+CPIN=12a4\r", REFUSED);
        expect("AT+CPIN=123\r", REFUSED);
        expect("AT+CPIN=123456789\r", REFUSED);
        expect("AT+CPIN=1234,12\r", REFUSED);
        expect("AT+CPIN=\r", REFUSED);
    }
    expect("AT+CPIN=1234\r", OK "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void the_card_tells_its_numbers(void **state)
{
    (void)state;
    expect("AT+CIMI\r", "\r\n460111030000019\r\n" OK);
    /* 19 digits and Luhn's. */
    expect("AT+CCID\r", "\r\n89860399510300000195\r\n" OK);
    expect("AT+CIMI=?;+CCID=?;+CPIN=?\r", OK);
    b.config.sim_pin = "1234";
    module_bench_again(&b);
    expect("AT+CIMI\r", "\r\n+CME ERROR: 11\r\n");
    expect("AT+CCID\r", "\r\n89860399510300000195\r\n" OK);
    b.config.sim_pin = NULL;
    module_bench_again(&b);
    expect("AT+CCID\r", "\r\n+CME ERROR: 10\r\n");
}

static void the_card_has_three_files(void **state)
{
    (void)state;
    expect("AT+CRSM=176,12258,0,0,10\r",
           "\r\n+CRSM: 144,0,\"98683099153000001059\"\r\n" OK);
    expect("AT+CRSM=176,28423,0,0,9\r",
           "\r\n+CRSM: 144,0,\"084906110103000091\"\r\n" OK);
    expect("AT+CRSM=176,28589,0,3,1\r", "\r\n+CRSM: 144,0,\"02\"\r\n" OK);
    expect("AT+CRSM=192,28589\r",
           "\r\n+CRSM: 144,0,\"000000046FAD04000FFFFF01020000\"\r\n" OK);
    expect("AT+CRSM=242\r", "\r\n+CRSM: 144,0\r\n" OK);
}

static void what_the_card_lacks_has_a_status_word(void **state)
{
    (void)state;
    expect("AT+CRSM=192,28486\r", "\r\n+CRSM: 148,4\r\n" OK);
    expect("AT+CRSM=176,28589,0,0,5\r", "\r\n+CRSM: 103,0\r\n" OK);
    expect("AT+CRSM=176,28589,0,4,1\r", "\r\n+CRSM: 148,2\r\n" OK);
    expect("AT+CRSM=176,28589,255,255,255\r", "\r\n+CRSM: 148,2\r\n" OK);
    expect("AT+CRSM=214,28589,0,0,4,\"00000000\"\r", "\r\n+CRSM: 109,0\r\n" OK);
    expect("AT+CRSM\r", "\r\nERROR\r\n");
    expect("AT+CRSM=176,12258,0,0,10,\"\"\r", REFUSED);
    expect("AT+CRSM=256\r", REFUSED);
    expect("AT+CRSM=176,65536\r", REFUSED);
    b.config.sim_pin = NULL;
    module_bench_again(&b);
    expect("AT+CRSM=176,12258,0,0,10\r", "\r\n+CME ERROR: 10\r\n");
}

#define CARD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARD(the_puk_sets_a_new_pin),
        CARD(ten_wrong_puks_end_the_card),
        CARD(a_typing_error_costs_no_try),
        CARD(the_card_tells_its_numbers),
        CARD(the_card_has_three_files),
        CARD(what_the_card_lacks_has_a_status_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
