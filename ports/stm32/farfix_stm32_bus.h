/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way by which the flash drivers touch registers and flash. Places in
 * flash are bytes from FLASH_BASE. Tests have another header of this name.
 */
#ifndef FARFIX_STM32_BUS_H
#define FARFIX_STM32_BUS_H

#include <main.h>

#include <stdint.h>
#include <string.h>

static inline uint32_t bus_get(const volatile uint32_t *reg)
{
    return *reg;
}

static inline void bus_put(volatile uint32_t *reg, uint32_t value)
{
    *reg = value;
}

static inline void bus_store8(uint32_t place, uint8_t value)
{
    *(volatile uint8_t *)(FLASH_BASE + place) = value;
}

static inline void bus_store16(uint32_t place, uint16_t value)
{
    *(volatile uint16_t *)(FLASH_BASE + place) = value;
}

static inline void bus_store32(uint32_t place, uint32_t value)
{
    *(volatile uint32_t *)(FLASH_BASE + place) = value;
}

static inline void bus_copy(void *to, uint32_t place, uint32_t length)
{
    memcpy(to, (const void *)(FLASH_BASE + place), length);
}

#endif
