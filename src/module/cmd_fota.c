/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CFOTA (note chapter 3). */
#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/quirk.h"
#include "module/run.h"
#include "module/transfer.h"

/* D24: a SIM7070 knows 1, 6, 7 and 8. */
static int status(const struct ffx_module *module)
{
    static const uint8_t sim7070[] = {0, 1, 1, 7, 1, 7, 6, 7, 8};
    const int code = module->config.boot->fota_status(module->config.context);
    const int known = code >= 1 && code <= 8;
    return known && quirk_is(module, FFX_D24_STATUS, 1) ? sim7070[code] : code;
}

static int cfota_test(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    return quirk_is(module, FFX_D1_FOTA_TEST, 0) ? COMMAND_OK : COMMAND_ERROR;
}

static int cfota_read(struct ffx_module *module, struct command_call *call)
{
    answer_line(call);
    ffx_at_put(&call->out, call->row->name);
    ffx_at_put(&call->out,
               quirk_is(module, FFX_D19_FOTA_BLANK, 0) ? ": " : ":");
    ffx_at_put_number(&call->out, status(module));
    answer_end(call);
    return COMMAND_OK;
}

static int clear(struct ffx_module *module)
{
    if (module->config.boot->fota_clear(module->config.context) < 0)
        return COMMAND_REFUSED;
    module->fota_waits = 0;
    return COMMAND_OK;
}

static int begin(struct ffx_module *module, struct ffx_module_port *port)
{
    if (module->files_open || module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    const int result =
        module->config.boot->fota_request(module->config.context);
    if (result < 0)
        return result == FFX_ERR_NO_PACKAGE ? cmd_files_missing(module)
                                            : COMMAND_REFUSED;
    if (quirk_is(module, FFX_D2_FOTA_RESET, 1))
        module->fota_waits = 1;
    else
        run_shut_down(module, port, FFX_RESET_FOTA);
    return COMMAND_OK;
}

static int cfota_write(struct ffx_module *module, struct command_call *call)
{
    uint8_t wanted;
    if (command_only_number(call, 0, 1, &wanted) != COMMAND_OK)
        return COMMAND_REFUSED;
    return wanted ? begin(module, call->port) : clear(module);
}

static const struct command rows[] = {
    {"+CFOTA", COMMAND_RECOVERY, .tester = cfota_test, .read = cfota_read,
     .write = cfota_write},
};

const struct command_table cmd_fota_table = {rows,
                                             sizeof rows / sizeof rows[0]};
