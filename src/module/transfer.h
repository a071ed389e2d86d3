/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one transfer over the air, of HTTPTOFS or FTP:
 *
 *   NONE --transfer_begin--> waits while the bearer opens --> runs in the
 *   network port --> result into http_* or ftp_*, URC, NONE
 *
 * No bearer: the URC says 601 (HTTP) or 61 (FTP).
 */
#ifndef FARFIX_MODULE_TRANSFER_H
#define FARFIX_MODULE_TRANSFER_H

#include "module/command.h"

enum transfer_kind {
    TRANSFER_NONE,
    TRANSFER_HTTP,
    TRANSFER_FTP_FILE,
    TRANSFER_FTP_SIZE,
    TRANSFER_FTP_RAM, /* FTPEXTGET=1 */
    TRANSFER_FTP_GET  /* FTPGET=1 */
};

/* The file of FFX_DIR_RAM. */
#define TRANSFER_RAM_NAME "ftp"

/* enum ffx_module_bug, as it strikes this transfer. */
enum transfer_fault { TRANSFER_SOUND, TRANSFER_EMPTY, TRANSFER_UNREACHABLE };

/* HTTP pseudo status (manual 9.2.14) and FTP errors (manual 10.2.14). */
#define TRANSFER_NETWORK_ERROR 601u
#define TRANSFER_OTHER_ERROR 65535u
#define TRANSFER_FTP_NET 61u
#define TRANSFER_FTP_TIMEOUT 64u
#define TRANSFER_FTP_NOT_ALLOWED 66u /* also: no host, no file name */
#define TRANSFER_FTP_DOWNLOAD 79u
#define TRANSFER_FTP_QUIT 80u

/* Destination stands in transfer_dir and transfer_name. 0, or a COMMAND_CME
 * when one is running. */
int transfer_begin(struct ffx_module *module, enum transfer_kind kind);
/* FTPQUIT: ends with a URC that says so. */
void transfer_quit(struct ffx_module *module);
/* 1: FTP is at work, or FTPGET holds what nobody has read yet. */
int transfer_ftp_is_open(const struct ffx_module *module);
/* FTPGET=2 has moved ftp_read. */
void transfer_was_read(struct ffx_module *module);
void transfer_forget_ram(struct ffx_module *module);
/* FFX_BUG_URC_BEFORE_FLASH: the flash still works on this file. */
int transfer_is_writing(const struct ffx_module *module, int dir,
                        const char *name);
/* Before a reset: ends without a word. */
void transfer_drop(struct ffx_module *module);
void transfer_poll(struct ffx_module *module);
/* When poll wants to look again: `idle` or sooner. */
uint32_t transfer_wait(const struct ffx_module *module, uint32_t idle);

#endif
