/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix modem info PORT [--json]",
    "Asks a module what it is, what it runs and how it stands: identity, "
    "radio,\n"
    "SIM, supply, bearer, update status, free space. PORT is a serial device, "
    "a\n"
    "PTY or tcp:HOST:PORT. What a firmware does not answer is shown as \"-\".",
    "  farfix modem info /dev/ttyUSB2\n"
    "  farfix modem info tcp:localhost:7000 --json",
};

/* One command, one line of the report. */
static const struct {
    const char *key, *command, *beginning;
    int in_bracket; /* between CFSINIT and CFSTERM */
} facts[] = {
    {"model", "AT+GMM", "", 0},
    {"version", "AT+GMR", "Revision:", 0},
    {"imei", "AT+GSN", "", 0},
    {"update", "AT+CFOTA?", "+CFOTA:", 0},
    {"supply", "AT+CBC", "+CBC:", 0},
    {"sim", "AT+CPIN?", "+CPIN:", 0},
    {"function", "AT+CFUN?", "+CFUN:", 0},
    {"mode", "AT+CNMP?", "+CNMP:", 0},
    {"lte", "AT+CMNB?", "+CMNB:", 0},
    {"operator", "AT+COPS?", "+COPS:", 0},
    {"signal", "AT+CSQ", "+CSQ:", 0},
    {"registered", "AT+CEREG?", "+CEREG:", 0},
    {"apn", "AT+CGNAPN", "+CGNAPN:", 0},
    {"bearer", "AT+CNACT?", "+CNACT:", 0},
    {"rate", "AT+IPR?", "+IPR:", 0},
    {"free", "AT+CFSGFRS?", "+CFSGFRS:", 1},
    {"package", "AT+CFSGFIS=1,\"update.zip\"", "+CFSGFIS:", 1},
};
#define FACTS (sizeof facts / sizeof facts[0])

/* "SIMCOM_SIM7000G": the rest of the world says SIM7000G. */
static void strip_vendor(char *model)
{
    static const char vendor[] = "SIMCOM_";
    const size_t length = sizeof vendor - 1;
    if (strncmp(model, vendor, length) == 0)
        memmove(model, model + length, strlen(model + length) + 1);
}

static void report(struct modem_link *link, size_t i, int json)
{
    char answer[160];
    if (modem_link_ask(link, facts[i].command, facts[i].beginning, answer,
                       sizeof answer) != FFX_OK)
        snprintf(answer, sizeof answer, "-");
    if (i == 0)
        strip_vendor(answer);
    if (json)
        cli_json_text(facts[i].key, answer);
    else
        printf("%-11s %s\n", facts[i].key, answer);
}

static void report_all(struct modem_link *link, int json)
{
    if (json)
        cli_json_open('{');
    for (size_t i = 0; i < FACTS; i++) {
        if (facts[i].in_bracket && !facts[i - 1].in_bracket)
            modem_link_command(link, "AT+CFSINIT", 5000, NULL, NULL);
        report(link, i, json);
    }
    modem_link_command(link, "AT+CFSTERM", 5000, NULL, NULL);
    if (!json)
        return;
    cli_json_close('}');
    cli_json_end();
}

int cli_modem_info(int argc, char **argv)
{
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *port;
    int json = 0;
    const struct cli_option options[] = {
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, &port, 1, 1);
    if (parsed >= 0)
        return parsed;
    const int code = modem_link_start(&link, port, &modem);
    if (code != 0)
        return code;
    report_all(&link, json);
    modem_link_close(&link);
    return CLI_DONE;
}
