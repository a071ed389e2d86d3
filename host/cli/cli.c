/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- messages ------------------------------------------------------------ */

int cli_fail(enum cli_exit code, const char *format, ...)
{
    va_list arguments;
    cli_progress_end();
    fputs("farfix: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return (int)code;
}

/* --- help ---------------------------------------------------------------- */

static void print_help(const struct cli_usage *usage,
                       const struct cli_option *options, size_t count)
{
    printf("Usage: %s\n\n%s\n", usage->synopsis, usage->about);
    if (count > 0)
        printf("\nOptions:\n");
    for (size_t i = 0; i < count; i++) {
        char left[48];
        snprintf(left, sizeof left, "%s %s", options[i].name,
                 options[i].argument != NULL ? options[i].argument : "");
        printf("  %-24s %s\n", left, options[i].help);
    }
    printf("  %-24s %s\n", "--help", "this text");
    if (usage->examples != NULL)
        printf("\nExamples:\n%s\n", usage->examples);
}

/* --- options ------------------------------------------------------------- */

/* Base 10 said aloud: strtoull would read 010 as 8. */
static int parse_number(const char *text, uint32_t *value)
{
    const int base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    char *end;
    if (*text < '0' || *text > '9')
        return -1;
    unsigned long long number = strtoull(text, &end, base);
    if (number > UINT32_MAX)
        return -1;
    if (*end == 'K' || *end == 'k')
        number *= 1024, end++;
    else if (*end == 'M' || *end == 'm')
        number *= 1024 * 1024, end++;
    if (*end != '\0' || number > UINT32_MAX)
        return -1;
    *value = (uint32_t)number;
    return 0;
}

static int usage_error(const struct cli_usage *usage, const char *text,
                       const char *word)
{
    return cli_fail(CLI_USAGE, "%s '%s'\nUsage: %s\nTry --help.", text, word,
                    usage->synopsis);
}

static const struct cli_option *find_option(const struct cli_option *options,
                                            size_t count, const char *word,
                                            size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == length &&
            memcmp(options[i].name, word, length) == 0)
            return &options[i];
    return NULL;
}

static int add_text(const struct cli_option *option, const char *value)
{
    struct cli_texts *const texts = option->value;
    struct cli_list *const list = option->value;
    const int few = option->kind == CLI_TEXTS;
    size_t *const count = few ? &texts->count : &list->count;
    if (*count == (few ? CLI_TEXTS_MAX : CLI_LIST_MAX))
        return -1;
    (few ? texts->text : list->text)[(*count)++] = value;
    return 0;
}

/* One option at argv[i], its value behind '=' or in argv[i + 1]. Returns how
 * many words it took, or 0 after an error message. */
static int take_option(const struct cli_usage *usage,
                       const struct cli_option *options, size_t count,
                       char **argv, int left)
{
    const char *equals =
        strncmp(argv[0], "--", 2) == 0 ? strchr(argv[0], '=') : NULL;
    const size_t length =
        equals != NULL ? (size_t)(equals - argv[0]) : strlen(argv[0]);
    const struct cli_option *option =
        find_option(options, count, argv[0], length);
    if (option == NULL)
        return usage_error(usage, "unknown option", argv[0]), 0;
    if (option->kind == CLI_FLAG) {
        if (equals != NULL)
            return usage_error(usage, "option takes no value", argv[0]), 0;
        *(int *)option->value = 1;
        return 1;
    }
    const char *value = equals != NULL ? equals + 1 : left > 1 ? argv[1] : NULL;
    if (value == NULL)
        return usage_error(usage, "option needs a value", argv[0]), 0;
    if (option->kind == CLI_TEXT)
        *(const char **)option->value = value;
    else if (option->kind == CLI_TEXTS || option->kind == CLI_LIST) {
        if (add_text(option, value) != 0)
            return usage_error(usage, "option given too often", argv[0]), 0;
    } else if (parse_number(value, option->value) != 0)
        return usage_error(usage, "not a number", value), 0;
    return equals != NULL ? 1 : 2;
}

