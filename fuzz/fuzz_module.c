/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole command set over ports in memory and a clock of its own, on both
 * AT ports. The first bytes choose profile, switches and recovery; the rest is
 * a script: a byte below 0x80 goes to the module as it is; a higher one lets
 * time pass, ends a transfer, sends an SMS, changes how much the TE reads at a
 * time, moves DTR or the battery, changes the air, or turns to the other port.
 *
 * Whatever happened: both ports answer AT+GMR afterwards, and what is stored
 * is what the module would load.
 */
#include "module_bench.h"

#include "module/settings.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct module_bench b;
static uint8_t quirks[FFX_QUIRKS];
static uint32_t port;

static void restart_if_wanted(void)
{
    if (b.module.reset)
        module_bench_boot(&b);
}

static void end_transfer(uint32_t value)
{
    b.progress.busy = 0;
    b.progress.failed = value & 1u;
    b.progress.http_status = value & 2u ? 200 : 404;
    b.progress.received = value << 20;
    if (b.transfer.dir != FFX_DIR_RAM || b.files_fail || (value & 1u))
        return;
    /* As the port would have left it. */
    b.progress.received = value * 500u;
    b.progress.failed =
        b.config.files->write(&b, FFX_DIR_RAM, b.name, FFX_WRITE_NEW, b.chunk,
                              b.progress.received) < 0;
}

static void change_ports(uint32_t value)
{
    b.locked = value & 1u;
    b.files_fail = (int)(value >> 1 & 1u);
    b.request_result = value & 4u ? FFX_ERR_NO_PACKAGE : 0;
}

static void move_pin(uint32_t value)
{
    if (value & 1u)
        ffx_module_dtr(&b.module, (int)(value >> 1 & 1u), b.now_ms);
    else
        ffx_module_battery(&b.module, (uint8_t)value,
                           (uint16_t)(2700u + 150u * value), b.now_ms);
}

/* Which port is typed on, and which of them nobody reads. */
static void turn_to(uint32_t value)
{
    port = value & 1u;
    b.deaf[0] = value >> 1 & 1u;
    b.deaf[1] = value >> 2 & 1u;
}

static void change_air(uint32_t value)
{
    if (value < 7)
        ffx_module_registration(&b.module, (uint8_t)value, b.now_ms);
    else if (value < 10)
        ffx_module_drop_pdp(&b.module, b.now_ms);
    else if (value < 12)
        ffx_module_woke(&b.module, b.now_ms);
    else
        ffx_module_signal(&b.module, value & 1u ? 99 : 7, b.now_ms);
}

static void act(uint8_t action)
{
    const uint32_t value = action & 15u;
    switch (action >> 4 & 7u) {
    case 0:
        module_bench_wait(&b, value * 100u);
        break;
    case 1:
        end_transfer(value);
        break;
    case 2:
        ffx_module_sms(&b.module, "+1", value & 1u ? "OK\r\n" : "x", b.now_ms);
        break;
    case 3:
        b.take = value;
        break;
    case 4:
        change_ports(value);
        break;
    case 5:
        move_pin(value);
        break;
    case 6:
        turn_to(value);
        break;
    default:
        change_air(value);
        break;
    }
}

/* The longest input time is over, and a reset that waits for its answer. */
static void settle(void)
{
    module_bench_wait(&b, 10100);
    restart_if_wanted();
    module_bench_wait(&b, 2000); /* boot_ms */
}

static void must_answer(uint32_t which)
{
    const char *answer = quirks[FFX_D18_REVISION]
                             ? "\r\nRevision: 1529B04SIM7000G\r\n\r\nOK\r\n"
                             : "\r\nRevision:1529B04SIM7000G\r\n\r\nOK\r\n";
    /* XON; the end of a line that the input began: AT+CPOWD=0, say; ESC gives
     * up an SMS. */
    module_bench_say_on(&b, which, "\x11\r\x1b\r");
    settle();
    module_bench_say_on(&b, which, "ATQ0V1E0\r");
    module_bench_say_on(&b, which, "ATQ0V1E0\r");
    module_bench_wait(&b, 3000);
    if (strcmp(module_bench_say_on(&b, which, "AT+GMR\r"), answer) != 0)
        abort();
}

/* The blob is whole: a module that boots from it has exactly these. */
static void must_load(void)
{
    static struct ffx_module_settings stored;
    if (b.settings_length == 0)
        return;
    if (b.settings_length != sizeof stored)
        abort();
    memcpy(&stored, b.settings, sizeof stored);
    module_bench_boot(&b);
    stored.owed_ok = 0; /* said by this boot */
    stored.crc32 = b.module.settings.crc32;
    if (memcmp(&stored, &b.module.settings, sizeof stored) != 0)
        abort();
}

static void start(const uint8_t *data)
{
    port = 0;
    module_bench_init(&b, data[0] & 1u ? FFX_PROFILE_NOTE : FFX_PROFILE_MANUAL);
    b.config.recovery = (data[0] & 6u) == 6u;
    b.config.dtr_high = data[0] >> 3 & 1u;
    b.config.boot_ms = data[0] & 16u ? 1000 : 0;
    b.config.damage = data[0] & 64u ? FFX_DAMAGE_FUN_5 | FFX_DAMAGE_IMEI : 0;
    b.config.bugs = data[0] & 128u ? UINT32_MAX : 0;
    b.config.port_count = 2;
    b.time = data[0] & 32u ? 1561529043 : 0;
    ffx_module_quirks(b.config.profile, quirks);
    for (uint32_t i = 0; i < FFX_QUIRKS; i++) /* every second value exists */
        quirks[i] ^= data[1 + i / 8] >> i % 8 & 1u;
    b.config.quirks = quirks;
    module_bench_boot(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 5 || size > 2000)
        return 0;
    start(data);
    for (size_t i = 5; i < size; i++) {
        const char typed[2] = {(char)data[i], '\0'};
        if (data[i] == 0 || data[i] >= 0x80)
            act(data[i]);
        else
            module_bench_say_on(&b, port, typed);
        restart_if_wanted();
    }
    b.take = 0;
    turn_to(0);
    b.config.dtr_high = 0;
    ffx_module_dtr(&b.module, 0, b.now_ms);
    ffx_module_battery(&b.module, 80, 3900, b.now_ms);
    settle();
    must_answer(FFX_PORT_UART);
    must_answer(FFX_PORT_USB);
    must_answer(FFX_PORT_UART);
    must_load();
    module_bench_end(&b);
    return 0;
}
