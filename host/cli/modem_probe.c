/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_network.h"
#include "cli/verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const struct cli_usage usage = {
    "farfix modem probe PORT [--json] [-o FILE] [--network URL,...]",
    "Finds out which dialect a module speaks where SIMCom's documents "
    "disagree\n"
    "(D1 to D26 of farfix-sim(1)) and writes it as an ini file: farfix sim "
    "run\n"
    "--quirk-file plays that module. It asks, and writes files of its own,\n"
    "/datatx/farfix.probe and /custapp/farfix.probe, which it removes: no\n"
    "update, no reset, no network, and settings are put back. What cannot be\n"
    "seen so is unknown. If FILE is a directory the file is named after the\n"
    "module's revision.\n"
    "\n"
    "With --network the module also fetches the small files that you name, "
    "each\n"
    "once, into /customer/farfix.probe or /datatx/farfix.probe, and removes\n"
    "them. http settles D10 and D22, https D9, ftp D11, D16 and D17. That "
    "costs\n"
    "data volume of its SIM; how much at most is said first.",
    "  farfix modem probe /dev/ttyUSB2\n"
    "  farfix modem probe /dev/ttyUSB2 -o quirks/\n"
    "  farfix modem probe /dev/ttyUSB2 --network http://example.com/",
};

struct probe {
    struct settle settle;
    struct network network;
    char model[64], revision[64], imei[24], cmee[8];
    const char *profile; /* the virtual module's that is nearest */
    int echo;            /* it was on */
};

/* --- before and after ---------------------------------------------------- */

static int ask(struct probe *probe, const char *command)
{
    return modem_link_command(probe->settle.link, command, 5000, NULL, NULL);
}

/* As modem_link_sync, without a change that is not put back. */
static int meet(struct probe *probe)
{
    struct modem_link *link = probe->settle.link;
    const uint32_t start_ms = posix_port_now_ms();
    while (modem_link_command(link, "AT", 500, NULL, NULL) != FFX_OK)
        if (posix_port_now_ms() - start_ms > 15000)
            return cli_fail(CLI_FAILED, "the module does not answer; check "
                                        "power, port and baud rate");
    ask(probe, "AT"); /* the first one may have met half a line */
    probe->echo = link->echoed;
    return 0;
}

static void prepare(struct probe *probe)
{
    struct settle *settle = &probe->settle;
    ask(probe, "ATE0");
    modem_link_ask(settle->link, "AT+CMEE?", "+CMEE:", probe->cmee,
                   sizeof probe->cmee);
    settle->untouched = probe->echo && strcmp(probe->cmee, "0") == 0;
    settle->numbers = ask(probe, "AT+CMEE=1") == FFX_OK;
}

static void put_back(struct probe *probe)
{
    char command[24];
    snprintf(command, sizeof command, "AT+CMEE=%.1s", probe->cmee);
    if (probe->cmee[0] != '\0')
        ask(probe, command);
    if (probe->echo)
        ask(probe, "ATE1");
}

/* 1 to 5: somebody else has the module in hand. */
static int is_updating(struct probe *probe)
{
    char answer[16];
    if (modem_link_ask(probe->settle.link, "AT+CFOTA?", "+CFOTA:", answer,
                       sizeof answer) != FFX_OK)
        return 0;
    const long status = strtol(answer, NULL, 10);
    return status >= 1 && status <= 5;
}

/* --- who it is ----------------------------------------------------------- */

/* By commands that came with an edition of the manual, and by switches. */
static const char *nearest(struct probe *probe)
{
    const int *values = probe->settle.values;
    if (values[FFX_D12_CNACT] == 2)
        return "sim7070";
    if (ask(probe, "AT+CEREG=?") == FFX_ERR_REFUSED)
        return "manual-1.03";
    if (ask(probe, "AT+CNCFG=?") == FFX_ERR_REFUSED)
        return "manual-1.04";
    return values[FFX_D12_CNACT] == 1 || values[FFX_D16_FTP_FILE] == 0
               ? "note"
               : "manual";
}

