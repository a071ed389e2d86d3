/* SPDX-License-Identifier: Apache-2.0 */
/* The SIM7070 family's AT manual V1.05, chapters 7, 9, 14 and 15; the version
 * table of the SIM7000's AT manual V1.06 and chapters of V1.03 and V1.04. */
#include "module/family.h"

#include "base/bytes.h"

#include "module/answer.h"

/* --- what there is ------------------------------------------------------- */

static const uint8_t editions[FFX_PROFILES] = {
    [FFX_PROFILE_NOTE] = FAMILY_106,
    [FFX_PROFILE_MANUAL] = FAMILY_106,
    [FFX_PROFILE_SIM7070] = FAMILY_106,
    [FFX_PROFILE_MANUAL_103] = FAMILY_103,
    [FFX_PROFILE_MANUAL_104] = FAMILY_104,
};

/* The edition that a command came with, and whether a SIM7070 has it. */
static const struct {
    const char *name;
    uint8_t edition, in_sim7070;
} since[] = {
    {"+SAPBR", FAMILY_103, 0},    {"+CEREG", FAMILY_104, 1},
    {"+CNACTCFG", FAMILY_104, 0}, {"+HTTPTOFSRL", FAMILY_104, 1},
    {"+CNCFG", FAMILY_106, 1},    {"+CEDRXRDP", FAMILY_106, 1}, /* with V1.05 */
};

/* By "is it a SIM7070". */
static const uint16_t name_max[] = {50, FFX_FILE_NAME_MAX};
static const uint16_t url_max[] = {255, FFX_URL_MAX};

enum family_edition family_edition(const struct ffx_module *module)
{
    return (enum family_edition)editions[module->config.profile];
}

int family_has(const struct ffx_module *module, const struct command *row)
{
    if ((row->flags & COMMAND_SIM7070) && !family_is_sim7070(module))
        return 0;
    for (uint32_t i = 0; i < sizeof since / sizeof since[0]; i++)
        if (bytes_same_text(since[i].name, row->name))
            return since[i].edition <= editions[module->config.profile] &&
                   (since[i].in_sim7070 || !family_is_sim7070(module));
    return 1;
}

uint32_t family_name_max(const struct ffx_module *module)
{
    return name_max[family_is_sim7070(module)];
}

uint32_t family_url_max(const struct ffx_module *module)
{
    return url_max[family_is_sim7070(module)];
}

/* --- test forms ---------------------------------------------------------- */

/* A text with a name of its own is printed as it is: FTPTYPE's is the
 * manual's, and that of another command. */
static const struct {
    const char *name, *test;
} forms[] = {
    {"+CFSWFILE", "(0-3),230,(0-1),(1-10240),(100-10000)"},
    {"+CFSRFILE", "(0-3),230,(0-1),(1-10240),(0-filesize)"},
    {"+CFSDFILE", "(0-3),230"},
    {"+CFSGFIS", "(0-3),230"},
    {"+CFSREN", "(0-3),230,230"},
    {"+HTTPTOFS", "(1-1023),(1-127)"},
    {"+CGNAPN", "(0,1),120"},
    {"+FTPCID", "(0-3)"},
    {"+FTPPORT", "(1-65535)"},
    {"+FTPMODE", "(0,1)"},
    {"+FTPTYPE", "+FTPPORT: (\"A\",\"I\")"},
    {"+FTPSERV", "(0-49)"},
    {"+FTPUN", "49"},
    {"+FTPPW", "49"},
    {"+FTPGETNAME", "64"},
    {"+FTPGETPATH", "255"},
    {"+FTPREST", "(0-4294967295)"},
};

static const char *find_form(const struct command *row)
{
    for (uint32_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (bytes_same_text(forms[i].name, row->name))
            return forms[i].test;
    return 0;
}

int family_test_form(struct ffx_module *module, struct command_call *call)
{
    const char *form = family_is_sim7070(module) ? find_form(call->row) : 0;
    if (form == 0)
        return 0;
    if (form[0] == '+')
        answer_line(call);
    else
        answer_named(call);
    ffx_at_put(&call->out, form);
    answer_end(call);
    return 1;
}
