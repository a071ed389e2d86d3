/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <assert.h>
#include <string.h>

static void assert_inside(const struct lab_flash *flash, uint32_t address,
                          uint32_t length)
{
    assert(length > 0 && address < flash->size);
    assert(length <= flash->size - address);
}

static void touch(struct lab_flash *flash, uint32_t address, uint32_t length)
{
    const uint32_t last = lab_flash_sector_index(flash, address + length - 1);
    for (uint32_t i = lab_flash_sector_index(flash, address); i <= last; i++)
        lab_pages_touch(flash, i);
}

static void set_flags(struct lab_flash *flash, uint32_t address,
                      uint32_t length, unsigned flags)
{
    const uint32_t unit = flash->config.write_unit;
    const uint32_t first = address / unit;
    const uint32_t units = (address + length - 1) / unit - first + 1;
    memset(flash->flags + first, (int)flags, units);
    lab_file_flags(flash, first, units);
}

void lab_flash_stick(struct lab_flash *flash, uint32_t address,
                     enum lab_fault fault)
{
    flash->faults[lab_flash_sector_index(flash, address)] = (uint8_t)fault;
}

void lab_flash_put(struct lab_flash *flash, uint32_t address, const void *data,
                   uint32_t length)
{
    if (length == 0)
        return;
    assert_inside(flash, address, length);
    touch(flash, address, length);
    set_flags(flash, address, length, LAB_UNIT_PROGRAMMED);
    memcpy(flash->cells + address, data, length);
    lab_file_bytes(flash, address, length);
}

void lab_flash_fill(struct lab_flash *flash, uint32_t address, uint8_t value,
                    uint32_t length)
{
    uint8_t same[256];
    memset(same, value, sizeof same);
    for (uint32_t at = 0; at < length; at += sizeof same)
        lab_flash_put(flash, address + at, same,
                      length - at < sizeof same ? length - at
                                                : (uint32_t)sizeof same);
}

void lab_flash_blank(struct lab_flash *flash)
{
    touch(flash, 0, flash->size);
    memset(flash->cells, flash->config.erased_value, flash->size);
    lab_file_bytes(flash, 0, flash->size);
    set_flags(flash, 0, flash->size, 0);
}

void lab_flash_rot(struct lab_flash *flash, uint32_t address, uint8_t mask)
{
    assert_inside(flash, address, 1);
    touch(flash, address, 1);
    flash->cells[address] ^= mask;
    lab_file_bytes(flash, address, 1);
}

void lab_flash_poison(struct lab_flash *flash,
                      const struct ffx_flash_area *area)
{
    assert(ffx_flash_aligned(&flash->port, area));
    touch(flash, area->address, area->length);
    set_flags(flash, area->address, area->length,
              LAB_UNIT_PROGRAMMED | LAB_UNIT_POISON);
    lab_noise(LAB_POISON_ROW, area->address, flash->cells + area->address,
              area->length);
    lab_file_bytes(flash, area->address, area->length);
}

void lab_flash_luck(struct lab_flash *flash, enum lab_luck luck)
{
    flash->luck = luck;
    flash->tosses = 0;
}
