/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/update_report.h"
#include "cli/update_source.h"
#include "cli/update_store.h"
#include "cli/update_words.h"
#include "cli/verbs.h"

#include <psa/psa_crypto.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix update PORT SOURCE --to VERSION [--from VERSION] "
    "[--trust RELEASE.pub] [--dry-run] [--trace] [--json]\n"
    "       farfix update PORT STORE/ --trust RELEASE.pub [...]",
    "Takes the module on PORT to VERSION: checks what it is and runs, lets it\n"
    "fetch the package from http://, https:// or ftp://, or pushes a file\n"
    "through the AT port, starts the update, waits through the reset and asks\n"
    "the module twice what it runs. \"Done\" means AT+CFOTA? 6 and AT+GMR "
    "equal\n"
    "to VERSION. It may be started again at any time: an update that runs is\n"
    "waited for, a module in recovery gets its package again.\n"
    "\n"
    "A SOURCE that ends in / is a store. The module fetches what the store "
    "offers to\nits model and version, STORE/MODEL/FROM/next; when that is "
    "signed under --trust\nand newer, it is what the module gets.\n"
    "\n"
    "With --trust a file is checked before it is sent, and when a module has\n"
    "refused a package, the file is read back and the failed check is named.\n"
    "With --info a file that the module has downloaded is read back and "
    "compared\nwith what was signed, before the module may use it: a vendor's "
    "NAME.zip.info,\nor what the store answers to /MODEL/FROM/next.\n"
    "\n"
    "Secrets come from --secrets FILE (NAME=value lines) or the environment\n"
    "(FARFIX_NAME): SIM_PIN, APN_USER, APN_PASSWORD, FTP_USER, FTP_PASSWORD.",
    "  farfix update /dev/ttyUSB2 http://fota.example.com/SIM7000G/"
    "1529B05SIM7000G___1529B06SIM7000G/update.zip --to 1529B06SIM7000G\n"
    "  farfix update tcp:localhost:7000 update.zip --to 1529B06SIM7000G "
    "--trust release.pub\n"
    "  farfix update /dev/ttyUSB2 http://fota.example.com/ --trust "
    "release.pub",
};

#define UPDATE_LIMIT 600u
#define BUSY_MS 5000u

struct request {
    const char *words[2]; /* PORT, SOURCE */
    const char *to, *from, *info;
    struct cli_texts trust;
    struct update_words how;
    struct modem_options modem;
    int dry_run, json;
};

/* --- options ------------------------------------------------------------- */

/* A store says itself where it leads. -1: all is well. */
static int check_store_words(const struct request *request)
{
    const int store = update_store_is(request->words[1]);
    char shown[512];
    if (!store && request->to == NULL)
        return cli_fail(CLI_USAGE, "--to VERSION is missing: what the module "
                                   "must run in the end");
    if (!store && request->how.channel != NULL)
        return cli_fail(CLI_USAGE,
                        "--channel is a store's, and %s is none: "
                        "its address ends in /",
                        cli_masked(request->words[1], shown, sizeof shown));
    if (store && request->info != NULL)
        return cli_fail(CLI_USAGE, "--info is of one package; a store says "
                                   "itself what it offers");
    return -1;
}

