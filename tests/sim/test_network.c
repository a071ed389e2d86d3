/* SPDX-License-Identifier: Apache-2.0 */
/* The network against a server that says exactly what a case wants it to say.
 * Real servers (nginx, vsftpd, TLS) stand in tests/wire and tests/road. */
#include "sim/sim_network.h"

#include "sim/sim_clock.h"
#include "sim/sim_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the server ---------------------------------------------------------- */

static struct {
    int listener;
    uint16_t port;
    const char *const *answers; /* one per connection; null: close at once */
    int count, served;
    char request[2048]; /* the last one */
    pthread_t thread;
} server;

static void *serve(void *unused)
{
    (void)unused;
    for (; server.served < server.count; server.served++) {
        const int fd = accept(server.listener, NULL, NULL);
        if (fd < 0)
            break;
        const char *answer = server.answers[server.served];
        if (answer != NULL) {
            const ssize_t length =
                read(fd, server.request, sizeof server.request - 1);
            server.request[length < 0 ? 0 : length] = '\0';
            const size_t size = strlen(answer);
            if (send(fd, answer, size, MSG_NOSIGNAL) != (ssize_t)size)
                perror("send");
            if (size == 0) /* silence */
                while (read(fd, server.request, 64) > 0)
                    continue;
        }
        close(fd);
    }
    return NULL;
}

static void start_server(const char *const *answers, int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server.listener, (const struct sockaddr *)&address,
                          sizeof address),
                     0);
    assert_int_equal(listen(server.listener, 16), 0);
    getsockname(server.listener, (struct sockaddr *)&address, &length);
    server.port = ntohs(address.sin_port);
    server.answers = answers;
    server.count = count;
    server.served = 0;
    pthread_create(&server.thread, NULL, serve, NULL);
}

static int stop_server(void)
{
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
    return server.served;
}

/* --- the module ---------------------------------------------------------- */

static char state[64];
static struct sim_files files;
static const struct sim_clock real_time;
static struct sim_network network;

static void show(void *context, const char *line)
{
    (void)context;
    print_message("# %s\n", line);
}

static int set_up(void **context)
{
    static const struct sim_log log = {show, NULL};
    struct ffx_sim_error error;
    (void)context;
    snprintf(state, sizeof state, "/tmp/farfix-network-XXXXXX");
    return mkdtemp(state) == NULL || sim_files_open(&files, state, &error) ||
           sim_network_open(&network, &files, NULL, &real_time, &log, &error) ||
           sim_files_write(&files, FFX_DIR_FOTA, "update.zip", 0, "old", 3);
}

static int tear_down(void **context)
{
    char command[96];
    (void)context;
    sim_network_close(&network);
    sim_files_close(&files);
    snprintf(command, sizeof command, "rm -rf %s", state);
    return system(command);
}

static struct ffx_module_transfer transfer_of(char url[128], const char *format)
{
    snprintf(url, 128, format, server.port);
    return (struct ffx_module_transfer){.url = url,
                                        .user = "",
                                        .password = "",
                                        .dir = FFX_DIR_FOTA,
                                        .name = "update.zip",
                                        .timeout_s = 10,
                                        .tries = 1,
                                        .passive = 1};
}

static struct ffx_module_progress run(const struct ffx_module_transfer *what)
{
    struct ffx_module_progress progress;
    const int64_t end = sim_clock_ms(&real_time) + 20000;
    assert_int_equal(sim_network_start(&network, what), FFX_OK);
    do {
        struct pollfd fds[SIM_NETWORK_FDS];
        int timeout = 1000;
        const unsigned count = sim_network_wait(&network, fds, &timeout);
        poll(fds, count, timeout);
        sim_network_step(&network, fds, count);
        sim_network_progress(&network, &progress);
    } while (progress.busy && sim_clock_ms(&real_time) < end);
    assert_false(progress.busy);
    return progress;
}

static void assert_content(const char *text)
{
    char content[64] = "";
    const int length = sim_files_read(&files, FFX_DIR_FOTA, "update.zip", 0,
                                      content, sizeof content - 1);
    assert_true(length >= 0);
    content[length] = '\0';
    assert_string_equal(content, text);
}

static void assert_stage_is_empty(void)
{
    char path[96];
    snprintf(path, sizeof path, "%s/tmp/download", state);
    assert_int_equal(access(path, F_OK), -1);
}

/* One answer, one try: the status, and the old file if it failed. */
static void expect_status(const char *answer, int status)
{
    char url[128];
    start_server(&answer, 1);
    const struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/a/update.zip");
    const struct ffx_module_progress progress = run(&what);
    stop_server();
    assert_int_equal(progress.http_status, status);
    assert_int_equal(progress.failed, status != 200);
    assert_content(status == 200 ? "hello" : "old");
    assert_stage_is_empty();
}

