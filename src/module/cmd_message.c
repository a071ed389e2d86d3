/* SPDX-License-Identifier: Apache-2.0 */
/* SMS that arrive, wait and leave (manual chapter 4, TS 27.005; note 5.2.1:
 * an SMS may start a session). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/phone.h"
#include "module/radio.h"
#include "module/sms_entry.h"
#include "module/sms_fault.h"
#include "module/sms_show.h"

/* As CME 10, 11, 12 and 14 (SIM), in the numbers of TS 27.005. */
static int need_sim(const struct ffx_module *module)
{
    static const struct {
        int cme, cms;
    } faults[] = {{10, 310}, {11, 311}, {12, 316}, {14, 314}};
    const int result = radio_need_sim(module);
    if (result == COMMAND_OK)
        return result;
    for (uint32_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (result == COMMAND_CME(faults[i].cme))
            return COMMAND_CMS(faults[i].cms);
    return COMMAND_CMS(313);
}

static int need_network(const struct ffx_module *module)
{
    const int result = need_sim(module);
    return result == COMMAND_OK && !module->registered ? CMS_NO_NETWORK
                                                       : result;
}

/* --- reading ------------------------------------------------------------- */

/* The message at the index that stands in a command; null: none. */
static struct ffx_module_message *take_message(struct ffx_module *module,
                                               struct command_call *call,
                                               uint32_t store)
{
    int32_t index;
    if (command_number(call, 1, FFX_MODULE_MESSAGES, &index) != 1)
        return 0;
    struct ffx_module_message *message =
        &module->sms.messages[store][index - 1];
    return message->state == SMS_KEPT ? message : 0;
}

/* <mode> 1 leaves an unread message unread (manual 4.2.3). */
static int take_mode(struct command_call *call, int *keep)
{
    int32_t mode = 0;
    if (command_number(call, 0, 1, &mode) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    *keep = mode;
    return COMMAND_OK;
}

/* Goes on when the message has vanished meanwhile, by another port. */
static void show(struct ffx_module *module, struct command_call *call,
                 struct ffx_module_message *message, enum sms_view view,
                 int keep)
{
    const uint32_t part = call->port->step % SMS_PARTS;
    if (message != 0 && message->state == SMS_KEPT)
        sms_show(module, &call->out, message, view, part);
    if (part + 1 < SMS_PARTS)
        return;
    answer_end(call);
    if (message != 0 && message->status == SMS_UNREAD && !keep)
        message->status = SMS_READ;
}

static int cmgr_write(struct ffx_module *module, struct command_call *call)
{
    const uint32_t step = call->port->step;
    int keep, result = step == 0 ? need_sim(module) : COMMAND_OK;
    if (result != COMMAND_OK)
        return result;
    struct ffx_module_message *message =
        take_message(module, call, module->sms.store[0]);
    if (message == 0 && step == 0)
        return CMS_INVALID_INDEX;
    result = take_mode(call, &keep);
    if (result != COMMAND_OK)
        return result;
    if (step == 0)
        answer_named(call);
    show(module, call, message, SMS_CMGR, keep);
    return step + 1 < SMS_PARTS ? COMMAND_AGAIN : COMMAND_OK;
}

/* One part of a message a piece. */
static int list(struct ffx_module *module, struct command_call *call,
                enum sms_status status, int keep)
{
    struct ffx_module_port *port = call->port;
    const uint32_t index = port->step / SMS_PARTS;
    if (index == FFX_MODULE_MESSAGES)
        return COMMAND_OK;
    struct ffx_module_message *message =
        &module->sms.messages[module->sms.store[0]][index];
    if (port->step % SMS_PARTS == 0) {
        if (message->state != SMS_KEPT ||
            (status != SMS_ALL && message->status != status)) {
            port->step += SMS_PARTS - 1;
            return COMMAND_AGAIN;
        }
        answer_named(call);
        ffx_at_put_number(&call->out, (int32_t)index + 1);
        ffx_at_put(&call->out, ",");
    }
    show(module, call, message, SMS_CMGL, keep);
    return COMMAND_AGAIN;
}

static int cmgl_execute(struct ffx_module *module, struct command_call *call)
{
    const int result = call->port->step == 0 ? need_sim(module) : COMMAND_OK;
    return result == COMMAND_OK ? list(module, call, SMS_UNREAD, 0) : result;
}

/* Named in text mode, numbered in PDU mode: 1, 0 absent, else a fault. */
static int take_status(const struct ffx_module *module,
                       struct command_call *call, int32_t *status)
{
    char name[12];
    if (!module->sms.text_mode)
        return command_number(call, SMS_UNREAD, SMS_ALL, status);
    const int result = command_string(call, name, sizeof name);
    if (result != 1)
        return result;
    for (*status = SMS_UNREAD; *status <= SMS_ALL; ++*status)
        if (bytes_same_text(name, sms_status_name((enum sms_status) * status)))
            return 1;
    return COMMAND_REFUSED;
}

static int cmgl_write(struct ffx_module *module, struct command_call *call)
{
    int32_t status;
    int keep, result = call->port->step == 0 ? need_sim(module) : COMMAND_OK;
    if (result != COMMAND_OK)
        return result;
    if (take_status(module, call, &status) != 1)
        return COMMAND_REFUSED;
    result = take_mode(call, &keep);
    return result == COMMAND_OK
               ? list(module, call, (enum sms_status)status, keep)
               : result;
}

static int cmgl_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, module->sms.text_mode
                               ? "(\"REC UNREAD\",\"REC READ\",\"STO UNSENT\","
                                 "\"STO SENT\",\"ALL\")"
                               : "(0-4)");
    answer_end(call);
    return COMMAND_OK;
}

