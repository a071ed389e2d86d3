/* SPDX-License-Identifier: Apache-2.0 */
#include "module/sms_show.h"

#include "base/bytes.h"

/* --- parameters ---------------------------------------------------------- */

void sms_put_string(const struct ffx_module *module, struct ffx_at_text *out,
                    const char *text)
{
    struct sms_text units;
    if (module->sms.charset != SMS_UCS2) {
        ffx_at_put_quoted(out, text);
        return;
    }
    ffx_at_put(out, "\"");
    if (sms_text_from_utf8(&units, text) == 0)
        sms_text_to_te(&units, SMS_UCS2, 0, units.count, out);
    ffx_at_put(out, "\"");
}

int sms_take_number(const struct ffx_module *module, const char *text,
                    uint8_t type, struct sms_address *address)
{
    char number[SMS_DIGITS + 2];
    struct sms_text units;
    struct ffx_at_text out;
    ffx_at_text_init(&out, number, sizeof number - 1);
    /* A plain number is understood in UCS2 as well. */
    if (module->sms.charset == SMS_UCS2 &&
        sms_text_from_te(&units, SMS_UCS2, text, bytes_length(text)) == 0) {
        sms_text_to_te(&units, SMS_IRA, 0, units.count, &out);
        number[out.length] = '\0';
        if (!out.overflow && sms_address_set(address, number, type) == 0)
            return 0;
    }
    return sms_address_set(address, text, type);
}

const char *sms_status_name(enum sms_status status)
{
    static const char *const names[] = {
        [SMS_UNREAD] = "REC UNREAD", [SMS_READ] = "REC READ",
        [SMS_UNSENT] = "STO UNSENT", [SMS_SENT] = "STO SENT",
        [SMS_ALL] = "ALL",
    };
    return names[status];
}

/* Up to FFX_SMS_PDU_MAX octets, in two halves. */
static void put_half(struct ffx_at_text *out, const uint8_t *octets,
                     uint32_t count, uint32_t half)
{
    const uint32_t first = bytes_min(count, FFX_SMS_PDU_MAX / 2);
    if (half == 0)
        sms_put_hex(out, octets, first);
    else
        sms_put_hex(out, octets + first, count - first);
}

/* --- text mode ----------------------------------------------------------- */

static void put_next(struct ffx_at_text *out, int32_t value)
{
    ffx_at_put(out, ",");
    ffx_at_put_number(out, value);
}

static void put_stamp(struct ffx_at_text *out, const struct sms_pdu *pdu)
{
    ffx_at_put(out, "\"");
    if (!sms_pdu_is_submit(pdu))
        sms_put_stamp(out, pdu->stamp);
    ffx_at_put(out, "\"");
}

/* CSDH=1: all of these, CMGL only the first and the last. */
static void put_details(const struct ffx_module *module,
                        struct ffx_at_text *out, const struct sms_pdu *pdu,
                        enum sms_view view)
{
    put_next(out, pdu->address.type);
    if (view != SMS_CMGL) {
        put_next(out, pdu->first_octet);
        put_next(out, pdu->pid);
        put_next(out, pdu->dcs);
        if (sms_pdu_is_submit(pdu)) {
            ffx_at_put(out, ",");
            if ((pdu->first_octet & SMS_VALIDITY) == SMS_RELATIVE)
                ffx_at_put_number(out, pdu->stamp[0]);
        }
        ffx_at_put(out, ",");
        sms_put_string(module, out, pdu->centre.digits);
        put_next(out, pdu->centre.type);
    }
    put_next(out, pdu->user_length);
}

/* 8-bit data, UCS2 and whatever has a header are shown octet by octet. */
static void put_text(const struct ffx_module *module, struct ffx_at_text *out,
                     const struct sms_pdu *pdu, uint32_t half)
{
    struct sms_text text;
    if (sms_pdu_coding(pdu->dcs) != SMS_CODING_7BIT ||
        (pdu->first_octet & SMS_HEADER)) {
        put_half(out, pdu->user, sms_pdu_user_octets(pdu), half);
        return;
    }
    sms_pdu_text(pdu, &text);
    sms_text_to_te(&text, (enum sms_charset)module->sms.charset,
                   half * SMS_SEPTETS_MAX / 2, (half + 1) * SMS_SEPTETS_MAX / 2,
                   out);
}

static void put_text_head(const struct ffx_module *module,
                          struct ffx_at_text *out, const struct sms_pdu *pdu,
                          enum sms_view view)
{
    sms_put_string(module, out, pdu->address.digits);
    ffx_at_put(out, ",\"\"");
    /* A stored message of ours has no time; CMGL keeps the place for it. */
    if (view == SMS_CMGL || !sms_pdu_is_submit(pdu)) {
        ffx_at_put(out, ",");
        put_stamp(out, pdu);
    }
    if (module->sms.header)
        put_details(module, out, pdu, view);
}

/* --- both modes ---------------------------------------------------------- */

static void put_head(const struct ffx_module *module, struct ffx_at_text *out,
                     const struct ffx_module_message *message,
                     const struct sms_pdu *pdu, enum sms_view view)
{
    if (view != SMS_CMT) {
        if (module->sms.text_mode)
            ffx_at_put_quoted(out, sms_status_name(message->status));
        else
            ffx_at_put_number(out, message->status);
        ffx_at_put(out, ",");
    }
    if (module->sms.text_mode) {
        put_text_head(module, out, pdu, view);
    } else {
        ffx_at_put(out, "\"\"");
        put_next(out, (int32_t)pdu->tpdu_length);
    }
    ffx_at_put(out, "\r\n");
}

void sms_show(const struct ffx_module *module, struct ffx_at_text *out,
              const struct ffx_module_message *message, enum sms_view view,
              uint32_t part)
{
    struct sms_pdu pdu;
    sms_pdu_read(&pdu, message->pdu, message->length);
    if (part == 0)
        put_head(module, out, message, &pdu, view);
    else if (module->sms.text_mode)
        put_text(module, out, &pdu, part - 1);
    else
        put_half(out, message->pdu, message->length, part - 1);
}
