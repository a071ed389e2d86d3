/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON into a caller's buffer. What does not fit sets `overflow`. */
#ifndef AP_JSON_H
#define AP_JSON_H

#include <stddef.h>

struct json {
    char *text;
    size_t capacity, length; /* length < capacity: room for the NUL */
    int overflow;
    int comma; /* a value stands before the next one */
};

void json_init(struct json *json, char *text, size_t capacity);
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
void json_number(struct json *json, const char *name, double value,
                 int decimals);
void json_text(struct json *json, const char *name, const char *value);

#endif
