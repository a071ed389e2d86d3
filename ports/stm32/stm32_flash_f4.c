/* SPDX-License-Identifier: Apache-2.0 */
/* STM32F4: RM0090 chapter 3. Names in capitals are the manual's. */
#include <stm32_flash_part.h>

#define KIB 1024u
#define ERRORS                                                                 \
    (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR |    \
     FLASH_SR_PGSERR)
#define CACHES (FLASH_ACR_ICEN | FLASH_ACR_DCEN)
#define CACHE_RESETS (FLASH_ACR_ICRST | FLASH_ACR_DCRST)
/* SNB of the second bank's first sector, however few the first bank has. */
#define SECOND_BANK 16u
/* Parts of 1 MiB that may be divided say so; other headers have no such bit. */
#ifdef FLASH_OPTCR_DB1M
#define TWO_BANKS FLASH_OPTCR_DB1M
#else
#define TWO_BANKS 0u
#endif

static int banks_as_fitted(const struct farfix_stm32_flash_config *config)
{
    if (TWO_BANKS == 0 || config->bytes != 1024 * KIB)
        return 1;
    return config->banks == (bus_get(&FLASH->OPTCR) & TWO_BANKS ? 2 : 1);
}

/* Each bank: 4 of 16 KiB, one of 64, then 128. */
int part_layout(struct farfix_stm32_flash *flash)
{
    const uint32_t large = flash->bank_bytes / (128 * KIB) - 1;
    uint32_t unit = flash->config.parallelism;
    if (unit == 0)
        unit = 1;
    if (flash->bank_bytes % (128 * KIB) != 0 ||
        flash->bank_bytes > (flash->config.banks == 1 ? 1536 : 1024) * KIB ||
        (unit != 1 && unit != 2 && unit != 4) ||
        flash->config.page_bytes != 0 || !banks_as_fitted(&flash->config))
        return FFX_ERR_ARGUMENT;
    flash->port.write_unit = unit;
    for (uint32_t bank = 0; bank < flash->config.banks; bank++) {
        struct ffx_flash_region *region =
            flash->regions + flash->port.region_count;
        region[0] = (struct ffx_flash_region){16 * KIB, 4};
        region[1] = (struct ffx_flash_region){64 * KIB, 1};
        region[2] = (struct ffx_flash_region){128 * KIB, large};
        flash->port.region_count += large > 0 ? 3 : 2;
    }
    return 0;
}

uint32_t part_busy(uint32_t bank)
{
    (void)bank;
    return bus_get(&FLASH->SR) & FLASH_SR_BSY;
}

uint32_t part_errors(uint32_t bank)
{
    const uint32_t errors = bus_get(&FLASH->SR) & ERRORS;
    (void)bank;
    bus_put(&FLASH->SR, errors | FLASH_SR_EOP); /* write 1 to clear */
    return errors;
}

int part_unlock(struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)flash;
    (void)bank;
    return part_open(&FLASH->KEYR, &FLASH->CR, FLASH_CR_LOCK);
}

/* 0 byte, 1 half-word, 2 word: the width of erases as well. */
static uint32_t psize(const struct farfix_stm32_flash *flash)
{
    return (flash->port.write_unit >> 1) << FLASH_CR_PSIZE_Pos;
}

void part_erase(const struct farfix_stm32_flash *flash, uint32_t bank,
                uint32_t sector)
{
    const uint32_t number = bank * SECOND_BANK + sector;
    const uint32_t erase =
        psize(flash) | FLASH_CR_SER | number << FLASH_CR_SNB_Pos;
    bus_put(&FLASH->CR, erase);
    bus_put(&FLASH->CR, erase | FLASH_CR_STRT);
}

void part_program(const struct farfix_stm32_flash *flash, uint32_t bank,
                  uint32_t place, const uint8_t *unit)
{
    uint16_t half;
    (void)bank;
    bus_put(&FLASH->CR, psize(flash) | FLASH_CR_PG);
    switch (flash->port.write_unit) {
    case 1:
        bus_store8(place, unit[0]);
        break;
    case 2:
        memcpy(&half, unit, sizeof half);
        bus_store16(place, half);
        break;
    default:
        bus_store32(place, part_word(unit));
    }
}

void part_lock(const struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)flash;
    (void)bank;
    bus_put(&FLASH->CR, FLASH_CR_LOCK);
}

/* A program keeps the data cache right by itself, an erase does not. Caches
 * can be reset only while they are off. */
void part_flush(struct farfix_stm32_flash *flash, uint32_t place,
                uint32_t length)
{
    const uint32_t access = bus_get(&FLASH->ACR);
    (void)flash;
    (void)place;
    (void)length;
    bus_put(&FLASH->ACR, access & ~CACHES);
    bus_put(&FLASH->ACR, (access & ~CACHES) | CACHE_RESETS);
    bus_put(&FLASH->ACR, access & ~(CACHES | CACHE_RESETS));
    bus_put(&FLASH->ACR, access & ~CACHE_RESETS);
}

int part_read(uint32_t bank, uint32_t place, uint8_t *buffer, uint32_t length)
{
    (void)bank;
    bus_copy(buffer, place, length);
    return 0;
}
