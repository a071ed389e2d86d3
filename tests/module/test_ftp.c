/* SPDX-License-Identifier: Apache-2.0 */
/* FTP: settings at their bounds, FTPGET, FTPEXTGET, and the switches that touch
 * them. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_NOTE, "ATE0+CMEE=1\r");
}

static void ready(void)
{
    module_bench_say(&b, "AT+FTPSERV=\"h\";+FTPGETPATH=\"/\";"
                         "+FTPGETNAME=\"u\";+CNACT=1\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
}

/* The port has fetched `text` into the module's RAM. */
static void fetched(const char *text)
{
    const uint32_t length = (uint32_t)strlen(text);
    waits(60, "");
    assert_int_equal(b.transfer.dir, FFX_DIR_RAM);
    module_bench_put_file(&b, FFX_DIR_RAM, "ftp", text, length);
    b.progress = (struct ffx_module_progress){.received = length};
}

static void ends_with(uint16_t error, const char *urc)
{
    waits(60, "");
    b.progress = (struct ffx_module_progress){.failed = 1, .ftp_error = error};
    waits(100, urc);
}

static void numbers_have_bounds_and_read_back(void **state)
{
    static const struct {
        const char *name;
        const char *good, *low, *high;
    } numbers[] = {
        {"FTPCID", "3", "0", "4"},
        {"FTPPORT", "65535", "0", "65536"},
        {"FTPPORT", "1", "-1", "2147483648"},
        {"FTPMODE", "0", "-1", "2"},
        {"FTPREST", "2147483647", "-1", "2147483648"},
    };
    char typed[60], said[60];
    (void)state;
    expect("AT+FTPPORT?;+FTPREST?\r",
           "\r\n+FTPPORT: 21\r\n\r\n+FTPREST: 0\r\n" OK);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(typed, sizeof typed, "AT+%s=%s\r", numbers[i].name,
                 numbers[i].good);
        expect(typed, OK);
        snprintf(typed, sizeof typed, "AT+%s=%s\r", numbers[i].name,
                 numbers[i].low);
        expect(typed, REFUSED);
        snprintf(typed, sizeof typed, "AT+%s=%s\r", numbers[i].name,
                 numbers[i].high);
        expect(typed, REFUSED);
        snprintf(typed, sizeof typed, "AT+%s?\r", numbers[i].name);
        snprintf(said, sizeof said, "\r\n+%s: %s\r\n" OK, numbers[i].name,
                 numbers[i].good);
        expect(typed, said);
        snprintf(typed, sizeof typed, "AT+%s=?\r", numbers[i].name);
        expect(typed, OK);
    }
    module_bench_again(&b); /* NO_SAVE */
    expect("AT+FTPPORT?\r", "\r\n+FTPPORT: 21\r\n" OK);
}

static void strings_have_bounds_and_read_back(void **state)
{
    static const struct {
        const char *name;
        uint32_t most;
    } strings[] = {
        {"FTPSERV", 49},    {"FTPUN", 49},       {"FTPPW", 49},
        {"FTPGETNAME", 99}, {"FTPGETPATH", 255},
    };
    char text[257], typed[300], said[300];
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        memset(text, 'x', sizeof text);
        text[strings[i].most + 1] = '\0';
        snprintf(typed, sizeof typed, "AT+%s=\"%s\"\r", strings[i].name, text);
        expect(typed, REFUSED);
        text[strings[i].most] = '\0';
        snprintf(typed, sizeof typed, "AT+%s=\"%s\"\r", strings[i].name, text);
        expect(typed, OK);
        snprintf(typed, sizeof typed, "AT+%s?\r", strings[i].name);
        snprintf(said, sizeof said, "\r\n+%s: \"%s\"\r\n" OK, strings[i].name,
                 text);
        expect(typed, said);
        snprintf(typed, sizeof typed, "AT+%s=\"a\",\"b\"\r", strings[i].name);
        expect(typed, REFUSED);
    }
}

