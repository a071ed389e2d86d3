/* SPDX-License-Identifier: Apache-2.0 */
/* How SMS are shown, stored and announced (manual chapter 4, TS 27.005). The
 * messages themselves: cmd_message.c. */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/sms_fault.h"
#include "module/sms_show.h"

/* --- format -------------------------------------------------------------- */

static int cmgf_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->sms.text_mode);
    return COMMAND_OK;
}

static int cmgf_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 1, &module->sms.text_mode);
}

static int csdh_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->sms.header);
    return COMMAND_OK;
}

static int csdh_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 1, &module->sms.header);
}

static const char *const charsets[] = {
    [SMS_IRA] = "IRA", [SMS_GSM] = "GSM", [SMS_UCS2] = "UCS2"};

static int cscs_read(struct ffx_module *module, struct command_call *call)
{
    answer_quoted(call, charsets[module->sms.charset]);
    return COMMAND_OK;
}

static int cscs_write(struct ffx_module *module, struct command_call *call)
{
    char name[8];
    if (command_string(call, name, sizeof name) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    for (uint8_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
        if (bytes_same_text(name, charsets[i])) {
            module->sms.charset = i;
            return COMMAND_OK;
        }
    return COMMAND_REFUSED;
}

/* --- sending: centre and defaults ---------------------------------------- */

static int csca_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    sms_put_string(module, &call->out, module->sms.centre);
    answer_next(call, module->sms.centre_type);
    answer_end(call);
    return COMMAND_OK;
}

static int csca_write(struct ffx_module *module, struct command_call *call)
{
    char number[4 * (SMS_DIGITS + 1) + 1];
    struct sms_address centre;
    int32_t type = 0;
    if (command_string(call, number, sizeof number) != 1 ||
        command_number(call, 128, 255, &type) < 0 ||
        ffx_at_args_end(&call->args) != 0 ||
        sms_take_number(module, number, (uint8_t)type, &centre) < 0)
        return COMMAND_REFUSED;
    memcpy(module->sms.centre, centre.digits, sizeof module->sms.centre);
    module->sms.centre_type = centre.type;
    return COMMAND_OK;
}

static int csmp_read(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_sms *sms = &module->sms;
    answer_named(call);
    ffx_at_put_number(&call->out, sms->first_octet);
    answer_next(call, sms->validity);
    answer_next(call, sms->pid);
    answer_next(call, sms->dcs);
    answer_end(call);
    return COMMAND_OK;
}

/* Text mode sends SUBMITs whose validity is absent or relative. */
static int csmp_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_sms *sms = &module->sms;
    int32_t first_octet = sms->first_octet, validity = sms->validity;
    int32_t pid = sms->pid, dcs = sms->dcs;
    if (command_number(call, 0, 255, &first_octet) < 0 ||
        command_number(call, 0, 255, &validity) < 0 ||
        command_number(call, 0, 255, &pid) < 0 ||
        command_number(call, 0, 255, &dcs) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if ((first_octet & SMS_TYPE) != SMS_SUBMIT || (first_octet & SMS_HEADER) ||
        ((first_octet & SMS_VALIDITY) != 0 &&
         (first_octet & SMS_VALIDITY) != SMS_RELATIVE))
        return CMS_TEXT_PARAMETER;
    sms->first_octet = (uint8_t)first_octet;
    sms->validity = (uint8_t)validity;
    sms->pid = (uint8_t)pid;
    sms->dcs = (uint8_t)dcs;
    return COMMAND_OK;
}

/* --- arriving ------------------------------------------------------------ */

/* The network here sends neither broadcasts nor status reports: <bm> and <ds>
 * are kept, and nothing ever comes of them. <bfr> has nothing to flush. */
static int cnmi_read(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_sms *sms = &module->sms;
    answer_named(call);
    ffx_at_put_number(&call->out, sms->mode);
    answer_next(call, sms->report);
    answer_next(call, sms->broadcasts);
    answer_next(call, sms->reports);
    answer_next(call, sms->flush);
    answer_end(call);
    return COMMAND_OK;
}

static int cnmi_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_sms *sms = &module->sms;
    static const uint8_t most[] = {3, 2, 2, 2, 1};
    uint8_t *const settings[] = {&sms->mode, &sms->report, &sms->broadcasts,
                                 &sms->reports, &sms->flush};
    int32_t values[sizeof most];
    for (uint32_t i = 0; i < sizeof most; i++) {
        values[i] = *settings[i];
        if (command_number(call, 0, most[i], &values[i]) < 0)
            return COMMAND_REFUSED;
    }
    if (values[2] == 1 || ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    for (uint32_t i = 0; i < sizeof most; i++)
        *settings[i] = (uint8_t)values[i];
    return COMMAND_OK;
}

static int csms_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put_number(&call->out, module->sms.service);
    ffx_at_put(&call->out, ",1,1,1");
    answer_end(call);
    return COMMAND_OK;
}