static int parse(struct request *request, int argc, char **argv)
{
    const struct cli_option options[] = {
        {"--to", CLI_TEXT, &request->to, "VERSION",
         "what AT+GMR must say in the end"},
        {"--from", CLI_TEXT, &request->from, "VERSION",
         "stop unless the module runs this"},
        {"--trust", CLI_TEXTS, &request->trust, "PUB",
         "release key that you trust; two during a rotation"},
        {"--info", CLI_TEXT, &request->info, "FILE",
         "side-file or next document of SOURCE, signed: compared on arrival"},
        {"--dry-run", CLI_FLAG, &request->dry_run, NULL,
         "everything up to the download, then stop"},
        {"--json", CLI_FLAG, &request->json, NULL, "final report as JSON"},
        UPDATE_OPTIONS(request->how, " in all tries"),
        MODEM_OPTIONS(request->modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, request->words, 2, 2);
    if (parsed >= 0)
        return parsed;
    const int code = update_words_check(&request->how);
    return code != 0 ? code : check_store_words(request);
}

/* --- the driver's config ------------------------------------------------- */

struct update {
    struct request request;
    struct update_source source;
    struct update_store store;
    struct modem_link link;
    struct update_report report;
    struct ffx_driver_config config;
    struct ffx_driver driver;
    char line[512], command[1200];
    struct ffx_driver_position seen; /* while the store was asked */
    int lost;                        /* the port, at the last look */
};

/* --from adds to what is signed and replaces nothing of it. */
static int set_from(const struct request *request,
                    struct ffx_driver_facts *facts)
{
    char shown[512];
    if (request->from == NULL)
        return 0;
    if (facts->from != NULL && strcmp(facts->from, request->from) != 0)
        return cli_fail(CLI_FAILED,
                        "%s starts from %s, not from %s; check --from",
                        cli_masked(request->words[1], shown, sizeof shown),
                        facts->from, request->from);
    facts->from = request->from;
    return 0;
}

static int set_config(struct update *update)
{
    const struct request *request = &update->request;
    struct ffx_driver_config *config = &update->config;
    *config = (struct ffx_driver_config){
        .line = update->line,
        .line_bytes = sizeof update->line,
        .command = update->command,
        .command_bytes = sizeof update->command,
        .route = update->source.route,
        .url = update->source.url,
        .ftp = &update->source.ftp,
        .facts = update->source.facts,
        .limits = {.data_bytes = request->how.data_limit,
                   .download_tries = request->how.tries,
                   .update_ms = request->how.update_limit * 1000u},
        .sim_pin = cli_secret(request->how.secrets, "SIM_PIN"),
        .apn = request->how.apn,
        .user = cli_secret(request->how.secrets, "APN_USER"),
        .password = cli_secret(request->how.secrets, "APN_PASSWORD"),
        .baud = update->link.port.is_uart ? request->modem.baud : 0,
        .rts_cts = (uint8_t)update->link.rts_cts,
        .dry_run = (uint8_t)request->dry_run,
        .crypto = psa_crypto(),
        .event = update_report_event,
        .context = &update->report,
    };
    if (config->route == FFX_ROUTE_PUSH)
        update_source_package(&update->source, &config->package);
    if (request->to != NULL)
        config->facts.to = request->to;
    if (set_from(request, &config->facts) != 0)
        return CLI_FAILED;
    update_words_dialect(request->how.dialect, &config->dialect);
    return 0;
}

/* --- the loop ------------------------------------------------------------ */

static void write_out(struct update *update)
{
    uint32_t length;
    const void *bytes;
    while ((bytes = ffx_driver_buf(&update->driver, &length)) != NULL) {
        const size_t went = posix_port_write(&update->link.port, bytes, length);
        if (went == 0)
            return;
        ffx_driver_ack(&update->driver, (uint32_t)went);
    }
}

static volatile sig_atomic_t stop_signal;

static void stop(int number)
{
    stop_signal = number;
}

static void take_signals(void (*handler)(int))
{
    /* Without SA_RESTART, and once: who insists ends it at once. */
    struct sigaction action = {.sa_handler = handler,
                               .sa_flags = (int)SA_RESETHAND};
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        struct sigaction old;
        sigaction(numbers[i], NULL, &old);
        if (old.sa_handler != SIG_IGN) /* nohup, a job in the background */
            sigaction(numbers[i], &action, NULL);
    }
}

/* The walk holds nothing that must be put away: the module goes on by itself,
 * and the next walk finds it wherever it is. Ends as the signal wants. */
static void end_by_signal(const struct update *update)
{
    cli_fail(CLI_FAILED, "stopped; %s",
             update->report.hold
                 ? "the module goes on with its update: keep its power on, "
                   "run again to see the end"
                 : "run again to go on");
    raise(stop_signal);
}

/* A module's reset takes a USB port away and brings it back. */
static void tell_loss(struct update *update)
{
    const int lost = update->link.port.fd < 0;
    if (lost == update->lost)
        return;
    update->lost = lost;
    modem_link_trace(&update->link, '#',
                     lost ? "the port is gone" : "the port is back");
}

static int start(struct update *update)
{
    if (ffx_driver_init(&update->driver, &update->config,
                        posix_port_now_ms()) == 0)
        return 0;
    return cli_fail(CLI_FAILED,
                    "the driver cannot be set up like that; this is "
                    "a mistake of farfix");
}

