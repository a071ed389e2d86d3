/* SPDX-License-Identifier: Apache-2.0 */
/* Air that fails while the whole embedded module runs: transfers from real
 * servers that a fault spoils, registration, signal, PDP contexts (N18), the
 * network's clock (N19), SMS, and files that cannot be written (P7, P8). What
 * servers get wrong (N1 to N17, N20) is in test_network.c. */
#include "virtual_case.h"

#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server_http http;
static struct server_ftp ftp;
static char file[256 * 1024];

static int set_up_group(void **context)
{
    (void)context;
    fixture_make(&fixture, NULL);
    server_http_start(&http, fixture.directory, NULL, NULL);
    server_ftp_start(&ftp, fixture.directory, fixture.directory, 0);
    return 0;
}

static int tear_down_group(void **context)
{
    (void)context;
    server_ftp_stop(&ftp);
    server_http_stop(&http);
    fixture_free(&fixture);
    return 0;
}

static int set_up(void **context)
{
    static uint8_t quirks[FFX_QUIRKS];
    (void)context;
    ffx_module_quirks(FFX_PROFILE_NOTE, quirks);
    ffx_module_quirk_set(quirks, "D12=sim7000"); /* CNACT has a mode 2 */
    virtual_start(&v, &fixture,
                  &(struct virtual_options){.real_speed = 1, .quirks = quirks});
    virtual_wait(&v, 8000);
    virtual_has(&v, virtual_say(&v, "AT+CNACT=2,\"ctnb\"\r"), "OK");
    virtual_wait_for(&v, "PDP: ACTIVE", 5000);
    return 0;
}

static long size_of_file(void)
{
    return virtual_file(&v, "fota/update.zip", file, sizeof file);
}

/* Bytes of the file that are not the package's; -1: another size. */
static long differences(void)
{
    const long size = size_of_file();
    long count = 0;
    if (size != (long)fixture.zip.length)
        return -1;
    for (long i = 0; i < size; i++)
        count += file[i] != (char)fixture.zip.bytes[i];
    return count;
}

/* --- transfers ------------------------------------------------------------ */

/* The URC may come at once; null: nobody waits for it. */
static const char *fetch(const char *command, const char *urc)
{
    virtual_wait(&v, 0);
    if (urc == NULL)
        return virtual_say(&v, command);
    assert_int_equal(ffx_sim_say(v.sim, 0, command, strlen(command)),
                     strlen(command));
    return virtual_wait_for(&v, urc, 3600000);
}

static const char *fetch_http_until(const char *urc)
{
    char command[160];
    snprintf(command, sizeof command,
             "AT+HTTPTOFS=\"http://127.0.0.1:%u/update.zip\","
             "\"/fota/update.zip\"\r",
             (unsigned)http.port);
    return fetch(command, urc);
}

static const char *fetch_http(void)
{
    return fetch_http_until("+HTTPTOFS: ");
}

static void remove_file(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/fota/update.zip", v.state);
    unlink(path);
}

/* FTPEXTGET=2 replaces no file. */
static const char *fetch_ftp(void)
{
    char command[600];
    remove_file();
    snprintf(command, sizeof command,
             "AT+FTPCID=1;+FTPSERV=\"127.0.0.1\";+FTPPORT=%u;"
             "+FTPUN=\"" SERVER_FTP_USER "\";+FTPPW=\"" SERVER_FTP_PASSWORD
             "\";+FTPGETNAME=\"update.zip\";+FTPGETPATH=\"%s/\"\r",
             (unsigned)ftp.port, fixture.directory);
    has(virtual_say(&v, command), "OK");
    return fetch("AT+FTPEXTGET=2,1,\"update.zip\"\r", "+FTPEXTGETFILE: 1,");
}

/* What the TE hears and what the file is, by both ways; `left`: bytes of the
 * file, 0: none, or as it was. */
