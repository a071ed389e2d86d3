/* SPDX-License-Identifier: Apache-2.0 */
/* Two thousand clients that are slow, each in its own way, and one that is
 * not. The store is the program that users get, as a process of its own. */
#include "child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SLOW 2000u
#define FAST 500u
#define TURNS 50u           /* of each slow one meanwhile, at least */
#define LARGE_BYTES 500000u /* more than sockets hold for a small window */
#define REQUEST_BYTES 8000u /* of a slow one: never sent to its end */
#define READ_MOST 100000u   /* of LARGE_BYTES, while the fast one is served */
#define BOUND_SECONDS 60    /* generous: it takes some seconds */
#define SMALL "/M/A___B/update.zip"
#define LARGE "/M/V1___V2/update.zip"

/* --- the store ----------------------------------------------------------- */

struct world {
    char directory[64];
    struct child store;
    uint16_t port;
    uint8_t *large;
};

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[2000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

static const char *program(void)
{
    static char path[4096 + 1]; /* PATH_MAX */
    char relative[4000];
    const char *build = getenv("BUILD");
    snprintf(relative, sizeof relative, "%s/farfix",
             build != NULL ? build : "build");
    return realpath(relative, path);
}

/* A release of our own program's head and so many random bytes, which travel
 * as they are. */
static void make_release(const struct world *world, const char *farfix,
                         char version, unsigned random_bytes)
{
    run("cd %s/releases && mkdir %c && { head -c 30000 '%s'; head -c %u "
        "/dev/urandom; } >%c/ap.bin && printf '[release]\\nmodel = M\\n"
        "version = %c\\nsequence = %d\\n[component ap]\\nfile = ap.bin\\n"
        "slot_size = 1M\\nsector = 4K\\nstep = 16K\\nram = 16K\\n' "
        ">%c/release.ini && '%s' release sign %c --key ../release.key "
        ">/dev/null",
        world->directory, version, farfix, random_bytes, version, version,
        version - 'A' + 1, version, farfix, version);
}

static void make_releases(const struct world *world, const char *farfix)
{
    run("cd %s && mkdir releases && '%s' key make release >/dev/null && '%s' "
        "key make store --signed-by release.key --model M >/dev/null",
        world->directory, farfix, farfix);
    make_release(world, farfix, 'A', 900);
    make_release(world, farfix, 'B', 900);
    run("cd %s/releases && head -c %u /dev/urandom >v.zip && '%s' package "
        "import v.zip --model M --from V1 --to V2 --key ../store.key "
        ">/dev/null",
        world->directory, LARGE_BYTES, farfix);
}

static void read_large(struct world *world)
{
    char path[100];
    snprintf(path, sizeof path, "%s/releases/v.zip", world->directory);
    FILE *file = fopen(path, "r");
    world->large = malloc(LARGE_BYTES);
    assert_non_null(file);
    assert_non_null(world->large);
    assert_int_equal(fread(world->large, 1, LARGE_BYTES, file), LARGE_BYTES);
    fclose(file);
}

/* With at most `files` open files; 0: as many as we may have. */
static void start_store(struct world *world, unsigned files,
                        const char *options)
{
    char command[1000], log[100], line[200];
    const char *argv[] = {"sh", "-c", command, NULL};
    char limit[40] = "";
    if (files > 0)
        snprintf(limit, sizeof limit, "ulimit -n %u && ", files);
    snprintf(log, sizeof log, "%s/log", world->directory);
    snprintf(command, sizeof command,
             "cd %s && %sexec '%s' store serve --releases releases --key "
             "store.key --listen 127.0.0.1:0 --access-log access %s",
             world->directory, limit, program(), options);
    child_start(&world->store, argv, log);
    assert_int_equal(child_line(&world->store, line, sizeof line, 30000), 0);
    const char *colon = strrchr(line, ':');
    assert_non_null(colon);
    world->port = (uint16_t)strtoul(colon + 1, NULL, 10);
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    *state = world;
    strcpy(world->directory, "/tmp/farfix-slow-XXXXXX");
    assert_non_null(mkdtemp(world->directory));
    make_releases(world, program());
    read_large(world);
    return 0;
}

static int end_world(void **state)
{
    struct world *world = *state;
    if (world->store.pid != 0)
        child_stop(&world->store, SIGKILL);
    run("rm -rf %s", world->directory);
    free(world->large);
    free(world);
    return 0;
}

static long resident_kb(const struct world *world)
{
    char path[40], line[200];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)world->store.pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        sscanf(line, "VmRSS: %ld", &kb);
    if (file != NULL)
        fclose(file);
    return kb;
}