static void walk(struct update *update)
{
    uint8_t bytes[1024];
    uint32_t length;
    take_signals(stop);
    while (!ffx_driver_finished(&update->driver, NULL) && stop_signal == 0) {
        uint32_t wait = ffx_driver_poll(&update->driver, posix_port_now_ms());
        write_out(update);
        /* bytes that the port does not take yet: look again soon */
        if (ffx_driver_buf(&update->driver, &length) != NULL && wait > 5)
            wait = 5;
        const size_t got =
            posix_port_read(&update->link.port, bytes, sizeof bytes,
                            wait > 1000 ? 1000 : (int)wait);
        ffx_driver_feed(&update->driver, bytes, (uint32_t)got,
                        posix_port_now_ms());
        tell_loss(update);
    }
    cli_progress_end();
    if (stop_signal != 0)
        end_by_signal(update);
    take_signals(SIG_DFL);
}

/* What the module refused still lies in it. The module says no more than 7;
 * without a key there is nothing to check it against. */
static void explain_refusal(struct update *update)
{
    struct pack_buffer file;
    if (update->report.cause != FFX_CAUSE_REFUSED)
        return;
    if (update->request.trust.count == 0)
        snprintf(update->report.explanation, sizeof update->report.explanation,
                 "farfix package verify tells why, or run again with --trust "
                 "RELEASE.pub");
    else if (modem_link_sync(&update->link) == 0 &&
             modem_link_get(&update->link, modem_link_directory("fota", 4),
                            "update.zip", &file) == FFX_OK) {
        update_source_explain(&file, &update->request.trust,
                              &update->driver.found, update->request.to,
                              update->report.explanation,
                              sizeof update->report.explanation);
        pack_buffer_free(&file);
    }
}

static int can_be_for_want_of_a_port(enum ffx_cause cause)
{
    return cause == FFX_CAUSE_NO_ANSWER || cause == FFX_CAUSE_NOISE ||
           cause == FFX_CAUSE_FILES || cause == FFX_CAUSE_NOT_STARTED ||
           cause == FFX_CAUSE_UPDATE_TIMEOUT;
}

static void explain_loss(struct update *update)
{
    const struct posix_port *port = &update->link.port;
    struct update_report *report = &update->report;
    if (port->fd >= 0 || !can_be_for_want_of_a_port(report->cause))
        return;
    snprintf(report->explanation, sizeof report->explanation,
             "%.255s went away and did not come back; %s, run again",
             port->stable[0] != '\0' ? port->stable : port->name,
             port->is_tcp ? "is the other side running?"
                          : "plug it in, use a name that stays "
                            "(/dev/serial/by-path)");
}

/* --- what a store offers ------------------------------------------------- */

static void look_bytes(void *context, uint32_t offset, const void *bytes,
                       uint32_t length)
{
    struct update *update = context;
    update_store_bytes(&update->store, offset, bytes, length);
}

/* By then the module has said what it is. */
static void look_event(void *context, const struct ffx_driver_event *event)
{
    struct update *update = context;
    if (event->kind == FFX_DRIVER_STATE && event->state == FFX_DRIVER_NETWORK)
        update_store_ask(&update->store, &update->driver.found,
                         update->driver.position.before.imei);
    update_report_event(&update->report, event);
}

/* What the module says meanwhile is its update's. */
static void rest(struct update *update)
{
    char unheard[256];
    const uint32_t start_ms = posix_port_now_ms();
    while (posix_port_now_ms() - start_ms < BUSY_MS && stop_signal == 0)
        posix_port_read(&update->link.port, unheard, sizeof unheard, 500);
}

/* An update that runs is waited for: what the module is then, is what the
 * store is asked about. */
static int look_walk(struct update *update)
{
    static const struct ffx_driver_file file = {UPDATE_STORE_FILE, look_bytes};
    struct ffx_driver_config *config = &update->config;
    const uint32_t limit_ms = (update->request.how.update_limit != 0
                                   ? update->request.how.update_limit
                                   : UPDATE_LIMIT) *
                              1000u;
    const uint32_t start_ms = posix_port_now_ms();
    config->file = &file;
    config->route = FFX_ROUTE_HTTP;
    config->url = update->store.url;
    config->dry_run = 0;
    config->event = look_event;
    config->context = update;
    do {
        if (start(update) != 0)
            return CLI_FAILED;
        walk(update);
        if (update->report.cause == FFX_CAUSE_BUSY)
            rest(update);
    } while (update->report.cause == FFX_CAUSE_BUSY && stop_signal == 0 &&
             posix_port_now_ms() - start_ms < limit_ms);
    return 0;
}

