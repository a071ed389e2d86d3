/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and bytes as text, in their one canonical spelling each. Text is
 * a pointer and a length here and needs no NUL. */
#ifndef FARFIX_BASE_TEXT_H
#define FARFIX_BASE_TEXT_H

#include <stdint.h>

/* "0" or a number without leading zeros, up to 4294967295: 0, else -1. */
int text_number(const char *text, uint32_t length, uint32_t *value);

/* `bytes` bytes as lower-case hex into out: 2 * bytes characters, no NUL. */
void text_put_hex(char *out, const uint8_t *from, uint32_t bytes);

/* Exactly 2 * bytes lower-case hex digits into out: 0, else -1 (out is then
 * undefined). */
int text_hex(const char *text, uint32_t length, uint8_t *out, uint32_t bytes);

#endif
