/* SPDX-License-Identifier: Apache-2.0 */
/* SIM, registration, bearers (manual 3, 5.2, 7, 8; note chapter 4). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/settings.h"
#include "module/urc.h"

/* --- SIM ----------------------------------------------------------------- */

static int cpin_read(struct ffx_module *module, struct command_call *call)
{
    if (module->sim == RADIO_SIM_OFF || module->sim == RADIO_SIM_ABSENT)
        return radio_need_sim(module);
    answer_named(module, call);
    ffx_at_put(&call->out, radio_sim_text(module->sim));
    answer_end(call);
    return COMMAND_OK;
}

static int try_pin(struct ffx_module *module, const char *pin)
{
    if (bytes_same_text(pin, module->config.sim_pin)) {
        radio_unlock(module);
        return COMMAND_OK;
    }
    if (--module->pin_tries == 0)
        module->sim = RADIO_SIM_PUK;
    return COMMAND_CME(FFX_AT_CME_WRONG_PASSWORD);
}

static int cpin_write(struct ffx_module *module, struct command_call *call)
{
    char pin[9]; /* 4 to 8 digits */
    if (command_string(call, pin, sizeof pin) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (module->sim == RADIO_SIM_READY)
        return COMMAND_REFUSED;
    return module->sim == RADIO_SIM_PIN ? try_pin(module, pin)
                                        : radio_need_sim(module);
}

/* --- PDP contexts -------------------------------------------------------- */

static const char *const pdp_types[] = {"IP", "PPP", "IPV6", "IPV4V6"};
#define PDP_TYPES (sizeof pdp_types / sizeof pdp_types[0])

static uint8_t pdp_type(const char *text)
{
    for (uint8_t i = 0; i < PDP_TYPES; i++)
        if (bytes_same_text(pdp_types[i], text))
            return (uint8_t)(i + 1u);
    return 0;
}

/* [,<addr>[,<d_comp>[,<h_comp>[,<ipv4_ctrl>[,<emergency>]]]]]: checked; the
 * virtual network gives every context the same. */
static int skip_pdp_rest(struct command_call *call)
{
    static const uint8_t highest[] = {2, 4, 1, 1};
    char address[40];
    int32_t value;
    if (command_string(call, address, sizeof address) < 0)
        return COMMAND_REFUSED;
    for (uint32_t i = 0; i < sizeof highest; i++)
        if (command_number(call, 0, highest[i], &value) < 0)
            return COMMAND_REFUSED;
    return ffx_at_args_end(&call->args) == 0 ? COMMAND_OK : COMMAND_REFUSED;
}

static int cgdcont_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_pdp pdp;
    int32_t cid;
    char type[7];
    memset(&pdp, 0, sizeof pdp);
    if (command_number(call, 1, FFX_MODULE_CONTEXTS, &cid) != 1)
        return COMMAND_REFUSED;
    /* The cid alone makes the context undefined. */
    const int typed = command_string(call, type, sizeof type);
    if (typed == 1)
        pdp.type = pdp_type(type);
    if (typed < 0 || (typed == 1 && pdp.type == 0) ||
        command_string(call, pdp.apn, sizeof pdp.apn) < 0 ||
        skip_pdp_rest(call) != COMMAND_OK)
        return COMMAND_REFUSED;
    module->settings.pdp[cid - 1] = pdp;
    settings_save(module);
    return COMMAND_OK;
}

static void answer_context(struct ffx_module *module, struct command_call *call,
                           uint32_t index)
{
    const struct ffx_module_pdp *pdp = &module->settings.pdp[index];
    answer_named(module, call);
    ffx_at_put_number(&call->out, (int32_t)index + 1);
    answer_next_quoted(call, pdp_types[pdp->type - 1]);
    answer_next_quoted(call, pdp->apn);
    ffx_at_put(&call->out, ",\"0.0.0.0\",0,0,0,0");
    answer_end(call);
}

/* One context a piece. */
static int cgdcont_read(struct ffx_module *module, struct command_call *call)
{
    if (call->port->step == FFX_MODULE_CONTEXTS)
        return COMMAND_OK;
    const uint8_t type = module->settings.pdp[call->port->step].type;
    if (type > 0 && type <= PDP_TYPES)
        answer_context(module, call, call->port->step);
    return COMMAND_AGAIN;
}

static int cgdcont_test(struct ffx_module *module, struct command_call *call)
{
    for (uint32_t i = 0; i < PDP_TYPES; i++) {
        answer_named(module, call);
        ffx_at_put(&call->out, "(1-24)");
        answer_next_quoted(call, pdp_types[i]);
        ffx_at_put(&call->out, ",,,(0-2),(0-4),(0-1),(0-1)");
        answer_end(call);
    }
    return COMMAND_OK;
}

/* --- registration -------------------------------------------------------- */

static int csq_execute(struct ffx_module *module, struct command_call *call)
{
    answer_pair(module, call, module->function == 1 ? 27 : 99, 99);
    return COMMAND_OK;
}

static int cgatt_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, radio_attached(module));
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

