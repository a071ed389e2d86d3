/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: RM0433 chapter 4. Names in capitals are the manual's. */
#include <stm32_flash_part.h>

#define KIB 1024u
#define UNIT 32u
#define BANK_BYTES (1024 * KIB) /* on the bus, and at most */
#define BUSY (FLASH_SR_BSY | FLASH_SR_WBNE | FLASH_SR_QW)
#define ERRORS                                                                 \
    (FLASH_SR_WRPERR | FLASH_SR_PGSERR | FLASH_SR_STRBERR | FLASH_SR_INCERR |  \
     FLASH_SR_OPERR)
#define CLEAR_ERRORS                                                           \
    (FLASH_CCR_CLR_WRPERR | FLASH_CCR_CLR_PGSERR | FLASH_CCR_CLR_STRBERR |     \
     FLASH_CCR_CLR_INCERR | FLASH_CCR_CLR_OPERR)
/* Parts of one bank have nothing to swap. */
#ifdef FLASH_OPTCR_SWAP_BANK
#define SWAPPED FLASH_OPTCR_SWAP_BANK
#else
#define SWAPPED 0u
#endif
/* Interrupts wait so long at most for a read. */
#define PIECE 256u

/* The registers of the second bank lie 256 bytes behind those of the first;
 * device headers of parts with one bank do not name them. */
static volatile uint32_t *of_bank(volatile uint32_t *first, uint32_t bank)
{
    return first + bank * (0x100 / sizeof *first);
}

int part_layout(struct farfix_stm32_flash *flash)
{
    const uint32_t bank = flash->bank_bytes;
    if (bank % (128 * KIB) != 0 || bank > BANK_BYTES ||
        flash->config.page_bytes != 0 || flash->config.parallelism != 0 ||
        (bus_get(&FLASH->OPTCR) & SWAPPED))
        return FFX_ERR_ARGUMENT;
    flash->bank_stride = BANK_BYTES;
    flash->port.write_unit = UNIT;
    flash->port.region_count = 1;
    flash->regions[0] =
        (struct ffx_flash_region){128 * KIB, flash->config.bytes / (128 * KIB)};
    return 0;
}

/* QW alone says when all of it is done; the others are looked at in case that
 * somebody left half a flash word. */
uint32_t part_busy(uint32_t bank)
{
    return bus_get(of_bank(&FLASH->SR1, bank)) & BUSY;
}

uint32_t part_errors(uint32_t bank)
{
    const uint32_t errors = bus_get(of_bank(&FLASH->SR1, bank)) & ERRORS;
    bus_put(of_bank(&FLASH->CCR1, bank), CLEAR_ERRORS | FLASH_CCR_CLR_EOP);
    return errors;
}

int part_unlock(struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)flash;
    return part_open(of_bank(&FLASH->KEYR1, bank), of_bank(&FLASH->CR1, bank),
                     FLASH_CR_LOCK);
}

/* PSIZE stays as it is: it bounds the current, not what can be written. */
static void control(uint32_t bank, uint32_t bits)
{
    volatile uint32_t *const reg = of_bank(&FLASH->CR1, bank);
    bus_put(reg, (bus_get(reg) & FLASH_CR_PSIZE) | bits);
}

void part_erase(const struct farfix_stm32_flash *flash, uint32_t bank,
                uint32_t sector)
{
    const uint32_t erase = FLASH_CR_SER | sector << FLASH_CR_SNB_Pos;
    (void)flash;
    control(bank, erase);
    control(bank, erase | FLASH_CR_START);
}

/* The eighth word begins it. */
void part_program(const struct farfix_stm32_flash *flash, uint32_t bank,
                  uint32_t place, const uint8_t *unit)
{
    (void)flash;
    control(bank, FLASH_CR_PG);
    __ISB();
    __DSB();
    for (uint32_t at = 0; at < UNIT; at += 4)
        bus_store32(place + at, part_word(unit + at));
}

void part_lock(const struct farfix_stm32_flash *flash, uint32_t bank)
{
    (void)flash;
    control(bank, 0);
    control(bank, FLASH_CR_LOCK);
}

/* The processor's own caches know nothing of either. */
void part_flush(struct farfix_stm32_flash *flash, uint32_t place,
                uint32_t length)
{
    (void)flash;
    SCB_InvalidateDCache_by_Addr((void *)(uintptr_t)(FLASH_BASE + place),
                                 (int32_t)length);
    SCB_InvalidateICache();
}

/* A double error is a bus fault, which FAULTMASK with BFHFNMIGN ignores. */
static uint32_t read_piece(uint32_t bank, uint32_t place, uint8_t *buffer,
                           uint32_t length)
{
    const uint32_t masked = __get_FAULTMASK();
    const uint32_t configuration = bus_get(&SCB->CCR);
    __set_FAULTMASK(1);
    bus_put(&SCB->CCR, configuration | SCB_CCR_BFHFNMIGN_Msk);
    __DSB();
    __ISB();
    bus_copy(buffer, place, length);
    __DSB();
    __ISB();
    bus_put(&SCB->CCR, configuration);
    __set_FAULTMASK(masked);
    return bus_get(of_bank(&FLASH->SR1, bank)) & FLASH_SR_DBECCERR;
}

int part_read(uint32_t bank, uint32_t place, uint8_t *buffer, uint32_t length)
{
    uint32_t unreadable = 0;
    bus_put(of_bank(&FLASH->CCR1, bank), FLASH_CCR_CLR_DBECCERR);
    for (uint32_t at = 0; at < length; at += PIECE)
        unreadable |= read_piece(bank, place + at, buffer + at,
                                 length - at < PIECE ? length - at : PIECE);
    bus_put(of_bank(&FLASH->CCR1, bank), FLASH_CCR_CLR_DBECCERR);
    return unreadable ? FFX_ERR_ECC : 0;
}
