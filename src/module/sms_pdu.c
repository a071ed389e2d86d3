/* SPDX-License-Identifier: Apache-2.0 */
#include "module/sms_pdu.h"

#include "base/bytes.h"

#define TYPE_INTERNATIONAL 0x91u
#define TYPE_UNKNOWN 0x81u
#define TYPE_OF_NUMBER 0x70u /* mask */
#define TYPE_NAME 0x50u      /* the GSM alphabet instead of digits */
#define FILLER 15u

/* What an address may be dialled with, by semi-octet (TS 23.040, 9.1.2.3). */
static const char dialled[] = "0123456789*#abc";

/* --- octets in ----------------------------------------------------------- */

/* A reader that has run out gives zeros and remembers. */
struct octets {
    const uint8_t *next;
    uint32_t left;
    uint8_t short_of;
};

static const uint8_t *take(struct octets *in, uint32_t count)
{
    static const uint8_t nothing[SMS_USER_MAX];
    if (count > in->left) {
        in->short_of = 1;
        return nothing;
    }
    const uint8_t *octets = in->next;
    in->next += count;
    in->left -= count;
    return octets;
}

static uint8_t take_one(struct octets *in)
{
    return take(in, 1)[0];
}

static int is_name(uint8_t type)
{
    return (type & TYPE_OF_NUMBER) == TYPE_NAME;
}

static int is_international(uint8_t type)
{
    return (type & TYPE_OF_NUMBER) == (TYPE_INTERNATIONAL & TYPE_OF_NUMBER);
}

static uint8_t semi_octet(const uint8_t *octets, uint32_t index)
{
    return index % 2 == 0 ? octets[index / 2] & 15u : octets[index / 2] >> 4;
}

/* `count` semi-octets, a filler behind an odd number of them. */
static int read_digits(struct sms_address *address, const uint8_t *octets,
                       uint32_t count)
{
    uint32_t n = 0;
    if (is_international(address->type))
        address->digits[n++] = '+';
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t value = semi_octet(octets, i);
        if (value == FILLER)
            return FFX_ERR_SYNTAX;
        address->digits[n++] = dialled[value];
    }
    address->digits[n] = '\0';
    return count % 2 == 1 && semi_octet(octets, count) != FILLER
               ? FFX_ERR_SYNTAX
               : 0;
}

/* A name of up to eleven characters; for a person, so '?' may stand in it. */
static int read_name(struct sms_address *address, const uint8_t *octets,
                     uint32_t semi_octets)
{
    struct sms_text text;
    struct ffx_at_text out;
    sms_text_from_septets(&text, octets, 0, semi_octets * 4 / 7);
    ffx_at_text_init(&out, address->digits, sizeof address->digits - 1);
    sms_text_to_te(&text, SMS_IRA, 0, text.count, &out);
    address->digits[out.length] = '\0';
    for (uint32_t i = 0; i < out.length; i++)
        if (address->digits[i] < ' ' || address->digits[i] == '"')
            address->digits[i] = '?';
    return 0;
}

static int read_address(struct sms_address *address, struct octets *in)
{
    const uint32_t count = take_one(in);
    address->type = take_one(in);
    if (count > SMS_DIGITS)
        return FFX_ERR_SYNTAX;
    const uint8_t *octets = take(in, (count + 1) / 2);
    if (in->short_of)
        return FFX_ERR_SYNTAX;
    return is_name(address->type) ? read_name(address, octets, count)
                                  : read_digits(address, octets, count);
}

/* Its length counts octets, the type included, and 0 means "the module's". */
static int read_centre(struct sms_address *centre, struct octets *in)
{
    const uint32_t count = take_one(in);
    if (count == 0)
        return 0;
    centre->type = take_one(in);
    if (count < 2 || count > 1 + SMS_DIGITS / 2)
        return FFX_ERR_SYNTAX;
    const uint8_t *octets = take(in, count - 1);
    if (in->short_of)
        return FFX_ERR_SYNTAX;
    const uint32_t digits =
        2 * (count - 1) - (octets[count - 2] >> 4 == FILLER ? 1 : 0);
    return read_digits(centre, octets, digits);
}

