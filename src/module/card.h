/* SPDX-License-Identifier: Apache-2.0 */
/* What is written on the SIM. Each module has a card of its own: its numbers
 * follow the IMEI. */
#ifndef FARFIX_MODULE_CARD_H
#define FARFIX_MODULE_CARD_H

#include "module/command.h"

#define CARD_IMSI 15u
#define CARD_ICCID 20u

void card_imsi(const struct ffx_module *module, char imsi[CARD_IMSI + 1]);
void card_iccid(const struct ffx_module *module, char iccid[CARD_ICCID + 1]);

#endif
