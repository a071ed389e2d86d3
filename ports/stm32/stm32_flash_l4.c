/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4 and G4: RM0351, RM0394 and RM0440, chapter 3. Names in capitals are
 * the manuals'. */
#include <stm32_flash_part.h>

#define ERRORS                                                                 \
    (FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR |   \
     FLASH_SR_SIZERR | FLASH_SR_PGSERR | FLASH_SR_MISERR | FLASH_SR_FASTERR)
/* Not of an operation of ours, but up they would be in the way all the same. */
#define OTHERS (FLASH_SR_EOP | FLASH_SR_RDERR | FLASH_SR_OPTVERR)
#define CACHES (FLASH_ACR_ICEN | FLASH_ACR_DCEN)
#define CACHE_RESETS (FLASH_ACR_ICRST | FLASH_ACR_DCRST)
#define PAGES ((FLASH_CR_PNB >> FLASH_CR_PNB_Pos) + 1)

/* What only some device headers have: parts of one bank have no BKER, those
 * that can be divided a bit that says so, and those that read 128 bits at a
 * time an ECC for each half. */
#ifdef FLASH_CR_BKER
#define SECOND_BANK FLASH_CR_BKER
#else
#define SECOND_BANK 0u
#endif
#if defined FLASH_OPTR_DBANK
#define TWO_BANKS FLASH_OPTR_DBANK
#elif defined FLASH_OPTR_DUALBANK
#define TWO_BANKS FLASH_OPTR_DUALBANK
#else
#define TWO_BANKS 0u
#endif
#ifdef FLASH_ECCR_ECCD2
#define UNREADABLE (FLASH_ECCR_ECCD | FLASH_ECCR_ECCD2)
#else
#define UNREADABLE FLASH_ECCR_ECCD
#endif

static volatile uint8_t reading, unreadable; /* unreadable: from the NMI */

/* An L4 of 1 MiB always has two, whatever the bit says. */
static int banks_as_fitted(const struct farfix_stm32_flash_config *config)
{
    if (TWO_BANKS == 0 || config->bytes >= 0x100000)
        return 1;
    return config->banks == (bus_get(&FLASH->OPTR) & TWO_BANKS ? 2 : 1);
}

/* A controller that can be divided and is not has pages twice as long. Another
 * length than its own would have PNB name other pages. */
static uint32_t page_as_fitted(const struct farfix_stm32_flash_config *config)
{
#ifdef FLASH_OPTR_DBANK
    return config->banks == 1 ? 4096 : 2048;
#else
    (void)config;
    return 2048;
#endif
}

int part_layout(struct farfix_stm32_flash *flash)
{
    const uint32_t page = flash->config.page_bytes;
    if (page != page_as_fitted(&flash->config) ||
        flash->bank_bytes % page != 0 || flash->bank_bytes / page > PAGES ||
        flash->config.parallelism != 0 ||
        (flash->config.banks == 2 && SECOND_BANK == 0) ||
        !banks_as_fitted(&flash->config))
        return FFX_ERR_ARGUMENT;
    flash->port.write_unit = 8;
    flash->port.region_count = 1;
    flash->regions[0] =
        (struct ffx_flash_region){page, flash->config.bytes / page};
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
    bus_put(&FLASH->SR, errors | OTHERS); /* write 1 to clear */
    return errors;
}

/* The data cache is off until part_flush: an erratum of these families has it
 * corrupted by reads during a write. */
int part_unlock(struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)bank;
    const int rc = part_open(&FLASH->KEYR, &FLASH->CR, FLASH_CR_LOCK);
    if (rc == 0) {
        flash->kept |= bus_get(&FLASH->ACR) & CACHES;
        bus_put(&FLASH->ACR, bus_get(&FLASH->ACR) & ~FLASH_ACR_DCEN);
    }
    return rc;
}

void part_erase(const struct farfix_stm32_flash *flash, uint32_t bank,
                uint32_t sector)
{
    const uint32_t erase = FLASH_CR_PER | sector << FLASH_CR_PNB_Pos |
                           (bank == 0 ? 0 : SECOND_BANK);
    (void)flash;
    bus_put(&FLASH->CR, erase);
    bus_put(&FLASH->CR, erase | FLASH_CR_STRT);
}

/* Two words, the lower one first. */
void part_program(const struct farfix_stm32_flash *flash, uint32_t bank,
                  uint32_t place, const uint8_t *unit)
{
    (void)flash;
    (void)bank;
    bus_put(&FLASH->CR, FLASH_CR_PG);
    bus_store32(place, part_word(unit));
    __ISB();
    bus_store32(place + 4, part_word(unit + 4));
}

void part_lock(const struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)flash;
    (void)bank;
    bus_put(&FLASH->CR, FLASH_CR_LOCK);
}

/* Caches can be reset only while they are off. */
void part_flush(struct farfix_stm32_flash *flash, uint32_t place,
                uint32_t length)
{
    const uint32_t access = bus_get(&FLASH->ACR) & ~(CACHES | CACHE_RESETS);
    (void)place;
    (void)length;
    bus_put(&FLASH->ACR, access);
    bus_put(&FLASH->ACR, access | CACHE_RESETS);
    bus_put(&FLASH->ACR, access);
    bus_put(&FLASH->ACR, access | flash->kept);
    flash->kept = 0;
}

int farfix_stm32_flash_nmi(void)
{
    const uint32_t state = bus_get(&FLASH->ECCR);
    if (!reading || !(state & UNREADABLE))
        return 0;
    unreadable = 1;
    bus_put(&FLASH->ECCR, state & (FLASH_ECCR_ECCIE | UNREADABLE));
    return 1;
}

int part_read(uint32_t bank, uint32_t place, uint8_t *buffer, uint32_t length)
{
    (void)bank;
    unreadable = 0;
    reading = 1;
    __DSB(); /* no read moves out from between the two */
    bus_copy(buffer, place, length);
    __DSB();
    __ISB();
    reading = 0;
    return unreadable ? FFX_ERR_ECC : 0;
}
