/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64], link_path[96];
static struct sim_port port;
static struct ffx_sim_error error;

static int set_up(void **context)
{
    (void)context;
    snprintf(directory, sizeof directory, "/tmp/farfix-port-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(link_path, sizeof link_path, "%s/modem", directory);
    return 0;
}

static int tear_down(void **context)
{
    char command[96];
    (void)context;
    sim_port_close(&port);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

/* What the module reads within two seconds, polled as its loop does. */
static size_t hear(void *buffer, size_t capacity)
{
    for (int i = 0; i < 200; i++) {
        struct pollfd fds[SIM_PORT_FDS];
        int timeout = 10;
        const unsigned count = sim_port_wait(&port, 1, 0, fds, &timeout);
        poll(fds, count, timeout);
        const size_t length = sim_port_read(&port, buffer, capacity);
        if (length > 0)
            return length;
    }
    return 0;
}

static int open_peer(void)
{
    const int fd = open(link_path, O_RDWR | O_NOCTTY);
    char none[1];
    assert_true(fd >= 0);
    /* The module notices within one look. */
    for (int i = 0; i < 5; i++) {
        usleep(1000);
        sim_port_read(&port, none, 0);
    }
    return fd;
}

static int connect_peer(void)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(strrchr(port.name, ':') + 1)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(
        connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void peers_of_a_pty_come_and_go(void **context)
{
    char text[16];
    (void)context;
    assert_int_equal(sim_port_open(&port, FFX_SIM_PTY, link_path, &error), 0);
    for (int i = 0; i < 3; i++) {
        const int peer = open_peer();
        assert_int_equal(write(peer, "AT\r", 3), 3);
        assert_int_equal(hear(text, sizeof text), 3);
        assert_memory_equal(text, "AT\r", 3);
        assert_int_equal(sim_port_write(&port, "\r\nOK\r\n", 6), 6);
        assert_int_equal(read(peer, text, sizeof text), 6);
        assert_memory_equal(text, "\r\nOK\r\n", 6);
        close(peer);
        assert_int_equal(sim_port_read(&port, text, sizeof text), 0);
    }
}

static void a_peer_that_writes_and_leaves_is_heard(void **context)
{
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    const int peer = open(link_path, O_RDWR | O_NOCTTY);
    assert_int_equal(write(peer, "AT\r", 3), 3);
    close(peer);
    assert_int_equal(hear(text, sizeof text), 3);
}

static void a_new_peer_does_not_read_what_the_last_one_left(void **context)
{
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    int peer = open_peer();
    sim_port_write(&port, "old", 3);
    close(peer);
    assert_int_equal(sim_port_read(&port, text, sizeof text), 0);
    assert_int_equal(sim_port_write(&port, "lost", 4), 4);
    peer = open_peer();
    sim_port_write(&port, "new", 3);
    assert_int_equal(read(peer, text, sizeof text), 3);
    assert_memory_equal(text, "new", 3);
    close(peer);
}

static void a_peer_that_leaves_a_cooked_line_does_no_harm(void **context)
{
    struct termios mode;
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    int peer = open_peer();
    tcgetattr(peer, &mode);
    mode.c_lflag |= ECHO | ICANON;
    tcsetattr(peer, TCSANOW, &mode);
    close(peer);
    sim_port_read(&port, text, sizeof text);
    peer = open_peer();
    tcgetattr(peer, &mode);
    assert_int_equal(mode.c_lflag & (tcflag_t)(ECHO | ICANON), 0);
    close(peer);
}

static void a_full_pty_holds_the_module_back_and_loses_nothing(void **context)
{
    static uint8_t sent[4096], got[4096];
    size_t wrote = 0, read_back = 0, last = 1;
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    const int peer = open_peer();
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7);
    while (last > 0 && wrote < 1024 * 1024) {
        last = sim_port_write(&port, sent + wrote % 4096, 4096 - wrote % 4096);
        wrote += last;
    }
    assert_int_equal(last, 0);
    while (read_back < wrote) {
        const ssize_t count = read(peer, got, sizeof got);
        assert_true(count > 0);
        for (ssize_t i = 0; i < count; i++)
            assert_int_equal(got[i],
                             sent[(read_back + (size_t)i) % sizeof sent]);
        read_back += (size_t)count;
    }
    assert_true(sim_port_write(&port, sent, 16) > 0);
    close(peer);
}

static void
a_peer_that_leaves_a_full_pty_does_not_block_the_module(void **context)
{
    static const uint8_t bytes[4096];
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    int peer = open_peer();
    while (sim_port_write(&port, bytes, sizeof bytes) > 0)
        continue;
    close(peer);
    /* The kernel may just have made room: then a part goes first. */
    size_t wrote;
    do
        wrote = sim_port_write(&port, bytes, sizeof bytes);
    while (wrote > 0 && wrote < sizeof bytes);
    assert_int_equal(wrote, sizeof bytes);
    peer = open_peer();
    assert_int_equal(sim_port_write(&port, "new", 3), 3);
    assert_int_equal(read(peer, text, sizeof text), 3);
    assert_memory_equal(text, "new", 3);
    close(peer);
}

static void a_power_cut_hangs_up_and_comes_back_under_the_link(void **context)
{
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_PTY, link_path, &error);
    int peer = open_peer();
    sim_port_down(&port);
    assert_true(read(peer, text, sizeof text) <= 0);
    assert_int_equal(access(link_path, F_OK), -1);
    assert_int_equal(sim_port_write(&port, "x", 1), 1);
    assert_int_equal(sim_port_up(&port, &error), 0);
    close(peer);
    peer = open_peer();
    assert_int_equal(write(peer, "AT\r", 3), 3);
    assert_int_equal(hear(text, sizeof text), 3);
    close(peer);
}

static void the_link_is_replaced_and_removed_but_never_anothers(void **context)
{
    struct stat facts;
    (void)context;
    assert_int_equal(symlink("/dev/null", link_path), 0);
    assert_int_equal(sim_port_open(&port, FFX_SIM_PTY, link_path, &error), 0);
    assert_int_equal(stat(link_path, &facts), 0);
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(symlink("/dev/null", link_path), 0);
    sim_port_close(&port);
    assert_int_equal(access(link_path, F_OK), 0);
}

static void a_file_in_the_place_of_the_link_is_left_alone(void **context)
{
    (void)context;
    fclose(fopen(link_path, "w"));
    assert_int_equal(sim_port_open(&port, FFX_SIM_PTY, link_path, &error),
                     FFX_ERR_IO);
    assert_non_null(strstr(error.text, "is no symbolic link"));
    assert_int_equal(access(link_path, F_OK), 0);
}

static void a_tcp_port_takes_one_peer_after_the_other(void **context)
{
    char text[16];
    (void)context;
    assert_int_equal(sim_port_open(&port, FFX_SIM_TCP, "127.0.0.1:0", &error),
                     0);
    assert_int_equal(strncmp(port.name, "tcp:127.0.0.1:", 14), 0);
    const int first = connect_peer(), second = connect_peer();
    assert_int_equal(write(second, "2", 1), 1);
    assert_int_equal(write(first, "1", 1), 1);
    assert_int_equal(hear(text, sizeof text), 1);
    assert_int_equal(text[0], '1');
    close(first);
    assert_int_equal(sim_port_read(&port, text, sizeof text), 0);
    sim_port_idle(&port);
    assert_int_equal(hear(text, sizeof text), 1);
    assert_int_equal(text[0], '2');
    close(second);
}

static void a_tcp_peer_that_has_said_all_still_gets_its_answer(void **context)
{
    char text[16];
    (void)context;
    sim_port_open(&port, FFX_SIM_TCP, "127.0.0.1:0", &error);
    const int peer = connect_peer();
    assert_int_equal(write(peer, "AT\r", 3), 3);
    shutdown(peer, SHUT_WR);
    assert_int_equal(hear(text, sizeof text), 3);
    assert_int_equal(sim_port_read(&port, text, sizeof text), 0);
    assert_int_equal(sim_port_write(&port, "OK", 2), 2);
    sim_port_idle(&port);
    assert_int_equal(read(peer, text, sizeof text), 2);
    assert_int_equal(read(peer, text, sizeof text), 0);
    close(peer);
}

static void a_bad_tcp_address_is_explained(void **context)
{
    (void)context;
    assert_int_equal(sim_port_open(&port, FFX_SIM_TCP, "4711", &error),
                     FFX_ERR_ARGUMENT);
    assert_int_equal(sim_port_open(&port, FFX_SIM_TCP, "192.0.2.1:1", &error),
                     FFX_ERR_IO);
    assert_int_equal(error.missing, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(peers_of_a_pty_come_and_go),
        CASE(a_peer_that_writes_and_leaves_is_heard),
        CASE(a_new_peer_does_not_read_what_the_last_one_left),
        CASE(a_peer_that_leaves_a_cooked_line_does_no_harm),
        CASE(a_full_pty_holds_the_module_back_and_loses_nothing),
        CASE(a_peer_that_leaves_a_full_pty_does_not_block_the_module),
        CASE(a_power_cut_hangs_up_and_comes_back_under_the_link),
        CASE(the_link_is_replaced_and_removed_but_never_anothers),
        CASE(a_file_in_the_place_of_the_link_is_left_alone),
        CASE(a_tcp_port_takes_one_peer_after_the_other),
        CASE(a_tcp_peer_that_has_said_all_still_gets_its_answer),
        CASE(a_bad_tcp_address_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
