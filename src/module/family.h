/* SPDX-License-Identifier: Apache-2.0 */
/* What a SIM7070 answers where a SIM7000 answers otherwise, and no switch of
 * its own says it. */
#ifndef FARFIX_MODULE_FAMILY_H
#define FARFIX_MODULE_FAMILY_H

#include "module/command.h"

static inline int family_is_sim7070(const struct ffx_module *module)
{
    return module->config.profile == FFX_PROFILE_SIM7070;
}

/* Writes the test form of a command. 0: it is that of the command's row. */
int family_test_form(struct ffx_module *module, struct command_call *call);

#endif
