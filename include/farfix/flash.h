/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage ports: read_at for whatever can be read at random (a module file,
 * memory, flash) and ffx_flash for the memory that the agent rewrites.
 *
 * Both are contracts, not drivers: the caller fills in callbacks and
 * geometry. Addresses and sizes are bytes. Nothing here is thread safe, and
 * a callback must not call back into farfix.
 */
#ifndef FARFIX_FLASH_H
#define FARFIX_FLASH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Random access to `size` read-only bytes. The same offset may be read more
 * than once, also after a reset, and must give the same bytes each time.
 */
struct ffx_read_at {
    /* Reads exactly `length` bytes at `offset`; offset + length <= size is
     * the caller's duty. 0, or FFX_ERR_IO (FFX_ERR_ECC, FFX_ERR_POWER). */
    int (*read)(void *context, uint32_t offset, void *buffer, uint32_t length);
    void *context;
    uint32_t size;
};

/* Checked read: FFX_ERR_ARGUMENT when the range is not inside `size`. */
int ffx_read_at(const struct ffx_read_at *from, uint32_t offset, void *buffer,
                uint32_t length);

/* A run of equal sectors. A plain NOR chip has one; an STM32F4 has three. */
struct ffx_flash_region {
    uint32_t sector_bytes; /* >= 256 */
    uint32_t sector_count; /* >= 1 */
};

/* Largest unit that ffx_flash supports: STM32H7's 256-bit flash word. */
#define FFX_WRITE_UNIT_MAX 32u

/*
 * One flash device. The strictest parts set the rules (STM32L4/H7, SPI NOR):
 * every byte is programmed at most once between two erases, in whole, aligned
 * write units, and a program never crosses a sector.
 */
struct ffx_flash {
    /* 0; FFX_ERR_ECC when a word inside the range cannot be read. */
    int (*read)(void *context, uint32_t address, void *buffer, uint32_t length);
    /* Address and length are multiples of write_unit, inside one sector.
     * Returns when the bytes are durable. 0 or FFX_ERR_FLASH. */
    int (*program)(void *context, uint32_t address, const void *data,
                   uint32_t length);
    /* Erases the one sector that starts at `address`. 0 or FFX_ERR_FLASH. */
    int (*erase)(void *context, uint32_t address);
    void *context;

    const struct ffx_flash_region *regions; /* in address order, from 0 */
    uint32_t region_count;
    uint32_t write_unit;  /* bytes: a power of two, 1..FFX_WRITE_UNIT_MAX */
    uint8_t erased_value; /* 0xff or 0x00 */
};

/* A range of whole sectors. */
struct ffx_flash_area {
    uint32_t address;
    uint32_t length;
};

/* Sector that holds `address`: its start and size. FFX_ERR_ARGUMENT when the
 * device ends before `address`. */
int ffx_flash_sector(const struct ffx_flash *flash, uint32_t address,
                     struct ffx_flash_area *sector);

/* 1 when the area starts and ends on sector borders inside the device. */
int ffx_flash_aligned(const struct ffx_flash *flash,
                      const struct ffx_flash_area *area);

#ifdef __cplusplus
}
#endif
#endif
