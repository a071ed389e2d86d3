/* SPDX-License-Identifier: Apache-2.0 */
#include "module/battery.h"

#include "module/run.h"
#include "module/urc.h"

static const struct {
    uint16_t low_mv, high_mv; /* inside is fine */
    uint8_t zone;             /* of URC_BATTERY: the first one outside */
} bounds[] = {
    {2900, 4400, 3}, /* UNDER-VOLTAGE, OVER-VOLTAGE POWER DOWN */
    {3100, 4300, 1}, /* ... WARNNING */
};

static uint8_t find_zone(uint16_t mv)
{
    for (uint32_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (mv <= bounds[i].low_mv)
            return bounds[i].zone;
        if (mv >= bounds[i].high_mv)
            return (uint8_t)(bounds[i].zone + 1u);
    }
    return 0;
}

void battery_init(struct ffx_module *module)
{
    module->battery_percent = 80;
    module->battery_mv = 3900;
}

void battery_check(struct ffx_module *module)
{
    const uint8_t zone =
        module->battery_check ? find_zone(module->battery_mv) : 0;
    if (zone == module->battery_zone || module->reset)
        return;
    module->battery_zone = zone;
    if (zone == 0)
        return;
    urc_push(module, URC_BATTERY, zone);
    if (zone >= 3)
        run_lose_power(module);
}
