/* SPDX-License-Identifier: Apache-2.0 */
/* The same servers seen from the AT port: a whole virtual module, the URC that
 * it prints, and the file that CFSGFIS then finds. */
#include "bad_server.h"
#include "forge.h"
#include "memo.h"
#include "sim/sim_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 4096u
#define OLD "the old file" /* 12 bytes */
#define REAL_LIMIT_US 30000000

/* --- a module ------------------------------------------------------------ */

static char directory[64], heard[8192];
static uint32_t heard_length;
static uint8_t image[SECTOR];
static struct ffx_sim *sim;
static struct bad_clock ahead;
static struct bad_server server;
static int serving, te = -1;

static void create(void)
{
    struct ffx_sim_error error;
    struct ffx_sim_factory factory = {
        .model = "SIM7000G",
        .version = "A",
        .sequence = 5,
        .image_count = 1,
        .images = {{.facts = {.name = "ap", .size = sizeof image},
                    .bytes = image,
                    .slot_bytes = sizeof image}},
        .sector_bytes = SECTOR,
        .step_bytes = SECTOR,
        .keys = forge_public(FORGE_OWN),
        .key_count = 1,
    };
    forge_sha256(image, sizeof image, factory.images[0].facts.sha256);
    const struct ffx_sim_config config = {
        .state = directory,
        .port = FFX_SIM_TCP,
        .address = "127.0.0.1:0",
        .crypto = memo_crypto(),
        .factory = &factory,
        .imei = "861234567890123",
        .sim_pin = "",
        .apn = "ctnb",
        .now_us = bad_clock_us,
        .context = &ahead,
    };
    if (ffx_sim_create(&sim, &config, &error) != 0)
        fail_msg("%s", error.text);
}

static void connect_te(void)
{
    unsigned port = 0;
    sscanf(ffx_sim_address(sim), "tcp:127.0.0.1:%u", &port);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr =
                                            htonl(INADDR_LOOPBACK)};
    te = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(te, (const struct sockaddr *)&address, sizeof address), 0);
}

static void listen_to_module(void)
{
    const ssize_t count = recv(te, heard + heard_length,
                               sizeof heard - 1 - heard_length, MSG_DONTWAIT);
    if (count > 0)
        heard_length += (uint32_t)count;
    heard[heard_length] = '\0';
}

static int bound(int timeout_ms)
{
    return timeout_ms < 0 || timeout_ms > 5 ? 5 : timeout_ms;
}

/* Both sides go on. Where neither has anything to do but to wait, it is
 * later at once; a server that still has something to do is not overtaken. */
static void go_on(unsigned *quiet)
{
    struct pollfd fds[FFX_SIM_FDS + BAD_SERVER_FDS + 1];
    int timeout;
    const int moved = serving && bad_server_step(&server);
    const unsigned ours = ffx_sim_wait(sim, fds, &timeout);
    unsigned all = ours;
    if (serving)
        all += bad_server_wait(&server, fds + all);
    fds[all++] = (struct pollfd){.fd = te, .events = POLLIN};
    const int idle = !sim->network.progress.busy || server.hushed ||
                     sim->network.easy == NULL;
    const int later = idle && *quiet >= 2;
    const int seen = poll(fds, all, moved || later ? 0 : bound(timeout));
    if (later && !moved && seen == 0 && timeout > 0)
        ahead.ahead_us += (int64_t)timeout * 1000;
    assert_int_equal(ffx_sim_step(sim, fds, ours), 1);
    listen_to_module();
    *quiet = moved || seen > 0 ? 0 : *quiet + 1;
}

/* Until the module has printed it; what came before is forgotten. */
static void expect(const char *text)
{
    const int64_t end_us = sim_clock_real_us() + REAL_LIMIT_US;
    unsigned quiet = 0;
    const char *found;
    while ((found = strstr(heard, text)) == NULL &&
           sim_clock_real_us() < end_us)
        go_on(&quiet);
    if (found == NULL)
        fail_msg("no '%s' in '%s'", text, heard);
    found += strlen(text);
    heard_length -= (uint32_t)(found - heard);
    memmove(heard, found, heard_length + 1);
}

