/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPTOFS at its bounds, its faults in the field, and CSSLCFG. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

#define GET "AT+HTTPTOFS=\"http://h/u.zip\",\"/fota/update.zip\"\r"

static void opened(void)
{
    module_bench_say(&b, "AT+CNACT=1\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
}

static void booted_with(const char *quirk, uint32_t bugs)
{
    if (quirk != NULL)
        module_bench_set(&b, quirk);
    b.config.bugs = bugs;
    module_bench_again(&b);
    opened();
}

static void ends(uint32_t bytes)
{
    b.progress = (struct ffx_module_progress){
        .http_status = 200, .received = bytes, .total = bytes};
}

static void the_forms_are_those_of_the_manual(void **state)
{
    (void)state;
    expect("AT+HTTPTOFS=?\r", "\r\n+HTTPTOFS: (1-255),(1-127)\r\n" OK);
    expect("AT+HTTPTOFSRL=?\r", OK);
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,0,0\r\n" OK);
    expect("AT+HTTPTOFSRL=1\r", ERROR);
    expect("AT+HTTPTOFS\r", ERROR);
    expect("AT+HTTPTOFS=\r", REFUSED);
}

static void timeout_and_retries_have_bounds(void **state)
{
    static const struct {
        const char *limits;
        int good;
    } cases[] = {
        {"9", 0},     {"10", 1},   {"1000", 1},   {"1001", 0},
        {"50,4", 0},  {"50,5", 1}, {"50,100", 1}, {"50,101", 0},
        {"50,5,", 0}, {",5", 1},   {"-50", 0},    {"50,\"5\"", 0},
    };
    char typed[200];
    (void)state;
    opened();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(typed, sizeof typed,
                 "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",%s\r",
                 cases[i].limits);
        expect(typed, cases[i].good ? OK : REFUSED);
        if (!cases[i].good)
            continue;
        waits(60, "");
        ends(1);
        waits(100, "\r\n+HTTPTOFS: 200,1\r\n");
    }
}

static void a_path_has_at_most_a_directory_and_a_name(void **state)
{
    char typed[500], name[140];
    (void)state;
    opened();
    memset(name, 'n', sizeof name);
    name[51] = '\0';
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"http://h/u\",\"/fota/%s\"\r",
             name);
    expect(typed, REFUSED);
    name[51] = 'n';
    name[128] = '\0'; /* one over the manual's 127 */
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"http://h/u\",\"%s\"\r", name);
    expect(typed, REFUSED);
    static const char *const paths[] = {
        "/FOTA/u",   "/Fota/update.zip", "/fota//u",
        "/fota/a/u", "/fota/..",         "/fota/.",
        "fota/u",    "/datatx/u",        "/customer/",
        "/",         "/fota/\x7f",       "",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"http://h/u\",\"%s\"\r",
                 paths[i]);
        if (strcmp(module_bench_say(&b, typed), REFUSED) != 0)
            fail_msg("%s: not refused", paths[i]);
    }
    waits(100, "");
    assert_int_equal(b.starts, 0);
    name[50] = '\0';
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"http://h/u\",\"/fota/%s\"\r",
             name);
    expect(typed, OK);
    waits(60, "");
    assert_string_equal(b.name, name);
}

static void a_leading_dot_and_another_case_are_other_files(void **state)
{
    (void)state;
    opened();
    b.locked = 1;
    expect(GET, REFUSED);
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/UPDATE.ZIP\"\r", OK);
    waits(60, "");
    assert_string_equal(b.name, "UPDATE.ZIP");
    ends(1);
    waits(100, "\r\n+HTTPTOFS: 200,1\r\n");
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/.hidden\"\r", OK);
}

/* Says the byte inside a URL; the URL that goes out, or null. */
static const char *url_with(int byte)
{
    char typed[80];
    const int length =
        snprintf(typed, sizeof typed,
                 "AT+HTTPTOFS=\"http://h/%cx\",\"/fota/u;+CFSTERM\"\r", byte);
    b.starts = 0;
    module_bench_send(&b, typed, (uint32_t)length);
    module_bench_wait(&b, 60);
    ends(0);
    module_bench_wait(&b, 100);
    return b.starts > 0 ? b.url : NULL;
}

static void every_byte_in_a_url_is_a_letter_or_ends_nowhere(void **state)
{
    char url[20];
    (void)state;
    opened();
    expect("AT+CFSINIT\r", OK);
    for (int byte = 0; byte < 256; byte++) {
        const char *went = url_with(byte);
        const int control = byte < ' ' || byte == 0x7f;
        snprintf(url, sizeof url, "http://h/%cx", byte);
        if (byte == '\r' || byte == ' ' || byte == '"' || byte > 0x7f)
            assert_null(went);
        else if (byte == '\b') /* edits */
            assert_string_equal(went, "http://hx");
        else if (control) /* V.250, 5.2.2: as if it were not there */
            assert_string_equal(went, "http://h/x");
        else
            assert_string_equal(went, url);
    }
    expect("AT+CFSINIT\r", REFUSED); /* no CFSTERM came out of a name */
}