/* How many requests for this path the store has answered to the end. */
static unsigned answered(const struct world *world, const char *path)
{
    char name[100], line[700];
    unsigned count = 0;
    snprintf(name, sizeof name, "%s/access", world->directory);
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, path) != NULL;
    fclose(file);
    return count;
}

/* --- connections --------------------------------------------------------- */

static int open_connection(const struct world *world, int window)
{
    const struct timeval patience = {.tv_sec = BOUND_SECONDS};
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(world->port),
                                        .sin_addr.s_addr =
                                            htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (window > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    assert_int_equal(
        connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const char *text, size_t length)
{
    assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), length);
}

/* He was slow long enough. */
static void hurry(int fd)
{
    static const int window = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
}

/* The whole answer to its end; its length. */
static size_t read_answer(int fd, uint8_t *answer, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while ((got = recv(fd, answer + length, size - length, 0)) > 0)
        length += (size_t)got;
    assert_int_equal(got, 0);
    return length;
}

/* 200, and behind the head this body. */
static void assert_answer(const uint8_t *answer, size_t length,
                          const uint8_t *body, size_t body_length)
{
    const uint8_t *head_end = memmem(answer, length, "\r\n\r\n", 4);
    assert_non_null(head_end);
    assert_memory_equal(answer, "HTTP/1.1 200 OK\r\n", 17);
    assert_int_equal((size_t)(answer + length - head_end - 4), body_length);
    assert_memory_equal(head_end + 4, body, body_length);
}

static size_t fetch(const struct world *world, const char *path,
                    uint8_t *answer, size_t size)
{
    char request[200];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    const int fd = open_connection(world, 0);
    send_all(fd, request, strlen(request));
    const size_t length = read_answer(fd, answer, size);
    close(fd);
    return length;
}

/* What everybody is to get: the answer without its head. */
static size_t small_body(const struct world *world, uint8_t body[8192])
{
    uint8_t answer[8192];
    const size_t length = fetch(world, SMALL, answer, sizeof answer);
    const uint8_t *head_end = memmem(answer, length, "\r\n\r\n", 4);
    assert_non_null(head_end);
    const size_t body_length = (size_t)(answer + length - head_end - 4);
    assert_true(body_length > 1000);
    memcpy(body, head_end + 4, body_length);
    return body_length;
}

/* --- the slow ones ------------------------------------------------------- */

enum kind { WRITER, READER, SILENT, KINDS };

struct slow {
    enum kind kind;
    int fd;
    size_t sent, got;
    uint8_t *answer; /* of a reader */
};

struct crowd {
    struct slow *all;
    unsigned count;
    char request[REQUEST_BYTES + 1]; /* of a writer */
    atomic_int stop, faults;
    atomic_uint turns;
    pthread_t thread;
};

static void open_slow(const struct world *world, struct slow *slow,
                      enum kind kind, const char *path)
{
    char request[200];
    memset(slow, 0, sizeof *slow);
    slow->kind = kind;
    slow->fd = open_connection(world, kind == READER ? 2048 : 0);
    if (kind != READER)
        return;
    slow->answer = malloc(LARGE_BYTES + 1000);
    assert_non_null(slow->answer);
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    send_all(slow->fd, request, strlen(request));
}

/* A request whose last header is very long. */
static void write_request(char request[REQUEST_BYTES + 1])
{
    static const char head[] = "GET " SMALL " HTTP/1.1\r\nHost: x\r\n"
                               "Connection: close\r\nX-Slow: ";
    memset(request, 'a', REQUEST_BYTES);
    memcpy(request, head, sizeof head - 1);
    memcpy(request + REQUEST_BYTES - 4, "\r\n\r\n", 5);
}

