/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/module.h>

#include "base/bytes.h"

#include "module/battery.h"
#include "module/clock.h"
#include "module/cmd_files.h"
#include "module/pin.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/run.h"
#include "module/settings.h"
#include "module/sms_store.h"
#include "module/timer.h"
#include "module/transfer.h"
#include "module/txring.h"
#include "module/urc.h"

#define TX_LEAST 1024u
/* poll wants to be called this often at least: nothing waits for it. */
#define IDLE_MS 1000u
/* How long a half-typed line holds URCs back. */
#define TYPING_MS 2000u
#define XON 0x11u
#define XOFF 0x13u
/* module->reset: the port has been told. */
#define RESET_TOLD 0xffu

/* --- start --------------------------------------------------------------- */

static int is_imei(const char *text)
{
    uint32_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n == 15 && text[n] == '\0';
}

static int is_port(const struct ffx_module_port_config *port)
{
    const uint32_t size = port->tx_bytes;
    return port->line != 0 && port->tx != 0 && size >= TX_LEAST &&
           (size & (size - 1u)) == 0;
}

static int is_config(const struct ffx_module_config *config)
{
    if (config->files == 0 || config->network == 0 || config->boot == 0 ||
        config->chunk == 0)
        return 0;
    if (config->port_count == 0 || config->port_count > FFX_MODULE_PORTS)
        return 0;
    for (uint32_t i = 0; i < config->port_count; i++)
        if (!is_port(&config->ports[i]))
            return 0;
    if ((uint32_t)config->profile >= FFX_PROFILES ||
        config->boot_ms > FFX_MODULE_BOOT_MS_MAX ||
        (config->quirks != 0 && !quirk_values_exist(config->quirks)))
        return 0;
    return config->imei != 0 && is_imei(config->imei) &&
           (config->apn == 0 ||
            bytes_length(config->apn) <= FFX_MODULE_APN_MAX);
}

static void start_port(struct ffx_module *module, uint32_t index)
{
    struct ffx_module_port *port = &module->ports[index];
    port->config = module->config.ports[index];
    port->index = (uint8_t)index;
    port->user = module->settings.user;
    if (quirk_is(module, FFX_D7_FLOW, 1))
        port->flow_from_te = port->flow_to_te = 2;
    ffx_at_reader_init(&port->reader, port->config.line, FFX_AT_LINE_MAX + 1u);
}

static void set_defaults(struct ffx_module *module)
{
    module->frame_format = 3; /* 8N1 */
    module->frame_parity = 3;
    module->ftp_port = 21;
    module->ftp_passive = 1;
    module->ftp_cid = 1;
    for (uint32_t i = 0; i < FFX_MODULE_TLS; i++)
        module->tls[i].protocol = 1;
    sms_defaults(module);
}

static void take_owed_ok(struct ffx_module *module)
{
    module->owed_ok = module->settings.owed_ok;
    module->settings.owed_ok = 0;
    if (module->owed_ok)
        settings_save(module);
}

int ffx_module_init(struct ffx_module *module,
                    const struct ffx_module_config *config, uint32_t now_ms)
{
    if (!is_config(config))
        return FFX_ERR_ARGUMENT;
    memset(module, 0, sizeof *module);
    module->config = *config;
    ffx_module_quirks(config->profile, module->quirks);
    if (config->quirks != 0)
        memcpy(module->quirks, config->quirks, FFX_QUIRKS);
    module->now_ms = now_ms;
    module->dtr_high = config->dtr_high;
    settings_load(module);
    take_owed_ok(module);
    set_defaults(module);
    clock_init(module);
    battery_init(module);
    for (uint32_t i = 0; i < config->port_count; i++)
        start_port(module, i);
    transfer_forget_ram(module);
    radio_boot(module);
    if (config->boot->rate != 0)
        config->boot->rate(config->context, module->settings.rate);
    if (config->boot->flow != 0)
        config->boot->flow(config->context, module->ports[0].flow_from_te,
                           module->ports[0].flow_to_te);
    return 0;
}