/* --- deleting ------------------------------------------------------------ */

static int cmgd_test(struct ffx_module *module, struct command_call *call)
{
    const char *comma = "";
    answer_named(call);
    ffx_at_put(&call->out, "(");
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        if (module->sms.messages[module->sms.store[0]][i].state == SMS_KEPT) {
            ffx_at_put(&call->out, comma);
            ffx_at_put_number(&call->out, (int32_t)i + 1);
            comma = ",";
        }
    ffx_at_put(&call->out, "),(0-4)");
    answer_end(call);
    return COMMAND_OK;
}

static void forget(struct ffx_module_message *message)
{
    if (message->state == SMS_KEPT)
        memset(message, 0, sizeof *message);
}

/* <delflag> 1: those read; 2: those sent as well; 3: all but the unread;
 * 4: all. */
static int goes(const struct ffx_module_message *message, int32_t flag)
{
    static const uint8_t from[] = {
        [SMS_UNREAD] = 4, [SMS_READ] = 1, [SMS_UNSENT] = 3, [SMS_SENT] = 2};
    return flag >= from[message->status];
}

static int cmgd_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_message *messages =
        module->sms.messages[module->sms.store[0]];
    int32_t index, flag = 0;
    const int result = need_sim(module);
    if (result != COMMAND_OK)
        return result;
    if (command_number(call, 0, FFX_MODULE_MESSAGES, &index) != 1 ||
        command_number(call, 0, 4, &flag) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (flag == 0 && index == 0)
        return CMS_INVALID_INDEX;
    if (flag == 0)
        forget(&messages[index - 1]);
    for (uint32_t i = 0; flag > 0 && i < FFX_MODULE_MESSAGES; i++)
        if (goes(&messages[i], flag))
            forget(&messages[i]);
    return COMMAND_OK;
}

/* --- what the TE typed --------------------------------------------------- */

