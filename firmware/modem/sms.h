/* SPDX-License-Identifier: Apache-2.0 */
/* SMS-SUBMIT as a PDU: 3GPP TS 23.040 with the alphabet of TS 23.038. */
#ifndef MODEM_SMS_H
#define MODEM_SMS_H

#include <stddef.h>
#include <stdint.h>

#define SMS_PDU_MAX 176u
#define SMS_TEXT_MAX 160u /* septets of one message */

/* Bytes of the PDU, or -1: number or text cannot be sent in one message. */
int sms_submit(uint8_t pdu[SMS_PDU_MAX], const char *number, const char *text);

/* Septet of a character (0x1b00 + x: escape, then x), -1 when the alphabet
 * has none. */
int sms_septet(char c);

#endif