/* One byte more, or seven; never to the end. */
static int take_turn(struct crowd *crowd, struct slow *slow)
{
    ssize_t moved = 0;
    if (slow->kind == WRITER && slow->sent < REQUEST_BYTES - 1) {
        moved = send(slow->fd, crowd->request + slow->sent, 1,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
        slow->sent += moved > 0 ? 1 : 0;
    } else if (slow->kind == READER && slow->got < READ_MOST) {
        moved = recv(slow->fd, slow->answer + slow->got, 7, MSG_DONTWAIT);
        slow->got += moved > 0 ? (size_t)moved : 0;
        if (moved == 0)
            return -1;
    }
    return moved < 0 && errno != EAGAIN ? -1 : 0;
}

static void *be_slow(void *context)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    struct crowd *crowd = context;
    while (!atomic_load(&crowd->stop)) {
        for (unsigned i = 0; i < crowd->count; i++)
            if (take_turn(crowd, &crowd->all[i]) != 0)
                atomic_fetch_add(&crowd->faults, 1);
        atomic_fetch_add(&crowd->turns, 1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void gather(const struct world *world, struct crowd *crowd,
                   unsigned count)
{
    memset(crowd, 0, sizeof *crowd);
    crowd->all = calloc(count, sizeof *crowd->all);
    crowd->count = count;
    assert_non_null(crowd->all);
    write_request(crowd->request);
    for (unsigned i = 0; i < count; i++)
        open_slow(world, &crowd->all[i], (enum kind)(i % KINDS), LARGE);
    assert_int_equal(pthread_create(&crowd->thread, NULL, be_slow, crowd), 0);
}

static void disperse(struct crowd *crowd)
{
    for (unsigned i = 0; i < crowd->count; i++) {
        close(crowd->all[i].fd);
        free(crowd->all[i].answer);
    }
    free(crowd->all);
}

/* Not one writer has an answer, not one reader its file. */
static void assert_nobody_has_finished(const struct crowd *crowd)
{
    char byte;
    for (unsigned i = 0; i < crowd->count; i++) {
        const struct slow *slow = &crowd->all[i];
        if (slow->kind == WRITER)
            assert_int_equal(recv(slow->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK),
                             -1);
        if (slow->kind == READER)
            assert_in_range(slow->got, 1, READ_MOST + 7);
    }
}

/* Writers first: who has not said what he wants has fifteen seconds. */
static void finish_writers(struct crowd *crowd, const uint8_t *small,
                           size_t small_length)
{
    uint8_t answer[8192];
    for (unsigned i = 0; i < crowd->count; i++) {
        const struct slow *slow = &crowd->all[i];
        if (slow->kind == WRITER)
            send_all(slow->fd, crowd->request + slow->sent,
                     REQUEST_BYTES - slow->sent);
    }
    for (unsigned i = 0; i < crowd->count; i++) {
        const struct slow *slow = &crowd->all[i];
        if (slow->kind == WRITER)
            assert_answer(answer, read_answer(slow->fd, answer, sizeof answer),
                          small, small_length);
    }
}

static void finish_readers(const struct world *world, struct crowd *crowd)
{
    for (unsigned i = 0; i < crowd->count; i++) {
        struct slow *slow = &crowd->all[i];
        if (slow->kind != READER)
            continue;
        hurry(slow->fd);
        slow->got += read_answer(slow->fd, slow->answer + slow->got,
                                 LARGE_BYTES + 1000 - slow->got);
        assert_answer(slow->answer, slow->got, world->large, LARGE_BYTES);
    }
}

/* --- tests --------------------------------------------------------------- */

/* As many files as we may have; so many slow clients are possible. */
static unsigned make_room(void)
{
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_max >= SLOW + 500)
        return SLOW;
    const unsigned count = files.rlim_max < 800
                               ? (unsigned)files.rlim_max / 3
                               : (unsigned)files.rlim_max - 500;
    printf("# the system allows %llu open files: ONLY %u SLOW CLIENTS, NOT "
           "%u\n",
           (unsigned long long)files.rlim_max, count, SLOW);
    return count;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void two_thousand_slow_clients_starve_nobody(void **state)
{
    struct world *world = *state;
    struct crowd crowd;
    uint8_t small[8192], answer[8192];
    const unsigned count = make_room();
    start_store(world, 0, "");
    const size_t small_length = small_body(world, small);
    const long before = resident_kb(world);
    const double start = seconds();
    gather(world, &crowd, count);
    const double gathered = seconds();
    unsigned fast = 0;
    for (; fast < FAST || crowd.turns < TURNS; fast++)
        assert_answer(answer, fetch(world, SMALL, answer, sizeof answer), small,
                      small_length);
    const double served = seconds();
    atomic_store(&crowd.stop, 1);
    pthread_join(crowd.thread, NULL);
    const long with = resident_kb(world);
    printf("# %u slow clients came in %.1f s and had %u turns in the %.1f s in "
           "which %u fast requests were answered; VmRSS %ld kB, before %ld\n",
           count, gathered - start, crowd.turns, served - gathered, fast, with,
           before);
    assert_int_equal(crowd.faults, 0);
    assert_nobody_has_finished(&crowd);
    assert_int_equal(answered(world, LARGE), 0);
    assert_true(served - gathered < BOUND_SECONDS);
    assert_in_range(with, 1, 200000);
    finish_writers(&crowd, small, small_length);
    finish_readers(world, &crowd);
    disperse(&crowd);
    assert_int_equal(child_stop(&world->store, SIGTERM), 0);
}

/* 20 clients in the middle of a package that then has to make room. */
static void a_package_that_goes_while_twenty_read_it_arrives_whole(void **state)
{
    enum { READERS = 20, SIZE = 450000 };
    struct world *world = *state;
    struct slow readers[READERS];
    uint8_t *whole = malloc(SIZE), *other = malloc(SIZE);
    for (char version = 'C'; version <= 'E'; version++)
        make_release(world, program(), version, 380000);
    start_store(world, 0, "--cache cache --cache-mib 1");
    const size_t length = fetch(world, "/M/A___C/update.zip", whole, SIZE);
    assert_in_range(length, 380000, SIZE);
    run("cd %s && ls cache/*.zip >first", world->directory);
    for (int i = 0; i < READERS; i++)
        open_slow(world, &readers[i], READER, "/M/A___C/update.zip");
    fetch(world, "/M/A___D/update.zip", other, SIZE);
    fetch(world, "/M/A___E/update.zip", other, SIZE);
    run("cd %s && ! ls $(cat first) 2>/dev/null && ls cache/*.zip >/dev/null",
        world->directory);
    assert_int_equal(answered(world, "/M/A___C/"), 1);
    for (int i = 0; i < READERS; i++) {
        hurry(readers[i].fd);
        readers[i].got =
            read_answer(readers[i].fd, readers[i].answer, LARGE_BYTES + 1000);
        assert_int_equal(readers[i].got, length);
        /* all but the date, whose length is always the same */
        assert_memory_equal(readers[i].answer + 500, whole + 500, length - 500);
        close(readers[i].fd);
        free(readers[i].answer);
    }
    free(whole);
    free(other);
    assert_int_equal(child_stop(&world->store, SIGTERM), 0);
}

static void connections_above_the_limit_wait_until_others_go(void **state)
{
    enum { MANY = 200 };
    struct world *world = *state;
    int fds[MANY];
    uint8_t small[8192], answer[8192];
    start_store(world, 160, ""); /* that is about a hundred connections */
    const size_t small_length = small_body(world, small);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            fds[i] = open_connection(world, 0);
        usleep(50000);
        assert_int_equal(kill(world->store.pid, 0), 0);
        for (int i = 0; i < MANY; i++)
            close(fds[i]);
        assert_answer(answer, fetch(world, SMALL, answer, sizeof answer), small,
                      small_length);
    }
    assert_int_equal(child_stop(&world->store, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_thousand_slow_clients_starve_nobody,
                                        make_world, end_world),
        cmocka_unit_test_setup_teardown(
            a_package_that_goes_while_twenty_read_it_arrives_whole, make_world,
            end_world),
        cmocka_unit_test_setup_teardown(
            connections_above_the_limit_wait_until_others_go, make_world,
            end_world),
    };
    alarm(5 * BOUND_SECONDS);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
