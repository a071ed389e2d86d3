/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What FTP fetches (manual 10.2.14 and following, note 5.2.2):
 *
 *   FTPGET=1 --URC 1,1--> FTPGET=2,n ... --URC 1,0   piece by piece
 *   FTPEXTGET=1 --URC 1,0--> FTPEXTGET=3,pos,n ...   from RAM, until =0
 *   FTPEXTGET=2,dir,name --FTPEXTGETFILE: 1,0        to a file (D16)
 *
 * RAM is FFX_DIR_RAM: the port fetches into it, the core reads out of it.
 */
#include "base/bytes.h"

#include "module/answer.h"
#include "module/cmd_files.h"
#include "module/quirk.h"
#include "module/timer.h"
#include "module/transfer.h"
#include "module/urc.h"

#define READ_MAX 1460 /* bytes of one FTPGET=2 */

/* Bytes from `offset` of RAM into the chunk, as an answer "<mode>,<length>". */
static int send_ram(struct ffx_module *module, struct command_call *call,
                    int32_t mode, uint32_t offset, uint32_t length)
{
    const struct ffx_module_config *config = &module->config;
    if (length > 0 &&
        config->files->read(config->context, FFX_DIR_RAM, TRANSFER_RAM_NAME,
                            offset, config->chunk, length) < 0)
        return COMMAND_REFUSED;
    answer_pair(call, mode, (int32_t)length);
    return command_send(call, length);
}

/* --- FTPGET -------------------------------------------------------------- */

static int get_open(struct ffx_module *module)
{
    if (transfer_ftp_is_open(module)) {
        /* The session goes on; this one is "operation not allowed". */
        urc_push(module, URC_FTP_GET, TRANSFER_FTP_NOT_ALLOWED);
        return COMMAND_OK;
    }
    return transfer_begin(module, TRANSFER_FTP_GET);
}

static int get_read(struct ffx_module *module, struct command_call *call,
                    uint32_t wanted)
{
    if (!module->ftp_open)
        return COMMAND_REFUSED;
    const uint32_t length =
        bytes_min(wanted, module->ftp_held - module->ftp_read);
    const int result = send_ram(module, call, 2, module->ftp_read, length);
    if (result != COMMAND_SEND)
        return result;
    module->ftp_read += length;
    transfer_was_read(module);
    return result;
}

static int get_write(struct ffx_module *module, struct command_call *call)
{
    int32_t mode, length = 0;
    if (command_number(call, 1, 2, &mode) != 1)
        return COMMAND_REFUSED;
    const int given = command_number(call, 1, READ_MAX, &length);
    if (given < 0 || ffx_at_args_end(&call->args) != 0 || given != (mode == 2))
        return COMMAND_REFUSED;
    return mode == 1 ? get_open(module)
                     : get_read(module, call, (uint32_t)length);
}

/* --- FTPEXTGET ----------------------------------------------------------- */

/* Mode 0: the memory is given back, FTPGET is what is meant from now on. */
static int ext_forget(struct ffx_module *module)
{
    transfer_forget_ram(module);
    module->ftp_extended = 0;
    return COMMAND_OK;
}

static int ext_fetch(struct ffx_module *module)
{
    const int result = transfer_begin(module, TRANSFER_FTP_RAM);
    if (result == COMMAND_OK)
        module->ftp_extended = 1;
    return result;
}

/* Of mode 2's test form, whatever CFSWFILE takes. */
#define NAME_MAX 50u

/* Mode 2 never replaces a file. */
static int ext_store(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    char name[NAME_MAX + 1];
    int32_t dir;
    uint32_t size;
    if (command_number(call, 0, FFX_CFS_DIRS - 1, &dir) != 1 ||
        command_string(call, name, sizeof name) != 1 ||
        ffx_at_args_end(&call->args) != 0 || !cmd_files_is_name(module, name) ||
        cmd_files_locked(module, dir, name))
        return COMMAND_REFUSED;
    if (config->files->size(config->context, dir, name, &size) >= 0)
        return COMMAND_REFUSED;
    module->transfer_dir = (uint8_t)dir;
    memcpy(module->transfer_name, name, sizeof name);
    return transfer_begin(module, TRANSFER_FTP_FILE);
}

/* Mode 3: at most a chunk at a time; the answer says how much. */
static int ext_output(struct ffx_module *module, struct command_call *call)
{
    int32_t offset, length;
    if (command_number(call, 0, INT32_MAX, &offset) != 1 ||
        command_number(call, 1, INT32_MAX, &length) != 1 ||
        ffx_at_args_end(&call->args) != 0 || module->ftp_extended != 1 ||
        (uint32_t)offset >= module->ftp_held)
        return COMMAND_REFUSED;
    const uint32_t left = module->ftp_held - (uint32_t)offset;
    return send_ram(
        module, call, 3, (uint32_t)offset,
        bytes_min(bytes_min((uint32_t)length, left), FFX_FILE_CHUNK_MAX));
}

static int ext_write(struct ffx_module *module, struct command_call *call)
{
    int32_t mode;
    if (command_number(call, 0, 3, &mode) != 1 ||
        (mode == 2 && quirk_is(module, FFX_D16_FTP_FILE, 1)))
        return COMMAND_REFUSED;
    if (transfer_ftp_is_open(module) ||
        (mode != 3 && module->transfer != TRANSFER_NONE))
        return COMMAND_REFUSED;
    if (mode == 2)
        return ext_store(module, call);
    if (mode == 3)
        return ext_output(module, call);
    if (ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    return mode == 1 ? ext_fetch(module) : ext_forget(module);
}

/* While a file comes, that; else what RAM holds. */
static int ext_read(struct ffx_module *module, struct command_call *call)
{
    const int to_file = module->transfer == TRANSFER_FTP_FILE;
    const int running = to_file || module->transfer == TRANSFER_FTP_RAM;
    answer_pair(
        call, to_file ? 2 : module->ftp_extended,
        (int32_t)(running ? module->progress.received : module->ftp_held));
    return COMMAND_OK;
}

static int ext_test(struct ffx_module *module, struct command_call *call)
{
    if (quirk_is(module, FFX_D16_FTP_FILE, 1))
        return COMMAND_OK;
    answer_named(call);
    ffx_at_put(&call->out, "(0-3),(0-3),50");
    answer_end(call);
    return COMMAND_OK;
}

/* --- FTPTOFSST ----------------------------------------------------------- */

static int tofsst_execute(struct ffx_module *module, struct command_call *call)
{
    const int running = module->transfer == TRANSFER_FTP_FILE;
    answer_named(call);
    ffx_at_put_number(&call->out, quirk_is(module, FFX_D17_FTP_STATE, 0)
                                      ? running
                                      : !running);
    answer_next(call, running ? 0 : module->ftp_error);
    answer_next(call, (int32_t)(running ? module->progress.received
                                        : module->ftp_bytes));
    answer_end(call);
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+FTPGET", COMMAND_SIM | COMMAND_CHUNK, "", .write = get_write},
    {"+FTPEXTGET", COMMAND_SIM | COMMAND_CHUNK, .tester = ext_test,
     .read = ext_read, .write = ext_write},
    /* D16: a SIM7070 command that the note claims for the SIM7000. */
    {"+FTPTOFSST", COMMAND_D16, "(0,1),(0-5800000)", .execute = tofsst_execute},
};

const struct command_table cmd_ftp_get_table = {rows,
                                                sizeof rows / sizeof rows[0]};
