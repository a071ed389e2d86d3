/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/ini.h"

#include "pack/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* isspace and isdigit ask the locale. */
static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = '\0';
    return text;
}

static void cut_comment(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if ((*at == '#' || *at == ';') && (at == text || is_blank(at[-1]))) {
            *at = '\0';
            return;
        }
    }
}

int ini_fail(const struct ini *ini, unsigned line_number,
             struct pack_error *error, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* What a file says must not command the terminal. */
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return fail_with(error, FFX_ERR_MANIFEST, "%s:%u: %s", ini->path,
                     line_number > 0 ? line_number : 1, text);
}

void ini_start(struct ini *ini, const char *path, char *text)
{
    ini->path = path;
    ini->next = text;
    ini->line = 0;
}

static char *take_line(struct ini *ini)
{
    char *line = ini->next;
    if (*line == '\0')
        return NULL;
    char *end = strchr(line, '\n');
    ini->next = end != NULL ? end + 1 : line + strlen(line);
    if (end != NULL)
        *end = '\0';
    ini->line++;
    cut_comment(line);
    return trim(line);
}

static int take_section(struct ini *ini, char *text, struct ini_line *line,
                        struct pack_error *error)
{
    const size_t length = strlen(text);
    if (text[length - 1] != ']')
        return ini_fail(ini, ini->line, error, "']' is missing");
    text[length - 1] = '\0';
    text = trim(text + 1);
    char *argument = text + strcspn(text, " \t");
    if (*argument != '\0')
        *argument++ = '\0';
    line->is_section = 1;
    line->name = text;
    line->value = trim(argument);
    return 1;
}

static int take_key(struct ini *ini, char *text, struct ini_line *line,
                    struct pack_error *error)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return ini_fail(ini, ini->line, error,
                        "neither [section] nor key = value");
    *equals = '\0';
    line->is_section = 0;
    line->name = trim(text);
    line->value = trim(equals + 1);
    if (*line->value == '\0')
        return ini_fail(ini, ini->line, error, "'%.40s' has no value",
                        line->name);
    return 1;
}

int ini_next(struct ini *ini, struct ini_line *line, struct pack_error *error)
{
    for (;;) {
        char *text = take_line(ini);
        if (text == NULL)
            return 0;
        if (*text == '[')
            return take_section(ini, text, line, error);
        if (*text != '\0')
            return take_key(ini, text, line, error);
    }
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

int ini_number(const char *text, uint32_t *value)
{
    const int base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    uint64_t number = 0;
    if (base == 16)
        text += 2;
    if (digit_value(*text) >= base)
        return -1;
    for (; digit_value(*text) < base; text++) {
        number = number * (uint64_t)base + (uint64_t)digit_value(*text);
        if (number > UINT32_MAX)
            return -1;
    }
    if (*text == 'K' || *text == 'M')
        number <<= *text++ == 'K' ? 10 : 20;
    if (*text != '\0' || number > UINT32_MAX)
        return -1;
    *value = (uint32_t)number;
    return 0;
}

int ini_is_version(const char *text)
{
    return ffx_version_valid(text) && strcmp(text, "none") != 0;
}

int ini_is_file(const char *text)
{
    return text[0] != '.' && strchr(text, '/') == NULL;
}
