/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_screen.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define QUIET_MS 150u /* what belongs to an answer follows sooner */

static const struct cli_usage usage = {
    "farfix modem record PORT -o FILE",
    "Sends the AT lines of standard input one by one and writes down what was\n"
    "said on both sides, in the language of tests/wire. \": wait MS\" between\n"
    "them listens so long. IMEI, ICCID, IMSI, phone numbers, addresses, "
    "times,\n"
    "PINs and logins become placeholders; read the file all the same before "
    "you\n"
    "show it. A command that wants bytes or answers with them ends it.",
    "  printf 'ATI\\nAT+CFOTA?\\n' | farfix modem record /dev/ttyUSB2 -o "
    "a.txt\n"
    "  farfix modem replay a.txt /dev/ttyUSB2",
};

struct record {
    struct screen screen;
    struct mask mask;
    char **lines; /* "> typed", "< shown" */
    size_t count, capacity;
    uint32_t answer_ms;
    int silent; /* echo is off, as the transcript has it */
};

static void add(struct record *record, const char *mark, const char *text)
{
    char line[MASK_LINE + 4];
    if (record->count == record->capacity) {
        record->capacity = record->capacity * 2 + 64;
        record->lines =
            realloc(record->lines, record->capacity * sizeof(char *));
        if (record->lines == NULL)
            abort();
    }
    snprintf(line, sizeof line, "%s%s%s", mark, text[0] != '\0' ? " " : "",
             text);
    record->lines[record->count] = strdup(line);
    if (record->lines[record->count++] == NULL)
        abort();
    mask_learn(&record->mask, text);
}

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
        add(record, "<", record->screen.line);
    return got == 0 ? 0 : binary(command);
}

/* Puts the line that was added last at `place`. */
static void move_up(struct record *record, size_t place)
{
    char *line = record->lines[record->count - 1];
    memmove(record->lines + place + 1, record->lines + place,
            (record->count - 1 - place) * sizeof(char *));
    record->lines[place] = line;
}

/* From `start` on it shows what came behind the command. The echo becomes
 * what is typed, with what came unasked before it; without one, that is said
 * first. */
static void note_typed(struct record *record, size_t start, const char *command)
{
    size_t place = start;
    while (place < record->count &&
           strcmp(record->lines[place] + 1 + (record->lines[place][1] == ' '),
                  command) != 0)
        place++;
    const int echoed = place < record->count;
    if (echoed) {
        record->lines[place][0] = '>';
    } else {
        place = start;
        add(record, ">", command);
        move_up(record, place);
    }
    if (echoed == record->silent) {
        add(record, ":", echoed ? "echo on" : "echo off");
        move_up(record, place);
    }
    record->silent = !echoed;
}

static int hold(struct record *record, const char *command)
{
    const uint32_t ms = record->answer_ms;
    const size_t start = record->count;
    int got, final = 0;
    mask_learn(&record->mask, command);
    if (modem_link_say(record->screen.link, command) != FFX_OK)
        return cli_fail(CLI_FAILED, "the port takes nothing; check the wires");
    while (!final && (got = screen_line(&record->screen, ms)) == 1) {
        add(record, "<", record->screen.line);
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
    note_typed(record, start, command);
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

/* --- the file ------------------------------------------------------------ */

static int asks_imei(const char *line)
{
    return strcasestr(line, "GSN") != NULL || strcasestr(line, "ATI") != NULL ||
           strcasestr(line, "SIMCOMATI") != NULL;
}

static int print_masked(const struct record *record, FILE *out)
{
    char date[16], line[2 * MASK_LINE];
    const time_t now = time(NULL);
    struct tm day;
    int imei = 0;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &day));
    fprintf(out, "# a dialogue with a module, recorded on %s\n", date);
    for (size_t i = 0; i < record->count; i++) {
        const char *text = record->lines[i];
        if (text[0] == '>')
            imei = asks_imei(text);
        if (mask_line(&record->mask, text, imei, line, sizeof line) != 0)
            return cli_fail(CLI_FAILED, "a line is too long to be masked");
        fprintf(out, "%s\n", line);
    }
    return 0;
}

static int write_down(const struct record *record, const char *out)
{
    struct pack_error error;
    char *text = NULL;
    size_t length = 0;
    if (record->mask.full)
        return cli_fail(CLI_FAILED, "there are more logins than can be "
                                    "masked; record fewer lines");
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return cli_fail(CLI_FAILED, "out of memory");
    int code = print_masked(record, stream);
    fclose(stream);
    if (code == 0 && pack_write_file(out, text, length, 0, &error) != 0)
        code = cli_fail(CLI_FAILED, "%s", error.text);
    else if (code == 0)
        printf("%s: %zu lines\n", out, record->count);
    free(text);
    return code;
}

int cli_modem_record(int argc, char **argv)
{
    static struct record record;
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *port, *out = NULL;
    uint32_t seconds = 10;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &out, "FILE", "where the dialogue goes"},
        {"--timeout", CLI_NUMBER, &seconds, "S",
         "seconds that an answer may take (10)"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, &port, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (out == NULL)
        return cli_fail(CLI_USAGE, "-o FILE is missing");
    if (seconds == 0 || seconds > 3600)
        return cli_fail(CLI_USAGE, "--timeout wants 1 to 3600");
    int code = modem_link_open(&link, port, &modem);
    if (code != 0)
        return code;
    record.screen.link = &link;
    record.answer_ms = seconds * 1000;
    code = take_all(&record);
    modem_link_close(&link);
    if (code == 0)
        code = write_down(&record, out);
    for (size_t i = 0; i < record.count; i++)
        free(record.lines[i]);
    free(record.lines);
    return code;
}
