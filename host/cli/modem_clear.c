/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/verbs.h"

#include <stdio.h>

static const struct cli_usage usage = {
    "farfix modem clear PORT",
    "Clears the result of the last update (AT+CFOTA=0). While an update is\n"
    "under way the module refuses, and nothing changes.",
    "  farfix modem clear /dev/ttyUSB2",
};

static int clear(struct modem_link *link)
{
    const int result = modem_link_command(link, "AT+CFOTA=0", 5000, NULL, NULL);
    if (result == FFX_OK) {
        puts("cleared");
        return CLI_DONE;
    }
    if (result == FFX_ERR_REFUSED)
        return cli_fail(CLI_FAILED, "the module refuses: an update is under "
                                    "way or wants its package; see farfix "
                                    "modem status");
    return cli_fail(CLI_FAILED,
                    "no answer to AT+CFOTA=0; see farfix modem status");
}

int cli_modem_clear(int argc, char **argv)
{
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *port;
    const struct cli_option options[] = {MODEM_OPTIONS(modem)};
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, &port, 1, 1);
    if (parsed >= 0)
        return parsed;
    int code = modem_link_start(&link, port, &modem);
    if (code != 0)
        return code;
    code = clear(&link);
    modem_link_close(&link);
    return code;
}
