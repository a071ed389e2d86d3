/* SPDX-License-Identifier: Apache-2.0 */
/* Names of networks by their code (MCC and MNC). */
#ifndef MODEM_OPERATOR_H
#define MODEM_OPERATOR_H

/* "46000" -> "China Mobile"; null when the table does not know it. */
const char *operator_name(const char *code);

#endif
