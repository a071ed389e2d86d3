/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_query.h"

#include <stdio.h>
#include <string.h>

#define BAD_REQUEST 400

/* What RFC 3986 lets stand in a query, without quotes and brackets: nothing
 * that a log or a page would have to escape. */
static int is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("-._~%+=&:;,/@*", c) != NULL;
}

static int refuse(struct store_query *out, char *why, const char *reason)
{
    memset(out, 0, sizeof *out);
    snprintf(why, STORE_QUERY_WHY, "%s", reason);
    return BAD_REQUEST;
}

/* --- keys ---------------------------------------------------------------- */

static const struct key {
    const char *name;
    size_t offset, bytes; /* of a text in struct store_query, with NUL */
    int (*valid)(const char *text);
    const char *twice, *grammar;
} keys[] = {
    {"imei", offsetof(struct store_query, imei),
     sizeof((struct store_query *)0)->imei, store_imei_valid,
     "imei= stands in the query twice", "imei= is not 14 to 16 digits"},
    {"channel", offsetof(struct store_query, channel),
     sizeof((struct store_query *)0)->channel, store_channel_valid,
     "channel= stands in the query twice",
     "channel= is not a name: up to 16 of a-z, 0-9 and '-'"},
};

static const struct key *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strlen(keys[i].name) == length &&
            memcmp(keys[i].name, name, length) == 0)
            return &keys[i];
    return NULL;
}

/* "KEY=VALUE", or anything else between two '&'. Null, or the reason. */
static const char *take(struct store_query *out, const char *text,
                        size_t length)
{
    const char *equals = memchr(text, '=', length);
    const size_t name_length =
        equals != NULL ? (size_t)(equals - text) : length;
    const size_t skipped = equals != NULL ? name_length + 1 : length;
    const struct key *key = find(text, name_length);
    if (key == NULL)
        return NULL;
    char *value = (char *)out + key->offset;
    if (value[0] != '\0')
        return key->twice;
    if (length - skipped >= key->bytes)
        return key->grammar;
    memcpy(value, text + skipped, length - skipped);
    return key->valid(value) ? NULL : key->grammar;
}

int store_query_parse(struct store_query *out, const char *text,
                      char why[STORE_QUERY_WHY])
{
    memset(out, 0, sizeof *out);
    why[0] = '\0';
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i == STORE_QUERY_MAX)
            return refuse(out, why, "a query has at most 200 characters");
        if (!is_plain(text[i]))
            return refuse(out, why, "a character that no query here needs");
    }
    while (*text != '\0') {
        const size_t length = strcspn(text, "&");
        const char *reason = take(out, text, length);
        if (reason != NULL)
            return refuse(out, why, reason);
        text += length + (text[length] == '&');
    }
    return 0;
}
