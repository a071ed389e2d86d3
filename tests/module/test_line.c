/* SPDX-License-Identifier: Apache-2.0 */
/* The line itself (manual 1.4, 1.6, 2.2, 20.3): limits, result codes, levels,
 * registers, rate, flow control, what is stored. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

#define GMR "\r\nRevision:1529B04SIM7000G\r\n" OK
#define REST_OF_BOOT "\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"

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

/* A fresh module with one switch thrown. */
static void start_with(const char *quirk)
{
    module_bench_end(&b);
    module_bench_init(&b, FFX_PROFILE_MANUAL);
    ffx_module_quirks(FFX_PROFILE_MANUAL, quirks);
    assert_int_equal(ffx_module_quirk_set(quirks, quirk), 0);
    b.config.quirks = quirks;
    restart();
}

/* --- limits -------------------------------------------------------------- */

static void any_letter_case_will_do(void **state)
{
    (void)state;
    expect("at+gsn\r", "\r\n869951030000019\r\n" OK);
    expect("aT+CfSInit;+cfsTERM\r", OK);
    expect("At&f;e0;s0?\r", "\r\n000\r\n" OK);
}

/* "AT", `length` characters that say CMEE=1 and then blanks, CR. */
static const char *line_of(uint32_t length)
{
    static char line[700];
    memset(line, ' ', sizeof line);
    memcpy(line, "AT+CMEE=1;", 10);
    memcpy(line + 2 + length, "\r", 2);
    return line;
}

static void a_line_has_at_most_559_characters(void **state)
{
    (void)state;
    expect(line_of(560), ERROR);
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n" OK);
    expect(line_of(559), OK);
    expect("AT+CMEE?\r", "\r\n+CMEE: 1\r\n" OK);
    expect("AT+CMEE=0\r", OK);
    expect(line_of(560), ERROR);
    expect("A/", ERROR); /* again, and nothing of it either */
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n" OK);
    expect(line_of(10), OK); /* a long line spoils no later one */
}

static void a_line_has_at_most_39_commands(void **state)
{
    char line[300] = "AT+CMEE=1";
    (void)state;
    for (uint32_t i = 2; i <= 39; i++)
        strcat(line, ";S0=0");
    strcat(line, "\r");
    expect(line, OK);
    expect("AT+CMEE?;+CMEE=0\r", "\r\n+CMEE: 1\r\n" OK);
    strcpy(line + strlen(line) - 1, ";S0=0\r");
    expect(line, ERROR);
    expect("AT+CMEE?\r", "\r\n+CMEE: 0\r\n" OK);
}

static void basic_commands_need_no_separator(void **state)
{
    (void)state;
    b.rate = 0;
    expect("ATE1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200\r", OK);
    assert_int_equal(b.rate, 115200);
    expect("ATS0?\r", "ATS0?\r\r\n001\r\n" OK);
    expect("ATE0S0=7S7=9S0?S7?+GSN;+CMEE?\r",
           "ATE0S0=7S7=9S0?S7?+GSN;+CMEE?\r\r\n007\r\n\r\n009\r\n"
           "\r\n869951030000019\r\n\r\n+CMEE: 0\r\n" OK);
    expect("ATE0 V1 Q0\r", OK);
    expect("ATE0;V1;\r", OK);
    expect("AT+CMEE=0S0=1\r", ERROR); /* an extended one does */
}

static void a_string_may_stand_without_quotes(void **state)
{
    (void)state;
    expect("AT+CNACT=1,ctnb\r", OK);
    module_bench_wait(&b, 1000);
    expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CFSINIT;+CFSWFILE=1,u.zip,0,1,1000\r", "\r\nDOWNLOAD\r\n");
    expect("x", OK);
    assert_non_null(module_bench_file(&b, FFX_DIR_FOTA, "u.zip"));
}