/* --- what follows an answer ---------------------------------------------- */

/* DCD, a pin of the UART: &C0 holds it on, &C1 shows that CFSWFILE takes
 * data or CMGS text (TS 27.005, 3.5.1). */
static void set_carrier(struct ffx_module *module)
{
    const struct ffx_module_port *uart = &module->ports[FFX_PORT_UART];
    pin_set(module, FFX_PIN_DCD,
            uart->user.carrier == 0 || uart->phase == RUN_TAKE ||
                uart->phase == RUN_TEXT);
}

static void set_rate(struct ffx_module *module, struct ffx_module_port *port)
{
    port->rate_changed = 0;
    if (module->config.boot->rate != 0)
        module->config.boot->rate(module->config.context,
                                  module->settings.rate);
}

static void do_reset(struct ffx_module *module)
{
    const int kind = module->reset - 1;
    module->reset = RESET_TOLD;
    timer_stop(module, FFX_TIMER_DRAIN);
    module->config.boot->reset(module->config.context,
                               (enum ffx_module_reset)kind);
}

static void after_answer(struct ffx_module *module,
                         struct ffx_module_port *port)
{
    if (port->phase != RUN_IDLE || txring_used(port) > 0)
        return;
    if (port->rate_changed)
        set_rate(module, port);
    if (module->reset != 0 && module->reset != RESET_TOLD &&
        module->reset_port == port->index)
        do_reset(module);
}

/* Nothing is in hand: no line, no transfer, no boot, no radio that starts. */
static int is_at_rest(const struct ffx_module *module)
{
    int busy = module->reset || module->transfer != TRANSFER_NONE ||
               module->armed[FFX_TIMER_BOOT] || module->armed[FFX_TIMER_SIM] ||
               module->armed[FFX_TIMER_BEARER];
    for (uint32_t i = 0; i < module->config.port_count; i++)
        busy |= module->ports[i].phase != RUN_IDLE;
    return !busy;
}

/* The UART's clock stops: URCs wait until the TE, alarmed by RI, pulls DTR
 * low. What wakes the radio for a moment does not wake the UART. */
static int may_sleep(const struct ffx_module *module)
{
    return module->settings.sleep && module->dtr_high &&
           (module->asleep || is_at_rest(module));
}

/* What one port was told may concern all. */
static void go_on(struct ffx_module *module)
{
    for (uint32_t i = 0; i < module->config.port_count; i++)
        run_on(module, &module->ports[i]);
    battery_check(module);
    set_carrier(module);
    for (uint32_t i = 0; i < module->config.port_count; i++) {
        if (!module->reset && !module->asleep)
            urc_flush(module, &module->ports[i]);
        after_answer(module, &module->ports[i]);
    }
    module->asleep = (uint8_t)may_sleep(module);
}

/* --- bytes in ------------------------------------------------------------ */

static void watch_typing(struct ffx_module *module,
                         const struct ffx_module_port *port)
{
    const uint32_t timer = FFX_TIMER_TYPING + port->index;
    if (ffx_at_reader_inside(&port->reader))
        timer_start(module, timer, TYPING_MS);
    else
        timer_stop(module, timer);
}

/* One byte of a command line; 0 when its echo does not fit. */
static uint32_t take_typed(struct ffx_module *module,
                           struct ffx_module_port *port, uint8_t byte)
{
    int ready;
    /* The LF of a CR LF belongs to the line before: no echo. */
    if (byte == '\n' && !ffx_at_reader_inside(&port->reader))
        return 1;
    if (port->user.echo) {
        if (txring_free(port) == 0)
            return 0;
        txring_put(port, &byte, 1);
    }
    ffx_at_reader_feed(&port->reader, &byte, 1, &ready);
    watch_typing(module, port);
    if (ready)
        run_start(module, port);
    return 1;
}

/* With boot_ms the UART is dead until RDY. */
static int is_booting(const struct ffx_module *module)
{
    return module->config.boot_ms != 0 && module->boot_step == 0;
}

