/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_network.h"

#include "cli/update_source.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 10000u
#define SAPBR_MS 90000u     /* manual 7.2.1: 85 s to open */
#define ACTIVE_MS 60000u    /* from CNACT=1 to an address */
#define FETCH_MS 260000u    /* HTTPTOFS by itself: 5 tries of 50 s */
#define POLL_MS 2000u       /* between two looks at a transfer */
#define SETTLE_MS 15000u    /* from the URC to the end of flash work */
#define BEARER_MS 500u      /* between two looks at CNACT */
#define PAUSE_MS 1500u      /* a module may refuse two transfers in a row */
#define CONNECT_BYTES 8192u /* of a connection: names, TLS, headers */

#define NAME "\"" SETTLE_SCRATCH "\""

/* --- what the caller wants ----------------------------------------------- */

static int begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static int open_url(const struct network *network, const char *url,
                    struct update_source *source)
{
    static const struct cli_texts nobody = {.count = 0};
    const struct update_request request = {
        .name = url, .secrets = network->secrets, .trust = &nobody};
    return update_source_open(source, &request);
}

static int check_url(const struct network *network, const char *url)
{
    static struct update_source source;
    if (strstr(url, "://") == NULL)
        return cli_fail(CLI_USAGE,
                        "--network wants http://, https:// or ftp:// of a "
                        "small file, not '%s'",
                        url);
    const int code = open_url(network, url, &source);
    if (code == 0)
        update_source_close(&source);
    return code;
}

int network_urls(struct network *network, const char *list)
{
    char *rest = network->list, *url;
    if (strlen(list) >= sizeof network->list)
        return cli_fail(CLI_USAGE, "--network: the list is too long");
    strcpy(network->list, list);
    while ((url = strtok_r(rest, ",", &rest)) != NULL) {
        const int code = check_url(network, url);
        if (code != 0)
            return code;
        if (network->count == NETWORK_URLS)
            return cli_fail(CLI_USAGE, "--network takes %u addresses at most",
                            NETWORK_URLS);
        network->urls[network->count++] = url;
    }
    return network->count > 0
               ? 0
               : cli_fail(CLI_USAGE, "--network wants an address");
}

/* An FTP server is also asked for the size, over each bearer. */
uint32_t network_cost(const struct network *network)
{
    uint32_t bytes = 0;
    for (size_t i = 0; i < network->count; i++)
        bytes += NETWORK_FILE_BYTES +
                 CONNECT_BYTES * (begins(network->urls[i], "ftp:") ? 3 : 1);
    return bytes;
}

