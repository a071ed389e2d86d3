/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical text, line by line: `key=value`, each ended by one LF, in the
 * order of a const table. Grammar: docs/package-format.md, section 1.
 *
 * A table of fields says which keys come, how each value is read and where in
 * a struct it goes; nothing but these lines can be read, so a text that was
 * read to its end has one spelling.
 */
#ifndef FARFIX_PACKAGE_LINES_H
#define FARFIX_PACKAGE_LINES_H

#include <stdint.h>

/* A cursor. at .. at + left is what was not read yet. */
struct lines {
    const char *at;
    uint32_t left;
};

/* A value, inside the text. */
struct lines_value {
    const char *text;
    uint32_t length;
};

/* Reads a value into *to: 0, or FFX_ERR_MANIFEST when it is not canonical. */
typedef int lines_read(const struct lines_value *value, void *to);

lines_read lines_format;    /* "1"; nothing is stored */
lines_read lines_number;    /* uint32_t */
lines_read lines_count;     /* uint32_t, 1 or more */
lines_read lines_digest;    /* uint8_t[FFX_SHA256_BYTES] */
lines_read lines_key;       /* struct ffx_public_key */
lines_read lines_model;     /* char[FFX_MODEL_MAX + 1] */
lines_read lines_version;   /* char[FFX_VERSION_MAX + 1] */
lines_read lines_component; /* char[FFX_COMPONENT_MAX + 1] */
lines_read lines_kind;      /* enum ffx_payload_kind */

struct lines_field {
    const char *key;
    lines_read *read;
    uint32_t offset; /* in the struct */
};

/* 1 when the next line has this key. */
int lines_next_is(const struct lines *lines, const char *key);

/* Takes the next line, which must have this key: its value. 0 or
 * FFX_ERR_MANIFEST. */
int lines_take(struct lines *lines, const char *key, struct lines_value *value);

/* Takes one line for each field, in this order, into the struct at `to`. */
int lines_fields(struct lines *lines, const struct lines_field *fields,
                 uint32_t count, void *to);

#endif
