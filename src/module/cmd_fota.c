/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CFOTA (note chapter 3). */
#include "module/answer.h"
#include "module/run.h"
#include "module/transfer.h"

static int cfota_read(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    answer_number(module, call, config->boot->fota_status(config->context));
    return COMMAND_OK;
}

static int cfota_write(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    uint8_t begin;
    if (command_only_number(call, 0, 1, &begin) != COMMAND_OK)
        return COMMAND_REFUSED;
    if (!begin)
        return config->boot->fota_clear(config->context) < 0 ? COMMAND_REFUSED
                                                             : COMMAND_OK;
    if (module->files_open || module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    if (config->boot->fota_request(config->context) < 0)
        return COMMAND_REFUSED;
    run_shut_down(module, call->port, FFX_RESET_FOTA);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CFOTA", COMMAND_RECOVERY, "", .read = cfota_read,
     .write = cfota_write}, /* D1: the test form is OK */
};

const struct command_table cmd_fota_table = {rows,
                                             sizeof rows / sizeof rows[0]};
