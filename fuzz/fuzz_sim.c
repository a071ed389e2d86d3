/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole virtual module under a clock of the fuzzer's: what is typed on
 * both ports, and what goes wrong meanwhile. A byte below 0x80 is typed; a
 * higher one lets time pass, turns to the other port, says a whole command, or
 * gives the rest of its line to ffx_sim_control.
 *
 * Whatever happened: with all faults gone and the power cut once, both ports
 * answer AT+GMR, time moves, and what is stored is what was loaded. One module
 * a process, in a directory of its own; each input begins with its power cut
 * and its files gone.
 */
#include "sim/sim_parts.h"

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char state[64];
static struct ffx_sim *sim;
static int64_t now_us = 1000000;
static uint32_t port;
static char said[64 * 1024];
static size_t said_length;

static int64_t tell_time(void *context)
{
    (void)context;
    return now_us;
}

static void take_log(void *context, const char *line)
{
    (void)context;
    if (strchr(line, '\n') != NULL)
        abort();
}

static void create(void)
{
    static struct ffx_sim_factory factory;
    struct ffx_sim_error error;
    if (ffx_sim_plain(&factory, "SIM7000G", "1529B08SIM7000G") != FFX_OK)
        abort();
    const struct ffx_sim_config config = {.state = state,
                                          .port = FFX_SIM_CALLS,
                                          .second = "usb",
                                          .factory = &factory,
                                          .imei = "866425030000006",
                                          .sim_pin = "",
                                          .off_ms = 100,
                                          .log = take_log,
                                          .now_us = tell_time};
    if (ffx_sim_create(&sim, &config, &error) != FFX_OK) {
        fprintf(stderr, "%s\n", error.text);
        abort();
    }
}

/* --- time ----------------------------------------------------------------- */

static void turn(int64_t limit_us)
{
    struct pollfd fds[FFX_SIM_FDS];
    char heard[4096];
    int timeout_ms;
    ffx_sim_wait(sim, fds, &timeout_ms);
    const int result = ffx_sim_step(sim, fds, 0);
    for (uint32_t i = 0; i < 2; i++) {
        size_t length = ffx_sim_hear(sim, i, heard, sizeof heard);
        if (i != port || said_length + length >= sizeof said)
            continue;
        memcpy(said + said_length, heard, length);
        said_length += length;
    }
    if (result == 0) { /* AT+CPOWD */
        ffx_sim_destroy(sim);
        create();
        return;
    }
    if (result != 1)
        abort();
    ffx_sim_wait(sim, fds, &timeout_ms);
    const int64_t step_us =
        timeout_ms < 0 ? limit_us : (int64_t)timeout_ms * 1000;
    now_us += step_us < limit_us ? step_us : limit_us;
}

/* Faults may keep a module busy for ever: then time moves by itself. */
static void pass(int64_t ms, int calm)
{
    const int64_t end_us = now_us + ms * 1000;
    for (int turns = 0; now_us < end_us || turns < 3; turns++) {
        if (calm && turns > 20000)
            abort();
        if (!calm && turns > 300)
            now_us += 10000;
        turn(end_us > now_us ? end_us - now_us : 0);
    }
}

/* --- the script ----------------------------------------------------------- */

static const char *const words[] = {
    "AT\r",
    "AT+GMR\r",
    "ATE0\r",
    "AT+CFSINIT\r",
    "AT+CFSTERM\r",
    "AT+CFSWFILE=1,\"update.zip\",0,20,1000\r",
    "AT+CFSRFILE=1,\"update.zip\",0,10240,0\r",
    "AT+CFOTA=1\r",
    "AT+CFUN=1,1\r",
    "AT+IFC=2,2\r",
    "AT+IPR=0\r",
    "AT+CREG=2;+CMEE=2;+CLTS=1\r",
    "AT+CSCLK=1\r",
    "AT&W\r",
    "ATV0Q1&W\r",
    "AT+CNACT=1;+CMGF=1\r",
};

static void say(const void *bytes, size_t length)
{
    ffx_sim_say(sim, port, bytes, length);
    pass(5, 0);
}

