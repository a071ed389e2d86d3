/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_flash.h"

#include <stdio.h>
#include <string.h>

/* A serial NOR part of the size (Winbond W25Q64JV data sheet, AC
 * characteristics, typical): 45 ms for a 4 KiB sector, 0.4 ms for a page. */
#define ERASE_US 45000u
#define ERASE_BYTES 4096u
#define PAGE_US 400u
#define PAGE_BYTES 256u

#define WRITE_UNIT 4u
#define ERASED 0xff

static int timed_read(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    struct sim_flash *flash = context;
    return flash->lab.port.read(&flash->lab, address, buffer, length);
}

static int timed_program(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    struct sim_flash *flash = context;
    flash->spent_us +=
        (uint64_t)(length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_US;
    return flash->lab.port.program(&flash->lab, address, data, length);
}

static int timed_erase(void *context, uint32_t address)
{
    struct sim_flash *flash = context;
    const uint32_t sectors =
        (flash->layout.sector_bytes + ERASE_BYTES - 1) / ERASE_BYTES;
    flash->spent_us += (uint64_t)sectors * ERASE_US;
    return flash->lab.port.erase(&flash->lab, address);
}

int sim_flash_open(struct sim_flash *flash, const struct sim_layout *layout,
                   const char *directory, const char *name, uint32_t seed,
                   struct ffx_sim_error *error)
{
    memset(flash, 0, sizeof *flash);
    flash->layout = *layout;
    flash->region = (struct ffx_flash_region){
        layout->sector_bytes, sim_layout_bytes(layout) / layout->sector_bytes};
    const int length =
        snprintf(flash->path, sizeof flash->path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof flash->path)
        return sim_error(error, FFX_ERR_ARGUMENT,
                         "the path of --state is too long");
    const struct lab_flash_config config = {.regions = &flash->region,
                                            .region_count = 1,
                                            .write_unit = WRITE_UNIT,
                                            .erased_value = ERASED,
                                            .seed = seed,
                                            .path = flash->path};
    const int result = lab_flash_open(&flash->lab, &config);
    if (result != FFX_OK)
        return sim_error(error, result,
                         "cannot use %s (%s): is it the flash of another "
                         "layout? a new --state starts afresh",
                         flash->path, ffx_error_text(result));
    flash->port = flash->lab.port;
    flash->port.read = timed_read;
    flash->port.program = timed_program;
    flash->port.erase = timed_erase;
    flash->port.context = flash;
    return FFX_OK;
}

void sim_flash_close(struct sim_flash *flash)
{
    lab_flash_close(&flash->lab);
}

int sim_flash_fill(struct sim_flash *flash, const struct ffx_flash_area *area,
                   const void *bytes, uint32_t length)
{
    uint8_t page[PAGE_BYTES];
    int result = FFX_OK;
    for (uint32_t at = 0; at < length && result == FFX_OK; at += PAGE_BYTES) {
        const uint32_t part =
            length - at < PAGE_BYTES ? length - at : PAGE_BYTES;
        const uint32_t units = (part + WRITE_UNIT - 1) / WRITE_UNIT;
        memset(page, ERASED, sizeof page);
        memcpy(page, (const uint8_t *)bytes + at, part);
        result = flash->port.program(flash, area->address + at, page,
                                     units * WRITE_UNIT);
    }
    return result;
}
