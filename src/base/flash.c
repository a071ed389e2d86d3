/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/error.h>
#include <farfix/flash.h>

int ffx_read_at(const struct ffx_read_at *from, uint32_t offset, void *buffer,
                uint32_t length)
{
    if (offset > from->size || length > from->size - offset)
        return FFX_ERR_ARGUMENT;
    if (length == 0)
        return 0;
    return from->read(from->context, offset, buffer, length);
}

int ffx_flash_sector(const struct ffx_flash *flash, uint32_t address,
                     struct ffx_flash_area *sector)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i < flash->region_count; i++) {
        const struct ffx_flash_region *region = &flash->regions[i];
        const uint32_t length = region->sector_bytes * region->sector_count;
        if (address - start < length) {
            const uint32_t inside = (address - start) % region->sector_bytes;
            sector->address = address - inside;
            sector->length = region->sector_bytes;
            return 0;
        }
        start += length;
    }
    return FFX_ERR_ARGUMENT;
}

int ffx_flash_aligned(const struct ffx_flash *flash,
                      const struct ffx_flash_area *area)
{
    struct ffx_flash_area first, last;
    if (area->length == 0 || area->length > UINT32_MAX - area->address)
        return 0;
    if (ffx_flash_sector(flash, area->address, &first) != 0 ||
        ffx_flash_sector(flash, area->address + area->length - 1, &last) != 0)
        return 0;
    return first.address == area->address &&
           last.address + last.length == area->address + area->length;
}
