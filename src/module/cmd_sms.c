/* SPDX-License-Identifier: Apache-2.0 */
/* SMS that arrive (manual chapter 4; note 5.2.1: an SMS may start a
 * session). Text mode; the PDU form is answered with CMS 303. */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/radio.h"
#include "module/urc.h"

/* TS 27.005, 3.2.5. */
#define CMS_NOT_SUPPORTED COMMAND_CMS(303)
#define CMS_INVALID_INDEX COMMAND_CMS(321)

/* The clock of a module that the network never told the time. */
#define SMS_TIME "80/01/06,00:00:00+00"

/* --- settings ------------------------------------------------------------ */

static int cmgf_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, module->sms_text_mode);
    return COMMAND_OK;
}

static int cmgf_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 1, &module->sms_text_mode);
}

static int cnmi_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put_number(&call->out, module->sms_mode);
    answer_next(call, module->sms_report);
    ffx_at_put(&call->out, ",0,0,0");
    answer_end(call);
    return COMMAND_OK;
}

static int cnmi_write(struct ffx_module *module, struct command_call *call)
{
    int32_t mode = module->sms_mode, report = module->sms_report, zero;
    if (command_number(call, 0, 2, &mode) < 0 ||
        command_number(call, 0, 1, &report) < 0)
        return COMMAND_REFUSED;
    /* <bm>, <ds>, <bfr>: no broadcasts, no status reports. */
    for (int i = 0; i < 3; i++)
        if (command_number(call, 0, 0, &zero) < 0)
            return COMMAND_REFUSED;
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->sms_mode = (uint8_t)mode;
    module->sms_report = (uint8_t)report;
    return COMMAND_OK;
}

static int csms_read(struct ffx_module *module, struct command_call *call)
{
    answer_text(module, call, "+CSMS: 0,1,1,1");
    return COMMAND_OK;
}

static int csms_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t service;
    const int result = command_only_number(call, 0, 0, &service);
    if (result == COMMAND_OK)
        answer_text(module, call, "+CSMS: 1,1,1");
    return result;
}

/* --- storage ------------------------------------------------------------- */

static int32_t count_used(const struct ffx_module *module)
{
    int32_t used = 0;
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        used += module->messages[i].used;
    return used;
}

static void put_store(struct ffx_module *module, struct command_call *call,
                      const char *name)
{
    for (int i = 0; i < 3; i++) {
        ffx_at_put(&call->out, i > 0 ? "," : "");
        ffx_at_put(&call->out, name);
        ffx_at_put_number(&call->out, count_used(module));
        answer_next(call, FFX_MODULE_MESSAGES);
    }
}

static int cpms_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    put_store(module, call, "\"SM\",");
    answer_end(call);
    return COMMAND_OK;
}

static int cpms_write(struct ffx_module *module, struct command_call *call)
{
    char name[3];
    int count = 0;
    while (call->args.more && count < 3) {
        if (command_string(call, name, sizeof name) != 1 ||
            !bytes_same_text(name, "SM"))
            return COMMAND_REFUSED;
        count++;
    }
    if (count == 0 || ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    answer_named(module, call);
    put_store(module, call, "");
    answer_end(call);
    return COMMAND_OK;
}

/* --- reading ------------------------------------------------------------- */

static void put_message(struct command_call *call,
                        struct ffx_module_message *message)
{
    ffx_at_put_quoted(&call->out, message->read ? "REC READ" : "REC UNREAD");
    answer_next_quoted(call, message->from);
    ffx_at_put(&call->out, ",\"\",\"" SMS_TIME "\"\r\n");
    ffx_at_put(&call->out, message->text);
    answer_end(call);
    message->read = 1;
}

/* The stored message that a CMGR or CMGD names; null: none. */
static struct ffx_module_message *take_message(struct ffx_module *module,
                                               struct command_call *call)
{
    int32_t index;
    if (command_number(call, 1, FFX_MODULE_MESSAGES, &index) != 1)
        return 0;
    struct ffx_module_message *message = &module->messages[index - 1];
    return message->used ? message : 0;
}

static int cmgr_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_message *message = take_message(module, call);
    if (message == 0)
        return CMS_INVALID_INDEX;
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (!module->sms_text_mode)
        return CMS_NOT_SUPPORTED;
    answer_named(module, call);
    put_message(call, message);
    return COMMAND_OK;
}