static const struct {
    const char *action, *http, *ftp;
    long left;
} rows[] = {
    {"status 404", "+HTTPTOFS: 404,0", NULL, 0},
    {"status 77", NULL, "+FTPEXTGETFILE: 1,77", 0},
    {"stall", "+HTTPTOFS: 601,0", "+FTPEXTGETFILE: 1,64", 0},
    {"broken 5000", "+HTTPTOFS: 601,0", "+FTPEXTGETFILE: 1,61", 0},
    {"short 5000", "+HTTPTOFS: 200,5000", "+FTPEXTGETFILE: 1,0", 5000},
    {"pdp 5000", "+HTTPTOFS: 601,0", "+FTPEXTGETFILE: 1,61", 0},
};

static void plan(const char *when, const char *action)
{
    char command[80];
    snprintf(command, sizeof command, "%s %s", when, action);
    control("clear");
    control(command);
}

/* So many bytes of the package; 0: what was there before. */
static void has_left(long bytes, const char *before)
{
    const long size = size_of_file();
    if (bytes == 0 && before == NULL) {
        assert_int_equal(size, -1);
        return;
    }
    assert_int_equal(size, bytes > 0 ? bytes : (long)strlen(before));
    assert_memory_equal(file,
                        bytes > 0 ? (const char *)fixture.zip.bytes : before,
                        (size_t)size);
}

static void each_fault_of_a_transfer_is_told_by_http_and_by_ftp(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        virtual_put(&v, "fota/update.zip", "old", 3);
        plan("every url 1", rows[i].action);
        if (rows[i].http != NULL) {
            has(fetch_http(), "");
            virtual_wait(&v, 5000);
            has_left(rows[i].left, "old");
        }
        if (rows[i].ftp != NULL) {
            has(fetch_ftp(), "");
            virtual_wait(&v, 5000);
            has_left(rows[i].left, NULL);
        }
    }
    control("clear");
    has(fetch_http(), "+HTTPTOFS: ");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 0);
    has(fetch_ftp(), "+FTPEXTGETFILE: 1,");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 0);
}

/* The URC's line, whole. */
static void ends_with(const char *part, const char *wanted)
{
    char text[64];
    snprintf(text, sizeof text, "%s", part);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%.20s",
             virtual_wait(&v, 50));
    has(text, wanted);
}

static void the_code_of_a_fault_is_the_code_of_the_urc(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan("every url 1", rows[i].action);
        if (rows[i].http != NULL)
            ends_with(strstr(fetch_http(), "+HTTPTOFS: "), rows[i].http);
        virtual_wait(&v, 5000);
        if (rows[i].ftp != NULL)
            ends_with(strstr(fetch_ftp(), "+FTPEXTGETFILE: "), rows[i].ftp);
        virtual_wait(&v, 5000);
    }
}

static void a_spoilt_byte_is_the_one_that_was_named(void **context)
{
    (void)context;
    control("every url 1 spoilt 1234");
    has(fetch_http(), "+HTTPTOFS: ");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 1);
    assert_true(file[1234] != (char)fixture.zip.bytes[1234]);
    has(fetch_ftp(), "+FTPEXTGETFILE: ");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 1);
}

static void a_spoilt_package_is_refused(void **context)
{
    (void)context;
    control("at url 1 spoilt 40000");
    has(fetch_http(), "+HTTPTOFS: ");
    has(virtual_say(&v, "AT+CFOTA=1\r"), "OK");
    virtual_wait_for(&v, "Update failed, please wait for reset", 60000);
    virtual_wait(&v, 8000);
    has(virtual_say(&v, "AT+CFOTA?\r"), "+CFOTA: 7");
    virtual_is_usable(&v);
}

static void an_outage_in_mid_download_leaves_no_file(void **context)
{
    (void)context;
    control("at url 1 outage 40000");
    has(fetch_http_until(NULL), "OK");
    virtual_lacks(&v, virtual_wait(&v, 10000), "+HTTPTOFS: ");
    assert_non_null(strstr(v.log, "power cut"));
    assert_int_equal(size_of_file(), -1);
    virtual_is_usable(&v);
}

