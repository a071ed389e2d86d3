/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/sim_quirks.h"
#include "cli/sim_serve.h"
#include "cli/sim_vendor.h"
#include "cli/verbs.h"

#include <farfix/sim.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix sim run --state DIR [--release DIR_A --trust RELEASE.pub] "
    "[--pty LINK | --tcp HOST:PORT | --stdio]",
    "A virtual SIM7000: AT commands on a pseudo terminal, a TCP port or "
    "standard\ninput and output, files, HTTP, HTTPS and FTP, and the update "
    "agent over a\nstrict flash. Prints \"ready ADDRESS\" when a peer may "
    "come; logs to stderr.\n"
    "\n"
    "The first start makes the module: with --release and --trust, that runs\n"
    "this release and updates itself, or with --version, that only answers "
    "AT.\n"
    "Later starts find it in --state, also after SIGKILL, and ignore these.\n"
    "AT+CPOWD=1, SIGINT and SIGTERM switch it off.\n"
    "\n"
    "A line of --faults cuts the power inside an update: \"at flash 120 tear "
    "3\".\nThe port closes and is back after --off-ms; with --once the "
    "process ends\nwith code 75. The SIM's PIN is FARFIX_SIM_PIN, or SIM_PIN "
    "in --secrets;\nits PUK is SIM_PUK.",
    "  farfix sim run --state m0 --version 1529B08SIM7000G --pty modem\n"
    "  farfix sim run --state m1 --release releases/1529B05 --trust "
    "release.pub --pty m1/modem\n"
    "  picocom m1/modem\n"
    "  printf 'AT+GMR\\r' | farfix sim run --state m1 --stdio",
};

struct request {
    const char *state, *release, *trust, *pty, *tcp, *profile, *faults;
    const char *vendor, *ca, *imei, *apn, *secrets, *sms, *speed, *quirks;
    const char *bugs, *damage, *pty2, *baud, *control, *model, *version;
    const char *quirk_file;
    int stdio, once, no_sim, no_bearer, trace;
    uint32_t off_ms, boot_ms, count;
};

static const char default_imei[] = "866425030000006";

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
    if (ffx_module_profile_set(&config->profile, name) == 0)
        return 0;
    return wrong("--profile",
                 "note or manual, manual-1.03, manual-1.04, or sim7070", name);
}

