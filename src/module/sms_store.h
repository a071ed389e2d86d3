/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where SMS are kept: ten places on the SIM, ten in the ME. A place is a
 * number that a URC can carry: store * FFX_MODULE_MESSAGES + index.
 *
 *   FREE --sms_keep--> KEPT --CMGD--> FREE
 *   FREE --CNMI mt 2--> DIRECT --the URC is out on every port--> FREE
 */
#ifndef FARFIX_MODULE_SMS_STORE_H
#define FARFIX_MODULE_SMS_STORE_H

#include "module/sms_pdu.h"

enum sms_state { SMS_FREE, SMS_KEPT, SMS_DIRECT };
enum sms_status { SMS_UNREAD, SMS_READ, SMS_UNSENT, SMS_SENT, SMS_ALL };
enum sms_store { SMS_ON_SIM, SMS_IN_ME };

void sms_defaults(struct ffx_module *module);

const char *sms_store_name(uint32_t store);
struct ffx_module_message *sms_place(struct ffx_module *module, uint32_t place);
int32_t sms_used(const struct ffx_module *module, uint32_t store);
/* Stores octets that sms_pdu_read took: the place, or FFX_ERR_SPACE. */
int sms_keep(struct ffx_module *module, uint32_t store, enum sms_status status,
             const uint8_t *pdu, uint32_t length);

/* The network delivers: stored and announced as CNMI and CPMS say. 0 or
 * FFX_ERR_SPACE. */
int sms_arrive(struct ffx_module *module, const struct sms_pdu *pdu);
/* The time that the network stamps on a message. */
void sms_stamp(struct ffx_module *module, uint8_t stamp[SMS_STAMP]);

#endif