/* 1 wanted, 0 not, or FFX_ERR_SYNTAX for a status that does not exist. */
static int wants(const char *status, const struct ffx_module_message *message)
{
    static const char *const statuses[] = {"REC UNREAD", "REC READ",
                                           "STO UNSENT", "STO SENT", "ALL"};
    for (uint32_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (bytes_same_text(status, statuses[i]))
            return i == 4 || message->read == i;
    return FFX_ERR_SYNTAX;
}

static void list_one(struct ffx_module *module, struct command_call *call,
                     struct ffx_module_message *message)
{
    answer_named(module, call);
    ffx_at_put_number(&call->out, (int32_t)call->port->step + 1);
    ffx_at_put(&call->out, ",");
    put_message(call, message);
}

/* One message a piece; execute lists the unread ones. */
static int list(struct ffx_module *module, struct command_call *call,
                const char *status)
{
    if (!module->sms_text_mode)
        return CMS_NOT_SUPPORTED;
    if (call->port->step == FFX_MODULE_MESSAGES)
        return COMMAND_OK;
    struct ffx_module_message *message = &module->messages[call->port->step];
    const int wanted = wants(status, message);
    if (wanted < 0)
        return COMMAND_REFUSED;
    if (wanted && message->used)
        list_one(module, call, message);
    return COMMAND_AGAIN;
}

static int cmgl_execute(struct ffx_module *module, struct command_call *call)
{
    return list(module, call, "REC UNREAD");
}

static int cmgl_write(struct ffx_module *module, struct command_call *call)
{
    char status[12];
    if (command_string(call, status, sizeof status) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    return list(module, call, status);
}

/* --- deleting ------------------------------------------------------------ */

static int cmgd_test(struct ffx_module *module, struct command_call *call)
{
    const char *comma = "";
    answer_named(module, call);
    ffx_at_put(&call->out, "(");
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        if (module->messages[i].used) {
            ffx_at_put(&call->out, comma);
            ffx_at_put_number(&call->out, (int32_t)i + 1);
            comma = ",";
        }
    ffx_at_put(&call->out, "),(0-4)");
    answer_end(call);
    return COMMAND_OK;
}

/* <delflag> 1 to 3: all that were read (there are no sent ones); 4: all. */
static void delete_many(struct ffx_module *module, int32_t flag)
{
    for (uint32_t i = 0; i < FFX_MODULE_MESSAGES; i++)
        if (flag == 4 || module->messages[i].read)
            memset(&module->messages[i], 0, sizeof module->messages[i]);
}

static int cmgd_write(struct ffx_module *module, struct command_call *call)
{
    int32_t index, flag = 0;
    if (command_number(call, 0, FFX_MODULE_MESSAGES, &index) != 1 ||
        command_number(call, 0, 4, &flag) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (flag > 0) {
        delete_many(module, flag);
        return COMMAND_OK;
    }
    if (index == 0)
        return CMS_INVALID_INDEX;
    memset(&module->messages[index - 1], 0, sizeof module->messages[0]);
    return COMMAND_OK;
}

/* --- arriving ------------------------------------------------------------ */

static int is_text(const char *text, uint32_t most)
{
    const uint32_t length = bytes_length(text);
    for (uint32_t i = 0; i < length; i++)
        if ((uint8_t)text[i] < ' ' && text[i] != '\r' && text[i] != '\n')
            return 0;
    return length <= most;
}

static int is_number(const char *text)
{
    uint32_t n = text[0] == '+' ? 1 : 0;
    const uint32_t first = n;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n > first && text[n] == '\0' && n <= FFX_SMS_FROM_MAX;
}

static uint32_t free_place(const struct ffx_module *module)
{
    uint32_t i = 0;
    while (i < FFX_MODULE_MESSAGES && module->messages[i].used)
        i++;
    return i;
}

int ffx_module_sms(struct ffx_module *module, const char *from,
                   const char *text, uint32_t now_ms)
{
    if (!is_number(from) || !is_text(text, FFX_SMS_TEXT_MAX))
        return FFX_ERR_ARGUMENT;
    if (!module->registered)
        return FFX_ERR_BUSY;
    const uint32_t place = free_place(module);
    if (place == FFX_MODULE_MESSAGES)
        return FFX_ERR_SPACE;
    struct ffx_module_message *message = &module->messages[place];
    message->used = 1;
    message->read = 0;
    memcpy(message->from, from, bytes_length(from) + 1u);
    memcpy(message->text, text, bytes_length(text) + 1u);
    if (module->sms_report)
        urc_push(module, URC_SMS, (uint8_t)(place + 1u));
    ffx_module_poll(module, now_ms);
    return 0;
}

static const struct command rows[] = {
    {"+CMGF", 0, "(0-1)", .read = cmgf_read, .write = cmgf_write},
    {"+CNMI", 0, "(0-2),(0,1),(0),(0),(0)", .read = cnmi_read,
     .write = cnmi_write},
    {"+CSMS", 0, "(0)", .read = csms_read, .write = csms_write},
    {"+CPMS", COMMAND_SIM, "(\"SM\"),(\"SM\"),(\"SM\")", .read = cpms_read,
     .write = cpms_write},
    {"+CMGR", COMMAND_SIM, "", .write = cmgr_write},
    {"+CMGL", COMMAND_SIM,
     "(\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")",
     .write = cmgl_write, .execute = cmgl_execute},
    {"+CMGD", COMMAND_SIM, .tester = cmgd_test, .write = cmgd_write},
};

const struct command_table cmd_sms_table = {rows, sizeof rows / sizeof rows[0]};
