/* SPDX-License-Identifier: Apache-2.0 */
#include <stm32_flash_part.h>

#define TIMEOUT_MS 10000u
#define POLLS 0x20000000u

/* Where an address lies. */
struct spot {
    uint32_t bank, place;
    uint32_t left; /* bytes from there to the end of the bank */
};

static struct spot spot_of(const struct farfix_stm32_flash *flash,
                           uint32_t address)
{
    const uint32_t bank = address / flash->bank_bytes;
    const uint32_t within = address % flash->bank_bytes;
    return (struct spot){bank, bank * flash->bank_stride + within,
                         flash->bank_bytes - within};
}

static uint32_t now(const struct farfix_stm32_flash *flash)
{
    return flash->config.now_ms != NULL ? flash->config.now_ms() : 0;
}

/* Bounded twice: SysTick stands still where interrupts are off. */
static int wait(const struct farfix_stm32_flash *flash, uint32_t bank)
{
    const uint32_t start = now(flash);
    uint32_t polls = flash->config.polls;
    while (part_busy(bank)) {
        if (polls-- == 0 || now(flash) - start > flash->config.timeout_ms)
            return FFX_ERR_FLASH;
        if (flash->config.idle != NULL)
            flash->config.idle();
    }
    return 0;
}

/* Flags of an earlier failure would make the controller refuse. */
static int begin(struct farfix_stm32_flash *flash, uint32_t bank)
{
    if (wait(flash, bank) != 0)
        return FFX_ERR_FLASH;
    (void)part_errors(bank);
    return part_unlock(flash, bank);
}

static int settle(const struct farfix_stm32_flash *flash, uint32_t bank)
{
    __DSB();
    if (wait(flash, bank) != 0)
        return FFX_ERR_FLASH;
    return part_errors(bank) ? FFX_ERR_FLASH : 0;
}

/* A controller that is busy for ever is left alone: a write to its registers
 * would stall. The next begin finds it ready, or fails as well. */
static void end(struct farfix_stm32_flash *flash, const struct spot *spot,
                uint32_t length)
{
    if (part_busy(spot->bank))
        return;
    part_lock(flash, spot->bank);
    part_flush(flash, spot->place, length);
}

/* --- the port ------------------------------------------------------------ */

static uint32_t sector_in_bank(const struct farfix_stm32_flash *flash,
                               uint32_t address)
{
    struct ffx_flash_area sector;
    uint32_t count = 0;
    uint32_t at = address - address % flash->bank_bytes;
    for (; at < address; at += sector.length, count++)
        (void)ffx_flash_sector(&flash->port, at, &sector);
    return count;
}

static int flash_erase(void *context, uint32_t address)
{
    struct farfix_stm32_flash *flash = context;
    struct ffx_flash_area sector;
    if (ffx_flash_sector(&flash->port, address, &sector) != 0 ||
        sector.address != address)
        return FFX_ERR_FLASH;
    const struct spot spot = spot_of(flash, address);
    if (begin(flash, spot.bank) != 0)
        return FFX_ERR_FLASH;
    part_erase(flash, spot.bank, sector_in_bank(flash, address));
    const int rc = settle(flash, spot.bank);
    end(flash, &spot, sector.length);
    return rc;
}

static int inside_sector(const struct farfix_stm32_flash *flash,
                         uint32_t address, uint32_t length)
{
    struct ffx_flash_area sector;
    return (address | length) % flash->port.write_unit == 0 && length > 0 &&
           ffx_flash_sector(&flash->port, address, &sector) == 0 &&
           length <= sector.length - (address - sector.address);
}

static int flash_program(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    struct farfix_stm32_flash *flash = context;
    const uint32_t unit = flash->port.write_unit;
    const uint8_t *bytes = data;
    int rc = 0;
    if (!inside_sector(flash, address, length))
        return FFX_ERR_FLASH;
    const struct spot spot = spot_of(flash, address);
    if (begin(flash, spot.bank) != 0)
        return FFX_ERR_FLASH;
    for (uint32_t at = 0; at < length && rc == 0; at += unit) {
        part_program(flash, spot.bank, spot.place + at, bytes + at);
        rc = settle(flash, spot.bank);
    }
    end(flash, &spot, length);
    return rc;
}

static int flash_read(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    const struct farfix_stm32_flash *flash = context;
    uint8_t *to = buffer;
    int rc = 0;
    if (address > flash->config.bytes || length > flash->config.bytes - address)
        return FFX_ERR_IO;
    while (length > 0) {
        const struct spot spot = spot_of(flash, address);
        const uint32_t piece = length < spot.left ? length : spot.left;
        const int error = part_read(spot.bank, spot.place, to, piece);
        if (error != 0)
            rc = error;
        address += piece;
        to += piece;
        length -= piece;
    }
    return rc;
}

int farfix_stm32_flash_init(struct farfix_stm32_flash *flash,
                            const struct farfix_stm32_flash_config *config)
{
    memset(flash, 0, sizeof *flash);
    if (config->banks < 1 || config->banks > 2 || config->bytes == 0 ||
        config->bytes > 0x200000u || config->bytes % config->banks != 0)
        return FFX_ERR_ARGUMENT;
    flash->config = *config;
    if (config->timeout_ms == 0)
        flash->config.timeout_ms = TIMEOUT_MS;
    if (config->polls == 0)
        flash->config.polls = POLLS;
    flash->bank_bytes = flash->bank_stride = config->bytes / config->banks;
    flash->port = (struct ffx_flash){
        .read = flash_read,
        .program = flash_program,
        .erase = flash_erase,
        .context = flash,
        .regions = flash->regions,
        .erased_value = 0xff,
    };
    return part_layout(flash);
}