/* Seconds go by: the radio attaches, URCs are printed. */
static void pass(unsigned seconds)
{
    const int64_t end_us = bad_clock_us(&ahead) + (int64_t)seconds * 1000000;
    unsigned quiet = 0;
    while (bad_clock_us(&ahead) < end_us)
        go_on(&quiet);
}

static void command(const char *text, const char *answer)
{
    const size_t length = strlen(text);
    assert_int_equal(send(te, text, length, MSG_NOSIGNAL), length);
    assert_int_equal(send(te, "\r", 1, MSG_NOSIGNAL), 1);
    expect(answer);
}

static int start(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/farfix-zoo-at-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    create();
    connect_te();
    pass(20);
    command("ATE0", "OK\r\n");
    command("AT+CNACT=1,\"ctnb\"", "OK\r\n");
    expect("+APP PDP: ACTIVE\r\n");
    command("AT+FTPCID=1;+FTPTYPE=\"I\";+FTPMODE=1;+FTPSERV=\"127.0.0.1\"",
            "OK\r\n");
    command("AT+FTPUN=\"user\";+FTPPW=\"secret\";+FTPGETNAME=\"f\"", "OK\r\n");
    return 0;
}

static int stop(void **state)
{
    char line[96];
    (void)state;
    close(te);
    ffx_sim_destroy(sim);
    snprintf(line, sizeof line, "rm -rf %s", directory);
    return system(line);
}

/* --- servers ------------------------------------------------------------- */

struct row {
    const char *name;
    const struct bad_step *steps;    /* HTTP; null: FTP */
    const struct bad_reply *replies; /* FTP */
    const char *urc;                 /* what the module prints in the end */
    const char *file;                /* what CFSGFIS then says; null: 12 */
};

#define STEPS(...)                                                             \
    (const struct bad_step[])                                                  \
    {                                                                          \
        __VA_ARGS__, OVER                                                      \
    }
#define HTTP(title, report, ...)                                               \
    {                                                                          \
        .name = title, .steps = STEPS(__VA_ARGS__), .urc = report              \
    }
#define FTP(title, report, verb, ...)                                          \
    {                                                                          \
        .name = title, .urc = report, .replies = (const struct bad_reply[])    \
        {                                                                      \
            {verb, STEPS(__VA_ARGS__)},                                        \
            {                                                                  \
                NULL, NULL                                                     \
            }                                                                  \
        }                                                                      \
    }
#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
#define GOOD HEAD "\r\nhello"
#define EMPTY "Content-Length: 0\r\n\r\n"