/* What the module says goes into a file for others: no comment signs, no
 * controls. */
static void clean(char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~' || *text == '#' || *text == ';')
            *text = '?';
}

static void identify(struct probe *probe)
{
    static const char vendor[] = "SIMCOM_";
    struct modem_link *link = probe->settle.link;
    char model[sizeof probe->model];
    modem_link_ask(link, "AT+GMM", "", model, sizeof model);
    modem_link_ask(link, "AT+GMR", "Revision:", probe->revision,
                   sizeof probe->revision);
    modem_link_ask(link, "AT+GSN", "", probe->imei, sizeof probe->imei);
    probe->profile = nearest(probe);
    const int skip = strncmp(model, vendor, sizeof vendor - 1) == 0;
    snprintf(probe->model, sizeof probe->model, "%s",
             skip ? model + sizeof vendor - 1 : model);
    /* Eight digits are the type, the others are this module's own. */
    for (size_t i = 8; i < strlen(probe->imei); i++)
        probe->imei[i] = '*';
    clean(probe->model);
    clean(probe->revision);
    clean(probe->imei);
    for (size_t i = 0; i < SETTLE_FORMS; i++)
        clean(probe->settle.forms[i]);
}

/* --- the report ---------------------------------------------------------- */

/* The word with this place among "ok error". */
static void value_word(const struct probe *probe, size_t quirk, char *word,
                       size_t capacity)
{
    const char *values = ffx_module_quirk_values((enum ffx_quirk)quirk);
    int place = probe->settle.values[quirk];
    if (place == SETTLE_UNKNOWN) {
        snprintf(word, capacity, "unknown");
        return;
    }
    for (; place > 0; place--)
        values = strchr(values, ' ') + 1;
    snprintf(word, capacity, "%.*s", (int)strcspn(values, " "), values);
}

static const char *or_dash(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

static void print_ini(const struct probe *probe, FILE *out)
{
    char date[16], word[32];
    const time_t now = time(NULL);
    struct tm day;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &day));
    fprintf(out, "# farfix modem probe: quirks/README.md explains it\n");
    fprintf(out, "[module]\nmodel = %s\nrevision = %s\n", or_dash(probe->model),
            or_dash(probe->revision));
    fprintf(out, "imei = %s\nprofile = %s\ndate = %s\n\n[quirks]\n",
            or_dash(probe->imei), probe->profile, date);
    for (size_t i = 0; i < FFX_QUIRKS; i++) {
        value_word(probe, i, word, sizeof word);
        fprintf(out, "%s = %s\n", ffx_module_quirk_name((enum ffx_quirk)i),
                word);
    }
    fprintf(out, "\n[tests]\n");
    for (size_t i = 0; i < SETTLE_FORMS; i++)
        fprintf(out, "%s = %s\n", settle_form(i),
                or_dash(probe->settle.forms[i]));
}

static void print_json(const struct probe *probe)
{
    char word[32];
    cli_json_open('{');
    cli_json_text("model", or_dash(probe->model));
    cli_json_text("revision", or_dash(probe->revision));
    cli_json_text("imei", or_dash(probe->imei));
    cli_json_text("profile", probe->profile);
    for (size_t i = 0; i < FFX_QUIRKS; i++) {
        value_word(probe, i, word, sizeof word);
        cli_json_text(ffx_module_quirk_name((enum ffx_quirk)i), word);
    }
    cli_json_close('}');
    cli_json_end();
}

