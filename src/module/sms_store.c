/* SPDX-License-Identifier: Apache-2.0 */
#include "module/sms_store.h"

#include "base/bytes.h"

#include "module/clock.h"
#include "module/urc.h"

/* The service centre that the SIM leaves the factory with. */
#define CENTRE "+8613800100500"

void sms_defaults(struct ffx_module *module)
{
    struct ffx_module_sms *sms = &module->sms;
    sms->mode = 2;
    sms->report = 1;
    sms->first_octet = SMS_SUBMIT | SMS_RELATIVE;
    sms->validity = 167; /* a day */
    memcpy(sms->centre, CENTRE, sizeof CENTRE);
    sms->centre_type = 145;
}

const char *sms_store_name(uint32_t store)
{
    return store == SMS_ON_SIM ? "SM" : "ME";
}

struct ffx_module_message *sms_place(struct ffx_module *module, uint32_t place)
{
    return &module->sms.messages[place / FFX_MODULE_MESSAGES]
                                [place % FFX_MODULE_MESSAGES];
}

int32_t sms_used(const struct ffx_module *module, uint32_t store)
{
    int32_t used = 0;
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        used += module->sms.messages[store][i].state == SMS_KEPT;
    return used;
}

static int announced(const struct ffx_module_port *port, uint32_t place)
{
    for (uint32_t i = 0; i < port->urc_count; i++)
        if (port->urcs[i].kind == URC_SMS_DIRECT &&
            port->urcs[i].value == place)
            return 0;
    return 1;
}

/* A direct message needs its place until no port has to say it any more. */
static int is_free(struct ffx_module *module, uint32_t place)
{
    struct ffx_module_message *message = sms_place(module, place);
    int done = message->state == SMS_DIRECT;
    for (uint32_t i = 0; done && i < module->config.port_count; i++)
        done = announced(&module->ports[i], place);
    if (done)
        message->state = SMS_FREE;
    return message->state == SMS_FREE;
}

int sms_keep(struct ffx_module *module, uint32_t store, enum sms_status status,
             const uint8_t *pdu, uint32_t length)
{
    uint32_t place = store * FFX_MODULE_MESSAGES, end = place;
    end += FFX_MODULE_MESSAGES;
    while (place < end && !is_free(module, place))
        place++;
    if (place == end)
        return FFX_ERR_SPACE;
    struct ffx_module_message *message = sms_place(module, place);
    message->state = SMS_KEPT;
    message->status = (uint8_t)status;
    message->length = (uint8_t)length;
    memcpy(message->pdu, pdu, length);
    return (int)place;
}

/* CNMI (TS 27.005, 3.4.1). In mode 0 nothing is said now: what mt 2 would
 * have shown is stored instead of buffered, so that nothing is lost. */
int sms_arrive(struct ffx_module *module, const struct sms_pdu *pdu)
{
    struct ffx_module_sms *sms = &module->sms;
    uint8_t octets[FFX_SMS_PDU_MAX];
    const uint32_t length = sms_pdu_write(pdu, octets);
    const int place =
        sms_keep(module, sms->store[2], SMS_UNREAD, octets, length);
    if (place < 0)
        return place;
    if (sms->mode == 0 || sms->report == 0)
        return 0;
    if (sms->report == 2) {
        sms_place(module, (uint32_t)place)->state = SMS_DIRECT;
        sms->owed = sms->service;
    }
    urc_push(module, sms->report == 2 ? URC_SMS_DIRECT : URC_SMS,
             (uint8_t)place);
    return 0;
}

/* Two digits, the first one in the low half (TS 23.040, 9.1.2.3). */
static uint8_t swapped(uint32_t value)
{
    return (uint8_t)(value % 10u << 4 | value / 10u % 10u);
}

void sms_stamp(struct ffx_module *module, uint8_t stamp[SMS_STAMP])
{
    struct clock_time time;
    int8_t zone;
    clock_of_network(module, &time, &zone);
    stamp[0] = swapped(time.year);
    stamp[1] = swapped(time.month);
    stamp[2] = swapped(time.day);
    stamp[3] = swapped(time.hour);
    stamp[4] = swapped(time.minute);
    stamp[5] = swapped(time.second);
    stamp[6] = zone < 0 ? (uint8_t)(swapped((uint32_t)-zone) | 0x08u)
                        : swapped((uint32_t)zone);
}