/* --- cases --------------------------------------------------------------- */

static void a_complete_file_takes_its_place(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200);
    assert_non_null(strstr(server.request, "GET /a/update.zip HTTP/1.1\r\n"));
}

static void the_servers_status_is_passed_through(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnope", 404);
    expect_status("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 403);
    expect_status("HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy", 503);
}

static void a_redirect_is_not_followed(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 302 Found\r\nLocation: /other\r\n"
                  "Content-Length: 5\r\n\r\nhello",
                  302);
}

static void a_part_of_a_file_is_not_kept(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", 601);
}

static void a_file_of_unknown_length_is_refused(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 200 OK\r\n\r\nhello", 600);
    expect_status("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "5\r\nhello\r\n0\r\n\r\n",
                  600);
}

static void what_is_not_http_is_600(void **context)
{
    (void)context;
    expect_status("220 smtp.example.net ESMTP\r\nhello", 600);
}

static void a_file_larger_than_the_module_is_602(void **context)
{
    (void)context;
    expect_status("HTTP/1.1 200 OK\r\nContent-Length: 22151169\r\n\r\nhello",
                  602);
}

static void a_dead_server_is_601(void **context)
{
    char url[128];
    (void)context;
    start_server(NULL, 0);
    stop_server();
    const struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/update.zip");
    assert_int_equal(run(&what).http_status, 601);
    assert_content("old");
}

static void an_unknown_name_is_603(void **context)
{
    char url[128];
    (void)context;
    const struct ffx_module_transfer what =
        transfer_of(url, "http://no-such-host.invalid:%d/update.zip");
    assert_int_equal(run(&what).http_status, 603);
}

static void silence_ends_with_the_timeout(void **context)
{
    static const char *const answer = "";
    char url[128];
    (void)context;
    start_server(&answer, 1);
    struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/update.zip");
    what.timeout_s = 1;
    const int64_t start = sim_clock_ms(&real_time);
    assert_int_equal(run(&what).http_status, 601);
    assert_in_range(sim_clock_ms(&real_time) - start, 900, 5000);
    stop_server();
}