static void every_byte_of_a_name_reaches_the_url_coded(void **state)
{
    static const char hex[] = "0123456789ABCDEF";
    char typed[40], url[40];
    (void)state;
    ready();
    for (int c = ' '; c < 127; c++) {
        const int plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL;
        if (c == '"')
            continue;
        snprintf(typed, sizeof typed, "AT+FTPGETNAME=\"%c\";+FTPGET=1\r", c);
        expect(typed, OK);
        waits(60, "");
        snprintf(url, sizeof url,
                 plain ? "ftp://h:21/%%2F%c" : "ftp://h:21/%%2F%%%c%c",
                 plain ? c : hex[c >> 4], hex[c & 15]);
        assert_string_equal(b.url, url);
        ends_with(77, "\r\n+FTPGET: 1,77\r\n");
    }
}

static void the_longest_path_reaches_the_port(void **state)
{
    char typed[300], text[256];
    (void)state;
    ready();
    memset(text, '#', sizeof text);
    text[255] = '\0';
    snprintf(typed, sizeof typed, "AT+FTPGETPATH=\"%s\"\r", text);
    expect(typed, OK);
    text[99] = '\0';
    snprintf(typed, sizeof typed, "AT+FTPGETNAME=\"%s\"\r", text);
    expect(typed, OK);
    expect("AT+FTPGET=1\r", OK);
    waits(60, "");
    assert_int_equal(strlen(b.url),
                     strlen("ftp://h:21/") + 3 * 255 + strlen("/") + 3 * 99);
}

static void ftpget_gives_the_file_in_pieces(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=?\r", OK);
    expect("AT+FTPGET=2,10\r", REFUSED); /* before 1,1 */
    expect("AT+FTPREST=7\r", OK);
    expect("AT+FTPGET=1\r", OK);
    expect("AT+FTPSTATE\r", "\r\n+FTPSTATE: 1\r\n" OK);
    fetched("0123456789");
    assert_int_equal(b.transfer.offset, 7);
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    expect("AT+FTPGET=2,0\r", REFUSED);
    expect("AT+FTPGET=2,1461\r", REFUSED);
    expect("AT+FTPGET=2\r", REFUSED);
    expect("AT+FTPGET=1,4\r", REFUSED);
    expect("AT+FTPGET=3\r", REFUSED);
    expect("AT+FTPGET=2,4\r", "\r\n+FTPGET: 2,4\r\n0123" OK);
    expect("AT+FTPSTATE?\r", "\r\n+FTPSTATE: 1\r\n" OK);
    expect("AT+FTPGET=2,1460\r",
           "\r\n+FTPGET: 2,6\r\n456789" OK "\r\n+FTPGET: 1,0\r\n");
    waits(60000, "");
    expect("AT+FTPGET=2,1\r", REFUSED); /* behind the end */
    expect("AT+FTPSTATE\r", "\r\n+FTPSTATE: 0\r\n" OK);
    assert_null(module_bench_file(&b, FFX_DIR_RAM, "ftp"));
}

static void ftpget_of_an_empty_file_ends_at_once(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=1\r", OK);
    fetched("");
    waits(100, "\r\n+FTPGET: 1,0\r\n");
    expect("AT+FTPGET=2,1\r", REFUSED);
}

static void ftpget_repeats_itself_and_gives_up(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=1\r", OK);
    fetched("0123");
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    waits(15000, "\r\n+FTPGET: 1,1\r\n");
    expect("AT+FTPGET=2,1\r", "\r\n+FTPGET: 2,1\r\n0" OK);
    waits(14000, "");
    waits(60000, "\r\n+FTPGET: 1,1\r\n\r\n+FTPGET: 1,1\r\n"
                 "\r\n+FTPGET: 1,1\r\n\r\n+FTPGET: 1,1\r\n");
    waits(15000, "\r\n+FTPGET: 1,64\r\n");
    expect("AT+FTPGET=2,1\r", REFUSED);
    waits(60000, "");
}

