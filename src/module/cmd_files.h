/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CFS*: the module's files (manual chapter 15, note 5.2.3). */
#ifndef FARFIX_MODULE_CMD_FILES_H
#define FARFIX_MODULE_CMD_FILES_H

#include "module/command.h"

/* 1: printable, no '/' '\\' '"', neither "." nor "..", not too long. */
int cmd_files_is_name(const struct ffx_module *module, const char *name);
/* 1: nobody may write this file now: an update reads it, or a transfer
 * writes it. */
int cmd_files_locked(const struct ffx_module *module, int dir,
                     const char *name);
/* What a missing file answers (D3). */
int cmd_files_missing(const struct ffx_module *module);
/* The input time is over: what came is dropped, or kept (D4). */
void cmd_files_keep_part(struct ffx_module *module,
                         struct ffx_module_port *port);
/* RUN_TAKE is complete: the chunk goes to its file. COMMAND_OK or CME. */
int cmd_files_store(struct ffx_module *module, struct ffx_module_port *port);

#endif
