/* SPDX-License-Identifier: Apache-2.0 */
/* The table of CME errors (manual 20.1), and when which form is printed. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

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

/* As the manual prints it: number, blank, text. */
static const char *const table[] = {
    "0 phone failure",
    "1 no connection to phone",
    "2 phone-adaptor link reserved",
    "3 operation not allowed",
    "4 operation not supported",
    "5 PH-SIM PIN required",
    "6 PH-FSIM PIN required",
    "7 PH-FSIM PUK required",
    "10 SIM not inserted",
    "11 SIM PIN required",
    "12 SIM PUK required",
    "13 SIM failure",
    "14 SIM busy",
    "15 SIM wrong",
    "16 incorrect password",
    "17 SIM PIN2 required",
    "18 SIM PUK2 required",
    "20 memory full",
    "21 invalid index",
    "22 not found",
    "23 memory failure",
    "24 text string too long",
    "25 invalid characters in text string",
    "26 dial string too long",
    "27 invalid characters in dial string",
    "30 no network service",
    "31 network timeout",
    "32 network not allowed - emergency call only",
    "40 network personalization PIN required",
    "41 network personalization PUK required",
    "42 network subset personalization PIN required",
    "43 network subset personalization PUK required",
    "44 service provider personalization PIN required",
    "45 service provider personalization PUK required",
    "46 corporate personalization PIN required",
    "47 corporate personalization PUK required",
    "99 resource limitation",
    "100 unknown",
    "103 Illegal MS",
    "106 Illegal ME",
    "107 GPRS services not allowed",
    "111 PLMN not allowed",
    "112 Location area not allowed",
    "113 Roaming not allowed in this location area",
    "132 service option not supported",
    "133 requested service option not subscribed",
    "134 service option temporarily out of order",
    "148 unspecified GPRS error",
    "149 PDP authentication failure",
    "150 invalid mobile class",
    "160 DNS resolve failed",
    "161 Socket open failed",
    "171 MMS task is busy now",
    "172 The MMS data is oversize",
    "173 The operation is overtime",
    "174 There is no MMS receiver",
    "175 The storage for address is full",
    "176 Not find the address",
    "177 The connection to network is failed",
    "178 Failed to read push message",
    "179 This is not a push message",
    "180 gprs is not attached",
    "181 tcpip stack is busy",
    "182 The MMS storage is full",
    "183 The box is empty",
    "184 failed to save MMS",
    "185 It is in edit mode",
    "186 It is not in edit mode",
    "187 No content in the buffer",
    "188 Not find the file",
    "189 Failed to receive MMS",
    "190 Failed to read MMS",
    "191 Not M-Notification.ind",
    "192 The MMS enclosure is full",
    "193 Unknown",
    "600 No Error",
    "601 Unrecognized Command",
    "602 Return Value Error",
    "603 Syntax Error",
    "604 Unspecified Error",
    "605 Data Transfer Already",
    "606 Action Already",
    "607 Not At Cmd",
    "608 Multi Cmd too long",
    "609 Abort Cops",
    "610 No Call Disc",
    "611 BT SAP Undefined",
    "612 BT SAP Not Accessible",
    "613 BT SAP Card Removed",
    "614 AT Not Allowed By Customer",
    "753 missing required cmd parameter",
    "754 invalid SIM command",
    "755 invalid File Id",
    "756 missing required P1/2/3 parameter",
    "757 invalid P1/2/3 parameter",
    "758 missing required command data",
    "759 invalid characters in command data",
    "765 Invalid input value",
    "766 Unsupported mode",
    "767 Operation failed",
    "768 Mux already running",
    "769 Unable to get control",
    "770 SIM network reject",
    "771 Call setup in progress",
    "772 SIM powered down",
    "773 SIM file not present",
    "791 Param count not enough",
    "792 Param count beyond",
    "793 Param value range beyond",
    "794 Param type not match",
    "795 Param format invalid",
    "796 Get a null param",
    "797 CFUN state is 0 or 4",
};
#define LAST 1000