/* DIR becomes DIR/REVISION.ini; the module does not choose another place. */
static void file_path(const struct probe *probe, const char *out, char *path,
                      size_t capacity)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    struct stat status;
    char name[sizeof probe->revision];
    if (stat(out, &status) != 0 || !S_ISDIR(status.st_mode)) {
        snprintf(path, capacity, "%s", out);
        return;
    }
    snprintf(name, sizeof name, "%s", probe->revision);
    for (char *c = name; *c != '\0'; c++)
        if (strchr(letters, *c) == NULL || (c == name && *c == '.'))
            *c = '_';
    snprintf(path, capacity, "%s/%s.ini", out,
             name[0] != '\0' ? name : "unknown");
}

static int write_ini(const struct probe *probe, const char *out)
{
    char path[4096], *text = NULL;
    size_t length = 0;
    struct pack_error error;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return cli_fail(CLI_FAILED, "out of memory");
    print_ini(probe, stream);
    fclose(stream);
    file_path(probe, out, path, sizeof path);
    const int result = pack_write_file(path, text, length, 0, &error);
    free(text);
    return result == 0 ? CLI_DONE : cli_fail(CLI_FAILED, "%s", error.text);
}

/* What was found is told, then what went wrong with the network. */
static int report(const struct probe *probe, const char *out, int json)
{
    const struct network *network = &probe->network;
    const int code = out != NULL ? write_ini(probe, out) : CLI_DONE;
    if (code == CLI_DONE && json)
        print_json(probe);
    else if (code == CLI_DONE && out == NULL)
        print_ini(probe, stdout);
    if (code != CLI_DONE || network->count == 0)
        return code;
    if (network->problem[0] != '\0')
        return cli_fail(CLI_FAILED, "%s", network->problem);
    fprintf(stderr, "farfix: %u bytes were fetched\n",
            (unsigned)network->fetched);
    return code;
}

static void announce(const struct network *network)
{
    const uint32_t bytes = network_cost(network);
    if (network->count > 0)
        fprintf(stderr,
                "farfix: the module fetches %zu file%s over its SIM: %u KB at "
                "most, headers included\n",
                network->count, network->count > 1 ? "s" : "",
                (unsigned)((bytes + 1023u) / 1024u));
}

/* --- all together -------------------------------------------------------- */

/* From the first change to the last: a signal waits until all is put back.
 * Every answer has a limit, so that is soon. */
static int probe_module(struct probe *probe)
{
    static const int later[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t wait, before;
    sigemptyset(&wait);
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        sigaddset(&wait, later[i]);
    sigprocmask(SIG_BLOCK, &wait, &before);
    prepare(probe);
    const int busy = is_updating(probe);
    if (!busy) {
        settle_all(&probe->settle);
        if (probe->network.count > 0)
            network_settle(&probe->network);
        identify(probe);
    }
    put_back(probe);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return busy ? cli_fail(CLI_FAILED, "an update is under way; ask again when "
                                       "farfix modem status is 6, 7 or 8")
                : CLI_DONE;
}

int cli_modem_probe(int argc, char **argv)
{
    static struct probe probe;
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *port, *out = NULL, *urls = NULL;
    int json = 0;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &out, "FILE", "where the ini goes (standard output)"},
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
        {"--network", CLI_TEXT, &urls, "URL,...",
         "small files to fetch: http, https, ftp"},
        {"--apn", CLI_TEXT, &probe.network.apn, "NAME",
         "access point, if the network delivers none"},
        {"--secrets", CLI_TEXT, &probe.network.secrets, "FILE",
         "NAME=value lines: FTP_USER, FTP_PASSWORD"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, &port, 1, 1);
    if (parsed >= 0)
        return parsed;
    probe.settle.link = &link;
    probe.network.settle = &probe.settle;
    int code = urls != NULL ? network_urls(&probe.network, urls) : CLI_DONE;
    if (code == CLI_DONE)
        code = modem_link_open(&link, port, &modem);
    if (code != CLI_DONE)
        return code;
    announce(&probe.network);
    code = meet(&probe);
    if (code == CLI_DONE)
        code = probe_module(&probe);
    modem_link_close(&link);
    return code == CLI_DONE ? report(&probe, out, json) : code;
}
