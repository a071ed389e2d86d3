/* SPDX-License-Identifier: Apache-2.0 */
/* Two AT ports over one radio and one file system: each has a line, an echo
 * and an error form of its own, and neither waits for the other. */
#include "module_bench.h"

#include "module/urc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define OK "\r\nOK\r\n"
#define GMR "\r\nRevision:1529B04SIM7000G\r\n" OK
#define UART FFX_PORT_UART
#define USB FFX_PORT_USB

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_init(&b, FFX_PROFILE_MANUAL);
    b.config.port_count = 2;
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say_on(&b, UART, "ATE0\r");
    module_bench_say_on(&b, USB, "ATE0\r");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static void expect(uint32_t port, const char *typed, const char *said)
{
    assert_string_equal(module_bench_say_on(&b, port, typed), said);
    assert_string_equal(b.said[1 - port], "");
}

static void boot_urcs_go_to_both(void **state)
{
    static const char boot[] = "\r\nRDY\r\n\r\n+CFUN: 1\r\n"
                               "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n";
    (void)state;
    module_bench_boot(&b);
    assert_string_equal(module_bench_wait(&b, 2000), boot);
    assert_string_equal(b.said[USB], boot);
}

static void settings_of_a_line_belong_to_its_port(void **state)
{
    (void)state;
    expect(USB, "ATE1\r", OK);
    expect(USB, "AT+CMEE=2\r", "AT+CMEE=2\r" OK);
    expect(USB, "AT+CFOTA=7\r",
           "AT+CFOTA=7\r\r\n+CME ERROR: operation not allowed\r\n");
    expect(UART, "AT+CFOTA=7\r", "\r\nERROR\r\n");
    expect(UART, "ATV0\r", "0\r");
    expect(USB, "AT+GMR\r", "AT+GMR\r" GMR);
    expect(UART, "ATQ1\r", "");
    expect(USB, "AT\r", "AT\r" OK);
    expect(USB, "AT+IFC=2,2\r", "AT+IFC=2,2\r" OK);
    assert_int_equal(b.flow_to_te, 0); /* not the UART's */
    expect(UART, "ATQ0V1+IFC?\r", "\r\n+IFC: 0,0\r\n" OK);
    expect(UART, "AT+IFC=2,2\r", OK);
    assert_int_equal(b.flow_to_te, 2);
}

/* The first `cut` bytes of a line on one port, a line on the other, the rest;
 * `a` and `b` are what each of them is answered. */
static void interleave(uint32_t port, const char *typed, uint32_t cut,
                       const char *answer)
{
    char head[600];
    snprintf(head, sizeof head, "%.*s", (int)cut, typed);
    if (strcmp(module_bench_say_on(&b, port, head),
               cut == strlen(typed) ? answer : "") != 0)
        fail_msg("\"%s\": said \"%s\"", head, b.said[port]);
    expect(1 - port, "AT+GMR\r", GMR);
    if (cut < strlen(typed))
        expect(port, typed + cut, answer);
}

static void lines_may_be_interleaved_at_every_byte(void **state)
{
    static const char line[] = "AT+CMEE=1;+CFOTA=7\r";
    (void)state;
    for (uint32_t cut = 0; cut <= strlen(line); cut++) {
        interleave(UART, line, cut, "\r\n+CME ERROR: 3\r\n");
        interleave(USB, line, cut, "\r\n+CME ERROR: 3\r\n");
    }
}

static void byte_by_byte_in_turns(void **state)
{
    static const char on_uart[] = "AT+GSN;+CFOTA?\r";
    static const char on_usb[] = "AT+CMEE?;+GMR\r\n";
    char said[FFX_MODULE_PORTS][200] = {"", ""};
    (void)state;
    for (uint32_t i = 0; i < sizeof on_uart; i++) {
        const char bytes[2][2] = {{on_uart[i], 0}, {on_usb[i], 0}};
        for (uint32_t port = 0; port < FFX_MODULE_PORTS; port++)
            strcat(said[port], module_bench_say_on(&b, port, bytes[port]));
    }
    assert_string_equal(said[UART], "\r\n869951030000019\r\n"
                                    "\r\n+CFOTA: 8\r\n" OK);
    assert_string_equal(said[USB], "\r\n+CMEE: 0\r\n"
                                   "\r\nRevision:1529B04SIM7000G\r\n" OK);
}

