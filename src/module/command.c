/* SPDX-License-Identifier: Apache-2.0 */
#include "module/command.h"

#include "module/family.h"
#include "module/quirk.h"

static const struct command_table *const tables[] = {
    &cmd_v250_table,    &cmd_power_table, &cmd_clock_table, &cmd_basic_table,
    &cmd_sim_table,     &cmd_card_table,  &cmd_radio_table, &cmd_context_table,
    &cmd_bearer_table,  &cmd_files_table, &cmd_http_table,  &cmd_ftp_table,
    &cmd_ftp_get_table, &cmd_tls_table,   &cmd_sms_table,   &cmd_message_table,
    &cmd_phone_table,   &cmd_fota_table,
};

static int exists(const struct ffx_module *module, const struct command *row)
{
    if (module->config.recovery && !(row->flags & COMMAND_RECOVERY))
        return 0;
    if ((row->flags & COMMAND_D14) && quirk_is(module, FFX_D14_HTTPSTOFS, 0))
        return 0;
    if (!family_has(module, row))
        return 0;
    return !(row->flags & COMMAND_D16) || quirk_is(module, FFX_D16_FTP_FILE, 0);
}

const struct command *command_find(const struct ffx_module *module,
                                   const struct ffx_at_command *command)
{
    for (uint32_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            const struct command *row = &tables[t]->rows[i];
            if (ffx_at_command_is(command, row->name))
                return exists(module, row) ? row : 0;
        }
    return 0;
}

int command_number(struct command_call *call, int32_t low, int32_t high,
                   int32_t *value)
{
    int32_t number;
    const int result = ffx_at_arg_number(&call->args, &number);
    if (result == 0)
        return 0;
    if (result < 0 || number < low || number > high)
        return COMMAND_REFUSED;
    *value = number;
    return 1;
}

int command_only_number(struct command_call *call, int32_t low, int32_t high,
                        uint8_t *value)
{
    int32_t number;
    if (command_number(call, low, high, &number) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    *value = (uint8_t)number;
    return 0;
}

int command_string(struct command_call *call, char *text, uint32_t capacity)
{
    const int result = ffx_at_arg_string(&call->args, text, capacity);
    return result < 0 ? COMMAND_REFUSED : result;
}

int command_send(struct command_call *call, uint32_t length)
{
    call->port->data_length = length;
    call->port->data_done = 0;
    return COMMAND_SEND;
}