static void a_second_ftpget_is_66_and_harms_nothing(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=1\r", OK);
    expect("AT+FTPGET=1\r", OK "\r\n+FTPGET: 1,66\r\n");
    fetched("01");
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    expect("AT+FTPGET=1\r", OK "\r\n+FTPGET: 1,66\r\n");
    expect("AT+FTPGET=2,2\r",
           "\r\n+FTPGET: 2,2\r\n01" OK "\r\n+FTPGET: 1,0\r\n");
    assert_int_equal(b.starts, 1);
    expect("AT+FTPGETNAME=\"\";+FTPGET=1\r", OK);
    waits(100, "\r\n+FTPGET: 1,66\r\n");
}

static void every_ftp_error_is_passed_on(void **state)
{
    static const uint16_t errors[] = {61, 62, 63, 64, 65, 66, 70, 71, 72,
                                      73, 74, 75, 76, 77, 78, 79, 80};
    char said[40];
    (void)state;
    ready();
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        expect("AT+FTPGET=1\r", OK);
        snprintf(said, sizeof said, "\r\n+FTPGET: 1,%u\r\n",
                 (unsigned)errors[i]);
        ends_with(errors[i], said);
    }
}

static void ftpquit_ends_whatever_runs(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPQUIT\r", REFUSED);
    expect("AT+FTPGET=1\r", OK);
    waits(60, "");
    expect("AT+FTPQUIT\r", OK "\r\n+FTPGET: 1,80\r\n");
    assert_int_equal(b.cancels, 1);
    expect("AT+FTPGET=1\r", OK);
    fetched("0123");
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    expect("AT+FTPQUIT\r", OK "\r\n+FTPGET: 1,80\r\n");
    expect("AT+FTPGET=2,1\r", REFUSED);
    expect("AT+FTPQUIT\r", REFUSED);
    expect("AT+FTPEXTGET=1\r", OK);
    waits(60, "");
    expect("AT+FTPQUIT\r", OK "\r\n+FTPEXTGET: 1,80\r\n");
    expect("AT+FTPSIZE\r", OK);
    waits(60, "");
    expect("AT+FTPQUIT\r", OK "\r\n+FTPSIZE: 1,80,0\r\n");
}

static void nothing_changes_under_a_running_transfer(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=1\r", OK);
    waits(60, "");
    expect("AT+FTPSERV=\"other\"\r", REFUSED);
    expect("AT+FTPGETNAME=\"other\"\r", REFUSED);
    expect("AT+FTPREST=7\r", REFUSED);
    expect("AT+FTPSIZE\r", REFUSED);
    fetched("0123");
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    expect("AT+FTPSIZE\r", REFUSED); /* held, not read */
    expect("AT+FTPEXTGET=1\r", REFUSED);
    expect("AT+FTPSERV?\r", "\r\n+FTPSERV: \"h\"\r\n" OK);
    expect("AT+FTPREST?\r", "\r\n+FTPREST: 0\r\n" OK);
    expect("AT+FTPGET=2,9\r",
           "\r\n+FTPGET: 2,4\r\n0123" OK "\r\n+FTPGET: 1,0\r\n");
}

/* FTPSIZE writes nothing: it locks no file, not that of the transfer before. */
static void asking_for_a_size_locks_no_file(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(60, "");
    module_bench_put_file(&b, FFX_DIR_FOTA, "u", "0123", 4);
    expect("AT+CFSINIT\r", OK);
    expect("AT+CFSDFILE=1,\"u\"\r", REFUSED);
    b.progress = (struct ffx_module_progress){.received = 4};
    waits(100, "\r\n+FTPEXTGETFILE: 1,0\r\n");
    expect("AT+FTPSIZE\r", OK);
    waits(60, "");
    expect("AT+CFSDFILE=1,\"u\"\r", OK);
}

static void a_lost_bearer_ends_what_was_not_read(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPGET=1\r", OK);
    fetched("0123");
    waits(100, "\r\n+FTPGET: 1,1\r\n");
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(100, "\r\n+APP PDP: DEACTIVE\r\n\r\n+FTPGET: 1,61\r\n");
    expect("AT+FTPGET=2,1\r", REFUSED);
}

