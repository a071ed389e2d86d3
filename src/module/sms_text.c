/* SPDX-License-Identifier: Apache-2.0 */
#include "module/sms_text.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define ESCAPE 0x1bu

/* --- the GSM alphabet (TS 23.038, 6.2.1) --------------------------------- */

static const uint16_t alphabet[128] = {
    '@',    0x00a3, '$',    0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec, /* 0x00 */
    0x00f2, 0x00c7, '\n',   0x00d8, 0x00f8, '\r',   0x00c5, 0x00e5,
    0x0394, '_',    0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8, /* 0x10 */
    0x03a3, 0x0398, 0x039e, 0x00a0, 0x00c6, 0x00e6, 0x00df, 0x00c9,
    ' ',    '!',    '"',    '#',    0x00a4, '%',    '&',    '\'', /* 0x20 */
    '(',    ')',    '*',    '+',    ',',    '-',    '.',    '/',
    '0',    '1',    '2',    '3',    '4',    '5',    '6',    '7', /* 0x30 */
    '8',    '9',    ':',    ';',    '<',    '=',    '>',    '?',
    0x00a1, 'A',    'B',    'C',    'D',    'E',    'F',    'G', /* 0x40 */
    'H',    'I',    'J',    'K',    'L',    'M',    'N',    'O',
    'P',    'Q',    'R',    'S',    'T',    'U',    'V',    'W', /* 0x50 */
    'X',    'Y',    'Z',    0x00c4, 0x00d6, 0x00d1, 0x00dc, 0x00a7,
    0x00bf, 'a',    'b',    'c',    'd',    'e',    'f',    'g', /* 0x60 */
    'h',    'i',    'j',    'k',    'l',    'm',    'n',    'o',
    'p',    'q',    'r',    's',    't',    'u',    'v',    'w', /* 0x70 */
    'x',    'y',    'z',    0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0,
};

