/* SPDX-License-Identifier: Apache-2.0 */
/* What a SIM7070 answers where a SIM7000 answers otherwise, and what editions
 * of the SIM7000's manual have, where no switch of its own says it. */
#ifndef FARFIX_MODULE_FAMILY_H
#define FARFIX_MODULE_FAMILY_H

#include "module/command.h"

static inline int family_is_sim7070(const struct ffx_module *module)
{
    return module->config.profile == FFX_PROFILE_SIM7070;
}

/* Editions of the SIM7000's AT manual by their date. The note goes with the
 * last one; a SIM7070 has what they all have. */
enum family_edition {
    FAMILY_103, /* 2018-05-08 */
    FAMILY_104, /* 2018-12-25 */
    FAMILY_106  /* 2020-07-28 */
};

enum family_edition family_edition(const struct ffx_module *module);

/* Characters of a file's name, and of HTTPTOFS' URL. */
uint32_t family_name_max(const struct ffx_module *module);
uint32_t family_url_max(const struct ffx_module *module);

/* 1: the family, and the edition of its manual, have this command. One that
 * no manual has and modules know all the same is in each. */
int family_has(const struct ffx_module *module, const struct command *row);

/* Writes the test form of a command. 0: it is that of the command's row. */
int family_test_form(struct ffx_module *module, struct command_call *call);

#endif
