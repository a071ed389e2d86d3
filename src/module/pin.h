/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of the UART: what the caller is told, and only when it changes. */
#ifndef FARFIX_MODULE_PIN_H
#define FARFIX_MODULE_PIN_H

#include <farfix/module.h>

void pin_set(struct ffx_module *module, enum ffx_module_pin pin, int low);
/* RI goes low; pin_poll lets it go again. */
void pin_ring(struct ffx_module *module);
void pin_poll(struct ffx_module *module);

#endif
