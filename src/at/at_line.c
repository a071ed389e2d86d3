/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include <farfix/at.h>
#include <farfix/error.h>

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return upper(c) >= 'A' && upper(c) <= 'Z';
}

void ffx_at_line_init(struct ffx_at_line *line, const char *text)
{
    line->next = text;
    line->end = text + bytes_length(text);
}

static int at_end(const struct ffx_at_line *line)
{
    return line->next == line->end;
}

static int next_is(const struct ffx_at_line *line, char c)
{
    return !at_end(line) && *line->next == c;
}

static void skip_spaces(struct ffx_at_line *line)
{
    while (next_is(line, ' '))
        line->next++;
}

/* Up to the ';' that ends an extended command. Quotes protect. */
static int take_arguments(struct ffx_at_line *line,
                          struct ffx_at_command *command)
{
    int quoted = 0;
    command->arguments = line->next;
    while (!at_end(line) && (quoted || *line->next != ';')) {
        if (*line->next == '"')
            quoted = !quoted;
        line->next++;
    }
    command->arguments_length = (uint32_t)(line->next - command->arguments);
    return quoted ? FFX_ERR_SYNTAX : 1;
}

static int take_form(struct ffx_at_line *line, struct ffx_at_command *command)
{
    command->form = FFX_AT_EXECUTE;
    command->arguments = line->next;
    command->arguments_length = 0;
    if (next_is(line, '?')) {
        command->form = FFX_AT_READ;
        line->next++;
        return 1;
    }
    if (!next_is(line, '='))
        return 1;
    line->next++;
    command->form = FFX_AT_WRITE;
    const int result = take_arguments(line, command);
    if (command->arguments_length == 1 && command->arguments[0] == '?') {
        command->form = FFX_AT_TEST;
        command->arguments_length = 0;
    }
    return result;
}

static int take_extended(struct ffx_at_line *line,
                         struct ffx_at_command *command)
{
    command->name = line->next++;
    while (!at_end(line) && (is_letter(*line->next) || is_digit(*line->next)))
        line->next++;
    command->name_length = (uint32_t)(line->next - command->name);
    const int result = take_form(line, command);
    skip_spaces(line);
    if (at_end(line))
        return result;
    return *line->next++ == ';' ? result : FFX_ERR_SYNTAX;
}

static void take_digits(struct ffx_at_line *line)
{
    while (!at_end(line) && is_digit(*line->next))
        line->next++;
}

/* S-parameters: the number is part of the name; the value follows '='. */
static int take_register(struct ffx_at_line *line,
                         struct ffx_at_command *command)
{
    take_digits(line);
    command->name_length = (uint32_t)(line->next - command->name);
    command->form = FFX_AT_EXECUTE;
    if (next_is(line, '?'))
        command->form = FFX_AT_READ;
    else if (next_is(line, '='))
        command->form = FFX_AT_WRITE;
    if (command->form != FFX_AT_EXECUTE)
        line->next++;
    command->arguments = line->next;
    if (command->form == FFX_AT_WRITE)
        take_digits(line);
    command->arguments_length = (uint32_t)(line->next - command->arguments);
    return 1;
}

/* ATD: whatever stands before ';' or the end is the number (V.250, 6.3.1). */
static int take_dialled(struct ffx_at_line *line,
                        struct ffx_at_command *command)
{
    command->form = FFX_AT_EXECUTE;
    return take_arguments(line, command);
}

/* V.250 5.3.1: a letter, or '&' and a letter, then a decimal number. */
static int take_basic(struct ffx_at_line *line, struct ffx_at_command *command)
{
    command->name = line->next;
    if (*line->next == '&')
        line->next++;
    if (at_end(line) || !is_letter(*line->next))
        return FFX_ERR_SYNTAX;
    line->next++;
    if (upper(command->name[0]) == 'S')
        return take_register(line, command);
    command->name_length = (uint32_t)(line->next - command->name);
    if (upper(command->name[0]) == 'D')
        return take_dialled(line, command);
    command->form = FFX_AT_EXECUTE;
    command->arguments = line->next;
    take_digits(line);
    command->arguments_length = (uint32_t)(line->next - command->arguments);
    return 1;
}

int ffx_at_line_next(struct ffx_at_line *line, struct ffx_at_command *command)
{
    skip_spaces(line);
    if (at_end(line))
        return 0;
    const char first = *line->next;
    if (first == '+' || first == '*')
        return take_extended(line, command);
    const int result = take_basic(line, command);
    skip_spaces(line);
    if (result == 1 && next_is(line, ';'))
        line->next++;
    return result;
}

int ffx_at_command_is(const struct ffx_at_command *command, const char *name)
{
    uint32_t i = 0;
    while (i < command->name_length && name[i] != '\0' &&
           upper(command->name[i]) == name[i])
        i++;
    return i == command->name_length && name[i] == '\0';
}
