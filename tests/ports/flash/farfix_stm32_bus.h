/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the port's header of this name: each access goes to a model of
 * the flash controller. */
#ifndef FARFIX_STM32_BUS_H
#define FARFIX_STM32_BUS_H

#include <main.h>

#include <stdint.h>
#include <string.h>

uint32_t bus_get(const volatile uint32_t *reg);
void bus_put(volatile uint32_t *reg, uint32_t value);
void bus_store8(uint32_t place, uint8_t value);
void bus_store16(uint32_t place, uint16_t value);
void bus_store32(uint32_t place, uint32_t value);
void bus_copy(void *to, uint32_t place, uint32_t length);

#endif
