/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_imei.h"
#include "pack/fail.h"

#include <stdlib.h>
#include <string.h>

/* 0: not an IMEI. */
static uint64_t number_of(const char *digits, size_t length)
{
    uint64_t number = 1;
    if (length < STORE_IMEI_MIN || length > STORE_IMEI_MAX)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    return number;
}

int store_imei_valid(const char *text)
{
    return number_of(text, strlen(text)) != 0;
}

/* --- lists --------------------------------------------------------------- */

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct line {
    const char *start;
    size_t length;
};

/* What stands there without blanks and comment. */
static struct line bare(const char *start, size_t length)
{
    const char *comment = memchr(start, '#', length);
    if (comment != NULL)
        length = (size_t)(comment - start);
    while (length > 0 && is_blank(*start)) {
        start++;
        length--;
    }
    while (length > 0 && is_blank(start[length - 1]))
        length--;
    return (struct line){start, length};
}

static int by_number(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static int take_lines(struct store_imeis *imeis, const char *path,
                      const char *text, size_t length, struct pack_error *error)
{
    const char *const end = text + length;
    for (unsigned number = 1; text < end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        const struct line line = bare(text, (size_t)(stop - text));
        text = stop < end ? stop + 1 : end;
        if (line.length == 0)
            continue;
        const uint64_t imei = number_of(line.start, line.length);
        if (imei == 0)
            return fail_with(error, FFX_ERR_MANIFEST,
                             "%s:%u: '%.*s' is no IMEI: write 14 to 16 digits, "
                             "one IMEI a line",
                             path, number,
                             line.length > 40 ? 40 : (int)line.length,
                             line.start);
        if (imeis->count == STORE_IMEIS_MAX)
            return fail_with(error, FFX_ERR_SPACE,
                             "%s:%u: a list has at most %u IMEIs: use percent "
                             "instead",
                             path, number, STORE_IMEIS_MAX);
        imeis->sorted[imeis->count++] = imei;
    }
    return 0;
}

int store_imeis_parse(struct store_imeis *imeis, const char *path,
                      const char *text, size_t length, struct pack_error *error)
{
    /* The shortest line that counts, and the end of all but the last. */
    const size_t most = length / (STORE_IMEI_MIN + 1) + 1;
    imeis->count = 0;
    imeis->sorted = malloc((most < STORE_IMEIS_MAX ? most : STORE_IMEIS_MAX) *
                           sizeof *imeis->sorted);
    if (imeis->sorted == NULL)
        return fail_with(error, FFX_ERR_SPACE, "%s: out of memory", path);
    const int result = take_lines(imeis, path, text, length, error);
    if (result != 0)
        store_imeis_free(imeis);
    else
        qsort(imeis->sorted, imeis->count, sizeof *imeis->sorted, by_number);
    return result;
}

int store_imeis_read(struct store_imeis *imeis, const char *path,
                     struct pack_error *error)
{
    struct pack_buffer text;
    memset(imeis, 0, sizeof *imeis);
    int result = pack_read_regular(path, &text, error);
    if (result != 0)
        return result;
    result = store_imeis_parse(
        imeis, path, text.bytes != NULL ? (const char *)text.bytes : "",
        text.length, error);
    pack_buffer_free(&text);
    return result;
}

void store_imeis_free(struct store_imeis *imeis)
{
    free(imeis->sorted);
    memset(imeis, 0, sizeof *imeis);
}

int store_imeis_has(const struct store_imeis *imeis, const char *imei)
{
    const uint64_t number = number_of(imei, strlen(imei));
    return imeis->count > 0 && bsearch(&number, imeis->sorted, imeis->count,
                                       sizeof number, by_number) != NULL;
}
