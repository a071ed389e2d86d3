/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_flash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- coins --------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good seed. */
static uint64_t coin_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t coin_start(const struct lab_flash *flash)
{
    return ((uint64_t)flash->config.seed << 32) ^ flash->operations << 8 ^
           (uint64_t)flash->tear;
}

/* --- sectors and rules --------------------------------------------------- */

static uint32_t unit_count(const struct lab_flash *flash)
{
    return flash->size / flash->config.write_unit;
}

static uint32_t sector_index(const struct lab_flash *flash, uint32_t address)
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

static int programmed(const struct lab_flash *flash, uint32_t address,
                      uint32_t length)
{
    const uint32_t unit = flash->config.write_unit;
    for (uint32_t i = 0; i < length / unit; i++)
        if (flash->written[address / unit + i] & LAB_UNIT_PROGRAMMED)
            return 1;
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
    if (programmed(flash, address, length))
        return "program without erase";
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

/* --- backing file -------------------------------------------------------- */

/* An instrument that lost its file would measure nonsense: stop. */
static void keep(const struct lab_flash *flash, const void *data,
                 uint32_t length, uint64_t at)
{
    const uint8_t *p = data;
    while (flash->file >= 0 && length > 0) {
        const ssize_t n = pwrite(flash->file, p, length, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            perror(flash->config.path);
            abort();
        }
        p += n;
        at += (uint64_t)n;
        length -= (uint32_t)n;
    }
}

static void keep_bytes(const struct lab_flash *flash, uint32_t address,
                       uint32_t length)
{
    keep(flash, flash->bytes + address, length, address);
}

static void keep_flags(const struct lab_flash *flash, uint32_t address,
                       uint32_t length)
{
    const uint32_t unit = flash->config.write_unit;
    keep(flash, flash->written + address / unit, length / unit,
         (uint64_t)flash->size + address / unit);
}

static void set_flags(struct lab_flash *flash, uint32_t address,
                      uint32_t length, unsigned flags)
{
    const uint32_t unit = flash->config.write_unit;
    memset(flash->written + address / unit, (int)flags, length / unit);
    keep_flags(flash, address, length);
}

/* --- operations ---------------------------------------------------------- */

/* A program moves cells away from the erased value, never back: matters only
 * where a silent fault left a sector unerased. */
static void program_cells(const struct lab_flash *flash, uint8_t *cells,
                          const uint8_t *data, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        cells[i] = flash->config.erased_value ? cells[i] & data[i]
                                              : cells[i] | data[i];
}

static unsigned torn_flags(const struct lab_flash *flash)
{
    const int legible = flash->tear == LAB_TEAR_AFTER || !flash->config.ecc;
    return LAB_UNIT_PROGRAMMED | (legible ? 0u : LAB_UNIT_TORN);
}

static int is_speck(const struct lab_flash *flash, uint64_t toss)
{
    return flash->tear == LAB_TEAR_SPECKS && toss >> 55 == 0;
}

/* `now` becomes what a torn change from `now` to `full` leaves. */
static void tear_bytes(const struct lab_flash *flash, uint8_t *now,
                       const uint8_t *full, uint32_t length)
{
    uint64_t coin = coin_start(flash);
    const uint32_t whole = flash->tear == LAB_TEAR_AFTER        ? length
                           : flash->tear == LAB_TEAR_FIRST_HALF ? length / 2
                           : flash->tear == LAB_TEAR_ONE_BYTE   ? length - 1
                                                                : 0;
    const uint32_t upper = flash->tear == LAB_TEAR_LAST_HALF ? length / 2 : 0;
    memcpy(now, full, whole);
    memcpy(now + length - upper, full + length - upper, upper);
    for (uint32_t i = 0; i < length; i++) {
        const uint64_t toss = coin_next(&coin);
        if (flash->tear == LAB_TEAR_RANDOM_BITS || is_speck(flash, toss))
            now[i] ^= (uint8_t)((now[i] ^ full[i]) & toss);
        else if (flash->tear == LAB_TEAR_GARBAGE)
            now[i] = (uint8_t)toss;
    }
}

/* A program that is cut can move cells of its whole sector (Microchip
 * SST26VF064B data sheet on interrupted programs). */
static void disturb(struct lab_flash *flash, uint32_t address)
{
    struct ffx_flash_area sector;
    uint64_t coin = ~coin_start(flash);
    if (ffx_flash_sector(&flash->port, address, &sector) != 0)
        return;
    for (uint32_t i = sector.address; i < sector.address + sector.length; i++) {
        const uint64_t toss = coin_next(&coin);
        if (!is_speck(flash, toss))
            continue;
        program_cells(flash, flash->bytes + i, &(uint8_t){(uint8_t)toss}, 1);
        set_flags(flash,
                  i / flash->config.write_unit * flash->config.write_unit,
                  flash->config.write_unit, torn_flags(flash));
    }
    keep_bytes(flash, sector.address, sector.length);
}

/* Changes the range to `full`, or tears it when the cut is due. */
static int operate(struct lab_flash *flash, uint32_t address,
                   const uint8_t *full, uint32_t length, unsigned flags)
{
    const int cut = ++flash->operations == flash->cut_at;
    const int programs = (flags & LAB_UNIT_PROGRAMMED) != 0;
    if (cut) {
        flash->off = 1;
        flash->cuts_fired++;
        if (flash->tear == LAB_TEAR_BEFORE)
            return FFX_ERR_POWER;
        flags = torn_flags(flash);
    }
    if (flags & LAB_UNIT_PROGRAMMED)
        set_flags(flash, address, length, flags);
    if (cut)
        tear_bytes(flash, flash->bytes + address, full, length);
    else
        memcpy(flash->bytes + address, full, length);
    keep_bytes(flash, address, length);
    if (cut && programs && flash->tear == LAB_TEAR_SPECKS)
        disturb(flash, address);
    if (!(flags & LAB_UNIT_PROGRAMMED))
        set_flags(flash, address, length, flags);
    return cut ? FFX_ERR_POWER : 0;
}

static uint8_t *scratch(uint32_t length)
{
    uint8_t *bytes = malloc(length);
    if (bytes == NULL)
        abort();
    return bytes;
}

static int lab_read(void *context, uint32_t address, void *buffer,
                    uint32_t length)
{
    struct lab_flash *flash = context;
    const uint32_t unit = flash->config.write_unit;
    if (flash->off)
        return FFX_ERR_POWER;
    if (!inside_device(flash, address, length))
        return violated(flash, "read outside the device", address, length);
    if (!inside_fence(flash, address, length))
        return violated(flash, "read outside the fence", address, length);
    memcpy(buffer, flash->bytes + address, length);
    for (uint32_t i = address / unit; i * unit < address + length; i++)
        if (flash->written[i] & LAB_UNIT_TORN)
            return FFX_ERR_ECC;
    return 0;
}

static int lab_program(void *context, uint32_t address, const void *data,
                       uint32_t length)
{
    struct lab_flash *flash = context;
    if (flash->off)
        return FFX_ERR_POWER;
    const char *rule = program_rule(flash, address, length);
    if (rule != NULL)
        return violated(flash, rule, address, length);

    const uint8_t fault = flash->faults[sector_index(flash, address)];
    if (fault == LAB_FAULT_PROGRAM) {
        flash->operations++;
        return FFX_ERR_FLASH;
    }
    uint8_t *full = scratch(length);
    memcpy(full, flash->bytes + address, length);
    if (fault != LAB_FAULT_PROGRAM_SILENT)
        program_cells(flash, full, data, length);
    const int rc = operate(flash, address, full, length, LAB_UNIT_PROGRAMMED);
    free(full);
    return rc;
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

    const uint32_t index = sector_index(flash, address);
    flash->wear[index]++;
    if (flash->faults[index] == LAB_FAULT_ERASE) {
        flash->operations++;
        return FFX_ERR_FLASH;
    }
    uint8_t *blank = scratch(sector.length);
    memset(blank, flash->config.erased_value, sector.length);
    if (flash->faults[index] == LAB_FAULT_ERASE_SILENT)
        memcpy(blank, flash->bytes + address, sector.length);
    const int rc = operate(flash, address, blank, sector.length, 0);
    free(blank);
    return rc;
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

static int allocate(struct lab_flash *flash)
{
    flash->bytes = malloc(flash->size);
    flash->written = calloc(unit_count(flash), 1);
    flash->wear = calloc(flash->sector_count, sizeof *flash->wear);
    flash->faults = calloc(flash->sector_count, 1);
    if (flash->bytes == NULL || flash->written == NULL || flash->wear == NULL ||
        flash->faults == NULL)
        return FFX_ERR_SPACE;
    memset(flash->bytes, flash->config.erased_value, flash->size);
    return 0;
}

/* To a name beside it, then renamed: a process killed here leaves no file of
 * half the length that would never open again. */
static int file_create(struct lab_flash *flash)
{
    char name[4096];
    const int n = snprintf(name, sizeof name, "%s.new", flash->config.path);
    if (n < 0 || (size_t)n >= sizeof name)
        return FFX_ERR_IO;
    flash->file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (flash->file < 0)
        return FFX_ERR_IO;
    keep_bytes(flash, 0, flash->size);
    keep_flags(flash, 0, flash->size);
    return rename(name, flash->config.path) == 0 ? 0 : FFX_ERR_IO;
}

static int load(int file, void *data, size_t length)
{
    uint8_t *p = data;
    while (length > 0) {
        const ssize_t n = read(file, p, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FFX_ERR_IO;
        p += n;
        length -= (size_t)n;
    }
    return 0;
}

static int file_load(struct lab_flash *flash)
{
    struct stat stat;
    if (fstat(flash->file, &stat) != 0 ||
        stat.st_size != (off_t)flash->size + (off_t)unit_count(flash))
        return FFX_ERR_IO;
    const int rc = load(flash->file, flash->bytes, flash->size);
    return rc ? rc : load(flash->file, flash->written, unit_count(flash));
}

static int file_open(struct lab_flash *flash)
{
    if (flash->config.path == NULL)
        return 0;
    flash->file = open(flash->config.path, O_RDWR | O_CLOEXEC);
    if (flash->file < 0)
        return errno == ENOENT ? file_create(flash) : FFX_ERR_IO;
    return file_load(flash);
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
        rc = file_open(flash);
    if (rc != 0)
        lab_flash_close(flash);
    return rc;
}

void lab_flash_close(struct lab_flash *flash)
{
    free(flash->bytes);
    free(flash->written);
    free(flash->wear);
    free(flash->faults);
    if (flash->file >= 0)
        close(flash->file);
    memset(flash, 0, sizeof *flash);
    flash->file = -1;
}

/* --- plans and snapshots ------------------------------------------------- */

void lab_flash_cut(struct lab_flash *flash, uint64_t operation,
                   enum lab_tear tear)
{
    flash->cut_at = operation == 0 ? 0 : flash->operations + operation;
    flash->tear = tear;
}

void lab_flash_power_up(struct lab_flash *flash)
{
    flash->off = 0;
    flash->cut_at = 0;
    flash->operations = 0;
}

void lab_flash_stick(struct lab_flash *flash, uint32_t address,
                     enum lab_fault fault)
{
    flash->faults[sector_index(flash, address)] = (uint8_t)fault;
}

uint64_t lab_flash_wear(const struct lab_flash *flash,
                        const struct ffx_flash_area *area)
{
    uint64_t sum = 0;
    const uint32_t last = sector_index(flash, area->address + area->length - 1);
    for (uint32_t i = sector_index(flash, area->address); i <= last; i++)
        sum += flash->wear[i];
    return sum;
}

void *lab_flash_snapshot(const struct lab_flash *flash, size_t *bytes)
{
    *bytes = (size_t)flash->size + unit_count(flash);
    uint8_t *copy = malloc(*bytes);
    if (copy == NULL)
        return NULL;
    memcpy(copy, flash->bytes, flash->size);
    memcpy(copy + flash->size, flash->written, unit_count(flash));
    return copy;
}

void lab_flash_restore(struct lab_flash *flash, const void *snapshot)
{
    const uint8_t *copy = snapshot;
    memcpy(flash->bytes, copy, flash->size);
    memcpy(flash->written, copy + flash->size, unit_count(flash));
    keep_bytes(flash, 0, flash->size);
    keep_flags(flash, 0, flash->size);
}
