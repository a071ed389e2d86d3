/* SPDX-License-Identifier: Apache-2.0 */
/* The serial line: rates, pace, overrun, damage, over a clock that the test
 * moves. The peer is the other end of a socket pair. */
#include "sim/sim_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t now_us;

static int64_t tell(void *context)
{
    (void)context;
    return now_us;
}

static const struct sim_clock clock_us = {tell, NULL};
static struct sim_line line;
static struct sim_faults faults;
static int peer;
static unsigned events;

static int set_up(void **context)
{
    int pair[2];
    (void)context;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
        return -1;
    memset(&line, 0, sizeof line);
    line.port = (struct sim_port){
        .kind = FFX_SIM_TCP, .listener = -1, .in = pair[0], .out = pair[0]};
    peer = pair[1];
    now_us = 5000000;
    events = 0;
    sim_faults_init(&faults);
    sim_line_init(&line, &clock_us, &faults);
    line.baud = line.new_baud = 115200;
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    sim_faults_free(&faults);
    sim_port_close(&line.port);
    close(line.port.in);
    close(peer);
    return 0;
}

static void on_event(void *context, const struct sim_fault *fault)
{
    (void)context;
    (void)fault;
    events++;
}

static void fault(const char *text)
{
    struct ffx_sim_error error;
    if (sim_faults_add(&faults, text, NULL, 0, &error) != FFX_OK)
        fail_msg("%s", error.text);
}

static void type(const void *bytes, size_t length)
{
    assert_int_equal(send(peer, bytes, length, 0), length);
}

static void receive(int lossy)
{
    sim_line_receive(&line, lossy, on_event, NULL);
}

/* What the core would see; the FIFO is empty afterwards. */
static const char *heard(void)
{
    static char text[SIM_LINE_FIFO + 1];
    memcpy(text, line.fifo, line.fifo_length);
    text[line.fifo_length] = '\0';
    sim_line_taken(&line, line.fifo_length);
    return text;
}

static size_t say(const char *text)
{
    const uint32_t length = (uint32_t)strlen(text);
    return sim_line_put(&line, (const uint8_t *)text, length, on_event, NULL);
}

