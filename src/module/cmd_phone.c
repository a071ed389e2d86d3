/* SPDX-License-Identifier: Apache-2.0 */
/* What programs for telephones ask a module that makes no calls (manual
 * chapter 3). */
#include "module/answer.h"
#include "module/phone.h"

static int cpas_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_number(call, 0); /* ready */
    return COMMAND_OK;
}

static int cnum_execute(struct ffx_module *module, struct command_call *call)
{
    (void)module;
    answer_named(call);
    ffx_at_put(&call->out, "\"\",");
    ffx_at_put_quoted(&call->out, PHONE_NUMBER);
    ffx_at_put(&call->out, ",145");
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CPAS", 0, "(0)", .execute = cpas_execute},
    {"+CNUM", COMMAND_SIM, "", .execute = cnum_execute},
};

const struct command_table cmd_phone_table = {rows,
                                              sizeof rows / sizeof rows[0]};
