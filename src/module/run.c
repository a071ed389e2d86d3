/* SPDX-License-Identifier: Apache-2.0 */
#include "module/run.h"

#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/radio.h"
#include "module/timer.h"
#include "module/transfer.h"
#include "module/txring.h"

/* A whole piece of an answer and the result code behind it. */
#define RUN_ROOM (COMMAND_PIECE + 96u)
/* How long a reset waits for a TE that does not take the answer. */
#define RUN_DRAIN_MS 2000u

/* --- result codes (manual 2.2.19) ---------------------------------------- */

static void put_fault(struct ffx_module *module, struct ffx_at_text *out,
                      int result)
{
    const int cms = COMMAND_IS_CMS(result);
    const int code = COMMAND_CODE(result);
    ffx_at_put(out, cms ? "+CMS ERROR: " : "+CME ERROR: ");
    if (module->cmee == 2 && !cms)
        ffx_at_put(out, ffx_at_cme_text(code));
    else
        ffx_at_put_number(out, code);
}

static void put_result(struct ffx_module *module, struct ffx_at_text *out,
                       int result)
{
    const int named = result < 0 && module->cmee != 0;
    if (!module->user.verbose && !named) {
        ffx_at_put(out, result == COMMAND_OK ? "0\r" : "4\r");
        return;
    }
    if (module->user.verbose)
        ffx_at_put(out, "\r\n");
    if (named)
        put_fault(module, out, result);
    else
        ffx_at_put(out, result == COMMAND_OK ? "OK" : "ERROR");
    ffx_at_put(out, "\r\n");
}

static void finish(struct ffx_module *module, int result)
{
    char text[96];
    struct ffx_at_text out;
    module->phase = RUN_IDLE;
    if (module->user.quiet || result == COMMAND_SILENT)
        return;
    ffx_at_text_init(&out, text, sizeof text);
    put_result(module, &out, result);
    txring_put(module, text, out.length);
}

/* --- one command --------------------------------------------------------- */

static int test_form(struct ffx_module *module, struct command_call *call)
{
    if (call->row->tester != 0)
        return call->row->tester(module, call);
    if (call->row->test == 0)
        return COMMAND_ERROR;
    if (call->row->test[0] != '\0') {
        answer_named(module, call);
        ffx_at_put(&call->out, call->row->test);
        answer_end(call);
    }
    return COMMAND_OK;
}

static int dispatch(struct ffx_module *module, struct command_call *call)
{
    command_handler *const handlers[] = {
        [FFX_AT_EXECUTE] = call->row->execute,
        [FFX_AT_READ] = call->row->read,
        [FFX_AT_TEST] = test_form,
        [FFX_AT_WRITE] = call->row->write,
    };
    command_handler *handler = handlers[module->command.form];
    if (handler == 0)
        return COMMAND_ERROR;
    const int acts = module->command.form == FFX_AT_WRITE ||
                     module->command.form == FFX_AT_EXECUTE;
    if (acts && (call->row->flags & COMMAND_SIM)) {
        const int result = radio_need_sim(module);
        if (result != COMMAND_OK)
            return result;
    }
    return handler(module, call);
}

static void settle(struct ffx_module *module, int result)
{
    static const uint8_t phases[] = {
        [COMMAND_OK] = RUN_NEXT,     [COMMAND_ERROR] = RUN_IDLE,
        [COMMAND_SILENT] = RUN_IDLE, [COMMAND_AGAIN] = RUN_AGAIN,
        [COMMAND_TAKE] = RUN_TAKE,   [COMMAND_SEND] = RUN_SEND,
    };
    if (result < 0 || phases[result] == RUN_IDLE)
        finish(module, result);
    else if (module->reset)
        finish(module, COMMAND_OK); /* nothing runs behind a reset */
    else
        module->phase = phases[result];
}

static void call_row(struct ffx_module *module)
{
    char text[COMMAND_PIECE];
    struct command_call call;
    call.row = command_find(module, &module->command);
    if (call.row == 0) {
        finish(module, COMMAND_ERROR);
        return;
    }
    ffx_at_args_init(&call.args, module->command.arguments,
                     module->command.arguments_length);
    ffx_at_text_init(&call.out, text, sizeof text);
    const int result = dispatch(module, &call);
    if (call.out.overflow) {
        finish(module, COMMAND_ERROR); /* rather no answer than half a one */
        return;
    }
    txring_put(module, text, call.out.length);
    settle(module, result);
}

/* --- phases -------------------------------------------------------------- */

static int phase_idle(struct ffx_module *module)
{
    (void)module;
    return 0;
}

static int phase_next(struct ffx_module *module)
{
    if (txring_free(module) < RUN_ROOM)
        return 0;
    const int result = ffx_at_line_next(&module->line, &module->command);
    module->lines = 0;
    module->step = 0;
    if (result == 1)
        call_row(module);
    else
        finish(module, result == 0 ? COMMAND_OK : COMMAND_ERROR);
    return 1;
}

/* A line over the limits: nothing of it is executed (manual 1.4.4). */
static int phase_refuse(struct ffx_module *module)
{
    if (txring_free(module) < RUN_ROOM)
        return 0;
    finish(module, COMMAND_ERROR);
    return 1;
}

static int phase_again(struct ffx_module *module)
{
    if (txring_free(module) < RUN_ROOM)
        return 0;
    module->step++;
    call_row(module);
    return 1;
}

static int phase_send(struct ffx_module *module)
{
    const uint32_t count =
        bytes_min(txring_free(module), module->data_length - module->data_done);
    txring_put(module, module->config.chunk + module->data_done, count);
    module->data_done += count;
    if (module->data_done == module->data_length)
        module->phase = RUN_NEXT;
    return count > 0 || module->phase == RUN_NEXT;
}

static int (*const phases[])(struct ffx_module *) = {
    [RUN_IDLE] = phase_idle,   [RUN_NEXT] = phase_next,
    [RUN_AGAIN] = phase_again, [RUN_TAKE] = phase_idle,
    [RUN_SEND] = phase_send,   [RUN_REFUSE] = phase_refuse,
};

void run_on(struct ffx_module *module)
{
    while (phases[module->phase](module))
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

void run_start(struct ffx_module *module)
{
    const char *text = module->reader.line;
    ffx_at_line_init(&module->line, text);
    const int refused =
        module->reader.too_long || count_commands(text) > FFX_AT_COMMANDS_MAX;
    module->phase = refused ? RUN_REFUSE : RUN_NEXT;
    run_on(module);
}

uint32_t run_take(struct ffx_module *module, const void *bytes, uint32_t length)
{
    const uint32_t count =
        bytes_min(length, module->data_length - module->data_done);
    memcpy(module->config.chunk + module->data_done, bytes, count);
    module->data_done += count;
    if (module->data_done == module->data_length) {
        timer_stop(module, FFX_TIMER_INPUT);
        settle(module, cmd_files_store(module));
    }
    return count;
}

void run_timeout(struct ffx_module *module)
{
    if (module->phase == RUN_TAKE)
        finish(module, COMMAND_REFUSED);
}

void run_shut_down(struct ffx_module *module, enum ffx_module_reset kind)
{
    module->reset = (uint8_t)(1 + kind);
    module->urc_count = 0;
    transfer_drop(module);
    timer_start(module, FFX_TIMER_DRAIN, RUN_DRAIN_MS);
}
