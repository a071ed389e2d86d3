/* SPDX-License-Identifier: Apache-2.0 */
/* V.250: levels, registers, the stored profile, calls (manual 2). */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/quirk.h"
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

static uint8_t *level_value(struct command_call *call, uint32_t level)
{
    return (uint8_t *)&call->port->user + settings_levels[level].offset;
}

static int level_execute(struct ffx_module *module, struct command_call *call)
{
    uint32_t i = 0;
    (void)module;
    while (!bytes_same_text(settings_levels[i].name, call->row->name))
        i++;
    return basic_number(call, settings_levels[i].most, level_value(call, i));
}

/* &F, &W and Z know one profile: 0. */
static int is_profile(struct command_call *call)
{
    uint8_t profile;
    return basic_number(call, 0, &profile) == COMMAND_OK;
}

/* A module that leaves the factory in auto-baud goes back to that too. */
static int default_execute(struct ffx_module *module, struct command_call *call)
{
    if (!is_profile(call))
        return COMMAND_ERROR;
    settings_default_user(&call->port->user);
    if (quirk_is(module, FFX_D25_RATE, 1) && module->settings.rate != 0) {
        module->settings.rate = 0;
        call->port->rate_changed = 1;
        settings_save(module);
    }
    return COMMAND_OK;
}

static int store_execute(struct ffx_module *module, struct command_call *call)
{
    if (!is_profile(call))
        return COMMAND_ERROR;
    module->settings.user = call->port->user;
    settings_save(module);
    if (module->settings.rate == 0) /* seen on a SIM7000G, &FZE0&W */
        answer_text(call, "Autobaud support: (9600,19200,38400,57600,115200).");
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
    (void)module;
    answer_text(call, "ACTIVE PROFILE");
    for (uint32_t i = 0; i < SETTINGS_LEVELS; i++) {
        answer_line(call);
        ffx_at_put(&call->out, settings_levels[i].name);
        ffx_at_put(&call->out, ": ");
        ffx_at_put_number(&call->out, *level_value(call, i));
        answer_end(call);
    }
    for (uint32_t i = 0; i < FFX_MODULE_REGISTERS; i++) {
        answer_line(call);
        ffx_at_put(&call->out, settings_registers[i].name);
        ffx_at_put(&call->out, ": ");
        ffx_at_put_number(&call->out, call->port->user.registers[i]);
        answer_end(call);
    }
    return COMMAND_OK;
}

/* --- S-parameters: three digits when read (V.250, 5.3.2) ----------------- */

static uint32_t find_register(const struct command_call *call)
{
    uint32_t i = 0;
    while (!bytes_same_text(settings_registers[i].name, call->row->name))
        i++;
    return i;
}

static int register_read(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    const uint8_t value = call->port->user.registers[find_register(call)];
    answer_line(call);
    ffx_at_put(&call->out, value < 100 ? "0" : "");
    ffx_at_put(&call->out, value < 10 ? "0" : "");
    ffx_at_put_number(&call->out, value);
    answer_end(call);
    return COMMAND_OK;
}

static int register_write(struct ffx_module *module, struct command_call *call)
{
    const uint32_t index = find_register(call);
    int32_t value = 0; /* "S0=" means 0 (V.250, 5.3.2) */
    (void)module;
    if (command_number(call, 0, 255, &value) < 0 ||
        value < settings_registers[index].low ||
        value > settings_registers[index].high)
        return COMMAND_ERROR;
    call->port->user.registers[index] = (uint8_t)value;
    return COMMAND_OK;
}

/* --- calls --------------------------------------------------------------- */

/* A SIM7000 in LTE carries neither voice nor circuit data, and packet data of
 * this module goes through CNACT: what dials or answers ends in NO CARRIER. So
 * CONNECT, RING, NO DIALTONE, BUSY, NO ANSWER and PROCEEDING never occur. */
static int call_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    (void)call;
    return COMMAND_NO_CARRIER;
}

/* Nothing to hang up is hung up (V.250, 6.3.6). */
static int hang_up_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return is_profile(call) ? COMMAND_OK : COMMAND_ERROR;
}

static int online_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    return is_profile(call) ? COMMAND_NO_CARRIER : COMMAND_ERROR;
}

static int gcap_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_text(call, "+GCAP: +CGSM");
    return COMMAND_OK;
}

#define REGISTER(name)                                                         \
    {                                                                          \
        name, COMMAND_RECOVERY, .read = register_read, .write = register_write \
    }

static const struct command rows[] = {
    {"E", COMMAND_RECOVERY, .execute = level_execute},
    {"V", COMMAND_RECOVERY, .execute = level_execute},
    {"Q", COMMAND_RECOVERY, .execute = level_execute},
    {"X", COMMAND_RECOVERY, .execute = level_execute},
    {"&C", COMMAND_RECOVERY, .execute = level_execute},
    {"&D", COMMAND_RECOVERY, .execute = level_execute},
    {"Z", COMMAND_RECOVERY, .execute = recall_execute},
    {"&F", COMMAND_RECOVERY, .execute = default_execute},
    {"&V", COMMAND_RECOVERY, .execute = view_execute},
    {"&W", COMMAND_RECOVERY, .execute = store_execute},
    REGISTER("S0"),
    REGISTER("S3"),
    REGISTER("S4"),
    REGISTER("S5"),
    REGISTER("S6"),
    REGISTER("S7"),
    REGISTER("S8"),
    REGISTER("S10"),
    {"A", 0, .execute = call_execute},
    {"D", 0, .execute = call_execute},
    {"H", 0, .execute = hang_up_execute},
    {"O", 0, .execute = online_execute},
    {"+GCAP", COMMAND_RECOVERY, .test = "", .execute = gcap_execute},
};

const struct command_table cmd_v250_table = {rows,
                                             sizeof rows / sizeof rows[0]};
