/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/image_hex.h"
#include "diff/image_parts.h"

#include <stdlib.h>

enum record_type {
    DATA = 0,
    END = 1,
    SEGMENT = 2, /* bits 4..19 of the addresses that follow */
    START_SEGMENT = 3,
    LINEAR = 4, /* bits 16..31 */
    START_LINEAR = 5
};

/* A record without its checksum: length, address, type, 255 bytes. */
#define RECORD_MAX (1u + 2u + 1u + 255u)

struct hex {
    const uint8_t *at, *end; /* what is left of the file */
    uint32_t line;
    uint8_t record[RECORD_MAX];
    uint32_t upper;   /* added to a record's 16-bit address */
    int ended;        /* the end record was there */
    uint8_t *decoded; /* data of all records, one behind the other */
    size_t decoded_bytes;
    struct image_parts parts;
    struct diff_error *error;
};

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The two digits at `at`, or -1. */
static int pair(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 2 || digit(at[0]) < 0 || digit(at[1]) < 0)
        return -1;
    return digit(at[0]) << 4 | digit(at[1]);
}

static int is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int image_hex_is(const uint8_t *bytes, size_t length)
{
    const uint8_t *at = bytes, *end = bytes + length;
    while (at < end && is_space(*at))
        at++;
    if (end - at < 11 || *at != ':')
        return 0;
    for (unsigned i = 0; i < 5; i++)
        if (pair(at + 1 + 2 * i, end) < 0)
            return 0;
    return 1;
}

/* --- lines --------------------------------------------------------------- */

static int bad_line(const struct hex *hex, const char *what)
{
    return image_parts_fail(hex->error, FFX_ERR_IO,
                            "line %u: %s: the file is damaged, build or fetch "
                            "it again",
                            hex->line, what);
}

/* To the next ':'. 1: there is one, 0: the file ends, negative: neither. */
static int find_record(struct hex *hex)
{
    for (; hex->at < hex->end && is_space(*hex->at); hex->at++)
        hex->line += *hex->at == '\n';
    if (hex->at == hex->end)
        return 0;
    if (*hex->at != ':')
        return bad_line(hex, "does not begin with ':'");
    if (hex->ended)
        return image_parts_fail(
            hex->error, FFX_ERR_IO,
            "line %u: a record behind the end record: join files with "
            "srec_cat, not with cat",
            hex->line);
    hex->at++;
    return 1;
}

/* The record at the ':', with its checksum. */
static int read_record(struct hex *hex)
{
    unsigned length = 1, sum = 0; /* until the first byte says more */
    for (unsigned i = 0; i < length + 4; i++, hex->at += 2) {
        const int byte = pair(hex->at, hex->end);
        if (byte < 0)
            return bad_line(hex, "the record is cut short");
        if (i == 0)
            length = (unsigned)byte;
        hex->record[i] = (uint8_t)byte;
        sum += (unsigned)byte;
    }
    const int checksum = pair(hex->at, hex->end);
    if (checksum < 0)
        return bad_line(hex, "the record is cut short");
    hex->at += 2;
    if (((sum + (unsigned)checksum) & 0xff) != 0)
        return image_parts_fail(
            hex->error, FFX_ERR_IO,
            "line %u: the checksum is %02X, not %02X: the file is damaged, "
            "build or fetch it again",
            hex->line, (unsigned)checksum, -sum & 0xff);
    if (hex->at < hex->end && !is_space(*hex->at))
        return bad_line(hex, "something follows the checksum");
    return 0;
}

/* --- records ------------------------------------------------------------- */

static uint32_t big16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

/* Addresses wrap at 64 KiB in one reading of the format and go on in another,
 * so a record over the edge is refused where that matters. */
static int take_data(struct hex *hex)
{
    const uint32_t length = hex->record[0], low = big16(hex->record + 1);
    const struct image_part part = {
        .address = hex->upper + low,
        .runs_at = hex->upper + low,
        .bytes = hex->decoded + hex->decoded_bytes,
        .length = length,
        .where = hex->line,
    };
    const int edge = hex->upper % 0x10000 != 0 || hex->upper == 0xffff0000;
    if (low + length > 0x10000 && edge)
        return bad_line(hex, "the record runs over the end of its segment");
    for (uint32_t i = 0; i < length; i++)
        hex->decoded[hex->decoded_bytes++] = hex->record[4 + i];
    return length == 0 ? 0 : image_parts_add(&hex->parts, &part, hex->error);
}

static int take_record(struct hex *hex)
{
    static const uint8_t lengths[] = {0, 0, 2, 4, 2, 4};
    const unsigned type = hex->record[3];
    if (type == DATA)
        return take_data(hex);
    if (type > START_LINEAR)
        return image_parts_fail(hex->error, FFX_ERR_IO,
                                "line %u: record type %02X is not one of "
                                "Intel HEX (00 to 05): convert it with "
                                "objcopy -O binary",
                                hex->line, type);
    if (hex->record[0] != lengths[type])
        return bad_line(hex, "the record has the wrong length for its type");
    if (type == SEGMENT)
        hex->upper = big16(hex->record + 4) << 4;
    else if (type == LINEAR)
        hex->upper = big16(hex->record + 4) << 16;
    hex->ended = type == END;
    return 0;
}

static int read_all(struct hex *hex)
{
    int found;
    while ((found = find_record(hex)) > 0) {
        int result = read_record(hex);
        if (result == 0)
            result = take_record(hex);
        if (result != 0)
            return result;
    }
    if (found == 0 && !hex->ended)
        return bad_line(hex, "the file ends without its end record");
    return found;
}

int image_hex_read(struct image_file *image, const uint8_t *bytes,
                   size_t length, struct diff_error *error)
{
    struct hex hex = {.at = bytes, .end = bytes + length, .line = 1};
    hex.error = error;
    hex.decoded = malloc(length / 2 + 1); /* two digits make one byte */
    if (hex.decoded == NULL)
        return image_parts_fail(error, FFX_ERR_SPACE, "out of memory");
    image->kind = IMAGE_HEX;
    int result = read_all(&hex);
    if (result == 0)
        result = image_parts_flatten(&hex.parts, 0xff, "line ", image, error);
    image_parts_free(&hex.parts);
    free(hex.decoded);
    return result;
}
