/* SPDX-License-Identifier: Apache-2.0 */
#include "module/settings.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include "module/quirk.h"

/* "FFS" and the version of struct ffx_module_settings. */
#define SETTINGS_MAGIC 0x46465302u

/* V.250 and manual 2.2; what no call needs is only kept. */
const struct settings_register settings_registers[FFX_MODULE_REGISTERS] = {
    {"S0", 0, 255, 0}, {"S3", 13, 13, 13},  {"S4", 10, 10, 10},
    {"S5", 8, 8, 8},   {"S6", 0, 255, 2},   {"S7", 0, 255, 60},
    {"S8", 0, 255, 2}, {"S10", 0, 255, 15},
};

void settings_default_user(struct ffx_module_user *user)
{
    memset(user, 0, sizeof *user);
    user->echo = 1;
    user->verbose = 1;
    user->extended = 4;
    /* The note sees DCD move while CFSWFILE takes data: &C1. */
    user->carrier = 1;
    for (uint32_t i = 0; i < FFX_MODULE_REGISTERS; i++)
        user->registers[i] = settings_registers[i].factory;
}

static void set_defaults(struct ffx_module *module)
{
    struct ffx_module_settings *settings = &module->settings;
    memset(settings, 0, sizeof *settings);
    settings->magic = SETTINGS_MAGIC;
    settings->rate = quirk_is(module, FFX_D25_RATE, 1) ? 0 : 115200;
    settings_default_user(&settings->user);
    settings->function = 1;
    settings->mode = 2;
    settings->lte_mode = 3;
    settings->pdp[0].type = 1;
}

static uint32_t checksum(const struct ffx_module_settings *settings)
{
    return crc32_add(0, settings,
                     (uint32_t)offsetof(struct ffx_module_settings, crc32));
}

void settings_load(struct ffx_module *module)
{
    const struct ffx_module_config *config = &module->config;
    struct ffx_module_settings *settings = &module->settings;
    const uint32_t length = config->boot->settings_load(
        config->context, settings, (uint32_t)sizeof *settings);
    if (length != sizeof *settings || settings->magic != SETTINGS_MAGIC ||
        settings->crc32 != checksum(settings))
        set_defaults(module);
}

void settings_save(struct ffx_module *module)
{
    module->settings.crc32 = checksum(&module->settings);
    module->config.boot->settings_save(module->config.context,
                                       &module->settings,
                                       (uint32_t)sizeof module->settings);
}

int settings_write(struct ffx_module *module, struct command_call *call,
                   int32_t high, uint8_t *setting)
{
    const int result = command_only_number(call, 0, high, setting);
    if (result == COMMAND_OK)
        settings_save(module);
    return result;
}