static const char *operator_name(const struct ffx_module *module)
{
    return module->operator_format == 2 ? RADIO_PLMN : RADIO_OPERATOR;
}

static int cops_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
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
    answer_named(module, call);
    ffx_at_put(&call->out,
               "(2,\"" RADIO_OPERATOR "\",\"CT\",\"" RADIO_PLMN "\"");
    answer_next(call, radio_act(module));
    ffx_at_put(&call->out, "),,(0,1,2,3,4),(0,1,2)");
    answer_end(call);
    return COMMAND_OK;
}

/* The operator that COPS=1,... names: ours, or CME 30. */
static int is_operator(const char *name)
{
    return bytes_same_text(name, RADIO_OPERATOR) ||
           bytes_same_text(name, RADIO_PLMN) || bytes_same_text(name, "CT");
}

static int cops_write(struct ffx_module *module, struct command_call *call)
{
    int32_t mode, format = module->operator_format, act;
    char name[24];
    if (command_number(call, 0, 4, &mode) != 1 ||
        command_number(call, 0, 2, &format) < 0)
        return COMMAND_REFUSED;
    const int named = command_string(call, name, sizeof name);
    if (named < 0 || command_number(call, 0, 9, &act) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if ((mode == 1 || mode == 4) && named != 1)
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
    answer_named(module, call);
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

static void put_lte(struct ffx_module *module, struct command_call *call)
{
    ffx_at_put(&call->out,
               radio_act(module) == RADIO_CAT_M ? "LTE CAT-M1" : "LTE NB-IOT");
    ffx_at_put(&call->out, ",Online,460-11,0x74CE,28185722,12,");
    ffx_at_put(&call->out, radio_model(module)->band);
    ffx_at_put(&call->out, ",3702,0,0,-10,-82,-72,15");
}

static int cpsi_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    if (!module->registered)
        ffx_at_put(&call->out, module->function == 1 ? "NO SERVICE,Online"
                                                     : "NO SERVICE,Offline");
    else if (radio_act(module) == RADIO_GSM)
        ffx_at_put(&call->out,
                   "GSM,Online,460-11,0x144f,46576,97 EGSM 900,-52,0,39-65");
    else
        put_lte(module, call);
    answer_end(call);
    return COMMAND_OK;
}

/* --- radio access (R16: the N models know NB-IoT only) ------------------- */

static int cnmp_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put(&call->out, radio_model(module)->nb_only
                               ? "((2-Automatic),(38-LTE Only))"
                               : "((2-Automatic),(13-GSM Only),(38-LTE Only),"
                                 "(51-GSM And LTE Only))");
    answer_end(call);
    return COMMAND_OK;
}

static int cnmp_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, module->settings.mode);
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
    return COMMAND_OK;
}

static int cmnb_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put(&call->out, radio_model(module)->nb_only
                               ? "((2-NB-IoT))"
                               : "((1-Cat-M),(2-NB-IoT),(3-Cat-M And NB-IoT))");
    answer_end(call);
    return COMMAND_OK;
}

static int cmnb_read(struct ffx_module *module, struct command_call *call)
{
    const int nb_only = radio_model(module)->nb_only;
    answer_number(module, call, nb_only ? 2 : module->settings.lte_mode);
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
    return COMMAND_OK;
}

/* --- application network (CNACT) ----------------------------------------- */

/* The APN comes from the network on LTE, is empty on GSM (note 4.1). */
static int cgnapn_execute(struct ffx_module *module, struct command_call *call)
{
    const int known = module->registered && module->config.apn != 0 &&
                      radio_act(module) != RADIO_GSM;
    answer_named(module, call);
    ffx_at_put_number(&call->out, known);
    answer_next_quoted(call, known ? module->config.apn : "");
    answer_end(call);
    return COMMAND_OK;
}

static int cncfg_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put_number(&call->out, module->pdp_type);
    answer_next_quoted(call, module->pdp_apn);
    answer_next_quoted(call, module->pdp_user);
    answer_next_quoted(call, module->pdp_password);
    answer_next(call, module->pdp_auth);
    answer_end(call);
    return COMMAND_OK;
}

static int cncfg_write(struct ffx_module *module, struct command_call *call)
{
    char apn[FFX_MODULE_APN_MAX + 1];
    char user[FFX_MODULE_SECRET_MAX + 1], password[FFX_MODULE_SECRET_MAX + 1];
    int32_t type, auth = 0;
    if (command_number(call, 0, 2, &type) != 1 ||
        command_string(call, apn, sizeof apn) < 0 ||
        command_string(call, user, sizeof user) < 0 ||
        command_string(call, password, sizeof password) < 0 ||
        command_number(call, 0, 3, &auth) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->pdp_type = (uint8_t)type;
    module->pdp_auth = (uint8_t)auth;
    memcpy(module->pdp_apn, apn, sizeof apn);
    memcpy(module->pdp_user, user, sizeof user);
    memcpy(module->pdp_password, password, sizeof password);
    return COMMAND_OK;
}

static int cnact_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    /* The note prints the SIM7070's context number first (D12). */
    if (!quirk_is(module, FFX_D12_CNACT, 0))
        ffx_at_put(&call->out, "0,");
    ffx_at_put_number(&call->out, module->bearer);
    answer_next_quoted(call,
                       module->bearer == RADIO_ON ? RADIO_ADDRESS : "0.0.0.0");
    answer_end(call);
    return COMMAND_OK;
}

