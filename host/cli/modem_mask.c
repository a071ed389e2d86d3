/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/modem_mask.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

/* --- logins -------------------------------------------------------------- */

/* Which of a command's parameters that are no numbers are secret: the first
 * is 0. A keyword before it decides where one is named. */
static const struct rule {
    const char *command, *keyword;
    int place;
    const char *name;
} rules[] = {
    {"+CNCFG", NULL, 1, "apn_user"},
    {"+CNCFG", NULL, 2, "apn_password"},
    {"+CGAUTH", NULL, 0, "apn_user"},
    {"+CGAUTH", NULL, 1, "apn_password"},
    {"+CSTT", NULL, 1, "apn_user"},
    {"+CSTT", NULL, 2, "apn_password"},
    {"+SAPBR", "USER", 1, "apn_user"},
    {"+SAPBR", "PWD", 1, "apn_password"},
    {"USER", NULL, 0, "apn_user"}, /* answers to SAPBR=4 */
    {"PWD", NULL, 0, "apn_password"},
    {"+FTPUN", NULL, 0, "user"},
    {"+FTPPW", NULL, 0, "password"},
    {"+SMCONF", "USERNAME", 1, "user"},
    {"+SMCONF", "PASSWORD", 1, "password"},
};

static void keep(struct mask *mask, const char *text, const char *name)
{
    for (size_t i = 0; i < mask->count; i++)
        if (strcmp(mask->secrets[i].text, text) == 0)
            return;
    if (text[0] == '\0')
        return;
    if (mask->count == MASK_SECRETS || strlen(text) >= MASK_SECRET) {
        mask->full = 1;
        return;
    }
    snprintf(mask->secrets[mask->count].text, MASK_SECRET, "%s", text);
    mask->secrets[mask->count++].name = name;
}

/* user:password@ of a URL. */
static void learn_url(struct mask *mask, const char *line)
{
    char text[MASK_LINE];
    const char *start = strstr(line, "://");
    for (; start != NULL; start = strstr(start, "://")) {
        start += 3;
        const size_t host = strcspn(start, "/\"");
        const char *at = memchr(start, '@', host);
        if (at == NULL)
            continue;
        snprintf(text, sizeof text, "%.*s", (int)(at - start), start);
        char *colon = strchr(text, ':');
        if (colon != NULL) {
            *colon = '\0';
            keep(mask, colon + 1, "password");
        }
        keep(mask, text, "user");
    }
}

/* The next parameter, without its quotes; null behind the last. */
static char *next_parameter(char **rest)
{
    char *text = *rest;
    if (text == NULL)
        return NULL;
    text += strspn(text, " ");
    const int quoted = *text == '"';
    text += quoted;
    char *end = text + strcspn(text, quoted ? "\"" : ",");
    char *comma = strchr(end, ',');
    *rest = comma != NULL ? comma + 1 : NULL;
    *end = '\0';
    return text;
}

static int is_number(const char *text)
{
    return text[0] != '\0' && strspn(text, DIGITS) == strlen(text);
}

static int is_pin(const char *name, const char *text)
{
    static const char *const commands[] = {"+CPIN", "+CPWD", "+CLCK"};
    int pin = 0;
    for (size_t i = 0; i < 3; i++)
        pin |= strcasecmp(commands[i], name) == 0;
    return pin && is_number(text) && strlen(text) >= 4;
}

static void learn_command(struct mask *mask, const char *name, char *rest)
{
    char first[32] = "", *text;
    int place = 0;
    while ((text = next_parameter(&rest)) != NULL) {
        if (is_pin(name, text))
            keep(mask, text, "pin");
        /* Numbers come before the first string; the only one is a login. */
        if (place == 0 && is_number(text) && rest != NULL)
            continue;
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            if (strcasecmp(rules[i].command, name) == 0 &&
                rules[i].place == place &&
                (rules[i].keyword == NULL ||
                 strcasecmp(rules[i].keyword, first) == 0))
                keep(mask, text, rules[i].name);
        if (place++ == 0)
            snprintf(first, sizeof first, "%s", text);
    }
}

void mask_learn(struct mask *mask, const char *line)
{
    char text[MASK_LINE];
    learn_url(mask, line);
    snprintf(text, sizeof text, "%s", line);
    char *start = strncasecmp(text, "AT", 2) == 0 ? text + 2 : text;
    while (start != NULL) {
        int quoted = 0;
        char *end = start;
        for (; *end != '\0' && (quoted || *end != ';'); end++)
            quoted ^= *end == '"';
        char *next = *end == ';' ? end + 1 : NULL;
        *end = '\0';
        char *equals = start + strcspn(start, "=:");
        if (*equals != '\0') {
            *equals = '\0';
            learn_command(mask, start, equals + 1);
        }
        start = next;
    }
}

