/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_serve.h"

#include "cli/cli.h"
#include "cli/sim_release.h"
#include "cli/sim_trace.h"

#include "sim/sim_many.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* One module of a crowd and what it is called. */
struct station {
    char name[12]; /* "", or "12 " */
    char state[4096], address[300], imei[16];
    struct sim_trace trace;
};

struct crowd {
    const struct sim_serving *serving;
    struct station *stations;
    struct sim_many modules;
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

/* The port of HOST:PORT; 0: a free one, or none that is a number. */
static unsigned long first_port(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon != NULL ? strtoul(colon + 1, NULL, 10) : 0;
}

/* HOST:PORT of the index-th; port 0 stays 0. */
static void next_address(struct station *station, const char *first,
                         uint32_t index)
{
    const char *colon = strrchr(first, ':');
    const unsigned long port = first_port(first);
    if (port == 0)
        snprintf(station->address, sizeof station->address, "%s", first);
    else
        snprintf(station->address, sizeof station->address, "%.*s:%lu",
                 (int)(colon - first), first, port + index);
}

static void set_station(struct station *station,
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
        next_address(station, config->address, index);
        config->address = station->address;
    }
    sim_trace_init(&station->trace, station->name);
}

/* --- errors -------------------------------------------------------------- */

static int fail(const char *name, const struct ffx_sim_error *error)
{
    return cli_fail(error->missing                    ? CLI_MISSING
                    : error->code == FFX_ERR_ARGUMENT ? CLI_USAGE
                                                      : CLI_FAILED,
                    "%s%s", name, error->text);
}

/* --- making -------------------------------------------------------------- */

static int create(struct crowd *crowd, uint32_t index,
                  const struct ffx_sim_factory *factory)
{
    struct station *station = &crowd->stations[index];
    struct ffx_sim_config config;
    struct ffx_sim_error error;
    struct ffx_sim *sim;
    set_station(station, crowd->serving, index, &config);
    config.factory = factory;
    if (ffx_sim_create(&sim, &config, &error) == FFX_OK) {
        sim_many_add(&crowd->modules, sim);
        return 0;
    }
    return fail(station->name, &error);
}

/* A module needs about a dozen descriptors; poll(2) refuses more entries than
 * a process may have descriptors. */
static int allow_files(uint32_t count)
{
    struct rlimit limit;
    const rlim_t wanted = (rlim_t)count * FFX_SIM_FDS + 64;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return 0;
    if (limit.rlim_max < wanted)
        return cli_fail(CLI_FAILED,
                        "--count %u needs %lu open files, and %lu are allowed; "
                        "raise the hard limit (ulimit -Hn)",
                        (unsigned)count, (unsigned long)wanted,
                        (unsigned long)limit.rlim_max);
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    return 0;
}

static int create_all(struct crowd *crowd,
                      const struct ffx_sim_factory *factory)
{
    const struct sim_serving *serving = crowd->serving;
    int result = allow_files(serving->count);
    if (result != 0)
        return result;
    if (serving->count > 1 &&
        first_port(serving->config.address) + serving->count > 65536)
        return cli_fail(CLI_USAGE,
                        "--tcp %s: the ports of %u modules end behind 65535",
                        serving->config.address, (unsigned)serving->count);
    if (serving->count > 1 && mkdir(serving->config.state, 0777) != 0 &&
        errno != EEXIST)
        return cli_fail(CLI_MISSING, "cannot make the state directory %s: %s",
                        serving->config.state, strerror(errno));
    for (uint32_t i = 0; i < serving->count && result == 0; i++)
        result = create(crowd, i, factory);
    return result;
}

static int make_modules(struct crowd *crowd)
{
    const struct sim_serving *serving = crowd->serving;
    struct sim_release release;
    struct ffx_sim_factory plain;
    if (serving->release == NULL && serving->version == NULL)
        return create_all(crowd, NULL);
    if (serving->release == NULL)
        return ffx_sim_plain(&plain, serving->model, serving->version) == 0
                   ? create_all(crowd, &plain)
                   : cli_fail(CLI_USAGE,
                              "--model %s --version %s: letters, digits, '-', "
                              "and in a version '.' and '_'",
                              serving->model, serving->version);
    int result = sim_release_load(&release, serving->release, serving->trust);
    if (result != 0)
        return result;
    result = create_all(crowd, &release.factory);
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

/* A fault that was planned and never came is worth knowing. */
static void tell_faults(const struct crowd *crowd)
{
    static char reply[64 * 1024];
    if (!told_to_stop || crowd->serving->config.faults_name == NULL)
        return;
    for (uint32_t i = 0; i < crowd->modules.count; i++) {
        struct ffx_sim *sim = crowd->modules.members[i].sim;
        char *rest = reply;
        if (sim == NULL)
            continue;
        ffx_sim_control(sim, "faults", reply, sizeof reply);
        for (char *line = strsep(&rest, "\n"); rest != NULL;
             line = strsep(&rest, "\n"))
            if (strcmp(line, "ok") != 0)
                fprintf(stderr, "sim: %s%s\n", crowd->stations[i].name, line);
    }
}

/* --- together ------------------------------------------------------------ */

static int open_control(struct sim_many *many, const char *path)
{
    struct ffx_sim_error error;
    if (path == NULL || sim_control_open(&many->control, path, &error) == 0)
        return 0;
    return fail("", &error);
}

static void say_ready(const struct crowd *crowd)
{
    if (crowd->serving->config.port == FFX_SIM_STDIO)
        return;
    for (uint32_t i = 0; i < crowd->modules.count; i++)
        printf("ready %s\n", ffx_sim_address(crowd->modules.members[i].sim));
    fflush(stdout);
}

static int serve(struct crowd *crowd)
{
    sigset_t waiting;
    catch_signals(&waiting);
    int result = make_modules(crowd);
    if (result == 0)
        result = open_control(&crowd->modules, crowd->serving->control);
    if (result == 0) {
        say_ready(crowd);
        result = run(&crowd->modules, &waiting);
        tell_faults(crowd);
    }
    return result;
}

/* A file of the module's would take the number of a stream that is closed, and
 * be read or written as if it were the line. */
static void occupy_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int sim_serve(const struct sim_serving *serving)
{
    struct crowd crowd = {.serving = serving};
    const uint32_t count = serving->count;
    occupy_streams();
    crowd.stations = calloc(count, sizeof *crowd.stations);
    if (crowd.stations == NULL ||
        sim_many_init(&crowd.modules, count) != FFX_OK) {
        free(crowd.stations);
        return cli_fail(CLI_FAILED, "no memory for %u modules",
                        (unsigned)count);
    }
    const int result = serve(&crowd);
    for (uint32_t i = 0; i < count; i++)
        sim_trace_flush(&crowd.stations[i].trace);
    sim_many_free(&crowd.modules);
    free(crowd.stations);
    return result;
}
