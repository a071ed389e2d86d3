/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cli_usage usage = {
    "farfix modem status PORT [--json]",
    "What became of the last update (AT+CFOTA?) and the version that runs now\n"
    "(AT+GMR).",
    "  farfix modem status /dev/ttyUSB2",
};

/* Application note V1.01, chapter 3. */
static const char *const texts[] = {
    "unknown",
    "an update is asked for or runs; keep the power on",
    "the modem part is being rewritten; keep the power on",
    "the modem part failed; farfix update goes on with it",
    "the AP part is being rewritten; keep the power on",
    "the AP part failed; farfix update goes on with it",
    "updated",
    "the last package was refused; the old firmware runs",
    "no update pending",
};

static int report(struct modem_link *link, int json)
{
    char answer[32], version[64];
    if (modem_link_ask(link, "AT+CFOTA?", "+CFOTA:", answer, sizeof answer) !=
        FFX_OK)
        return cli_fail(CLI_FAILED, "the module does not answer AT+CFOTA?; its "
                                    "firmware can only be updated over USB");
    if (modem_link_ask(link, "AT+GMR", "Revision:", version, sizeof version) !=
        FFX_OK)
        snprintf(version, sizeof version, "-");
    const unsigned long status = strtoul(answer, NULL, 10);
    const char *text = texts[status <= 8 ? status : 0];
    if (!json) {
        printf("%lu %s\n%s\n", status, text, version);
        return CLI_DONE;
    }
    cli_json_open('{');
    cli_json_number("status", (long long)status);
    cli_json_text("text", text);
    cli_json_text("version", version);
    cli_json_close('}');
    cli_json_end();
    return CLI_DONE;
}

int cli_modem_status(int argc, char **argv)
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
    int code = modem_link_start(&link, port, &modem);
    if (code != 0)
        return code;
    code = report(&link, json);
    modem_link_close(&link);
    return code;
}
