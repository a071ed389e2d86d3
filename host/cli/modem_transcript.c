/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_transcript.h"

#include "cli/cli.h"
#include "cli/modem_screen.h"
#include "pack/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void transcript_add(struct transcript *transcript, const char *mark,
                    const char *text)
{
    char line[MASK_LINE + 4];
    if (transcript->count == transcript->capacity) {
        transcript->capacity = transcript->capacity * 2 + 64;
        transcript->lines =
            realloc(transcript->lines, transcript->capacity * sizeof(char *));
        if (transcript->lines == NULL)
            abort();
    }
    snprintf(line, sizeof line, "%s%s%s", mark, text[0] != '\0' ? " " : "",
             text);
    transcript->lines[transcript->count] = strdup(line);
    if (transcript->lines[transcript->count++] == NULL)
        abort();
    mask_learn(&transcript->mask, text);
}

/* Puts the line that was added last at `place`. */
static void move_up(struct transcript *transcript, size_t place)
{
    char *line = transcript->lines[transcript->count - 1];
    memmove(transcript->lines + place + 1, transcript->lines + place,
            (transcript->count - 1 - place) * sizeof(char *));
    transcript->lines[place] = line;
}

void transcript_typed(struct transcript *transcript, size_t start,
                      const char *command)
{
    char **lines = transcript->lines;
    size_t place = start;
    while (place < transcript->count &&
           strcmp(lines[place] + 1 + (lines[place][1] == ' '), command) != 0)
        place++;
    const int echoed = place < transcript->count;
    if (echoed) {
        lines[place][0] = '>';
    } else {
        place = start;
        transcript_add(transcript, ">", command);
        move_up(transcript, place);
    }
    if (echoed == transcript->silent) {
        transcript_add(transcript, ":", echoed ? "echo on" : "echo off");
        move_up(transcript, place);
    }
    transcript->silent = !echoed;
}

/* --- the file ------------------------------------------------------------ */

static int asks_imei(const char *line)
{
    return strcasestr(line, "GSN") != NULL || strcasestr(line, "ATI") != NULL ||
           strcasestr(line, "SIMCOMATI") != NULL;
}

/* What stands behind this line is a message: text, or a PDU, which has numbers
 * that no eye finds. */
static int is_message_head(const char *line)
{
    static const char *const heads[] = {
        "< +CMGR:", "< +CMGL:", "< +CMT:", "< +CDS:", "< +CBM:"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (strncmp(line, heads[i], strlen(heads[i])) == 0)
            return 1;
    return 0;
}

/* `in` a message before this line; is the next one in it? It ends with what
 * the module was asked; what comes unasked has one line. */
static int is_in_message(int in, const char *line)
{
    if (is_message_head(line))
        return strncmp(line, "< +CMG", 6) == 0 ? 2 : 1;
    if (line[0] != '<' || screen_is_final(line + 1 + (line[1] == ' ')))
        return 0;
    return in == 1 && line[1] != '\0' ? 0 : in;
}

static int is_progress(const char *line)
{
    static const char progress[] = "< +CFOTA: \"Updating\",";
    return strncmp(line, progress, sizeof progress - 1) == 0;
}

/* The progress of an update is never the same twice: its first line stays, the
 * others become one that may come any number of times. How many lines from
 * `at` on that is; 0: none. */
static size_t fold(const struct transcript *transcript, size_t at, FILE *out)
{
    size_t behind = at, steps = 0;
    if (at == 0 || !is_progress(transcript->lines[at - 1]))
        return 0;
    for (; behind < transcript->count; behind++) {
        const char *line = transcript->lines[behind];
        if (!is_progress(line) && strcmp(line, "<") != 0 && line[0] != '#')
            break;
        steps += (size_t)is_progress(line);
    }
    if (steps > 0)
        fprintf(out, "<* \n<* +CFOTA: \"Updating\",{done}\n");
    return steps > 0 ? behind - at : 0;
}

static int print_masked(const struct transcript *transcript, FILE *out)
{
    char date[16], line[2 * MASK_LINE];
    const time_t now = time(NULL);
    struct tm day;
    int imei = 0, message = 0;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &day));
    fprintf(out, "# a dialogue with a module, recorded on %s\n", date);
    for (size_t i = 0; i < transcript->count; i++) {
        i += fold(transcript, i, out);
        if (i == transcript->count)
            break;
        const char *text = transcript->lines[i];
        if (text[0] == '>')
            imei = asks_imei(text);
        const int was = message;
        message = is_in_message(was, text);
        if (was && text[0] == '<' && text[1] == ' ' && !is_message_head(text) &&
            !screen_is_final(text + 2))
            text = "< {text}";
        if (mask_line(&transcript->mask, text, imei, line, sizeof line) != 0)
            return cli_fail(CLI_FAILED, "a line is too long to be masked");
        fprintf(out, "%s\n", line);
    }
    return 0;
}

int transcript_write(struct transcript *transcript, const char *path)
{
    struct pack_error error;
    char *text = NULL;
    size_t length = 0;
    if (transcript->mask.full)
        return cli_fail(CLI_FAILED, "there are more logins than can be "
                                    "masked; record fewer lines");
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return cli_fail(CLI_FAILED, "out of memory");
    int code = print_masked(transcript, stream);
    fclose(stream);
    if (code == 0 && pack_write_file(path, text, length, 0, &error) != 0)
        code = cli_fail(CLI_FAILED, "%s", error.text);
    else if (code == 0)
        printf("%s: %zu lines\n", path, transcript->count);
    free(text);
    return code;
}

void transcript_free(struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++)
        free(transcript->lines[i]);
    free(transcript->lines);
}
