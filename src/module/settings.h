/* SPDX-License-Identifier: Apache-2.0 */
/* What survives a power cycle: the AUTO_SAVE parameters of the manual and
 * what AT&W stored, as one blob with a CRC. */
#ifndef FARFIX_MODULE_SETTINGS_H
#define FARFIX_MODULE_SETTINGS_H

#include "module/command.h"

/* Loads, or sets the defaults when nothing valid is stored: nothing that a
 * command would have stored. */
void settings_load(struct ffx_module *module);
void settings_save(struct ffx_module *module);
void settings_default_user(struct ffx_module_user *user);
/* The only parameter of a command, 0..high, into a setting that is saved. */
int settings_write(struct ffx_module *module, struct command_call *call,
                   int32_t high, uint8_t *setting);

/* S-parameters; S3, S4 and S5 cannot be changed. */
struct settings_register {
    char name[4];
    uint8_t low, high, factory;
};
extern const struct settings_register settings_registers[FFX_MODULE_REGISTERS];

/* E, V, Q, X, &C, &D: what AT&W stores, by place and highest value. */
struct settings_level {
    char name[3];
    uint8_t offset, most; /* in struct ffx_module_user */
};
#define SETTINGS_LEVELS 6u
extern const struct settings_level settings_levels[SETTINGS_LEVELS];

/* CGDCONT: types, and the highest values of ffx_module_pdp's rest. */
#define SETTINGS_PDP_TYPES 4u
extern const uint8_t settings_pdp_highest[4];

/* IPR: 0 (auto-baud) and those of manual 2.2.32. */
#define SETTINGS_RATES 19u
extern const uint32_t settings_rates[SETTINGS_RATES];
int settings_is_rate(uint32_t rate);

#endif
