/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_BYTES 256u /* what program_us pays for */

/* --- sectors ------------------------------------------------------------- */

uint32_t lab_flash_sector_count(const struct lab_flash *flash)
{
    return flash->sector_count;
}

struct ffx_flash_area lab_flash_sector_area(const struct lab_flash *flash,
                                            uint32_t index)
{
    return flash->sectors[index];
}

uint32_t lab_flash_sector_index(const struct lab_flash *flash, uint32_t address)
{
    uint32_t index = 0, start = 0;
    for (uint32_t i = 0; i < flash->config.region_count; i++) {
        const struct ffx_flash_region *region = &flash->config.regions[i];
        const uint32_t length = region->sector_bytes * region->sector_count;
        if (address - start < length)
            return index + (address - start) / region->sector_bytes;
        start += length;
        index += region->sector_count;
    }
    return index;
}

uint64_t lab_flash_wear(const struct lab_flash *flash,
                        const struct ffx_flash_area *area)
{
    uint64_t sum = 0;
    const uint32_t last =
        lab_flash_sector_index(flash, area->address + area->length - 1);
    for (uint32_t i = lab_flash_sector_index(flash, area->address); i <= last;
         i++)
        sum += flash->wear[i];
    return sum;
}

/* --- rules --------------------------------------------------------------- */

static int violated(struct lab_flash *flash, const char *rule, uint32_t address,
                    uint32_t length)
{
    if (flash->violations++ == 0)
        snprintf(flash->complaint, sizeof flash->complaint,
                 "%s at 0x%08x, %u bytes, operation %llu", rule,
                 (unsigned)address, (unsigned)length,
                 (unsigned long long)flash->operations + 1);
    return FFX_ERR_FLASH;
}

static int inside_device(const struct lab_flash *flash, uint32_t address,
                         uint32_t length)
{
    return address <= flash->size && length <= flash->size - address;
}

static int inside_fence(const struct lab_flash *flash, uint32_t address,
                        uint32_t length)
{
    if (flash->config.fence == NULL)
        return 1;
    for (uint32_t i = 0; i < flash->config.fence_count; i++) {
        const struct ffx_flash_area *area = &flash->config.fence[i];
        const uint32_t from = address - area->address;
        if (address >= area->address && from <= area->length &&
            length <= area->length - from)
            return 1;
    }
    return 0;
}

/* Null, or the rule that this program breaks. */
static const char *program_rule(const struct lab_flash *flash, uint32_t address,
                                uint32_t length)
{
    struct ffx_flash_area sector;
    if (!inside_device(flash, address, length) || length == 0)
        return "program outside the device";
    if (!inside_fence(flash, address, length))
        return "program outside the fence";
    if ((address | length) % flash->config.write_unit != 0)
        return "program of a part of a write unit";
    if (ffx_flash_sector(&flash->port, address, &sector) != 0 ||
        length > sector.length - (address - sector.address))
        return "program across a sector border";
    return NULL;
}

static const char *erase_rule(const struct lab_flash *flash, uint32_t address,
                              struct ffx_flash_area *sector)
{
    if (ffx_flash_sector(&flash->port, address, sector) != 0)
        return "erase outside the device";
    if (sector->address != address)
        return "erase not at a sector's start";
    if (!inside_fence(flash, address, sector->length))
        return "erase outside the fence";
    return NULL;
}

/* --- operations ---------------------------------------------------------- */

/* An operation begins. 1: the supply goes in the midst of it. */
static int count_operation(struct lab_flash *flash,
                           const struct lab_operation *operation)
{
    const uint64_t pages =
        ((uint64_t)operation->length + PAGE_BYTES - 1) / PAGE_BYTES;
    flash->spent_us += operation->erase ? flash->config.erase_us
                                        : pages * flash->config.program_us;
    if (++flash->operations != flash->cut_at)
        return 0;
    flash->off = 1;
    flash->cuts_fired++;
    return 1;
}