static void a_urc_waits_only_where_somebody_types(void **state)
{
    (void)state;
    expect(UART, "AT+CNACT=1\r", OK);
    expect(USB, "AT+GM", "");
    assert_string_equal(module_bench_wait(&b, 1000),
                        "\r\n+APP PDP: ACTIVE\r\n");
    assert_string_equal(b.said[USB], "");
    expect(USB, "R\r", GMR "\r\n+APP PDP: ACTIVE\r\n");
}

static void file_data_on_one_port_leaves_the_other_free(void **state)
{
    (void)state;
    expect(UART, "AT+CFSINIT;+CNACT=1\r", OK);
    expect(UART, "AT+CFSWFILE=1,\"x\",0,6,9000\r", "\r\nDOWNLOAD\r\n");
    expect(UART, "AT+", "");
    assert_string_equal(module_bench_wait(&b, 1000), "");
    assert_string_equal(b.said[USB], "\r\n+APP PDP: ACTIVE\r\n");
    expect(USB, "AT+GMR\r", GMR);
    expect(USB, "AT+CFSINIT\r", "\r\nERROR\r\n"); /* one bracket for both */
    expect(UART, "G\r\n", OK "\r\n+APP PDP: ACTIVE\r\n");
    expect(USB, "AT+CFSRFILE=1,\"x\",0,9,0\r",
           "\r\n+CFSRFILE: 6\r\nAT+G\r\n" OK);
}