static void a_lost_connection_is_tried_again(void **context)
{
    static const char *const answers[] = {
        NULL, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
    char url[128];
    (void)context;
    start_server(answers, 3);
    struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/update.zip");
    what.tries = 5;
    const struct ffx_module_progress progress = run(&what);
    assert_int_equal(stop_server(), 3);
    assert_int_equal(progress.http_status, 200);
    assert_int_equal(progress.received, 5);
    assert_int_equal(progress.total, 5);
    assert_content("hello");
}

static void a_404_is_not_tried_again(void **context)
{
    static const char *const answers[] = {
        "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"};
    char url[128];
    (void)context;
    start_server(answers, 2);
    struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/update.zip");
    what.tries = 5;
    assert_int_equal(run(&what).http_status, 404);
    assert_int_equal(stop_server(), 1);
}

static void a_transfer_can_be_broken_off(void **context)
{
    static const char *const answer = "";
    struct ffx_module_progress progress;
    char url[128];
    (void)context;
    start_server(&answer, 1);
    const struct ffx_module_transfer what =
        transfer_of(url, "http://127.0.0.1:%d/update.zip");
    assert_int_equal(sim_network_start(&network, &what), FFX_OK);
    assert_int_equal(sim_network_start(&network, &what), FFX_ERR_BUSY);
    sim_network_cancel(&network);
    sim_network_progress(&network, &progress);
    assert_false(progress.busy);
    assert_true(progress.failed);
    assert_content("old");
    assert_stage_is_empty();
    stop_server();
}

/* --- time that stands still ---------------------------------------------- */

static int64_t frozen_us;

static int64_t frozen(void *context)
{
    (void)context;
    return frozen_us;
}

static const struct sim_clock frozen_clock = {frozen, NULL};

/* Some rounds in which nothing is late: 1 while the transfer runs. */
static int is_busy(void)
{
    struct ffx_module_progress progress;
    for (int i = 0; i < 20; i++) {
        struct pollfd fds[SIM_NETWORK_FDS];
        int timeout = 10;
        const unsigned count = sim_network_wait(&network, fds, &timeout);
        poll(fds, count, timeout);
        sim_network_step(&network, fds, count);
    }
    sim_network_progress(&network, &progress);
    return progress.busy;
}

/* A listener whose connections nobody answers. */
static void start_frozen(char url[128], const char *format)
{
    static const char *const answer = "";
    frozen_us = 5000000;
    network.clock = network.curl.clock = &frozen_clock;
    start_server(&answer, 1);
    struct ffx_module_transfer what = transfer_of(url, format);
    what.timeout_s = 1000;
    assert_int_equal(sim_network_start(&network, &what), FFX_OK);
    assert_true(is_busy());
}

static void the_end_of_a_try_is_kept_to_the_millisecond(void **context)
{
    char url[128];
    struct ffx_module_progress progress;
    (void)context;
    start_frozen(url, "http://127.0.0.1:%d/update.zip");
    frozen_us += 999999 * (int64_t)1000;
    assert_true(is_busy());
    frozen_us += 1000;
    assert_false(is_busy());
    sim_network_progress(&network, &progress);
    assert_int_equal(progress.http_status, 601);
    assert_content("old");
    assert_stage_is_empty();
    stop_server();
}

static void a_connection_has_thirty_seconds(void **context)
{
    char url[128];
    struct ffx_module_progress progress;
    (void)context;
    /* TCP connects, TLS never does. */
    start_frozen(url, "https://127.0.0.1:%d/update.zip");
    frozen_us += 29999 * (int64_t)1000;
    assert_true(is_busy());
    frozen_us += 1000;
    assert_false(is_busy());
    sim_network_progress(&network, &progress);
    assert_int_equal(progress.http_status, 601);
    assert_content("old");
    stop_server();
}

static void a_wait_never_goes_beyond_the_end_of_a_try(void **context)
{
    char url[128];
    struct pollfd fds[SIM_NETWORK_FDS];
    int timeout = -1;
    (void)context;
    start_frozen(url, "http://127.0.0.1:%d/update.zip");
    frozen_us += 999990 * (int64_t)1000;
    sim_network_wait(&network, fds, &timeout);
    assert_in_range(timeout, 0, 10);
    sim_network_cancel(&network);
    stop_server();
}

static void the_log_holds_no_password(void **context)
{
    static const char *const urls[][2] = {
        {"http://me:secret@h/p@q", "http://h/p@q"},
        {"ftp://me@h:21/f", "ftp://h:21/f"},
        {"http://h/f?a@b", "http://h/f?a@b"},
        {"http://a:b@c@h", "http://h"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        char shown[64];
        sim_url_show(urls[i][0], shown, sizeof shown);
        assert_string_equal(shown, urls[i][1]);
    }
}

static void other_schemes_are_refused(void **context)
{
    static const char *const urls[] = {
        "file:///etc/passwd", "gopher://x/", "scp://x/y",
        "update.zip",         "http:/x",     ""};
    (void)context;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        char url[128];
        struct ffx_module_transfer what = transfer_of(url, "");
        what.url = urls[i];
        print_message("# url '%s'\n", urls[i]);
        assert_int_equal(sim_network_start(&network, &what), FFX_ERR_ARGUMENT);
    }
}

/* FTPGETPATH has 255 characters, FTPGETNAME 99. */
static void the_longest_ftp_url_fits(void **context)
{
    static char url[FFX_TRANSFER_URL_MAX + 2];
    char unused[128];
    struct ffx_module_transfer what = transfer_of(unused, "");
    (void)context;
    memset(url, 'x', sizeof url - 1);
    memcpy(url, "ftp://127.0.0.1:1/", 18);
    what.url = url;
    assert_int_equal(sim_network_start(&network, &what), FFX_ERR_ARGUMENT);
    url[FFX_TRANSFER_URL_MAX] = '\0';
    assert_int_equal(sim_network_start(&network, &what), FFX_OK);
    sim_network_cancel(&network);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_complete_file_takes_its_place),
        CASE(the_servers_status_is_passed_through),
        CASE(a_redirect_is_not_followed),
        CASE(a_part_of_a_file_is_not_kept),
        CASE(a_file_of_unknown_length_is_refused),
        CASE(what_is_not_http_is_600),
        CASE(a_file_larger_than_the_module_is_602),
        CASE(a_dead_server_is_601),
        CASE(an_unknown_name_is_603),
        CASE(silence_ends_with_the_timeout),
        CASE(a_lost_connection_is_tried_again),
        CASE(a_404_is_not_tried_again),
        CASE(a_transfer_can_be_broken_off),
        CASE(the_end_of_a_try_is_kept_to_the_millisecond),
        CASE(a_connection_has_thirty_seconds),
        CASE(a_wait_never_goes_beyond_the_end_of_a_try),
        cmocka_unit_test(the_log_holds_no_password),
        CASE(other_schemes_are_refused),
        CASE(the_longest_ftp_url_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
