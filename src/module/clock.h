/* SPDX-License-Identifier: Apache-2.0 */
/* The module's clock: local time in seconds since 1980, and its zone. */
#ifndef FARFIX_MODULE_CLOCK_H
#define FARFIX_MODULE_CLOCK_H

#include <farfix/module.h>

struct clock_time {
    uint16_t year; /* 1980..2079 */
    uint8_t month, day, hour, minute, second;
};

void clock_init(struct ffx_module *module);
void clock_poll(struct ffx_module *module);
struct clock_time clock_split(uint32_t seconds);
/* The moment, or FFX_ERR_ARGUMENT when no calendar has it. */
int clock_join(const struct clock_time *time, uint32_t *seconds);
/* Local time and zone as the network knows them, or as the clock shows them
 * when nobody told the network either. */
void clock_of_network(struct ffx_module *module, struct clock_time *time,
                      int8_t *zone);
/* Registered: what the network tells with CLTS=1. */
void clock_from_network(struct ffx_module *module);

#endif