static void ftpextget_holds_a_file_in_ram(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPEXTGET?\r", "\r\n+FTPEXTGET: 0,0\r\n" OK);
    expect("AT+FTPEXTGET=3,0,1\r", REFUSED);
    expect("AT+FTPEXTGET=1,1\r", REFUSED);
    expect("AT+FTPEXTGET=1\r", OK);
    fetched("0123456789");
    waits(100, "\r\n+FTPEXTGET: 1,0\r\n");
    expect("AT+FTPEXTGET?\r", "\r\n+FTPEXTGET: 1,10\r\n" OK);
    expect("AT+FTPEXTGET=3,0,4\r", "\r\n+FTPEXTGET: 3,4\r\n0123" OK);
    expect("AT+FTPEXTGET=3,8,400000\r", "\r\n+FTPEXTGET: 3,2\r\n89" OK);
    expect("AT+FTPEXTGET=3,10,1\r", REFUSED);
    expect("AT+FTPEXTGET=3,0,0\r", REFUSED);
    expect("AT+FTPEXTGET=3,0\r", REFUSED);
    expect("AT+FTPEXTGET=4\r", REFUSED);
    expect("AT+FTPEXTGET=0\r", OK);
    expect("AT+FTPEXTGET=3,0,1\r", REFUSED);
    assert_null(module_bench_file(&b, FFX_DIR_RAM, "ftp"));
    expect("AT+FTPEXTGET=1\r", OK);
    ends_with(72, "\r\n+FTPEXTGET: 1,72\r\n");
    expect("AT+FTPEXTGET=3,0,1\r", REFUSED);
}

static void ram_holds_its_file_until_it_is_told_to_forget(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPEXTGET=1\r", OK);
    fetched("0123456789");
    waits(100, "\r\n+FTPEXTGET: 1,0\r\n");
    expect("AT+FTPSIZE\r", OK);
    waits(60, "");
    b.progress = (struct ffx_module_progress){.total = 77};
    waits(100, "\r\n+FTPSIZE: 1,0,77\r\n");
    expect("AT+FTPEXTGET?\r", "\r\n+FTPEXTGET: 1,10\r\n" OK);
    expect("AT+FTPEXTGET=3,0,4\r", "\r\n+FTPEXTGET: 3,4\r\n0123" OK);
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(60, "");
    b.progress = (struct ffx_module_progress){.received = 3};
    waits(100, "\r\n+FTPEXTGETFILE: 1,0\r\n");
    expect("AT+FTPTOFSST\r", "\r\n+FTPTOFSST: 0,0,3\r\n" OK);
    expect("AT+FTPEXTGET=3,9,4\r", "\r\n+FTPEXTGET: 3,1\r\n9" OK);
    expect("AT+FTPEXTGET=0;+FTPEXTGET?\r", "\r\n+FTPEXTGET: 0,0\r\n" OK);
    expect("AT+FTPEXTGET=3,0,1\r", REFUSED);
}

static void ram_holds_300_kilobytes(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPEXTGET=1\r", OK);
    waits(60, "");
    module_bench_put_file(&b, FFX_DIR_RAM, "ftp", "part of it", 10);
    b.progress.received = 300 * 1024;
    waits(100, "");
    b.progress.received++;
    waits(100, "\r\n+FTPEXTGET: 1,79\r\n");
    assert_int_equal(b.cancels, 1);
    assert_null(module_bench_file(&b, FFX_DIR_RAM, "ftp"));
}

static void ram_is_empty_behind_a_reset(void **state)
{
    (void)state;
    ready();
    expect("AT+FTPEXTGET=1\r", OK);
    fetched("0123456789");
    waits(100, "\r\n+FTPEXTGET: 1,0\r\n");
    expect("AT+CFSINIT\r", OK);
    expect("AT+CFSGFIS=4,\"ftp\"\r", REFUSED); /* no index reaches it */
    module_bench_again(&b);
    assert_null(module_bench_file(&b, FFX_DIR_RAM, "ftp"));
    expect("AT+FTPEXTGET?\r", "\r\n+FTPEXTGET: 0,0\r\n" OK);
}

