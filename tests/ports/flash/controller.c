/* SPDX-License-Identifier: Apache-2.0 */
#include "controller.h"

#include <farfix_stm32_bus.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct controller controller;

void controller_reset(void)
{
    controller.busy = 0;
    controller.never_ready = 0;
    model_reset();
}

/* --- operations ---------------------------------------------------------- */

static int carried_out(int code)
{
    controller.started++;
    controller.busy = controller.polls;
    if (code == FFX_ERR_POWER)
        longjmp(*controller.death, 1);
    if (controller.flash->violations != 0)
        fail_msg("%s", controller.flash->complaint);
    return code;
}

int controller_erase(uint32_t address)
{
    struct ffx_flash *port = &controller.flash->port;
    return carried_out(port->erase(port->context, address));
}

int controller_program(uint32_t address, const void *data, uint32_t length)
{
    struct ffx_flash *port = &controller.flash->port;
    return carried_out(port->program(port->context, address, data, length));
}

uint32_t controller_sector(uint32_t bank, uint32_t index)
{
    const uint32_t bank_bytes = controller.bytes / controller.banks;
    struct ffx_flash_area sector;
    uint32_t at = bank * bank_bytes;
    if (bank >= controller.banks)
        fail_msg("there is no bank %u", bank + 1);
    for (; index > 0; index--) {
        assert_int_equal(ffx_flash_sector(&controller.flash->port, at, &sector),
                         0);
        at += sector.length;
        if (at >= (bank + 1) * bank_bytes)
            fail_msg("bank %u has no such sector", bank + 1);
    }
    return at;
}

int controller_protects(uint32_t address)
{
    struct ffx_flash_area sector;
    return ffx_flash_sector(&controller.flash->port, address, &sector) == 0 &&
           sector.address == controller.protected;
}

int controller_programmed(uint32_t address, uint32_t length)
{
    const uint32_t unit = controller.flash->config.write_unit;
    for (uint32_t at = address; at < address + length; at += unit)
        if (controller.flash->written[at / unit] & LAB_UNIT_PROGRAMMED)
            return 1;
    return 0;
}

int controller_key(uint32_t *step, uint32_t value)
{
    static const uint32_t keys[] = {0x45670123u, 0xcdef89abu};
    if (*step > 1 || value != keys[*step])
        fail_msg("key 0x%08x out of its order", value);
    *step = (*step + 1) % 2;
    return *step == 0;
}

/* --- the bus ------------------------------------------------------------- */

static void expect_ready(const char *what)
{
    if (controller.busy != 0)
        fail_msg("%s while an operation is under way", what);
}

uint32_t bus_get(const volatile uint32_t *reg)
{
    return model_get((uintptr_t)reg);
}

void bus_put(volatile uint32_t *reg, uint32_t value)
{
    expect_ready("a register is written");
    model_put((uintptr_t)reg, value);
}

void bus_store8(uint32_t place, uint8_t value)
{
    expect_ready("a byte is written");
    model_store(place, value, 1);
}

void bus_store16(uint32_t place, uint16_t value)
{
    expect_ready("a half-word is written");
    model_store(place, value, 2);
}

void bus_store32(uint32_t place, uint32_t value)
{
    expect_ready("a word is written");
    model_store(place, value, 4);
}

static uint32_t address_of(uint32_t place)
{
    const uint32_t bank_bytes = controller.bytes / controller.banks;
    if (model_stride == 0)
        return place;
    assert_true(place % model_stride < bank_bytes);
    return place / model_stride * bank_bytes + place % model_stride;
}

void bus_copy(void *to, uint32_t place, uint32_t length)
{
    const struct ffx_flash *port = &controller.flash->port;
    expect_ready("flash is read");
    model_reads(place, length);
    const int code = port->read(port->context, address_of(place), to, length);
    if (controller.flash->violations != 0)
        fail_msg("%s", controller.flash->complaint);
    if (code == FFX_ERR_ECC)
        model_unreadable(place);
    else
        assert_int_equal(code, 0);
}

void __DSB(void)
{
}
