/* SPDX-License-Identifier: Apache-2.0 */
#include "sms.h"

#include <ctype.h>
#include <string.h>

/* ASCII part of the default alphabet where the two differ. */
static const struct {
    char ascii;
    uint16_t septet;
} sms_exceptions[] = {
    {'@', 0x00},   {'$', 0x02},   {'_', 0x11},   {'\n', 0x0a},   {'\r', 0x0d},
    {'^', 0x1b14}, {'{', 0x1b28}, {'}', 0x1b29}, {'\\', 0x1b2f}, {'[', 0x1b3c},
    {'~', 0x1b3d}, {']', 0x1b3e}, {'|', 0x1b40}, {'`', 0xffff},
};

int sms_septet(char c)
{
    for (size_t i = 0; i < sizeof sms_exceptions / sizeof sms_exceptions[0];
         i++)
        if (sms_exceptions[i].ascii == c)
            return sms_exceptions[i].septet == 0xffff
                       ? -1
                       : sms_exceptions[i].septet;
    return c >= ' ' && c < 0x7f ? c : -1;
}

/* Septets are packed from the least significant bit on. */
struct sms_packer {
    uint8_t *out;
    uint32_t septets;
};

static void sms_pack(struct sms_packer *packer, uint8_t septet)
{
    const uint32_t bit = 7 * packer->septets++;
    const uint32_t word = (uint32_t)septet << bit % 8;
    packer->out[bit / 8] = (uint8_t)(packer->out[bit / 8] | word);
    if (bit % 8 > 1)
        packer->out[bit / 8 + 1] = (uint8_t)(word >> 8);
}

static int sms_pack_text(struct sms_packer *packer, const char *text)
{
    for (; *text != '\0'; text++) {
        const int septet = sms_septet(*text);
        if (septet < 0 || packer->septets + (septet > 0x7f) >= SMS_TEXT_MAX)
            return -1;
        if (septet > 0x7f)
            sms_pack(packer, 0x1b);
        sms_pack(packer, (uint8_t)(septet & 0x7f));
    }
    return 0;
}

/* Digits as swapped semi-octets, filled up with 0xf. */
static int sms_number(uint8_t *out, const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)digits[i]))
            return -1;
        const uint8_t digit = (uint8_t)(digits[i] - '0');
        if (i % 2 == 0)
            out[i / 2] = (uint8_t)(0xf0 | digit);
        else
            out[i / 2] = (uint8_t)((out[i / 2] & 0x0f) | digit << 4);
    }
    return 0;
}

int sms_submit(uint8_t pdu[SMS_PDU_MAX], const char *number, const char *text)
{
    const int international = number[0] == '+';
    const char *digits = number + international;
    const size_t count = strlen(digits);
    if (count == 0 || count > 20)
        return -1;
    memset(pdu, 0, SMS_PDU_MAX);
    pdu[0] = 0;    /* service centre: the one of the SIM */
    pdu[1] = 0x01; /* SUBMIT, no validity period */
    pdu[3] = (uint8_t)count;
    pdu[4] = international ? 0x91 : 0x81;
    if (sms_number(pdu + 5, digits, count) != 0)
        return -1;
    uint8_t *const body = pdu + 5 + (count + 1) / 2;
    struct sms_packer packer = {.out = body + 3};
    if (sms_pack_text(&packer, text) != 0)
        return -1;
    body[2] = (uint8_t)packer.septets;
    return (int)(body + 3 - pdu) + (int)((7 * packer.septets + 7) / 8);
}
