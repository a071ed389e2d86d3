/* SPDX-License-Identifier: Apache-2.0 */
/* How things end: last words before a reset, a module that hangs, a transfer
 * that a fault breaks, a config that nobody could use. */
#include "server.h"
#include "virtual_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server_http server;

static int set_up_group(void **context)
{
    (void)context;
    fixture_make(&fixture, NULL);
    server_http_start(&server, fixture.directory, NULL, NULL);
    return 0;
}

static int tear_down_group(void **context)
{
    (void)context;
    server_http_stop(&server);
    fixture_free(&fixture);
    return 0;
}

static const struct virtual_options at_9600 = {.baud = 9600,
                                               .faults = "at boot 1 baud 9600"},
                                    at_300 = {.baud = 300,
                                              .faults = "at boot 1 baud 300"};

static void start(const struct virtual_options *options)
{
    virtual_start(&v, &fixture, options);
}

/* --- last words ---------------------------------------------------------- */

static void the_reset_after_an_update_waits_for_nobody(void **context)
{
    (void)context;
    start(&(struct virtual_options){0});
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
    virtual_say(&v, "AT+CFOTA=1\r");
    virtual_wait(&v, 500); /* the flash takes no time here */
    assert_non_null(strstr(v.log, "reset after the update"));
}

static void a_reset_comes_as_soon_as_ok_has_left_the_line(void **context)
{
    (void)context;
    start(&at_9600);
    virtual_say(&v, "AT+CFUN=1,1\r");
    virtual_wait(&v, 100);
    assert_non_null(strstr(v.log, "reset\n"));
}

static void last_words_that_nobody_reads_hold_a_reset_up_for_seconds(void **c)
{
    (void)c;
    start(&at_300);
    virtual_say(&v, "ATI;+GMR;+GSN;+CGMM;+GMR;+GSN;+CFUN=1,1\r");
    virtual_wait(&v, 3000);
    assert_null(strstr(v.log, "reset\n"));
    virtual_wait(&v, 2000);
    assert_non_null(strstr(v.log, "reset\n"));
}

static void a_module_is_off_when_its_last_words_have_left(void **context)
{
    (void)context;
    start(&at_300);
    virtual_say(&v, "AT+CPOWD=1\r");
    virtual_wait_for(&v, "NORMAL POWER DOWN\r\n", 3000);
    virtual_wait(&v, 100);
    assert_int_equal(v.result, 0);
}

/* --- a module that hangs ------------------------------------------------- */

static void a_module_that_hangs_lets_the_computer_sleep(void **context)
{
    struct pollfd fds[FFX_SIM_FDS];
    int timeout_ms;
    (void)context;
    start(&at_9600);
    virtual_say(&v, "ATI\rATI\rATI\rATI\r");
    virtual_control(&v, "now hang");
    virtual_wait(&v, 2000);
    const unsigned count = ffx_sim_wait(v.sim, fds, &timeout_ms);
    assert_int_equal(timeout_ms, -1);
    assert_int_equal(count, 1);
    assert_int_equal(fds[0].events, POLLIN);
}

static void a_module_that_hangs_in_an_update_lets_it_sleep_too(void **context)
{
    struct pollfd fds[FFX_SIM_FDS];
    int timeout_ms;
    (void)context;
    start(&(struct virtual_options){
        .baud = 300, .faults = "at boot 1 baud 300\nat percent 40 hang"});
    virtual_wait(&v, 5000);
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
    virtual_say(&v, "AT+CFOTA=1\r");
    virtual_wait(&v, 60000);
    assert_non_null(strstr(v.log, "the module hangs"));
    ffx_sim_wait(v.sim, fds, &timeout_ms);
    assert_int_equal(timeout_ms, -1);
    assert_int_equal(fds[0].events, POLLIN);
}

/* --- pins ---------------------------------------------------------------- */

static void a_cut_ends_the_pulse_of_ri(void **context)
{
    (void)context;
    start(&(struct virtual_options){0});
    virtual_say(&v, "AT+CFGRI=1;+CNMI=2,1\r");
    virtual_control(&v, "now sms +4917012345 hello");
    virtual_wait(&v, 20);
    assert_int_equal(ffx_sim_pin(v.sim, FFX_SIM_RI), 0);
    virtual_control(&v, "now cut");
    virtual_wait(&v, 3000);
    assert_int_equal(ffx_sim_pin(v.sim, FFX_SIM_RI), 1);
}