static int csms_write(struct ffx_module *module, struct command_call *call)
{
    const int result = command_only_number(call, 0, 1, &module->sms.service);
    if (result == COMMAND_OK)
        answer_text(call, "+CSMS: 1,1,1");
    return result;
}

/* Acknowledges what CMT has shown; the virtual network takes any answer, and
 * does not ask again when there is none. */
static int cnma_execute(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    if (!module->sms.owed)
        return CMS_NOT_OWED;
    module->sms.owed = 0;
    return COMMAND_OK;
}

static int cnma_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t n;
    if (module->sms.text_mode ||
        command_only_number(call, 0, 2, &n) != COMMAND_OK)
        return COMMAND_REFUSED;
    return cnma_execute(module, call);
}

/* --- storage ------------------------------------------------------------- */

static void put_stores(struct ffx_module *module, struct command_call *call,
                       int named)
{
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t store = module->sms.store[i];
        ffx_at_put(&call->out, i > 0 ? "," : "");
        if (named) {
            ffx_at_put_quoted(&call->out, sms_store_name(store));
            ffx_at_put(&call->out, ",");
        }
        ffx_at_put_number(&call->out, sms_used(module, store));
        answer_next(call, FFX_MODULE_MESSAGES);
    }
    answer_end(call);
}

static int cpms_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    put_stores(module, call, 1);
    return COMMAND_OK;
}

static int cpms_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t stores[3];
    uint32_t count = 0;
    memcpy(stores, module->sms.store, sizeof stores);
    for (; call->args.more && count < 3; count++) {
        char name[3];
        const int given = command_string(call, name, sizeof name);
        if (given < 0)
            return COMMAND_REFUSED;
        if (given == 0)
            continue;
        stores[count] = bytes_same_text(name, "ME") ? SMS_IN_ME : SMS_ON_SIM;
        if (!bytes_same_text(name, sms_store_name(stores[count])))
            return COMMAND_REFUSED;
    }
    if (count == 0 || ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    memcpy(module->sms.store, stores, sizeof stores);
    answer_named(call);
    put_stores(module, call, 0);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CMGF", 0, "(0-1)", .read = cmgf_read, .write = cmgf_write},
    {"+CSDH", 0, "(0-1)", .read = csdh_read, .write = csdh_write},
    {"+CSCS", 0, "(\"IRA\",\"GSM\",\"UCS2\")", .read = cscs_read,
     .write = cscs_write},
    {"+CSCA", COMMAND_SIM, "", .read = csca_read, .write = csca_write},
    {"+CSMP", COMMAND_SIM, "", .read = csmp_read, .write = csmp_write},
    {"+CNMI", 0, "(0-3),(0-2),(0,2),(0-2),(0-1)", .read = cnmi_read,
     .write = cnmi_write},
    {"+CSMS", 0, "(0-1)", .read = csms_read, .write = csms_write},
    {"+CNMA", 0, "(0-2)", .write = cnma_write, .execute = cnma_execute},
    {"+CPMS", COMMAND_SIM, "(\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")",
     .read = cpms_read, .write = cpms_write},
};

const struct command_table cmd_sms_table = {rows, sizeof rows / sizeof rows[0]};