/* User data from the entry, as <dcs> of CSMP says. */
static int take_user(const struct ffx_module_sms *sms, struct sms_pdu *pdu)
{
    struct sms_text text;
    int length;
    if (sms_pdu_coding(pdu->dcs) != SMS_CODING_7BIT)
        length =
            sms_hex(sms->entry, sms->entry_length, pdu->user, SMS_USER_MAX);
    else if (sms_text_from_te(&text, (enum sms_charset)sms->charset, sms->entry,
                              sms->entry_length) < 0)
        return CMS_TEXT_PARAMETER;
    else
        length = sms_text_to_septets(&text, pdu->user);
    if (length < 0)
        return CMS_TEXT_PARAMETER;
    pdu->user_length = (uint8_t)length;
    return COMMAND_OK;
}

static void put_centre(const struct ffx_module_sms *sms, struct sms_pdu *pdu)
{
    memcpy(pdu->centre.digits, sms->centre, sizeof sms->centre);
    pdu->centre.type = sms->centre_type;
}

static int build_text(const struct ffx_module_sms *sms,
                      const struct sms_address *to, struct sms_pdu *pdu)
{
    memset(pdu, 0, sizeof *pdu);
    put_centre(sms, pdu);
    pdu->address = *to;
    pdu->first_octet = sms->first_octet;
    pdu->pid = sms->pid;
    pdu->dcs = sms->dcs;
    pdu->stamp[0] = sms->validity;
    return take_user(sms, pdu);
}

static int build_pdu(const struct ffx_module_sms *sms, int32_t length,
                     struct sms_pdu *pdu)
{
    uint8_t octets[FFX_SMS_PDU_MAX];
    const int count =
        sms_hex(sms->entry, sms->entry_length, octets, sizeof octets);
    if (count < 0 || sms_pdu_read(pdu, octets, (uint32_t)count) < 0 ||
        pdu->tpdu_length != (uint32_t)length)
        return CMS_PDU_PARAMETER;
    return COMMAND_OK;
}

/* What CMGS and CMGW have in front of the entry. */
struct intent {
    struct sms_address to; /* text mode */
    int32_t length;        /* PDU mode */
    int32_t status;        /* CMGW; -1: not said */
};

static int take_number(const struct ffx_module *module,
                       struct command_call *call, struct sms_address *to)
{
    char number[4 * (SMS_DIGITS + 1) + 1];
    int32_t type = 0;
    memset(to, 0, sizeof *to);
    to->type = 129;
    const int given = command_string(call, number, sizeof number);
    if (given < 0 || command_number(call, 128, 255, &type) < 0)
        return CMS_TEXT_PARAMETER;
    if (given == 0)
        return 0;
    return sms_take_number(module, number, (uint8_t)type, to) == 0
               ? 1
               : CMS_TEXT_PARAMETER;
}

static int take_target(const struct ffx_module *module,
                       struct command_call *call, struct intent *intent)
{
    intent->status = -1;
    if (module->sms.text_mode)
        return take_number(module, call, &intent->to);
    return command_number(call, 7, FFX_SMS_PDU_MAX, &intent->length) == 1
               ? 1
               : CMS_PDU_PARAMETER;
}

static int build(const struct ffx_module *module, const struct intent *intent,
                 struct sms_pdu *pdu)
{
    return module->sms.text_mode ? build_text(&module->sms, &intent->to, pdu)
                                 : build_pdu(&module->sms, intent->length, pdu);
}

/* --- sending ------------------------------------------------------------- */

static void tell_network(struct ffx_module *module, const struct sms_pdu *pdu)
{
    char utf8[3 * SMS_SEPTETS_MAX + 1];
    struct sms_text text;
    struct ffx_at_text out;
    if (module->config.network->message == 0)
        return;
    ffx_at_text_init(&out, utf8, sizeof utf8 - 1);
    if (sms_pdu_coding(pdu->dcs) == SMS_CODING_8BIT) {
        sms_put_hex(&out, pdu->user, pdu->user_length);
    } else {
        sms_pdu_text(pdu, &text);
        sms_text_to_utf8(&text, &out);
    }
    utf8[out.length] = '\0';
    module->config.network->message(module->config.context, pdu->address.digits,
                                    utf8);
}

