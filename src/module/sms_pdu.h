/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMS-DELIVER and SMS-SUBMIT as TS 23.040 lays them out, behind the address
 * of the service centre as TS 27.005 puts it in front:
 *
 *   DELIVER  centre | fo | address | pid dcs | time stamp  | length | user data
 *   SUBMIT   centre | fo | mr address | pid dcs | validity | length | user data
 *
 * What is read comes from the TE and is checked to the last octet.
 */
#ifndef FARFIX_MODULE_SMS_PDU_H
#define FARFIX_MODULE_SMS_PDU_H

#include "module/sms_text.h"

#include <farfix/module.h>

#define SMS_STAMP 7u   /* octets of a time stamp, and of absolute validity */
#define SMS_DIGITS 20u /* of an address */

/* First octet (TS 23.040, 9.2.3). */
enum sms_first_octet {
    SMS_DELIVER = 0x00,
    SMS_SUBMIT = 0x01,
    SMS_TYPE = 0x03,     /* mask */
    SMS_NO_MORE = 0x04,  /* DELIVER: no more messages wait */
    SMS_VALIDITY = 0x18, /* SUBMIT, mask: none, 7 octets, relative, absolute */
    SMS_RELATIVE = 0x10,
    SMS_HEADER = 0x40 /* the user data begins with a header */
};

struct sms_address {
    uint8_t type;                /* 145 international, 129 unknown, 208 name */
    char digits[SMS_DIGITS + 2]; /* "+4915..." when international; or a name */
};

enum sms_coding { SMS_CODING_7BIT, SMS_CODING_8BIT, SMS_CODING_UCS2 };

struct sms_pdu {
    struct sms_address centre, address; /* "": none */
    uint8_t first_octet, reference, pid, dcs;
    uint8_t stamp[SMS_STAMP]; /* DELIVER: time; SUBMIT: validity, its octets */
    uint8_t user_length;      /* septets or octets, as dcs says */
    uint8_t user[SMS_USER_MAX];
    uint32_t tpdu_length; /* read only: octets behind the centre */
};

/* 0 or FFX_ERR_SYNTAX. */
int sms_pdu_read(struct sms_pdu *pdu, const uint8_t *octets, uint32_t length);
/* Octets written. The caller keeps user_length within the coding's limit and
 * the addresses as sms_address_set made them. */
uint32_t sms_pdu_write(const struct sms_pdu *pdu,
                       uint8_t octets[FFX_SMS_PDU_MAX]);

enum sms_coding sms_pdu_coding(uint8_t dcs);
int sms_pdu_is_submit(const struct sms_pdu *pdu);
/* Octets that user_length stands for. */
uint32_t sms_pdu_user_octets(const struct sms_pdu *pdu);
/* The text behind a header, of a 7-bit or UCS2 message. */
void sms_pdu_text(const struct sms_pdu *pdu, struct sms_text *text);

/* "+4915..." or "110": 0 or FFX_ERR_SYNTAX. `type` 0: by the '+'. */
int sms_address_set(struct sms_address *address, const char *number,
                    uint8_t type);
/* "80/01/06,00:00:00+00" (TS 27.005, 3.1, <scts>). */
void sms_put_stamp(struct ffx_at_text *out, const uint8_t stamp[SMS_STAMP]);

#endif