static void a_slash_repeats_whatever_the_line_was(void **state)
{
    (void)state;
    expect("AT+CMEE=1;+CFOTA=7\r", "\r\n+CME ERROR: 3\r\n");
    expect("A/", "\r\n+CME ERROR: 3\r\n");
    expect("a/a/", "\r\n+CME ERROR: 3\r\n\r\n+CME ERROR: 3\r\n");
}

/* --- result codes -------------------------------------------------------- */

static void nothing_connects(void **state)
{
    static const char *const calls[] = {
        "ATD112;\r", "ATDT0123\r", "ATD*99#\r", "ATD*99***1#\r",
        "ATD\r",     "ATA\r",      "ATO\r",     "ATO0\r",
    };
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        expect(calls[i], "\r\nNO CARRIER\r\n");
        expect("ATV0\r", "0\r");
        expect(calls[i], "3\r");
        expect("ATV1\r", OK);
    }
    expect("ATD+4930;+GSN\r", "\r\nNO CARRIER\r\n"); /* the line ends */
    expect("ATH\r", OK);
    expect("ATH0\r", OK);
    expect("ATH5\r", ERROR);
}

static void digits_stand_for_every_result_code(void **state)
{
    (void)state;
    expect("ATV0\r", "0\r");
    expect("AT+NONE\r", "4\r");
    expect("AT+CFOTA=7\r", "4\r");
    expect("ATA\r", "3\r");
    expect("AT+CMEE=1\r", "0\r");
    expect("AT+CFOTA=7\r", "+CME ERROR: 3\r\n"); /* has no digit */
    expect("AT+CFSINIT\r", "0\r");
    expect("AT+CFSWFILE=1,\"x\",0,1,1000\r", "DOWNLOAD\r\n");
    expect("x", "0\r");
    expect("AT+CFSRFILE=1,\"x\",0,1,0\r", "+CFSRFILE: 1\r\nx0\r");
}

static void q1_is_silent_about_results_of_every_kind(void **state)
{
    (void)state;
    expect("ATQ1\r", "");
    expect("AT+NONE\r", "");
    expect("AT+CMEE=1;+CFOTA=7\r", "");
    expect("ATA\r", "");
    expect("AT+CNACT=1\r", "");
    assert_string_equal(module_bench_wait(&b, 1000),
                        "\r\n+APP PDP: ACTIVE\r\n"); /* a URC is no result */
    expect("AT+GSN\r", "\r\n869951030000019\r\n");
}

/* --- registers and the stored profile ------------------------------------ */

static void registers_keep_what_they_are_told(void **state)
{
    static const struct {
        const char *name;
        int factory, value;
    } registers[] = {{"S0", 0, 255},
                     {"S6", 2, 10},
                     {"S7", 60, 1},
                     {"S8", 2, 0},
                     {"S10", 15, 254}};
    char typed[40], said[40];
    (void)state;
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        const char *name = registers[i].name;
        snprintf(typed, sizeof typed, "AT%s?\r", name);
        snprintf(said, sizeof said, "\r\n%03d\r\n" OK, registers[i].factory);
        expect(typed, said);
        snprintf(typed, sizeof typed, "AT%s=%d%s?\r", name, registers[i].value,
                 name);
        snprintf(said, sizeof said, "\r\n%03d\r\n" OK, registers[i].value);
        expect(typed, said);
        snprintf(typed, sizeof typed, "AT%s=256\r", name);
        expect(typed, ERROR);
    }
    expect("ATS3=13S4=10S5=8\r", OK);
    expect("ATS3?S4?S5?\r", "\r\n013\r\n\r\n010\r\n\r\n008\r\n" OK);
    expect("ATS3=10\r", ERROR);
    expect("ATS4=13\r", ERROR);
    expect("ATS5=9\r", ERROR);
    expect("ATS9=1\r", ERROR);
}

