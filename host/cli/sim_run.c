/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/sim_release.h"
#include "cli/sim_vendor.h"
#include "cli/verbs.h"

#include <farfix/sim.h>
#include <psa/psa_crypto.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct cli_usage usage = {
    "farfix sim run --state DIR [--release DIR_A --trust RELEASE.pub] "
    "[--pty LINK | --tcp HOST:PORT | --stdio]",
    "A virtual SIM7000: AT commands on a pseudo terminal, a TCP port or "
    "standard\ninput and output, files, HTTP, HTTPS and FTP, and the update "
    "agent over a\nstrict flash. Prints \"ready ADDRESS\" when a peer may "
    "come; logs to stderr.\n"
    "\n"
    "The first start needs --release and --trust: they make the module, with\n"
    "this release in its flash. Later starts find it in --state, also after\n"
    "SIGKILL, and ignore both. AT+CPOWD=1, SIGINT and SIGTERM switch it off.\n"
    "\n"
    "A line of --faults cuts the power inside an update: \"at flash 120 tear "
    "3\".\nThe port closes and is back after --off-ms; with --once the "
    "process ends\nwith code 75. The SIM's PIN is FARFIX_SIM_PIN, or SIM_PIN "
    "in --secrets; its PUK is SIM_PUK.",
    "  farfix sim run --state m1 --release releases/1529B05 --trust "
    "release.pub --pty m1/modem\n"
    "  picocom m1/modem\n"
    "  printf 'AT+GMR\\r' | farfix sim run --state m1 --stdio",
};

struct request {
    const char *state, *release, *trust, *pty, *tcp, *profile, *faults;
    const char *vendor, *ca, *imei, *apn, *secrets, *sms, *speed, *quirks;
    const char *bugs, *damage;
    int stdio, once, no_sim, no_bearer;
    uint32_t off_ms;
};

static const char default_imei[] = "866425030000005";

static void log_line(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "sim: %s\n", line);
}

/* --- options ------------------------------------------------------------- */

static int wrong(const char *option, const char *wants, const char *value)
{
    return cli_fail(CLI_USAGE, "%s wants %s, not '%s'", option, wants, value);
}

static int set_port(const struct request *request,
                    struct ffx_sim_config *config)
{
    static char link[4096];
    if ((request->pty != NULL) + (request->tcp != NULL) + request->stdio > 1)
        return cli_fail(CLI_USAGE,
                        "--pty, --tcp and --stdio exclude each other");
    if (request->stdio) {
        config->port = FFX_SIM_STDIO;
    } else if (request->tcp != NULL) {
        config->port = FFX_SIM_TCP;
        config->address = request->tcp;
    } else {
        snprintf(link, sizeof link, "%s/modem", request->state);
        config->port = FFX_SIM_PTY;
        config->address = request->pty != NULL ? request->pty : link;
    }
    return 0;
}

static int set_profile(const char *name, struct ffx_sim_config *config)
{
    config->profile = FFX_PROFILE_NOTE;
    if (strcmp(name, "manual") == 0)
        config->profile = FFX_PROFILE_MANUAL;
    else if (strcmp(name, "note") != 0)
        return wrong("--profile", "note or manual", name);
    return 0;
}

/* "D6=overwrite,D9=603" */
static int set_quirks(const char *list, struct ffx_sim_config *config)
{
    static uint8_t quirks[FFX_QUIRKS];
    char text[256], *rest = text, *word;
    ffx_module_quirks(config->profile, quirks);
    config->quirks = quirks;
    if (strlen(list) >= sizeof text)
        return wrong("--quirk", "a shorter list", list);
    snprintf(text, sizeof text, "%s", list);
    while ((word = strtok_r(rest, ",", &rest)) != NULL)
        if (ffx_module_quirk_set(quirks, word) != 0)
            return wrong("--quirk", "NAME=VALUE,... of farfix-sim(1)", word);
    return 0;
}

