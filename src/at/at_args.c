/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include <farfix/at.h>
#include <farfix/error.h>

void ffx_at_args_init(struct ffx_at_args *args, const char *text,
                      uint32_t length)
{
    args->next = text;
    args->end = text + length;
    args->more = length > 0;
}

static void skip_spaces(struct ffx_at_args *args)
{
    while (args->next != args->end && *args->next == ' ')
        args->next++;
}

/* Behind a value: the comma that announces another one, or the end. */
static int take_separator(struct ffx_at_args *args)
{
    skip_spaces(args);
    args->more = 0;
    if (args->next == args->end)
        return 1;
    if (*args->next != ',')
        return FFX_ERR_SYNTAX;
    args->next++;
    args->more = 1;
    return 1;
}

/* Steps over an absent or empty parameter: 1 when there was none. */
static int skip_empty(struct ffx_at_args *args)
{
    skip_spaces(args);
    if (args->more && args->next != args->end && *args->next != ',')
        return 0;
    if (args->more)
        take_separator(args);
    return 1;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal digits up to `limit`; their count, or FFX_ERR_SYNTAX. */
static int take_digits(struct ffx_at_args *args, uint32_t limit,
                       uint32_t *value)
{
    int count = 0;
    *value = 0;
    for (; args->next != args->end && is_digit(*args->next); count++) {
        const uint32_t digit = (uint32_t)(*args->next++ - '0');
        if (*value > (limit - digit) / 10u)
            return FFX_ERR_SYNTAX;
        *value = *value * 10u + digit;
    }
    return count > 0 ? count : FFX_ERR_SYNTAX;
}

int ffx_at_arg_number(struct ffx_at_args *args, int32_t *value)
{
    if (skip_empty(args))
        return 0;
    const uint32_t negative = *args->next == '-';
    args->next += negative;
    uint32_t size;
    const int digits = take_digits(args, INT32_MAX + negative, &size);
    if (digits < 0)
        return digits;
    *value = (int32_t)(negative ? 0u - size : size);
    return take_separator(args);
}

/* Steps over it, its quotes included. In a bare string a quote stops the way:
 * then no separator stands there. */
static int take_string(struct ffx_at_args *args, const char **text,
                       uint32_t *length)
{
    const int quoted = *args->next == '"';
    args->next += quoted;
    *text = args->next;
    while (args->next != args->end && *args->next != '"' &&
           (quoted || *args->next != ','))
        args->next++;
    *length = (uint32_t)(args->next - *text);
    if (quoted && args->next == args->end)
        return FFX_ERR_SYNTAX;
    args->next += quoted;
    while (!quoted && *length > 0 && (*text)[*length - 1] == ' ')
        --*length;
    return take_separator(args);
}

int ffx_at_arg_string(struct ffx_at_args *args, char *text, uint32_t capacity)
{
    const char *from;
    uint32_t length;
    text[0] = '\0';
    if (skip_empty(args))
        return 0;
    const int result = take_string(args, &from, &length);
    if (result < 0)
        return result;
    if (length >= capacity)
        return FFX_ERR_BUFFER;
    memcpy(text, from, length);
    text[length] = '\0';
    return 1;
}

int ffx_at_args_end(const struct ffx_at_args *args)
{
    return args->more ? FFX_ERR_SYNTAX : 0;
}