static void every_number_has_the_manual_s_text(void **state)
{
    uint8_t known[LAST] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        unsigned number;
        int at;
        assert_int_equal(sscanf(table[i], "%u %n", &number, &at), 1);
        assert_string_equal(ffx_at_cme_text((int)number), table[i] + at);
        known[number] = 1;
    }
    for (int number = -1; number < LAST; number++)
        if (number < 0 || !known[number])
            assert_string_equal(ffx_at_cme_text(number), "unknown");
}

/* One command for each error that a TE can provoke. */
static void check_forms(const char *typed, int number)
{
    char line[160], said[160];
    snprintf(line, sizeof line, "AT+CMEE=0;%s\r", typed);
    expect(line, "\r\nERROR\r\n");
    snprintf(line, sizeof line, "AT+CMEE=1;%s\r", typed);
    snprintf(said, sizeof said, "\r\n+CME ERROR: %d\r\n", number);
    expect(line, said);
    snprintf(line, sizeof line, "AT+CMEE=2;%s\r", typed);
    snprintf(said, sizeof said, "\r\n+CME ERROR: %s\r\n",
             ffx_at_cme_text(number));
    expect(line, said);
}

static void cmee_prints_nothing_the_number_or_the_text(void **state)
{
    (void)state;
    check_forms("+CFOTA=7", 3);
    check_forms("+CMEE=3", 3);
    b.config.sim_pin = "1234";
    restart();
    check_forms("+CNACT=1", 11);
    check_forms("+CPIN=4321", 16);
    check_forms("+CNACT=1", 12); /* three wrong ones */
    b.config.sim_pin = NULL;
    restart();
    check_forms("+CNACT=1", 10);
    b.config.sim_pin = "";
    restart();
    expect("AT+CFUN=0\r", "\r\n+CPIN: NOT READY\r\n" OK);
    check_forms("+CNACT=1", 797);
}

static void cmee_is_not_saved(void **state)
{
    (void)state;
    expect("AT+CMEE=2;&W\r", OK);
    restart();
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n" OK);
}

static void an_unknown_command_is_error_or_601(void **state)
{
    static const char *const unknown[] = {
        "AT+NONE\r",      "AT+NONE?\r",   "AT+NONE=?\r",
        "AT+NONE=1\r",    "AT+CREBOOT\r", /* only a SIM7070 has it */
        "AT+CREBOOT=?\r", "ATY\r",        "AT&Y\r",
    };
    uint8_t quirks[FFX_QUIRKS];
    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        expect("AT+CMEE=2\r", OK);
        expect(unknown[i], "\r\nERROR\r\n");
    }
    ffx_module_quirks(FFX_PROFILE_MANUAL, quirks);
    assert_int_equal(ffx_module_quirk_set(quirks, "D26=cme"), 0);
    b.config.quirks = quirks;
    restart();
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        expect("AT+CMEE=0\r", OK);
        expect(unknown[i], "\r\nERROR\r\n");
        expect("AT+CMEE=1\r", OK);
        expect(unknown[i], "\r\n+CME ERROR: 601\r\n");
        expect("AT+CMEE=2\r", OK);
        expect(unknown[i], "\r\n+CME ERROR: Unrecognized Command\r\n");
    }
}

static void a_cme_error_ends_the_line(void **state)
{
    (void)state;
    expect("AT+CMEE=1;+GSN;+CFOTA=7;+CMEE=2;+GSN\r",
           "\r\n869951030000019\r\n\r\n+CME ERROR: 3\r\n");
    expect("AT+CMEE?\r", "\r\n+CMEE: 1\r\n" OK);
}

#define ERRORS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ERRORS(every_number_has_the_manual_s_text),
        ERRORS(cmee_prints_nothing_the_number_or_the_text),
        ERRORS(cmee_is_not_saved),
        ERRORS(an_unknown_command_is_error_or_601),
        ERRORS(a_cme_error_ends_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
