/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appending to a struct pack_buffer: this room and those above.
 *
 * Everything appended is bounded by PACK_FILE_MAX and a few manifests; when
 * even that much memory is not there the process ends with one line, before
 * any file was touched.
 */
#ifndef FARFIX_PACK_BUFFER_H
#define FARFIX_PACK_BUFFER_H

#include "pack/pack.h"

/* Makes room for `length` more bytes and returns where they go; they count
 * only when the caller adds to buffer->length. */
void *buffer_reserve(struct pack_buffer *buffer, size_t length);
void buffer_append(struct pack_buffer *buffer, const void *bytes,
                   size_t length);
/* As printf, without the NUL. */
void buffer_print(struct pack_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "key=hex\n", as docs/package-format.md section 1 has it. */
void buffer_hex_line(struct pack_buffer *buffer, const char *key,
                     const void *bytes, size_t length);

#endif
