/* SPDX-License-Identifier: Apache-2.0 */
/* Signal, registration, radio access (manual 3.2, 5.2, 7.2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/radio.h"
#include "module/settings.h"

/* --- registration -------------------------------------------------------- */

static int csq_execute(struct ffx_module *module, struct command_call *call)
{
    answer_pair(
        call, module->function == 1 ? module->rssi : (int)RADIO_NO_SIGNAL, 99);
    return COMMAND_OK;
}

static int cgatt_read(struct ffx_module *module, struct command_call *call)
{
    if (radio_is_lost(module))
        return COMMAND_REFUSED;
    answer_number(call, radio_attached(module));
    return COMMAND_OK;
}

static int cgatt_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t attach;
    const int result = command_only_number(call, 0, 1, &attach);
    if (result != COMMAND_OK)
        return result;
    if (attach && !module->registered)
        return COMMAND_CME(FFX_AT_CME_NO_NETWORK);
    module->detached = !attach;
    radio_update(module);
    return COMMAND_OK;
}

#define SHORT_NAME "CT"

static const char *operator_name(const struct ffx_module *module)
{
    static const char *const names[] = {RADIO_OPERATOR, SHORT_NAME, RADIO_PLMN};
    return names[module->operator_format];
}

static int cops_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put_number(&call->out, module->settings.operator_mode);
    if (module->registered) {
        answer_next(call, module->operator_format);
        answer_next_quoted(call, operator_name(module));
        answer_next(call, radio_act(module));
    }
    answer_end(call);
    return COMMAND_OK;
}

static int cops_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, "(2,\"" RADIO_OPERATOR "\",\"" SHORT_NAME
                           "\",\"" RADIO_PLMN "\"");
    answer_next(call, radio_act(module));
    ffx_at_put(&call->out, "),,(0,1,2,3,4),(0,1,2)");
    answer_end(call);
    return COMMAND_OK;
}

/* The operator that COPS=1,... names: ours, or CME 30. */
static int is_operator(const char *name)
{
    return bytes_same_text(name, RADIO_OPERATOR) ||
           bytes_same_text(name, RADIO_PLMN) ||
           bytes_same_text(name, SHORT_NAME);
}

/* The <netact> that the manual knows; absent is any. */
static int is_act(int32_t act)
{
    return act <= 1 || act == 3 || act == RADIO_CAT_M || act == RADIO_NB_IOT;
}

static int cops_write(struct ffx_module *module, struct command_call *call)
{
    int32_t mode, format = module->operator_format, act = 0;
    char name[24];
    if (command_number(call, 0, 4, &mode) != 1 ||
        command_number(call, 0, 2, &format) < 0)
        return COMMAND_REFUSED;
    const int named = command_string(call, name, sizeof name);
    if (named < 0 || command_number(call, 0, 9, &act) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (((mode == 1 || mode == 4) && named != 1) || !is_act(act))
        return COMMAND_REFUSED;
    if (mode == 1 && !is_operator(name))
        return COMMAND_CME(FFX_AT_CME_NO_NETWORK);
    module->operator_format = (uint8_t)format;
    if (mode == 3)
        return COMMAND_OK; /* sets the format only */
    module->settings.operator_mode = mode == 4 ? 0 : (uint8_t)mode;
    settings_save(module);
    radio_update(module);
    return COMMAND_OK;
}

/* CREG, CGREG, CEREG differ in their place only. */
static uint8_t report_index(const struct command_call *call)
{
    static const char second[] = {'R', 'G', 'E'}; /* of +CxREG */
    uint8_t i = 0;
    while (i < 2 && call->row->name[2] != second[i])
        i++;
    return i;
}

static int report_read(struct ffx_module *module, struct command_call *call)
{
    const uint8_t which = report_index(call);
    answer_named(call);
    ffx_at_put_number(&call->out, module->report[which]);
    ffx_at_put(&call->out, ",");
    radio_put_registration(module, &call->out, which);
    answer_end(call);
    return COMMAND_OK;
}

static int report_write(struct ffx_module *module, struct command_call *call)
{
    const uint8_t which = report_index(call);
    uint8_t n;
    const int result = command_only_number(call, 0, which == 0 ? 2 : 4, &n);
    if (result != COMMAND_OK || n == 3)
        return COMMAND_REFUSED;
    module->report[which] = n;
    return COMMAND_OK;
}

/* CSQ's steps (manual 3.2.16). */
static int32_t dbm(const struct ffx_module *module)
{
    return module->rssi == RADIO_NO_SIGNAL ? -115 : 2 * module->rssi - 113;
}

/* ...,<band>,<earfcn>,<dlbw>,<ulbw>,<RSRQ>,<RSRP>,<RSSI>,<RSSNR> */
static void put_lte(struct ffx_module *module, struct command_call *call)
{
    ffx_at_put(&call->out,
               radio_act(module) == RADIO_CAT_M ? "LTE CAT-M1" : "LTE NB-IOT");
    ffx_at_put(&call->out, ",Online,460-11,0x74CE,28185722,12,");
    ffx_at_put(&call->out, radio_model(module)->band);
    ffx_at_put(&call->out, ",3702,0,0,-10");
    answer_next(call, dbm(module) - 10);
    answer_next(call, dbm(module));
    answer_next(call, 15);
}

static void put_gsm(struct ffx_module *module, struct command_call *call)
{
    ffx_at_put(&call->out, "GSM,Online,460-11,0x144f,46576,97 EGSM 900");
    answer_next(call, dbm(module));
    ffx_at_put(&call->out, ",0,39-65");
}

static int cpsi_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    if (!module->registered)
        ffx_at_put(&call->out, module->function == 1 ? "NO SERVICE,Online"
                                                     : "NO SERVICE,Offline");
    else if (radio_act(module) == RADIO_GSM)
        put_gsm(module, call);
    else
        put_lte(module, call);
    answer_end(call);
    return COMMAND_OK;
}

