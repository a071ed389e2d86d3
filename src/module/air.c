/* SPDX-License-Identifier: Apache-2.0 */
/* What the host does to the air around the module. */
#include "module/radio.h"

int ffx_module_signal(struct ffx_module *module, uint8_t rssi, uint32_t now_ms)
{
    if (rssi > 31 && rssi != RADIO_NO_SIGNAL)
        return FFX_ERR_ARGUMENT;
    module->rssi = rssi;
    ffx_module_poll(module, now_ms);
    return 0;
}

int ffx_module_registration(struct ffx_module *module, uint8_t stat,
                            uint32_t now_ms)
{
    if (stat > RADIO_SMS_ONLY)
        return FFX_ERR_ARGUMENT;
    module->now_ms = now_ms;
    module->network_stat = stat;
    radio_update(module);
    ffx_module_poll(module, now_ms);
    return 0;
}

void ffx_module_drop_pdp(struct ffx_module *module, uint32_t now_ms)
{
    module->now_ms = now_ms;
    radio_drop_bearers(module);
    radio_update(module);
    ffx_module_poll(module, now_ms);
}

void ffx_module_woke(struct ffx_module *module, uint32_t now_ms)
{
    module->now_ms = now_ms;
    radio_forget_bearers(module);
    ffx_module_poll(module, now_ms);
}
