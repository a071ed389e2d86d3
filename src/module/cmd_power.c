/* SPDX-License-Identifier: Apache-2.0 */
/* Power: sleep, functionality, battery, how rarely the network calls (manual
 * 3.2 and 5.2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/run.h"
#include "module/settings.h"

/* --- sleep and RI -------------------------------------------------------- */

static int csclk_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->settings.sleep);
    return COMMAND_OK;
}

static int csclk_write(struct ffx_module *module, struct command_call *call)
{
    return settings_write(module, call, 1, &module->settings.sleep);
}

static int cfgri_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->ring);
    return COMMAND_OK;
}

static int cfgri_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 2, &module->ring);
}

/* --- off, on, radio off -------------------------------------------------- */

static int cpowd_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t normal;
    const int result = command_only_number(call, 0, 1, &normal);
    if (result != COMMAND_OK)
        return result;
    if (normal)
        answer_text(call, "NORMAL POWER DOWN");
    run_shut_down(module, call->port, FFX_POWER_DOWN);
    return COMMAND_SILENT;
}

static int cfun_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->function);
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

/* Manual 3.2.19: OK comes when the module is back. */
static int owe_ok(struct ffx_module *module, struct command_call *call)
{
    module->settings.owed_ok = (uint8_t)(1u << call->port->index);
    settings_save(module);
    return COMMAND_SILENT;
}

static int reset_softly(struct ffx_module *module, struct command_call *call)
{
    run_shut_down(module, call->port, FFX_RESET_SOFT);
    return quirk_is(module, FFX_D13_RESET_OK, 1) ? owe_ok(module, call)
                                                 : COMMAND_OK;
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
        return reset_softly(module, call);
    }
    if (function == 1 && (module->config.damage & FFX_DAMAGE_FUN_5))
        return COMMAND_ERROR;
    store_function(module, (uint8_t)function);
    if (function == 0 && module->function != 0)
        answer_text(call, "+CPIN: NOT READY"); /* note 4.2 */
    radio_set_function(module, (uint8_t)function);
    return COMMAND_OK;
}

/* 5.2.46 of the SIM7070's manual. */
static int creboot_execute(struct ffx_module *module, struct command_call *call)
{
    return reset_softly(module, call);
}

/* --- battery ------------------------------------------------------------- */

/* Not being charged, percent, millivolts. */
static int cbc_execute(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put_number(&call->out, 0);
    answer_next(call, module->battery_percent);
    answer_next(call, module->battery_mv);
    answer_end(call);
    return COMMAND_OK;
}

static int cbatchk_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->battery_check);
    return COMMAND_OK;
}

static int cbatchk_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 1, &module->battery_check);
}

/* --- power saving: kept and read back, the network plays no part --------- */

/* "0101": binary digits, `width` of them. 1; 0 when absent; or an error. */
static int take_bits(struct command_call *call, uint32_t width, uint8_t *value)
{
    char text[9];
    uint8_t bits = 0;
    const int given = command_string(call, text, sizeof text);
    if (given != 1)
        return given;
    for (uint32_t i = 0; i < width; i++) {
        if (text[i] != '0' && text[i] != '1')
            return COMMAND_REFUSED;
        bits = (uint8_t)(bits << 1 | (text[i] == '1'));
    }
    if (text[width] != '\0')
        return COMMAND_REFUSED;
    *value = bits;
    return 1;
}

static void put_bits(struct command_call *call, uint32_t width, uint8_t value)
{
    char text[9] = "";
    for (uint32_t i = 0; i < width; i++)
        text[i] = (value >> (width - 1u - i)) % 2 ? '1' : '0';
    ffx_at_put_quoted(&call->out, text);
}

static int cpsms_read(struct ffx_module *module, struct command_call *call)
{
    answer_named(call);
    ffx_at_put_number(&call->out, module->settings.psm);
    ffx_at_put(&call->out, ",,,"); /* RAU and READY timer: GPRS */
    put_bits(call, 8, module->settings.psm_update);
    ffx_at_put(&call->out, ",");
    put_bits(call, 8, module->settings.psm_active);
    answer_end(call);
    return COMMAND_OK;
}