static void a_rate_takes_its_time(void **context)
{
    (void)context;
    control("at url 1 rate 4000");
    const int64_t start_us = v.now_us;
    has(fetch_http(), "+HTTPTOFS: ");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 0);
    const int64_t least_us = (int64_t)fixture.zip.length * 1000000 / 4000;
    assert_in_range(v.now_us - start_us, least_us, least_us * 2);
}

/* --- N18, N19 ------------------------------------------------------------- */

static void address(char text[64])
{
    const char *said = virtual_say(&v, "AT+CNACT?\r");
    has(said, "+CNACT: 1,\"");
    const char *answer = strstr(said, "+CNACT: 1,\"");
    snprintf(text, 64, "%.*s", (int)strcspn(answer + 11, "\""), answer + 11);
}

static void n18_a_lost_context_comes_back_with_another_address(void **context)
{
    char before[64], behind[64];
    (void)context;
    address(before);
    control("at url 1 pdp 3000");
    has(fetch_http(), "+HTTPTOFS: ");
    virtual_wait(&v, 10000);
    address(behind);
    assert_string_not_equal(before, behind);
    has(fetch_http(), "+HTTPTOFS: ");
    virtual_wait(&v, 100);
    assert_int_equal(differences(), 0);
    control("now pdp");
    has(virtual_wait_for(&v, "PDP: ACTIVE", 60000), "PDP: DEACTIVE");
    address(before);
    assert_string_not_equal(before, behind);
}

static void n19_the_clock_of_the_network_may_jump(void **context)
{
    (void)context;
    has(virtual_say(&v, "AT+CLTS=1;+CFUN=1,1\r"), "OK");
    virtual_wait(&v, 10000);
    has(virtual_say(&v, "AT+CCLK?\r"), "+CCLK: \"20/09/13,");
    control("now time 1893456000"); /* 2030-01-01 */
    control("now network 0");
    virtual_wait(&v, 1000);
    control("now network 1");
    virtual_wait(&v, 10000);
    has(virtual_say(&v, "AT+CCLK?\r"), "+CCLK: \"30/01/01,");
    control("now time 1000000000"); /* 2001-09-09: back it goes */
    control("now network 0");
    virtual_wait(&v, 1000);
    control("now network 1");
    virtual_wait(&v, 10000);
    has(virtual_say(&v, "AT+CCLK?\r"), "+CCLK: \"01/09/09,");
    virtual_is_usable(&v);
}

/* --- radio ---------------------------------------------------------------- */

static void registration_and_signal_change_while_it_runs(void **context)
{
    static const unsigned stats[] = {2, 3, 5, 0, 1};
    (void)context;
    has(virtual_say(&v, "AT+CREG=1;+CGREG=1;+CEREG=1\r"), "OK");
    for (size_t i = 0; i < sizeof stats / sizeof stats[0]; i++) {
        char command[32], urc[3][32];
        snprintf(command, sizeof command, "now network %u", stats[i]);
        snprintf(urc[0], sizeof urc[0], "\r\n+CREG: %u\r\n", stats[i]);
        snprintf(urc[1], sizeof urc[1], "\r\n+CGREG: %u\r\n", stats[i]);
        snprintf(urc[2], sizeof urc[2], "\r\n+CEREG: %u\r\n", stats[i]);
        control(command);
        const char *heard = virtual_wait(&v, 10000);
        for (int u = 0; u < 3; u++)
            has(heard, urc[u]);
    }
    control("now signal 99");
    has(virtual_say(&v, "AT+CSQ\r"), "+CSQ: 99,99");
    control("now cut"); /* the world does not change because of that */
    virtual_wait(&v, 10000);
    has(virtual_say(&v, "AT+CSQ\r"), "+CSQ: 99,99");
    control("now signal 31");
    has(virtual_say(&v, "AT+CSQ\r"), "+CSQ: 31,99");
    virtual_is_usable(&v);
}

static unsigned messages(const char *heard)
{
    unsigned count = 0;
    while ((heard = strstr(heard, "+CMTI: ")) != NULL) {
        heard++;
        count++;
    }
    return count;
}

