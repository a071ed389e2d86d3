/* SPDX-License-Identifier: Apache-2.0 */
/* AT+FTP*: server, login and session (manual chapter 10, note 5.2.2). */
#include "base/bytes.h"
#include <stddef.h>

#include "module/answer.h"
#include "module/family.h"
#include "module/transfer.h"

/* --- strings ------------------------------------------------------------- */

struct ftp_text {
    const char *name;
    uint16_t offset, size; /* in struct ffx_module */
};

#define TEXT(name, member)                                                     \
    {                                                                          \
        name, offsetof(struct ffx_module, member),                             \
            sizeof((struct ffx_module *)0)->member                             \
    }

static const struct ftp_text texts[] = {
    TEXT("+FTPSERV", ftp_host),    TEXT("+FTPUN", ftp_user),
    TEXT("+FTPPW", ftp_password),  TEXT("+FTPGETNAME", ftp_file),
    TEXT("+FTPGETPATH", ftp_path),
};

static const struct ftp_text *find_text(const struct command_call *call)
{
    uint32_t i = 0;
    while (!bytes_same_text(texts[i].name, call->row->name))
        i++;
    return &texts[i];
}

static int text_read(struct ffx_module *module, struct command_call *call)
{
    answer_quoted(call, (char *)module + find_text(call)->offset);
    return COMMAND_OK;
}

/* The host goes into a URL as it stands: a name or a dotted address. */
static int is_host(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        const int letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        const int digit = *p >= '0' && *p <= '9';
        if (!letter && !digit && *p != '.' && *p != '-' && *p != '_')
            return 0;
    }
    return 1;
}

static int text_write(struct ffx_module *module, struct command_call *call)
{
    char value[sizeof module->ftp_path]; /* the longest */
    const struct ftp_text *text = find_text(call);
    if (module->transfer != TRANSFER_NONE)
        return COMMAND_REFUSED;
    if (command_string(call, value, text->size) < 0 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (text->offset == offsetof(struct ffx_module, ftp_host) &&
        !is_host(value))
        return COMMAND_REFUSED;
    memcpy((char *)module + text->offset, value, bytes_length(value) + 1u);
    return COMMAND_OK;
}

/* --- numbers ------------------------------------------------------------- */

static int cid_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->ftp_cid);
    return COMMAND_OK;
}

static int cid_write(struct ffx_module *module, struct command_call *call)
{
    const int32_t first = family_is_sim7070(module) ? 0 : 1;
    return command_only_number(call, first, FFX_MODULE_BEARERS,
                               &module->ftp_cid);
}

static int mode_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->ftp_passive);
    return COMMAND_OK;
}

static int mode_write(struct ffx_module *module, struct command_call *call)
{
    return command_only_number(call, 0, 1, &module->ftp_passive);
}

static int port_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->ftp_port);
    return COMMAND_OK;
}

static int port_write(struct ffx_module *module, struct command_call *call)
{
    int32_t port;
    if (command_number(call, 1, 65535, &port) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->ftp_port = (uint16_t)port;
    return COMMAND_OK;
}

static int type_read(struct ffx_module *module, struct command_call *call)
{
    answer_quoted(call, module->ftp_ascii ? "A" : "I");
    return COMMAND_OK;
}

static int type_write(struct ffx_module *module, struct command_call *call)
{
    char type[2];
    if (command_string(call, type, sizeof type) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (type[0] != 'A' && type[0] != 'I')
        return COMMAND_REFUSED;
    module->ftp_ascii = type[0] == 'A';
    return COMMAND_OK;
}

static int rest_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, (int32_t)module->ftp_offset);
    return COMMAND_OK;
}

static int rest_write(struct ffx_module *module, struct command_call *call)
{
    int32_t offset;
    if (module->transfer != TRANSFER_NONE ||
        command_number(call, 0, INT32_MAX, &offset) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    module->ftp_offset = (uint32_t)offset;
    return COMMAND_OK;
}

/* --- session ------------------------------------------------------------- */

static int size_execute(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    if (transfer_ftp_is_open(module))
        return COMMAND_REFUSED;
    return transfer_begin(module, TRANSFER_FTP_SIZE);
}

static int state_execute(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, transfer_ftp_is_open(module));
    return COMMAND_OK;
}

static int quit_execute(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    if (!transfer_ftp_is_open(module))
        return COMMAND_REFUSED;
    transfer_quit(module);
    return COMMAND_OK;
}

/* A SIM7000's test forms say only OK; a SIM7070 prints ranges. */
static const struct command rows[] = {
    {"+FTPCID", 0, "", .read = cid_read, .write = cid_write},
    {"+FTPPORT", 0, "", .read = port_read, .write = port_write},
    {"+FTPMODE", 0, "", .read = mode_read, .write = mode_write},
    {"+FTPTYPE", 0, "", .read = type_read, .write = type_write},
    {"+FTPSERV", 0, "", .read = text_read, .write = text_write},
    {"+FTPUN", 0, "", .read = text_read, .write = text_write},
    {"+FTPPW", 0, "", .read = text_read, .write = text_write},
    {"+FTPGETNAME", 0, "", .read = text_read, .write = text_write},
    {"+FTPGETPATH", 0, "", .read = text_read, .write = text_write},
    {"+FTPREST", 0, "", .read = rest_read, .write = rest_write},
    {"+FTPSIZE", COMMAND_SIM, "", .execute = size_execute},
    {"+FTPSTATE", 0, "", .read = state_execute, .execute = state_execute},
    {"+FTPQUIT", 0, "", .execute = quit_execute},
};

const struct command_table cmd_ftp_table = {rows, sizeof rows / sizeof rows[0]};
