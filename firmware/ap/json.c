/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void json_init(struct json *json, char *text, size_t capacity)
{
    *json = (struct json){.text = text, .capacity = capacity};
    text[0] = '\0';
}

static void json_put(struct json *json, const char *bytes, size_t length)
{
    if (json->overflow || length >= json->capacity - json->length) {
        json->overflow = 1;
        return;
    }
    memcpy(json->text + json->length, bytes, length);
    json->length += length;
    json->text[json->length] = '\0';
}

static void json_quoted(struct json *json, const char *text)
{
    json_put(json, "\"", 1);
    for (; *text != '\0'; text++) {
        char escape[8];
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            snprintf(escape, sizeof escape, "\\%c", c);
            json_put(json, escape, 2);
        } else if (c < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            json_put(json, escape, 6);
        } else {
            json_put(json, text, 1);
        }
    }
    json_put(json, "\"", 1);
}

static void json_name(struct json *json, const char *name)
{
    if (json->comma)
        json_put(json, ",", 1);
    json->comma = 1;
    if (name == NULL)
        return;
    json_quoted(json, name);
    json_put(json, ":", 1);
}

void json_open(struct json *json, const char *name, char bracket)
{
    json_name(json, name);
    json_put(json, &bracket, 1);
    json->comma = 0;
}

void json_close(struct json *json, char bracket)
{
    json_put(json, &bracket, 1);
    json->comma = 1;
}

void json_number(struct json *json, const char *name, double value,
                 int decimals)
{
    char number[40] = "null"; /* JSON has no NaN and no infinity */
    if (isfinite(value))
        snprintf(number, sizeof number, "%.*f", decimals, value);
    json_name(json, name);
    json_put(json, number, strlen(number));
}

void json_text(struct json *json, const char *name, const char *value)
{
    json_name(json, name);
    json_quoted(json, value);
}