static uint32_t stamp_octets(uint8_t first_octet)
{
    if ((first_octet & SMS_TYPE) != SMS_SUBMIT)
        return SMS_STAMP;
    if ((first_octet & SMS_VALIDITY) == 0)
        return 0;
    return (first_octet & SMS_VALIDITY) == SMS_RELATIVE ? 1 : SMS_STAMP;
}

static int read_user(struct sms_pdu *pdu, struct octets *in)
{
    pdu->user_length = take_one(in);
    const uint32_t octets = sms_pdu_user_octets(pdu);
    if (octets > SMS_USER_MAX || octets != in->left)
        return FFX_ERR_SYNTAX;
    memcpy(pdu->user, take(in, octets), octets);
    /* A header lies within the user data. */
    if ((pdu->first_octet & SMS_HEADER) &&
        (octets == 0 || pdu->user[0] + 1u > octets))
        return FFX_ERR_SYNTAX;
    return 0;
}

int sms_pdu_read(struct sms_pdu *pdu, const uint8_t *octets, uint32_t length)
{
    struct octets in = {octets, length, 0};
    memset(pdu, 0, sizeof *pdu);
    if (read_centre(&pdu->centre, &in) < 0)
        return FFX_ERR_SYNTAX;
    pdu->tpdu_length = in.left;
    pdu->first_octet = take_one(&in);
    if ((pdu->first_octet & SMS_TYPE) > SMS_SUBMIT)
        return FFX_ERR_SYNTAX;
    if (sms_pdu_is_submit(pdu))
        pdu->reference = take_one(&in);
    if (read_address(&pdu->address, &in) < 0)
        return FFX_ERR_SYNTAX;
    pdu->pid = take_one(&in);
    pdu->dcs = take_one(&in);
    const uint32_t stamp = stamp_octets(pdu->first_octet);
    memcpy(pdu->stamp, take(&in, stamp), stamp);
    if (read_user(pdu, &in) < 0 || in.short_of)
        return FFX_ERR_SYNTAX;
    return 0;
}

/* --- octets out ---------------------------------------------------------- */

/* FILLER: nobody dials this. */
static uint8_t digit_value(char c)
{
    uint8_t value = 0;
    while (value < FILLER && dialled[value] != c)
        value++;
    return value;
}

/* Digits as semi-octets; returns the octets. */
static uint32_t put_digits(uint8_t *to, const char *digits, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 2) {
        const uint8_t high =
            i + 1 < count ? digit_value(digits[i + 1]) : FILLER;
        to[i / 2] = (uint8_t)(high << 4 | digit_value(digits[i]));
    }
    return (count + 1) / 2;
}

static const char *plain_digits(const struct sms_address *address)
{
    return address->digits + (address->digits[0] == '+');
}

static uint32_t put_centre(uint8_t *to, const struct sms_address *centre)
{
    const char *digits = plain_digits(centre);
    if (digits[0] == '\0') {
        to[0] = 0;
        return 1;
    }
    const uint32_t octets = put_digits(to + 2, digits, bytes_length(digits));
    to[0] = (uint8_t)(octets + 1);
    to[1] = centre->type;
    return octets + 2;
}

static uint32_t put_address(uint8_t *to, const struct sms_address *address)
{
    const char *digits = plain_digits(address);
    to[0] = (uint8_t)bytes_length(digits);
    to[1] = address->type;
    return 2 + put_digits(to + 2, digits, to[0]);
}

