/* SPDX-License-Identifier: Apache-2.0 */
/* V.250 and the module itself: identity, settings, power (manual 2, 3, 5). */
#include "base/bytes.h"
#include <stddef.h>

#include "module/answer.h"
#include "module/radio.h"
#include "module/run.h"
#include "module/settings.h"

/* --- basic commands: a letter and a number ------------------------------- */

/* The number behind the letter; none means 0. */
static int basic_number(struct command_call *call, uint8_t most, uint8_t *value)
{
    int32_t number = 0;
    if (command_number(call, 0, most, &number) < 0)
        return COMMAND_ERROR;
    *value = (uint8_t)number;
    return COMMAND_OK;
}

/* What AT&W stores: name, place, the highest value. */
static const struct level {
    char name[3];
    uint8_t offset, most; /* in struct ffx_module_user */
} levels[] = {
    {"E", offsetof(struct ffx_module_user, echo), 1},
    {"V", offsetof(struct ffx_module_user, verbose), 1},
    {"Q", offsetof(struct ffx_module_user, quiet), 1},
    {"X", offsetof(struct ffx_module_user, extended), 4},
    {"&C", offsetof(struct ffx_module_user, carrier), 1},
    {"&D", offsetof(struct ffx_module_user, dtr), 2},
    {"S0", offsetof(struct ffx_module_user, rings), 255},
};
#define LEVELS (sizeof levels / sizeof levels[0])

static uint8_t *level_value(struct command_call *call, uint32_t level)
{
    return (uint8_t *)&call->port->user + levels[level].offset;
}

static int level_execute(struct ffx_module *module, struct command_call *call)
{
    uint32_t i = 0;
    (void)module;
    while (!bytes_same_text(levels[i].name, call->row->name))
        i++;
    return basic_number(call, levels[i].most, level_value(call, i));
}

/* &F, &W and Z know one profile: 0. */
static int is_profile(struct command_call *call)
{
    uint8_t profile;
    return basic_number(call, 0, &profile) == COMMAND_OK;
}

static int default_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    if (!is_profile(call))
        return COMMAND_ERROR;
    settings_default_user(&call->port->user);
    return COMMAND_OK;
}

static int store_execute(struct ffx_module *module, struct command_call *call)
{
    if (!is_profile(call))
        return COMMAND_ERROR;
    module->settings.user = call->port->user;
    settings_save(module);
    return COMMAND_OK;
}

static int recall_execute(struct ffx_module *module, struct command_call *call)
{
    if (!is_profile(call))
        return COMMAND_ERROR;
    call->port->user = module->settings.user;
    return COMMAND_OK;
}

static int view_execute(struct ffx_module *module, struct command_call *call)
{
    answer_text(module, call, "ACTIVE PROFILE");
    for (uint32_t i = 0; i < LEVELS; i++) {
        answer_line(module, call);
        ffx_at_put(&call->out, levels[i].name);
        ffx_at_put(&call->out, ": ");
        ffx_at_put_number(&call->out, *level_value(call, i));
        answer_end(call);
    }
    return COMMAND_OK;
}

/* --- S-parameters: three digits when read (V.250, 5.3.2) ----------------- */

static int show_register(struct ffx_module *module, struct command_call *call,
                         uint8_t value)
{
    answer_line(module, call);
    ffx_at_put(&call->out, value < 100 ? "0" : "");
    ffx_at_put(&call->out, value < 10 ? "0" : "");
    ffx_at_put_number(&call->out, value);
    answer_end(call);
    return COMMAND_OK;
}

/* S3, S4, S5 may be set to what they are. */
static int fixed_register(struct command_call *call, uint8_t value)
{
    int32_t wanted = -1;
    if (command_number(call, 0, 255, &wanted) != 1 || wanted != value)
        return COMMAND_ERROR;
    return COMMAND_OK;
}