static void an_sms_waits_for_a_module_that_is_off(void **context)
{
    (void)context;
    control("now cut");
    virtual_wait(&v, 10);
    control("now sms +491 first");
    control("now sms +492 second");
    has(virtual_control(&v, "status"), "state off\n");
    virtual_wait(&v, 900); /* nor do they switch it on */
    has(virtual_control(&v, "status"), "state off\n");
    assert_int_equal(messages(virtual_wait(&v, 15000)), 2);
    has(virtual_say(&v, "AT+CMGF=1;+CMGR=1\r"), "first");
    has(virtual_say(&v, "AT+CMGR=2\r"), "second");
}

static void an_sms_waits_for_the_end_of_an_update(void **context)
{
    (void)context;
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
    virtual_say(&v, "AT+CFOTA=1\r");
    virtual_wait_for(&v, "\"Updating\",", 60000);
    control("now sms +491 hello");
    assert_int_equal(
        messages(virtual_wait_for(&v, "Update successfully", 600000)), 0);
    assert_int_equal(messages(virtual_wait(&v, 15000)), 1);
}

/* They lie on the SIM, and in the module's flash. */
static void sms_outlive_a_reset_and_a_power_cut(void **context)
{
    static const char *const ways[] = {"now reset", "now cut"};
    (void)context;
    virtual_say(&v, "AT+CPMS=\"SM\",\"SM\",\"ME\"\r");
    control("now sms +491 in flash");
    virtual_wait(&v, 100);
    virtual_say(&v, "AT+CPMS=\"SM\",\"SM\",\"SM\"\r");
    control("now sms +492 on the SIM");
    virtual_wait(&v, 100);
    for (int i = 0; i < 2; i++) {
        control(ways[i]);
        virtual_wait(&v, 15000);
        has(virtual_say(&v, "AT+CMGF=1;+CMGR=1,1\r"),
            "\"REC UNREAD\",\"+492\"");
        has(virtual_say(&v, "AT+CPMS=\"ME\";+CMGR=1,1\r"), "in flash");
    }
}

static void more_sms_than_the_network_keeps_are_lost_and_named(void **context)
{
    (void)context;
    control("now cut");
    virtual_wait(&v, 10);
    for (int i = 0; i < 9; i++)
        control("now sms +491 hello");
    assert_int_equal(messages(virtual_wait(&v, 20000)), 8);
    has(v.log, "the SMS of +491 is lost: 8 others wait");
}

/* --- files ---------------------------------------------------------------- */

static void a_file_that_cannot_be_written_stays_as_it_was(void **context)
{
    static const char *const faults[] = {"at write 1 fail", "at write 2 full"};
    (void)context;
    virtual_put(&v, "fota/update.zip", "old", 3);
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    for (int i = 0; i < 2; i++) {
        control(faults[i]);
        virtual_say(&v, "AT+CFSWFILE=1,\"update.zip\",0,5,1000\r");
        has(virtual_say(&v, "12345"), "ERROR");
        has_left(0, "old");
    }
    virtual_say(&v, "AT+CFSWFILE=1,\"update.zip\",0,5,1000\r");
    has(virtual_say(&v, "12345"), "OK");
    assert_int_equal(size_of_file(), 5);
    virtual_is_usable(&v);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_fault_of_a_transfer_is_told_by_http_and_by_ftp),
        TEST(the_code_of_a_fault_is_the_code_of_the_urc),
        TEST(a_spoilt_byte_is_the_one_that_was_named),
        TEST(a_spoilt_package_is_refused),
        TEST(an_outage_in_mid_download_leaves_no_file),
        TEST(a_rate_takes_its_time),
        TEST(n18_a_lost_context_comes_back_with_another_address),
        TEST(n19_the_clock_of_the_network_may_jump),
        TEST(registration_and_signal_change_while_it_runs),
        TEST(an_sms_waits_for_a_module_that_is_off),
        TEST(an_sms_waits_for_the_end_of_an_update),
        TEST(sms_outlive_a_reset_and_a_power_cut),
        TEST(more_sms_than_the_network_keeps_are_lost_and_named),
        TEST(a_file_that_cannot_be_written_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
