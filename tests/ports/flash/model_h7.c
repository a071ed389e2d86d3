/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: RM0433 4.3 and 4.9, and the Cortex-M7's bus faults and cache. */
#include "controller.h"

#include <farfix_stm32_bus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ERRORS                                                                 \
    (FLASH_SR_WRPERR | FLASH_SR_PGSERR | FLASH_SR_STRBERR | FLASH_SR_INCERR |  \
     FLASH_SR_OPERR)
#define RESET_CONTROL (FLASH_CR_LOCK | FLASH_CR_PSIZE)
#define SECOND_BANK 0x100u
#define WORDS 8u
#define NOTHING 0xffffffffu

const uint32_t model_flags[] = {FLASH_SR_WRPERR,  FLASH_SR_PGSERR,
                                FLASH_SR_STRBERR, FLASH_SR_INCERR,
                                FLASH_SR_OPERR,   0};
const uint32_t model_stride = 0x100000;

static struct {
    struct {
        uint32_t sr, cr, key_step;
        uint32_t words[WORDS], count, place; /* the write buffer */
    } bank[2];
    int locked_out;
    uint32_t fault_mask, configuration;
    uint32_t stale_from, stale_to; /* what the data cache may hold of old */
    int stale_code;
} model;

void model_reset(void)
{
    memset(&model, 0, sizeof model);
    model.bank[0].cr = model.bank[1].cr = RESET_CONTROL;
    model.configuration = 0x200;
}

/* The bank; *offset becomes the register's in the first one. */
static unsigned bank_of(uintptr_t address, uintptr_t *offset)
{
    *offset = address - FLASH_R_BASE;
    const unsigned bank = *offset >= SECOND_BANK;
    *offset -= bank * SECOND_BANK;
    assert_true(*offset < SECOND_BANK);
    if (bank >= controller.banks)
        fail_msg("there is no second bank");
    return bank;
}

uint32_t model_get(uintptr_t address)
{
    uintptr_t offset;
    if (address == (uintptr_t)&SCB->CCR)
        return model.configuration;
    const unsigned bank = bank_of(address, &offset);
    if (offset == offsetof(FLASH_TypeDef, CR1))
        return model.bank[bank].cr;
    if (offset == offsetof(FLASH_TypeDef, OPTCR))
        return controller.swapped ? FLASH_OPTCR_SWAP_BANK : 0;
    assert_int_equal(offset, offsetof(FLASH_TypeDef, SR1));
    controller.looks++;
    const uint32_t busy = controller.busy != 0 ? FLASH_SR_QW : 0;
    if (controller.busy != 0 && !controller.never_ready)
        controller.busy--;
    return model.bank[bank].sr | busy |
           (model.bank[bank].count != 0 ? FLASH_SR_WBNE : 0);
}

static void becomes_stale(uint32_t place, uint32_t length)
{
    if (model.stale_to == 0 || place < model.stale_from)
        model.stale_from = place;
    if (place + length > model.stale_to)
        model.stale_to = place + length;
    model.stale_code = 1;
}

static int begins(unsigned bank, int in_sequence, uint32_t address)
{
    if ((model.bank[bank].sr & ERRORS) || !in_sequence) {
        model.bank[bank].sr |= FLASH_SR_PGSERR;
        return 0;
    }
    if (controller_protects(address)) {
        model.bank[bank].sr |= FLASH_SR_WRPERR;
        return 0;
    }
    return 1;
}

static void start_erase(unsigned bank, uint32_t before)
{
    const uint32_t control = model.bank[bank].cr;
    const uint32_t number = (control & FLASH_CR_SNB) >> FLASH_CR_SNB_Pos;
    const uint32_t address = controller_sector(bank, number);
    if (begins(bank, (before & FLASH_CR_SER) && !(control & FLASH_CR_PG),
               address) &&
        controller_erase(address) != 0)
        model.bank[bank].sr |= FLASH_SR_OPERR;
    becomes_stale(bank * model_stride + number * 0x20000, 0x20000);
}

