/* SPDX-License-Identifier: Apache-2.0 */
#include "module/run.h"

#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/family.h"
#include "module/quirk.h"
#include "module/radio.h"
#include "module/sms_entry.h"
#include "module/timer.h"
#include "module/transfer.h"
#include "module/txring.h"
#include "module/urc.h"

/* A whole piece of an answer and the result code behind it. */
#define RUN_ROOM (COMMAND_PIECE + 96u)
/* How long a reset waits for a TE that does not take the answer. */
#define RUN_DRAIN_MS 2000u

/* --- result codes (manual 2.2.19) ---------------------------------------- */

static void put_fault(const struct ffx_module_port *port,
                      struct ffx_at_text *out, int result)
{
    const int cms = COMMAND_IS_CMS(result);
    const int code = COMMAND_CODE(result);
    ffx_at_put(out, cms ? "+CMS ERROR: " : "+CME ERROR: ");
    if (port->cmee == 2 && !cms)
        ffx_at_put(out, ffx_at_cme_text(code));
    else
        ffx_at_put_number(out, code);
}

static void put_result(const struct ffx_module_port *port,
                       struct ffx_at_text *out, int result)
{
    static const struct {
        const char *digit, *text;
    } codes[] = {
        [COMMAND_OK] = {"0\r", "OK"},
        [COMMAND_ERROR] = {"4\r", "ERROR"},
        [COMMAND_NO_CARRIER] = {"3\r", "NO CARRIER"},
    };
    const int named = result < 0 && port->cmee != 0;
    const int code = result < 0 ? COMMAND_ERROR : result;
    if (!port->user.verbose && !named) {
        ffx_at_put(out, codes[code].digit);
        return;
    }
    if (port->user.verbose)
        ffx_at_put(out, "\r\n");
    if (named)
        put_fault(port, out, result);
    else
        ffx_at_put(out, codes[code].text);
    ffx_at_put(out, "\r\n");
}

static void finish(struct ffx_module *module, struct ffx_module_port *port,
                   int result)
{
    const struct ffx_module_config *config = &module->config;
    char text[96];
    struct ffx_at_text out;
    port->phase = RUN_IDLE;
    ffx_at_text_init(&out, text, sizeof text);
    if (!port->user.quiet && result != COMMAND_SILENT)
        put_result(port, &out, result);
    txring_put(port, text, out.length);
    if (config->boot->answered != 0)
        config->boot->answered(config->context, port->index, out.length);
}

/* --- one command --------------------------------------------------------- */

static int test_form(struct ffx_module *module, struct command_call *call)
{
    if (family_test_form(module, call))
        return COMMAND_OK;
    if (call->row->tester != 0)
        return call->row->tester(module, call);
    if (call->row->test == 0)
        return COMMAND_ERROR;
    if (call->row->test[0] != '\0') {
        answer_named(call);
        ffx_at_put(&call->out, call->row->test);
        answer_end(call);
    }
    return COMMAND_OK;
}

/* There is one chunk: file data moves on one port at a time. */
static int chunk_is_busy(const struct ffx_module *module)
{
    int busy = 0;
    for (uint32_t i = 0; i < module->config.port_count; i++)
        busy |= module->ports[i].phase == RUN_TAKE ||
                module->ports[i].phase == RUN_SEND;
    return busy;
}

static int dispatch(struct ffx_module *module, struct command_call *call)
{
    command_handler *const handlers[] = {
        [FFX_AT_EXECUTE] = call->row->execute,
        [FFX_AT_READ] = call->row->read,
        [FFX_AT_TEST] = test_form,
        [FFX_AT_WRITE] = call->row->write,
    };
    const enum ffx_at_form form = call->port->command.form;
    command_handler *handler = handlers[form];
    if (handler == 0)
        return COMMAND_ERROR;
    if (form == FFX_AT_WRITE && (call->row->flags & COMMAND_CHUNK) &&
        chunk_is_busy(module))
        return COMMAND_REFUSED;
    const int acts = form == FFX_AT_WRITE || form == FFX_AT_EXECUTE;
    if (acts && (call->row->flags & COMMAND_SIM)) {
        const int result = radio_need_sim(module);
        if (result != COMMAND_OK)
            return result;
    }
    return handler(module, call);
}