/* The file, then "D6=overwrite,D9=603". */
static int set_quirks(const char *file, const char *list,
                      struct ffx_sim_config *config)
{
    static uint8_t quirks[FFX_QUIRKS];
    char text[256], *rest = text, *word;
    ffx_module_quirks(config->profile, quirks);
    config->quirks = quirks;
    const int result = file != NULL ? sim_quirks_read(file, quirks) : 0;
    if (result != 0)
        return result;
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
static int read_faults(const char *path, char *text, size_t capacity)
{
    if (path == NULL)
        return 0;
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return cli_fail(CLI_MISSING, "cannot read --faults %s: %s", path,
                        strerror(errno));
    const size_t length = fread(text, 1, capacity - 1, stream);
    const int whole = feof(stream) && memchr(text, '\0', length) == NULL;
    fclose(stream);
    text[length] = '\0';
    return whole ? 0
                 : cli_fail(CLI_FAILED,
                            "--faults %s is no text of at most %zu bytes", path,
                            capacity - 1);
}

/* As a fault file spells it. */
static void put_text(const char *text, const char *end, char *line,
                     size_t capacity)
{
    size_t length = strlen(line);
    for (; text < end && length + 3 < capacity; text++) {
        if (*text == '\\' || *text == '\n')
            line[length++] = '\\';
        line[length++] = *text == '\n' ? 'n' : *text;
    }
    line[length] = '\0';
}

/* "--sms +49...:text@5" is the fault "at ms 5000 sms +49... text". */
static int add_sms(const char *option, char *line, size_t capacity)
{
    char *end;
    const char *colon = strchr(option, ':'), *at = strrchr(option, '@');
    if (colon == NULL || at == NULL || at < colon)
        return wrong("--sms", "FROM:TEXT@SECONDS", option);
    const long from_length = colon - option;
    const double at_s = strtod(at + 1, &end);
    if (end == at + 1 || *end != '\0' || !(at_s >= 0) || at_s > 1e6 ||
        from_length == 0 || from_length > (long)FFX_SMS_FROM_MAX ||
        (long)strcspn(option, " \t\r\n") < from_length ||
        at - colon - 1 > (long)FFX_SMS_TEXT_MAX || at == colon + 1)
        return wrong("--sms", "FROM:TEXT@SECONDS", option);
    snprintf(line, capacity, "\nat ms %.0f sms %.*s ", at_s * 1000,
             (int)from_length, option);
    put_text(colon + 1, at, line, capacity);
    return 0;
}

static int set_faults(const struct request *request,
                      struct ffx_sim_config *config)
{
    static char text[256 * 1024];
    int result = read_faults(request->faults, text, sizeof text - 1024);
    if (result == 0 && request->sms != NULL)
        result = add_sms(request->sms, text + strlen(text), 1024);
    config->faults = text;
    config->faults_name = request->faults;
    return result;
}

/* The TE's rate: a number, or what it sets on the pseudo terminal. */
static int set_baud(const char *text, struct ffx_sim_config *config)
{
    char *end;
    if (text == NULL)
        return 0;
    config->baud = FFX_SIM_BAUD_TTY;
    if (strcmp(text, "tty") == 0)
        return config->port == FFX_SIM_PTY
                   ? 0
                   : cli_fail(CLI_USAGE, "--baud tty needs --pty");
    const unsigned long baud = strtoul(text, &end, 10);
    config->baud = (uint32_t)baud;
    return *end == '\0' && baud >= 300 && baud <= 4000000
               ? 0
               : wrong("--baud", "300 to 4000000, or tty", text);
}

static int set_count(const struct request *request)
{
    if (request->count == 0 || request->count > SIM_SERVING_MAX)
        return cli_fail(CLI_USAGE, "--count wants 1 to %u", SIM_SERVING_MAX);
    if (request->count > 1 && request->tcp == NULL)
        return cli_fail(CLI_USAGE, "--count needs --tcp HOST:PORT: module N "
                                   "listens on PORT + N - 1");
    if (request->count > 1 && request->pty2 != NULL)
        return cli_fail(CLI_USAGE, "--pty2 names the port of one module, "
                                   "--count makes many");
    return 0;
}

static int set_config(const struct request *request,
                      struct ffx_sim_config *config)
{
    *config = (struct ffx_sim_config){.state = request->state,
                                      .ca = request->ca,
                                      .off_ms = request->off_ms,
                                      .boot_ms = request->boot_ms,
                                      .once = (uint8_t)request->once};
    if (request->state == NULL)
        return cli_fail(CLI_USAGE, "--state DIR is missing: the directory "
                                   "that holds the module");
    if (request->release != NULL && request->version != NULL)
        return cli_fail(CLI_USAGE, "--release and --version exclude each "
                                   "other: a release has its version");
    if (request->model != NULL && request->version == NULL)
        return cli_fail(CLI_USAGE, "--model belongs to --version; a release "
                                   "has its own");
    if (request->release != NULL
            ? request->trust == NULL
            : request->trust != NULL && request->vendor == NULL)
        return cli_fail(CLI_USAGE, "--release and --trust belong together");
    int result = set_port(request, config);
    if (result == 0)
        result = set_profile(request->profile, config);
    if (result == 0)
        result = set_quirks(request->quirk_file, request->quirks, config);
    if (result == 0)
        result = set_troubles(request, config);
    if (result == 0)
        result = set_speed(request->speed, config);
    if (result == 0)
        result = set_identity(request, config);
    if (result == 0)
        result = set_vendor(request, config);
    if (result == 0)
        result = set_baud(request->baud, config);
    if (result == 0)
        result = set_count(request);
    config->second = request->pty2;
    return result != 0 ? result : set_faults(request, config);
}

/* --- all together -------------------------------------------------------- */

static int start(const struct request *request)
{
    struct sim_serving serving = {
        .release = request->release,
        .trust = request->trust,
        .model = request->model != NULL ? request->model : "SIM7000G",
        .version = request->version,
        .control = request->control,
        .trace = request->trace,
        .count = request->count};
    const int result = set_config(request, &serving.config);
    return result != 0 ? result : sim_serve(&serving);
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
                              .off_ms = 1000,
                              .count = 1};
    const struct cli_option options[] = {
        {"--state", CLI_TEXT, &request.state, "DIR", "holds the module"},
        {"--release", CLI_TEXT, &request.release, "DIR",
         "signed release that a new module runs"},
        {"--trust", CLI_TEXT, &request.trust, "FILE",
         "release key (.pub) that a new module trusts"},
        {"--version", CLI_TEXT, &request.version, "V",
         "instead: a new module that only answers AT, of this version"},
        {"--model", CLI_TEXT, &request.model, "NAME",
         "and of this model (SIM7000G)"},
        {"--pty", CLI_TEXT, &request.pty, "LINK",
         "pseudo terminal under this name (default: DIR/modem)"},
        {"--pty2", CLI_TEXT, &request.pty2, "LINK",
         "the module's second AT port, as USB has it"},
        {"--tcp", CLI_TEXT, &request.tcp, "HOST:PORT",
         "TCP port; port 0 takes a free one"},
        {"--count", CLI_NUMBER, &request.count, "N",
         "so many modules on TCP ports side by side"},
        {"--baud", CLI_TEXT, &request.baud, "N|tty",
         "bytes take their time, and the wrong rate is garbage"},
        {"--stdio", CLI_FLAG, &request.stdio, NULL,
         "standard input and output; ends with the input"},
        {"--profile", CLI_TEXT, &request.profile, "NAME",
         "note (default), manual, manual-1.03, -1.04, -1.06, sim7070"},
        {"--quirk", CLI_TEXT, &request.quirks, "NAME=VALUE,...",
         "where documents disagree: D6=overwrite, say"},
        {"--quirk-file", CLI_TEXT, &request.quirk_file, "FILE",
         "the same from an ini of farfix modem probe; --quirk goes on top"},
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
         "what goes wrong, one fault per line"},
        {"--control", CLI_TEXT, &request.control, "SOCKET",
         "UNIX socket that takes faults and questions"},
        {"--trace", CLI_FLAG, &request.trace, NULL,
         "each line and pin change, with its time, to stderr"},
        {"--boot-ms", CLI_NUMBER, &request.boot_ms, "N",
         "from power to RDY, as a real module's 4500; deaf before it"},
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