/* The file must never show cells as fresh that are not: see lab_flash.h. */
static void carry_out(struct lab_flash *flash,
                      const struct lab_operation *operation)
{
    const uint32_t unit = flash->config.write_unit;
    const uint32_t first = operation->address / unit;
    const uint32_t units = operation->length / unit;
    lab_pages_touch(flash, operation->sector);
    if (!operation->erase) {
        lab_whole_flags(flash, operation, flash->flags + first);
        lab_file_flags(flash, first, units);
    }
    lab_whole_bytes(flash, operation, flash->cells + operation->address);
    lab_file_bytes(flash, operation->address, operation->length);
    if (operation->erase) {
        lab_whole_flags(flash, operation, flash->flags + first);
        lab_file_flags(flash, first, units);
    }
}

static void leave_torn(struct lab_flash *flash,
                       const struct lab_operation *operation)
{
    const struct ffx_flash_area *area = &flash->sectors[operation->sector];
    const uint32_t first = area->address / flash->config.write_unit;
    const uint32_t units = area->length / flash->config.write_unit;
    if (flash->tear == LAB_TEAR_BEFORE)
        return;
    lab_flash_outcome(flash, operation, flash->tear, flash->tear_bytes,
                      flash->torn, flash->torn + area->length);
    lab_pages_touch(flash, operation->sector);
    memcpy(flash->flags + first, flash->torn + area->length, units);
    lab_file_flags(flash, first, units);
    memcpy(flash->cells + area->address, flash->torn, area->length);
    lab_file_bytes(flash, area->address, area->length);
}

static int operate(struct lab_flash *flash,
                   const struct lab_operation *operation)
{
    if (flash->faults[operation->sector] ==
        (operation->erase ? LAB_FAULT_ERASE : LAB_FAULT_PROGRAM))
        return count_operation(flash, operation) ? FFX_ERR_POWER
                                                 : FFX_ERR_FLASH;
    if (flash->watch != NULL)
        flash->watch(flash->watch_context, operation);
    if (count_operation(flash, operation)) {
        leave_torn(flash, operation);
        return FFX_ERR_POWER;
    }
    carry_out(flash, operation);
    return 0;
}

/* --- the port ------------------------------------------------------------ */

static int lab_read(void *context, uint32_t address, void *buffer,
                    uint32_t length)
{
    struct lab_flash *flash = context;
    if (flash->off)
        return FFX_ERR_POWER;
    if (!inside_device(flash, address, length))
        return violated(flash, "read outside the device", address, length);
    if (!inside_fence(flash, address, length))
        return violated(flash, "read outside the fence", address, length);
    flash->spent_us +=
        ((uint64_t)length * flash->config.read_us_per_kib + 1023) / 1024;
    return lab_read_cells(flash, address, buffer, length);
}

static int lab_program(void *context, uint32_t address, const void *data,
                       uint32_t length)
{
    struct lab_flash *flash = context;
    const uint32_t unit = flash->config.write_unit;
    if (flash->off)
        return FFX_ERR_POWER;
    const char *rule = program_rule(flash, address, length);
    if (rule != NULL)
        return violated(flash, rule, address, length);

    if (lab_flags_of(flash->written + address / unit, length / unit) &
        LAB_UNIT_PROGRAMMED) {
        flash->rewrites++;
        if (flash->config.rewrite == LAB_REWRITE_VIOLATION)
            return violated(flash, "program without erase", address, length);
        if (flash->config.rewrite == LAB_REWRITE_ERROR)
            return FFX_ERR_FLASH;
    }
    const struct lab_operation operation = {
        .sector = lab_flash_sector_index(flash, address),
        .address = address,
        .length = length,
        .data = data};
    return operate(flash, &operation);
}

static int lab_erase(void *context, uint32_t address)
{
    struct lab_flash *flash = context;
    struct ffx_flash_area sector;
    if (flash->off)
        return FFX_ERR_POWER;
    const char *rule = erase_rule(flash, address, &sector);
    if (rule != NULL)
        return violated(flash, rule, address, 0);

    const struct lab_operation operation = {
        .erase = 1,
        .sector = lab_flash_sector_index(flash, address),
        .address = address,
        .length = sector.length};
    flash->wear[operation.sector]++;
    return operate(flash, &operation);
}

/* --- open and close ------------------------------------------------------ */