static const struct row rows[] = {
    {.name = "a good server",
     .steps = STEPS(REQUEST, SAY(GOOD), CLOSE),
     .urc = "+HTTPTOFS: 200,5\r\n",
     .file = "+CFSGFIS: 5\r\n"},
    {.name = "more bytes than announced",
     .steps = STEPS(REQUEST, SAY(GOOD " and more"), CLOSE),
     .urc = "+HTTPTOFS: 200,5\r\n",
     .file = "+CFSGFIS: 5\r\n"},
    {.name = "keeps the connection open",
     .steps = STEPS(REQUEST, SAY(GOOD)),
     .urc = "+HTTPTOFS: 200,5\r\n",
     .file = "+CFSGFIS: 5\r\n"},
    HTTP("closes at once", "+HTTPTOFS: 601,0\r\n", CLOSE),
    HTTP("cut in the head", "+HTTPTOFS: 601,0\r\n", REQUEST, SAY(HEAD), CLOSE),
    HTTP("cut in the file", "+HTTPTOFS: 601,0\r\n", REQUEST,
         SAY(HEAD "\r\nhel"), CLOSE),
    HTTP("reset in the file", "+HTTPTOFS: 601,0\r\n", REQUEST,
         SAY(HEAD "\r\nhel"), RESET),
    HTTP("silent from the start", "+HTTPTOFS: 601,0\r\n", HUSH),
    HTTP("silent in the file", "+HTTPTOFS: 601,0\r\n", REQUEST,
         SAY(HEAD "\r\nhel"), HUSH),
    HTTP("no length", "+HTTPTOFS: 600,0\r\n", REQUEST,
         SAY("HTTP/1.1 200 OK\r\n\r\nhello"), CLOSE),
    HTTP("two lengths", "+HTTPTOFS: 600,0\r\n", REQUEST,
         SAY(HEAD "Content-Length: 4\r\n\r\nhello"), CLOSE),
    HTTP("chunked", "+HTTPTOFS: 600,0\r\n", REQUEST,
         SAY("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "5\r\nhello\r\n0\r\n\r\n"),
         CLOSE),
    HTTP("a mail server", "+HTTPTOFS: 600,0\r\n", REQUEST,
         SAY("220 mail ESMTP\r\n"), CLOSE),
    HTTP("100 for ever", "+HTTPTOFS: 600,0\r\n", REQUEST,
         ENDLESS("HTTP/1.1 100 Continue\r\n\r\n")),
    HTTP("endless headers", "+HTTPTOFS: 600,0\r\n", REQUEST, SAY(HEAD),
         ENDLESS("X: y\r\n")),
    HTTP("a file of 4 GB", "+HTTPTOFS: 602,0\r\n", REQUEST,
         SAY("HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\n"),
         ENDLESS("x")),
    HTTP("206", "+HTTPTOFS: 206,0\r\n", REQUEST,
         SAY("HTTP/1.1 206 Part\r\nContent-Length: 5\r\n\r\nhello"), CLOSE),
    HTTP("302", "+HTTPTOFS: 302,0\r\n", REQUEST,
         SAY("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n" EMPTY),
         CLOSE),
    HTTP("404", "+HTTPTOFS: 404,0\r\n", REQUEST,
         SAY("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"),
         CLOSE),
    HTTP("503", "+HTTPTOFS: 503,0\r\n", REQUEST,
         SAY("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n" EMPTY), CLOSE),

    {.name = "a good FTP server",
     .urc = "+FTPEXTGETFILE: 1,0\r\n",
     .file = "+CFSGFIS: 5\r\n"},
    FTP("no greeting", "+FTPEXTGETFILE: 1,61\r\n", "", CLOSE),
    FTP("silent FTP", "+FTPEXTGETFILE: 1,64\r\n", "", HUSH),
    FTP("busy FTP", "+FTPEXTGETFILE: 1,65\r\n", "", SAY("421 busy\r\n"), CLOSE),
    FTP("greets in HTTP", "+FTPEXTGETFILE: 1,70\r\n", "",
        SAY("HTTP/1.1 400 No\r\n\r\n"), CLOSE),
    FTP("a wrong user", "+FTPEXTGETFILE: 1,71\r\n", "USER", SAY("530 no\r\n")),
    FTP("a wrong password", "+FTPEXTGETFILE: 1,72\r\n", "PASS",
        SAY("530 no\r\n")),
    FTP("a wrong type", "+FTPEXTGETFILE: 1,73\r\n", "TYPE", SAY("504 no\r\n")),
    FTP("a port of the system", "+FTPEXTGETFILE: 1,75\r\n", "EPSV",
        SAY("229 x (|||22|)\r\n")),
    FTP("no such file", "+FTPEXTGETFILE: 1,77\r\n", "RETR", SAY("550 no\r\n")),
    FTP("cut in the file", "+FTPEXTGETFILE: 1,79\r\n", "RETR",
        SAY("150 go\r\n"), DATA("hel"), DATA_CLOSE, SAY("226 done\r\n")),
    FTP("longer than its size", "+FTPEXTGETFILE: 1,79\r\n", "RETR",
        SAY("150 go\r\n"), DATA("hello!"), DATA_CLOSE, SAY("226 done\r\n")),
    FTP("no 226", "+FTPEXTGETFILE: 1,64\r\n", "RETR", SAY("150 go\r\n"),
        DATA("hello"), DATA_CLOSE, HUSH),
};

/* FTPEXTGET takes no name that is in use: there the old file is none. */
static void put_old_file(const struct row *row)
{
    sim_files_remove(&sim->files, FFX_DIR_FOTA, "update.zip");
    if (row->steps != NULL)
        assert_int_equal(sim_files_write(&sim->files, FFX_DIR_FOTA,
                                         "update.zip", 0, OLD, sizeof OLD - 1),
                         FFX_OK);
}

static void fetch(const struct row *row)
{
    char line[160];
    if (row->steps != NULL) {
        snprintf(line, sizeof line,
                 "AT+HTTPTOFS=\"http://127.0.0.1:%u/f\",\"/fota/update.zip\"",
                 server.port);
        command(line, "OK\r\n");
    } else {
        snprintf(line, sizeof line, "AT+FTPPORT=%u", server.port);
        command(line, "OK\r\n");
        command("AT+FTPEXTGET=2,1,\"update.zip\"", "OK\r\n");
    }
    expect(row->urc);
}

static void play(void **state)
{
    const struct row *row = *state;
    const struct bad_script script = {
        .steps = row->steps, .replies = row->replies, .repeat = 1};
    put_old_file(row);
    bad_server_open(&server, &script, &ahead);
    serving = 1;
    fetch(row);
    command("AT+CFSINIT", "OK\r\n");
    command("AT+CFSGFIS=1,\"update.zip\"", row->file != NULL ? row->file
                                           : row->steps != NULL
                                               ? "+CFSGFIS: 12\r\n"
                                               : "\r\nERROR\r\n");
    command("AT+CFSTERM", "OK\r\n");
    serving = 0;
    bad_server_close(&server);
}

static void a_bearer_that_goes_leaves_the_old_file(void **state)
{
    static const struct bad_step steps[] = {REQUEST, SAY(HEAD "\r\nhel"), OVER};
    const struct row row = {.steps = steps};
    const struct bad_script script = {.steps = steps};
    (void)state;
    put_old_file(&row);
    bad_server_open(&server, &script, &ahead);
    serving = 1;
    char line[160];
    snprintf(line, sizeof line,
             "AT+HTTPTOFS=\"http://127.0.0.1:%u/f\",\"/fota/update.zip\"",
             server.port);
    command(line, "OK\r\n");
    for (unsigned i = 0, quiet = 0;
         sim->network.progress.received < 3 && i < 10000; i++)
        go_on(&quiet);
    assert_int_equal(sim->network.progress.received, 3);
    command("AT+CNACT=0", "OK\r\n");
    expect("+HTTPTOFS: 601,0\r\n");
    serving = 0;
    bad_server_close(&server);
    command("AT+CFSINIT", "OK\r\n");
    command("AT+CFSGFIS=1,\"update.zip\"", "+CFSGFIS: 12\r\n");
    command("AT+CFSTERM", "OK\r\n");
    command("AT+CNACT=1,\"ctnb\"", "OK\r\n");
    expect("+APP PDP: ACTIVE\r\n");
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    static struct CMUnitTest tests[ROWS + 1];
    static char names[ROWS][160];
    const char *wanted = getenv("FARFIX_ROW");
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (wanted != NULL && strcmp(wanted, rows[i].name) != 0)
            continue;
        snprintf(names[count], sizeof names[0], "bad server, by AT: %s",
                 rows[i].name);
        /* cmocka hands it back untouched */
        tests[count] = (struct CMUnitTest){names[count], play, NULL, NULL,
                                           (void *)(uintptr_t)&rows[i]};
        count++;
    }
    printf("# %zu bad servers: by AT\n", count);
    if (wanted == NULL)
        tests[count++] = (struct CMUnitTest)cmocka_unit_test(
            a_bearer_that_goes_leaves_the_old_file);
    return _cmocka_run_group_tests("bad servers by AT", tests, count, start,
                                   stop);
}
