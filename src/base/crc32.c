/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32.h"

/* CRCs of the 16 nibbles: 64 bytes of ROM where a byte table takes 1 KiB. */
static const uint32_t crc32_nibble[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
    0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
    0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t crc32_add(uint32_t crc, const void *bytes, uint32_t length)
{
    const uint8_t *p = bytes;
    crc = ~crc;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= p[i];
        crc = crc >> 4 ^ crc32_nibble[crc & 15];
        crc = crc >> 4 ^ crc32_nibble[crc & 15];
    }
    return ~crc;
}

/* --- CRCs of pieces ------------------------------------------------------ */

/* Product of two polynomials modulo the CRC's; bit 31 is x^0. */
static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;
    for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ 0xedb88320u : b >> 1;
    }
    return product;
}

uint32_t crc32_bare(const void *bytes, uint32_t length)
{
    return ~crc32_add(UINT32_MAX, bytes, length);
}

uint32_t crc32_shift(uint32_t bare, uint32_t length)
{
    uint32_t power = 1u << 23; /* x^8: one byte of zeros */
    for (; length != 0; length >>= 1) {
        if (length & 1)
            bare = multiply(bare, power);
        power = multiply(power, power);
    }
    return bare;
}

uint32_t crc32_whole(uint32_t bare, uint32_t length)
{
    return ~(bare ^ crc32_shift(UINT32_MAX, length));
}