/* The first one counts. */
__attribute__((format(printf, 2, 3))) static void tell(struct network *network,
                                                       const char *format, ...)
{
    va_list arguments;
    if (network->problem[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(network->problem, sizeof network->problem, format, arguments);
    va_end(arguments);
}

/* --- lines --------------------------------------------------------------- */

/* "1,0,12" behind the beginning of a line. */
static int take_numbers(const char *line, const char *beginning,
                        int32_t numbers[3])
{
    if (beginning == NULL || !begins(line, beginning))
        return 0;
    line += strlen(beginning);
    for (int i = 0; i < 3; i++) {
        char *end;
        numbers[i] = (int32_t)strtol(line, &end, 10);
        if (end == line)
            return i > 0;
        if (*end != ',')
            return 1;
        line = end + 1;
    }
    return 1;
}

static void hear(void *context, const char *line)
{
    struct network *network = context;
    if (begins(line, "+APP PDP:") && strstr(line, "DEACTIVE") != NULL)
        network->refused = 1;
    if (take_numbers(line, network->urc, network->said))
        network->has_said = 1;
    if (take_numbers(line, network->poll, network->polled))
        network->has_polled = 1;
}

static int ask_for(struct network *network, const char *command,
                   uint32_t timeout_ms)
{
    return modem_link_command(network->settle->link, command, timeout_ms, hear,
                              network);
}

static int ask(struct network *network, const char *command)
{
    return ask_for(network, command, ANSWER_MS);
}

static int ask_text(struct network *network, const char *command,
                    const char *beginning, char *text, size_t capacity)
{
    return modem_link_ask(network->settle->link, command, beginning, text,
                          capacity);
}

/* The command is not seen in a trace. */
static int ask_secretly(struct network *network, const char *command)
{
    struct modem_link *link = network->settle->link;
    const int trace = link->trace;
    modem_link_trace(link, '>', "(a login)");
    link->trace = 0;
    const int result = ask(network, command);
    link->trace = trace;
    return result;
}

/* 1: somebody wants this to end; the signal waits until all is put back. */
static int is_called_off(struct network *network)
{
    sigset_t pending;
    const int off =
        sigpending(&pending) == 0 &&
        (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
         sigismember(&pending, SIGHUP));
    network->closed |= off;
    return off;
}

/* What comes by itself. */
static void listen(struct network *network, uint32_t ms)
{
    struct modem_link *link = network->settle->link;
    const uint32_t end_ms = posix_port_now_ms() + ms;
    struct ffx_at_event event;
    while (!network->has_said && modem_link_event(link, end_ms, &event))
        if (event.kind == FFX_AT_LINE) {
            modem_link_trace(link, '<', event.text);
            hear(network, event.text);
        }
}

static void wait_for(struct network *network, uint32_t ms)
{
    network->urc = network->poll = NULL;
    network->has_said = 0;
    listen(network, ms);
}

/* --- bearer -------------------------------------------------------------- */

/* "+CNACT: 1,"ip"", "+CNACT: 0,1,"ip"". */
static void take_active(void *context, const char *line)
{
    struct network *network = context;
    const char *quote = strchr(line, '"');
    if (begins(line, "+CNACT:") && quote != NULL && quote - line > 2 &&
        quote[-1] == ',' && quote[-2] == '1' && quote[1] != '"' &&
        !begins(quote, "\"0.0.0.0\""))
        network->active = 1;
    hear(network, line);
}

static int is_active(struct network *network)
{
    network->active = 0;
    modem_link_command(network->settle->link, "AT+CNACT?", ANSWER_MS,
                       take_active, network);
    return network->active;
}

static int is_sim7070(const struct network *network)
{
    return network->settle->values[FFX_D12_CNACT] == 2;
}

static int open_app(struct network *network)
{
    const uint32_t start_ms = posix_port_now_ms();
    char command[128] = "AT+CNACT=0,1";
    if (!is_sim7070(network) && network->apn != NULL)
        snprintf(command, sizeof command, "AT+CNACT=1,\"%.80s\"", network->apn);
    else if (!is_sim7070(network))
        strcpy(command, "AT+CNACT=1");
    network->refused = 0;
    if (ask(network, command) != FFX_OK)
        return 0;
    network->opened = 1;
    while (!is_active(network)) {
        if (network->refused || posix_port_now_ms() - start_ms > ACTIVE_MS ||
            is_called_off(network))
            return 0;
        wait_for(network, BEARER_MS);
    }
    return 1;
}

static void close_app(struct network *network)
{
    ask(network, is_sim7070(network) ? "AT+CNACT=0,0" : "AT+CNACT=0");
    wait_for(network, BEARER_MS);
}

/* --- a transfer ---------------------------------------------------------- */

static int remove_file(struct network *network, int directory)
{
    char command[64];
    snprintf(command, sizeof command, "AT+CFSDFILE=%d," NAME, directory);
    ask(network, "AT+CFSINIT");
    ask(network, command);
    return ask(network, "AT+CFSTERM");
}

/* -1: there is none. */
static long file_bytes(struct network *network, int directory)
{
    char command[64], text[32];
    snprintf(command, sizeof command, "AT+CFSGFIS=%d," NAME, directory);
    ask(network, "AT+CFSINIT");
    const int found =
        ask_text(network, command, "+CFSGFIS:", text, sizeof text);
    ask(network, "AT+CFSTERM");
    return found == FFX_OK ? strtol(text, NULL, 10) : -1;
}

static void expect(struct network *network, const char *urc, const char *poll)
{
    network->urc = urc;
    network->poll = poll;
    network->has_said = network->has_polled = 0;
    memset(network->said, 0, sizeof network->said);
    memset(network->polled, 0, sizeof network->polled);
}

/* A transfer has no other end: the bearer is closed. One that was there
 * before is opened again. */
static void hang_up(struct network *network)
{
    const int ours = network->opened;
    close_app(network);
    network->opened = 0;
    if (ours || !open_app(network))
        network->closed = 1;
    else
        network->opened = 0;
}

/* Any of the numbers of a poll but the first. */
static int is_long(const struct network *network)
{
    return network->has_polled &&
           (network->polled[1] > (int32_t)NETWORK_FILE_BYTES ||
            network->polled[2] > (int32_t)NETWORK_FILE_BYTES);
}

/* Until the URC: 1. 0: it does not come, or must not. */
static int await(struct network *network, const char *poll, const char *what)
{
    const uint32_t start_ms = posix_port_now_ms();
    uint32_t looked_ms = start_ms;
    while (!network->has_said) {
        listen(network, 200);
        if (!network->has_said && poll != NULL &&
            posix_port_now_ms() - looked_ms > POLL_MS) {
            ask(network, poll);
            looked_ms = posix_port_now_ms();
        }
        if (network->has_said)
            break;
        if (is_long(network))
            tell(network, "%s is longer than %u bytes; name a smaller file",
                 what, NETWORK_FILE_BYTES);
        else if (posix_port_now_ms() - start_ms > FETCH_MS)
            tell(network, "%s did not come in %u seconds", what,
                 FETCH_MS / 1000u);
        else if (!is_called_off(network))
            continue;
        hang_up(network);
        return 0;
    }
    return 1;
}

/* Until the poll says idle; 0: it does not, or there is none. */
static int await_idle(struct network *network, const char *poll, int32_t idle)
{
    const uint32_t start_ms = posix_port_now_ms();
    for (;;) {
        network->has_polled = 0;
        if (ask(network, poll) != FFX_OK || !network->has_polled)
            return 0;
        if (network->polled[0] == idle)
            return 1;
        if (posix_port_now_ms() - start_ms > SETTLE_MS)
            return 0;
        network->has_said = 0;
        listen(network, 500);
        network->has_said = 1;
    }
}

/* --- HTTP ---------------------------------------------------------------- */

/* With timeout and retries, else without (D22). */
static int start_http(struct network *network, const char *url)
{
    int *value = &network->settle->values[FFX_D22_HTTP_LIMITS];
    char command[512];
    for (int limits = *value != 1; limits >= 0; limits--) {
        snprintf(command, sizeof command,
                 "AT+HTTPTOFS=\"%.255s\",\"/customer/" SETTLE_SCRATCH "\"%s",
                 url, limits ? ",20,5" : "");
        expect(network, "+HTTPTOFS:", "+HTTPTOFSRL:");
        const int result = ask(network, command);
        if (result == FFX_OK) {
            *value = !limits;
            return 1;
        }
        if (result != FFX_ERR_REFUSED)
            break;
        wait_for(network, PAUSE_MS);
    }
    tell(network, "AT+HTTPTOFS is refused; try again after a reset");
    return 0;
}

/* URC, poll and file agree, or the poll counts more. */
static int lengths(const struct network *network, long size, int idle)
{
    const int32_t said = network->said[1];
    const int32_t *polled = network->polled;
    if (!idle || said <= 0 || size != said || polled[1] != polled[2])
        return SETTLE_UNKNOWN;
    if (polled[2] == said)
        return 0;
    return polled[2] > said ? 1 : SETTLE_UNKNOWN;
}

/* Name and certificate are in order, http works: it is TLS. */
static int https(const struct network *network)
{
    if (network->said[0] == 200 && network->said[1] > 0)
        return 0;
    if (network->works && network->said[0] == 603)
        return 1;
    return network->works && network->said[0] == 601 ? 2 : SETTLE_UNKNOWN;
}

/* It has ended, whatever it brought. */
static void judge_http(struct network *network, int secure, const char *shown)
{
    int *values = network->settle->values;
    const int idle = await_idle(network, "AT+HTTPTOFSRL?", 0);
    const long size = file_bytes(network, 3);
    network->fetched += size > 0 ? (uint32_t)size : 0;
    if (values[FFX_D10_LENGTHS] == SETTLE_UNKNOWN)
        values[FFX_D10_LENGTHS] = lengths(network, size, idle);
    if (secure)
        values[FFX_D9_HTTPS] = https(network);
    else if (network->said[0] == 200 && network->said[1] > 0)
        network->works = 1;
    if (network->said[0] != 200 &&
        !(secure && values[FFX_D9_HTTPS] != SETTLE_UNKNOWN))
        tell(network, "the module says status %d of %s", (int)network->said[0],
             shown);
}

static void fetch_http(struct network *network, const char *url)
{
    char text[512];
    const char *shown = cli_masked(url, text, sizeof text);
    remove_file(network, 3);
    if (!start_http(network, url))
        return;
    if (await(network, "AT+HTTPTOFSRL?", shown))
        judge_http(network, begins(url, "https:"), shown);
    remove_file(network, 3);
}

/* --- FTP ----------------------------------------------------------------- */

/* Settings of a session; they are put back. */
static const char *const ftp_names[] = {
    "FTPCID", "FTPPORT",    "FTPMODE",    "FTPTYPE", "FTPSERV",
    "FTPUN",  "FTPGETNAME", "FTPGETPATH", "FTPPW",
};
#define FTP_NAMES (sizeof ftp_names / sizeof ftp_names[0])
typedef char ftp_settings[FTP_NAMES][280];

static int is_secret(const char *name)
{
    return strcmp(name, "FTPUN") == 0 || strcmp(name, "FTPPW") == 0;
}

static void keep_settings(struct network *network, ftp_settings kept)
{
    struct modem_link *link = network->settle->link;
    const int trace = link->trace;
    for (size_t i = 0; i < FTP_NAMES; i++) {
        char command[24], beginning[24];
        snprintf(command, sizeof command, "AT+%s?", ftp_names[i]);
        snprintf(beginning, sizeof beginning, "+%s:", ftp_names[i]);
        link->trace = trace && !is_secret(ftp_names[i]);
        ask_text(network, command, beginning, kept[i], sizeof kept[i]);
    }
    link->trace = trace;
}

static int set(struct network *network, const char *name, const char *value)
{
    char command[320];
    snprintf(command, sizeof command, "AT+%s=%s", name, value);
    return is_secret(name) ? ask_secretly(network, command)
                           : ask(network, command);
}

static void put_back(struct network *network, ftp_settings kept)
{
    for (size_t i = 0; i < FTP_NAMES; i++)
        if (kept[i][0] != '\0')
            set(network, ftp_names[i], kept[i]);
}

static int set_text(struct network *network, const char *name,
                    const char *value)
{
    char quoted[300];
    snprintf(quoted, sizeof quoted, "\"%.280s\"", value);
    return set(network, name, quoted);
}

/* 0, or FFX_ERR_*: some of it is refused. */
static int set_session(struct network *network,
                       const struct ffx_driver_ftp *ftp)
{
    char port[8];
    snprintf(port, sizeof port, "%u", ftp->port != 0 ? ftp->port : 21u);
    set(network, "FTPCID", "1");
    set(network, "FTPMODE", "1");
    set(network, "FTPTYPE", "\"I\"");
    return set(network, "FTPPORT", port) |
           set_text(network, "FTPSERV", ftp->host) |
           set_text(network, "FTPUN", ftp->user) |
           set_text(network, "FTPPW", ftp->password) |
           set_text(network, "FTPGETNAME", ftp->name) |
           set_text(network, "FTPGETPATH", ftp->path);
}

/* 1: the server answers, whatever it says; 0: the network is not reached. Its
 * size, or -1. */
static int reaches(struct network *network, long *size)
{
    *size = -1;
    expect(network, "+FTPSIZE:", NULL);
    if (ask(network, "AT+FTPSIZE") != FFX_OK ||
        !await(network, NULL, "the answer to AT+FTPSIZE"))
        return 0;
    if (network->said[1] == 0)
        *size = network->said[2];
    wait_for(network, PAUSE_MS);
    /* 61 to 64: network, name, connection, silence; 66: not allowed */
    return network->said[1] == 0 ||
           (network->said[1] > 64 && network->said[1] != 66);
}

static void judge_ftp(struct network *network)
{
    int *values = network->settle->values;
    network->has_polled = 0;
    ask(network, "AT+FTPTOFSST");
    const long came = file_bytes(network, 2);
    network->fetched += came > 0 ? (uint32_t)came : 0;
    if (network->said[1] != 0) {
        tell(network, "the module says FTP error %d", (int)network->said[1]);
        return;
    }
    if (came > 0)
        values[FFX_D16_FTP_FILE] = 0;
    if (network->has_polled)
        values[FFX_D17_FTP_STATE] =
            network->polled[0] == 0 || network->polled[0] == 1
                ? network->polled[0]
                : SETTLE_UNKNOWN;
}

/* FTPEXTGET=2 and FTPTOFSST, which D16 and D17 are about. */
static void fetch_ftp(struct network *network, long size)
{
    if (size > (long)NETWORK_FILE_BYTES) {
        tell(network,
             "the FTP server's file has %ld bytes; name one of %u at most",
             size, NETWORK_FILE_BYTES);
        return;
    }
    remove_file(network, 2);
    expect(network, "+FTPEXTGETFILE:", "+FTPTOFSST:");
    const int started = ask(network, "AT+FTPEXTGET=2,2," NAME);
    if (started == FFX_ERR_REFUSED)
        network->settle->values[FFX_D16_FTP_FILE] = 1;
    if (started == FFX_OK && await(network, "AT+FTPTOFSST", "the file by FTP"))
        judge_ftp(network);
    remove_file(network, 2);
}

static int sapbr_is_open(struct network *network)
{
    char text[64];
    return ask_text(network, "AT+SAPBR=2,1", "+SAPBR:", text, sizeof text) ==
               FFX_OK &&
           begins(text, "1,1,");
}

static void take_apn(void *context, const char *line)
{
    if (begins(line, "APN:"))
        snprintf(context, 81, "%.80s", line + 4 + strspn(line + 4, " "));
}

/* With SAPBR alone; `fetch`: the file, too. */
static int reaches_by_sapbr(struct network *network, int fetch)
{
    char before[81] = "", command[120];
    long size;
    modem_link_command(network->settle->link, "AT+SAPBR=4,1", ANSWER_MS,
                       take_apn, before);
    if (network->apn != NULL) {
        snprintf(command, sizeof command, "AT+SAPBR=3,1,\"APN\",\"%.80s\"",
                 network->apn);
        ask(network, command);
    }
    ask_for(network, "AT+SAPBR=1,1", SAPBR_MS);
    const int reached = sapbr_is_open(network) && reaches(network, &size);
    if (reached && fetch)
        fetch_ftp(network, size);
    ask_for(network, "AT+SAPBR=0,1", SAPBR_MS);
    if (network->apn != NULL) {
        snprintf(command, sizeof command, "AT+SAPBR=3,1,\"APN\",\"%.80s\"",
                 before);
        ask(network, command);
    }
    return reached;
}

/* Each bearer alone. One that was open before stays so, and hides D11. */
static void settle_ftp(struct network *network,
                       const struct ffx_driver_ftp *ftp)
{
    int *value = &network->settle->values[FFX_D11_FTP_BEARER];
    static ftp_settings kept;
    long size;
    keep_settings(network, kept);
    if (set_session(network, ftp) != 0)
        tell(network, "an AT+FTP... setting is refused");
    const int sapbr_before = sapbr_is_open(network);
    const int by_app = reaches(network, &size);
    if (by_app)
        fetch_ftp(network, size);
    if (sapbr_before || !network->opened || network->closed) {
        if (!by_app)
            tell(network, "the FTP server is not reached");
    } else {
        close_app(network);
        network->opened = 0;
        const int by_sapbr = reaches_by_sapbr(network, !by_app);
        if (!by_app && !by_sapbr)
            tell(network, "the FTP server is not reached");
        else
            *value = by_app && by_sapbr ? 0 : by_sapbr ? 1 : 2;
        if (!open_app(network))
            network->closed = 1;
    }
    put_back(network, kept);
}

/* --- all together -------------------------------------------------------- */

static void settle_url(struct network *network, const char *url)
{
    static struct update_source source;
    if (network->closed || is_called_off(network))
        return;
    wait_for(network, PAUSE_MS);
    if (!begins(url, "ftp:")) {
        fetch_http(network, url);
    } else if (open_url(network, url, &source) == 0) {
        settle_ftp(network, &source.ftp);
        update_source_close(&source);
    }
}

static int is_fetching(struct network *network)
{
    char text[512];
    return ask_text(network, "AT+HTTPTOFS?", "+HTTPTOFS:", text, sizeof text) ==
               FFX_OK &&
           text[0] == '1';
}

/* http first: it says whether the bearer works. */
void network_settle(struct network *network)
{
    static const char *const order[] = {"http:", "https:", "ftp:"};
    if (is_fetching(network)) {
        tell(network, "the module fetches something already; ask again later");
        return;
    }
    if (!is_active(network) && !open_app(network))
        tell(network, "the module gets no bearer; check SIM, registration "
                      "and --apn, or open it with AT+CNACT before");
    else
        for (size_t kind = 0; kind < 3; kind++)
            for (size_t i = 0; i < network->count; i++)
                if (begins(network->urls[i], order[kind]))
                    settle_url(network, network->urls[i]);
    if (network->opened)
        close_app(network);
}
