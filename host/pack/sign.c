/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/sign.h"

#include "pack/buffer.h"
#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/token.h"

#include <mbedtls/asn1write.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>
#include <string.h>
#include <unistd.h>

/* getentropy(3): "The maximum permitted value for the length is 256". */
#define ENTROPY_BYTES 256u

int sign_random(void *context, unsigned char *out, size_t length)
{
    (void)context;
    while (length > 0) {
        const size_t part = length < ENTROPY_BYTES ? length : ENTROPY_BYTES;
        if (getentropy(out, part) != 0)
            return MBEDTLS_ERR_ECP_RANDOM_FAILED;
        out += part;
        length -= part;
    }
    return 0;
}

void pack_sha256(const void *bytes, size_t length,
                 uint8_t digest[FFX_SHA256_BYTES])
{
    static const uint8_t nothing;
    mbedtls_sha256_ret(length > 0 ? bytes : &nothing, length, digest, 0);
}

/* --- signing ------------------------------------------------------------- */

/* (r, s) and (r, n - s) are both valid; the smaller s is the one spelling. */
static int lower_s(const mbedtls_mpi *n, mbedtls_mpi *s)
{
    mbedtls_mpi half;
    mbedtls_mpi_init(&half);
    int error = mbedtls_mpi_copy(&half, n);
    if (error == 0)
        error = mbedtls_mpi_shift_r(&half, 1);
    if (error == 0 && mbedtls_mpi_cmp_mpi(s, &half) > 0)
        error = mbedtls_mpi_sub_mpi(s, n, s);
    mbedtls_mpi_free(&half);
    return error;
}

/* Mbed TLS writes ASN.1 from the end to the front. */
static void append_der(const mbedtls_mpi *r, const mbedtls_mpi *s,
                       struct pack_buffer *der)
{
    unsigned char bytes[FFX_DER_MAX];
    unsigned char *at = bytes + sizeof bytes;
    mbedtls_asn1_write_mpi(&at, bytes, s);
    mbedtls_asn1_write_mpi(&at, bytes, r);
    mbedtls_asn1_write_len(&at, bytes, (size_t)(bytes + sizeof bytes - at));
    mbedtls_asn1_write_tag(&at, bytes,
                           MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    buffer_append(der, at, (size_t)(bytes + sizeof bytes - at));
}

int sign_read(const uint8_t *der, size_t length, mbedtls_mpi *r, mbedtls_mpi *s)
{
    unsigned char copy[FFX_DER_MAX];
    unsigned char *at = copy;
    size_t inside;
    if (length == 0 || length > sizeof copy)
        return -1;
    const unsigned char *const end = copy + length;
    memcpy(copy, der, length);
    if (mbedtls_asn1_get_tag(&at, end, &inside,
                             MBEDTLS_ASN1_CONSTRUCTED |
                                 MBEDTLS_ASN1_SEQUENCE) != 0 ||
        at + inside != end || mbedtls_asn1_get_mpi(&at, end, r) != 0 ||
        mbedtls_asn1_get_mpi(&at, end, s) != 0)
        return -1;
    return at == end ? 0 : -1;
}

int sign_normalise(const uint8_t *der, size_t length, struct pack_buffer *out)
{
    mbedtls_ecp_group group;
    mbedtls_mpi r, s;
    mbedtls_ecp_group_init(&group);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    /* As private keys are, r and s are 1 to n - 1. */
    const int failed =
        mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) != 0 ||
        sign_read(der, length, &r, &s) != 0 ||
        mbedtls_ecp_check_privkey(&group, &r) != 0 ||
        mbedtls_ecp_check_privkey(&group, &s) != 0 ||
        lower_s(&group.N, &s) != 0;
    if (!failed)
        append_der(&r, &s, out);
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_ecp_group_free(&group);
    return failed ? FFX_ERR_SIGNATURE : 0;
}

/* Whatever lies behind a URI may have changed since its public half was read:
 * nothing leaves here that does not verify under it. */
static int sign_in_token(const struct pack_key *key, const void *message,
                         size_t length, struct pack_buffer *der,
                         struct pack_error *error)
{
    struct pack_buffer raw, good = {0};
    int result = token_sign(key->uri, message, length, &raw, error);
    if (result != 0)
        return result;
    if (sign_normalise(raw.bytes, raw.length, &good) != 0 ||
        ffx_signature_check(pack_crypto(), &key->public_key, message,
                            (uint32_t)length, good.bytes,
                            (uint32_t)good.length) != 0)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "what %s signed does not verify under its public "
                           "key: name one key pair of the curve P-256",
                           key->uri);
    else
        buffer_append(der, good.bytes, good.length);
    pack_buffer_free(&raw);
    pack_buffer_free(&good);
    return result;
}

int sign_message(const struct pack_key *key, const void *message, size_t length,
                 struct pack_buffer *der, struct pack_error *error)
{
    uint8_t digest[FFX_SHA256_BYTES];
    mbedtls_ecp_group group;
    mbedtls_mpi r, s;
    if (key->uri != NULL)
        return sign_in_token(key, message, length, der, error);
    mbedtls_ecp_group_init(&group);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    pack_sha256(message, length, digest);
    int failed = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    if (failed == 0)
        failed = mbedtls_ecdsa_sign_det_ext(
            &group, &r, &s, &mbedtls_pk_ec(key->pk)->d, digest, sizeof digest,
            MBEDTLS_MD_SHA256, sign_random, NULL);
    if (failed == 0)
        failed = lower_s(&group.N, &s);
    if (failed == 0)
        append_der(&r, &s, der);
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_ecp_group_free(&group);
    if (failed != 0)
        return fail_with(error, FFX_ERR_IO,
                         "cannot sign: the system gives no random bytes");
    return 0;
}
