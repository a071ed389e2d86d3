/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct config_item config_items[] = {
    {"interval", "s", 1.0, 86400.0, 900.0},
    {"low", "C", -60.0, 60.0, 1.5},
    {"high", "C", -60.0, 60.0, 8.0},
    {"hysteresis", "C", 0.0, 10.0, 0.5},
    {"humidity", "%", 0.0, 100.0, 85.0},
    {"offset", "C", -5.0, 5.0, 0.0},
    {"supply", "V", 1.8, 5.5, 3.0},
    {"report", "min", 1.0, 1440.0, 60.0},
    {"verbosity", "", 0.0, 4.0, 2.0},
};
#define CONFIG_ITEMS (sizeof config_items / sizeof config_items[0])

static double config_values[CONFIG_ITEMS];

void config_reset(void)
{
    for (uint32_t i = 0; i < CONFIG_ITEMS; i++)
        config_values[i] = config_items[i].initial;
}

uint32_t config_count(void)
{
    return CONFIG_ITEMS;
}

const struct config_item *config_item(uint32_t index)
{
    return &config_items[index];
}

double config_value(uint32_t index)
{
    return config_values[index];
}

static int config_find(const char *name)
{
    for (uint32_t i = 0; i < CONFIG_ITEMS; i++)
        if (strcasecmp(config_items[i].name, name) == 0)
            return (int)i;
    return -1;
}

double config_get(const char *name)
{
    const int i = config_find(name);
    return i < 0 ? 0.0 : config_values[i];
}

int config_set(const char *name, const char *text)
{
    const int i = config_find(name);
    if (i < 0)
        return -1;
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0')
        return -2;
    if (!(value >= config_items[i].minimum && value <= config_items[i].maximum))
        return -3;
    config_values[i] = value;
    return 0;
}

/* CRC-16/CCITT-FALSE: polynomial 0x1021, initial 0xffff. */
uint16_t config_crc(void)
{
    unsigned char bytes[sizeof config_values];
    memcpy(bytes, config_values, sizeof bytes);
    uint16_t crc = 0xffff;
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        crc = (uint16_t)(crc ^ bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
    }
    return crc;
}
