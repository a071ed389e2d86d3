/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/module.h>

#include "base/bytes.h"

#include "module/cmd_files.h"
#include "module/radio.h"
#include "module/run.h"
#include "module/settings.h"
#include "module/timer.h"
#include "module/transfer.h"
#include "module/txring.h"
#include "module/urc.h"

#define TX_LEAST 1024u
/* poll wants to be called this often at least: nothing waits for it. */
#define IDLE_MS 1000u
/* How long a half-typed line holds URCs back. */
#define TYPING_MS 2000u
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

static int is_config(const struct ffx_module_config *config)
{
    const uint32_t size = config->tx_bytes;
    if (config->files == 0 || config->network == 0 || config->boot == 0)
        return 0;
    if (config->line == 0 || config->chunk == 0 || config->tx == 0)
        return 0;
    if (size < TX_LEAST || (size & (size - 1u)) != 0)
        return 0;
    return config->imei != 0 && is_imei(config->imei) &&
           (config->apn == 0 ||
            bytes_length(config->apn) <= FFX_MODULE_APN_MAX);
}

static void set_defaults(struct ffx_module *module)
{
    module->user = module->settings.user;
    module->frame_format = 3; /* 8N1 */
    module->frame_parity = 3;
    module->pdp_type = 1;
    module->ftp_port = 21;
    module->ftp_passive = 1;
    module->ftp_cid = 1;
    module->sms_mode = 2;
    module->sms_report = 1;
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
    ffx_at_reader_init(&module->reader, config->line, FFX_AT_LINE_MAX + 1u);
    settings_load(module);
    set_defaults(module);
    radio_boot(module);
    if (config->boot->rate != 0)
        config->boot->rate(config->context, module->settings.rate);
    if (config->boot->flow != 0)
        config->boot->flow(config->context, 0, 0); /* D7 */
    return 0;
}

/* --- what follows an answer ---------------------------------------------- */

/* DCD: &C0 holds it on, &C1 shows that CFSWFILE takes data. */
static void set_carrier(struct ffx_module *module)
{
    const uint8_t on = module->user.carrier == 0 || module->phase == RUN_TAKE;
    if (on == module->carrier || module->config.boot->carrier == 0)
        return;
    module->carrier = on;
    module->config.boot->carrier(module->config.context, on);
}

static void set_rate(struct ffx_module *module)
{
    module->rate_changed = 0;
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

static void after_answer(struct ffx_module *module)
{
    if (module->phase != RUN_IDLE || txring_used(module) > 0)
        return;
    if (module->rate_changed)
        set_rate(module);
    if (module->reset != 0 && module->reset != RESET_TOLD)
        do_reset(module);
}

static void go_on(struct ffx_module *module)
{
    run_on(module);
    set_carrier(module);
    if (!module->reset)
        urc_flush(module);
    after_answer(module);
}

/* --- bytes in ------------------------------------------------------------ */

static void watch_typing(struct ffx_module *module)
{
    if (ffx_at_reader_inside(&module->reader))
        timer_start(module, FFX_TIMER_TYPING, TYPING_MS);
    else
        timer_stop(module, FFX_TIMER_TYPING);
}

/* One byte of a command line; 0 when its echo does not fit. */
static uint32_t take_typed(struct ffx_module *module, uint8_t byte)
{
    int ready;
    /* The LF of a CR LF belongs to the line before: no echo. */
    if (byte == '\n' && !ffx_at_reader_inside(&module->reader))
        return 1;
    if (module->user.echo) {
        if (txring_free(module) == 0)
            return 0;
        txring_put(module, &byte, 1);
    }
    ffx_at_reader_feed(&module->reader, &byte, 1, &ready);
    watch_typing(module);
    if (ready)
        run_start(module);
    return 1;
}

static uint32_t take_some(struct ffx_module *module, const uint8_t *bytes,
                          uint32_t length)
{
    if (module->reset)
        return length;
    if (module->phase == RUN_TAKE)
        return run_take(module, bytes, length);
    if (module->phase != RUN_IDLE)
        return 0;
    return take_typed(module, bytes[0]);
}

uint32_t ffx_module_feed(struct ffx_module *module, const void *bytes,
                         uint32_t length, uint32_t now_ms)
{
    const uint8_t *byte = bytes;
    uint32_t taken = 0;
    ffx_module_poll(module, now_ms);
    while (taken < length) {
        const uint32_t count = take_some(module, byte + taken, length - taken);
        if (count == 0)
            break;
        taken += count;
        go_on(module);
    }
    return taken;
}

/* --- time, bytes out ----------------------------------------------------- */

uint32_t ffx_module_poll(struct ffx_module *module, uint32_t now_ms)
{
    module->now_ms = now_ms;
    if (timer_ended(module, FFX_TIMER_INPUT))
        run_timeout(module);
    timer_ended(module, FFX_TIMER_TYPING);
    if (!module->reset) {
        radio_poll(module);
        transfer_poll(module);
    }
    go_on(module);
    if (timer_ended(module, FFX_TIMER_DRAIN))
        do_reset(module);
    return timer_next(module, transfer_wait(module, IDLE_MS));
}

void ffx_module_tx_ack(struct ffx_module *module, uint32_t length)
{
    module->tx_tail += bytes_min(length, txring_used(module));
    go_on(module);
}
