/* SPDX-License-Identifier: Apache-2.0 */
/* Boot, SIM, registration, bearers, transfers, SMS. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define OK "\r\nOK\r\n"
#define REFUSED "\r\n+CME ERROR: 3\r\n"

static struct module_bench b;

static void quiet(void)
{
    module_bench_say(&b, "ATE0+CMEE=1\r");
}

static int set_up(void **state)
{
    (void)state;
    module_bench_start(&b, FFX_PROFILE_MANUAL);
    quiet();
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

static void waits(uint32_t ms, const char *said)
{
    assert_string_equal(module_bench_wait(&b, ms), said);
}

/* Boots anew with what the config says now. */
static void boots(const char *said)
{
    module_bench_boot(&b);
    waits(2000, said);
    quiet();
}

/* --- boot and SIM -------------------------------------------------------- */

static void boot_urcs_come_one_by_one(void **state)
{
    (void)state;
    module_bench_boot(&b);
    waits(50, "");
    waits(100, "\r\nRDY\r\n");
    waits(100, "\r\n+CFUN: 1\r\n");
    waits(200, "\r\n+CPIN: READY\r\n");
    waits(300, "\r\nSMS Ready\r\n");
    waits(60000, "");
}

static void in_auto_baud_boot_is_silent_but_complete(void **state)
{
    (void)state;
    expect("AT+IPR=0\r", OK);
    boots("");
    expect("AT+CPIN?\r", "\r\n+CPIN: READY\r\n" OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
    /* No boot, and the rate is found: the note's dialogue 4.2. */
    expect("AT+CFUN=0\r", "\r\n+CPIN: NOT READY\r\n" OK);
    expect("AT+CFUN=1\r", OK);
    waits(1000, "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void a_sim_may_be_missing(void **state)
{
    (void)state;
    b.config.sim_pin = NULL;
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n");
    expect("AT+CPIN?\r", "\r\n+CME ERROR: 10\r\n");
    expect("AT+CNACT=1\r", "\r\n+CME ERROR: 10\r\n");
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
    expect("AT+COPS?\r", "\r\n+COPS: 0\r\n" OK);
}

static void a_pin_unlocks_the_sim(void **state)
{
    (void)state;
    b.config.sim_pin = "1234";
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: SIM PIN\r\n");
    expect("AT+CPIN?\r", "\r\n+CPIN: SIM PIN\r\n" OK);
    expect("AT+CNACT=1\r", "\r\n+CME ERROR: 11\r\n");
    expect("AT+CPIN=9999\r", "\r\n+CME ERROR: 16\r\n");
    expect("AT+CPIN=\"1234\"\r", OK "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    expect("AT+CPIN=1234\r", REFUSED);
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
}

static void the_right_pin_gives_three_tries_again(void **state)
{
    (void)state;
    b.config.sim_pin = "1234";
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    quiet();
    for (int i = 0; i < 3; i++) {
        expect("AT+CPIN=0000\r", "\r\n+CME ERROR: 16\r\n");
        expect("AT+CPIN=0000\r", "\r\n+CME ERROR: 16\r\n");
        module_bench_say(&b, "AT+CPIN=1234\r");
        expect("AT+CPIN?\r", "\r\n+CPIN: READY\r\n" OK);
        module_bench_say(&b, "AT+CFUN=0;+CFUN=1\r");
        waits(1000, "\r\n+CPIN: SIM PIN\r\n");
    }
}

static void three_wrong_pins_need_the_puk(void **state)
{
    (void)state;
    b.config.sim_pin = "1234";
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    quiet();
    for (int i = 0; i < 3; i++)
        expect("AT+CPIN=0000\r", "\r\n+CME ERROR: 16\r\n");
    expect("AT+CPIN=1234\r", "\r\n+CME ERROR: 12\r\n");
    expect("AT+CPIN?\r", "\r\n+CPIN: SIM PUK\r\n" OK);
}

/* --- radio --------------------------------------------------------------- */

static void cfun_0_takes_the_radio_away(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=1;+CREG=1\r");
    module_bench_wait(&b, 1000);
    expect("AT+CFUN=0\r", "\r\n+CPIN: NOT READY\r\n" OK
                          "\r\n+CREG: 0\r\n\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CFUN=0\r", OK);
    expect("AT+CSQ\r", "\r\n+CSQ: 99,99\r\n" OK);
    expect("AT+CNACT=1\r", "\r\n+CME ERROR: 797\r\n");
    expect("AT+CPSI?\r", "\r\n+CPSI: NO SERVICE,Offline\r\n" OK);
    expect("AT+CFUN=1\r", OK);
    waits(1000, "\r\n+CPIN: READY\r\n\r\n+CREG: 1\r\n\r\nSMS Ready\r\n");
    /* Minimum functionality is not stored. */
    expect("AT+CFUN=0\r", "\r\n+CPIN: NOT READY\r\n" OK "\r\n+CREG: 0\r\n");
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void cfun_4_keeps_the_sim_and_is_stored(void **state)
{
    (void)state;
    expect("AT+CFUN=4\r", OK);
    expect("AT+CPIN?\r", "\r\n+CPIN: READY\r\n" OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
    boots("\r\nRDY\r\n\r\n+CFUN: 4\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    expect("AT+CFUN?\r", "\r\n+CFUN: 4\r\n" OK);
    expect("AT+CFUN=1\r", OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 1\r\n" OK);
}

static void cfun_resets_after_its_ok(void **state)
{
    (void)state;
    expect("AT+CFUN=1,1\r", OK); /* D13 */
    assert_int_equal(b.reset_kind, FFX_RESET_SOFT);
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    expect("AT+CFUN=6\r", OK);
    assert_int_equal(b.resets, 2);
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    quiet();
    expect("AT+CFUN=2\r", REFUSED);
    expect("AT+CFUN=8\r", REFUSED);
    assert_int_equal(b.resets, 2);
}

static void cpowd_says_goodbye_without_ok(void **state)
{
    (void)state;
    expect("AT+CPOWD=1;+GSN\r", "\r\nNORMAL POWER DOWN\r\n");
    assert_int_equal(b.resets, 1);
    assert_int_equal(b.reset_kind, FFX_POWER_DOWN);
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    quiet();
    expect("AT+CPOWD=0\r", "");
    assert_int_equal(b.resets, 2);
}

static void registration_can_be_watched(void **state)
{
    (void)state;
    expect("AT+CREG?;+CGREG?;+CEREG?\r",
           "\r\n+CREG: 0,1\r\n\r\n+CGREG: 0,1\r\n\r\n+CEREG: 0,1\r\n" OK);
    expect("AT+CEREG=2\r", OK);
    expect("AT+CEREG?\r",
           "\r\n+CEREG: 2,1,\"74CE\",\"00\",\"1AE1BDA\",9\r\n" OK);
    expect("AT+CREG=4\r", REFUSED);
    expect("AT+CEREG=3\r", REFUSED);
    expect("AT+COPS=2\r", OK "\r\n+CEREG: 0\r\n");
    expect("AT+COPS?\r", "\r\n+COPS: 2\r\n" OK);
    expect("AT+COPS=1,2,\"99999\"\r", "\r\n+CME ERROR: 30\r\n");
    expect("AT+COPS=1,2,\"46011\"\r",
           OK "\r\n+CEREG: 1,\"74CE\",\"00\",\"1AE1BDA\",9\r\n");
    expect("AT+COPS?\r", "\r\n+COPS: 1,2,\"46011\",9\r\n" OK);
    expect("AT+CGATT=0\r", OK);
    expect("AT+CGATT?\r", "\r\n+CGATT: 0\r\n" OK);
}

static const struct {
    const char *model;
    const char *cnmp, *cmnb, *gsm;
} family[] = {
    {"SIM7000E",
     "((2-Automatic),(13-GSM Only),(38-LTE Only),"
     "(51-GSM And LTE Only))",
     "((1-Cat-M),(2-NB-IoT),(3-Cat-M And NB-IoT))", OK},
    {"SIM7000C-N", "((2-Automatic),(38-LTE Only))", "((2-NB-IoT))", REFUSED},
    {"SIM7000E-N", "((2-Automatic),(38-LTE Only))", "((2-NB-IoT))", REFUSED},
};

static void each_model_has_its_radio(void **state)
{
    char said[200];
    (void)state;
    for (size_t i = 0; i < sizeof family / sizeof family[0]; i++) {
        b.model = family[i].model;
        module_bench_boot(&b);
        module_bench_wait(&b, 2000);
        quiet();
        snprintf(said, sizeof said, "\r\n+CNMP: %s\r\n" OK, family[i].cnmp);
        expect("AT+CNMP=?\r", said);
        snprintf(said, sizeof said, "\r\n+CMNB: %s\r\n" OK, family[i].cmnb);
        expect("AT+CMNB=?\r", said);
        expect("AT+CNMP=13\r", family[i].gsm);
        snprintf(said, sizeof said, "\r\nSIMCOM_%s\r\n" OK, family[i].model);
        expect("AT+GMM\r", said);
        expect("AT+CNMP=3\r", REFUSED);
        expect("AT+CNMP=2\r", OK);
    }
}

static void gsm_delivers_no_apn(void **state)
{
    (void)state;
    expect("AT+CNMP=13\r", OK);
    expect("AT+CGNAPN\r", "\r\n+CGNAPN: 0,\"\"\r\n" OK);
    expect("AT+COPS?\r", "\r\n+COPS: 0,0,\"CHN-CT\",0\r\n" OK);
}

/* --- bearers ------------------------------------------------------------- */

static void cnact_speaks_the_manual_s_grammar(void **state)
{
    (void)state;
    expect("AT+CNACT?\r", "\r\n+CNACT: 0,\"0.0.0.0\"\r\n" OK);
    expect("AT+CNACT=1,\"ctnb\"\r", OK);
    expect("AT+CNACT?\r", "\r\n+CNACT: 2,\"0.0.0.0\"\r\n" OK);
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 1,\"10.94.36.44\"\r\n" OK);
    expect("AT+CNACT=1\r", OK);
    waits(1000, "");
    expect("AT+CNACT=0,1\r", REFUSED);
    expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CNACT=0\r", OK);
    expect("AT+CNACT=3\r", REFUSED);
}

static void cnact_fails_without_a_network(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CGATT=0\r");
    expect("AT+CNACT=1\r", OK);
    waits(1000, "\r\n+APP PDP: DEACTIVE\r\n");
}

static void cnact_2_comes_back_by_itself(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=2\r");
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CGATT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CGATT=1\r", OK);
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    expect("AT+CGATT=0;+CGATT=1\r", OK);
    waits(1000, ""); /* unless it was closed on purpose */
}

static void sapbr_opens_and_closes(void **state)
{
    (void)state;
    expect("AT+SAPBR=3,1,\"APN\",\"ctnb\"\r", OK);
    expect("AT+SAPBR=2,1\r", "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n" OK);
    expect("AT+SAPBR=1,1\r", OK);
    expect("AT+SAPBR=1,1\r", REFUSED);
    expect("AT+SAPBR=2,1\r", "\r\n+SAPBR: 1,1,\"10.94.36.44\"\r\n" OK);
    expect("AT+CGATT=0\r", OK "\r\n+SAPBR 1: DEACT\r\n");
    expect("AT+SAPBR=0,1\r", REFUSED);
    expect("AT+SAPBR=1,4\r", REFUSED);
}

static void contexts_are_kept(void **state)
{
    (void)state;
    expect("AT+CGDCONT?\r",
           "\r\n+CGDCONT: 1,\"IP\",\"\",\"0.0.0.0\",0,0,0,0\r\n" OK);
    expect("AT+CGDCONT=24,\"IPV4V6\",\"a.b\",\"0.0.0.0\",0,0\r", OK);
    expect("AT+CGDCONT=1\r", OK);
    expect("AT+CGDCONT=25,\"IP\"\r", REFUSED);
    expect("AT+CGDCONT=1,\"X25\"\r", REFUSED);
    expect("AT+CGDCONT=1,\"IP\",\"x\",,3\r", REFUSED);
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    quiet();
    expect("AT+CGDCONT?\r",
           "\r\n+CGDCONT: 24,\"IPV4V6\",\"a.b\",\"0.0.0.0\",0,0,0,0\r\n" OK);
}

/* --- HTTP ---------------------------------------------------------------- */

#define GET "AT+HTTPTOFS=\"http://h/u.zip\",\"/fota/update.zip\"\r"

static void opened(void)
{
    module_bench_say(&b, "AT+CNACT=1\r");
    module_bench_wait(&b, 1000);
}

static void no_bearer_is_601(void **state)
{
    (void)state;
    expect(GET, OK);
    waits(100, "\r\n+HTTPTOFS: 601,0\r\n");
    assert_int_equal(b.starts, 0);
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,0,0\r\n" OK);
}

static void a_bearer_that_is_opening_is_waited_for(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNACT=1\r");
    expect(GET, OK);
    waits(100, "");
    assert_int_equal(b.starts, 0);
    waits(900, "\r\n+APP PDP: ACTIVE\r\n");
    assert_int_equal(b.starts, 1);
    assert_int_equal(b.transfer.timeout_s, 50);
    assert_int_equal(b.transfer.tries, 5);
}

static void progress_can_be_asked_for(void **state)
{
    (void)state;
    opened();
    expect("AT+HTTPTOFS?\r", "\r\n+HTTPTOFS: 0,\"\",\"\"\r\n" OK);
    module_bench_say(&b, GET);
    waits(100, "");
    b.progress.received = 28691;
    b.progress.total = 30575;
    waits(100, "");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 1,28691,30575\r\n" OK);
    expect("AT+HTTPTOFS?\r",
           "\r\n+HTTPTOFS: 1,\"http://h/u.zip\",\"/fota/update.zip\"\r\n" OK);
    expect(GET, REFUSED);
    expect("AT+HTTPTOFS=\"http://other/\",\"/fota/other\"\r", REFUSED);
    expect("AT+HTTPTOFS?\r",
           "\r\n+HTTPTOFS: 1,\"http://h/u.zip\",\"/fota/update.zip\"\r\n" OK);
    expect("AT+CFOTA=1\r", REFUSED);
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSDFILE=1,\"update.zip\"\r", REFUSED);
    b.progress = (struct ffx_module_progress){
        .http_status = 200, .received = 30575, .total = 30575};
    waits(100, "\r\n+HTTPTOFS: 200,30575\r\n");
    expect("AT+HTTPTOFSRL?\r", "\r\n+HTTPTOFSRL: 0,30575,30575\r\n" OK);
    expect("AT+HTTPTOFS?\r", "\r\n+HTTPTOFS: 0,\"\",\"\"\r\n" OK);
}

static void a_failure_has_length_0_and_never_200(void **state)
{
    static const struct {
        struct ffx_module_progress progress;
        const char *urc;
    } ends[] = {
        {{.failed = 1, .http_status = 404, .received = 512},
         "\r\n+HTTPTOFS: 404,0\r\n"},
        {{.failed = 1, .http_status = 602, .received = 9},
         "\r\n+HTTPTOFS: 602,0\r\n"},
        {{.failed = 1, .http_status = 200, .received = 9},
         "\r\n+HTTPTOFS: 65535,0\r\n"},
    };
    (void)state;
    opened();
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        module_bench_say(&b, GET);
        waits(60, "");
        b.progress = ends[i].progress;
        waits(100, ends[i].urc);
    }
}

static void a_lost_bearer_cancels_the_transfer(void **state)
{
    (void)state;
    opened();
    module_bench_say(&b, GET);
    waits(100, "");
    expect("AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
    waits(100, "\r\n+HTTPTOFS: 601,0\r\n");
    assert_int_equal(b.cancels, 1);
}

static void a_reset_cancels_the_transfer(void **state)
{
    (void)state;
    opened();
    module_bench_say(&b, GET);
    waits(100, "");
    expect("AT+CFUN=6\r", OK);
    assert_int_equal(b.cancels, 1);
    waits(3000, "");
}

static void what_a_server_claims_stays_a_number(void **state)
{
    (void)state;
    opened();
    module_bench_say(&b, GET);
    waits(60, "");
    b.progress.total = b.progress.received = UINT32_MAX;
    waits(60, "");
    expect("AT+HTTPTOFSRL?\r",
           "\r\n+HTTPTOFSRL: 1,2147483647,2147483647\r\n" OK);
}

static void a_port_that_cannot_start_is_601_too(void **state)
{
    (void)state;
    opened();
    b.start_result = FFX_ERR_IO;
    module_bench_say(&b, GET);
    waits(100, "\r\n+HTTPTOFS: 601,0\r\n");
    assert_int_equal(b.cancels, 0);
}

static void urls_and_paths_are_checked(void **state)
{
    static const char *const lines[] = {
        "AT+HTTPTOFS=\"ftp://h/u\",\"/fota/u\"",
        "AT+HTTPTOFS=\"http://h/a b\",\"/fota/u\"",
        "AT+HTTPTOFS=\"file:///etc/passwd\",\"/fota/u\"",
        "AT+HTTPTOFS=\"http://h/u\",\"/fota/\"",
        "AT+HTTPTOFS=\"http://h/u\",\"/fota/../u\"",
        "AT+HTTPTOFS=\"http://h/u\",\"/etc/u\"",
        "AT+HTTPTOFS=\"http://h/u\",\"fota/u\"",
        "AT+HTTPTOFS=\"http://h/u\"",
        "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",9",
        "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",10,101",
        "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",10,5,1",
    };
    char typed[400];
    (void)state;
    opened();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(typed, sizeof typed, "%s\r", lines[i]);
        if (strcmp(module_bench_say(&b, typed), REFUSED) != 0)
            fail_msg("%s: %s", lines[i], b.said[0]);
    }
    waits(100, "");
    assert_int_equal(b.starts, 0);
    expect("AT+HTTPTOFS=HTTPS://h/u,/custapp/u,10,100\r", OK);
    module_bench_wait(&b, 100);
    assert_int_equal(b.transfer.dir, FFX_DIR_CUSTAPP);
    assert_int_equal(b.transfer.timeout_s, 10);
    assert_int_equal(b.transfer.tries, 100);
}

static void a_url_of_255_characters_fits(void **state)
{
    char typed[400], url[260];
    (void)state;
    opened();
    memset(url, 'u', sizeof url);
    memcpy(url, "http://", 7);
    url[256] = '\0';
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"%s\",\"/fota/u\"\r", url);
    expect(typed, REFUSED);
    url[255] = '\0';
    snprintf(typed, sizeof typed, "AT+HTTPTOFS=\"%s\",\"/fota/u\"\r", url);
    expect(typed, OK);
    module_bench_wait(&b, 100);
    assert_string_equal(b.url, url);
}

static void httpstofs_does_not_exist_in_the_manual(void **state)
{
    (void)state;
    expect("AT+HTTPSTOFS=\"http://h/u\",\"/fota/u\"\r", "\r\nERROR\r\n");
    expect("AT+FTPEXTGET=2,1,\"u\"\r", REFUSED); /* D16 */
    expect("AT+FTPTOFSST\r", "\r\nERROR\r\n");
}

/* --- FTP ----------------------------------------------------------------- */

static void ftp_set_up(void)
{
    module_bench_start(&b, FFX_PROFILE_NOTE);
    quiet();
    module_bench_say(&b,
                     "AT+FTPSERV=\"h.example\";+FTPGETPATH=\"/a b/c/\";"
                     "+FTPGETNAME=\"u#1.zip\";+FTPPORT=2121;+FTPUN=\"me\"\r");
}

static void ftp_settings_read_back(void **state)
{
    (void)state;
    ftp_set_up();
    expect("AT+FTPSERV?\r", "\r\n+FTPSERV: \"h.example\"\r\n" OK);
    expect("AT+FTPPORT?\r", "\r\n+FTPPORT: 2121\r\n" OK);
    expect("AT+FTPMODE?\r", "\r\n+FTPMODE: 1\r\n" OK);
    expect("AT+FTPTYPE?\r", "\r\n+FTPTYPE: \"I\"\r\n" OK);
    expect("AT+FTPCID=?\r", OK);
    expect("AT+FTPSERV=\"h/../x\"\r", REFUSED);
    expect("AT+FTPTYPE=\"E\"\r", REFUSED);
    expect("AT+FTPPORT=65536\r", REFUSED);
}

static void an_ftp_url_is_coded(void **state)
{
    (void)state;
    ftp_set_up();
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(100, "\r\n+FTPEXTGETFILE: 1,61\r\n"); /* no bearer */
    opened();
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(60, "");
    assert_string_equal(b.url, "ftp://h.example:2121/%2Fa%20b/c/u%231.zip");
    assert_string_equal(b.user, "me");
    assert_int_equal(b.transfer.passive, 1);
    expect("AT+FTPSTATE\r", "\r\n+FTPSTATE: 1\r\n" OK);
    expect("AT+FTPEXTGET=2,1,\"v\"\r", REFUSED);
    b.progress = (struct ffx_module_progress){.failed = 1, .ftp_error = 72};
    waits(100, "\r\n+FTPEXTGETFILE: 1,72\r\n");
    expect("AT+FTPTOFSST\r", "\r\n+FTPTOFSST: 0,72,0\r\n" OK);
    expect("AT+FTPSTATE\r", "\r\n+FTPSTATE: 0\r\n" OK);
}

static void ftp_can_be_stopped_and_asked_for_a_size(void **state)
{
    (void)state;
    ftp_set_up();
    expect("AT+SAPBR=1,1\r", OK); /* D11: either bearer */
    expect("AT+FTPQUIT\r", REFUSED);
    expect("AT+FTPEXTGET=2,1,\"u\"\r", OK);
    waits(100, "");
    expect("AT+FTPQUIT\r", OK "\r\n+FTPEXTGETFILE: 1,80\r\n");
    assert_int_equal(b.cancels, 1);
    expect("AT+FTPSIZE\r", OK);
    waits(60, "");
    assert_int_equal(b.transfer.size_only, 1);
    b.progress = (struct ffx_module_progress){.total = 4711};
    waits(100, "\r\n+FTPSIZE: 1,0,4711\r\n");
}

static void ftpextget_never_replaces_a_file(void **state)
{
    (void)state;
    ftp_set_up();
    opened();
    module_bench_put_file(&b, FFX_DIR_FOTA, "u", "old", 3);
    expect("AT+FTPEXTGET=2,1,\"u\"\r", REFUSED);
    expect("AT+FTPEXTGET=2\r", REFUSED);
    expect("AT+FTPGETNAME=\"\"\r", OK);
    expect("AT+FTPEXTGET=2,1,\"v\"\r", OK);
    waits(100, "\r\n+FTPEXTGETFILE: 1,66\r\n");
}

/* --- SMS ----------------------------------------------------------------- */

#define TIME "\"80/01/06,00:00:02+00\""

static void an_sms_announces_itself(void **state)
{
    (void)state;
    assert_int_equal(
        ffx_module_sms(&b.module, "+8613900", "look now", b.now_ms), 0);
    waits(10, "\r\n+CMTI: \"SM\",1\r\n");
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGL\r", "\r\n+CMGL: 1,\"REC UNREAD\",\"+8613900\",\"\"," TIME
                        "\r\nlook now\r\n" OK);
    expect("AT+CMGR=1\r", "\r\n+CMGR: \"REC READ\",\"+8613900\",\"\"," TIME
                          "\r\nlook now\r\n" OK);
    expect("AT+CMGL=\"REC UNREAD\"\r", OK);
    expect("AT+CMGL=\"NONE\"\r", REFUSED);
    expect("AT+CPMS?\r",
           "\r\n+CPMS: \"SM\",1,10,\"SM\",1,10,\"SM\",1,10\r\n" OK);
    expect("AT+CMGD=?\r", "\r\n+CMGD: (1),(0-4)\r\n" OK);
    expect("AT+CMGD=1\r", OK);
    expect("AT+CMGR=1\r", "\r\n+CMS ERROR: 321\r\n");
}

static void sms_indications_can_be_off_and_storage_full(void **state)
{
    (void)state;
    expect("AT+CNMI=2,0\r", OK);
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        assert_int_equal(ffx_module_sms(&b.module, "1", "x", b.now_ms), 0);
    assert_int_equal(ffx_module_sms(&b.module, "1", "x", b.now_ms),
                     FFX_ERR_SPACE);
    waits(100, "");
    expect("AT+CMGD=1,4\r", OK);
    expect("AT+CPMS=\"SM\"\r", "\r\n+CPMS: 0,10,0,10,0,10\r\n" OK);
    assert_int_equal(ffx_module_sms(&b.module, "", "x", b.now_ms),
                     FFX_ERR_ARGUMENT);
    assert_int_equal(ffx_module_sms(&b.module, "1\"2", "x", b.now_ms),
                     FFX_ERR_ARGUMENT);
    module_bench_say(&b, "AT+CFUN=4\r");
    assert_int_equal(ffx_module_sms(&b.module, "1", "x", b.now_ms),
                     FFX_ERR_BUSY);
}

/* --- recovery ------------------------------------------------------------ */

static void recovery_answers_only_what_recovery_needs(void **state)
{
    (void)state;
    b.config.recovery = 1;
    b.status = 5;
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n");
    expect("AT+CFOTA?\r", "\r\n+CFOTA: 5\r\n" OK);
    expect("AT+GMR\r", "\r\nRevision:1529B04SIM7000G\r\n" OK);
    expect("AT+CSQ\r", "\r\nERROR\r\n");
    expect("AT+CNACT=1\r", "\r\nERROR\r\n");
    expect(GET, "\r\nERROR\r\n");
    expect("AT+CFUN=0;+CFUN=1\r", "\r\n+CPIN: NOT READY\r\n" OK);
    waits(2000, ""); /* no radio */
    expect("AT+CFSINIT\r", OK);
    expect("AT+CFSWFILE=1,\"update.zip\",0,1,1000\rx", "\r\nDOWNLOAD\r\n" OK);
    expect("AT+CFSTERM\r", OK);
    expect("AT+CFOTA=1\r", OK);
    assert_int_equal(b.reset_kind, FFX_RESET_FOTA);
}

static void init_refuses_a_config_it_cannot_live_with(void **state)
{
    static struct ffx_module other;
    struct ffx_module_config config = b.config;
    uint8_t quirks[FFX_QUIRKS];
    (void)state;
    config.ports[0].tx_bytes = 512;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config.ports[0].tx_bytes = 1025;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config = b.config;
    config.imei = "12345678901234x";
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config = b.config;
    config.chunk = NULL;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config = b.config;
    config.port_count = 0;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config.port_count = 3;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config.port_count = 2;
    config.ports[1].line = NULL;
    assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    config = b.config;
    config.quirks = quirks;
    for (uint32_t i = 0; i < FFX_QUIRKS; i++) {
        ffx_module_quirks(FFX_PROFILE_NOTE, quirks);
        quirks[i] = 3; /* none has four values */
        assert_int_equal(ffx_module_init(&other, &config, 0), FFX_ERR_ARGUMENT);
    }
}

static void the_millisecond_count_may_wrap(void **state)
{
    (void)state;
    b.now_ms = UINT32_MAX - 350;
    boots("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    b.now_ms = UINT32_MAX - 100;
    module_bench_wait(&b, 0);
    expect("AT+CNACT=1\r", OK);
    waits(400, "");
    waits(200, "\r\n+APP PDP: ACTIVE\r\n");
}

#define NETWORK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NETWORK(boot_urcs_come_one_by_one),
        NETWORK(in_auto_baud_boot_is_silent_but_complete),
        NETWORK(a_sim_may_be_missing),
        NETWORK(a_pin_unlocks_the_sim),
        NETWORK(the_right_pin_gives_three_tries_again),
        NETWORK(three_wrong_pins_need_the_puk),
        NETWORK(cfun_0_takes_the_radio_away),
        NETWORK(cfun_4_keeps_the_sim_and_is_stored),
        NETWORK(cfun_resets_after_its_ok),
        NETWORK(cpowd_says_goodbye_without_ok),
        NETWORK(registration_can_be_watched),
        NETWORK(each_model_has_its_radio),
        NETWORK(gsm_delivers_no_apn),
        NETWORK(cnact_speaks_the_manual_s_grammar),
        NETWORK(cnact_fails_without_a_network),
        NETWORK(cnact_2_comes_back_by_itself),
        NETWORK(sapbr_opens_and_closes),
        NETWORK(contexts_are_kept),
        NETWORK(no_bearer_is_601),
        NETWORK(a_bearer_that_is_opening_is_waited_for),
        NETWORK(progress_can_be_asked_for),
        NETWORK(a_failure_has_length_0_and_never_200),
        NETWORK(a_lost_bearer_cancels_the_transfer),
        NETWORK(a_reset_cancels_the_transfer),
        NETWORK(what_a_server_claims_stays_a_number),
        NETWORK(a_port_that_cannot_start_is_601_too),
        NETWORK(urls_and_paths_are_checked),
        NETWORK(a_url_of_255_characters_fits),
        NETWORK(httpstofs_does_not_exist_in_the_manual),
        NETWORK(ftp_settings_read_back),
        NETWORK(an_ftp_url_is_coded),
        NETWORK(ftp_can_be_stopped_and_asked_for_a_size),
        NETWORK(ftpextget_never_replaces_a_file),
        NETWORK(an_sms_announces_itself),
        NETWORK(sms_indications_can_be_off_and_storage_full),
        NETWORK(recovery_answers_only_what_recovery_needs),
        NETWORK(init_refuses_a_config_it_cannot_live_with),
        NETWORK(the_millisecond_count_may_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
