/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the TE types behind "> " (TS 27.005, 3.5.1): Ctrl-Z ends it, ESC gives
 * it up. The module has one entry: a second port is told that it is in use.
 */
#ifndef FARFIX_MODULE_SMS_ENTRY_H
#define FARFIX_MODULE_SMS_ENTRY_H

#include "module/command.h"

/* Room in tx for what one byte echoes: itself, CR LF "> ". */
#define SMS_ENTRY_ROOM 8u

/* COMMAND_TEXT with the prompt written, or a COMMAND_CMS. */
int sms_entry_begin(struct ffx_module *module, struct command_call *call);
/* One byte; 1 when the entry is over. */
int sms_entry_take(struct ffx_module *module, struct ffx_module_port *port,
                   uint8_t byte);
/* The entry may be used by another port again. 1: it was ended by Ctrl-Z and
 * fitted; 0: given up; a COMMAND_CMS: too long. */
int sms_entry_finish(struct ffx_module *module);

#endif
