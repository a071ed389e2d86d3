/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_screen.h"
#include "cli/modem_tap.h"
#include "cli/modem_transcript.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUIET_MS 150u /* what belongs to an answer follows sooner */

static const struct cli_usage usage = {
    "farfix modem record PORT -o FILE [--pty LINK]",
    "Sends the AT lines of standard input one by one and writes down what was\n"
    "said on both sides, in the language of tests/wire. \": wait MS\" between\n"
    "them listens so long. IMEI, ICCID, IMSI, phone numbers, addresses, "
    "times,\n"
    "PINs and logins become placeholders; read the file all the same before "
    "you\n"
    "show it. A command that wants bytes or answers with them ends it.\n"
    "\n"
    "With --pty another program speaks: what it says at LINK goes to the "
    "module,\n"
    "and back. Of files only lengths are written down. It ends when the "
    "program\n"
    "closes LINK, or by Ctrl-C.",
    "  printf 'ATI\\nAT+CFOTA?\\n' | farfix modem record /dev/ttyUSB2 -o "
    "a.txt\n"
    "  farfix modem replay a.txt /dev/ttyUSB2\n"
    "  farfix modem record /dev/ttyUSB2 -o update.txt --pty tap &\n"
    "  farfix update tap update.zip --to 1529B06SIM7000G --flow none",
};

struct record {
    struct screen screen;
    struct transcript transcript;
    uint32_t answer_ms;
};

/* --- one line ------------------------------------------------------------ */

static int binary(const char *command)
{
    return cli_fail(CLI_FAILED,
                    "the answer to %.*s is no text; farfix modem get and put "
                    "copy files",
                    (int)strcspn(command, "="), command);
}

/* Until it is quiet. */
static int listen(struct record *record, const char *command, uint32_t ms)
{
    int got;
    while ((got = screen_line(&record->screen, ms)) == 1)
        transcript_add(&record->transcript, "<", record->screen.line);
    return got == 0 ? 0 : binary(command);
}

static int hold(struct record *record, const char *command)
{
    const uint32_t ms = record->answer_ms;
    const size_t start = record->transcript.count;
    int got, final = 0;
    mask_learn(&record->transcript.mask, command);
    if (modem_link_say(record->screen.link, command) != FFX_OK)
        return cli_fail(CLI_FAILED, "the port takes nothing; check the wires");
    while (!final && (got = screen_line(&record->screen, ms)) == 1) {
        transcript_add(&record->transcript, "<", record->screen.line);
        if (strcmp(record->screen.line, "DOWNLOAD") == 0)
            return binary(command);
        final = screen_is_final(record->screen.line);
    }
    if (!final && got < 0)
        return binary(command);
    if (!final)
        return cli_fail(CLI_FAILED,
                        "no answer to %.*s in %u seconds; check power, port "
                        "and baud rate",
                        (int)strcspn(command, "="), command,
                        (unsigned)(ms / 1000));
    transcript_typed(&record->transcript, start, command);
    return listen(record, command, QUIET_MS);
}

static int take_input(struct record *record, char *text, unsigned number)
{
    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] == '\0' || text[0] == '#')
        return 0;
    if (strncmp(text, ": wait ", 7) == 0)
        return listen(record, text, (uint32_t)strtoul(text + 7, NULL, 10));
    if (strncasecmp(text, "AT", 2) != 0 || strlen(text) > FFX_AT_LINE_MAX + 2 ||
        strpbrk(text, "\t\033") != NULL)
        return cli_fail(CLI_FAILED, "line %u is no AT command", number);
    return hold(record, text);
}

static int take_all(struct record *record)
{
    char text[MASK_LINE];
    int code = listen(record, "nothing", QUIET_MS);
    for (unsigned number = 1;
         code == 0 && fgets(text, sizeof text, stdin) != NULL; number++)
        code = take_input(record, text, number);
    return code;
}

/* --- all together -------------------------------------------------------- */

int cli_modem_record(int argc, char **argv)
{
    static struct record record;
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *port, *out = NULL, *pty = NULL;
    uint32_t seconds = 10;
    int keep = 0;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &out, "FILE", "where the dialogue goes"},
        {"--timeout", CLI_NUMBER, &seconds, "S",
         "seconds that an answer may take (10)"},
        {"--pty", CLI_TEXT, &pty, "LINK",
         "a pseudo terminal at which a program speaks instead"},
        {"--keep", CLI_FLAG, &keep, NULL, "and then another one, until Ctrl-C"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, &port, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (out == NULL)
        return cli_fail(CLI_USAGE, "-o FILE is missing");
    if (keep && pty == NULL)
        return cli_fail(CLI_USAGE, "--keep belongs to --pty");
    if (seconds == 0 || seconds > 3600)
        return cli_fail(CLI_USAGE, "--timeout wants 1 to 3600");
    int code = modem_link_open(&link, port, &modem);
    if (code != 0)
        return code;
    record.screen.link = &link;
    record.answer_ms = seconds * 1000;
    code = pty != NULL ? tap_session(&link, &record.transcript, pty, keep)
                       : take_all(&record);
    modem_link_close(&link);
    if (code == 0)
        code = transcript_write(&record.transcript, out);
    transcript_free(&record.transcript);
    return code;
}