static int cpsms_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_settings *settings = &module->settings;
    uint8_t unused, update = settings->psm_update;
    uint8_t active = settings->psm_active;
    int32_t mode = 0; /* absent: off (TS 27.007, 7.38) */
    if (command_number(call, 0, 1, &mode) < 0 ||
        take_bits(call, 8, &unused) < 0 || take_bits(call, 8, &unused) < 0 ||
        take_bits(call, 8, &update) < 0 || take_bits(call, 8, &active) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    settings->psm = (uint8_t)mode;
    settings->psm_update = update;
    settings->psm_active = active;
    settings_save(module);
    return COMMAND_OK;
}

static int cedrxs_read(struct ffx_module *module, struct command_call *call)
{
    for (uint32_t i = 0; i < 2; i++) {
        answer_named(call);
        ffx_at_put_number(&call->out, (int32_t)i + 4); /* Cat-M, NB-IoT */
        ffx_at_put(&call->out, ",");
        put_bits(call, 4, module->settings.edrx[i]);
        answer_end(call);
    }
    return COMMAND_OK;
}

/* Nothing is granted without a network that knows eDRX: GSM does not. The
 * paging time windows are those of TS 24.008, 10.5.5.32, at their shortest. */
static int cedrxrdp_execute(struct ffx_module *module,
                            struct command_call *call)
{
    const struct ffx_module_settings *settings = &module->settings;
    const int act = radio_act(module);
    const int granted =
        settings->edrx_mode != 0 && radio_attached(module) && act != RADIO_GSM;
    const uint32_t kind = act == RADIO_NB_IOT ? 5 : 4;
    answer_named(call);
    ffx_at_put_number(&call->out, granted ? (int32_t)kind : 0);
    for (int i = 0; granted && i < 3; i++) {
        ffx_at_put(&call->out, ",");
        put_bits(call, 4, i < 2 ? settings->edrx[kind - 4] : 0);
    }
    answer_end(call);
    return COMMAND_OK;
}

static int cedrxs_write(struct ffx_module *module, struct command_call *call)
{
    struct ffx_module_settings *settings = &module->settings;
    int32_t mode, kind = 4;
    uint8_t value = 0;
    if (command_number(call, 0, 3, &mode) != 1)
        return COMMAND_REFUSED;
    const int given = command_number(call, 4, 5, &kind);
    const int timed = take_bits(call, 4, &value);
    if (given < 0 || timed < 0 || ffx_at_args_end(&call->args) != 0 ||
        (timed && !given))
        return COMMAND_REFUSED;
    if (timed)
        settings->edrx[kind - 4] = value;
    if (mode == 3) /* off, and back to the defaults */
        memset(settings->edrx, 0, sizeof settings->edrx);
    settings->edrx_mode = (uint8_t)(mode == 3 ? 0 : mode);
    settings_save(module);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CSCLK", 0, "(0-1)", .read = csclk_read, .write = csclk_write},
    {"+CFGRI", COMMAND_RECOVERY, "(0-2)", .read = cfgri_read,
     .write = cfgri_write},
    {"+CPOWD", COMMAND_RECOVERY, "(0,1)", .write = cpowd_write},
    {"+CFUN", COMMAND_RECOVERY, "(0-1,4-7),(0-1)", .read = cfun_read,
     .write = cfun_write},
    {"+CREBOOT", COMMAND_RECOVERY | COMMAND_SIM7070, "",
     .execute = creboot_execute},
    {"+CBC", COMMAND_RECOVERY, "", .execute = cbc_execute},
    {"+CBATCHK", COMMAND_RECOVERY, "(0,1)", .read = cbatchk_read,
     .write = cbatchk_write},
    {"+CPSMS", 0,
     "(0,1),,,(\"00000000\"-\"11111111\"),(\"00000000\"-\"11111111\")",
     .read = cpsms_read, .write = cpsms_write},
    {"+CEDRXS", 0, "(0-3),(4,5),(\"0000\"-\"1111\")", .read = cedrxs_read,
     .write = cedrxs_write},
    {"+CEDRXRDP", 0, "", .execute = cedrxrdp_execute},
};

const struct command_table cmd_power_table = {rows,
                                              sizeof rows / sizeof rows[0]};