static void put_control(unsigned bank, uint32_t value)
{
    const uint32_t before = model.bank[bank].cr;
    if (before & FLASH_CR_LOCK)
        fail_msg("CR is written while it is locked");
    model.bank[bank].cr = value & ~FLASH_CR_START;
    if (value & FLASH_CR_START)
        start_erase(bank, before);
}

void model_put(uintptr_t address, uint32_t value)
{
    uintptr_t offset;
    if (address == (uintptr_t)&SCB->CCR) {
        model.configuration = value;
        return;
    }
    const unsigned bank = bank_of(address, &offset);
    if (offset == offsetof(FLASH_TypeDef, CCR1))
        model.bank[bank].sr &= ~value;
    else if (offset == offsetof(FLASH_TypeDef, CR1))
        put_control(bank, value);
    else if (offset != offsetof(FLASH_TypeDef, KEYR1))
        fail_msg("no register to be written");
    else if (controller_key(&model.bank[bank].key_step, value) &&
             !model.locked_out)
        model.bank[bank].cr &= ~FLASH_CR_LOCK;
}

void model_store(uint32_t place, uint32_t value, uint32_t bytes)
{
    const unsigned bank = place / model_stride;
    const uint32_t address =
        bank * (controller.bytes / controller.banks) + place % model_stride;
    const uint32_t control = model.bank[bank].cr;
    const uint32_t count = model.bank[bank].count;
    assert_int_equal(bytes, 4);
    if (!begins(bank,
                (control & FLASH_CR_PG) && !(control & FLASH_CR_SER) &&
                    !(control & FLASH_CR_LOCK),
                address))
        return;
    if (count == 0)
        model.bank[bank].place = place;
    if (place != model.bank[bank].place + 4 * count ||
        (count == 0 && place % 32 != 0)) {
        model.bank[bank].sr |= FLASH_SR_INCERR;
        return;
    }
    model.bank[bank].words[count] = value;
    model.bank[bank].count = (count + 1) % WORDS;
    if (count + 1 < WORDS)
        return;
    becomes_stale(model.bank[bank].place, 32);
    if (controller_program(address - 28, model.bank[bank].words, 32) != 0)
        model.bank[bank].sr |= FLASH_SR_OPERR;
}

void model_reads(uint32_t place, uint32_t length)
{
    if (place < model.stale_to && place + length > model.stale_from)
        fail_msg("0x%x is read from a cache that missed an operation", place);
}

void model_unreadable(uint32_t place)
{
    if (!model.fault_mask || !(model.configuration & SCB_CCR_BFHFNMIGN_Msk))
        fail_msg("0x%x: bus fault", place);
    model.bank[place / model_stride].sr |= FLASH_SR_DBECCERR;
}

void model_raise(uint32_t bank, uint32_t flag)
{
    model.bank[bank].sr |= flag;
}

void model_lock_out(void)
{
    model.locked_out = 1;
}

void model_expect_rest(void)
{
    for (unsigned bank = 0; bank < 2; bank++) {
        assert_int_equal(model.bank[bank].cr, RESET_CONTROL);
        assert_int_equal(model.bank[bank].sr, 0);
        assert_int_equal(model.bank[bank].count, 0);
    }
    assert_int_equal(model.stale_code, 0);
    assert_int_equal(model.fault_mask, 0);
    assert_int_equal(model.configuration, 0x200);
}

/* --- the processor ------------------------------------------------------- */

void __ISB(void)
{
}

uint32_t __get_FAULTMASK(void)
{
    return model.fault_mask;
}

void __set_FAULTMASK(uint32_t faultMask)
{
    model.fault_mask = faultMask;
}

void SCB_InvalidateICache(void)
{
    model.stale_code = 0;
}

void SCB_InvalidateDCache_by_Addr(volatile void *addr, int32_t dsize)
{
    const uint32_t place = (uint32_t)((uintptr_t)addr - FLASH_BASE);
    if (place <= model.stale_from && place + (uint32_t)dsize >= model.stale_to)
        model.stale_from = model.stale_to = 0;
}
