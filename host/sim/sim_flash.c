/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_flash.h"

#include <stdio.h>
#include <string.h>

/* A serial NOR part of the size (Winbond W25Q64JV data sheet, AC
 * characteristics, typical): 45 ms for a 4 KiB sector, 0.4 ms for a page. */
#define ERASE_US 45000u
#define ERASE_BYTES 4096u
#define PAGE_US 400u

#define WRITE_UNIT 4u
#define ERASED 0xff

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
    const struct lab_flash_config config = {
        .regions = &flash->region,
        .region_count = 1,
        .write_unit = WRITE_UNIT,
        .erased_value = ERASED,
        .seed = seed,
        .path = flash->path,
        .erase_us =
            (layout->sector_bytes + ERASE_BYTES - 1) / ERASE_BYTES * ERASE_US,
        .program_us = PAGE_US,
    };
    const int result = lab_flash_open(&flash->lab, &config);
    if (result != FFX_OK)
        return sim_error(error, result,
                         "cannot use %s (%s): is it the flash of another "
                         "layout? a new --state starts afresh",
                         flash->path, ffx_error_text(result));
    lab_flash_luck(&flash->lab, LAB_LUCK_COIN);
    return FFX_OK;
}

void sim_flash_close(struct sim_flash *flash)
{
    lab_flash_close(&flash->lab);
}
