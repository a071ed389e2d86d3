/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the port: what each family's file knows of its controller. Banks
 * count from 0, sectors from the start of their bank, places from FLASH_BASE
 * on the bus. */
#ifndef STM32_FLASH_PART_H
#define STM32_FLASH_PART_H

#include <farfix_stm32_flash.h>

#include <farfix_stm32_bus.h>

/* Regions, region_count, write_unit and bank_stride, from config and
 * bank_bytes. FFX_ERR_ARGUMENT: there is no such part, or this is not it. */
int part_layout(struct farfix_stm32_flash *flash);

/* Not 0: the last operation goes on, nothing else may be touched. */
uint32_t part_busy(uint32_t bank);
/* The error flags that are up, which it takes down; 0: none. */
uint32_t part_errors(uint32_t bank);
/* FFX_ERR_FLASH: the controller stays locked until the next reset. */
int part_unlock(struct farfix_stm32_flash *flash, uint32_t bank);
void part_erase(const struct farfix_stm32_flash *flash, uint32_t bank,
                uint32_t sector);
void part_program(const struct farfix_stm32_flash *flash, uint32_t bank,
                  uint32_t place, const uint8_t *unit);
/* Takes the operation back and locks. */
void part_lock(const struct farfix_stm32_flash *flash, uint32_t bank);
/* No cache holds what was there before. */
void part_flush(struct farfix_stm32_flash *flash, uint32_t place,
                uint32_t length);
int part_read(uint32_t bank, uint32_t place, uint8_t *buffer, uint32_t length);

/* Bytes as the bus wants them, of any alignment. */
static inline uint32_t part_word(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* The keys of every family. A wrong word locks it until the next reset. */
static inline int part_open(volatile uint32_t *keys,
                            const volatile uint32_t *control, uint32_t lock)
{
    if (bus_get(control) & lock) {
        bus_put(keys, 0x45670123u);
        bus_put(keys, 0xcdef89abu);
    }
    return bus_get(control) & lock ? FFX_ERR_FLASH : 0;
}

#endif