/* The offer has been read; nothing of it stays in the module. */
static void look_clean(struct update *update)
{
    static const char *const commands[] = {
        "AT+CFSINIT", "AT+CFSDFILE=3,\"farfix.next\"", "AT+CFSTERM"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        modem_link_command(&update->link, commands[i], 5000, NULL, NULL);
}

static void explain_look(struct update *update)
{
    const struct ffx_driver_found *found = &update->driver.found;
    struct update_report *report = &update->report;
    if (report->cause == FFX_CAUSE_NOT_FOUND)
        snprintf(report->explanation, sizeof report->explanation,
                 "the store knows no %s %s", found->model, found->version);
    else if (report->cause == FFX_CAUSE_CONFIG && update->store.url[0] == '\0')
        snprintf(report->explanation, sizeof report->explanation,
                 "the module does not say what it runs, or the store's address "
                 "is too long; give the package's own address and --to");
}

/* --to and --from stop what is not what they say. */
static int check_offer(struct update *update)
{
    const struct request *request = &update->request;
    const struct ffx_offer *offer = &update->store.offer;
    char why[128];
    const int to = request->to == NULL || strcmp(request->to, offer->to) == 0;
    if (to &&
        (request->from == NULL || strcmp(request->from, offer->from) == 0))
        return 0;
    if (to)
        snprintf(why, sizeof why,
                 "the store's package starts from %s, not "
                 "from %s",
                 offer->from, request->from);
    else
        snprintf(why, sizeof why, "the store offers %s, not %s", offer->to,
                 request->to);
    return update_report_refusal(&update->report, request->json, why,
                                 to ? "check --from" : "check --to");
}

/* 0: the package is known; else the exit code of the whole. */
static int look(struct update *update)
{
    struct request *request = &update->request;
    const struct ffx_offer *offer = &update->store.offer;
    int code = look_walk(update);
    explain_look(update);
    if (code != 0 || update->report.cause != FFX_CAUSE_FETCHED)
        return code != 0 ? code
                         : update_report_end(&update->report, request->json);
    look_clean(update);
    if (update_store_take(&update->store, &update->driver.found) != 0)
        return update_report_refusal(&update->report, request->json,
                                     update->store.why, update->store.next);
    if (offer->to[0] == '\0') {
        update->report.cause = FFX_CAUSE_NOTHING;
        update->report.to = update->driver.found.version;
        return update_report_end(&update->report, request->json);
    }
    code = check_offer(update);
    if (code != 0)
        return code;
    request->to = offer->to;
    update->source.facts = (struct ffx_driver_facts){.to = offer->to,
                                                     .from = offer->from,
                                                     .model = offer->model,
                                                     .size = offer->size,
                                                     .sha256 = offer->sha256};
    update->source.url = update->report.source = update->store.url;
    update->report.to = offer->to;
    update->seen = *ffx_driver_position(&update->driver);
    code = set_config(update);
    update->config.position = &update->seen;
    return code;
}

/* --- all of it ----------------------------------------------------------- */

static int begin(struct update *update)
{
    const struct request *request = &update->request;
    int code =
        modem_link_open(&update->link, request->words[0], &request->modem);
    if (code == 0)
        code = set_config(update);
    cli_progress_lines(!request->json);
    update_report_init(&update->report, &update->link, &update->driver,
                       request->words[1],
                       request->to != NULL ? request->to : "");
    return code;
}

static int run(struct update *update)
{
    const struct request *request = &update->request;
    int code = begin(update);
    if (code == 0 && update_store_is(request->words[1]))
        code = look(update);
    if (code != 0)
        return code;
    if (start(update) != 0)
        return CLI_FAILED;
    walk(update);
    explain_refusal(update);
    explain_loss(update);
    return update_report_end(&update->report, request->json);
}

int cli_update(int argc, char **argv)
{
    static struct update update;
    struct request *request = &update.request;
    request->modem.baud = 115200;
    request->how.dialect = "auto";
    const int parsed = parse(request, argc, argv);
    if (parsed >= 0)
        return parsed;
    update.link.port.fd = -1;
    const struct update_request source = {.name = request->words[1],
                                          .to = request->to,
                                          .info = request->info,
                                          .secrets = request->how.secrets,
                                          .trust = &request->trust};
    int code = update_store_is(source.name)
                   ? update_store_open(&update.store, source.name,
                                       request->how.channel, &request->trust)
                   : update_source_open(&update.source, &source);
    if (code == 0)
        code = run(&update);
    modem_link_close(&update.link);
    update_source_close(&update.source);
    return code;
}