/* A message to the module's own number comes back. */
static void come_back(struct ffx_module *module, const struct sms_pdu *sent)
{
    struct sms_pdu pdu = *sent;
    pdu.first_octet = SMS_NO_MORE | (sent->first_octet & SMS_HEADER);
    put_centre(&module->sms, &pdu);
    sms_stamp(module, pdu.stamp);
    sms_arrive(module, &pdu);
}

static int send(struct ffx_module *module, struct command_call *call,
                struct sms_pdu *pdu)
{
    struct ffx_module_sms *sms = &module->sms;
    const char *to = pdu->address.digits;
    if (!sms_pdu_is_submit(pdu) || to[0] == '\0' || to[to[0] == '+'] == '\0')
        return sms->text_mode ? CMS_TEXT_PARAMETER : CMS_PDU_PARAMETER;
    if (pdu->centre.digits[0] == '\0' && sms->centre[0] == '\0')
        return CMS_NO_CENTRE;
    pdu->reference = ++sms->reference;
    answer_number(call, pdu->reference);
    tell_network(module, pdu);
    if (bytes_same_text(to, PHONE_NUMBER))
        come_back(module, pdu);
    return COMMAND_OK;
}

static int cmgs_take(struct ffx_module *module, struct command_call *call,
                     struct intent *intent)
{
    const int result = need_network(module);
    if (result != COMMAND_OK)
        return result;
    const int given = take_target(module, call, intent);
    if (given < 0)
        return given;
    return given == 1 && ffx_at_args_end(&call->args) == 0 ? COMMAND_OK
                                                           : COMMAND_REFUSED;
}

static int cmgs_write(struct ffx_module *module, struct command_call *call)
{
    struct intent intent;
    struct sms_pdu pdu;
    const int ended = call->port->step > 0 ? sms_entry_finish(module) : 1;
    int result = cmgs_take(module, call, &intent);
    if (result != COMMAND_OK || ended == 0)
        return result;
    if (call->port->step == 0)
        return sms_entry_begin(module, call);
    result = ended < 0 ? ended : build(module, &intent, &pdu);
    return result == COMMAND_OK ? send(module, call, &pdu) : result;
}

/* --- writing ------------------------------------------------------------- */