int cli_parse(const struct cli_usage *usage, const struct cli_option *options,
              size_t option_count, int argc, char **argv,
              const char **positional, size_t required, size_t most)
{
    size_t found = 0;
    int only_positional = 0;
    for (int i = 0; i < argc;) {
        if (!only_positional && strcmp(argv[i], "--help") == 0) {
            print_help(usage, options, option_count);
            return CLI_DONE;
        }
        if (!only_positional && strcmp(argv[i], "--") == 0) {
            only_positional = 1;
            i++;
        } else if (!only_positional && argv[i][0] == '-' && argv[i][1]) {
            const int took =
                take_option(usage, options, option_count, argv + i, argc - i);
            if (took == 0)
                return CLI_USAGE;
            i += took;
        } else if (found < most) {
            positional[found++] = argv[i++];
        } else {
            return usage_error(usage, "one argument too many:", argv[i]);
        }
    }
    if (found < required)
        return cli_fail(CLI_USAGE, "argument missing\nUsage: %s\nTry --help.",
                        usage->synopsis);
    return -1;
}

/* --- JSON ---------------------------------------------------------------- */

static int json_comma;

static void json_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

void cli_json_key(const char *key)
{
    if (json_comma)
        putchar(',');
    json_comma = 0;
    if (key == NULL)
        return;
    json_string(key);
    putchar(':');
}

void cli_json_open(char bracket)
{
    if (json_comma)
        putchar(',');
    putchar(bracket);
    json_comma = 0;
}

void cli_json_close(char bracket)
{
    putchar(bracket);
    json_comma = 1;
}

void cli_json_text(const char *key, const char *value)
{
    cli_json_key(key);
    json_string(value);
    json_comma = 1;
}

void cli_json_number(const char *key, long long value)
{
    cli_json_key(key);
    printf("%lld", value);
    json_comma = 1;
}

void cli_json_bool(const char *key, int value)
{
    cli_json_key(key);
    fputs(value ? "true" : "false", stdout);
    json_comma = 1;
}

void cli_json_end(void)
{
    putchar('\n');
    fflush(stdout);
    json_comma = 0;
}

/* --- bits and pieces ----------------------------------------------------- */

void cli_hex(char *out, const uint8_t *bytes, size_t length)
{
    text_put_hex(out, bytes, (uint32_t)length);
    out[2 * length] = '\0';
}

const char *cli_login_end(const char *text)
{
    if (strncmp(text, "://", 3) != 0)
        return NULL;
    const char *end = text + 3 + strcspn(text + 3, "/?#\" ");
    while (end > text + 3 && *end != '@')
        end--;
    return *end == '@' ? end : NULL;
}

const char *cli_masked(const char *text, char *out, size_t capacity)
{
    size_t used = 0;
    while (*text != '\0' && used + sizeof "://***" < capacity) {
        const char *end = cli_login_end(text);
        if (end == NULL) {
            out[used++] = *text++;
            continue;
        }
        memcpy(out + used, "://***", 6);
        used += 6;
        text = end;
    }
    out[used] = '\0';
    return out;
}

static const char *secret_from_file(const char *file, const char *name)
{
    static char line[512];
    const size_t length = strlen(name);
    FILE *stream = fopen(file, "r");
    if (stream == NULL)
        return NULL;
    const char *found = NULL;
    while (found == NULL && fgets(line, sizeof line, stream) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, name, length) == 0 && line[length] == '=')
            found = strdup(line + length + 1);
    }
    fclose(stream);
    return found;
}

const char *cli_secret(const char *file, const char *name)
{
    char variable[64];
    const char *value = file != NULL ? secret_from_file(file, name) : NULL;
    if (value != NULL)
        return value;
    snprintf(variable, sizeof variable, "FARFIX_%s", name);
    return getenv(variable);
}
