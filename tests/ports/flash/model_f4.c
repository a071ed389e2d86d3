/* SPDX-License-Identifier: Apache-2.0 */
/* STM32F4: RM0090 3.6 to 3.9. */
#include "controller.h"

#include <farfix_stm32_bus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ERRORS                                                                 \
    (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR |    \
     FLASH_SR_PGSERR)
#define AT(name) (FLASH_R_BASE + offsetof(FLASH_TypeDef, name))
#define ACCESS (FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN | 5u)

const uint32_t model_flags[] = {FLASH_SR_OPERR,  FLASH_SR_WRPERR,
                                FLASH_SR_PGAERR, FLASH_SR_PGPERR,
                                FLASH_SR_PGSERR, 0};
const uint32_t model_stride = 0;

static struct {
    uint32_t acr, sr, cr;
    uint32_t key_step;
    int locked_out;
    int stale; /* a cache may hold what has been erased */
} model;

void model_reset(void)
{
    memset(&model, 0, sizeof model);
    model.acr = ACCESS;
    model.cr = FLASH_CR_LOCK;
}

uint32_t model_get(uintptr_t address)
{
    if (address == AT(ACR))
        return model.acr;
    if (address == AT(CR))
        return model.cr;
    if (address == AT(OPTCR))
        return controller.fitted == 2 ? FLASH_OPTCR_DB1M : 0;
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

/* 1: the operation may begin. An earlier error stands against it. */
static int begins(int in_sequence, uint32_t address)
{
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

static uint32_t width(void)
{
    const uint32_t bytes =
        1u << ((model.cr & FLASH_CR_PSIZE) >> FLASH_CR_PSIZE_Pos);
    if (bytes > controller.parallelism)
        fail_msg("%u bytes at a time at this voltage", bytes);
    return bytes;
}

/* SNB: the second bank's sectors from 16 on; a part of one bank counts on. */
static void start_erase(uint32_t before)
{
    const uint32_t number = (model.cr & FLASH_CR_SNB) >> FLASH_CR_SNB_Pos;
    const uint32_t address = controller.banks == 1
                                 ? controller_sector(0, number)
                                 : controller_sector(number / 16, number % 16);
    (void)width();
    if (begins((before & FLASH_CR_SER) && !(model.cr & FLASH_CR_PG), address) &&
        controller_erase(address) != 0)
        model.sr |= FLASH_SR_OPERR;
    model.stale = 1;
}

static void put_control(uint32_t value)
{
    const uint32_t before = model.cr;
    if (model.cr & FLASH_CR_LOCK)
        fail_msg("CR is written while it is locked");
    model.cr = value & ~FLASH_CR_STRT;
    if (value & FLASH_CR_STRT)
        start_erase(before);
}

void model_put(uintptr_t address, uint32_t value)
{
    if (address == AT(ACR))
        put_access(value);
    else if (address == AT(SR))
        model.sr &= ~value;
    else if (address == AT(CR))
        put_control(value);
    else if (address != AT(KEYR))
        fail_msg("no register to be written");
    else if (controller_key(&model.key_step, value) && !model.locked_out)
        model.cr &= ~FLASH_CR_LOCK;
}

void model_store(uint32_t place, uint32_t value, uint32_t bytes)
{
    if (!begins((model.cr & FLASH_CR_PG) && !(model.cr & FLASH_CR_SER) &&
                    !(model.cr & FLASH_CR_LOCK),
                place))
        return;
    if (bytes != width())
        model.sr |= FLASH_SR_PGPERR;
    else if (place % bytes != 0)
        model.sr |= FLASH_SR_PGAERR;
    else if (controller_program(place, &value, bytes) != 0)
        model.sr |= FLASH_SR_OPERR;
}

void model_reads(uint32_t place, uint32_t length)
{
    (void)length;
    if (model.stale && (model.acr & FLASH_ACR_DCEN))
        fail_msg("0x%x is read from a cache that knows of no erase", place);
}

void model_unreadable(uint32_t place)
{
    fail_msg("0x%x: an F4 has no ECC", place);
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
    assert_int_equal(model.cr, FLASH_CR_LOCK);
    assert_int_equal(model.sr, 0);
    assert_int_equal(model.acr, ACCESS);
}