static void the_profile_is_seen_stored_and_recalled(void **state)
{
    static const char profile[] =
        "\r\nACTIVE PROFILE\r\nE: 0\r\nV: 1\r\nQ: 0\r\nX: 1\r\n&C: 0\r\n"
        "&D: 2\r\nS0: 3\r\nS3: 13\r\nS4: 10\r\nS5: 8\r\nS6: 2\r\nS7: 60\r\n"
        "S8: 2\r\nS10: 15\r\n" OK;
    (void)state;
    expect("ATX1&C0&D2S0=3\r", OK);
    expect("AT&V\r", profile);
    expect("AT&W\r", OK);
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    expect("AT&V\r", profile);
    expect("AT&FE0\r", OK);
    expect("ATS0?\r", "\r\n000\r\n" OK);
    expect("ATZ\r", OK);
    expect("AT&V\r", profile);
    expect("ATZ1\r", ERROR);
    expect("AT&W1\r", ERROR);
    expect("AT&F1\r", ERROR);
    expect("ATX5\r", ERROR);
    expect("ATE2\r", ERROR);
}

/* --- rate, frame, flow control ------------------------------------------- */

static void every_rate_of_the_manual_and_no_other(void **state)
{
    static const uint32_t rates[] = {
        300,     600,     1200,    2400,    4800,    9600,
        19200,   38400,   57600,   115200,  230400,  921600,
        2000000, 2900000, 3000000, 3200000, 3686400, 4000000};
    char typed[40], said[40];
    (void)state;
    expect("AT+IPR=?\r",
           "\r\n+IPR: (0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,"
           "230400,921600,2000000,2900000,3000000,3200000,3686400,4000000)"
           "\r\n" OK);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        snprintf(typed, sizeof typed, "AT+IPR=%u\r", (unsigned)rates[i]);
        expect(typed, OK);
        assert_int_equal(b.rate, rates[i]);
        b.rate = 1;
        restart(); /* saved by itself */
        assert_int_equal(b.rate, rates[i]);
        snprintf(said, sizeof said, "\r\n+IPR: %u\r\n" OK, (unsigned)rates[i]);
        expect("AT+IPR?\r", said);
    }
    expect("AT+IPR=460800\r", ERROR);
    expect("AT+IPR=1\r", ERROR);
    expect("AT+IPR=4000001\r", ERROR);
}

/* Behind the result code of the line, not of the command. */
static void the_rate_waits_for_the_end_of_the_line(void **state)
{
    uint32_t length = 1;
    (void)state;
    b.deaf[0] = 1;
    expect("AT+IPR=9600;+GSV\r", "");
    while (length > 0) {
        assert_int_equal(b.rate, 115200);
        ffx_module_tx(&b.module, FFX_PORT_UART, &length);
        ffx_module_tx_ack(&b.module, FFX_PORT_UART, 1);
        ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    }
    assert_int_equal(b.rate, 9600);
}

static void in_auto_baud_w_names_the_rates(void **state)
{
    static const char rates[] =
        "\r\nAutobaud support: (9600,19200,38400,57600,115200).\r\n" OK;
    (void)state;
    expect("AT&W\r", OK);
    expect("AT+IPR=0\r", OK);
    expect("AT&FZE0&W\r", rates);
    module_bench_boot(&b);
    assert_string_equal(module_bench_wait(&b, 2000), "");
    expect("AT\r", OK); /* E0 was stored */
}

static void the_factory_may_choose_auto_baud(void **state)
{
    (void)state;
    start_with("D25=auto");
    assert_int_equal(b.rate, 0);
    module_bench_boot(&b);
    assert_string_equal(module_bench_wait(&b, 2000), "");
    expect("ATE0\r", "ATE0\r" OK);
    expect("AT+IPR=9600\r", OK);
    expect("AT&F\r", OK); /* back to the factory's */
    assert_int_equal(b.rate, 0);
    start_with("D25=fixed");
    assert_int_equal(b.rate, 115200);
}

