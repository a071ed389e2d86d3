/* SPDX-License-Identifier: Apache-2.0 */
/* One-shot timers of the module, enum ffx_module_timer; those of a port count
 * from the UART's: FFX_TIMER_TYPING + port->index. Delays stay below 2^31 ms,
 * so the millisecond count may wrap. */
#ifndef FARFIX_MODULE_TIMER_H
#define FARFIX_MODULE_TIMER_H

#include <farfix/module.h>

void timer_start(struct ffx_module *module, uint32_t timer, uint32_t delay_ms);
void timer_stop(struct ffx_module *module, uint32_t timer);
/* 1 once, when the timer has run off. */
int timer_ended(struct ffx_module *module, uint32_t timer);
/* Milliseconds until the next one ends, `most` at most. */
uint32_t timer_next(const struct ffx_module *module, uint32_t most);

#endif