static size_t control(const uint8_t *data, size_t size)
{
    char command[300], reply[512];
    const uint8_t *end = memchr(data, '\n', size);
    const size_t length = end != NULL ? (size_t)(end - data) : size;
    snprintf(command, sizeof command, "%.*s", (int)length, (const char *)data);
    ffx_sim_control(sim, command, reply, sizeof reply);
    const size_t said_now = strlen(reply);
    if (said_now == 0 || said_now >= sizeof reply ||
        reply[said_now - 1] != '\n')
        abort();
    return length + (end != NULL);
}

/* Returns how many bytes of the script it took. */
static size_t act(const uint8_t *data, size_t size)
{
    const uint8_t byte = data[0];
    size_t typed = 0;
    while (typed < size && data[typed] < 0x80)
        typed++;
    if (typed > 0) {
        say(data, typed);
        return typed;
    }
    if (byte < 0xa0)
        pass(1 << byte % 14, 0);
    else if (byte < 0xc0)
        return 1 + control(data + 1, size - 1);
    else if (byte < 0xd0)
        port ^= 1;
    else
        say(words[byte % 16], strlen(words[byte % 16]));
    return 1;
}

/* --- before and after ----------------------------------------------------- */

static void run(const char *command)
{
    char reply[256];
    if (ffx_sim_control(sim, command, reply, sizeof reply) != FFX_OK)
        abort();
}

/* The world is whole again. */
static void mend(void)
{
    static const char *const commands[] = {
        "clear",
        "now damage none",
        "now bug none",
        "now flow works",
        "now fragment 0 0",
        "now newline \\r\\n",
        "now signal 27",
        "now network 1",
        "now dtr 0",
        "now battery 80 3900",
        "now cut",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        run(commands[i]);
    sim->mail_count = 0;
    pass(12000, 1);
}

static const char *ask(const char *command)
{
    said_length = 0;
    ffx_sim_say(sim, port, command, strlen(command));
    pass(200, 1);
    said[said_length] = '\0';
    return said;
}

static void must_answer(uint32_t which)
{
    port = which;
    ask("ATQ0V1E0\r");
    ask("ATQ0V1E0\r");
    if (strcmp(ask("AT+GMR\r"), "\r\nRevision:1529B08SIM7000G\r\n\r\nOK\r\n") !=
        0) {
        fprintf(stderr, "port %u: '%s'\n", (unsigned)which, said);
        abort();
    }
}

static void must_load(void)
{
    static struct ffx_module_settings stored;
    const uint32_t length =
        sim_files_load(&sim->files, "settings", &stored, sizeof stored);
    if (length == 0)
        return;
    stored.crc32 = sim->module.settings.crc32;
    if (length != sizeof stored ||
        memcmp(&stored, &sim->module.settings, sizeof stored) != 0)
        abort();
}

static void empty(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", state, name);
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        snprintf(path, sizeof path, "%s/%s/%s", state, name, entry->d_name);
        unlink(path);
    }
    if (directory != NULL)
        closedir(directory);
}

static void remove_state(void)
{
    static const char *const names[] = {"custapp", "fota", "datatx", "customer",
                                        "ram",     "tmp",  "."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        empty(names[i]);
        snprintf(path, sizeof path, "%s/%s", state, names[i]);
        rmdir(path);
    }
    rmdir(state);
}

static void start(void)
{
    static const char *const names[] = {"custapp", "fota", "datatx",
                                        "customer"};
    char path[128];
    if (sim == NULL) {
        snprintf(state, sizeof state, "/tmp/farfix-fuzz-XXXXXX");
        if (mkdtemp(state) == NULL)
            abort();
        atexit(remove_state);
        create();
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        empty(names[i]);
    snprintf(path, sizeof path, "%s/settings", state);
    unlink(path);
    run("now cut");
    pass(101, 1);
    sim_faults_free(&sim->faults); /* counts from here on */
    sim->start_ms = now_us / 1000;
    port = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1000)
        return 0;
    start();
    for (size_t i = 0; i < size;)
        i += act(data + i, size - i);
    mend();
    must_answer(FFX_PORT_UART);
    must_answer(FFX_PORT_USB);
    must_load();
    return 0;
}