/* --- masks --------------------------------------------------------------- */

struct place {
    const char *line, *at;
    int imei;
};

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* A known secret stands here, as a word of its own; a short one in quotes. */
static size_t take_secret(const struct mask *mask, const struct place *place,
                          const char **name)
{
    const char before = place->at > place->line ? place->at[-1] : ' ';
    for (size_t i = 0; i < mask->count; i++) {
        const char *text = mask->secrets[i].text;
        const size_t length = strlen(text);
        if (strncmp(place->at, text, length) != 0)
            continue;
        const char behind = place->at[length];
        const int quoted = before == '"' && behind == '"';
        const int behind_sign = strchr("=:/", before) != NULL;
        if (!quoted && (is_word(behind) ||
                        !(behind_sign || (length >= 4 && !is_word(before)))))
            continue;
        *name = mask->secrets[i].name;
        return length;
    }
    return 0;
}

static size_t count_of(const char *text, size_t length, char wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += text[i] == wanted;
    return count;
}

static size_t take_address(const char *text, const char **name)
{
    *name = "ip";
    const size_t dotted = strspn(text, DIGITS ".");
    if (count_of(text, dotted, '.') >= 3 &&
        !(dotted == 7 && strncmp(text, "0.0.0.0", 7) == 0))
        return dotted;
    const size_t colons = strspn(text, HEX ":");
    const size_t count = count_of(text, colons, ':');
    return count >= 4 || (count >= 2 && memmem(text, colons, "::", 2) != NULL)
               ? colons
               : 0;
}

static size_t take_time(const char *text, const char **name)
{
    const size_t length = strspn(text, DIGITS "/,:+-");
    *name = "time";
    return count_of(text, length, '/') == 2 && count_of(text, length, ':') == 2
               ? length
               : 0;
}

/* Degrees or minutes of a position: no other number has so many decimals. */
static size_t take_position(const char *text, const char **name)
{
    const size_t whole = strspn(text, DIGITS);
    const size_t decimals =
        text[whole] == '.' ? strspn(text + whole + 1, DIGITS) : 0;
    *name = "position";
    return decimals >= 4 ? whole + 1 + decimals : 0;
}

/* Long runs of digits are somebody's; short ones behind '+', the D of ATD or
 * in quotes. No size has eleven. */
static size_t take_number(const struct place *place, const char **name)
{
    const size_t length = strspn(place->at, DIGITS);
    const char before = place->at > place->line ? place->at[-1] : ' ';
    const int quoted = before == '"' && place->at[length] == '"';
    const int dialled = before == '+' || toupper((unsigned char)before) == 'D';
    *name = place->imei && length == 15 ? "imei" : "n";
    return length >= 11 || (length >= 7 && (quoted || dialled)) ? length : 0;
}

static size_t take(const struct mask *mask, const struct place *place,
                   const char **name)
{
    const int inside = place->at > place->line && is_word(place->at[-1]);
    size_t length = take_secret(mask, place, name);
    if (length == 0 && !inside && strchr(HEX ":", *place->at) != NULL)
        length = take_address(place->at, name);
    if (length == 0 && !inside && isdigit((unsigned char)*place->at))
        length = take_time(place->at, name);
    if (length == 0 && !inside && isdigit((unsigned char)*place->at))
        length = take_position(place->at, name);
    if (length == 0 && (!inside || !isdigit((unsigned char)place->at[-1])))
        length = take_number(place, name);
    return length;
}

int mask_line(const struct mask *mask, const char *line, int imei, char *out,
              size_t capacity)
{
    struct place place = {line, line, imei};
    size_t used = 0;
    while (*place.at != '\0') {
        const char *name;
        const size_t length = take(mask, &place, &name);
        const int put =
            length > 0 ? snprintf(out + used, capacity - used, "{%s}", name)
                       : snprintf(out + used, capacity - used, "%c", *place.at);
        if (put < 0 || (size_t)put >= capacity - used)
            return -1;
        used += (size_t)put;
        place.at += length > 0 ? length : 1;
    }
    out[used] = '\0';
    return 0;
}

/* --- back ---------------------------------------------------------------- */

const char *mask_placeholder(const char *text, char name[16])
{
    const size_t length =
        *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
    if (length == 0 || length > 15 || text[length + 1] != '}')
        return NULL;
    memcpy(name, text + 1, length);
    name[length] = '\0';
    return text + length + 2;
}

const char *mask_secret_name(const char *name)
{
    static const char *const names[][2] = {
        {"pin", "SIM_PIN"},
        {"user", "FTP_USER"},
        {"password", "FTP_PASSWORD"},
        {"apn_user", "APN_USER"},
        {"apn_password", "APN_PASSWORD"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], name) == 0)
            return names[i][1];
    return NULL;
}
