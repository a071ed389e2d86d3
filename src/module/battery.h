/* SPDX-License-Identifier: Apache-2.0 */
/* What the supply voltage leads to when CBATCHK=1 (hardware design, 3.1.3). */
#ifndef FARFIX_MODULE_BATTERY_H
#define FARFIX_MODULE_BATTERY_H

#include <farfix/module.h>

void battery_init(struct ffx_module *module);
/* Looks whether voltage or CBATCHK have changed; not inside a handler. */
void battery_check(struct ffx_module *module);

#endif
