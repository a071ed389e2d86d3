/* SPDX-License-Identifier: Apache-2.0 */
#include "module/timer.h"

void timer_start(struct ffx_module *module, uint32_t timer, uint32_t delay_ms)
{
    module->due_ms[timer] = module->now_ms + delay_ms;
    module->armed[timer] = 1;
}

void timer_stop(struct ffx_module *module, uint32_t timer)
{
    module->armed[timer] = 0;
}

static int is_due(const struct ffx_module *module, uint32_t timer)
{
    return module->now_ms - module->due_ms[timer] < 0x80000000u;
}

int timer_ended(struct ffx_module *module, uint32_t timer)
{
    if (!module->armed[timer] || !is_due(module, timer))
        return 0;
    module->armed[timer] = 0;
    return 1;
}

uint32_t timer_next(const struct ffx_module *module, uint32_t most)
{
    uint32_t next = most;
    for (uint32_t i = 0; i < FFX_TIMERS; i++) {
        if (!module->armed[i])
            continue;
        if (is_due(module, i))
            return 0;
        if (module->due_ms[i] - module->now_ms < next)
            next = module->due_ms[i] - module->now_ms;
    }
    return next;
}
