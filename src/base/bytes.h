/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian numbers in byte arrays, as every format of ours has them. */
#ifndef FARFIX_BASE_BYTES_H
#define FARFIX_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Freestanding: the four functions that the core asks of its platform. */
void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);

static inline uint16_t bytes_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t bytes_get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline void bytes_put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void bytes_put32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

static inline uint32_t bytes_min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* strlen and equality for NUL-terminated text: the core has no string.h. */
uint32_t bytes_length(const char *text);
int bytes_same_text(const char *a, const char *b);
int bytes_begins(const char *text, const char *beginning);

#endif