static void what_a_server_says_is_passed_on(void **state)
{
    static const uint16_t statuses[] = {100, 206, 301, 302, 400, 403, 404,
                                        408, 500, 503, 600, 602, 603, 604};
    char said[40];
    (void)state;
    opened();
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        expect(GET, OK);
        waits(60, "");
        b.progress = (struct ffx_module_progress){.failed = 1,
                                                  .http_status = statuses[i]};
        snprintf(said, sizeof said, "\r\n+HTTPTOFS: %u,0\r\n",
                 (unsigned)statuses[i]);
        waits(100, said);
    }
}

/* D9. */
static void https_may_end_with_a_status(void **state)
{
    static const struct {
        const char *quirk, *urc;
    } cases[] = {
        {"D9=603", "\r\n+HTTPTOFS: 603,0\r\n"},
        {"D9=601", "\r\n+HTTPTOFS: 601,0\r\n"},
        {"D9=yes", ""},
    };
    (void)state;
    for (int i = 0; i < 3; i++) {
        booted_with(cases[i].quirk, 0);
        b.starts = 0;
        expect("AT+HTTPTOFS=\"HTTPS://h/u\",\"/fota/u\"\r", OK);
        waits(100, cases[i].urc);
        assert_int_equal(b.starts, i == 2);
    }
    booted_with("D9=603", 0);
    expect(GET, OK);
    waits(100, "");
    assert_int_equal(b.starts, 2);
}

/* D10. */
static void two_counts_may_differ(void **state)
{
    (void)state;
    booted_with("D10=differ", 0);
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,0,0\r\n" OK);
    expect(GET, OK);
    waits(60, "");
    ends(28919);
    waits(100, "\r\n+HTTPTOFS: 200,28919\r\n");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,30575,30575\r\n" OK);
}

/* D22. */
static void an_old_module_knows_no_limits(void **state)
{
    (void)state;
    booted_with("D22=error", 0);
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",50\r", REFUSED);
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/u\"\r", OK);
}

static void an_open_bracket_can_empty_the_file(void **state)
{
    (void)state;
    booted_with(NULL, FFX_BUG_HTTP_EMPTY_WITH_CFSINIT);
    module_bench_put_file(&b, FFX_DIR_FOTA, "update.zip", "old", 3);
    expect("AT+CFSINIT\r", OK);
    expect(GET, OK);
    waits(100, "\r\n+HTTPTOFS: 200,0\r\n");
    assert_int_equal(b.starts, 0);
    expect("AT+CFSGFIS=1,\"update.zip\"\r", "\r\n+CFSGFIS: 0\r\n" OK);
    expect("AT+CFSTERM\r", OK);
    expect(GET, OK);
    waits(100, "");
    assert_int_equal(b.starts, 1);
}

static void a_poll_right_before_can_empty_the_file(void **state)
{
    (void)state;
    booted_with(NULL, FFX_BUG_HTTP_EMPTY_AFTER_POLL);
    module_bench_say(&b, "AT+HTTPTOFSRL?\r");
    expect(GET, OK);
    waits(100, "\r\n+HTTPTOFS: 200,0\r\n");
    module_bench_say(&b, "AT+HTTPTOFSRL?\r");
    waits(1000, "");
    expect(GET, OK);
    waits(100, "");
    assert_int_equal(b.starts, 1);
}

static void the_end_can_come_before_the_urc(void **state)
{
    (void)state;
    booted_with(NULL, FFX_BUG_IDLE_BEFORE_URC);
    expect(GET, OK);
    waits(60, "");
    ends(30575);
    waits(500, "");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,30575,30575\r\n" OK);
    waits(1000, "\r\n+HTTPTOFS: 200,30575\r\n");
}

static void the_urc_can_come_before_the_file_is_whole(void **state)
{
    (void)state;
    booted_with(NULL, FFX_BUG_URC_BEFORE_FLASH);
    expect("AT+CFSINIT\r", OK);
    expect(GET, OK);
    waits(60, "");
    module_bench_put_file(&b, FFX_DIR_FOTA, "update.zip", "123456", 6);
    ends(6);
    waits(200, "\r\n+HTTPTOFS: 200,6\r\n");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 1,6,6\r\n" OK);
    expect("AT+CFSGFIS=1,\"update.zip\"\r", "\r\n+CFSGFIS: 3\r\n" OK);
    expect("AT+CFSRFILE=1,\"update.zip\",0,6,0\r", REFUSED);
    expect("AT+CFSDFILE=1,\"update.zip\"\r", REFUSED);
    expect(GET, REFUSED);
    waits(1000, "");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,6,6\r\n" OK);
    expect("AT+CFSGFIS=1,\"update.zip\"\r", "\r\n+CFSGFIS: 6\r\n" OK);
}

