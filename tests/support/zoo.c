/* SPDX-License-Identifier: Apache-2.0 */
#include "zoo.h"

#include "sim/sim_network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD "the old file"
#define REAL_LIMIT_US 20000000 /* a row that takes so long hangs */

static char directory[64];
static struct sim_files files;
static struct bad_clock clock_ahead;
static const struct sim_clock module_clock = {bad_clock_us, &clock_ahead};
static char last_words[1024];

int zoo_open(void **state)
{
    struct ffx_sim_error error;
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/farfix-zoo-XXXXXX");
    return mkdtemp(directory) == NULL ||
           sim_files_open(&files, directory, &error);
}

int zoo_close(void **state)
{
    char command[96];
    (void)state;
    sim_files_close(&files);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static void show(void *context, const char *line)
{
    (void)context;
    snprintf(last_words, sizeof last_words, "%s", line);
}

/* --- before and after ---------------------------------------------------- */

static unsigned count_entries(const char *path)
{
    unsigned count = 0;
    DIR *stream = opendir(path);
    assert_non_null(stream);
    while (readdir(stream) != NULL)
        count++;
    closedir(stream);
    return count;
}

/* A file without blocks that fills the module but for `room` bytes. */
static void fill(uint32_t room)
{
    char path[96];
    snprintf(path, sizeof path, "%s/custapp/ballast", directory);
    unlink(path);
    if (room == 0)
        return;
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    assert_int_equal(ftruncate(fd, (off_t)(SIM_FILES_BYTES - room)), 0);
    close(fd);
}

static void put_customer(const char *text)
{
    const char *pem =
        text != NULL && strcmp(text, "root") == 0 ? bad_tls_root_pem() : text;
    sim_files_remove(&files, FFX_DIR_CUSTOMER, "ca.pem");
    if (pem != NULL)
        assert_int_equal(sim_files_write(&files, FFX_DIR_CUSTOMER, "ca.pem", 0,
                                         pem, (uint32_t)strlen(pem)),
                         FFX_OK);
}

static void assert_file(const char *text, uint32_t times)
{
    const size_t length = strlen(text);
    uint32_t size = 0;
    char *content = malloc(length * times + 1);
    assert_int_equal(sim_files_size(&files, FFX_DIR_FOTA, "update.zip", &size),
                     FFX_OK);
    assert_int_equal(size, length * times);
    sim_files_read(&files, FFX_DIR_FOTA, "update.zip", 0, content, size);
    for (uint32_t i = 0; i < times; i++)
        assert_memory_equal(content + i * length, text, length);
    free(content);
}

static void assert_stage_is_empty(void)
{
    char path[96];
    snprintf(path, sizeof path, "%s/tmp", directory);
    assert_int_equal(count_entries(path), 2); /* . and .. */
}

/* --- a row --------------------------------------------------------------- */

static int is_ftp(const struct zoo_row *row)
{
    return row->script.steps == NULL;
}

static void url_of(const struct zoo_row *row, unsigned port, char url[256])
{
    const char *format = row->url != NULL          ? row->url
                         : is_ftp(row)             ? "ftp://127.0.0.1:%u/f"
                         : row->script.tls != NULL ? "https://127.0.0.1:%u/f"
                                                   : "http://127.0.0.1:%u/f";
    const char *place = strstr(format, "%u");
    if (place == NULL)
        snprintf(url, 256, "%s", format);
    else
        snprintf(url, 256, "%.*s%u%s", (int)(place - format), format, port,
                 place + 2);
}

/* The server is silent: what the module waits for has come. */
static void jump(const struct sim_network *network)
{
    const int64_t dues[] = {network->retry_ms, network->connect_ms,
                            network->deadline_ms};
    int64_t first = -1;
    for (int i = 0; i < 3; i++)
        if (dues[i] >= 0 && (first < 0 || dues[i] < first))
            first = dues[i];
    const int64_t left_us = first * 1000 - bad_clock_us(&clock_ahead);
    if (first >= 0 && left_us > 0)
        clock_ahead.ahead_us += left_us;
}

static void run(struct sim_network *network, struct bad_server *server,
                struct ffx_module_progress *progress)
{
    const int64_t end_us = sim_clock_real_us() + REAL_LIMIT_US;
    unsigned quiet = 0;
    do {
        struct pollfd fds[SIM_NETWORK_FDS + BAD_SERVER_FDS];
        const int moved = bad_server_step(server);
        int timeout = 5;
        const unsigned ours = sim_network_wait(network, fds, &timeout);
        const unsigned all = ours + bad_server_wait(server, fds + ours);
        const int seen = poll(fds, all, moved ? 0 : timeout);
        sim_network_step(network, fds, ours);
        sim_network_progress(network, progress);
        quiet = moved || seen > 0 ? 0 : quiet + 1;
        const int pausing = network->easy == NULL && network->retry_ms >= 0;
        if ((server->hushed && quiet >= 2) || pausing)
            jump(network);
    } while (progress->busy && sim_clock_real_us() < end_us);
}

static void judge(const struct zoo_row *row,
                  const struct ffx_module_progress *progress)
{
    const int error = is_ftp(row)                    ? progress->ftp_error
                      : progress->http_status == 200 ? 0
                                                     : progress->http_status;
    assert_false(progress->busy);
    assert_int_equal(error, row->error);
    assert_int_equal(progress->failed, row->error != 0);
    if (row->size_only && row->error == 0)
        assert_int_equal(progress->total, row->size);
    if (row->error != 0 || row->size_only)
        assert_file(OLD, 1);
    else
        assert_file(row->file != NULL ? row->file : "hello",
                    row->times > 0 ? row->times : 1);
    assert_stage_is_empty();
}

void zoo_play(const struct zoo_row *row, uint32_t chunk)
{
    static const struct sim_log log = {show, NULL};
    static struct bad_server server;
    static struct sim_network network;
    struct bad_script script = row->script;
    struct ffx_module_progress progress;
    struct ffx_sim_error error;
    char url[256];
    const char *ca =
        row->script.tls == NULL || row->strangers ? NULL : bad_tls_root();
    const unsigned before = count_entries("/proc/self/fd");
    script.chunk = chunk;
    fill(0);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "update.zip", 0, OLD,
                                     sizeof OLD - 1),
                     FFX_OK);
    fill(row->room);
    put_customer(row->customer);
    bad_server_open(&server, &script, &clock_ahead);
    assert_int_equal(
        sim_network_open(&network, &files, ca, &module_clock, &log, &error), 0);
    url_of(row, server.port, url);
    const struct ffx_module_transfer what = {
        .url = url,
        .user = is_ftp(row) ? "user" : "",
        .password = is_ftp(row) ? "secret" : "",
        .dir = FFX_DIR_FOTA,
        .name = "update.zip",
        .timeout_s = ZOO_TIMEOUT_S,
        .silence = (uint8_t)is_ftp(row),
        .tries = row->tries > 0 ? row->tries : 1,
        .passive = !row->active,
        .ascii = row->ascii,
        .size_only = row->size_only,
        .offset = row->offset,
    };
    snprintf(last_words, sizeof last_words, "(nothing was logged)");
    assert_int_equal(sim_network_start(&network, &what), FFX_OK);
    run(&network, &server, &progress);
    if (getenv("FARFIX_ROW") != NULL)
        print_message("# pieces of %u: %s\n# the server saw: %s\n", chunk,
                      last_words, server.seen);
    judge(row, &progress);
    if (row->asks != NULL)
        assert_non_null(strstr(server.seen, row->asks));
    sim_network_close(&network);
    bad_server_close(&server);
    fill(0);
    if (!row->lasting)
        assert_int_equal(count_entries("/proc/self/fd"), before);
}

