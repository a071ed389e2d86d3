/* SPDX-License-Identifier: Apache-2.0 */
/* Every dialogue of the application note (note.txt), byte for byte, against
 * the core in profile `note`. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define OK "\r\nOK\r\n"

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_start(&b, FFX_PROFILE_NOTE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

/* Says `command` CR; expects its echo and then `answer`. */
static void dialogue(const char *command, const char *answer)
{
    char typed[600], expected[1200];
    snprintf(typed, sizeof typed, "%s\r", command);
    snprintf(expected, sizeof expected, "%s%s", typed, answer);
    assert_string_equal(module_bench_say(&b, typed), expected);
}

static void activate(const char *command)
{
    dialogue(command, OK);
    assert_string_equal(module_bench_wait(&b, 1000),
                        "\r\n+APP PDP: ACTIVE\r\n");
}

static void chapter_4_1_the_pdn_is_activated(void **state)
{
    (void)state;
    dialogue("AT+CPIN?", "\r\n+CPIN: READY\r\n" OK);
    dialogue("AT+CGDCONT=1,\"IP\",\"\"", OK);
    dialogue("AT+CSQ", "\r\n+CSQ: 27,99\r\n" OK);
    dialogue("AT+CGATT?", "\r\n+CGATT: 1\r\n" OK);
    dialogue("AT+COPS?", "\r\n+COPS: 0,0,\"CHN-CT\",9\r\n" OK);
    dialogue("AT+CGNAPN", "\r\n+CGNAPN: 1,\"ctnb\"\r\n" OK);
    dialogue("AT+CNCFG=1,\"ctnb\",\"cdma\",\"1234\"", OK);
    activate("AT+CNACT=1");
    dialogue("AT+CNACT?", "\r\n+CNACT: 0,1,\"10.94.36.44\"\r\n" OK);
}

static void chapter_4_2_the_apn_is_configured_by_hand(void **state)
{
    (void)state;
    dialogue("AT+CFUN=0", "\r\n+CPIN: NOT READY\r\n" OK);
    dialogue("AT+CGDCONT=1,\"IP\",\"ctnb\"", OK);
    dialogue("AT+CFUN=1", OK);
    assert_string_equal(module_bench_wait(&b, 1000), "\r\n+CPIN: READY\r\n");
    dialogue("AT+CGATT?", "\r\n+CGATT: 1\r\n" OK);
    dialogue("AT+CGNAPN", "\r\n+CGNAPN: 1,\"ctnb\"\r\n" OK);
    dialogue("AT+CNCFG=1,\"ctnb\",\"cdma\",\"1234\"", OK);
    activate("AT+CNACT=1");
    dialogue("AT+CNACT?", "\r\n+CNACT: 0,1,\"10.94.36.44\"\r\n" OK);
}

static void chapter_5_2_1_the_package_comes_over_http(void **state)
{
    (void)state;
    activate("AT+CNACT=1,1");
    dialogue("AT+HTTPTOFS=\"http://112.74.93.163:12345/V1___V2/update.zip\","
             "\"/fota/update.zip\"",
             OK);
    assert_string_equal(module_bench_wait(&b, 100), "");
    assert_int_equal(b.starts, 1);
    assert_string_equal(b.url, "http://112.74.93.163:12345/V1___V2/update.zip");
    assert_string_equal(b.name, "update.zip");
    assert_int_equal(b.transfer.dir, FFX_DIR_FOTA);
    b.progress = (struct ffx_module_progress){
        .http_status = 200, .received = 109285, .total = 109285};
    assert_string_equal(module_bench_wait(&b, 100),
                        "\r\n+HTTPTOFS: 200,109285\r\n");
}

static void step_3_of_the_prose_may_say_httpstofs(void **state)
{
    (void)state;
    activate("AT+CNACT=1");
    dialogue("AT+HTTPSTOFS=\"https://host/update.zip\",\"/fota/update.zip\"",
             OK);
    module_bench_wait(&b, 100);
    assert_string_equal(b.url, "https://host/update.zip");
    b.progress =
        (struct ffx_module_progress){.http_status = 200, .received = 10};
    assert_string_equal(module_bench_wait(&b, 100),
                        "\r\n+HTTPTOFS: 200,10\r\n");
}

static void chapter_5_2_2_the_package_comes_over_ftp(void **state)
{
    (void)state;
    activate("AT+CNACT=1,1");
    dialogue("AT+FTPCID=1", OK);
    dialogue("AT+FTPSERV=\"112.74.93.163\"", OK);
    dialogue("AT+FTPUN=\"tmf\"", OK);
    dialogue("AT+FTPPW=\"tmf123\"", OK);
    dialogue("AT+FTPGETNAME=\"update.zip\"", OK);
    dialogue("AT+FTPGETPATH=\"/\"", OK);
    dialogue("AT+FTPEXTGET=2,1,\"update.zip\"", OK);
    module_bench_wait(&b, 60);
    assert_string_equal(b.url, "ftp://112.74.93.163:21/%2Fupdate.zip");
    assert_string_equal(b.user, "tmf");
    assert_string_equal(b.password, "tmf123");
    assert_int_equal(b.transfer.dir, FFX_DIR_FOTA);
    b.progress.received = 10;
    module_bench_wait(&b, 60);
    dialogue("AT+FTPTOFSST", "\r\n+FTPTOFSST: 1,0,10\r\n" OK);
    b.progress = (struct ffx_module_progress){.received = 109285};
    assert_string_equal(module_bench_wait(&b, 100),
                        "\r\n+FTPEXTGETFILE: 1,0\r\n");
    dialogue("AT+FTPTOFSST", "\r\n+FTPTOFSST: 0,0,109285\r\n" OK);
}