static int is_flow_byte(uint8_t byte)
{
    return byte == XON || byte == XOFF;
}

/* XON and XOFF are taken out of file data too: manual 1.6.1 says that IFC=1
 * is not for binary data. */
static uint32_t length_to_flow(const struct ffx_module_port *port,
                               const uint8_t *bytes, uint32_t length)
{
    uint32_t count = 0;
    if (port->flow_from_te != 1)
        return length;
    while (count < length && !is_flow_byte(bytes[count]))
        count++;
    return count;
}

static uint32_t take_some(struct ffx_module *module,
                          struct ffx_module_port *port, const uint8_t *bytes,
                          uint32_t length)
{
    if (module->asleep || is_booting(module))
        return length;
    const uint32_t data = length_to_flow(port, bytes, length);
    if (data == 0) {
        port->held = bytes[0] == XOFF;
        return 1;
    }
    if (module->reset)
        return data;
    if (port->phase == RUN_TAKE)
        return run_take(module, port, bytes, data);
    if (port->phase == RUN_TEXT)
        return run_text(module, port, bytes[0]);
    if (port->phase != RUN_IDLE)
        return 0;
    return take_typed(module, port, bytes[0]);
}

/* A UART obeys XON and XOFF when they come, not when what was typed before
 * them has got its answers: those may be what waits for the XON. */
static void look_ahead(struct ffx_module_port *port, const uint8_t *bytes,
                       uint32_t length)
{
    for (uint32_t i = 0; port->flow_from_te == 1 && i < length; i++)
        if (is_flow_byte(bytes[i]))
            port->held = bytes[i] == XOFF;
}

uint32_t ffx_module_feed(struct ffx_module *module, uint32_t port,
                         const void *bytes, uint32_t length, uint32_t now_ms)
{
    const uint8_t *byte = bytes;
    uint32_t taken = 0;
    ffx_module_poll(module, now_ms);
    while (port < module->config.port_count && taken < length) {
        const uint32_t count = take_some(module, &module->ports[port],
                                         byte + taken, length - taken);
        if (count == 0)
            break;
        taken += count;
        go_on(module);
    }
    if (taken < length && port < module->config.port_count)
        look_ahead(&module->ports[port], byte + taken, length - taken);
    return taken;
}

/* --- time, bytes out ----------------------------------------------------- */

static void poll_port(struct ffx_module *module, struct ffx_module_port *port)
{
    if (timer_ended(module, FFX_TIMER_INPUT + port->index))
        run_timeout(module, port);
    timer_ended(module, FFX_TIMER_TYPING + port->index);
}

uint32_t ffx_module_poll(struct ffx_module *module, uint32_t now_ms)
{
    module->now_ms = now_ms;
    for (uint32_t i = 0; i < module->config.port_count; i++)
        poll_port(module, &module->ports[i]);
    pin_poll(module);
    clock_poll(module);
    if (!module->reset) {
        radio_poll(module);
        transfer_poll(module);
    }
    go_on(module);
    if (timer_ended(module, FFX_TIMER_DRAIN))
        do_reset(module);
    return timer_next(module, transfer_wait(module, IDLE_MS));
}

void ffx_module_tx_ack(struct ffx_module *module, uint32_t port,
                       uint32_t length)
{
    if (port >= module->config.port_count)
        return;
    txring_take(&module->ports[port], length);
    go_on(module);
}

void ffx_module_dtr(struct ffx_module *module, int high, uint32_t now_ms)
{
    ffx_module_poll(module, now_ms);
    module->dtr_high = high != 0;
    if (!high)
        module->asleep = 0;
    go_on(module);
}

void ffx_module_battery(struct ffx_module *module, uint8_t percent,
                        uint16_t millivolts, uint32_t now_ms)
{
    module->battery_percent = percent;
    module->battery_mv = millivolts;
    ffx_module_poll(module, now_ms);
}