/* "sim,imei": a name each of what `set` knows. */
static int set_names(const char *option, const char *list, uint32_t *mask,
                     int (*set)(uint32_t *mask, const char *name))
{
    char text[256], *rest = text, *word;
    if (strlen(list) >= sizeof text)
        return wrong(option, "a shorter list", list);
    snprintf(text, sizeof text, "%s", list);
    while ((word = strtok_r(rest, ",", &rest)) != NULL)
        if (set(mask, word) != 0)
            return wrong(option, "NAME,... of farfix-sim(1)", word);
    return 0;
}

static int set_troubles(const struct request *request,
                        struct ffx_sim_config *config)
{
    const int result =
        set_names("--bug", request->bugs, &config->bugs, ffx_module_bug_set);
    return result != 0 ? result
                       : set_names("--damage", request->damage, &config->damage,
                                   ffx_module_damage_set);
}

static int set_speed(const char *name, struct ffx_sim_config *config)
{
    config->real_speed = strcmp(name, "real") == 0;
    if (!config->real_speed && strcmp(name, "fast") != 0)
        return wrong("--flash-speed", "real or fast", name);
    return 0;
}

static int set_identity(const struct request *request,
                        struct ffx_sim_config *config)
{
    const char *pin = cli_secret(request->secrets, "SIM_PIN");
    const char *puk = cli_secret(request->secrets, "SIM_PUK");
    if (strlen(request->imei) != 15 ||
        strspn(request->imei, "0123456789") != 15)
        return wrong("--imei", "15 digits", request->imei);
    if (pin != NULL && (strlen(pin) < 4 || strlen(pin) > 8 ||
                        strspn(pin, "0123456789") != strlen(pin)))
        return cli_fail(CLI_USAGE, "the PIN of a SIM is 4 to 8 digits");
    if (puk != NULL && (strlen(puk) != 8 || strspn(puk, "0123456789") != 8))
        return cli_fail(CLI_USAGE, "the PUK of a SIM is 8 digits");
    config->imei = request->imei;
    config->sim_puk = puk;
    config->apn = request->no_bearer ? NULL : request->apn;
    config->sim_pin = request->no_sim ? NULL : pin != NULL ? pin : "";
    return 0;
}

static int set_vendor(const struct request *request,
                      struct ffx_sim_config *config)
{
    static struct ffx_sim_vendor vendor;
    if (request->vendor == NULL)
        return 0;
    config->vendor = &vendor;
    return sim_vendor_set(&vendor, request->vendor, request->trust);
}

/* The whole file as one text; ffx_sim_create reads its lines. */
static int set_faults(const char *path, struct ffx_sim_config *config)
{
    static char text[256 * 1024];
    if (path == NULL)
        return 0;
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return cli_fail(CLI_MISSING, "cannot read --faults %s: %s", path,
                        strerror(errno));
    const size_t length = fread(text, 1, sizeof text - 1, stream);
    const int whole = feof(stream) && memchr(text, '\0', length) == NULL;
    fclose(stream);
    if (!whole)
        return cli_fail(CLI_FAILED,
                        "--faults %s is longer than %zu bytes, or "
                        "no text",
                        path, sizeof text - 1);
    config->faults = text;
    config->faults_name = path;
    return 0;
}

static int set_config(const struct request *request,
                      struct ffx_sim_config *config)
{
    *config = (struct ffx_sim_config){.state = request->state,
                                      .crypto = psa_crypto(),
                                      .ca = request->ca,
                                      .off_ms = request->off_ms,
                                      .once = (uint8_t)request->once,
                                      .log = log_line};
    if (request->state == NULL)
        return cli_fail(CLI_USAGE, "--state DIR is missing: the directory "
                                   "that holds the module");
    if (request->release != NULL
            ? request->trust == NULL
            : request->trust != NULL && request->vendor == NULL)
        return cli_fail(CLI_USAGE, "--release and --trust belong together");
    int result = set_port(request, config);
    if (result == 0)
        result = set_profile(request->profile, config);
    if (result == 0)
        result = set_quirks(request->quirks, config);
    if (result == 0)
        result = set_troubles(request, config);
    if (result == 0)
        result = set_speed(request->speed, config);
    if (result == 0)
        result = set_identity(request, config);
    if (result == 0)
        result = set_vendor(request, config);
    return result != 0 ? result : set_faults(request->faults, config);
}