static void file_data_moves_on_one_port_at_a_time(void **state)
{
    static const char busy[] = "\r\n+CME ERROR: 3\r\n";
    static uint8_t data[5000];
    (void)state;
    memset(data, 'd', sizeof data);
    module_bench_put_file(&b, FFX_DIR_FOTA, "y", data, sizeof data);
    expect(UART, "AT+CMEE=1;+CFSINIT\r", OK);
    expect(USB, "AT+CMEE=1\r", OK);
    expect(UART, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    expect(USB, "AT+CFSWFILE=1,\"z\",0,3,9000\r", busy);
    expect(USB, "AT+CFSRFILE=1,\"y\",0,3,0\r", busy);
    expect(USB, "AT+CFSWFILE=?\r",
           "\r\n+CFSWFILE: (0-3),\"fileName\",(0-1),(1-10240),"
           "(100-10000)\r\n" OK);
    expect(USB, "AT+CFSGFIS=1,\"y\"\r", "\r\n+CFSGFIS: 5000\r\n" OK);
    expect(UART, "abc", OK);
    assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data, "abc",
                        3);
    /* An output that nobody takes. */
    b.deaf[UART] = 1;
    expect(UART, "AT+CFSRFILE=1,\"y\",0,5000,0\r", "");
    expect(USB, "AT+CFSWFILE=1,\"x\",0,3,9000\r", busy);
    b.deaf[UART] = 0;
    const char *said = module_bench_wait(&b, 10);
    assert_int_equal(strlen(said), strlen("\r\n+CFSRFILE: 5000\r\n") + 5006);
    expect(USB, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
}

static void what_ftp_holds_waits_for_the_input_of_the_other_port(void **state)
{
    (void)state;
    expect(USB, "AT+FTPSERV=\"h\";+FTPGETNAME=\"u\";+CNACT=1\r", OK);
    module_bench_wait(&b, 1000);
    expect(USB, "AT+FTPGET=1\r", OK);
    module_bench_wait(&b, 60);
    module_bench_put_file(&b, FFX_DIR_RAM, "ftp", "0123", 4);
    b.progress = (struct ffx_module_progress){.received = 4};
    module_bench_wait(&b, 100);
    expect(UART, "AT+CFSINIT\r", OK);
    expect(UART, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    expect(UART, "ab", "");
    expect(USB, "AT+FTPGET=2,4\r", "\r\nERROR\r\n");
    expect(UART, "c", OK);
    assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data, "abc",
                        3);
    assert_string_equal(module_bench_say_on(&b, USB, "AT+FTPGET=2,4\r"),
                        "\r\n+FTPGET: 2,4\r\n0123" OK "\r\n+FTPGET: 1,0\r\n");
}

static void the_bracket_stays_open_while_data_moves_in_it(void **state)
{
    (void)state;
    expect(UART, "AT+CFSINIT\r", OK);
    expect(UART, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    expect(USB, "AT+CFSTERM\r", "\r\nERROR\r\n");
    expect(UART, "abc", OK);
    expect(USB, "AT+CFSTERM\r", OK);
    expect(UART, "AT+CFSTERM\r", "\r\nERROR\r\n");
}

static void each_port_has_an_input_time(void **state)
{
    (void)state;
    expect(USB, "AT+CFSINIT\r", OK);
    expect(USB, "AT+CFSWFILE=1,\"x\",0,3,500\r", "\r\nDOWNLOAD\r\n");
    assert_string_equal(module_bench_wait(&b, 400), "");
    assert_string_equal(b.said[USB], "");
    module_bench_wait(&b, 200);
    assert_string_equal(b.said[USB], "\r\nERROR\r\n");
    assert_string_equal(b.said[UART], "");
    assert_int_equal(b.pin_changes[FFX_PIN_DCD], 0); /* DCD is the UART's */
}

static void a_port_that_nobody_reads_blocks_only_itself(void **state)
{
    uint32_t taken = 1;
    (void)state;
    b.deaf[USB] = 1;
    while (taken > 0)
        taken =
            ffx_module_feed(&b.module, USB, "AT+CFOTA?;+GSV\r", 15, b.now_ms);
    for (int i = 0; i < 200; i++) {
        expect(UART, "AT+CNACT=1\r", OK);
        module_bench_wait(&b, 1000);
        assert_string_equal(b.said[UART], "\r\n+APP PDP: ACTIVE\r\n");
        expect(UART, "AT+CNACT=0\r", OK "\r\n+APP PDP: DEACTIVE\r\n");
        expect(UART, "AT+GMR\r", GMR);
    }
    b.deaf[USB] = 0;
    module_bench_wait(&b, 3000);
    assert_non_null(strstr(b.said[USB], "+APP PDP: DEACTIVE\r\n"));
    expect(USB, "AT+GMR\r", GMR);
}

static void a_full_queue_loses_the_oldest(void **state)
{
    char all[64 * FFX_MODULE_URCS] = "";
    (void)state;
    expect(USB, "AT+G", ""); /* holds what comes */
    for (uint32_t i = 0; i < FFX_MODULE_URCS + 8; i++)
        urc_push(&b.module, URC_SMS, (uint8_t)i);
    for (uint32_t i = 8; i < FFX_MODULE_URCS + 8; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all),
                 "\r\n+CMTI: \"%s\",%u\r\n", i < 10 ? "SM" : "ME",
                 (unsigned)(i % 10 + 1));
    assert_int_equal(b.module.ports[USB].urc_count, FFX_MODULE_URCS);
    assert_string_equal(module_bench_say_on(&b, USB, "MR\r") + strlen(GMR),
                        all);
}

static void a_transfer_does_not_wait_for_the_other_port(void **state)
{
    (void)state;
    expect(UART, "AT+CFSINIT;+CNACT=1\r", OK);
    module_bench_wait(&b, 1000);
    expect(USB, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    expect(USB, "ab", "");
    expect(UART, "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\"\r", OK);
    module_bench_wait(&b, 100);
    assert_int_equal(b.starts, 1);
    assert_string_equal(b.url, "http://h/u");
    b.progress.busy = 0;
    b.progress.http_status = 200;
    b.progress.received = 7;
    assert_string_equal(module_bench_wait(&b, 100), "\r\n+HTTPTOFS: 200,7\r\n");
    assert_string_equal(b.said[USB], "");
    expect(USB, "c", OK "\r\n+HTTPTOFS: 200,7\r\n");
    assert_memory_equal(module_bench_file(&b, FFX_DIR_FOTA, "x")->data, "abc",
                        3);
}

static void a_reset_by_one_ends_both(void **state)
{
    (void)state;
    expect(UART, "AT+CFSINIT\r", OK);
    expect(USB, "AT+CFSWFILE=1,\"x\",0,3,9000\r", "\r\nDOWNLOAD\r\n");
    expect(USB, "ab", "");
    expect(UART, "AT+CFUN=1,1\r", OK);
    assert_int_equal(b.resets, 1);
    expect(USB, "cAT\r", ""); /* dropped */
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "x"));
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    expect(USB, "ATE0\r", "ATE0\r" OK);
    expect(USB, "AT+GMR\r", GMR);
}

