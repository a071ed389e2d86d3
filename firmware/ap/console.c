/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include "board.h"
#include "config.h"
#include "logger.h"
#include "report.h"
#include "schedule.h"
#include "selftest.h"

#include <farfix/at.h>
#include <farfix/error.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONSOLE_OK = 0, CONSOLE_ERROR = -1 };

static char console_line[FFX_AT_LINE_MAX + 1];
static struct ffx_at_reader console_reader;

static int console_gmr(struct ffx_at_args *args)
{
    (void)args;
    printf("Revision:%s\n", board_release);
    return CONSOLE_OK;
}

static int console_clock_read(struct ffx_at_args *args)
{
    char text[40];
    const time_t now = logger_time();
    (void)args;
    strftime(text, sizeof text, "%y/%m/%d,%H:%M:%S+00", gmtime(&now));
    printf("+CCLK: \"%s\"\n", text);
    return CONSOLE_OK;
}

static int console_clock_write(struct ffx_at_args *args)
{
    char text[24];
    struct tm tm = {0};
    if (ffx_at_arg_string(args, text, sizeof text) != 1 ||
        sscanf(text, "%2d/%2d/%2d,%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
        return CONSOLE_ERROR;
    tm.tm_year += 100;
    tm.tm_mon -= 1;
    logger_set_time(mktime(&tm));
    return CONSOLE_OK;
}

static int console_config_read(struct ffx_at_args *args)
{
    (void)args;
    for (uint32_t i = 0; i < config_count(); i++) {
        const struct config_item *item = config_item(i);
        printf("+CONFIG: \"%s\",%g,\"%s\",(%g-%g)\n", item->name,
               config_value(i), item->unit, item->minimum, item->maximum);
    }
    return CONSOLE_OK;
}

static int console_config_write(struct ffx_at_args *args)
{
    char name[16], value[24];
    if (ffx_at_arg_string(args, name, sizeof name) != 1 ||
        ffx_at_arg_string(args, value, sizeof value) != 1 ||
        ffx_at_args_end(args) != 0)
        return CONSOLE_ERROR;
    return config_set(name, value) == 0 ? CONSOLE_OK : CONSOLE_ERROR;
}

static int console_values(struct ffx_at_args *args)
{
    (void)args;
    for (int i = 0; i < LOGGER_CHANNELS; i++) {
        const enum logger_channel channel = (enum logger_channel)i;
        printf("+VALUE: \"%s\",%.2f,\"%s\"\n", logger_channel_name(channel),
               logger_value(channel), logger_channel_unit(channel));
    }
    return CONSOLE_OK;
}

static int console_sample(struct ffx_at_args *args)
{
    int32_t count;
    if (ffx_at_arg_number(args, &count) != 1 || count < 1 || count > 1000)
        return CONSOLE_ERROR;
    while (count-- > 0)
        logger_sample();
    printf("+SAMPLE: %" PRIu32 "\n", logger_samples());
    return CONSOLE_OK;
}

static int console_report(struct ffx_at_args *args)
{
    char name[16];
    size_t count;
    const struct report *reports = report_list(&count);
    if (ffx_at_arg_string(args, name, sizeof name) != 1)
        return CONSOLE_ERROR;
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(reports[i].name, name) != 0)
            continue;
        char *const text = malloc(2048);
        const int length = text != NULL ? reports[i].write(text, 2048) : -1;
        if (length >= 0)
            printf("+REPORT: %d\n%s\n", length, text);
        free(text);
        return length >= 0 ? CONSOLE_OK : CONSOLE_ERROR;
    }
    return CONSOLE_ERROR;
}

static int console_tasks(struct ffx_at_args *args)
{
    (void)args;
    schedule_print(board_ms());
    return CONSOLE_OK;
}

static int console_selftest(struct ffx_at_args *args)
{
    (void)args;
    return selftest_run();
}

static const struct {
    const char *name;
    enum ffx_at_form form;
    int (*run)(struct ffx_at_args *args);
    const char *help;
} console_commands[] = {
    {"+GMR", FFX_AT_EXECUTE, console_gmr, "release"},
    {"+CCLK", FFX_AT_READ, console_clock_read, "wall clock"},
    {"+CCLK", FFX_AT_WRITE, console_clock_write, "\"yy/mm/dd,hh:mm:ss\""},
    {"+CONFIG", FFX_AT_READ, console_config_read, "settings and ranges"},
    {"+CONFIG", FFX_AT_WRITE, console_config_write, "\"name\",value"},
    {"+VALUE", FFX_AT_READ, console_values, "smoothed values"},
    {"+SAMPLE", FFX_AT_WRITE, console_sample, "count of readings to take"},
    {"+REPORT", FFX_AT_WRITE, console_report, "\"name\" of a report"},
    {"+SELFTEST", FFX_AT_EXECUTE, console_selftest, "the update agent"},
    {"+TASKS", FFX_AT_READ, console_tasks, "what runs when"},
};
#define CONSOLE_COMMANDS (sizeof console_commands / sizeof console_commands[0])

static const char *const console_forms[] = {
    [FFX_AT_EXECUTE] = "",
    [FFX_AT_READ] = "?",
    [FFX_AT_TEST] = "=?",
    [FFX_AT_WRITE] = "=",
};

static int console_help(void)
{
    for (size_t i = 0; i < CONSOLE_COMMANDS; i++)
        printf("AT%s%s %s\n", console_commands[i].name,
               console_forms[console_commands[i].form],
               console_commands[i].help);
    return CONSOLE_OK;
}

static int console_run(const struct ffx_at_command *command)
{
    if (ffx_at_command_is(command, "+HELP"))
        return console_help();
    for (size_t i = 0; i < CONSOLE_COMMANDS; i++) {
        if (console_commands[i].form != command->form ||
            !ffx_at_command_is(command, console_commands[i].name))
            continue;
        struct ffx_at_args args;
        ffx_at_args_init(&args, command->arguments, command->arguments_length);
        return console_commands[i].run(&args);
    }
    return CONSOLE_ERROR;
}

static void console_answer(void)
{
    struct ffx_at_line line;
    struct ffx_at_command command;
    int more, verdict = CONSOLE_OK;
    ffx_at_line_init(&line, console_line);
    while ((more = ffx_at_line_next(&line, &command)) == 1) {
        verdict = console_run(&command);
        if (verdict != CONSOLE_OK)
            break;
    }
    puts(more < 0 || verdict != CONSOLE_OK ? "\nERROR" : "\nOK");
    fflush(stdout);
}

void console_start(void)
{
    ffx_at_reader_init(&console_reader, console_line, sizeof console_line);
}

void console_poll(void)
{
    int byte;
    while ((byte = board_get()) >= 0) {
        int ready = 0;
        const char c = (char)byte;
        ffx_at_reader_feed(&console_reader, &c, 1, &ready);
        if (ready)
            console_answer();
    }
}