static int s0_read(struct ffx_module *module, struct command_call *call)
{
    return show_register(module, call, call->port->user.rings);
}

static int s0_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return basic_number(call, 255, &call->port->user.rings);
}

static int s3_read(struct ffx_module *module, struct command_call *call)
{
    return show_register(module, call, 13);
}

static int s3_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return fixed_register(call, 13);
}

static int s4_read(struct ffx_module *module, struct command_call *call)
{
    return show_register(module, call, 10);
}

static int s4_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return fixed_register(call, 10);
}

static int s5_read(struct ffx_module *module, struct command_call *call)
{
    return show_register(module, call, 8);
}

static int s5_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return fixed_register(call, 8);
}

/* --- identity ------------------------------------------------------------ */

static const char *version(const struct ffx_module *module)
{
    return module->config.boot->version(module->config.context);
}

static const char *model(const struct ffx_module *module)
{
    return module->config.boot->model(module->config.context);
}

static void answer_two(struct ffx_module *module, struct command_call *call,
                       const char *a, const char *b)
{
    answer_line(module, call);
    ffx_at_put(&call->out, a);
    ffx_at_put(&call->out, b);
    answer_end(call);
}

/* "SIM7000G R1529": the model and the release's leading digits. */
static int i_execute(struct ffx_module *module, struct command_call *call)
{
    const char *release = version(module);
    uint32_t digits = 0;
    uint8_t page;
    if (basic_number(call, 0, &page) != COMMAND_OK)
        return COMMAND_ERROR;
    while (release[digits] >= '0' && release[digits] <= '9')
        digits++;
    answer_line(module, call);
    ffx_at_put(&call->out, model(module));
    ffx_at_put(&call->out, " R");
    ffx_at_put_bytes(&call->out, release,
                     digits > 0 ? digits : bytes_length(release));
    answer_end(call);
    return COMMAND_OK;
}

static int gmi_execute(struct ffx_module *module, struct command_call *call)
{
    answer_text(module, call, "SIMCOM_Ltd");
    return COMMAND_OK;
}

static int gmm_execute(struct ffx_module *module, struct command_call *call)
{
    answer_two(module, call, "SIMCOM_", model(module));
    return COMMAND_OK;
}

static int gmr_execute(struct ffx_module *module, struct command_call *call)
{
    answer_two(module, call, "Revision:", version(module)); /* D18 */
    return COMMAND_OK;
}

static int gsn_execute(struct ffx_module *module, struct command_call *call)
{
    answer_text(module, call, module->config.imei);
    return COMMAND_OK;
}

static int gsv_execute(struct ffx_module *module, struct command_call *call)
{
    gmi_execute(module, call);
    gmm_execute(module, call);
    return gmr_execute(module, call);
}

static int simcom_execute(struct ffx_module *module, struct command_call *call)
{
    gmr_execute(module, call);
    answer_text(module, call, "CSUB:V01");
    answer_two(module, call, "APRev:", version(module));
    answer_two(module, call, "QCN:MDM9206_TX3.0.", model(module));
    answer_two(module, call, "IMEI:", module->config.imei);
    return COMMAND_OK;
}

/* --- line and errors ----------------------------------------------------- */

static int cmee_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, call->port->cmee);
    return COMMAND_OK;
}

static int cmee_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return command_only_number(call, 0, 2, &call->port->cmee);
}

/* Manual 2.2.32; 0 is auto-baud. */
static const uint32_t rates[] = {
    0,       300,     600,     1200,    2400,    4800,   9600,
    19200,   38400,   57600,   115200,  230400,  921600, 2000000,
    2900000, 3000000, 3200000, 3686400, 4000000,
};

static int ipr_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, (int32_t)module->settings.rate);
    return COMMAND_OK;
}

static int ipr_test(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put(&call->out, "(");
    for (uint32_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        ffx_at_put(&call->out, i > 0 ? "," : "");
        ffx_at_put_number(&call->out, (int32_t)rates[i]);
    }
    ffx_at_put(&call->out, ")");
    answer_end(call);
    return COMMAND_OK;
}

