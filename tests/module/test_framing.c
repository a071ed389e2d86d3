/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the text: echo, CR LF, result codes, concatenation, and
 * where a URC may come. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_start(&b, FFX_PROFILE_MANUAL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static void expect(const char *typed, const char *said)
{
    assert_string_equal(module_bench_say(&b, typed), said);
}

static void an_answer_is_framed_as_the_manual_says(void **state)
{
    (void)state;
    expect("AT\r", "AT\r\r\nOK\r\n");
    expect("AT+GSN\r", "AT+GSN\r\r\n869951030000019\r\n\r\nOK\r\n");
    expect("AT+GSV\r", "AT+GSV\r\r\nSIMCOM_Ltd\r\nSIMCOM_SIM7000G\r\n"
                       "Revision:1529B04SIM7000G\r\n\r\nOK\r\n");
    expect("ATI\r", "ATI\r\r\nSIM7000G R1529\r\n\r\nOK\r\n");
    expect("AT+SIMCOMATI\r",
           "AT+SIMCOMATI\r\r\nRevision:1529B04SIM7000G\r\nCSUB:V01\r\n"
           "APRev:1529B04SIM7000,V01\r\n"
           "QCN:MDM9206_TX3.0.SIM7000G_P1.03_20220415\r\n"
           "IMEI:869951030000019\r\n\r\nOK\r\n");
    expect("AT+NONE\r", "AT+NONE\r\r\nERROR\r\n");
}

static void echo_can_be_switched_off(void **state)
{
    (void)state;
    expect("ATE0\r", "ATE0\r\r\nOK\r\n");
    expect("AT+GSN\r\n", "\r\n869951030000019\r\n\r\nOK\r\n");
    expect("ATE1\r\n", "\r\nOK\r\n");
    expect("at\r\n", "at\r\r\nOK\r\n"); /* as typed, without the LF */
}

static void atv0_answers_in_digits(void **state)
{
    (void)state;
    expect("ATE0V0\r", "ATE0V0\r0\r");
    expect("AT+GSN\r", "869951030000019\r\n0\r");
    expect("AT+GSV\r", "SIMCOM_Ltd\r\nSIMCOM_SIM7000G\r\n"
                       "Revision:1529B04SIM7000G\r\n0\r");
    expect("AT+NONE\r", "4\r");
    expect("ATV1\r", "\r\nOK\r\n");
}

static void atq1_keeps_the_text_and_drops_the_result(void **state)
{
    (void)state;
    expect("ATE0Q1\r", "ATE0Q1\r");
    expect("AT+GSN\r", "\r\n869951030000019\r\n");
    expect("AT+NONE\r", "");
    expect("ATQ0\r", "\r\nOK\r\n");
}

static void cmee_chooses_the_form_of_an_error(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0\r");
    expect("AT+CFOTA=7\r", "\r\nERROR\r\n");
    expect("AT+CMEE=1;+CFOTA=7\r", "\r\n+CME ERROR: 3\r\n");
    expect("AT+CMEE=2;+CFOTA=7\r", "\r\n+CME ERROR: operation not allowed\r\n");
    expect("AT+NONE\r", "\r\nERROR\r\n"); /* D26: at every CMEE */
    expect("AT+CMEE?\r", "\r\n+CMEE: 2\r\n\r\nOK\r\n");
    expect("AT+CMEE=?\r", "\r\n+CMEE: (0,1,2)\r\n\r\nOK\r\n");
    expect("AT+CMEE=3\r", "\r\n+CME ERROR: operation not allowed\r\n");
    expect("AT+CMGR=1\r", "\r\n+CMS ERROR: 321\r\n");
}

static void a_concatenated_line_has_one_result(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0\r");
    expect("ATE0+GSN;+CFOTA?;&C1\r",
           "\r\n869951030000019\r\n\r\n+CFOTA: 8\r\n\r\nOK\r\n");
}

static void a_concatenated_line_stops_at_the_first_error(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0\r");
    expect("AT+GSN;+NONE;+CMEE=1\r", "\r\n869951030000019\r\n\r\nERROR\r\n");
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n\r\nOK\r\n");
    expect("AT+GSN;+CFOTA=9;+CMEE=1\r", "\r\n869951030000019\r\n\r\nERROR\r\n");
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n\r\nOK\r\n");
}

static void a_line_over_the_limits_is_not_executed_at_all(void **state)
{
    char typed[700];
    (void)state;
    module_bench_say(&b, "ATE0\r");
    strcpy(typed, "ATE1");
    memset(typed + 4, 'E', FFX_AT_COMMANDS_MAX);
    strcpy(typed + 4 + FFX_AT_COMMANDS_MAX, "\r");
    expect(typed, "\r\nERROR\r\n"); /* 40 commands */
    strcpy(typed + 3 + FFX_AT_COMMANDS_MAX, "\r");
    expect(typed, "\r\nOK\r\n"); /* 39, the last one ATE0 */
    strcpy(typed, "AT+CMEE=1;+CNACT=1,\"");
    memset(typed + 20, 'x', 560);
    strcpy(typed + 580, "\"\r");
    expect(typed, "\r\nERROR\r\n");
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n\r\nOK\r\n");
}

static void a_slash_repeats_the_line(void **state)
{
    (void)state;
    expect("AT+GSN\r", "AT+GSN\r\r\n869951030000019\r\n\r\nOK\r\n");
    expect("A/", "A/\r\n869951030000019\r\n\r\nOK\r\n");
}

static void the_longest_answer_fits_through_the_smallest_ring(void **state)
{
    char once[4000] = "", typed[64];
    (void)state;
    module_bench_say(&b, "ATE0\r");
    for (int cid = 1; cid <= 24; cid++) {
        snprintf(typed, sizeof typed, "AT+CGDCONT=%d,\"IPV6\",\"apn.%d\"\r",
                 cid, cid);
        expect(typed, "\r\nOK\r\n");
    }
    strcpy(once, module_bench_say(&b, "AT+CGDCONT?;+CGDCONT?\r"));
    assert_non_null(strstr(once, "+CGDCONT: 24,\"IPV6\",\"apn.24\""));
    b.take = 1;
    expect("AT+CGDCONT?;+CGDCONT?\r", once);
    b.take = 1000;
    expect("AT+CGDCONT?;+CGDCONT?\r", once);
}

/* The TE sends on without reading: nothing is lost, nothing is overwritten. */
static void a_te_that_does_not_read_holds_the_module_back(void **state)
{
    const char *line = "AT+GSV\r";
    uint32_t taken = 0, offered = 0;
    (void)state;
    for (int i = 0; i < 100; i++) {
        taken += ffx_module_feed(&b.module, FFX_PORT_UART, line + taken % 7,
                                 7 - taken % 7, b.now_ms);
        offered += 7;
    }
    assert_true(taken < offered);
    assert_true(taken > 7);
    const char *said = module_bench_wait(&b, 100);
    assert_int_equal(strncmp(said, "AT+GSV\r\r\nSIMCOM_Ltd\r\n", 21), 0);
    for (uint32_t i = 0; i < taken / 7; i++) {
        said = strstr(said, "AT+GSV\r\r\nSIMCOM_Ltd\r\nSIMCOM_SIM7000G\r\n"
                            "Revision:1529B04SIM7000G\r\n\r\nOK\r\n");
        assert_non_null(said);
        said++;
    }
}

static void a_urc_waits_for_the_line_that_is_being_typed(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0\r");
    expect("AT+CNACT=1\r", "\r\nOK\r\n");
    expect("AT+G", "");
    assert_string_equal(module_bench_wait(&b, 1000), "");
    expect("SN\r", "\r\n869951030000019\r\n\r\nOK\r\n"
                   "\r\n+APP PDP: ACTIVE\r\n");
}

static void a_forgotten_half_line_does_not_hold_urcs_for_ever(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0\r");
    expect("AT+CNACT=1\r", "\r\nOK\r\n");
    expect("AT+G", "");
    assert_string_equal(module_bench_wait(&b, 3000),
                        "\r\n+APP PDP: ACTIVE\r\n");
}

static void a_urc_does_not_come_between_the_pieces_of_an_answer(void **state)
{
    static uint8_t data[5000];
    uint32_t length;
    (void)state;
    memset(data, 'd', sizeof data);
    module_bench_put_file(&b, FFX_DIR_FOTA, "x", data, sizeof data);
    module_bench_say(&b, "ATE0+CFSINIT;+CNACT=1\r");
    const char *typed = "AT+CFSRFILE=1,\"x\",0,5000,0\r";
    ffx_module_feed(&b.module, FFX_PORT_UART, typed, (uint32_t)strlen(typed),
                    b.now_ms);
    /* The bearer answers while most of the file still has to go. */
    b.now_ms += 1000;
    ffx_module_poll(&b.module, b.now_ms);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    assert_true(length > 0 && length <= sizeof b.tx[0]);
    const char *said = module_bench_wait(&b, 100);
    const size_t head = strlen("\r\n+CFSRFILE: 5000\r\n");
    assert_memory_equal(said, "\r\n+CFSRFILE: 5000\r\n", head);
    assert_memory_equal(said + head, data, sizeof data);
    assert_string_equal(said + head + sizeof data,
                        "\r\nOK\r\n\r\n+APP PDP: ACTIVE\r\n");
}

static void a_urc_waits_while_an_answer_waits_for_room(void **state)
{
    static const char urc[] = "\r\n+APP PDP: ACTIVE\r\n";
    static char alone[4000], said[4000];
    uint32_t length;
    (void)state;
    module_bench_say(&b, "ATE0\r");
    for (int cid = 1; cid <= 24; cid++) {
        snprintf(said, sizeof said, "AT+CGDCONT=%d,\"IP\",\"apn\"\r", cid);
        module_bench_say(&b, said);
    }
    strcpy(alone, module_bench_say(&b, "AT+CGDCONT?\r"));
    module_bench_say(&b, "AT+CNACT=1\r");
    ffx_module_feed(&b.module, FFX_PORT_UART, "AT+CGDCONT?\r", 12, b.now_ms);
    b.now_ms += 1000;
    ffx_module_poll(&b.module, b.now_ms);
    /* Room for a URC, not for the next piece. */
    const uint8_t *first = ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    assert_true(length >= 100);
    memcpy(said, first, 100);
    ffx_module_tx_ack(&b.module, FFX_PORT_UART, 100);
    ffx_module_poll(&b.module, b.now_ms);
    strcpy(said + 100, module_bench_wait(&b, 10));
    strcat(alone, urc);
    assert_string_equal(said, alone);
}

static void a_urc_waits_while_file_data_is_taken(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0+CFSINIT;+CNACT=1\r");
    expect("AT+CFSWFILE=1,\"x\",0,3,5000\r", "\r\nDOWNLOAD\r\n");
    assert_string_equal(module_bench_wait(&b, 1000), "");
    expect("ab", "");
    expect("c", "\r\nOK\r\n\r\n+APP PDP: ACTIVE\r\n");
}

static void settings_survive_as_the_manual_says(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE0&C0\r");
    module_bench_say(&b, "AT+CNMP=38;+CMNB=1;+CSCLK=1;+CMEE=2\r");
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    /* CNMP, CMNB, CSCLK are AUTO_SAVE; E, &C, CMEE are not. */
    expect("AT+CNMP?\r", "AT+CNMP?\r\r\n+CNMP: 38\r\n\r\nOK\r\n");
    expect("AT+CMNB?\r", "AT+CMNB?\r\r\n+CMNB: 1\r\n\r\nOK\r\n");
    expect("AT+CSCLK?\r", "AT+CSCLK?\r\r\n+CSCLK: 1\r\n\r\nOK\r\n");
    expect("AT+CMEE?\r", "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");
    module_bench_say(&b, "ATE0&W\r");
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    expect("ATE1\r", "\r\nOK\r\n");
    expect("ATZ\r", "ATZ\r\r\nOK\r\n");
    expect("AT&F\r", "\r\nOK\r\n");
    expect("AT\r", "AT\r\r\nOK\r\n");
}

static void a_damaged_blob_of_settings_means_defaults(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNMP=38\r");
    for (uint32_t i = 0; i < b.settings_length; i++) {
        b.settings[i] ^= 0x10;
        module_bench_boot(&b);
        assert_int_equal(b.module.settings.mode, 2);
        b.settings[i] ^= 0x10;
    }
    module_bench_boot(&b);
    assert_int_equal(b.module.settings.mode, 38);
}

static void the_rate_changes_when_the_answer_has_left(void **state)
{
    const char *typed = "AT+IPR=9600\r";
    uint32_t length;
    (void)state;
    assert_int_equal(b.rate, 115200);
    ffx_module_feed(&b.module, FFX_PORT_UART, typed, 12, b.now_ms);
    assert_int_equal(b.rate, 115200);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    ffx_module_tx_ack(&b.module, FFX_PORT_UART, length);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    ffx_module_tx_ack(&b.module, FFX_PORT_UART, length);
    assert_int_equal(b.rate, 9600);
    expect("AT+IPR=460800\r", "AT+IPR=460800\r\r\nERROR\r\n");
    assert_int_equal(b.rate, 9600);
}

static void flow_control_reaches_the_port(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+IFC=2,1\r");
    assert_int_equal(b.flow_from_te, 2);
    assert_int_equal(b.flow_to_te, 1);
    module_bench_say(&b, "AT+IFC=2\r");
    assert_int_equal(b.flow_to_te, 2);
    expect("AT+IFC?\r", "AT+IFC?\r\r\n+IFC: 2,2\r\n\r\nOK\r\n");
}

#define FRAMING(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRAMING(an_answer_is_framed_as_the_manual_says),
        FRAMING(echo_can_be_switched_off),
        FRAMING(atv0_answers_in_digits),
        FRAMING(atq1_keeps_the_text_and_drops_the_result),
        FRAMING(cmee_chooses_the_form_of_an_error),
        FRAMING(a_concatenated_line_has_one_result),
        FRAMING(a_concatenated_line_stops_at_the_first_error),
        FRAMING(a_line_over_the_limits_is_not_executed_at_all),
        FRAMING(a_slash_repeats_the_line),
        FRAMING(the_longest_answer_fits_through_the_smallest_ring),
        FRAMING(a_te_that_does_not_read_holds_the_module_back),
        FRAMING(a_urc_waits_for_the_line_that_is_being_typed),
        FRAMING(a_forgotten_half_line_does_not_hold_urcs_for_ever),
        FRAMING(a_urc_does_not_come_between_the_pieces_of_an_answer),
        FRAMING(a_urc_waits_while_an_answer_waits_for_room),
        FRAMING(a_urc_waits_while_file_data_is_taken),
        FRAMING(settings_survive_as_the_manual_says),
        FRAMING(a_damaged_blob_of_settings_means_defaults),
        FRAMING(the_rate_changes_when_the_answer_has_left),
        FRAMING(flow_control_reaches_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
