/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_serve.h"

#include "cli/cli.h"
#include "cli/sim_release.h"
#include "cli/sim_trace.h"

#include "sim/sim_many.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* One module of a crowd and what it is called. */
struct station {
    struct ffx_sim *sim;
    char name[12]; /* "", or "12 " */
    char state[4096], address[300], imei[16];
    struct sim_trace trace;
};

/* --- log and trace ------------------------------------------------------- */

static void log_line(void *context, const char *line)
{
    struct station *station = context;
    sim_trace_flush(&station->trace);
    fprintf(stderr, "sim: %s%s\n", station->name, line);
}

static void trace(void *context, enum ffx_sim_trace kind, uint32_t port,
                  const void *bytes, uint32_t length)
{
    struct station *station = context;
    sim_trace_take(&station->trace, kind, port, bytes, length);
}

/* --- names --------------------------------------------------------------- */

/* TS 23.003, annex B: the last digit is a Luhn check digit. */
static char check_digit(const char *digits)
{
    int sum = 0;
    for (int i = 0; i < 14; i++) {
        const int value = (digits[i] - '0') * (1 + i % 2);
        sum += value > 9 ? value - 9 : value;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

static void next_imei(char imei[16], const char *first, uint32_t index)
{
    memcpy(imei, first, 16);
    if (index == 0)
        return;
    for (int i = 13; i >= 0 && index > 0; i--) {
        const uint32_t sum = (uint32_t)(imei[i] - '0') + index % 10;
        index = index / 10 + sum / 10;
        imei[i] = (char)('0' + sum % 10);
    }
    imei[14] = check_digit(imei);
}

/* HOST:PORT of the index-th; port 0 stays 0. */
static int next_address(struct station *station, const char *first,
                        uint32_t index)
{
    const char *colon = strrchr(first, ':');
    const unsigned long port = colon != NULL ? strtoul(colon + 1, NULL, 10) : 0;
    if (port == 0)
        snprintf(station->address, sizeof station->address, "%s", first);
    else
        snprintf(station->address, sizeof station->address, "%.*s:%lu",
                 (int)(colon - first), first, port + index);
    return port + index <= 65535
               ? 0
               : cli_fail(CLI_USAGE, "--tcp %s: module %u has no port", first,
                          (unsigned)index + 1);
}

static int set_station(struct station *station,
                       const struct sim_serving *serving, uint32_t index,
                       struct ffx_sim_config *config)
{
    *config = serving->config;
    next_imei(station->imei, config->imei, index);
    config->imei = station->imei;
    config->log = log_line;
    config->trace = serving->trace ? trace : NULL;
    config->context = station;
    if (serving->count > 1) {
        snprintf(station->name, sizeof station->name, "%u ",
                 (unsigned)index + 1);
        snprintf(station->state, sizeof station->state, "%.4000s/%04u",
                 config->state, (unsigned)index + 1);
        config->state = station->state;
        if (next_address(station, config->address, index) != 0)
            return CLI_USAGE;
        config->address = station->address;
    }
    sim_trace_init(&station->trace, station->name);
    return 0;
}

/* --- making -------------------------------------------------------------- */

static int create(struct station *station, const struct ffx_sim_config *config)
{
    struct ffx_sim_error error;
    if (ffx_sim_create(&station->sim, config, &error) == FFX_OK)
        return 0;
    return cli_fail(error.missing                    ? CLI_MISSING
                    : error.code == FFX_ERR_ARGUMENT ? CLI_USAGE
                                                     : CLI_FAILED,
                    "%s%s", station->name, error.text);
}

/* A module needs about a dozen descriptors. */
static void allow_files(uint32_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    const rlim_t wanted = (rlim_t)count * 16 + 64;
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int create_all(struct station *stations,
                      const struct sim_serving *serving,
                      const struct ffx_sim_factory *factory)
{
    allow_files(serving->count);
    if (serving->count > 1 && mkdir(serving->config.state, 0777) != 0 &&
        errno != EEXIST)
        return cli_fail(CLI_MISSING, "cannot make the state directory %s: %s",
                        serving->config.state, strerror(errno));
    for (uint32_t i = 0; i < serving->count; i++) {
        struct ffx_sim_config config;
        int result = set_station(&stations[i], serving, i, &config);
        config.factory = factory;
        if (result == 0)
            result = create(&stations[i], &config);
        if (result != 0)
            return result;
    }
    return 0;
}

static int make_stations(struct station *stations,
                         const struct sim_serving *serving)
{
    struct sim_release release;
    struct ffx_sim_factory plain;
    if (serving->release == NULL && serving->version == NULL)
        return create_all(stations, serving, NULL);
    if (serving->release == NULL)
        return ffx_sim_plain(&plain, serving->model, serving->version) == 0
                   ? create_all(stations, serving, &plain)
                   : cli_fail(CLI_USAGE,
                              "--model %s --version %s: letters, digits, '-', "
                              "and in a version '.' and '_'",
                              serving->model, serving->version);
    int result = sim_release_load(&release, serving->release, serving->trust);
    if (result != 0)
        return result;
    result = create_all(stations, serving, &release.factory);
    sim_release_free(&release);
    return result;
}

/* --- the loop ------------------------------------------------------------ */

static volatile sig_atomic_t told_to_stop;

static void on_signal(int number)
{
    (void)number;
    told_to_stop = 1;
}

/* SIGINT and SIGTERM come only while ppoll waits: none is missed. */
static void catch_signals(sigset_t *waiting)
{
    const struct sigaction stop = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigdelset(waiting, SIGINT);
    sigdelset(waiting, SIGTERM);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int run(struct sim_many *many, const sigset_t *waiting)
{
    int result = 1;
    while (result == 1 && !told_to_stop) {
        int timeout_ms;
        const nfds_t count = sim_many_wait(many, &timeout_ms);
        const struct timespec limit = {.tv_sec = timeout_ms / 1000,
                                       .tv_nsec = timeout_ms % 1000 * 1000000L};
        if (ppoll(many->fds, count, timeout_ms < 0 ? NULL : &limit, waiting) <
                0 &&
            errno != EINTR)
            return cli_fail(CLI_FAILED, "poll: %s", strerror(errno));
        if (!told_to_stop)
            result = sim_many_step(many);
    }
    if (result == FFX_ERR_POWER)
        return CLI_POWER;
    return result >= 0 ? CLI_DONE
                       : cli_fail(CLI_FAILED, "the module stopped: %s",
                                  ffx_error_text(result));
}

/* --- together ------------------------------------------------------------ */

static int open_control(struct sim_many *many, const char *path)
{
    struct ffx_sim_error error;
    if (path == NULL || sim_control_open(&many->control, path, &error) == 0)
        return 0;
    return cli_fail(error.missing                    ? CLI_MISSING
                    : error.code == FFX_ERR_ARGUMENT ? CLI_USAGE
                                                     : CLI_FAILED,
                    "%s", error.text);
}

static void say_ready(const struct station *stations,
                      const struct sim_serving *serving)
{
    if (serving->config.port == FFX_SIM_STDIO)
        return;
    for (uint32_t i = 0; i < serving->count; i++)
        printf("ready %s\n", ffx_sim_address(stations[i].sim));
    fflush(stdout);
}

static int serve(struct station *stations, const struct sim_serving *serving,
                 const sigset_t *waiting)
{
    struct sim_many many;
    if (sim_many_init(&many, serving->count) != FFX_OK)
        return cli_fail(CLI_FAILED, "no memory for %u modules",
                        (unsigned)serving->count);
    for (uint32_t i = 0; i < serving->count; i++)
        sim_many_add(&many, stations[i].sim);
    int result = open_control(&many, serving->control);
    if (result == 0) {
        say_ready(stations, serving);
        result = run(&many, waiting);
    }
    sim_control_close(&many.control);
    sim_many_free(&many);
    return result;
}

int sim_serve(const struct sim_serving *serving)
{
    sigset_t waiting;
    struct station *stations = calloc(serving->count, sizeof *stations);
    if (stations == NULL)
        return cli_fail(CLI_FAILED, "no memory for %u modules",
                        (unsigned)serving->count);
    catch_signals(&waiting);
    int result = make_stations(stations, serving);
    if (result == 0)
        result = serve(stations, serving, &waiting);
    for (uint32_t i = 0; i < serving->count; i++) {
        sim_trace_flush(&stations[i].trace);
        ffx_sim_destroy(stations[i].sim);
    }
    free(stations);
    return result;
}
