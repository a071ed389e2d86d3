/* SPDX-License-Identifier: Apache-2.0 */
#include "module/settings.h"

#include "base/bytes.h"
#include "base/crc32.h"

/* "FFS" and the version of struct ffx_module_settings. */
#define SETTINGS_MAGIC 0x46465301u

void settings_default_user(struct ffx_module_user *user)
{
    memset(user, 0, sizeof *user);
    user->echo = 1;
    user->verbose = 1;
    user->extended = 4;
    /* The note sees DCD move while CFSWFILE takes data: &C1. */
    user->carrier = 1;
}

static void set_defaults(struct ffx_module_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->magic = SETTINGS_MAGIC;
    settings->rate = 115200; /* D25 */
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
        set_defaults(settings);
}

void settings_save(struct ffx_module *module)
{
    module->settings.crc32 = checksum(&module->settings);
    module->config.boot->settings_save(module->config.context,
                                       &module->settings,
                                       (uint32_t)sizeof module->settings);
}
