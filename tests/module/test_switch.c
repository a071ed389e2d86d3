/* SPDX-License-Identifier: Apache-2.0 */
/* Each switch that files and CFOTA know, at both its values. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

#define DOWNLOAD "\r\nDOWNLOAD\r\n"

static void with(const char *quirk)
{
    module_bench_set(&b, quirk);
    module_bench_again(&b);
}

static void put(int dir, const char *name, const char *text)
{
    module_bench_put_file(&b, dir, name, text, (uint32_t)strlen(text));
}

static void holds(int dir, const char *name, const char *text)
{
    const struct module_bench_file *file = module_bench_file(&b, dir, name);
    assert_non_null(file);
    assert_int_equal(file->size, strlen(text));
    assert_memory_equal(file->data, text, file->size);
}

static void d1_the_test_form_of_cfota(void **state)
{
    (void)state;
    expect("AT+CFOTA=?\r", OK);
    with("D1=error");
    expect("AT+CFOTA=?\r", ERROR);
    expect("AT+CFOTA?\r", "\r\n+CFOTA: 8\r\n" OK);
}

static void d2_cfota_may_wait_for_a_reset(void **state)
{
    (void)state;
    with("D2=wait");
    expect("AT+CFOTA=1\r", OK);
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.resets, 0);
    expect("AT\r", OK);
    expect("AT+CFUN=1,1\r", OK);
    assert_int_equal(b.resets, 1);
    assert_int_equal(b.reset_kind, FFX_RESET_FOTA);
    module_bench_again(&b);
    expect("AT+CFOTA=1;+CFOTA=0\r", OK); /* changed its mind */
    expect("AT+CFUN=1,1\r", OK);
    assert_int_equal(b.reset_kind, FFX_RESET_SOFT);
    module_bench_again(&b);
    expect("AT+CFOTA=1;+CPOWD=1\r", "\r\nNORMAL POWER DOWN\r\n");
    assert_int_equal(b.reset_kind, FFX_POWER_DOWN); /* off is off */
}

static void d3_a_missing_file_has_a_number(void **state)
{
    static const struct {
        const char *quirk, *said;
    } cases[] = {
        {"D3=3", "\r\n+CME ERROR: 3\r\n"},
        {"D3=22", "\r\n+CME ERROR: 22\r\n"},
        {"D3=188", "\r\n+CME ERROR: 188\r\n"},
    };
    (void)state;
    b.request_result = FFX_ERR_NO_PACKAGE;
    for (int i = 0; i < 3; i++) {
        with(cases[i].quirk);
        expect("AT+CFOTA=1\r", cases[i].said);
        expect("AT+CFSINIT\r", OK);
        expect("AT+CFSGFIS=1,\"none\"\r", cases[i].said);
        expect("AT+CFSDFILE=1,\"none\"\r", cases[i].said);
        expect("AT+CFSRFILE=1,\"none\",0,1,0\r", cases[i].said);
        expect("AT+CFSREN=1,\"none\",\"new\"\r", cases[i].said);
        expect("AT+CFSGFIS=9,\"none\"\r", REFUSED); /* another fault */
    }
    b.request_result = FFX_ERR_IO;
    with("D3=188");
    expect("AT+CFOTA=1\r", REFUSED);
}

static void d4_a_late_chunk_may_be_kept(void **state)
{
    (void)state;
    with("D4=keep");
    put(FFX_DIR_FOTA, "a", "old");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",1,10,500\r", DOWNLOAD);
    module_bench_say(&b, "123");
    waits(600, REFUSED);
    holds(FFX_DIR_FOTA, "a", "old123");
    expect("AT+CFSWFILE=1,\"b\",0,10,500\r", DOWNLOAD);
    waits(600, REFUSED); /* nothing came */
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "b"));
}

static void d5_sizes_may_need_no_bracket(void **state)
{
    (void)state;
    with("D5=ok");
    put(FFX_DIR_FOTA, "a", "old");
    expect("AT+CFSGFIS=1,\"a\"\r", "\r\n+CFSGFIS: 3\r\n" OK);
    expect("AT+CFSGFRS?\r", "\r\n+CFSGFRS: 65533\r\n" OK);
    expect("AT+CFSDFILE=1,\"a\"\r", REFUSED);
}