/* --- a transfer that a fault breaks -------------------------------------- */

static void get(const char *path)
{
    char command[256];
    virtual_say(&v, "AT+CNACT=1\r");
    virtual_wait(&v, 2000);
    snprintf(command, sizeof command,
             "AT+HTTPTOFS=\"http://127.0.0.1:%u/%s\",\"/customer/x.bin\"\r",
             (unsigned)server.port, path);
    virtual_say(&v, command);
}

static void a_broken_download_leaves_no_file(void **context)
{
    char byte;
    (void)context;
    start(&(struct virtual_options){.faults = "at url 1 broken 1"});
    get("update.zip");
    virtual_wait_for(&v, "+HTTPTOFS: 601", 120000);
    assert_int_equal(virtual_file(&v, "customer/x.bin", &byte, 1), -1);
    get("update.zip");
    virtual_wait_for(&v, "+HTTPTOFS: 200", 120000);
    assert_int_equal(virtual_file(&v, "customer/x.bin", &byte, 1),
                     (long)fixture.zip.length);
}

static void a_slow_download_that_is_cut_leaves_no_file(void **context)
{
    char byte;
    (void)context;
    start(&(struct virtual_options){.faults = "at url 1 rate 10"});
    get("update.zip");
    virtual_wait(&v, 3000);
    virtual_control(&v, "now cut");
    virtual_wait(&v, 3000);
    assert_int_equal(virtual_file(&v, "customer/x.bin", &byte, 1), -1);
}

static void a_stalled_download_shows_nothing_of_the_one_before(void **context)
{
    (void)context;
    start(&(struct virtual_options){.faults = "at url 2 stall"});
    get("update.zip");
    virtual_wait_for(&v, "+HTTPTOFS: 200", 120000);
    get("update.zip");
    virtual_wait(&v, 1000);
    assert_non_null(
        strstr(virtual_say(&v, "AT+HTTPTOFSRL?\r"), "+HTTPTOFSRL: 1,0,0"));
}

/* --- configs ------------------------------------------------------------- */

static void create_says_what_the_config_cannot_be(void **context)
{
    static const char long_name[] = "0123456789012345678901234567890123456789"
                                    "012345678901234567890123";
    const struct {
        struct ffx_sim_config config;
        const char *says;
    } rows[] = {
        {{.state = NULL}, "state"},
        {{.state = "/nowhere"}, "IMEI"},
        {{.state = "/nowhere", .imei = "12345678901234x"}, "IMEI"},
        {{.state = "/nowhere", .imei = "866425030000006", .apn = long_name},
         "access point"},
        {{.state = "/nowhere", .imei = "866425030000006", .boot_ms = 600001},
         "boot"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ffx_sim_error error = {0};
        struct ffx_sim *sim = NULL;
        assert_int_equal(ffx_sim_create(&sim, &rows[i].config, &error),
                         FFX_ERR_ARGUMENT);
        assert_int_equal(error.code, FFX_ERR_ARGUMENT);
        assert_non_null(strstr(error.text, rows[i].says));
        assert_null(sim);
    }
    assert_int_not_equal(access("/nowhere", F_OK), 0);
}

#define ENDS(name) cmocka_unit_test_teardown(name, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENDS(the_reset_after_an_update_waits_for_nobody),
        ENDS(a_reset_comes_as_soon_as_ok_has_left_the_line),
        ENDS(last_words_that_nobody_reads_hold_a_reset_up_for_seconds),
        ENDS(a_module_is_off_when_its_last_words_have_left),
        ENDS(a_module_that_hangs_lets_the_computer_sleep),
        ENDS(a_module_that_hangs_in_an_update_lets_it_sleep_too),
        ENDS(a_cut_ends_the_pulse_of_ri),
        ENDS(a_broken_download_leaves_no_file),
        ENDS(a_slow_download_that_is_cut_leaves_no_file),
        ENDS(a_stalled_download_shows_nothing_of_the_one_before),
        cmocka_unit_test(create_says_what_the_config_cannot_be),
    };
    return cmocka_run_group_tests_name("ends", tests, set_up_group,
                                       tear_down_group);
}
