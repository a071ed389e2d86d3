/* SPDX-License-Identifier: Apache-2.0 */
/* Structs to canonical text: the inverse of the parsers of src/package, on
 * purpose written apart from host/pack. A text that was accepted must be
 * spelled by this again, byte for byte. */
#ifndef FARFIX_TESTS_SPELL_H
#define FARFIX_TESTS_SPELL_H

#include <farfix/package.h>

#include <stddef.h>

#define SPELL_MAX 4096u

/* Each writes text with NUL into out[SPELL_MAX] and returns its length. */
size_t spell_release(char *out, const struct ffx_release *release);
size_t spell_cert(char *out, const struct ffx_cert *cert);
size_t spell_manifest(char *out, const struct ffx_manifest *manifest);
/* The lines before cert, cert_sig and sig. */
size_t spell_offer(char *out, const struct ffx_offer *offer);

/* Adds "key=HEX\n" to the text in out. */
void spell_hex(char *out, const char *key, const void *bytes, size_t length);

#endif