/* The answer of the port that asked is waited for, nobody else's. */
static void a_reset_waits_for_the_port_that_asked(void **state)
{
    (void)state;
    b.deaf[UART] = 1;
    ffx_module_feed(&b.module, UART, "AT+GSV\r", 7, b.now_ms);
    expect(USB, "AT+CFUN=1,1\r", OK);
    assert_int_equal(b.resets, 1);

    module_bench_boot(&b);
    b.deaf[UART] = 0;
    module_bench_wait(&b, 2000);
    b.deaf[USB] = 1;
    ffx_module_feed(&b.module, USB, "AT+CFUN=1,1\r", 12, b.now_ms);
    module_bench_wait(&b, 1900);
    assert_int_equal(b.resets, 1);
    module_bench_wait(&b, 200);
    assert_int_equal(b.resets, 2);
}

static void the_rate_may_be_set_over_usb(void **state)
{
    (void)state;
    expect(USB, "AT+IPR=9600\r", OK);
    assert_int_equal(b.rate, 9600);
    expect(UART, "AT+IPR?\r", "\r\n+IPR: 9600\r\n" OK);
}

static void a_port_that_does_not_exist_takes_nothing(void **state)
{
    uint32_t length = 1;
    (void)state;
    b.config.port_count = 1;
    module_bench_boot(&b);
    assert_int_equal(ffx_module_feed(&b.module, USB, "AT\r", 3, b.now_ms), 0);
    assert_int_equal(ffx_module_feed(&b.module, 7, "AT\r", 3, b.now_ms), 0);
    assert_null(ffx_module_tx(&b.module, USB, &length));
    assert_int_equal(length, 0);
    ffx_module_tx_ack(&b.module, USB, 1);
}

static void thousands_of_modules_fit_in_memory(void **state)
{
    (void)state;
    assert_true(sizeof(struct ffx_module) <= 16u * 1024u);
}

#define PORTS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORTS(boot_urcs_go_to_both),
        PORTS(settings_of_a_line_belong_to_its_port),
        PORTS(lines_may_be_interleaved_at_every_byte),
        PORTS(byte_by_byte_in_turns),
        PORTS(a_urc_waits_only_where_somebody_types),
        PORTS(file_data_on_one_port_leaves_the_other_free),
        PORTS(file_data_moves_on_one_port_at_a_time),
        PORTS(what_ftp_holds_waits_for_the_input_of_the_other_port),
        PORTS(the_bracket_stays_open_while_data_moves_in_it),
        PORTS(each_port_has_an_input_time),
        PORTS(a_port_that_nobody_reads_blocks_only_itself),
        PORTS(a_full_queue_loses_the_oldest),
        PORTS(a_transfer_does_not_wait_for_the_other_port),
        PORTS(a_reset_by_one_ends_both),
        PORTS(a_reset_waits_for_the_port_that_asked),
        PORTS(the_rate_may_be_set_over_usb),
        PORTS(a_port_that_does_not_exist_takes_nothing),
        PORTS(thousands_of_modules_fit_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
