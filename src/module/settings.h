/* SPDX-License-Identifier: Apache-2.0 */
/* What survives a power cycle: the AUTO_SAVE parameters of the manual and
 * what AT&W stored, as one blob with a CRC. */
#ifndef FARFIX_MODULE_SETTINGS_H
#define FARFIX_MODULE_SETTINGS_H

#include <farfix/module.h>

/* Loads, or sets the defaults when nothing valid is stored. */
void settings_load(struct ffx_module *module);
void settings_save(struct ffx_module *module);
void settings_default_user(struct ffx_module_user *user);

#endif
