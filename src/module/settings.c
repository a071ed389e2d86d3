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

const struct settings_level settings_levels[SETTINGS_LEVELS] = {
    {"E", offsetof(struct ffx_module_user, echo), 1},
    {"V", offsetof(struct ffx_module_user, verbose), 1},
    {"Q", offsetof(struct ffx_module_user, quiet), 1},
    {"X", offsetof(struct ffx_module_user, extended), 4},
    {"&C", offsetof(struct ffx_module_user, carrier), 1},
    {"&D", offsetof(struct ffx_module_user, dtr), 2},
};

const uint32_t settings_rates[SETTINGS_RATES] = {
    0,       300,     600,     1200,    2400,    4800,   9600,
    19200,   38400,   57600,   115200,  230400,  921600, 2000000,
    2900000, 3000000, 3200000, 3686400, 4000000,
};

const uint8_t settings_pdp_highest[4] = {2, 4, 1, 1};

int settings_is_rate(uint32_t rate)
{
    uint32_t i = 0;
    while (i < SETTINGS_RATES && settings_rates[i] != rate)
        i++;
    return i < SETTINGS_RATES;
}

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

/* --- what is believed ---------------------------------------------------- */

static int is_user(const struct ffx_module_user *user)
{
    int good = 1;
    for (uint32_t i = 0; i < SETTINGS_LEVELS; i++)
        good &= ((const uint8_t *)user)[settings_levels[i].offset] <=
                settings_levels[i].most;
    for (uint32_t i = 0; i < FFX_MODULE_REGISTERS; i++)
        good &= user->registers[i] >= settings_registers[i].low &&
                user->registers[i] <= settings_registers[i].high;
    return good;
}

/* The lowest and the highest value of a member; the gaps of CFUN and CNMP are
 * left to is_radio. */
static int is_in_range(const struct ffx_module_settings *settings)
{
#define MEMBER(name) offsetof(struct ffx_module_settings, name)
    static const struct {
        uint8_t offset, low, high;
    } ranges[] = {
        {MEMBER(sleep), 0, 1},
        {MEMBER(function), 1, 7},
        {MEMBER(mode), 2, 51},
        {MEMBER(lte_mode), 1, 3},
        {MEMBER(operator_mode), 0, 2},
        {MEMBER(local_time), 0, 1},
        {MEMBER(psm), 0, 1},
        {MEMBER(edrx_mode), 0, 2},
        {MEMBER(edrx), 0, 15},
        {MEMBER(edrx) + 1, 0, 15},
        {MEMBER(owed_ok), 0, (1u << FFX_MODULE_PORTS) - 1u},
    };
#undef MEMBER
    int good = 1;
    for (uint32_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const uint8_t value = ((const uint8_t *)settings)[ranges[i].offset];
        good &= value >= ranges[i].low && value <= ranges[i].high;
    }
    return good;
}

static int is_radio(const struct ffx_module_settings *settings)
{
    const uint8_t function = settings->function, mode = settings->mode;
    return function != 2 && function != 3 && function != 6 &&
           (mode == 2 || mode == 13 || mode == 38 || mode == 51);
}

/* Ends within `capacity` and can be shown in quotes. */
static int is_text(const char *text, uint32_t capacity)
{
    uint32_t n = 0;
    while (n < capacity && (uint8_t)text[n] >= ' ' && text[n] != '"' &&
           text[n] != 0x7f)
        n++;
    return n < capacity && text[n] == '\0';
}

static int is_pdp(const struct ffx_module_pdp *pdp)
{
    int good = pdp->type <= SETTINGS_PDP_TYPES &&
               is_text(pdp->apn, sizeof pdp->apn) &&
               is_text(pdp->address, sizeof pdp->address);
    for (uint32_t i = 0; i < sizeof pdp->rest; i++)
        good &= pdp->rest[i] <= settings_pdp_highest[i];
    return good;
}

static int is_sane(const struct ffx_module_settings *settings)
{
    int good = settings_is_rate(settings->rate) && is_user(&settings->user) &&
               is_in_range(settings) && is_radio(settings);
    for (uint32_t i = 0; i < FFX_MODULE_CONTEXTS; i++)
        good &= is_pdp(&settings->pdp[i]);
    return good;
}

/* --- load, save ---------------------------------------------------------- */

void settings_load(struct ffx_module *module)
{
    const struct ffx_module_config *config = &module->config;
    struct ffx_module_settings *settings = &module->settings;
    const uint32_t length = config->boot->settings_load(
        config->context, settings, (uint32_t)sizeof *settings);
    if (length != sizeof *settings || settings->magic != SETTINGS_MAGIC ||
        settings->crc32 != checksum(settings) || !is_sane(settings))
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
