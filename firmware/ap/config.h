/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: named values with a range, checked as a whole by a CRC. */
#ifndef AP_CONFIG_H
#define AP_CONFIG_H

#include <stdint.h>

struct config_item {
    const char *name;
    const char *unit;
    double minimum, maximum, initial;
};

void config_reset(void);
uint32_t config_count(void);
const struct config_item *config_item(uint32_t index);
double config_value(uint32_t index);
/* By name; `initial` of an unknown name is 0. */
double config_get(const char *name);
/* 0; -1: no such name; -2: not a number; -3: out of range. */
int config_set(const char *name, const char *text);
/* CRC-16 of all values: tells two boards' settings apart at a glance. */
uint16_t config_crc(void);

#endif
