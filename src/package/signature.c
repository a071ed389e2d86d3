/* SPDX-License-Identifier: Apache-2.0 */
#include "package/signature.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define NUMBER_BYTES 32u

/* X.690: 8.1.2 identifiers, 8.3 integers, 10.1 definite shortest length. */
#define DER_INTEGER 0x02u
#define DER_SEQUENCE 0x30u

/* Order n of P-256 (FIPS 186-4, D.1.2.3) less 1, and n / 2. */
static const uint8_t most_r[NUMBER_BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x50,
};
static const uint8_t most_s[NUMBER_BYTES] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
    0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

/* A cursor over DER: at .. end is what was not read yet. */
struct der {
    const uint8_t *at, *end;
};

/* Contents in their shortest form (X.690, 8.3.2): a leading 0 stands only
 * before a byte that would read as a sign. Big endian, 1 .. most. */
static int decode_number(uint8_t out[NUMBER_BYTES], const uint8_t *p,
                         uint32_t length, const uint8_t most[NUMBER_BYTES])
{
    if (length == 0 || p[0] >= 0x80)
        return FFX_ERR_SIGNATURE;
    if (p[0] == 0) {
        p++;
        length--;
        if (length == 0 || p[0] < 0x80)
            return FFX_ERR_SIGNATURE;
    }
    if (length > NUMBER_BYTES)
        return FFX_ERR_SIGNATURE;
    memset(out, 0, NUMBER_BYTES - length);
    memcpy(out + NUMBER_BYTES - length, p, length);
    return memcmp(out, most, NUMBER_BYTES) <= 0 ? 0 : FFX_ERR_SIGNATURE;
}

static int take_integer(struct der *der, uint8_t out[NUMBER_BYTES],
                        const uint8_t most[NUMBER_BYTES])
{
    if (der->end - der->at < 2 || der->at[0] != DER_INTEGER)
        return FFX_ERR_SIGNATURE;
    const uint32_t length = der->at[1];
    der->at += 2;
    if (length > (uint32_t)(der->end - der->at))
        return FFX_ERR_SIGNATURE;
    const int error = decode_number(out, der->at, length, most);
    der->at += length;
    return error;
}

int signature_decode(uint8_t raw[FFX_SIGNATURE_BYTES], const uint8_t *der,
                     uint32_t length)
{
    if (length < 2 || length > FFX_DER_MAX || der[0] != DER_SEQUENCE ||
        der[1] != length - 2)
        return FFX_ERR_SIGNATURE;
    struct der rest = {der + 2, der + length};
    if (take_integer(&rest, raw, most_r) != 0 ||
        take_integer(&rest, raw + NUMBER_BYTES, most_s) != 0 ||
        rest.at != rest.end)
        return FFX_ERR_SIGNATURE;
    return 0;
}

int signature_digest(const struct ffx_crypto *crypto, struct ffx_sha256 *hash,
                     const void *text, uint32_t length,
                     uint8_t digest[FFX_SHA256_BYTES])
{
    int error = crypto->sha256_start(crypto->context, hash);
    if (error == 0)
        error = crypto->sha256_update(crypto->context, hash, text, length);
    if (error == 0)
        error = crypto->sha256_finish(crypto->context, hash, digest);
    return error;
}

int signature_key(const struct ffx_crypto *crypto,
                  const struct ffx_public_key *keys, uint32_t count,
                  const uint8_t digest[FFX_SHA256_BYTES], const uint8_t *der,
                  uint32_t length)
{
    uint8_t raw[FFX_SIGNATURE_BYTES];
    int error = signature_decode(raw, der, length);
    if (error != 0)
        return error;
    for (uint32_t i = 0; i < count; i++) {
        error = crypto->verify(crypto->context, keys[i].point, digest, raw);
        if (error == 0)
            return (int)i;
        if (error < 0 && error != FFX_ERR_SIGNATURE)
            return error;
    }
    return FFX_ERR_SIGNATURE;
}

int ffx_signature_check(const struct ffx_crypto *crypto,
                        const struct ffx_public_key *key, const void *message,
                        uint32_t message_length, const uint8_t *der,
                        uint32_t der_length)
{
    struct ffx_sha256 hash;
    uint8_t digest[FFX_SHA256_BYTES];
    const int error =
        signature_digest(crypto, &hash, message, message_length, digest);
    if (error != 0)
        return error;
    return signature_key(crypto, key, 1, digest, der, der_length);
}
