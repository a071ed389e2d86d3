/* SPDX-License-Identifier: Apache-2.0 */
/* The nRF51's flash, through its NVMC. The processor stands still while it
 * works, so that nothing has to run from RAM. */
#include "microbit/microbit.h"
#include "microbit/nrf51.h"

#include <farfix/error.h>

#include <stddef.h>
#include <string.h>

static void set_mode(uint32_t mode)
{
    NVMC_CONFIG = mode;
    while (NVMC_READY == 0)
        continue;
}

static int read_flash(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    (void)context;
    memcpy(buffer, (const void *)(uintptr_t)address, length);
    return 0;
}

static int program_flash(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    (void)context;
    const uint8_t *const bytes = data;
    set_mode(NVMC_CONFIG_WRITE);
    for (uint32_t i = 0; i < length; i += 4) {
        uint32_t word;
        memcpy(&word, bytes + i, sizeof word);
        NRF51_REGISTER(address + i) = word;
        while (NVMC_READY == 0)
            continue;
    }
    set_mode(NVMC_CONFIG_READ);
    return 0;
}

static int erase_flash(void *context, uint32_t address)
{
    (void)context;
    set_mode(NVMC_CONFIG_ERASE);
    NVMC_ERASEPAGE = address;
    while (NVMC_READY == 0)
        continue;
    set_mode(NVMC_CONFIG_READ);
    return 0;
}

static const struct ffx_flash_region pages = {
    .sector_bytes = MICROBIT_PAGE,
    .sector_count = MICROBIT_FLASH_BYTES / MICROBIT_PAGE,
};

const struct ffx_flash microbit_flash = {
    .read = read_flash,
    .program = program_flash,
    .erase = erase_flash,
    .regions = &pages,
    .region_count = 1,
    .write_unit = 4,
    .erased_value = 0xff,
};

int microbit_request_update(uint32_t package_bytes)
{
    const struct microbit_request request = {
        .magic = MICROBIT_REQUEST_MAGIC,
        .bytes = package_bytes,
        .not_bytes = ~package_bytes,
    };
    erase_flash(NULL, MICROBIT_REQUEST);
    program_flash(NULL, MICROBIT_REQUEST, &request,
                  offsetof(struct microbit_request, taken));
    if (memcmp((const void *)(uintptr_t)MICROBIT_REQUEST, &request,
               offsetof(struct microbit_request, taken)) != 0)
        return FFX_ERR_FLASH;
    microbit_reset();
}
