/* SPDX-License-Identifier: Apache-2.0 */
/* The URL behind FTPSERV, FTPPORT, FTPGETPATH and FTPGETNAME. */
#ifndef FARFIX_MODULE_FTP_URL_H
#define FARFIX_MODULE_FTP_URL_H

#include <farfix/module.h>

/* Appends ftp://host:port/path, percent-coded. At most 1,200 bytes. */
void ftp_url_put(const struct ffx_module *module, struct ffx_at_text *out);

#endif
