/* SPDX-License-Identifier: Apache-2.0 */
/* Who the module is, and the line to it (manual 2.2 and 3.2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/family.h"
#include "module/quirk.h"
#include "module/settings.h"

/* --- identity ------------------------------------------------------------ */

static const char *version(const struct ffx_module *module)
{
    return module->config.damage & FFX_DAMAGE_VERSION
               ? ""
               : module->config.boot->version(module->config.context);
}

static const char *imei(const struct ffx_module *module)
{
    return module->config.damage & FFX_DAMAGE_IMEI ? "000000000000000"
                                                   : module->config.imei;
}

static const char *model(const struct ffx_module *module)
{
    return module->config.boot->model(module->config.context);
}

static void answer_two(struct command_call *call, const char *a, const char *b)
{
    answer_line(call);
    ffx_at_put(&call->out, a);
    ffx_at_put(&call->out, b);
    answer_end(call);
}

/* "SIM7000G R1529": the model and the release's leading digits. A SIM7070 says
 * "R1951.01". */
static int i_execute(struct ffx_module *module, struct command_call *call)
{
    const char *release = version(module);
    uint32_t digits = 0;
    int32_t page;
    if (command_number(call, 0, 0, &page) < 0)
        return COMMAND_ERROR;
    while (release[digits] >= '0' && release[digits] <= '9')
        digits++;
    answer_line(call);
    if (!family_is_sim7070(module)) {
        ffx_at_put(&call->out, model(module));
        ffx_at_put(&call->out, " ");
    }
    ffx_at_put(&call->out, "R");
    ffx_at_put_bytes(&call->out, release,
                     digits > 0 ? digits : bytes_length(release));
    if (family_is_sim7070(module))
        ffx_at_put(&call->out, ".01");
    answer_end(call);
    return COMMAND_OK;
}

static int gmi_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_text(call, "SIMCOM_Ltd");
    return COMMAND_OK;
}

static int gmm_execute(struct ffx_module *module, struct command_call *call)
{
    answer_two(call, "SIMCOM_", model(module));
    return COMMAND_OK;
}

static int gmr_execute(struct ffx_module *module, struct command_call *call)
{
    const int blank = quirk_is(module, FFX_D18_REVISION, 1);
    answer_two(call, blank ? "Revision: " : "Revision:", version(module));
    return COMMAND_OK;
}

static int gsn_execute(struct ffx_module *module, struct command_call *call)
{
    answer_text(call, imei(module));
    return COMMAND_OK;
}

static int gsv_execute(struct ffx_module *module, struct command_call *call)
{
    gmi_execute(module, call);
    gmm_execute(module, call);
    return gmr_execute(module, call);
}

/* Where the letter of the family member begins: behind "SIM7000". */
static uint32_t release_length(const char *text)
{
    static const char family[] = "SIM7000";
    const uint32_t length = bytes_length(text);
    const uint32_t width = sizeof family - 1u;
    for (uint32_t i = 0; i + width <= length; i++)
        if (memcmp(text + i, family, width) == 0)
            return i + width;
    return length;
}

/* No manual has it; the lines are those of a SIM7000G. The QCN is the file of
 * radio settings from the factory, older than the firmware. */
static int simcom_execute(struct ffx_module *module, struct command_call *call)
{
    const char *release = version(module);
    gmr_execute(module, call);
    answer_text(call, "CSUB:V01");
    answer_line(call);
    ffx_at_put(&call->out, "APRev:");
    ffx_at_put_bytes(&call->out, release, release_length(release));
    ffx_at_put(&call->out, ",V01");
    answer_end(call);
    answer_line(call);
    ffx_at_put(&call->out, "QCN:MDM9206_TX3.0.");
    ffx_at_put(&call->out, model(module));
    ffx_at_put(&call->out, "_P1.03_20220415");
    answer_end(call);
    answer_two(call, "IMEI:", imei(module));
    return COMMAND_OK;
}

/* --- line and errors ----------------------------------------------------- */

static int cmee_read(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_number(call, call->port->cmee);
    return COMMAND_OK;
}

static int cmee_write(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return command_only_number(call, 0, 2, &call->port->cmee);
}

static int ipr_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, (int32_t)module->settings.rate);
    return COMMAND_OK;
}

static int ipr_test(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_named(call);
    ffx_at_put(&call->out, "(");
    for (uint32_t i = 0; i < SETTINGS_RATES; i++) {
        ffx_at_put(&call->out, i > 0 ? "," : "");
        ffx_at_put_number(&call->out, (int32_t)settings_rates[i]);
    }
    ffx_at_put(&call->out, ")");
    answer_end(call);
    return COMMAND_OK;
}

static int ipr_write(struct ffx_module *module, struct command_call *call)
{
    int32_t rate;
    if (command_number(call, 0, INT32_MAX, &rate) != 1 ||
        ffx_at_args_end(&call->args) != 0 || !settings_is_rate((uint32_t)rate))
        return COMMAND_REFUSED;
    module->settings.rate = (uint32_t)rate;
    call->port->rate_changed = 1;
    settings_save(module);
    return COMMAND_OK;
}

static int ifc_read(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_pair(call, call->port->flow_from_te, call->port->flow_to_te);
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
    call->port->held = 0; /* nobody else would take the XON */
    if (call->port->index == FFX_PORT_UART && module->config.boot->flow != 0)
        module->config.boot->flow(module->config.context, from_te, to_te);
    return COMMAND_OK;
}

static int icf_read(struct ffx_module *module, struct command_call *call)
{
    answer_pair(call, module->frame_format, module->frame_parity);
    return COMMAND_OK;
}

/* A virtual line carries bytes whatever the frame: it is only kept. */
static int icf_write(struct ffx_module *module, struct command_call *call)
{
    int32_t format, parity = 255; /* absent: reads back as 255 */
    if (command_number(call, 1, 6, &format) != 1 ||
        command_number(call, 0, 3, &parity) < 0 || parity == 2 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->frame_format = (uint8_t)format;
    module->frame_parity = (uint8_t)parity;
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"I", COMMAND_RECOVERY, .execute = i_execute},
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
    {"+ICF", COMMAND_RECOVERY, "(1-6),(0,1,3)", .read = icf_read,
     .write = icf_write},
};

const struct command_table cmd_basic_table = {rows,
                                              sizeof rows / sizeof rows[0]};
