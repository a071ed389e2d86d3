/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 of zip, Ethernet and PNG: reflected 0x04c11db7, initial and final
 * complement. Start with 0 and feed any chunks: crc = crc32_add(crc, p, n). */
#ifndef FARFIX_BASE_CRC32_H
#define FARFIX_BASE_CRC32_H

#include <stdint.h>

uint32_t crc32_add(uint32_t crc, const void *bytes, uint32_t length);

/* For pieces that come in any order. crc32_bare is the register without its
 * complements (start 0); crc32_shift moves it in front of `length` zeros. The
 * bare CRC of a whole is the XOR of its shifted pieces; crc32_whole gives
 * back the usual one. */
uint32_t crc32_bare(const void *bytes, uint32_t length);
uint32_t crc32_shift(uint32_t bare, uint32_t length);
uint32_t crc32_whole(uint32_t bare, uint32_t length);

#endif