/* Behind an escape (6.2.1.1). */
static const struct {
    uint8_t septet;
    uint16_t unit;
} extension[] = {
    {0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
    {0x3c, '['},  {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, 0x20ac},
};
#define EXTENSIONS (sizeof extension / sizeof extension[0])

/* A septet behind an escape that the table lacks is read without it. */
static uint16_t extended(uint8_t septet)
{
    for (uint32_t i = 0; i < EXTENSIONS; i++)
        if (extension[i].septet == septet)
            return extension[i].unit;
    return alphabet[septet];
}

/* One or two septets of a unit; 0: the alphabet lacks it. */
static uint32_t septets_of(uint16_t unit, uint8_t septets[2])
{
    for (uint8_t i = 0; i < 128; i++)
        if (alphabet[i] == unit && i != ESCAPE) {
            septets[0] = i;
            return 1;
        }
    for (uint32_t i = 0; i < EXTENSIONS; i++)
        if (extension[i].unit == unit) {
            septets[0] = ESCAPE;
            septets[1] = extension[i].septet;
            return 2;
        }
    return 0;
}

/* --- units in ------------------------------------------------------------ */

static int add(struct sms_text *text, uint16_t unit)
{
    if (text->count == SMS_SEPTETS_MAX)
        return FFX_ERR_BUFFER;
    text->units[text->count++] = unit;
    return 0;
}

/* Length and first bits of a UTF-8 sequence; 0: none starts with this. */
static uint32_t utf8_length(uint8_t first, uint32_t *point)
{
    static const struct {
        uint8_t mask, value;
    } leads[] = {{0x80, 0x00}, {0xe0, 0xc0}, {0xf0, 0xe0}, {0xf8, 0xf0}};
    for (uint32_t i = 0; i < 4; i++)
        if ((first & leads[i].mask) == leads[i].value) {
            *point = first & (uint8_t)~leads[i].mask;
            return i + 1;
        }
    return 0;
}

/* One character; returns its bytes or FFX_ERR_SYNTAX: a NUL is no
 * continuation, so nothing behind the end is read. */
static int utf8_next(const char *utf8, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint32_t length = utf8_length((uint8_t)utf8[0], point);
    for (uint32_t i = 1; i < length; i++) {
        if (((uint8_t)utf8[i] & 0xc0) != 0x80)
            return FFX_ERR_SYNTAX;
        *point = *point << 6 | ((uint8_t)utf8[i] & 0x3f);
    }
    const int surrogate = *point >= 0xd800 && *point < 0xe000;
    if (length == 0 || *point < least[length] || *point > 0x10ffff || surrogate)
        return FFX_ERR_SYNTAX;
    return (int)length;
}

int sms_text_from_utf8(struct sms_text *text, const char *utf8)
{
    text->count = 0;
    while (*utf8 != '\0') {
        uint32_t point = 0;
        int result = utf8_next(utf8, &point);
        if (result < 0)
            return result;
        utf8 += result;
        if (point >= 0x10000) {
            result = add(text, (uint16_t)(0xd7c0 + (point >> 10)));
            point = 0xdc00 | (point & 0x3ff);
            if (result < 0)
                return result;
        }
        if (add(text, (uint16_t)point) < 0)
            return FFX_ERR_BUFFER;
    }
    return 0;
}

void sms_text_from_septets(struct sms_text *text, const uint8_t *user,
                           uint32_t first, uint32_t count)
{
    int escaped = 0;
    text->count = 0;
    for (uint32_t i = first; i < count; i++) {
        const uint32_t bit = 7 * i;
        uint32_t pair = user[bit / 8];
        if (bit % 8 > 1) /* the rest stands in the next octet */
            pair |= (uint32_t)user[bit / 8 + 1] << 8;
        const uint8_t septet = pair >> bit % 8 & 0x7f;
        if (!escaped && septet == ESCAPE) {
            escaped = 1;
            continue;
        }
        add(text, escaped ? extended(septet) : alphabet[septet]);
        escaped = 0;
    }
}

void sms_text_from_ucs2(struct sms_text *text, const uint8_t *octets,
                        uint32_t length)
{
    text->count = 0;
    for (uint32_t i = 0; i + 1 < length; i += 2)
        add(text, (uint16_t)(octets[i] << 8 | octets[i + 1]));
}

/* Bytes that are septets themselves, or ASCII. */
static int from_bytes(struct sms_text *text, enum sms_charset charset,
                      const char *te, uint32_t length)
{
    int escaped = 0;
    for (uint32_t i = 0; i < length; i++) {
        const uint8_t byte = (uint8_t)te[i];
        if (byte > 0x7f)
            return FFX_ERR_SYNTAX;
        if (charset == SMS_GSM && !escaped && byte == ESCAPE) {
            escaped = 1;
            continue;
        }
        uint16_t unit = byte;
        if (charset == SMS_GSM)
            unit = escaped ? extended(byte) : alphabet[byte];
        if (add(text, unit) < 0)
            return FFX_ERR_BUFFER;
        escaped = 0;
    }
    return 0;
}

int sms_text_from_te(struct sms_text *text, enum sms_charset charset,
                     const char *te, uint32_t length)
{
    text->count = 0;
    if (charset != SMS_UCS2)
        return from_bytes(text, charset, te, length);
    if (length % 4 != 0)
        return FFX_ERR_SYNTAX;
    for (uint32_t i = 0; i < length; i += 4) {
        uint8_t octets[2];
        if (sms_hex(te + i, 4, octets, 2) < 0)
            return FFX_ERR_SYNTAX;
        if (add(text, (uint16_t)(octets[0] << 8 | octets[1])) < 0)
            return FFX_ERR_BUFFER;
    }
    return 0;
}

/* --- units out ----------------------------------------------------------- */

static void pack(uint8_t user[SMS_USER_MAX], uint32_t index, uint8_t septet)
{
    const uint32_t bit = 7 * index;
    user[bit / 8] |= (uint8_t)(septet << bit % 8);
    if (bit % 8 > 1)
        user[bit / 8 + 1] |= (uint8_t)(septet >> (8 - bit % 8));
}

int sms_text_to_septets(const struct sms_text *text, uint8_t user[SMS_USER_MAX])
{
    uint32_t count = 0;
    memset(user, 0, SMS_USER_MAX);
    for (uint32_t i = 0; i < text->count; i++) {
        uint8_t septets[2];
        const uint32_t many = septets_of(text->units[i], septets);
        if (many == 0)
            return FFX_ERR_SYNTAX;
        if (count + many > SMS_SEPTETS_MAX)
            return FFX_ERR_BUFFER;
        for (uint32_t k = 0; k < many; k++)
            pack(user, count++, septets[k]);
    }
    return (int)count;
}

int sms_text_to_ucs2(const struct sms_text *text, uint8_t user[SMS_USER_MAX])
{
    if (2 * text->count > SMS_USER_MAX)
        return FFX_ERR_BUFFER;
    for (uint32_t i = 0; i < text->count; i++) {
        user[2 * i] = (uint8_t)(text->units[i] >> 8);
        user[2 * i + 1] = (uint8_t)text->units[i];
    }
    return (int)(2 * text->count);
}

static void put_byte(struct ffx_at_text *out, uint8_t byte)
{
    ffx_at_put_bytes(out, &byte, 1);
}

static int is_ira(uint16_t unit)
{
    return (unit >= ' ' && unit < 0x7f) || unit == '\r' || unit == '\n';
}

static void put_unit(struct ffx_at_text *out, enum sms_charset charset,
                     uint16_t unit)
{
    uint8_t septets[2];
    if (charset == SMS_UCS2) {
        const uint8_t octets[] = {(uint8_t)(unit >> 8), (uint8_t)unit};
        sms_put_hex(out, octets, 2);
    } else if (charset == SMS_GSM && septets_of(unit, septets) > 0) {
        ffx_at_put_bytes(out, septets, septets_of(unit, septets));
    } else {
        put_byte(out, charset == SMS_IRA && is_ira(unit) ? (uint8_t)unit : '?');
    }
}

void sms_text_to_te(const struct sms_text *text, enum sms_charset charset,
                    uint32_t from, uint32_t to, struct ffx_at_text *out)
{
    for (uint32_t i = from; i < to && i < text->count; i++)
        put_unit(out, charset, text->units[i]);
}

static void put_point(struct ffx_at_text *out, uint32_t point)
{
    static const uint8_t leads[] = {0x00, 0xc0, 0xe0, 0xf0};
    const uint32_t more =
        (uint32_t)(point > 0x7f) + (point > 0x7ff) + (point > 0xffff);
    put_byte(out, (uint8_t)(leads[more] | point >> 6 * more));
    for (uint32_t i = more; i > 0; i--)
        put_byte(out, (uint8_t)(0x80 | (point >> 6 * (i - 1) & 0x3f)));
}

void sms_text_to_utf8(const struct sms_text *text, struct ffx_at_text *out)
{
    for (uint32_t i = 0; i < text->count; i++) {
        uint32_t point = text->units[i];
        const int high = (point & 0xfc00) == 0xd800;
        const int pair = high && i + 1 < text->count &&
                         (text->units[i + 1] & 0xfc00) == 0xdc00;
        if (pair)
            point =
                0x10000 + ((point & 0x3ff) << 10) + (text->units[++i] & 0x3ff);
        else if ((point & 0xf800) == 0xd800)
            point = '?';
        put_point(out, point < ' ' || point == 0x7f ? ' ' : point);
    }
}

/* --- hexadecimal --------------------------------------------------------- */

void sms_put_hex(struct ffx_at_text *out, const uint8_t *from, uint32_t count)
{
    static const char digits[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < count; i++) {
        put_byte(out, (uint8_t)digits[from[i] >> 4]);
        put_byte(out, (uint8_t)digits[from[i] & 15]);
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sms_hex(const char *text, uint32_t length, uint8_t *to, uint32_t capacity)
{
    if (length % 2 != 0)
        return FFX_ERR_SYNTAX;
    for (uint32_t i = 0; i < length; i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return FFX_ERR_SYNTAX;
        if (i / 2 == capacity)
            return FFX_ERR_BUFFER;
        to[i / 2] = (uint8_t)(high << 4 | low);
    }
    return (int)(length / 2);
}