static void the_frame_is_kept_and_not_saved(void **state)
{
    (void)state;
    expect("AT+ICF?\r", "\r\n+ICF: 3,3\r\n" OK);
    expect("AT+ICF=?\r", "\r\n+ICF: (1-6),(0,1,3)\r\n" OK);
    expect("AT+ICF=2,1\r", OK);
    expect("AT+ICF?\r", "\r\n+ICF: 2,1\r\n" OK);
    expect("AT+ICF=3\r", OK);
    expect("AT+ICF?\r", "\r\n+ICF: 3,255\r\n" OK);
    expect("AT+ICF=0\r", ERROR);
    expect("AT+ICF=7\r", ERROR);
    expect("AT+ICF=3,2\r", ERROR);
    expect("AT+ICF=3,4\r", ERROR);
    restart();
    expect("AT+ICF?\r", "\r\n+ICF: 3,3\r\n" OK);
}

static void flow_control_is_not_saved(void **state)
{
    (void)state;
    expect("AT+IFC=?\r", "\r\n+IFC: (0-2),(0-2)\r\n" OK);
    expect("AT+IFC?\r", "\r\n+IFC: 0,0\r\n" OK);
    expect("AT+IFC=2,2;&W\r", OK);
    restart();
    assert_int_equal(b.flow_to_te, 0);
    expect("AT+IFC?\r", "\r\n+IFC: 0,0\r\n" OK);
    expect("AT+IFC=3\r", ERROR);
    start_with("D7=rtscts");
    assert_int_equal(b.flow_from_te, 2);
    assert_int_equal(b.flow_to_te, 2);
    expect("AT+IFC?\r", "\r\n+IFC: 2,2\r\n" OK);
}

static void xoff_holds_the_module_back(void **state)
{
    (void)state;
    expect("AT+IFC=1,1\r", OK);
    expect("\x13"
           "AT+GMR\r",
           "");
    assert_string_equal(module_bench_wait(&b, 5000), "");
    expect("\x11", GMR);
    expect("AT+G\x11MR\r", GMR); /* never a part of the line */
    expect("\x13"
           "AT+IFC=0,0\r",
           OK); /* an XOFF of the past */
    expect("AT+GMR\r", GMR);
}

static uint32_t count_of(const char *text, const char *word)
{
    uint32_t count = 0;
    while ((text = strstr(text, word)) != NULL) {
        text += strlen(word);
        count++;
    }
    return count;
}

/* A UART obeys XON when it comes, not when what was typed before it has got
 * its answers: those wait for the XON. */
static void xon_comes_through_although_bytes_before_it_wait(void **state)
{
    char typed[60 * 7 + 2] = "";
    (void)state;
    expect("AT+IFC=1,1\r", OK);
    expect("\x13", "");
    for (int i = 0; i < 60; i++)
        strcat(typed, "AT+GMR\r");
    strcat(typed, "\x11");
    assert_int_equal(count_of(module_bench_say(&b, typed), GMR), 60);
}

static void xoff_comes_through_behind_the_end_of_a_line(void **state)
{
    static const char typed[] = "AT+CFSRFILE=1,\"x\",0,5000,0\r\n\x13";
    static uint8_t data[5000];
    uint32_t length;
    (void)state;
    module_bench_put_file(&b, FFX_DIR_FOTA, "x", data, sizeof data);
    expect("AT+CFSINIT;+IFC=1,1\r", OK);
    assert_true(ffx_module_feed(&b.module, 0, typed, sizeof typed - 1,
                                b.now_ms) < sizeof typed - 1);
    ffx_module_tx(&b.module, 0, &length);
    assert_int_equal(length, 0);
}

/* The UART works until the reset, whatever the command set does. */
static void xon_lets_the_last_answer_out(void **state)
{
    (void)state;
    expect("AT+IFC=1,1\r", OK);
    expect("\x13"
           "AT+CFUN=1,1\r",
           "");
    expect("AT\r\x11", OK);
    assert_int_equal(b.resets, 1);
}

