/* SPDX-License-Identifier: Apache-2.0 */
#include "package/lines.h"

#include "base/bytes.h"
#include "base/text.h"

#include <farfix/error.h>
#include <farfix/package.h>

/* --- names --------------------------------------------------------------- */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static int is_alphanumeric(char c)
{
    return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* Letters, digits and `extra`, the first and the last a letter or digit. */
static int is_name(const char *text, uint32_t length, uint32_t most,
                   const char *extra)
{
    if (length == 0 || length > most || !is_alphanumeric(text[0]) ||
        !is_alphanumeric(text[length - 1]))
        return 0;
    for (uint32_t i = 0; i < length; i++) {
        const char *other = extra;
        while (*other != '\0' && *other != text[i])
            other++;
        if (*other == '\0' && !is_alphanumeric(text[i]))
            return 0;
    }
    return 1;
}

static int is_model(const char *text, uint32_t length)
{
    return is_name(text, length, FFX_MODEL_MAX, "-");
}

static int is_version(const char *text, uint32_t length)
{
    if (!is_name(text, length, FFX_VERSION_MAX, "._-"))
        return 0;
    /* "___" separates two versions in the path of a package. */
    for (uint32_t i = 2; i < length; i++)
        if (memcmp(text + i - 2, "___", 3) == 0)
            return 0;
    return 1;
}

static int is_component(const char *text, uint32_t length)
{
    if (length == 0 || length > FFX_COMPONENT_MAX || !is_lower(text[0]))
        return 0;
    for (uint32_t i = 1; i < length; i++)
        if (!is_lower(text[i]) && !is_digit(text[i]))
            return 0;
    return 1;
}

int ffx_model_valid(const char *text)
{
    return is_model(text, bytes_length(text));
}

int ffx_version_valid(const char *text)
{
    return is_version(text, bytes_length(text));
}

int ffx_component_valid(const char *text)
{
    return is_component(text, bytes_length(text));
}

/* --- values -------------------------------------------------------------- */

static int take_name(const struct lines_value *value, void *to,
                     int (*is_legal)(const char *text, uint32_t length))
{
    char *const name = to;
    if (!is_legal(value->text, value->length))
        return FFX_ERR_MANIFEST;
    memcpy(name, value->text, value->length);
    name[value->length] = '\0';
    return 0;
}

int lines_model(const struct lines_value *value, void *to)
{
    return take_name(value, to, is_model);
}

int lines_version(const struct lines_value *value, void *to)
{
    return take_name(value, to, is_version);
}

int lines_component(const struct lines_value *value, void *to)
{
    return take_name(value, to, is_component);
}

static int is_word(const struct lines_value *value, const char *word)
{
    const uint32_t length = bytes_length(word);
    return value->length == length && memcmp(value->text, word, length) == 0;
}

int lines_format(const struct lines_value *value, void *to)
{
    (void)to;
    return is_word(value, "1") ? 0 : FFX_ERR_MANIFEST;
}

int lines_kind(const struct lines_value *value, void *to)
{
    enum ffx_payload_kind *const kind = to;
    if (is_word(value, "image"))
        *kind = FFX_PAYLOAD_IMAGE;
    else if (is_word(value, "delta"))
        *kind = FFX_PAYLOAD_DELTA;
    else
        return FFX_ERR_MANIFEST;
    return 0;
}

int lines_number(const struct lines_value *value, void *to)
{
    return text_number(value->text, value->length, to) == 0 ? 0
                                                            : FFX_ERR_MANIFEST;
}

int lines_count(const struct lines_value *value, void *to)
{
    const uint32_t *const number = to;
    return lines_number(value, to) == 0 && *number != 0 ? 0 : FFX_ERR_MANIFEST;
}

int lines_digest(const struct lines_value *value, void *to)
{
    return text_hex(value->text, value->length, to, FFX_SHA256_BYTES) == 0
               ? 0
               : FFX_ERR_MANIFEST;
}

int lines_key(const struct lines_value *value, void *to)
{
    struct ffx_public_key *const key = to;
    if (text_hex(value->text, value->length, key->point,
                 FFX_PUBLIC_KEY_BYTES) != 0)
        return FFX_ERR_MANIFEST;
    /* SEC 1, 2.3.3: 04 marks the uncompressed form, the only one we use. */
    return key->point[0] == 4 ? 0 : FFX_ERR_MANIFEST;
}

/* --- lines --------------------------------------------------------------- */

int lines_next_is(const struct lines *lines, const char *key)
{
    const uint32_t length = bytes_length(key);
    return lines->left > length && memcmp(lines->at, key, length) == 0 &&
           lines->at[length] == '=';
}

int lines_take(struct lines *lines, const char *key, struct lines_value *value)
{
    const uint32_t start = bytes_length(key) + 1;
    uint32_t end = start;
    if (!lines_next_is(lines, key))
        return FFX_ERR_MANIFEST;
    while (end < lines->left && lines->at[end] != '\n')
        end++;
    if (end == lines->left)
        return FFX_ERR_MANIFEST;
    value->text = lines->at + start;
    value->length = end - start;
    lines->at += end + 1;
    lines->left -= end + 1;
    return 0;
}

int lines_fields(struct lines *lines, const struct lines_field *fields,
                 uint32_t count, void *to)
{
    for (uint32_t i = 0; i < count; i++) {
        struct lines_value value;
        int error = lines_take(lines, fields[i].key, &value);
        if (error == 0)
            error = fields[i].read(&value, (char *)to + fields[i].offset);
        if (error != 0)
            return error;
    }
    return 0;
}
