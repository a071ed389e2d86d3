/* SPDX-License-Identifier: Apache-2.0 */
#include "module/pin.h"

#include "module/timer.h"

#define RING_MS 120u /* UART application note, 6.5 */

void pin_set(struct ffx_module *module, enum ffx_module_pin pin, int low)
{
    if (module->pins[pin] == low || module->config.boot->pin == 0)
        return;
    module->pins[pin] = (uint8_t)low;
    module->config.boot->pin(module->config.context, pin, low);
}

/* A second reason prolongs the pulse: two would need a gap. */
void pin_ring(struct ffx_module *module)
{
    pin_set(module, FFX_PIN_RI, 1);
    timer_start(module, FFX_TIMER_RING, RING_MS);
}

void pin_poll(struct ffx_module *module)
{
    if (timer_ended(module, FFX_TIMER_RING))
        pin_set(module, FFX_PIN_RI, 0);
}
