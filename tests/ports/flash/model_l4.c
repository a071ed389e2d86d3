/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4 and G4: RM0351 3.3, 3.5 and 3.7; RM0440 3.3 and 3.7. */
#include "controller.h"

#include <farfix_stm32_bus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <farfix_stm32_flash.h>

#define ERRORS                                                                 \
    (FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR |   \
     FLASH_SR_SIZERR | FLASH_SR_PGSERR | FLASH_SR_MISERR | FLASH_SR_FASTERR)
#define AT(name) (FLASH_R_BASE + offsetof(FLASH_TypeDef, name))
#define ACCESS (FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN | 4u)
#ifdef FLASH_OPTR_DBANK
#define TWO_BANKS FLASH_OPTR_DBANK
#else
#define TWO_BANKS FLASH_OPTR_DUALBANK
#endif
#define LOCKED (FLASH_CR_LOCK | FLASH_CR_OPTLOCK)

const uint32_t model_flags[] = {FLASH_SR_OPERR,   FLASH_SR_PROGERR,
                                FLASH_SR_WRPERR,  FLASH_SR_PGAERR,
                                FLASH_SR_SIZERR,  FLASH_SR_PGSERR,
                                FLASH_SR_MISERR,  FLASH_SR_FASTERR,
                                FLASH_SR_OPTVERR, 0};
const uint32_t model_stride = 0;

static struct {
    uint32_t acr, sr, cr, eccr;
    uint32_t key_step;
    int locked_out;
    int stale;
    uint32_t half, half_place; /* the first word of a unit */
    int has_half;
} model;

void model_reset(void)
{
    memset(&model, 0, sizeof model);
    model.acr = ACCESS;
    model.cr = LOCKED;
}

uint32_t model_get(uintptr_t address)
{
    if (address == AT(ACR))
        return model.acr;
    if (address == AT(CR))
        return model.cr;
    if (address == AT(ECCR))
        return model.eccr;
    if (address == AT(OPTR))
        return controller.fitted == 2 ? TWO_BANKS : 0;
    assert_true(address == AT(SR));
    controller.looks++;
    const uint32_t busy = controller.busy != 0 ? FLASH_SR_BSY : 0;
    if (controller.busy != 0 && !controller.never_ready)
        controller.busy--;
    return model.sr | busy;
}

static void put_access(uint32_t value)
{
    if (value & FLASH_ACR_ICRST)
        assert_false(value & FLASH_ACR_ICEN);
    if (value & FLASH_ACR_DCRST)
        assert_false(value & FLASH_ACR_DCEN);
    if ((value & FLASH_ACR_ICRST) && (value & FLASH_ACR_DCRST))
        model.stale = 0;
    model.acr = value;
}

/* 1: the operation may begin. Any earlier error stands against it. */
static int begins(int in_sequence, uint32_t address)
{
    if (model.acr & FLASH_ACR_DCEN)
        fail_msg("the data cache is on during an operation");
    model.stale = 1;
    if ((model.sr & ERRORS) || !in_sequence) {
        model.sr |= FLASH_SR_PGSERR;
        return 0;
    }
    if (controller_protects(address)) {
        model.sr |= FLASH_SR_WRPERR;
        return 0;
    }
    return 1;
}

static void start_erase(uint32_t before)
{
    const uint32_t number = (model.cr & FLASH_CR_PNB) >> FLASH_CR_PNB_Pos;
    const uint32_t address =
        controller_sector(model.cr & FLASH_CR_BKER ? 1 : 0, number);
    if (begins((before & FLASH_CR_PER) && !(model.cr & FLASH_CR_PG), address) &&
        controller_erase(address) != 0)
        model.sr |= FLASH_SR_OPERR;
}

/* OPTLOCK can be set and not cleared. */
static void put_control(uint32_t value)
{
    const uint32_t before = model.cr;
    if (model.cr & FLASH_CR_LOCK)
        fail_msg("CR is written while it is locked");
    model.cr = (value & ~FLASH_CR_STRT) | FLASH_CR_OPTLOCK;
    if (value & FLASH_CR_STRT)
        start_erase(before);
}

void model_put(uintptr_t address, uint32_t value)
{
    if (address == AT(ACR))
        put_access(value);
    else if (address == AT(SR))
        model.sr &= ~value;
    else if (address == AT(ECCR))
        model.eccr &= ~value;
    else if (address == AT(CR))
        put_control(value);
    else if (address != AT(KEYR))
        fail_msg("no register to be written");
    else if (controller_key(&model.key_step, value) && !model.locked_out)
        model.cr &= ~FLASH_CR_LOCK;
}

static void program(uint32_t place, const uint32_t *words)
{
    if (controller_programmed(place, 8))
        model.sr |= FLASH_SR_PROGERR;
    else if (controller_program(place, words, 8) != 0)
        model.sr |= FLASH_SR_OPERR;
}

void model_store(uint32_t place, uint32_t value, uint32_t bytes)
{
    if (!begins((model.cr & FLASH_CR_PG) && !(model.cr & FLASH_CR_PER) &&
                    !(model.cr & FLASH_CR_LOCK),
                place))
        return;
    if (bytes != 4) {
        model.sr |= FLASH_SR_SIZERR;
    } else if (!model.has_half) {
        model.sr |= place % 8 != 0 ? FLASH_SR_PGAERR : 0;
        model.half = value;
        model.half_place = place;
        model.has_half = place % 8 == 0;
    } else {
        const uint32_t words[] = {model.half, value};
        model.has_half = 0;
        if (place != model.half_place + 4)
            model.sr |= FLASH_SR_PGAERR;
        else
            program(model.half_place, words);
    }
}

void model_reads(uint32_t place, uint32_t length)
{
    (void)length;
    if (model.stale && (model.acr & FLASH_ACR_DCEN))
        fail_msg("0x%x is read from a cache that missed an operation", place);
}

void model_unreadable(uint32_t place)
{
    model.eccr |= FLASH_ECCR_ECCD;
    if (farfix_stm32_flash_nmi() != 1 || (model.eccr & FLASH_ECCR_ECCD))
        fail_msg("0x%x: NMI without an end", place);
}

void model_raise(uint32_t bank, uint32_t flag)
{
    (void)bank;
    model.sr |= flag;
}

void model_lock_out(void)
{
    model.locked_out = 1;
}

void model_expect_rest(void)
{
    assert_int_equal(model.cr, LOCKED);
    assert_int_equal(model.sr, 0);
    assert_int_equal(model.acr, ACCESS);
    assert_int_equal(model.eccr, 0);
    assert_int_equal(farfix_stm32_flash_nmi(), 0);
}

void __ISB(void)
{
}
