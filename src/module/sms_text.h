/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of an SMS in its four spellings (TS 23.038): septets of the GSM
 * alphabet, UCS2, UTF-8, and what the TE chose with CSCS. All go through
 * UTF-16 units.
 */
#ifndef FARFIX_MODULE_SMS_TEXT_H
#define FARFIX_MODULE_SMS_TEXT_H

#include <farfix/at.h>

#define SMS_SEPTETS_MAX 160u /* of one message */
#define SMS_USER_MAX 140u    /* octets of user data */

struct sms_text {
    uint16_t units[SMS_SEPTETS_MAX];
    uint32_t count; /* <= SMS_SEPTETS_MAX */
};

/* TE character sets, as CSCS counts them. */
enum sms_charset { SMS_IRA, SMS_GSM, SMS_UCS2 };

/* Each of these: 0, FFX_ERR_SYNTAX (not of this spelling), FFX_ERR_BUFFER. */
int sms_text_from_utf8(struct sms_text *text, const char *utf8);
/* `te` as the TE typed it. */
int sms_text_from_te(struct sms_text *text, enum sms_charset charset,
                     const char *te, uint32_t length);
/* Unpacks septets `first` to `count` - 1 of packed user data; the caller
 * vouches that `user` has them. */
void sms_text_from_septets(struct sms_text *text, const uint8_t *user,
                           uint32_t first, uint32_t count);
void sms_text_from_ucs2(struct sms_text *text, const uint8_t *octets,
                        uint32_t length);

/* Septets into `user`, packed: their number, FFX_ERR_SYNTAX (a character that
 * the alphabet lacks), FFX_ERR_BUFFER (more than 160). */
int sms_text_to_septets(const struct sms_text *text,
                        uint8_t user[SMS_USER_MAX]);
/* Octets, or FFX_ERR_BUFFER. */
int sms_text_to_ucs2(const struct sms_text *text, uint8_t user[SMS_USER_MAX]);
/* Units `from` to `to` - 1; what the charset lacks becomes '?'. */
void sms_text_to_te(const struct sms_text *text, enum sms_charset charset,
                    uint32_t from, uint32_t to, struct ffx_at_text *out);
/* For a person, in one line: control characters become blanks. */
void sms_text_to_utf8(const struct sms_text *text, struct ffx_at_text *out);

/* Hexadecimal as SMS has it: upper case out, any case in. */
void sms_put_hex(struct ffx_at_text *out, const uint8_t *from, uint32_t count);
/* Octets of an even number of digits: their number, FFX_ERR_SYNTAX,
 * FFX_ERR_BUFFER. */
int sms_hex(const char *text, uint32_t length, uint8_t *to, uint32_t capacity);

#endif