/* Small ones also byte by byte; long ones only as they are. SOAK=1: in thirty
 * more sizes. */
static void play_in_pieces(void **state)
{
    const struct zoo_row *row = *state;
    const uint32_t bytes = bad_script_bytes(&row->script);
    if (row->script.family == AF_INET6 && !bad_server_has_v6())
        skip();
    const uint32_t odd = row->script.tls != NULL ? 97 : 7;
    zoo_play(row, 0);
    if (row->whole)
        return;
    if (bytes <= 20000)
        zoo_play(row, bytes <= 2000 ? odd : 997);
    if (bytes <= 2000 && row->script.tls == NULL)
        zoo_play(row, 1);
    for (uint32_t chunk = 2; getenv("SOAK") != NULL && chunk < 90; chunk += 3)
        if (bytes <= 2000)
            zoo_play(row, chunk);
}

int zoo_main(const char *family, const struct zoo_row *rows, size_t count)
{
    const char *wanted = getenv("FARFIX_ROW");
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    char(*names)[160] = calloc(count, sizeof *names);
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        if (wanted != NULL && strcmp(wanted, rows[i].name) != 0)
            continue;
        snprintf(names[chosen], sizeof *names, "bad server: %s", rows[i].name);
        /* cmocka hands it back untouched */
        tests[chosen] = (struct CMUnitTest){names[chosen], play_in_pieces, NULL,
                                            NULL, (void *)(uintptr_t)&rows[i]};
        chosen++;
    }
    printf("# %zu bad servers: %s\n", chosen, family);
    const int failures =
        _cmocka_run_group_tests(family, tests, chosen, zoo_open, zoo_close);
    free(tests);
    free(names);
    return failures;
}