static int ipr_write(struct ffx_module *module, struct command_call *call)
{
    int32_t rate;
    if (command_number(call, 0, 4000000, &rate) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    for (uint32_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        if (rates[i] == (uint32_t)rate) {
            module->settings.rate = (uint32_t)rate;
            call->port->rate_changed = 1;
            settings_save(module);
            return COMMAND_OK;
        }
    return COMMAND_REFUSED;
}

static int ifc_read(struct ffx_module *module, struct command_call *call)
{
    answer_pair(module, call, call->port->flow_from_te, call->port->flow_to_te);
    return COMMAND_OK;
}

static int ifc_write(struct ffx_module *module, struct command_call *call)
{
    int32_t from_te, to_te;
    if (command_number(call, 0, 2, &from_te) != 1)
        return COMMAND_REFUSED;
    to_te = from_te; /* the second one absent: as the first */
    if (command_number(call, 0, 2, &to_te) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    call->port->flow_from_te = (uint8_t)from_te;
    call->port->flow_to_te = (uint8_t)to_te;
    if (call->port->index == FFX_PORT_UART && module->config.boot->flow != 0)
        module->config.boot->flow(module->config.context, from_te, to_te);
    return COMMAND_OK;
}

static int icf_read(struct ffx_module *module, struct command_call *call)
{
    answer_pair(module, call, module->frame_format, module->frame_parity);
    return COMMAND_OK;
}

/* 8N1 is the only frame that this module speaks. */
static int icf_write(struct ffx_module *module, struct command_call *call)
{
    int32_t format, parity = 255;
    if (command_number(call, 3, 3, &format) != 1 ||
        command_number(call, 3, 3, &parity) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->frame_parity = (uint8_t)parity;
    return COMMAND_OK;
}

/* --- saved switches ------------------------------------------------------ */

static int save_number(struct ffx_module *module, struct command_call *call,
                       int32_t high, uint8_t *setting)
{
    const int result = command_only_number(call, 0, high, setting);
    if (result == COMMAND_OK)
        settings_save(module);
    return result;
}

static int csclk_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, module->settings.sleep);
    return COMMAND_OK;
}

static int csclk_write(struct ffx_module *module, struct command_call *call)
{
    return save_number(module, call, 1, &module->settings.sleep);
}

static int clts_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, module->settings.local_time);
    return COMMAND_OK;
}

static int clts_write(struct ffx_module *module, struct command_call *call)
{
    return save_number(module, call, 1, &module->settings.local_time);
}

/* --- power --------------------------------------------------------------- */

static int cpowd_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t normal;
    const int result = command_only_number(call, 0, 1, &normal);
    if (result != COMMAND_OK)
        return result;
    if (normal)
        answer_text(module, call, "NORMAL POWER DOWN");
    run_shut_down(module, call->port, FFX_POWER_DOWN);
    return COMMAND_SILENT;
}

static int cfun_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(module, call, module->function);
    return COMMAND_OK;
}

static int is_function(int32_t function)
{
    return function <= 1 || function >= 4;
}

static void store_function(struct ffx_module *module, uint8_t function)
{
    if (function == 0 || function == module->settings.function)
        return; /* minimum functionality is not stored */
    module->settings.function = function;
    settings_save(module);
}

static int cfun_write(struct ffx_module *module, struct command_call *call)
{
    int32_t function, reset = 0;
    if (command_number(call, 0, 7, &function) != 1 ||
        command_number(call, 0, 1, &reset) < 0 ||
        ffx_at_args_end(&call->args) != 0 || !is_function(function))
        return COMMAND_REFUSED;
    if (function == 6 || reset) {
        if (function != 6)
            store_function(module, (uint8_t)function);
        run_shut_down(module, call->port, FFX_RESET_SOFT);
        return COMMAND_OK; /* D13: the answer, then the reset */
    }
    store_function(module, (uint8_t)function);
    if (function == 0 && module->function != 0)
        answer_text(module, call, "+CPIN: NOT READY"); /* note 4.2 */
    radio_set_function(module, (uint8_t)function);
    return COMMAND_OK;
}