/* Which is why nobody may use it for a file (manual 1.6.1). */
static void software_flow_control_eats_file_data(void **state)
{
    (void)state;
    expect("AT+CFSINIT;+IFC=1,1\r", OK);
    expect("AT+CFSWFILE=1,\"x\",0,4,1000\r", "\r\nDOWNLOAD\r\n");
    expect("a\x11"
           "b\x11",
           "");
    expect("cd", OK);
    assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data, "abcd",
                        4);
    expect("AT+IFC=2,2\r", OK);
    expect("AT+CFSWFILE=1,\"x\",0,4,1000\r", "\r\nDOWNLOAD\r\n");
    expect("a\x11\x13"
           "d",
           OK);
    assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data,
                        "a\x11\x13"
                        "d",
                        4);
}

/* --- boot ---------------------------------------------------------------- */

static void a_boot_may_take_as_long_as_a_real_one(void **state)
{
    (void)state;
    b.config.boot_ms = 4500;
    module_bench_boot(&b);
    assert_string_equal(module_bench_wait(&b, 4400), "");
    expect("AT\r", ""); /* the UART is dead */
    assert_string_equal(module_bench_wait(&b, 100), "\r\nRDY\r\n");
    expect("AT\r", "AT\r" OK);
    assert_string_equal(module_bench_wait(&b, 10000), REST_OF_BOOT);
    b.config.boot_ms = 600001;
    assert_int_equal(ffx_module_init(&b.module, &b.config, 0),
                     FFX_ERR_ARGUMENT);
}

/* --- the blob of settings ------------------------------------------------ */

static void any_bit_of_the_settings_may_flip(void **state)
{
    (void)state;
    expect("AT+CNMP=38;+CSCLK=1;+CPSMS=1;+CLTS=1;S0=9&W\r", OK);
    for (uint32_t bit = 0; bit < b.settings_length * 8; bit++) {
        b.settings[bit / 8] ^= (uint8_t)(1u << bit % 8);
        module_bench_boot(&b);
        assert_int_equal(b.module.settings.mode, 2);
        assert_int_equal(b.module.settings.sleep, 0);
        assert_int_equal(b.module.settings.user.registers[0], 0);
        b.settings[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (uint32_t length = b.settings_length; length-- > 0;) {
        const uint32_t whole = b.settings_length;
        b.settings_length = length;
        module_bench_boot(&b);
        assert_int_equal(b.module.settings.mode, 2);
        b.settings_length = whole;
    }
    module_bench_boot(&b);
    assert_int_equal(b.module.settings.mode, 38);
    assert_int_equal(b.module.settings.user.registers[0], 9);
}

#define LINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE(any_letter_case_will_do),
        LINE(a_line_has_at_most_559_characters),
        LINE(a_line_has_at_most_39_commands),
        LINE(basic_commands_need_no_separator),
        LINE(a_string_may_stand_without_quotes),
        LINE(a_slash_repeats_whatever_the_line_was),
        LINE(nothing_connects),
        LINE(digits_stand_for_every_result_code),
        LINE(q1_is_silent_about_results_of_every_kind),
        LINE(registers_keep_what_they_are_told),
        LINE(the_profile_is_seen_stored_and_recalled),
        LINE(every_rate_of_the_manual_and_no_other),
        LINE(the_rate_waits_for_the_end_of_the_line),
        LINE(in_auto_baud_w_names_the_rates),
        LINE(the_factory_may_choose_auto_baud),
        LINE(the_frame_is_kept_and_not_saved),
        LINE(flow_control_is_not_saved),
        LINE(xoff_holds_the_module_back),
        LINE(xon_comes_through_although_bytes_before_it_wait),
        LINE(xoff_comes_through_behind_the_end_of_a_line),
        LINE(xon_lets_the_last_answer_out),
        LINE(software_flow_control_eats_file_data),
        LINE(a_boot_may_take_as_long_as_a_real_one),
        LINE(any_bit_of_the_settings_may_flip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
