/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/buffer.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pack_buffer_free(struct pack_buffer *buffer)
{
    free(buffer->bytes);
    memset(buffer, 0, sizeof *buffer);
}

void *buffer_reserve(struct pack_buffer *buffer, size_t length)
{
    assert(buffer->length <= buffer->capacity);
    if (buffer->capacity - buffer->length >= length && buffer->bytes != NULL)
        return buffer->bytes + buffer->length;
    size_t capacity = buffer->capacity * 2;
    if (capacity < buffer->length + length)
        capacity = buffer->length + length;
    if (capacity < 256)
        capacity = 256;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        fprintf(stderr, "farfix: out of memory at %zu bytes\n", capacity);
        exit(1);
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return bytes + buffer->length;
}

static int read_buffer(void *context, uint32_t offset, void *to,
                       uint32_t length)
{
    const struct pack_buffer *buffer = context;
    memcpy(to, buffer->bytes + offset, length);
    return 0;
}

void pack_read_at(const struct pack_buffer *buffer, struct ffx_read_at *out)
{
    out->read = read_buffer;
    memcpy(&out->context, &buffer, sizeof buffer); /* read only all the same */
    out->size = (uint32_t)buffer->length;
}

void buffer_append(struct pack_buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    memcpy(buffer_reserve(buffer, length), bytes, length);
    buffer->length += length;
}

void buffer_print(struct pack_buffer *buffer, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof text);
    buffer_append(buffer, text, (size_t)length);
}

void buffer_hex_line(struct pack_buffer *buffer, const char *key,
                     const void *bytes, size_t length)
{
    buffer_print(buffer, "%s=", key);
    text_put_hex(buffer_reserve(buffer, 2 * length), bytes, (uint32_t)length);
    buffer->length += 2 * length;
    buffer_append(buffer, "\n", 1);
}
