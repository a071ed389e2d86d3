/* SPDX-License-Identifier: Apache-2.0 */
/* How a message looks to the TE: text or PDU mode, CSCS, CSDH. */
#ifndef FARFIX_MODULE_SMS_SHOW_H
#define FARFIX_MODULE_SMS_SHOW_H

#include "module/command.h"
#include "module/sms_store.h"

/* The three answers that show one (TS 27.005, 3.4). */
enum sms_view { SMS_CMGR, SMS_CMGL, SMS_CMT };

/* Part `part` of what stands behind "+CMGR: ", "+CMGL: n," or "+CMT: ",
 * without the last CR LF: the first line, then the data in two halves. Each
 * fits COMMAND_PIECE, all of them SMS_SHOW_ROOM. */
#define SMS_PARTS 3u
#define SMS_SHOW_ROOM 920u /* 160 characters and two numbers in UCS2 */
void sms_show(const struct ffx_module *module, struct ffx_at_text *out,
              const struct ffx_module_message *message, enum sms_view view,
              uint32_t part);

/* A string parameter in the TE's character set, in quotes. */
void sms_put_string(const struct ffx_module *module, struct ffx_at_text *out,
                    const char *text);
/* A number as the TE writes it, also in UCS2: 0 or FFX_ERR_SYNTAX. */
int sms_take_number(const struct ffx_module *module, const char *text,
                    uint8_t type, struct sms_address *address);

/* "REC UNREAD" ... "ALL", as enum sms_status counts them. */
const char *sms_status_name(enum sms_status status);

#endif