static void d6_mode_0_may_keep_the_tail(void **state)
{
    (void)state;
    with("D6=overwrite");
    put(FFX_DIR_FOTA, "a", "0123456789");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",0,3,500\r", DOWNLOAD);
    expect("abc", OK);
    holds(FFX_DIR_FOTA, "a", "abc3456789");
    expect("AT+CFSWFILE=1,\"a\",0,12,500\r", DOWNLOAD);
    expect("ABCDEFGHIJKL", OK);
    holds(FFX_DIR_FOTA, "a", "ABCDEFGHIJKL");
    expect("AT+CFSWFILE=1,\"new\",0,1,500\r", DOWNLOAD);
    expect("n", OK);
    holds(FFX_DIR_FOTA, "new", "n");
}

static void d8_a_read_may_say_ok_twice(void **state)
{
    (void)state;
    with("D8=both");
    put(FFX_DIR_FOTA, "a", "0123456789");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSRFILE=1,\"a\",0,4,0\r", OK "\r\n+CFSRFILE: 4\r\n0123" OK);
    expect("AT+CFSRFILE=1,\"none\",0,4,0\r", REFUSED);
    expect("ATQ1\r", "");
    expect("AT+CFSRFILE=1,\"a\",0,4,0\r", "\r\n+CFSRFILE: 4\r\n0123");
}

static void d15_index_1_may_be_custapp(void **state)
{
    (void)state;
    with("D15=custapp");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",0,1,500\r", DOWNLOAD);
    expect("x", OK);
    holds(FFX_DIR_CUSTAPP, "a", "x");
    expect("AT+CFSGFIS=0,\"a\"\r", "\r\n+CFSGFIS: 1\r\n" OK);
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "a"));
}

static void d19_the_blank_of_cfota(void **state)
{
    (void)state;
    with("D19=plain");
    expect("AT+CFOTA?\r", "\r\n+CFOTA:8\r\n" OK);
}

static void d20_limits_are_inclusive_or_not(void **state)
{
    static const struct {
        const char *limits;
        int inclusive, exclusive;
    } cases[] = {
        {"0,1000", 0, 0},     {"1,1000", 1, 1},     {"10239,1000", 1, 1},
        {"10240,1000", 1, 0}, {"10241,1000", 0, 0}, {"1,99", 0, 0},
        {"1,100", 1, 1},      {"1,9999", 1, 1},     {"1,10000", 1, 0},
        {"1,10001", 0, 0},
    };
    char typed[60];
    (void)state;
    for (int exclusive = 0; exclusive < 2; exclusive++) {
        with(exclusive ? "D20=exclusive" : "D20=inclusive");
        module_bench_say(&b, "AT+CFSINIT\r");
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const int good =
                exclusive ? cases[i].exclusive : cases[i].inclusive;
            snprintf(typed, sizeof typed, "AT+CFSWFILE=1,\"a\",0,%s\r",
                     cases[i].limits);
            expect(typed, good ? DOWNLOAD : REFUSED);
            if (good)
                waits(10100, REFUSED);
        }
    }
}

static void d21_the_size_may_be_that_of_the_file_system(void **state)
{
    (void)state;
    with("D21=size");
    put(FFX_DIR_FOTA, "a", "0123456789");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSGFRS?\r", "\r\n+CFSGFRS: 65536\r\n" OK);
    expect("AT+CFSGFRS=?\r", OK);
}

static void d24_a_sim7070_knows_four_statuses(void **state)
{
    static const uint8_t shown[] = {1, 1, 7, 1, 7, 6, 7, 8};
    char said[30];
    (void)state;
    for (int sim7070 = 0; sim7070 < 2; sim7070++) {
        with(sim7070 ? "D24=sim7070" : "D24=all");
        for (int status = 1; status <= 8; status++) {
            b.status = status;
            snprintf(said, sizeof said, "\r\n+CFOTA: %d\r\n" OK,
                     sim7070 ? shown[status - 1] : status);
            expect("AT+CFOTA?\r", said);
        }
    }
}

#define SWITCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SWITCH(d1_the_test_form_of_cfota),
        SWITCH(d2_cfota_may_wait_for_a_reset),
        SWITCH(d3_a_missing_file_has_a_number),
        SWITCH(d4_a_late_chunk_may_be_kept),
        SWITCH(d5_sizes_may_need_no_bracket),
        SWITCH(d6_mode_0_may_keep_the_tail),
        SWITCH(d8_a_read_may_say_ok_twice),
        SWITCH(d15_index_1_may_be_custapp),
        SWITCH(d19_the_blank_of_cfota),
        SWITCH(d20_limits_are_inclusive_or_not),
        SWITCH(d21_the_size_may_be_that_of_the_file_system),
        SWITCH(d24_a_sim7070_knows_four_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
