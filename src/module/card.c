/* SPDX-License-Identifier: Apache-2.0 */
#include "module/card.h"

#include "base/bytes.h"

#include "module/radio.h"

#define ICCID_HEAD "898603" /* telecommunication, China, CT */

void card_imsi(const struct ffx_module *module, char imsi[CARD_IMSI + 1])
{
    static const char plmn[] = RADIO_PLMN;
    memcpy(imsi, plmn, sizeof plmn - 1);
    memcpy(imsi + sizeof plmn - 1, module->config.imei + 5, 11);
}

/* ITU-T E.118: the last digit is Luhn's. */
static char luhn(const char *digits, uint32_t length)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t twice = (length - i) % 2u + 1u;
        const uint32_t value = (uint32_t)(digits[i] - '0') * twice;
        sum += value > 9 ? value - 9 : value;
    }
    return (char)('0' + (10u - sum % 10u) % 10u);
}

void card_iccid(const struct ffx_module *module, char iccid[CARD_ICCID + 1])
{
    memcpy(iccid, ICCID_HEAD, sizeof ICCID_HEAD - 1);
    memcpy(iccid + sizeof ICCID_HEAD - 1, module->config.imei + 2, 13);
    iccid[CARD_ICCID - 1] = luhn(iccid, CARD_ICCID - 1);
    iccid[CARD_ICCID] = '\0';
}