static void settle(struct ffx_module *module, struct ffx_module_port *port,
                   int result)
{
    static const uint8_t phases[] = {
        [COMMAND_OK] = RUN_NEXT,         [COMMAND_ERROR] = RUN_IDLE,
        [COMMAND_SILENT] = RUN_IDLE,     [COMMAND_AGAIN] = RUN_AGAIN,
        [COMMAND_TAKE] = RUN_TAKE,       [COMMAND_SEND] = RUN_SEND,
        [COMMAND_NO_CARRIER] = RUN_IDLE, [COMMAND_TEXT] = RUN_TEXT,
    };
    if (result < 0 || phases[result] == RUN_IDLE)
        finish(module, port, result);
    else if (module->reset)
        finish(module, port, COMMAND_OK); /* nothing runs behind a reset */
    else
        port->phase = phases[result];
}

static void call_row(struct ffx_module *module, struct ffx_module_port *port)
{
    char text[COMMAND_PIECE];
    struct command_call call;
    call.port = port;
    call.row = command_find(module, &port->command);
    if (call.row == 0) {
        const int cme = quirk_is(module, FFX_D26_UNKNOWN, 1);
        finish(module, port, cme ? COMMAND_CME(601) : COMMAND_ERROR);
        return;
    }
    ffx_at_args_init(&call.args, port->command.arguments,
                     port->command.arguments_length);
    ffx_at_text_init(&call.out, text, sizeof text);
    const int result = dispatch(module, &call);
    if (call.out.overflow) {
        finish(module, port,
               COMMAND_ERROR); /* rather no answer than half a one */
        return;
    }
    txring_put(port, text, call.out.length);
    settle(module, port, result);
}

/* --- phases -------------------------------------------------------------- */

static int phase_idle(struct ffx_module *module, struct ffx_module_port *port)
{
    (void)module;
    (void)port;
    return 0;
}

static int phase_next(struct ffx_module *module, struct ffx_module_port *port)
{
    if (txring_free(port) < RUN_ROOM)
        return 0;
    const int result = ffx_at_line_next(&port->line, &port->command);
    port->lines = 0;
    port->step = 0;
    if (result == 1)
        call_row(module, port);
    else
        finish(module, port, result == 0 ? COMMAND_OK : COMMAND_ERROR);
    return 1;
}

/* A line over the limits: nothing of it is executed (manual 1.4.4). */
static int phase_refuse(struct ffx_module *module, struct ffx_module_port *port)
{
    if (txring_free(port) < RUN_ROOM)
        return 0;
    finish(module, port, COMMAND_ERROR);
    return 1;
}

static int phase_again(struct ffx_module *module, struct ffx_module_port *port)
{
    if (txring_free(port) < RUN_ROOM)
        return 0;
    port->step++;
    call_row(module, port);
    return 1;
}

static int phase_send(struct ffx_module *module, struct ffx_module_port *port)
{
    const uint32_t count =
        bytes_min(txring_free(port), port->data_length - port->data_done);
    txring_put(port, module->config.chunk + port->data_done, count);
    port->data_done += count;
    if (port->data_done == port->data_length)
        port->phase = RUN_NEXT;
    return count > 0 || port->phase == RUN_NEXT;
}

static int (*const phases[])(struct ffx_module *, struct ffx_module_port *) = {
    [RUN_IDLE] = phase_idle,     [RUN_NEXT] = phase_next,
    [RUN_AGAIN] = phase_again,   [RUN_TAKE] = phase_idle,
    [RUN_SEND] = phase_send,     [RUN_TEXT] = phase_idle,
    [RUN_REFUSE] = phase_refuse,
};