/* The note's CNACT=1,1 is mode 1 with an APN called "1": no special case. */
static int cnact_write(struct ffx_module *module, struct command_call *call)
{
    char apn[FFX_MODULE_APN_MAX + 1];
    int32_t mode;
    if (command_number(call, 0, 2, &mode) != 1)
        return COMMAND_REFUSED;
    const int named = command_string(call, apn, sizeof apn);
    /* CNACT=0,1 is "on" for a SIM7070: better refused than misread. */
    if (named < 0 || ffx_at_args_end(&call->args) != 0 ||
        (mode == 0 && named == 1))
        return COMMAND_REFUSED;
    if (mode == 0) {
        module->bearer_mode = 0;
        radio_close(module);
        return COMMAND_OK;
    }
    memcpy(module->bearer_apn, apn, sizeof apn);
    radio_open(module, (uint8_t)mode);
    return COMMAND_OK;
}

/* --- bearer of the older commands (SAPBR) -------------------------------- */

enum sapbr { SAPBR_CLOSE, SAPBR_OPEN, SAPBR_QUERY, SAPBR_SET, SAPBR_GET };

static int sapbr_set(struct ffx_module *module, struct command_call *call,
                     uint32_t index)
{
    char tag[10], value[FFX_MODULE_APN_MAX + 1];
    if (command_string(call, tag, sizeof tag) != 1 ||
        command_string(call, value, sizeof value) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (bytes_same_text(tag, "CONTYPE"))
        return bytes_same_text(value, "GPRS") ? COMMAND_OK : COMMAND_REFUSED;
    if (!bytes_same_text(tag, "APN"))
        return COMMAND_REFUSED;
    memcpy(module->sapbr_apn[index], value, sizeof value);
    return COMMAND_OK;
}

static int sapbr_open(struct ffx_module *module, uint32_t index)
{
    if (module->sapbr[index] || !radio_gives_bearer(module))
        return COMMAND_REFUSED;
    module->sapbr[index] = 1;
    return COMMAND_OK;
}

static int sapbr_close(struct ffx_module *module, uint32_t index)
{
    if (!module->sapbr[index])
        return COMMAND_REFUSED;
    module->sapbr[index] = 0;
    return COMMAND_OK;
}

static int sapbr_query(struct ffx_module *module, struct command_call *call,
                       uint32_t index)
{
    const int open = module->sapbr[index];
    answer_named(module, call);
    ffx_at_put_number(&call->out, (int32_t)index + 1);
    answer_next(call, open ? 1 : 3);
    answer_next_quoted(call, open ? RADIO_ADDRESS : "0.0.0.0");
    answer_end(call);
    return COMMAND_OK;
}

static int sapbr_get(struct ffx_module *module, struct command_call *call,
                     uint32_t index)
{
    answer_named(module, call);
    answer_end(call);
    answer_text(module, call, "CONTYPE: GPRS");
    answer_line(module, call);
    ffx_at_put(&call->out, "APN: ");
    ffx_at_put(&call->out, module->sapbr_apn[index]);
    answer_end(call);
    return COMMAND_OK;
}

static int sapbr_write(struct ffx_module *module, struct command_call *call)
{
    int32_t what, cid;
    if (command_number(call, SAPBR_CLOSE, SAPBR_GET, &what) != 1 ||
        command_number(call, 1, FFX_MODULE_BEARERS, &cid) != 1)
        return COMMAND_REFUSED;
    const uint32_t index = (uint32_t)cid - 1u;
    if (what == SAPBR_SET)
        return sapbr_set(module, call, index);
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (what == SAPBR_QUERY)
        return sapbr_query(module, call, index);
    if (what == SAPBR_GET)
        return sapbr_get(module, call, index);
    return what == SAPBR_OPEN ? sapbr_open(module, index)
                              : sapbr_close(module, index);
}

static const struct command rows[] = {
    {"+CPIN", 0, "", .read = cpin_read, .write = cpin_write},
    {"+CGDCONT", 0, .tester = cgdcont_test, .read = cgdcont_read,
     .write = cgdcont_write},
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
    {"+CGNAPN", 0, "(0,1),63", .execute = cgnapn_execute},
    {"+CNCFG", 0, "(0-2),63,63,63,(0-3)", .read = cncfg_read,
     .write = cncfg_write},
    {"+CNACT", COMMAND_SIM, "(0-2),63", .read = cnact_read,
     .write = cnact_write},
    {"+SAPBR", COMMAND_SIM, "(0-4),(1-3),\"Tag\",\"Value\"",
     .write = sapbr_write},
};

const struct command_table cmd_network_table = {rows,
                                                sizeof rows / sizeof rows[0]};
