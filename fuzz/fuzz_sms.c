/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as the PDU of an SMS. What is accepted can be shown in every
 * spelling, and written again it reads the same. */
#include "module/sms_pdu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const struct sms_pdu *pdu)
{
    char shown[4 * SMS_SEPTETS_MAX];
    struct sms_text text, again;
    struct ffx_at_text out;
    sms_pdu_text(pdu, &text);
    for (int charset = SMS_IRA; charset <= SMS_UCS2; charset++) {
        ffx_at_text_init(&out, shown, sizeof shown);
        sms_text_to_te(&text, (enum sms_charset)charset, 0, text.count, &out);
        if (out.overflow)
            abort();
    }
    /* UCS2 loses nothing. */
    if (sms_text_from_te(&again, SMS_UCS2, shown, out.length) != 0 ||
        again.count != text.count ||
        memcmp(again.units, text.units, 2 * text.count) != 0)
        abort();
    ffx_at_text_init(&out, shown, sizeof shown - 1);
    sms_text_to_utf8(&text, &out);
    shown[out.length] = '\0';
    if (out.overflow || sms_text_from_utf8(&again, shown) != 0)
        abort();
}

static void write_again(const struct sms_pdu *pdu)
{
    uint8_t octets[FFX_SMS_PDU_MAX];
    struct sms_pdu same;
    const uint32_t length = sms_pdu_write(pdu, octets);
    if (length > sizeof octets || sms_pdu_read(&same, octets, length) != 0 ||
        memcmp(&same, pdu, sizeof same) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sms_pdu pdu;
    if (size > 1000 || sms_pdu_read(&pdu, data, (uint32_t)size) != 0)
        return 0;
    if (strlen(pdu.address.digits) > SMS_DIGITS + 1 ||
        strlen(pdu.centre.digits) > SMS_DIGITS + 1)
        abort();
    show(&pdu);
    if ((pdu.address.type & 0x70) != 0x50) /* a name is for showing only */
        write_again(&pdu);
    return 0;
}