/* --- an SMS -------------------------------------------------------------- */

struct message {
    char from[FFX_SMS_FROM_MAX + 1], text[FFX_SMS_TEXT_MAX + 1];
    double at_s; /* since the start; < 0: none, or it has arrived */
};

/* FROM:TEXT@SECONDS */
static int parse_sms(const char *option, struct message *message)
{
    char *end;
    message->at_s = -1;
    if (option == NULL)
        return 0;
    const char *colon = strchr(option, ':'), *at = strrchr(option, '@');
    if (colon == NULL || at == NULL || at < colon)
        return wrong("--sms", "FROM:TEXT@SECONDS", option);
    message->at_s = strtod(at + 1, &end);
    if (end == at + 1 || *end != '\0' || !(message->at_s >= 0) ||
        colon - option > (long)FFX_SMS_FROM_MAX ||
        at - colon - 1 > (long)FFX_SMS_TEXT_MAX)
        return wrong("--sms", "FROM:TEXT@SECONDS", option);
    snprintf(message->from, sizeof message->from, "%.*s", (int)(colon - option),
             option);
    snprintf(message->text, sizeof message->text, "%.*s", (int)(at - colon - 1),
             colon + 1);
    return 0;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Delivers what is due and shortens the wait for what is not. A module that
 * is off or updates gets it later, as from a network. */
static void deliver(struct ffx_sim *sim, struct message *message,
                    double start_s, int *timeout_ms)
{
    if (message->at_s < 0)
        return;
    double left = message->at_s - (seconds() - start_s);
    if (left <= 0) {
        const int result = ffx_sim_sms(sim, message->from, message->text);
        if (result != FFX_ERR_BUSY) {
            message->at_s = -1;
            *timeout_ms = 0;
            return;
        }
        left = 0.1;
    }
    const int left_ms = left > 60 ? 60000 : (int)(left * 1000) + 1;
    if (*timeout_ms < 0 || *timeout_ms > left_ms)
        *timeout_ms = left_ms;
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

static int run(struct ffx_sim *sim, struct message *message,
               const sigset_t *waiting)
{
    const double start_s = seconds();
    int result = 1;
    while (result == 1 && !told_to_stop) {
        struct pollfd fds[FFX_SIM_FDS];
        int timeout_ms;
        const unsigned count = ffx_sim_wait(sim, fds, &timeout_ms);
        deliver(sim, message, start_s, &timeout_ms);
        const struct timespec limit = {.tv_sec = timeout_ms / 1000,
                                       .tv_nsec = timeout_ms % 1000 * 1000000L};
        if (ppoll(fds, count, timeout_ms < 0 ? NULL : &limit, waiting) < 0 &&
            errno != EINTR)
            return cli_fail(CLI_FAILED, "poll: %s", strerror(errno));
        if (!told_to_stop)
            result = ffx_sim_step(sim, fds, count);
    }
    if (result == FFX_ERR_POWER)
        return CLI_POWER;
    return result >= 0 ? CLI_DONE
                       : cli_fail(CLI_FAILED, "the module stopped: %s",
                                  ffx_error_text(result));
}

static int create(struct ffx_sim **sim, struct ffx_sim_config *config,
                  const struct request *request)
{
    struct sim_release release;
    struct ffx_sim_error error;
    if (request->release != NULL) {
        const int failed =
            sim_release_load(&release, request->release, request->trust);
        if (failed != 0)
            return failed;
        config->factory = &release.factory;
    }
    const int result = ffx_sim_create(sim, config, &error);
    if (request->release != NULL)
        sim_release_free(&release);
    if (result == FFX_OK)
        return 0;
    return cli_fail(error.missing                    ? CLI_MISSING
                    : error.code == FFX_ERR_ARGUMENT ? CLI_USAGE
                                                     : CLI_FAILED,
                    "%s", error.text);
}

static int start(const struct request *request)
{
    struct ffx_sim_config config;
    struct ffx_sim *sim;
    struct message message;
    sigset_t waiting;
    int result = set_config(request, &config);
    if (result == 0)
        result = parse_sms(request->sms, &message);
    if (result != 0)
        return result;
    catch_signals(&waiting);
    result = create(&sim, &config, request);
    if (result != 0)
        return result;
    if (config.port != FFX_SIM_STDIO) {
        printf("ready %s\n", ffx_sim_address(sim));
        fflush(stdout);
    }
    result = run(sim, &message, &waiting);
    ffx_sim_destroy(sim);
    return result;
}

int cli_sim_run(int argc, char **argv)
{
    struct request request = {.profile = "note",
                              .quirks = "",
                              .bugs = "",
                              .damage = "",
                              .imei = default_imei,
                              .apn = "ctnb",
                              .speed = "real",
                              .off_ms = 1000};
    const struct cli_option options[] = {
        {"--state", CLI_TEXT, &request.state, "DIR", "holds the module"},
        {"--release", CLI_TEXT, &request.release, "DIR",
         "signed release that a new module runs"},
        {"--trust", CLI_TEXT, &request.trust, "FILE",
         "release key (.pub) that a new module trusts"},
        {"--pty", CLI_TEXT, &request.pty, "LINK",
         "pseudo terminal under this name (default: DIR/modem)"},
        {"--tcp", CLI_TEXT, &request.tcp, "HOST:PORT",
         "TCP port; port 0 takes a free one"},
        {"--stdio", CLI_FLAG, &request.stdio, NULL,
         "standard input and output; ends with the input"},
        {"--profile", CLI_TEXT, &request.profile, "NAME",
         "note (default) or manual: whose dialect"},
        {"--quirk", CLI_TEXT, &request.quirks, "NAME=VALUE,...",
         "where documents disagree: D6=overwrite, say"},
        {"--bug", CLI_TEXT, &request.bugs, "NAME,...",
         "faults that users met: urc-before-flash, say"},
        {"--damage", CLI_TEXT, &request.damage, "NAME,...",
         "what a flash tool left broken: imei, fun-5, version, sim"},
        {"--flash-speed", CLI_TEXT, &request.speed, "NAME",
         "real (default): as slow as a flash chip; or fast"},
        {"--ca", CLI_TEXT, &request.ca, "FILE",
         "roots (PEM) for HTTPS, beside those in /customer"},
        {"--vendor", CLI_TEXT, &request.vendor, "FILE|SHA256=FROM:TO",
         "play this vendor's package; FILE needs its .info and --trust"},
        {"--faults", CLI_TEXT, &request.faults, "FILE",
         "power cuts, one per line"},
        {"--off-ms", CLI_NUMBER, &request.off_ms, "N",
         "from a power cut to the next start (1000)"},
        {"--once", CLI_FLAG, &request.once, NULL,
         "a power cut ends the process with code 75"},
        {"--sms", CLI_TEXT, &request.sms, "FROM:TEXT@SECONDS",
         "an SMS arrives so long after the start"},
        {"--imei", CLI_TEXT, &request.imei, "DIGITS", "15 digits"},
        {"--apn", CLI_TEXT, &request.apn, "NAME",
         "access point that the network delivers (ctnb)"},
        {"--no-sim", CLI_FLAG, &request.no_sim, NULL, "no SIM is inserted"},
        {"--no-bearer", CLI_FLAG, &request.no_bearer, NULL,
         "the network takes the module but gives it no data"},
        {"--secrets", CLI_TEXT, &request.secrets, "FILE",
         "NAME=value lines: SIM_PIN, SIM_PUK"},
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, NULL, 0, 0);
    return parsed >= 0 ? parsed : start(&request);
}
