/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a DER signature. What is accepted has one spelling: encoding
 * r and s again gives the same bytes. */
#include "package/signature.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t encode_integer(uint8_t *der, const uint8_t number[32])
{
    uint32_t skip = 0;
    while (skip < 31 && number[skip] == 0)
        skip++;
    const uint32_t sign = number[skip] >> 7;
    const uint32_t length = 32 - skip + sign;
    der[0] = 0x02;
    der[1] = (uint8_t)length;
    der[2] = 0;
    memcpy(der + 2 + sign, number + skip, 32 - skip);
    return 2 + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t raw[FFX_SIGNATURE_BYTES], der[80];
    if (size > 65536 || signature_decode(raw, data, (uint32_t)size) != 0)
        return 0;
    uint32_t length = 2;
    length += encode_integer(der + length, raw);
    length += encode_integer(der + length, raw + 32);
    der[0] = 0x30;
    der[1] = (uint8_t)(length - 2);
    if (length != size || memcmp(der, data, size) != 0)
        abort();
    return 0;
}