void run_on(struct ffx_module *module, struct ffx_module_port *port)
{
    while (phases[port->phase](module, port))
        continue;
}

/* --- from outside -------------------------------------------------------- */

static uint32_t count_commands(const char *text)
{
    struct ffx_at_line line;
    struct ffx_at_command command;
    uint32_t count = 0;
    ffx_at_line_init(&line, text);
    while (ffx_at_line_next(&line, &command) == 1)
        count++;
    return count;
}

void run_start(struct ffx_module *module, struct ffx_module_port *port)
{
    const struct ffx_module_config *config = &module->config;
    const char *text = port->reader.line;
    if (config->boot->heard != 0 &&
        config->boot->heard(config->context, port->index))
        return;
    ffx_at_line_init(&port->line, text);
    const int refused =
        port->reader.too_long || count_commands(text) > FFX_AT_COMMANDS_MAX;
    port->phase = refused ? RUN_REFUSE : RUN_NEXT;
    run_on(module, port);
}

uint32_t run_take(struct ffx_module *module, struct ffx_module_port *port,
                  const void *bytes, uint32_t length)
{
    const uint32_t count =
        bytes_min(length, port->data_length - port->data_done);
    memcpy(module->config.chunk + port->data_done, bytes, count);
    port->data_done += count;
    if (port->data_done == port->data_length) {
        timer_stop(module, FFX_TIMER_INPUT + port->index);
        settle(module, port, cmd_files_store(module, port));
    }
    return count;
}

uint32_t run_text(struct ffx_module *module, struct ffx_module_port *port,
                  uint8_t byte)
{
    if (txring_free(port) < SMS_ENTRY_ROOM)
        return 0;
    if (sms_entry_take(module, port, byte))
        port->phase = RUN_AGAIN;
    return 1;
}

void run_timeout(struct ffx_module *module, struct ffx_module_port *port)
{
    if (port->phase != RUN_TAKE)
        return;
    cmd_files_keep_part(module, port);
    finish(module, port, COMMAND_REFUSED);
}

/* What the other ports do ends in mid-word. */
static void fall_silent(struct ffx_module *module, struct ffx_module_port *port)
{
    port->phase = RUN_IDLE;
    timer_stop(module, FFX_TIMER_INPUT + port->index);
    timer_stop(module, FFX_TIMER_TYPING + port->index);
}

void run_shut_down(struct ffx_module *module, struct ffx_module_port *port,
                   enum ffx_module_reset kind)
{
    /* D2: the update that CFOTA=1 asked for waited for this one. */
    if (module->fota_waits && kind == FFX_RESET_SOFT)
        kind = FFX_RESET_FOTA;
    module->reset = (uint8_t)(1 + kind);
    module->reset_port = port->index;
    for (uint32_t i = 0; i < module->config.port_count; i++)
        if (i != port->index)
            fall_silent(module, &module->ports[i]);
    transfer_drop(module);
    timer_start(module, FFX_TIMER_DRAIN, RUN_DRAIN_MS);
}

void run_lose_power(struct ffx_module *module)
{
    for (uint32_t i = 0; i < module->config.port_count; i++) {
        fall_silent(module, &module->ports[i]);
        urc_flush(module, &module->ports[i]);
    }
    run_shut_down(module, &module->ports[FFX_PORT_UART], FFX_POWER_DOWN);
}

void run_owed_ok(struct ffx_module *module)
{
    const uint8_t owed = module->owed_ok;
    module->owed_ok = 0;
    for (uint32_t i = 0; i < module->config.port_count; i++)
        if ((owed >> i & 1u) && module->ports[i].phase == RUN_IDLE &&
            txring_free(&module->ports[i]) >= RUN_ROOM)
            finish(module, &module->ports[i], COMMAND_OK);
}