static void two_in_a_row_can_need_a_pause(void **state)
{
    (void)state;
    booted_with(NULL, FFX_BUG_HTTP_BACK_TO_BACK);
    expect(GET, OK);
    waits(60, "");
    ends(6);
    waits(100, "\r\n+HTTPTOFS: 200,6\r\n");
    expect(GET, OK);
    waits(100, "\r\n+HTTPTOFS: 601,0\r\n");
    waits(1000, "");
    expect(GET, OK);
    waits(100, "");
    assert_int_equal(b.starts, 2);
}

/* --- CSSLCFG ------------------------------------------------------------- */

static void a_tls_context_keeps_what_it_is_told(void **state)
{
    (void)state;
    expect("AT+CSSLCFG=?\r", OK);
    expect("AT+CSSLCFG?\r", OK);
    expect("AT+CSSLCFG=\"ctxindex\",0\r",
           "\r\n+CSSLCFG: 0,0,\"\",0,1,\"\"\r\n" OK);
    expect("AT+CSSLCFG=\"sslversion\",5,3\r", OK);
    expect("at+csslcfg=ciphersuite,5,0,0xc027\r", OK);
    expect("AT+CSSLCFG=\"ciphersuite\",5,7,\"002F\"\r", OK);
    expect("AT+CSSLCFG=\"ignorertctime\",5,1\r", OK);
    expect("AT+CSSLCFG=\"protocol\",5,2\r", OK);
    expect("AT+CSSLCFG=\"sni\",5,\"a.example\"\r", OK);
    expect("AT+CSSLCFG=\"ctxindex\",5\r",
           "\r\n+CSSLCFG: 5,3,\"0xC027,0x002F\",1,2,\"a.example\"\r\n" OK);
    module_bench_again(&b); /* NO_SAVE */
    expect("AT+CSSLCFG=\"ctxindex\",5\r",
           "\r\n+CSSLCFG: 5,0,\"\",0,1,\"\"\r\n" OK);
}

static void a_tls_context_has_bounds(void **state)
{
    static const char *const rests[] = {
        "\"sslversion\",6,3",
        "\"sslversion\",0,6",
        "\"sslversion\",0",
        "\"sslversion\",0,3,1",
        "\"ciphersuite\",0,8,0xC027",
        "\"ciphersuite\",0,0,0x1C027",
        "\"ciphersuite\",0,0,0x",
        "\"ciphersuite\",0,0,zz",
        "\"ignorertctime\",0,2",
        "\"protocol\",0,0",
        "\"protocol\",0,3",
        "\"sni\",6,\"x\"",
        "\"ctxindex\",6",
        "\"ctxindex\",0,1",
        "\"nothing\",0,1",
        "",
        "\"convert\",0,\"x\"",
        "\"convert\",4,\"x\"",
        "\"convert\",2,\"../x\"",
        "\"convert\",2",
        "\"convert\",2,\"a\",\"b\"",
    };
    char typed[120];
    (void)state;
    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        snprintf(typed, sizeof typed, "AT+CSSLCFG=%s\r", rests[i]);
        if (strcmp(module_bench_say(&b, typed), REFUSED) != 0)
            fail_msg("%s: not refused", rests[i]);
    }
}

static void convert_looks_in_customer(void **state)
{
    (void)state;
    module_bench_put_file(&b, FFX_DIR_FOTA, "ca.pem", "x", 1);
    expect("AT+CSSLCFG=\"convert\",2,\"ca.pem\"\r", REFUSED);
    module_bench_put_file(&b, FFX_DIR_CUSTOMER, "ca.pem", "x", 1);
    expect("at+csslcfg=convert,2,ca.pem\r", OK);
    expect("AT+CSSLCFG=\"convert\",1,\"ca.pem\",\"key.pem\",\"pw\"\r", REFUSED);
    module_bench_put_file(&b, FFX_DIR_CUSTOMER, "key.pem", "x", 1);
    expect("AT+CSSLCFG=\"convert\",1,\"ca.pem\",\"key.pem\",\"pw\"\r", OK);
    expect("AT+CSSLCFG=\"convert\",2,\"ca.pem\",\"key.pem\"\r", REFUSED);
    expect("AT+CSSLCFG=\"convert\",3,\"key.pem\"\r", OK);
}

#define HTTP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP(the_forms_are_those_of_the_manual),
        HTTP(timeout_and_retries_have_bounds),
        HTTP(a_path_has_at_most_a_directory_and_a_name),
        HTTP(a_leading_dot_and_another_case_are_other_files),
        HTTP(every_byte_in_a_url_is_a_letter_or_ends_nowhere),
        HTTP(what_a_server_says_is_passed_on),
        HTTP(https_may_end_with_a_status),
        HTTP(two_counts_may_differ),
        HTTP(an_old_module_knows_no_limits),
        HTTP(an_open_bracket_can_empty_the_file),
        HTTP(a_poll_right_before_can_empty_the_file),
        HTTP(the_end_can_come_before_the_urc),
        HTTP(the_urc_can_come_before_the_file_is_whole),
        HTTP(two_in_a_row_can_need_a_pause),
        HTTP(a_tls_context_keeps_what_it_is_told),
        HTTP(a_tls_context_has_bounds),
        HTTP(convert_looks_in_customer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