uint32_t sms_pdu_write(const struct sms_pdu *pdu,
                       uint8_t octets[FFX_SMS_PDU_MAX])
{
    uint32_t n = put_centre(octets, &pdu->centre);
    octets[n++] = pdu->first_octet;
    if (sms_pdu_is_submit(pdu))
        octets[n++] = pdu->reference;
    n += put_address(octets + n, &pdu->address);
    octets[n++] = pdu->pid;
    octets[n++] = pdu->dcs;
    const uint32_t stamp = stamp_octets(pdu->first_octet);
    memcpy(octets + n, pdu->stamp, stamp);
    n += stamp;
    octets[n++] = pdu->user_length;
    const uint32_t user = sms_pdu_user_octets(pdu);
    memcpy(octets + n, pdu->user, user);
    return n + user;
}

/* --- what it means ------------------------------------------------------- */

enum sms_coding sms_pdu_coding(uint8_t dcs)
{
    static const enum sms_coding general[] = {SMS_CODING_7BIT, SMS_CODING_8BIT,
                                              SMS_CODING_UCS2, SMS_CODING_7BIT};
    if ((dcs & 0xa0) == 0x20)
        return SMS_CODING_8BIT; /* compressed: nobody's text */
    if ((dcs & 0x80) == 0)
        return general[dcs >> 2 & 3];
    if ((dcs & 0xf0) == 0xe0)
        return SMS_CODING_UCS2;
    return (dcs & 0xf4) == 0xf4 ? SMS_CODING_8BIT : SMS_CODING_7BIT;
}

int sms_pdu_is_submit(const struct sms_pdu *pdu)
{
    return (pdu->first_octet & SMS_TYPE) == SMS_SUBMIT;
}

uint32_t sms_pdu_user_octets(const struct sms_pdu *pdu)
{
    return sms_pdu_coding(pdu->dcs) == SMS_CODING_7BIT
               ? (pdu->user_length * 7u + 7u) / 8u
               : pdu->user_length;
}

void sms_pdu_text(const struct sms_pdu *pdu, struct sms_text *text)
{
    const uint32_t header =
        pdu->first_octet & SMS_HEADER ? pdu->user[0] + 1u : 0;
    if (sms_pdu_coding(pdu->dcs) == SMS_CODING_7BIT)
        sms_text_from_septets(text, pdu->user, (header * 8 + 6) / 7,
                              pdu->user_length);
    else
        sms_text_from_ucs2(text, pdu->user + header, pdu->user_length - header);
}

int sms_address_set(struct sms_address *address, const char *number,
                    uint8_t type)
{
    const uint32_t plus = number[0] == '+';
    const uint32_t length = bytes_length(number + plus);
    memset(address, 0, sizeof *address);
    if (length == 0 || length > SMS_DIGITS)
        return FFX_ERR_SYNTAX;
    for (uint32_t i = 0; i < length; i++)
        if (digit_value(number[plus + i]) == FILLER)
            return FFX_ERR_SYNTAX;
    address->type = plus ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
    if (type != 0)
        address->type = type;
    if (is_name(address->type) || (plus && !is_international(address->type)))
        return FFX_ERR_SYNTAX;
    if (is_international(address->type))
        address->digits[0] = '+';
    memcpy(address->digits + bytes_length(address->digits), number + plus,
           length);
    return 0;
}

static void put_pair(struct ffx_at_text *out, uint8_t octet)
{
    ffx_at_put_number(out, octet & 15);
    ffx_at_put_number(out, octet >> 4);
}

void sms_put_stamp(struct ffx_at_text *out, const uint8_t stamp[SMS_STAMP])
{
    static const char *const between[] = {"/", "/", ",", ":", ":"};
    for (uint32_t i = 0; i < 6; i++) {
        put_pair(out, stamp[i]);
        if (i < 5)
            ffx_at_put(out, between[i]);
    }
    /* Quarters of an hour; the tens' highest bit is the sign. */
    ffx_at_put(out, stamp[6] & 0x08 ? "-" : "+");
    put_pair(out, stamp[6] & 0xf7);
}