/* D11. */
static void ftp_takes_the_bearer_it_is_told_to(void **state)
{
    static const struct {
        const char *quirk, *open;
        int good;
    } cases[] = {
        {"D11=any", "AT+CNACT=1\r", 1},     {"D11=any", "AT+SAPBR=1,2\r", 1},
        {"D11=sapbr", "AT+CNACT=1\r", 0},   {"D11=sapbr", "AT+SAPBR=1,2\r", 0},
        {"D11=sapbr", "AT+SAPBR=1,1\r", 1}, {"D11=cnact", "AT+CNACT=1\r", 1},
        {"D11=cnact", "AT+SAPBR=1,1\r", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        module_bench_set(&b, cases[i].quirk);
        module_bench_again(&b);
        module_bench_say(&b, "AT+FTPSERV=\"h\";+FTPGETNAME=\"u\"\r");
        expect(cases[i].open, OK);
        module_bench_wait(&b, 1000);
        expect("AT+FTPGET=1\r", OK);
        waits(100, cases[i].good ? "" : "\r\n+FTPGET: 1,61\r\n");
    }
}

/* D16. */
static void a_sim7000_has_no_mode_2(void **state)
{
    (void)state;
    expect("AT+FTPEXTGET=?\r", "\r\n+FTPEXTGET: (0-3),(0-3),50\r\n" OK);
    expect("AT+FTPTOFSST=?\r", "\r\n+FTPTOFSST: (0,1),(0-5800000)\r\n" OK);
    module_bench_set(&b, "D16=error");
    module_bench_again(&b);
    ready();
    expect("AT+FTPEXTGET=?\r", OK);
    expect("AT+FTPEXTGET=2,1,\"u\"\r", REFUSED);
    expect("AT+FTPTOFSST\r", ERROR);
    expect("AT+FTPEXTGET=1\r", OK);
}

/* D17. */
static void one_may_mean_done(void **state)
{
    (void)state;
    module_bench_set(&b, "D17=done");
    module_bench_again(&b);
    ready();
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(60, "");
    b.progress.received = 10;
    waits(60, "");
    expect("AT+FTPTOFSST\r", "\r\n+FTPTOFSST: 0,0,10\r\n" OK);
    expect("AT+FTPEXTGET?\r", "\r\n+FTPEXTGET: 2,10\r\n" OK);
    b.progress = (struct ffx_module_progress){.received = 20};
    waits(100, "\r\n+FTPEXTGETFILE: 1,0\r\n");
    expect("AT+FTPTOFSST\r", "\r\n+FTPTOFSST: 1,0,20\r\n" OK);
}

#define FTP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FTP(numbers_have_bounds_and_read_back),
        FTP(strings_have_bounds_and_read_back),
        FTP(every_byte_of_a_name_reaches_the_url_coded),
        FTP(the_longest_path_reaches_the_port),
        FTP(ftpget_gives_the_file_in_pieces),
        FTP(ftpget_of_an_empty_file_ends_at_once),
        FTP(ftpget_repeats_itself_and_gives_up),
        FTP(a_second_ftpget_is_66_and_harms_nothing),
        FTP(every_ftp_error_is_passed_on),
        FTP(ftpquit_ends_whatever_runs),
        FTP(nothing_changes_under_a_running_transfer),
        FTP(asking_for_a_size_locks_no_file),
        FTP(a_lost_bearer_ends_what_was_not_read),
        FTP(ftpextget_holds_a_file_in_ram),
        FTP(ram_holds_its_file_until_it_is_told_to_forget),
        FTP(ram_holds_300_kilobytes),
        FTP(ram_is_empty_behind_a_reset),
        FTP(ftp_takes_the_bearer_it_is_told_to),
        FTP(a_sim7000_has_no_mode_2),
        FTP(one_may_mean_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