/* --- radio access: the N models know NB-IoT only ------------------------- */

static int cnmp_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, radio_model(module)->nb_only
                               ? "((2-Automatic),(38-LTE Only))"
                               : "((2-Automatic),(13-GSM Only),(38-LTE Only),"
                                 "(51-GSM And LTE Only))");
    answer_end(call);
    return COMMAND_OK;
}

static int cnmp_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->settings.mode);
    return COMMAND_OK;
}

static int cnmp_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t mode;
    if (command_only_number(call, 2, 51, &mode) != COMMAND_OK)
        return COMMAND_REFUSED;
    const int gsm = mode == 13 || mode == 51;
    if ((mode != 2 && mode != 38 && !gsm) ||
        (gsm && radio_model(module)->nb_only))
        return COMMAND_REFUSED;
    module->settings.mode = mode;
    settings_save(module);
    radio_update(module);
    return COMMAND_OK;
}

static int cmnb_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put(&call->out, radio_model(module)->nb_only
                               ? "((2-NB-IoT))"
                               : "((1-Cat-M),(2-NB-IoT),(3-Cat-M And NB-IoT))");
    answer_end(call);
    return COMMAND_OK;
}

static int cmnb_read(struct ffx_module *module, struct command_call *call)
{
    const int nb_only = radio_model(module)->nb_only;
    answer_number(call, nb_only ? 2 : module->settings.lte_mode);
    return COMMAND_OK;
}

static int cmnb_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t mode;
    if (command_only_number(call, 1, 3, &mode) != COMMAND_OK ||
        (radio_model(module)->nb_only && mode != 2))
        return COMMAND_REFUSED;
    module->settings.lte_mode = mode;
    settings_save(module);
    radio_update(module);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CSQ", 0, "(0-31,99),(0-7,99)", .execute = csq_execute},
    {"+CGATT", COMMAND_SIM, "(0,1)", .read = cgatt_read, .write = cgatt_write},
    {"+COPS", COMMAND_SIM, .tester = cops_test, .read = cops_read,
     .write = cops_write},
    {"+CREG", 0, "(0-2)", .read = report_read, .write = report_write},
    {"+CGREG", 0, "(0-2,4)", .read = report_read, .write = report_write},
    {"+CEREG", 0, "(0-2,4)", .read = report_read, .write = report_write},
    {"+CPSI", 0, "", .read = cpsi_read},
    {"+CNMP", 0, .tester = cnmp_test, .read = cnmp_read, .write = cnmp_write},
    {"+CMNB", 0, .tester = cmnb_test, .read = cmnb_read, .write = cmnb_write},
};

const struct command_table cmd_radio_table = {rows,
                                              sizeof rows / sizeof rows[0]};