/* A cell that is not being charged, percent, millivolts. */
static int cbc_execute(struct ffx_module *module, struct command_call *call)
{
    answer_named(module, call);
    ffx_at_put(&call->out, "0,80,3900");
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"E", COMMAND_RECOVERY, .execute = level_execute},
    {"V", COMMAND_RECOVERY, .execute = level_execute},
    {"Q", COMMAND_RECOVERY, .execute = level_execute},
    {"X", COMMAND_RECOVERY, .execute = level_execute},
    {"I", COMMAND_RECOVERY, .execute = i_execute},
    {"Z", COMMAND_RECOVERY, .execute = recall_execute},
    {"&C", COMMAND_RECOVERY, .execute = level_execute},
    {"&D", COMMAND_RECOVERY, .execute = level_execute},
    {"&F", COMMAND_RECOVERY, .execute = default_execute},
    {"&V", COMMAND_RECOVERY, .execute = view_execute},
    {"&W", COMMAND_RECOVERY, .execute = store_execute},
    {"S0", COMMAND_RECOVERY, .read = s0_read, .write = s0_write},
    {"S3", COMMAND_RECOVERY, .read = s3_read, .write = s3_write},
    {"S4", COMMAND_RECOVERY, .read = s4_read, .write = s4_write},
    {"S5", COMMAND_RECOVERY, .read = s5_read, .write = s5_write},
    {"+GMI", COMMAND_RECOVERY, .test = "", .execute = gmi_execute},
    {"+CGMI", COMMAND_RECOVERY, .test = "", .execute = gmi_execute},
    {"+GMM", COMMAND_RECOVERY, .test = "", .execute = gmm_execute},
    {"+CGMM", COMMAND_RECOVERY, .test = "", .execute = gmm_execute},
    {"+GMR", COMMAND_RECOVERY, .test = "", .execute = gmr_execute},
    {"+CGMR", COMMAND_RECOVERY, .test = "", .execute = gmr_execute},
    {"+GSN", COMMAND_RECOVERY, .test = "", .execute = gsn_execute},
    {"+CGSN", COMMAND_RECOVERY, .test = "", .execute = gsn_execute},
    {"+GSV", COMMAND_RECOVERY, .test = "", .execute = gsv_execute},
    {"+SIMCOMATI", COMMAND_RECOVERY, .test = "", .execute = simcom_execute},
    {"+CMEE", COMMAND_RECOVERY, "(0,1,2)", .read = cmee_read,
     .write = cmee_write},
    {"+IPR", COMMAND_RECOVERY, .tester = ipr_test, .read = ipr_read,
     .write = ipr_write},
    {"+IFC", COMMAND_RECOVERY, "(0-2),(0-2)", .read = ifc_read,
     .write = ifc_write},
    {"+ICF", COMMAND_RECOVERY, "(3),(3)", .read = icf_read, .write = icf_write},
    {"+CSCLK", 0, "(0-1)", .read = csclk_read, .write = csclk_write},
    {"+CLTS", 0, "(0,1)", .read = clts_read, .write = clts_write},
    {"+CPOWD", COMMAND_RECOVERY, "(0,1)", .write = cpowd_write},
    {"+CFUN", COMMAND_RECOVERY, "(0-1,4-7),(0-1)", .read = cfun_read,
     .write = cfun_write},
    {"+CBC", COMMAND_RECOVERY, "", .execute = cbc_execute},
};

const struct command_table cmd_basic_table = {rows,
                                              sizeof rows / sizeof rows[0]};
