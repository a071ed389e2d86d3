/* SPDX-License-Identifier: Apache-2.0 */
#include "module/cmd_files.h"

#include "base/bytes.h"

#include "module/answer.h"
#include "module/family.h"
#include "module/quirk.h"
#include "module/run.h"
#include "module/timer.h"
#include "module/transfer.h"

int cmd_files_is_name(const struct ffx_module *module, const char *name)
{
    const uint32_t length = bytes_length(name);
    if (length == 0 || length > family_name_max(module))
        return 0;
    for (uint32_t i = 0; i < length; i++)
        if (name[i] < ' ' || name[i] > '~' || name[i] == '/' ||
            name[i] == '\\' || name[i] == '"')
            return 0;
    return !bytes_same_text(name, ".") && !bytes_same_text(name, "..");
}

int cmd_files_locked(const struct ffx_module *module, int dir, const char *name)
{
    const struct ffx_module_config *config = &module->config;
    if (dir == FFX_DIR_FOTA && bytes_same_text(name, "update.zip") &&
        config->boot->fota_locked(config->context))
        return 1;
    return module->transfer != TRANSFER_NONE &&
           module->transfer != TRANSFER_FTP_SIZE &&
           module->transfer_dir == dir &&
           bytes_same_text(module->transfer_name, name);
}

int cmd_files_missing(const struct ffx_module *module)
{
    static const int16_t errors[] = {COMMAND_REFUSED, COMMAND_CME(22),
                                     COMMAND_CME(188)};
    return errors[module->quirks[FFX_D3_NO_FILE]];
}

/* --- bracket ------------------------------------------------------------- */

static int init_execute(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    if (module->files_open)
        return COMMAND_REFUSED;
    module->files_open = 1;
    return COMMAND_OK;
}

/* CFSWFILE's data come, on whichever port. */
static int is_taking_data(const struct ffx_module *module)
{
    int taking = 0;
    for (uint32_t i = 0; i < module->config.port_count; i++)
        taking |= module->ports[i].phase == RUN_TAKE;
    return taking;
}

static int term_execute(struct ffx_module *module, struct command_call *call)
{
    (void)call;
    /* It would give back the buffer that they go to. */
    if (!module->files_open || is_taking_data(module))
        return COMMAND_REFUSED;
    module->files_open = 0;
    return COMMAND_OK;
}

/* --- parameters ---------------------------------------------------------- */

struct file {
    int32_t dir;
    char name[FFX_FILE_NAME_MAX + 1];
};

static int take_name(const struct ffx_module *module, struct command_call *call,
                     char *name)
{
    if (command_string(call, name, FFX_FILE_NAME_MAX + 1) != 1 ||
        !cmd_files_is_name(module, name))
        return COMMAND_REFUSED;
    return COMMAND_OK;
}

/* <index>,<name> at the head of every CFS command. */
static int take_any_file(struct ffx_module *module, struct command_call *call,
                         struct file *file)
{
    if (command_number(call, 0, FFX_CFS_DIRS - 1, &file->dir) != 1)
        return COMMAND_REFUSED;
    if (file->dir == FFX_DIR_FOTA && quirk_is(module, FFX_D15_INDEX_1, 1))
        file->dir = FFX_DIR_CUSTAPP;
    return take_name(module, call, file->name);
}

/* The same, inside the bracket. */
static int take_file(struct ffx_module *module, struct command_call *call,
                     struct file *file)
{
    return module->files_open ? take_any_file(module, call, file)
                              : COMMAND_REFUSED;
}

/* CFSGFIS and CFSGFRS need none with D5. */
static int has_bracket(const struct ffx_module *module)
{
    return module->files_open || quirk_is(module, FFX_D5_NO_BRACKET, 1);
}

static int file_size(struct ffx_module *module, const struct file *file,
                     uint32_t *bytes)
{
    return module->config.files->size(module->config.context, file->dir,
                                      file->name, bytes) < 0
               ? cmd_files_missing(module)
               : COMMAND_OK;
}

