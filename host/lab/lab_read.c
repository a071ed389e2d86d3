/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <string.h>

/* First byte of the range whose unit carries the flag. */
static uint32_t first_with(const struct lab_flash *flash, uint32_t address,
                           unsigned flag)
{
    while (!(flash->written[address / flash->config.write_unit] & flag))
        address++;
    return address;
}

static void count_poison(struct lab_flash *flash, uint32_t address)
{
    if (flash->poison_reads++ == 0)
        flash->poison_read_at = first_with(flash, address, LAB_UNIT_POISON);
}

static void misread(const struct lab_flash *flash, uint64_t row,
                    uint32_t address, uint8_t *buffer, uint32_t length)
{
    const uint32_t unit = flash->config.write_unit;
    for (uint32_t i = 0; i < length; i++) {
        uint8_t noise;
        if (!(flash->written[(address + i) / unit] & LAB_UNIT_UNSTABLE))
            continue;
        lab_noise(row, address + i, &noise, 1);
        buffer[i] ^= noise;
    }
}

/* One toss for a whole read, not for each bit: a record that passes its
 * checks in one read and fails them in the next is the case to be met. */
static int read_unstable(struct lab_flash *flash, uint32_t address,
                         uint8_t *buffer, uint32_t length)
{
    uint64_t row = lab_mix(~(uint64_t)flash->config.seed);
    if (flash->luck == LAB_LUCK_GOOD)
        return 0;
    if (flash->luck == LAB_LUCK_COIN) {
        row = lab_coins(row, flash->tosses++);
        if (row & 1)
            return 0;
    }
    if (flash->config.ecc)
        return FFX_ERR_ECC;
    misread(flash, row, address, buffer, length);
    return 0;
}

int lab_read_cells(struct lab_flash *flash, uint32_t address, uint8_t *buffer,
                   uint32_t length)
{
    const uint32_t unit = flash->config.write_unit;
    const uint32_t first = address / unit;
    if (length == 0)
        return 0;
    const unsigned flags = lab_flags_of(
        flash->written + first, (address + length - 1) / unit - first + 1);
    memcpy(buffer, flash->bytes + address, length);
    if (flags & LAB_UNIT_POISON)
        count_poison(flash, address);
    if (flags & LAB_UNIT_TORN)
        return FFX_ERR_ECC;
    return flags & LAB_UNIT_UNSTABLE
               ? read_unstable(flash, address, buffer, length)
               : 0;
}
