/* SPDX-License-Identifier: Apache-2.0 */
/* The SIM7070 family's AT manual V1.05, chapters 7, 9, 14 and 15. */
#include "module/family.h"

#include "base/bytes.h"

#include "module/answer.h"

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