/* One CFSWFILE of `length` bytes, and DCD as the note tells. */
static void push(int append, const uint8_t *data, uint32_t length)
{
    char command[64];
    snprintf(command, sizeof command,
             "AT+CFSWFILE=1,\"update.zip\",%d,%u,10000", append, length);
    assert_int_equal(b.low[FFX_PIN_DCD], 0);
    dialogue(command, "\r\nDOWNLOAD\r\n");
    assert_int_equal(b.low[FFX_PIN_DCD], 1);
    assert_string_equal(module_bench_send(&b, data, length - 1), "");
    assert_int_equal(b.low[FFX_PIN_DCD], 1);
    assert_string_equal(module_bench_send(&b, data + length - 1, 1), OK);
    assert_int_equal(b.low[FFX_PIN_DCD], 0);
}

static void chapter_5_2_3_the_package_comes_through_the_at_port(void **state)
{
    static uint8_t data[25000];
    (void)state;
    for (uint32_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7u + (i >> 8));
    dialogue("AT+CFSINIT", OK);
    push(0, data, 10000);
    push(1, data + 10000, 10000);
    push(1, data + 20000, 5000);
    dialogue("AT+CFSTERM", OK);
    const struct module_bench_file *file =
        module_bench_file(&b, FFX_DIR_FOTA, "update.zip");
    assert_non_null(file);
    assert_int_equal(file->size, sizeof data);
    assert_memory_equal(file->data, data, sizeof data);
}

static void chapter_5_3_the_update_begins_with_a_reset(void **state)
{
    (void)state;
    dialogue("AT+CFOTA=1", OK);
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.resets, 1);
    assert_int_equal(b.reset_kind, FFX_RESET_FOTA);
    assert_string_equal(module_bench_say(&b, "AT\r"), "");
}

static void chapter_5_4_status_and_version_tell_the_result(void **state)
{
    (void)state;
    b.status = 6;
    dialogue("AT+CFOTA?", "\r\n+CFOTA: 6\r\n" OK);
    dialogue("AT+GMR", "\r\nRevision:1529B04SIM7000G\r\n" OK);
    dialogue("AT+CFOTA=0", OK);
    dialogue("AT+CFOTA?", "\r\n+CFOTA: 8\r\n" OK);
}

static void chapter_3_1_errors_carry_a_cme_number(void **state)
{
    (void)state;
    dialogue("AT+CMEE=1", OK);
    b.request_result = FFX_ERR_NO_PACKAGE;
    dialogue("AT+CFOTA=1", "\r\n+CME ERROR: 3\r\n");
    assert_int_equal(b.resets, 0);
    b.clear_result = FFX_ERR_BUSY;
    dialogue("AT+CFOTA=0", "\r\n+CME ERROR: 3\r\n");
    dialogue("AT+CFOTA=2", "\r\n+CME ERROR: 3\r\n");
    dialogue("AT+CFOTA=?", OK);
    dialogue("AT+CFOTA", "\r\nERROR\r\n");
}

/* The whole note once more with a TE that reads a byte at a time, then 7. */
static void the_note_does_not_depend_on_pieces(void **state)
{
    static const uint32_t pieces[] = {1, 7};
    for (uint32_t i = 0; i < 2; i++) {
        set_up(state);
        b.take = pieces[i];
        b.give = pieces[i];
        chapter_4_1_the_pdn_is_activated(state);
        chapter_5_2_3_the_package_comes_through_the_at_port(state);
        chapter_5_3_the_update_begins_with_a_reset(state);
        tear_down(state);
    }
}

#define NOTE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NOTE(chapter_3_1_errors_carry_a_cme_number),
        NOTE(chapter_4_1_the_pdn_is_activated),
        NOTE(chapter_4_2_the_apn_is_configured_by_hand),
        NOTE(chapter_5_2_1_the_package_comes_over_http),
        NOTE(step_3_of_the_prose_may_say_httpstofs),
        NOTE(chapter_5_2_2_the_package_comes_over_ftp),
        NOTE(chapter_5_2_3_the_package_comes_through_the_at_port),
        NOTE(chapter_5_3_the_update_begins_with_a_reset),
        NOTE(chapter_5_4_status_and_version_tell_the_result),
        cmocka_unit_test(the_note_does_not_depend_on_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