/* What the peer has got. */
static const char *said(void)
{
    static char text[8192];
    sim_line_send(&line);
    const ssize_t length = recv(peer, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* --- pace ---------------------------------------------------------------- */

/* Time that n bytes take to come through, in steps of `step_us`. */
static int64_t time_to_receive(size_t n, int64_t step_us)
{
    const int64_t start_us = now_us;
    size_t got = 0;
    while (got < n && now_us < start_us + 100000000) {
        receive(0);
        got += line.fifo_length;
        sim_line_taken(&line, line.fifo_length);
        if (got < n)
            now_us += step_us;
    }
    return now_us - start_us;
}

static void bytes_come_at_the_rate_that_is_set(void **context)
{
    static const uint32_t rates[] = {9600, 115200, 921600};
    static const int64_t steps[] = {87, 1000, 17000};
    static char bytes[8000];
    (void)context;
    for (size_t r = 0; r < 3; r++)
        for (size_t s = 0; s < 3; s++) {
            line.te_baud = line.baud = line.new_baud = rates[r];
            type(bytes, sizeof bytes);
            const int64_t took_us = time_to_receive(sizeof bytes, steps[s]);
            const int64_t ideal_us =
                (int64_t)sizeof bytes * 10000000 / rates[r];
            /* The FIFO may fill up within a long step. */
            const int64_t slack_us = steps[s] * 3 + ideal_us / 50;
            assert_in_range(took_us, ideal_us - ideal_us / 100,
                            ideal_us + slack_us);
        }
}

static void without_a_rate_everything_comes_at_once(void **context)
{
    static char bytes[3000];
    (void)context;
    type(bytes, sizeof bytes);
    assert_int_equal(time_to_receive(sizeof bytes, 1000), 0);
}

static void an_idle_line_earns_no_credit(void **context)
{
    (void)context;
    line.te_baud = 9600;
    line.baud = line.new_baud = 9600;
    type("a", 1);
    receive(0);
    now_us += 60000000;
    receive(0);
    type("bcdefghijk", 10);
    receive(0);
    assert_string_equal(heard(), "ab");
    now_us += 1042 * 4;
    receive(0);
    assert_string_equal(heard(), "cdef");
}

static void answers_leave_at_the_rate_of_the_module(void **context)
{
    (void)context;
    line.te_baud = line.baud = line.new_baud = 9600;
    say("0123456789");
    assert_string_equal(said(), "0");
    now_us += 1042 * 3;
    assert_string_equal(said(), "123");
    now_us += 1000000;
    assert_string_equal(said(), "456789");
}

static void a_new_rate_waits_for_what_is_on_its_way(void **context)
{
    (void)context;
    line.te_baud = line.baud = line.new_baud = 9600;
    say("OK");
    sim_line_set_baud(&line, 115200);
    assert_int_equal(say("x"), 0);
    assert_string_equal(said(), "O");
    assert_int_equal(line.baud, 9600);
    now_us += 1042;
    assert_string_equal(said(), "K");
    assert_int_equal(line.baud, 115200);
    assert_int_equal(say("x"), 1);
}

static void the_wait_ends_when_the_next_byte_is_due(void **context)
{
    struct pollfd fds[SIM_PORT_FDS];
    int timeout_ms = -1;
    (void)context;
    line.te_baud = line.baud = line.new_baud = 300; /* 33 ms a byte */
    say("abc");
    said();
    assert_int_equal(sim_line_wait(&line, 0, 0, fds, &timeout_ms), 1);
    assert_int_equal(fds[0].events, POLLIN);
    assert_in_range(timeout_ms, 33, 35);
}

/* --- rates that differ --------------------------------------------------- */

static void another_rate_is_garbage_in_both_directions(void **context)
{
    (void)context;
    line.te_baud = 9600;
    for (int i = 0; i < 3; i++) {
        type("AT\r", 3);
        now_us += 10000;
        receive(0);
        now_us += 10000;
        receive(0);
    }
    assert_null(strstr(heard(), "AT"));
    say("OK");
    now_us += 10000;
    assert_null(strstr(said(), "OK"));
}

static void a_rate_within_five_percent_is_understood(void **context)
{
    static const struct {
        uint32_t baud;
        int good;
    } rows[] = {{110000, 1}, {120900, 1}, {109000, 0}, {121500, 0}};
    (void)context;
    for (size_t i = 0; i < 4; i++) {
        line.te_baud = rows[i].baud;
        type("A", 1);
        now_us += 1000;
        receive(0);
        assert_int_equal(strcmp(heard(), "A") == 0, rows[i].good);
    }
}

static void auto_baud_takes_the_rate_from_the_first_a(void **context)
{
    (void)context;
    line.baud = line.new_baud = 0;
    line.te_baud = 19200;
    type("\rAT\rAT\r", 7);
    for (int i = 0; i < 10; i++) {
        receive(0);
        now_us += 1000;
    }
    assert_int_equal(line.baud, 19200);
    assert_non_null(strstr(heard(), "T\rAT\r"));
}

static void auto_baud_does_not_know_every_rate(void **context)
{
    (void)context;
    line.baud = line.new_baud = 0;
    line.te_baud = 230400;
    type("AT\rAT\rAT\r", 9);
    for (int i = 0; i < 10; i++) {
        receive(0);
        now_us += 1000;
    }
    assert_int_equal(line.baud, 0);
    assert_null(strstr(heard(), "AT"));
}

/* --- overrun, flow control ----------------------------------------------- */

static void a_full_fifo_loses_bytes_without_flow_control(void **context)
{
    static char bytes[SIM_LINE_FIFO + 1000];
    (void)context;
    type(bytes, sizeof bytes);
    for (int i = 0; i < 20; i++)
        receive(1);
    assert_int_equal(line.fifo_length, SIM_LINE_FIFO);
    assert_int_equal(line.lost, 1000);
}

static void with_flow_control_the_te_waits(void **context)
{
    static char bytes[SIM_LINE_FIFO + 1000];
    (void)context;
    type(bytes, sizeof bytes);
    for (int i = 0; i < 20; i++)
        receive(0);
    assert_int_equal(line.lost, 0);
    sim_line_taken(&line, SIM_LINE_FIFO);
    receive(0);
    assert_int_equal(line.fifo_length, 1000);
}

/* --- damage -------------------------------------------------------------- */

static void each_fault_of_a_byte_hits_the_byte_that_it_names(void **context)
{
    static const struct {
        const char *text, *result;
    } rows[] = {
        {"at rx-byte 2 drop", "acd"},
        {"at rx-byte 2 double", "abbcd"},
        {"at rx-byte 2 flip 0", "accd"},
        {"at rx-byte 2 break", "a"}, /* NUL ends the text */
        {"at rx-byte 2 insert +X", "a+Xbcd"},
        {"at rx-byte 1 insert \\r\\n", "\r\nabcd"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sim_faults_free(&faults);
        fault(rows[i].text);
        type("abcd", 4);
        receive(0);
        assert_string_equal(heard(), rows[i].result);
    }
}

static void the_same_happens_on_the_way_out(void **context)
{
    (void)context;
    fault("at tx-byte 2 drop\nat tx-byte 4 double\nat tx-byte 6 insert URC");
    say("abcdefg");
    assert_string_equal(said(), "acddeURCfg");
}

static void noise_has_the_length_that_is_asked_for(void **context)
{
    (void)context;
    fault("at rx-byte 1 noise 100");
    type("a", 1);
    receive(0);
    assert_int_equal(line.fifo_length, 101);
    assert_int_equal(line.fifo[100], 'a');
}

static void a_pause_stands_where_it_was_put(void **context)
{
    (void)context;
    fault("at tx-byte 3 pause 500");
    uint32_t taken = (uint32_t)say("abcdef");
    assert_string_equal(said(), "abc");
    taken += (uint32_t)say("def");
    assert_int_equal(taken, 6);
    assert_string_equal(said(), "");
    now_us += 499000;
    assert_string_equal(said(), "");
    now_us += 1000;
    assert_string_equal(said(), "def");
}

static void fragments_have_a_gap_between_them(void **context)
{
    (void)context;
    line.fragment = 2;
    line.fragment_ms = 30;
    say("abcde");
    assert_string_equal(said(), "ab");
    assert_string_equal(said(), "");
    now_us += 30000;
    assert_string_equal(said(), "cd");
    now_us += 30000;
    assert_string_equal(said(), "e");
}

static void line_ends_become_what_the_fault_says(void **context)
{
    (void)context;
    line.newline_length = 3;
    memcpy(line.newline, "\r\r\n", 3);
    say("AT\r\r\nOK\r\n");
    assert_string_equal(said(), "AT\r\r\r\nOK\r\r\n");
    line.newline_length = 1;
    line.newline[0] = '\n';
    say("\r\nOK\r\n");
    assert_string_equal(said(), "\nOK\n");
}

static void a_reset_at_a_byte_is_told_behind_that_byte(void **context)
{
    (void)context;
    fault("at tx-byte 3 reset");
    assert_int_equal(say("abcdef"), 3);
    assert_int_equal(events, 1);
    assert_string_equal(said(), "abc");
}

static void a_thousand_damaged_bytes_never_outgrow_the_register(void **context)
{
    (void)context;
    fault("every tx-byte 1 noise 200\nevery tx-byte 1 double");
    for (int i = 0; i < 1000; i++) {
        say("x");
        assert_true(line.shift_length <= SIM_LINE_SHIFT);
        said();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_come_at_the_rate_that_is_set),
        TEST(without_a_rate_everything_comes_at_once),
        TEST(an_idle_line_earns_no_credit),
        TEST(answers_leave_at_the_rate_of_the_module),
        TEST(a_new_rate_waits_for_what_is_on_its_way),
        TEST(the_wait_ends_when_the_next_byte_is_due),
        TEST(another_rate_is_garbage_in_both_directions),
        TEST(a_rate_within_five_percent_is_understood),
        TEST(auto_baud_takes_the_rate_from_the_first_a),
        TEST(auto_baud_does_not_know_every_rate),
        TEST(a_full_fifo_loses_bytes_without_flow_control),
        TEST(with_flow_control_the_te_waits),
        TEST(each_fault_of_a_byte_hits_the_byte_that_it_names),
        TEST(the_same_happens_on_the_way_out),
        TEST(noise_has_the_length_that_is_asked_for),
        TEST(a_pause_stands_where_it_was_put),
        TEST(fragments_have_a_gap_between_them),
        TEST(line_ends_become_what_the_fault_says),
        TEST(a_reset_at_a_byte_is_told_behind_that_byte),
        TEST(a_thousand_damaged_bytes_never_outgrow_the_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