/* --- CFSWFILE ------------------------------------------------------------ */

static int write_write(struct ffx_module *module, struct command_call *call)
{
    const int32_t less = quirk_is(module, FFX_D20_LIMITS, 1);
    struct file file;
    int32_t append, size, time_ms;
    if (take_file(module, call, &file) != COMMAND_OK ||
        command_number(call, 0, 1, &append) != 1 ||
        command_number(call, 1, (int32_t)FFX_FILE_CHUNK_MAX - less, &size) !=
            1 ||
        command_number(call, 100, 10000 - less, &time_ms) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    if (cmd_files_locked(module, file.dir, file.name))
        return COMMAND_REFUSED;
    memcpy(call->port->data_name, file.name, sizeof file.name);
    call->port->data_dir = (uint8_t)file.dir;
    call->port->data_append = (uint8_t)append;
    call->port->data_length = (uint32_t)size;
    call->port->data_done = 0;
    timer_start(module, FFX_TIMER_INPUT + call->port->index, (uint32_t)time_ms);
    answer_text(call, "DOWNLOAD");
    return COMMAND_TAKE;
}

static enum ffx_module_write how_to_write(const struct ffx_module *module,
                                          const struct ffx_module_port *port)
{
    if (port->data_append)
        return FFX_WRITE_APPEND;
    return quirk_is(module, FFX_D6_MODE_0, 1) ? FFX_WRITE_OVER : FFX_WRITE_NEW;
}

static int store(struct ffx_module *module, const struct ffx_module_port *port,
                 uint32_t length)
{
    const struct ffx_module_config *config = &module->config;
    /* An update or a transfer may have begun during the input. */
    if (cmd_files_locked(module, port->data_dir, port->data_name))
        return COMMAND_REFUSED;
    const int result = config->files->write(
        config->context, port->data_dir, port->data_name,
        (int)how_to_write(module, port), config->chunk, length);
    return result < 0 ? COMMAND_REFUSED : COMMAND_OK;
}

int cmd_files_store(struct ffx_module *module, struct ffx_module_port *port)
{
    return store(module, port, port->data_length);
}

void cmd_files_keep_part(struct ffx_module *module,
                         struct ffx_module_port *port)
{
    if (quirk_is(module, FFX_D4_INPUT_TIMEOUT, 1) && port->data_done > 0)
        (void)store(module, port, port->data_done);
}

/* --- CFSRFILE ------------------------------------------------------------ */

static int take_range(struct command_call *call, uint32_t *offset,
                      uint32_t *length)
{
    int32_t from, count, position;
    if (command_number(call, 0, 1, &from) != 1 ||
        command_number(call, 1, FFX_FILE_CHUNK_MAX, &count) != 1)
        return COMMAND_REFUSED;
    const int given = command_number(call, 0, INT32_MAX, &position);
    if (given < 0 || ffx_at_args_end(&call->args) != 0 || (from && !given))
        return COMMAND_REFUSED;
    *offset = from ? (uint32_t)position : 0; /* mode 0 ignores it */
    *length = (uint32_t)count;
    return COMMAND_OK;
}

static int read_write(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    struct file file;
    uint32_t size, offset, length;
    if (take_file(module, call, &file) != COMMAND_OK ||
        take_range(call, &offset, &length) != COMMAND_OK ||
        transfer_is_writing(module, file.dir, file.name))
        return COMMAND_REFUSED;
    const int found = file_size(module, &file, &size);
    if (found != COMMAND_OK || offset >= size)
        return found != COMMAND_OK ? found : COMMAND_REFUSED;
    length = bytes_min(length, size - offset);
    /* All of it is read before the header promises it. */
    if (config->files->read(config->context, file.dir, file.name, offset,
                            config->chunk, length) < 0)
        return COMMAND_REFUSED;
    if (quirk_is(module, FFX_D8_READ_OK, 1) && !call->port->user.quiet)
        ffx_at_put(&call->out, call->port->user.verbose ? "\r\nOK\r\n" : "0\r");
    answer_number(call, (int32_t)length);
    return command_send(call, length);
}

/* --- the rest ------------------------------------------------------------ */

static int size_write(struct ffx_module *module, struct command_call *call)
{
    struct file file;
    uint32_t size;
    if (!has_bracket(module) ||
        take_any_file(module, call, &file) != COMMAND_OK ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    const int found = file_size(module, &file, &size);
    if (found != COMMAND_OK)
        return found;
    if (transfer_is_writing(module, file.dir, file.name))
        size /= 2; /* what the flash has taken so far */
    answer_number(call, (int32_t)size);
    return COMMAND_OK;
}

static int delete_write(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    struct file file;
    uint32_t size;
    if (take_file(module, call, &file) != COMMAND_OK ||
        ffx_at_args_end(&call->args) != 0 ||
        cmd_files_locked(module, file.dir, file.name))
        return COMMAND_REFUSED;
    const int found = file_size(module, &file, &size);
    if (found != COMMAND_OK)
        return found;
    return config->files->remove(config->context, file.dir, file.name) < 0
               ? COMMAND_REFUSED
               : COMMAND_OK;
}

static int rename_write(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_config *config = &module->config;
    struct file file;
    uint32_t size;
    char to[FFX_FILE_NAME_MAX + 1];
    if (take_file(module, call, &file) != COMMAND_OK ||
        take_name(module, call, to) != COMMAND_OK ||
        ffx_at_args_end(&call->args) != 0 ||
        cmd_files_locked(module, file.dir, file.name) ||
        cmd_files_locked(module, file.dir, to))
        return COMMAND_REFUSED;
    const int found = file_size(module, &file, &size);
    if (found != COMMAND_OK)
        return found;
    /* Never over another file. */
    if (config->files->size(config->context, file.dir, to, &size) >= 0)
        return COMMAND_REFUSED;
    return config->files->rename(config->context, file.dir, file.name, to) < 0
               ? COMMAND_REFUSED
               : COMMAND_OK;
}

static int free_read(struct ffx_module *module, struct command_call *call)
{
    const struct ffx_module_files *files = module->config.files;
    const int all =
        quirk_is(module, FFX_D21_FREE, 1) && files->total_bytes != 0;
    if (!has_bracket(module))
        return COMMAND_REFUSED;
    const uint32_t bytes = all ? files->total_bytes(module->config.context)
                               : files->free_bytes(module->config.context);
    answer_number(call, (int32_t)bytes_min(bytes, INT32_MAX));
    return COMMAND_OK;
}

static const struct command rows[] = {
    {"+CFSINIT", COMMAND_RECOVERY, .test = "", .execute = init_execute},
    {"+CFSTERM", COMMAND_RECOVERY, .test = "", .execute = term_execute},
    {"+CFSWFILE", COMMAND_RECOVERY | COMMAND_CHUNK, .write = write_write,
     .test = "(0-3),\"fileName\",(0-1),(1-10240),(100-10000)"},
    {"+CFSRFILE", COMMAND_RECOVERY | COMMAND_CHUNK, .write = read_write,
     .test = "(0-3),\"fileName\",(0-1),(1-10240),(0-filesize)"},
    {"+CFSDFILE", COMMAND_RECOVERY, .write = delete_write,
     .test = "(0-3),\"fileName\""},
    {"+CFSGFIS", COMMAND_RECOVERY, .write = size_write,
     .test = "(0-3),\"fileName\""},
    {"+CFSREN", COMMAND_RECOVERY, .write = rename_write,
     .test = "(0-3),\"old_name\",\"new_name\""},
    {"+CFSGFRS", COMMAND_RECOVERY, .test = "", .read = free_read},
};

const struct command_table cmd_files_table = {rows,
                                              sizeof rows / sizeof rows[0]};
