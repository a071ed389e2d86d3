/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMS as AT+CMGL prints it in PDU mode: hex digits, nothing of which its
 * sender can choose to be anything else (TS 23.040, 9.2.2.1):
 *
 *   service centre | first octet | sender | pid dcs | time | length | text
 */
#ifndef FARFIX_WATCH_MESSAGE_H
#define FARFIX_WATCH_MESSAGE_H

#include <farfix/watch.h>

#define MESSAGE_TEXT "look now"

/* The line's hex digits become octets, in their place: their number; 0: it is
 * no PDU, and the line stays as it was. */
uint32_t message_octets(char *line, uint32_t length);
/* 1: the PDU, of `behind` octets behind the service centre, counts. */
int message_counts(const struct ffx_watch_config *config, const uint8_t *pdu,
                   uint32_t length, uint32_t behind);
/* FFX_OK when senders and text are such as may be in a message. */
int message_check(const struct ffx_watch_config *config);
const char *message_text(const struct ffx_watch_config *config);

#endif
