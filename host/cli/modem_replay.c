/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_screen.h"
#include "cli/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_MS 300u

static const struct cli_usage usage = {
    "farfix modem replay FILE PORT [--package FILE]",
    "Types the lines of a recorded dialogue and compares what the module "
    "says;\n"
    "{imei} {n} {ip} {time} stand for any. {pin} {user} {password} {apn_user}\n"
    "{apn_password} are SIM_PIN, FTP_USER, FTP_PASSWORD, APN_USER and\n"
    "APN_PASSWORD of --secrets or the environment. The first difference ends "
    "it.\n"
    "A dialogue in which a file goes to the module, or comes back, needs "
    "--package:\n"
    "it has only their lengths.",
    "  farfix modem replay a.txt /dev/ttyUSB2\n"
    "  farfix modem replay update.txt /dev/ttyUSB2 --package update.zip",
};

/* Lines that may come any number of times, before the next that may not. */
#define GROUP 4u

struct replay {
    struct screen screen;
    const char *path, *secrets;
    struct pack_buffer package;
    size_t sent; /* of it */
    char group[GROUP][MASK_LINE];
    size_t grouped;
    int pushed;      /* the screen's line was none of them: it comes again */
    unsigned number; /* of the line in hand */
    uint32_t answer_ms;
    int silent; /* echo is off */
};

/* --- placeholders -------------------------------------------------------- */

/* What is typed must have all its values. */
static int expand(const struct replay *replay, const char *text, char *out,
                  size_t capacity)
{
    size_t used = 0;
    while (*text != '\0') {
        char name[16], one[2] = {*text, '\0'};
        const char *behind = mask_placeholder(text, name);
        const char *secret = behind != NULL ? mask_secret_name(name) : NULL;
        const char *value =
            behind == NULL ? one : cli_secret(replay->secrets, secret);
        if (behind != NULL && secret == NULL)
            return cli_fail(CLI_FAILED,
                            "%s:%u: {%s} was masked; write what is to be typed",
                            replay->path, replay->number, name);
        if (value == NULL)
            return cli_fail(CLI_FAILED,
                            "%s:%u: {%s} is missing; set FARFIX_%s or "
                            "--secrets",
                            replay->path, replay->number, name, secret);
        const int put = snprintf(out + used, capacity - used, "%s", value);
        if (put < 0 || (size_t)put >= capacity - used)
            return cli_fail(CLI_FAILED, "%s:%u: the line is too long",
                            replay->path, replay->number);
        used += (size_t)put;
        text = behind != NULL ? behind : text + 1;
    }
    out[used] = '\0';
    return 0;
}

static size_t pattern_length(const char *name, const char *text)
{
    if (mask_secret_name(name) != NULL)
        return strcspn(text, "\",@:");
    if (strcmp(name, "ip") == 0)
        return strspn(text, "0123456789abcdefABCDEF.:");
    if (strcmp(name, "time") == 0)
        return strspn(text, "0123456789/,:+-");
    if (strcmp(name, "position") == 0)
        return strspn(text, "0123456789.");
    if (strcmp(name, "text") == 0)
        return strlen(text);
    return strspn(text, "0123456789");
}

static int matches(const char *wanted, const char *text)
{
    while (*wanted != '\0') {
        char name[16];
        const char *behind = mask_placeholder(wanted, name);
        if (behind == NULL) {
            if (*wanted++ != *text++)
                return 0;
            continue;
        }
        const size_t length = pattern_length(name, text);
        if (length == 0)
            return 0;
        text += length;
        wanted = behind;
    }
    return *text == '\0';
}

/* --- lines --------------------------------------------------------------- */

static int next_line(struct replay *replay)
{
    const int pushed = replay->pushed;
    replay->pushed = 0;
    return pushed ? 1 : screen_line(&replay->screen, replay->answer_ms);
}

/* Until there is one that is none of the group. */
static void skip_group(struct replay *replay)
{
    int again = replay->grouped > 0;
    while (again && next_line(replay) == 1) {
        again = 0;
        for (size_t i = 0; i < replay->grouped && !again; i++)
            again = matches(replay->group[i], replay->screen.line);
        replay->pushed = !again;
    }
    replay->grouped = 0;
}

static int expect(struct replay *replay, const char *wanted)
{
    const int got = next_line(replay);
    if (got == 1 && matches(wanted, replay->screen.line))
        return 0;
    if (got == 1)
        return cli_fail(
            CLI_FAILED, "%s:%u: the module says '%.100s', the file '%.100s'",
            replay->path, replay->number, replay->screen.line, wanted);
    return cli_fail(CLI_FAILED, "%s:%u: the module %s; the file has '%.100s'",
                    replay->path, replay->number,
                    got == 0 ? "says nothing" : "says no text", wanted);
}

static int type(struct replay *replay, const char *text)
{
    char typed[MASK_LINE];
    const int code = expand(replay, text, typed, sizeof typed);
    if (code != 0)
        return code;
    if (modem_link_say(replay->screen.link, typed) != FFX_OK)
        return cli_fail(CLI_FAILED, "the port takes nothing; check the wires");
    return replay->silent ? 0 : expect(replay, typed);
}