static int cmgw_take(struct ffx_module *module, struct command_call *call,
                     struct intent *intent)
{
    const int result = need_sim(module);
    if (result != COMMAND_OK)
        return result;
    const int given = take_target(module, call, intent);
    if (given < 0)
        return given;
    if (take_status(module, call, &intent->status) < 0 ||
        intent->status == SMS_ALL || ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    return COMMAND_OK;
}

static int store(struct ffx_module *module, struct command_call *call,
                 const struct sms_pdu *pdu, int32_t status)
{
    uint8_t octets[FFX_SMS_PDU_MAX];
    const int submit = sms_pdu_is_submit(pdu);
    if (status < 0)
        status = submit ? SMS_UNSENT : SMS_READ;
    if (submit != (status >= SMS_UNSENT))
        return module->sms.text_mode ? CMS_TEXT_PARAMETER : CMS_PDU_PARAMETER;
    /* A PDU is stored as it was typed. */
    const int length = module->sms.text_mode ? (int)sms_pdu_write(pdu, octets)
                                             : sms_hex(module->sms.entry,
                                                       module->sms.entry_length,
                                                       octets, sizeof octets);
    const int place =
        sms_keep(module, module->sms.store[1], (enum sms_status)status, octets,
                 (uint32_t)length);
    if (place < 0)
        return CMS_MEMORY_FULL;
    answer_number(call, place % (int)FFX_MODULE_MESSAGES + 1);
    return COMMAND_OK;
}

static int cmgw_write(struct ffx_module *module, struct command_call *call)
{
    struct intent intent;
    struct sms_pdu pdu;
    const int ended = call->port->step > 0 ? sms_entry_finish(module) : 1;
    int result = cmgw_take(module, call, &intent);
    if (result != COMMAND_OK || ended == 0)
        return result;
    if (call->port->step == 0)
        return sms_entry_begin(module, call);
    result = ended < 0 ? ended : build(module, &intent, &pdu);
    return result == COMMAND_OK ? store(module, call, &pdu, intent.status)
                                : result;
}

/* AT+CMGW alone: a text that has no receiver yet. */
static int cmgw_execute(struct ffx_module *module, struct command_call *call)
{
    return module->sms.text_mode || call->port->step > 0
               ? cmgw_write(module, call)
               : CMS_PDU_PARAMETER;
}

static int cmss_write(struct ffx_module *module, struct command_call *call)
{
    struct sms_address to;
    struct sms_pdu pdu;
    int result = need_network(module);
    if (result != COMMAND_OK)
        return result;
    struct ffx_module_message *message =
        take_message(module, call, module->sms.store[1]);
    if (message == 0)
        return CMS_INVALID_INDEX;
    sms_pdu_read(&pdu, message->pdu, message->length);
    const int given = take_number(module, call, &to);
    if (given < 0)
        return given;
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (given == 1)
        pdu.address = to;
    result = send(module, call, &pdu);
    if (result == COMMAND_OK)
        message->status = SMS_SENT;
    return result;
}

/* --- arriving ------------------------------------------------------------ */

static int is_text(const char *text)
{
    const uint32_t length = bytes_length(text);
    for (uint32_t i = 0; i < length; i++)
        if ((uint8_t)text[i] < ' ' && text[i] != '\r' && text[i] != '\n')
            return 0;
    return 1;
}

/* In septets when the alphabet has every character, else in UCS2. */
static int put_user(struct sms_pdu *pdu, const char *utf8)
{
    struct sms_text text;
    if (!is_text(utf8) || sms_text_from_utf8(&text, utf8) < 0)
        return FFX_ERR_ARGUMENT;
    int length = sms_text_to_septets(&text, pdu->user);
    if (length == FFX_ERR_SYNTAX) {
        pdu->dcs = 0x08;
        length = sms_text_to_ucs2(&text, pdu->user);
    }
    if (length < 0)
        return FFX_ERR_ARGUMENT;
    pdu->user_length = (uint8_t)length;
    return 0;
}

int ffx_module_sms(struct ffx_module *module, const char *from,
                   const char *text, uint32_t now_ms)
{
    struct sms_pdu pdu;
    struct sms_address address;
    memset(&pdu, 0, sizeof pdu);
    if (sms_address_set(&address, from, 0) < 0 || put_user(&pdu, text) < 0)
        return FFX_ERR_ARGUMENT;
    if (!module->registered)
        return FFX_ERR_BUSY;
    module->now_ms = now_ms;
    pdu.address = address;
    put_centre(&module->sms, &pdu);
    pdu.first_octet = SMS_DELIVER | SMS_NO_MORE;
    sms_stamp(module, pdu.stamp);
    const int result = sms_arrive(module, &pdu);
    ffx_module_poll(module, now_ms);
    return result;
}

static const struct command rows[] = {
    {"+CMGR", 0, "", .write = cmgr_write},
    {"+CMGL", 0, .tester = cmgl_test, .write = cmgl_write,
     .execute = cmgl_execute},
    {"+CMGD", 0, .tester = cmgd_test, .write = cmgd_write},
    {"+CMGS", 0, "", .write = cmgs_write},
    {"+CMGW", 0, "", .write = cmgw_write, .execute = cmgw_execute},
    {"+CMSS", 0, "", .write = cmss_write},
};

const struct command_table cmd_message_table = {rows,
                                                sizeof rows / sizeof rows[0]};
