/* SPDX-License-Identifier: Apache-2.0 */
/* The PSA port against published vectors: FIPS 180-4 and RFC 6979 A.2.5. */
#include <psa/psa_crypto.h>

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t digest_abc[32] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
    0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
    0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* RFC 6979 A.2.5: key, and the signature of "sample" with SHA-256. */
static const uint8_t rfc_point[65] = {
    0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61,
    0xeb, 0x74, 0xc6, 0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b,
    0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6,
    0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9,
    0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e,
    0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99};
static const uint8_t rfc_signature[64] = {
    0xef, 0xd4, 0x8b, 0x2a, 0xac, 0xb6, 0xa8, 0xfd, 0x11, 0x40, 0xdd,
    0x9c, 0xd4, 0x5e, 0x81, 0xd6, 0x9d, 0x2c, 0x87, 0x7b, 0x56, 0xaa,
    0xf9, 0x91, 0xc3, 0x4d, 0x0e, 0xa8, 0x4e, 0xaf, 0x37, 0x16, 0xf7,
    0xcb, 0x1c, 0x94, 0x2d, 0x65, 0x7c, 0x41, 0xd4, 0x36, 0xc7, 0xa1,
    0xb6, 0xe2, 0x9f, 0x65, 0xf3, 0xe9, 0x00, 0xdb, 0xb9, 0xaf, 0xf4,
    0x06, 0x4d, 0xc4, 0xab, 0x2f, 0x84, 0x3a, 0xcd, 0xa8};

static void hash(const char *text, size_t chunk, uint8_t digest[32])
{
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 state;
    const size_t length = strlen(text);
    assert_int_equal(crypto->sha256_start(crypto->context, &state), 0);
    for (size_t at = 0; at < length; at += chunk) {
        const size_t left = length - at;
        assert_int_equal(
            crypto->sha256_update(crypto->context, &state, text + at,
                                  (uint32_t)(left < chunk ? left : chunk)),
            0);
    }
    assert_int_equal(crypto->sha256_finish(crypto->context, &state, digest), 0);
}

static void sha256_gives_the_digest_of_fips_180(void **state)
{
    (void)state;
    uint8_t digest[32];
    hash("abc", 3, digest);
    assert_memory_equal(digest, digest_abc, 32);
    hash("abc", 1, digest);
    assert_memory_equal(digest, digest_abc, 32);
}

static void abandoned_digest_can_be_started_again_on_any_memory(void **state)
{
    (void)state;
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 hash_state;
    uint8_t digest[32];
    memset(&hash_state, 0xa5, sizeof hash_state);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(crypto->sha256_start(crypto->context, &hash_state), 0);
        assert_int_equal(
            crypto->sha256_update(crypto->context, &hash_state, "abc", 3), 0);
    }
    assert_int_equal(
        crypto->sha256_finish(crypto->context, &hash_state, digest), 0);
    assert_memory_equal(digest, digest_abc, 32);
}

static void running_digest_survives_a_move_of_its_struct(void **state)
{
    (void)state;
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 first, second;
    uint8_t digest[32];
    assert_int_equal(crypto->sha256_start(crypto->context, &first), 0);
    assert_int_equal(crypto->sha256_update(crypto->context, &first, "a", 1), 0);
    second = first;
    memset(&first, 0xff, sizeof first);
    assert_int_equal(crypto->sha256_update(crypto->context, &second, "bc", 2),
                     0);
    assert_int_equal(crypto->sha256_finish(crypto->context, &second, digest),
                     0);
    assert_memory_equal(digest, digest_abc, 32);
}

static void finished_digest_refuses_more_data(void **state)
{
    (void)state;
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 hash_state;
    uint8_t digest[32];
    assert_int_equal(crypto->sha256_start(crypto->context, &hash_state), 0);
    assert_int_equal(
        crypto->sha256_finish(crypto->context, &hash_state, digest), 0);
    assert_int_equal(
        crypto->sha256_update(crypto->context, &hash_state, "abc", 3),
        FFX_ERR_IO);
}

static int verify_rfc(const uint8_t point[65], const uint8_t signature[64])
{
    const struct ffx_crypto *crypto = psa_crypto();
    uint8_t digest[32];
    hash("sample", 6, digest);
    return crypto->verify(crypto->context, point, digest, signature);
}

static void verify_accepts_the_signature_of_rfc_6979(void **state)
{
    (void)state;
    assert_int_equal(verify_rfc(rfc_point, rfc_signature), 0);
}

static void verify_refuses_one_flipped_bit_anywhere(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 512; bit += 7) {
        uint8_t bent[64];
        memcpy(bent, rfc_signature, 64);
        bent[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (verify_rfc(rfc_point, bent) != FFX_ERR_SIGNATURE)
            fail_msg("signature bit %zu", bit);
    }
}

static void verify_refuses_a_point_off_the_curve(void **state)
{
    (void)state;
    uint8_t bent[65];
    memcpy(bent, rfc_point, 65);
    bent[64] ^= 1;
    assert_int_equal(verify_rfc(bent, rfc_signature), FFX_ERR_SIGNATURE);
    memset(bent, 0, 65);
    assert_int_equal(verify_rfc(bent, rfc_signature), FFX_ERR_SIGNATURE);
}

static void verify_refuses_r_or_s_of_zero(void **state)
{
    (void)state;
    uint8_t bent[64];
    memcpy(bent, rfc_signature, 64);
    memset(bent, 0, 32);
    assert_int_equal(verify_rfc(rfc_point, bent), FFX_ERR_SIGNATURE);
    memcpy(bent, rfc_signature, 64);
    memset(bent + 32, 0, 32);
    assert_int_equal(verify_rfc(rfc_point, bent), FFX_ERR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_digest_of_fips_180),
        cmocka_unit_test(abandoned_digest_can_be_started_again_on_any_memory),
        cmocka_unit_test(running_digest_survives_a_move_of_its_struct),
        cmocka_unit_test(finished_digest_refuses_more_data),
        cmocka_unit_test(verify_accepts_the_signature_of_rfc_6979),
        cmocka_unit_test(verify_refuses_one_flipped_bit_anywhere),
        cmocka_unit_test(verify_refuses_a_point_off_the_curve),
        cmocka_unit_test(verify_refuses_r_or_s_of_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