static int lacks_package(struct replay *replay, size_t from, size_t length)
{
    if (replay->package.bytes == NULL)
        return cli_fail(CLI_FAILED,
                        "%s:%u: the bytes of a file are not in it; name that "
                        "with --package",
                        replay->path, replay->number);
    if (from > replay->package.length || length > replay->package.length - from)
        return cli_fail(CLI_FAILED, "%s:%u: the package has only %zu bytes",
                        replay->path, replay->number, replay->package.length);
    return 0;
}

/* ": send 10000", ": send rest" */
static int send_package(struct replay *replay, const char *text)
{
    const size_t left = replay->package.length - replay->sent;
    const size_t length =
        strcmp(text, "rest") == 0 ? left : strtoul(text, NULL, 10);
    const int code = lacks_package(replay, replay->sent, length);
    if (code != 0)
        return code;
    if (modem_link_send(replay->screen.link,
                        replay->package.bytes + replay->sent, length) != FFX_OK)
        return cli_fail(CLI_FAILED, "the port takes nothing; check the wires");
    replay->sent += length;
    return 0;
}

/* "100 50": so many bytes of the package, from there on. */
static int expect_package(struct replay *replay, const char *text)
{
    char *rest;
    const size_t length = strtoul(text, &rest, 10);
    const size_t from = strtoul(rest, NULL, 10);
    const int code = lacks_package(replay, from, length);
    if (code != 0)
        return code;
    const size_t same =
        screen_bytes(&replay->screen, replay->package.bytes + from, length,
                     replay->answer_ms);
    return same == length
               ? 0
               : cli_fail(CLI_FAILED,
                          "%s:%u: byte %zu is not that of the package",
                          replay->path, replay->number, from + same);
}

/* Behind the last line. */
static int expect_silence(struct replay *replay)
{
    skip_group(replay);
    if (replay->pushed)
        return cli_fail(CLI_FAILED,
                        "%s:%u: the file ends, the module says '%.100s'",
                        replay->path, replay->number, replay->screen.line);
    return screen_line(&replay->screen, QUIET_MS) == 0
               ? 0
               : cli_fail(CLI_FAILED,
                          "%s:%u: the file ends, the module says '%.100s'",
                          replay->path, replay->number, replay->screen.line);
}

static int play_line(struct replay *replay, const char *text)
{
    if (text[0] == '\0' || text[0] == '#')
        return 0;
    if (strncmp(text, "<*", 2) == 0 && replay->grouped < GROUP) {
        snprintf(replay->group[replay->grouped++], MASK_LINE, "%s",
                 text + (text[2] == ' ' ? 3 : 2));
        return 0;
    }
    skip_group(replay);
    if (strncmp(text, ": send ", 7) == 0)
        return send_package(replay, text + 7);
    if (strncmp(text, "<: ", 3) == 0)
        return expect_package(replay, text + 3);
    if (strncmp(text, "> ", 2) == 0)
        return type(replay, text + 2);
    if (strcmp(text, "<") == 0 || strncmp(text, "< ", 2) == 0)
        return expect(replay, text + (text[1] == ' ' ? 2 : 1));
    if (strcmp(text, ": echo off") == 0 || strcmp(text, ": echo on") == 0) {
        replay->silent = text[8] == 'f';
        return 0;
    }
    return cli_fail(CLI_FAILED,
                    "%s:%u: only '> ', '< ', ': echo' and ': send' can be "
                    "played here",
                    replay->path, replay->number);
}

static int play(struct replay *replay, FILE *stream)
{
    char text[MASK_LINE];
    int code = 0;
    while (screen_line(&replay->screen, QUIET_MS) == 1)
        ; /* what came before */
    while (code == 0 && fgets(text, sizeof text, stream) != NULL) {
        replay->number++;
        text[strcspn(text, "\r\n")] = '\0';
        code = play_line(replay, text);
    }
    if (code == 0)
        code = expect_silence(replay);
    if (code == 0)
        printf("%s: %u lines, as before\n", replay->path, replay->number);
    return code;
}

int cli_modem_replay(int argc, char **argv)
{
    static struct replay replay;
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *words[2], *package = NULL;
    struct pack_error error;
    uint32_t seconds = 60;
    const struct cli_option options[] = {
        {"--timeout", CLI_NUMBER, &seconds, "S",
         "seconds that a line may take (60)"},
        {"--secrets", CLI_TEXT, &replay.secrets, "FILE",
         "NAME=value lines for what was masked"},
        {"--package", CLI_TEXT, &package, "FILE",
         "the file of which it has only lengths"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, words, 2, 2);
    if (parsed >= 0)
        return parsed;
    if (seconds == 0 || seconds > 3600)
        return cli_fail(CLI_USAGE, "--timeout wants 1 to 3600");
    if (package != NULL &&
        pack_read_file(package, &replay.package, &error) != 0)
        return cli_fail(error.missing ? CLI_MISSING : CLI_FAILED, "%s",
                        error.text);
    FILE *stream = fopen(words[0], "r");
    if (stream == NULL)
        return cli_fail(CLI_MISSING, "cannot read %s: %s", words[0],
                        strerror(errno));
    replay.path = words[0];
    replay.answer_ms = seconds * 1000;
    replay.screen.link = &link;
    int code = modem_link_open(&link, words[1], &modem);
    if (code == 0) {
        code = play(&replay, stream);
        modem_link_close(&link);
    }
    fclose(stream);
    pack_buffer_free(&replay.package);
    return code;
}
