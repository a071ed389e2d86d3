/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a DER signature. What is accepted has one spelling: encoding
 * r and s again gives the same bytes. What the maker takes from openssl and
 * tokens comes out in that spelling, and what has it stays as it is. */
#include "pack/sign.h"
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

static void respell(const uint8_t *data, size_t size)
{
    uint8_t raw[FFX_SIGNATURE_BYTES];
    struct pack_buffer der = {0};
    const int strict =
        size <= 65536 && signature_decode(raw, data, (uint32_t)size) == 0;
    const int taken = sign_normalise(data, size, &der) == 0;
    if (strict && !taken)
        abort();
    if (taken && signature_decode(raw, der.bytes, (uint32_t)der.length) != 0)
        abort();
    if (strict && (der.length != size || memcmp(der.bytes, data, size) != 0))
        abort();
    pack_buffer_free(&der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    respell(data, size);
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