static int geometry(struct lab_flash *flash,
                    const struct lab_flash_config *config)
{
    const uint32_t unit = config->write_unit;
    if (config->region_count == 0 || unit == 0 || unit > FFX_WRITE_UNIT_MAX ||
        (unit & (unit - 1)) != 0)
        return FFX_ERR_ARGUMENT;
    for (uint32_t i = 0; i < config->region_count; i++) {
        const struct ffx_flash_region *region = &config->regions[i];
        const uint64_t length =
            (uint64_t)region->sector_bytes * region->sector_count;
        if (region->sector_bytes < 256 || region->sector_bytes % unit != 0 ||
            length == 0 || flash->size + length > INT32_MAX)
            return FFX_ERR_ARGUMENT;
        flash->size += (uint32_t)length;
        flash->sector_count += region->sector_count;
    }
    return 0;
}

/* The length of the longest. */
static uint32_t list_sectors(struct lab_flash *flash)
{
    uint32_t index = 0, address = 0, longest = 0;
    for (uint32_t i = 0; i < flash->config.region_count; i++) {
        const struct ffx_flash_region *region = &flash->config.regions[i];
        const uint32_t length = region->sector_bytes;
        longest = length > longest ? length : longest;
        for (uint32_t n = 0; n < region->sector_count; n++) {
            flash->sectors[index++] = (struct ffx_flash_area){address, length};
            address += length;
        }
    }
    return longest;
}

static int allocate(struct lab_flash *flash)
{
    const uint32_t sectors = flash->sector_count;
    const uint32_t unit = flash->config.write_unit;
    flash->cells = malloc(flash->size);
    flash->flags = calloc(flash->size / unit, 1);
    flash->wear = calloc(sectors, sizeof *flash->wear);
    flash->faults = calloc(sectors, 1);
    flash->sectors = calloc(sectors, sizeof *flash->sectors);
    flash->pages = calloc(sectors, sizeof *flash->pages);
    flash->digests = calloc(sectors, sizeof *flash->digests);
    if (flash->cells == NULL || flash->flags == NULL || flash->wear == NULL ||
        flash->faults == NULL || flash->sectors == NULL ||
        flash->pages == NULL || flash->digests == NULL)
        return FFX_ERR_SPACE;
    const uint32_t longest = list_sectors(flash);
    flash->torn = malloc((size_t)longest + longest / unit);
    if (flash->torn == NULL)
        return FFX_ERR_SPACE;
    memset(flash->cells, flash->config.erased_value, flash->size);
    flash->bytes = flash->cells;
    flash->written = flash->flags;
    return 0;
}

int lab_flash_open(struct lab_flash *flash,
                   const struct lab_flash_config *config)
{
    memset(flash, 0, sizeof *flash);
    flash->file = -1;
    flash->config = *config;
    flash->port = (struct ffx_flash){
        .read = lab_read,
        .program = lab_program,
        .erase = lab_erase,
        .context = flash,
        .regions = config->regions,
        .region_count = config->region_count,
        .write_unit = config->write_unit,
        .erased_value = config->erased_value,
    };
    int rc = geometry(flash, config);
    if (rc == 0)
        rc = allocate(flash);
    if (rc == 0)
        rc = lab_file_open(flash);
    if (rc != 0)
        lab_flash_close(flash);
    return rc;
}

void lab_flash_close(struct lab_flash *flash)
{
    lab_pages_drop(flash);
    free(flash->cells);
    free(flash->flags);
    free(flash->wear);
    free(flash->faults);
    free(flash->sectors);
    free(flash->pages);
    free(flash->digests);
    free(flash->torn);
    if (flash->file >= 0)
        close(flash->file);
    memset(flash, 0, sizeof *flash);
    flash->file = -1;
}

/* --- plans --------------------------------------------------------------- */

void lab_flash_cut(struct lab_flash *flash, uint64_t operation,
                   enum lab_tear tear)
{
    flash->cut_at = operation == 0 ? 0 : flash->operations + operation;
    flash->tear = tear;
}

void lab_flash_cut_bytes(struct lab_flash *flash, uint64_t operation,
                         uint32_t bytes)
{
    lab_flash_cut(flash, operation, LAB_TEAR_BYTES);
    flash->tear_bytes = bytes;
}

void lab_flash_power_up(struct lab_flash *flash)
{
    flash->off = 0;
    flash->cut_at = 0;
    flash->operations = 0;
}
