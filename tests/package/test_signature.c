/* SPDX-License-Identifier: Apache-2.0 */
/* One signature, one spelling: the DER table. Of the threats: A3. */
#include "forge.h"
#include "psa/psa_crypto.h"

#include "package/signature.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* n, n - 1, n + 1, (n - 1) / 2, (n + 1) / 2 of P-256 (FIPS 186-4, D.1.2.3) */
#define N_HEAD "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325"
#define N N_HEAD "51"
#define N_LESS_1 N_HEAD "50"
#define N_MORE_1 N_HEAD "52"
#define HALF_HEAD                                                              \
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192"
#define HALF HALF_HEAD "a8"
#define HALF_MORE_1 HALF_HEAD "a9"
#define F32 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define A31 "7a000000000000000000000000000000000000000000000000000000000001"
#define ONE "020101"
#define ZERO31 "00000000000000000000000000000000000000000000000000000000000000"
/* p of P-256, above n; n + 1 above 2^256; n + (n - 1) / 2 */
#define P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define N_ROUND "01" N_HEAD "52"
#define HALF_ROUND                                                             \
    "017ffffffe800000017fffffffffffffff9b5a78047aa36dc76d96b0247a94b7f9"

static uint32_t unhex(const char *hex, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t length = 0;
    for (; hex[0] != '\0'; hex += 2)
        out[length++] = (uint8_t)((strchr(digits, hex[0]) - digits) << 4 |
                                  (strchr(digits, hex[1]) - digits));
    return length;
}

static int decode(const char *hex, uint8_t raw[FFX_SIGNATURE_BYTES])
{
    uint8_t bytes[256];
    const uint32_t length = unhex(hex, bytes);
    /* Its own allocation, so that ASan sees a byte read behind it. */
    uint8_t *const tight = malloc(length == 0 ? 1 : length);
    assert_non_null(tight);
    memcpy(tight, bytes, length);
    const int result = signature_decode(raw, tight, length);
    free(tight);
    return result;
}

static void a3_shortest_form_is_taken_at_both_ends_of_the_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *der, *r, *s;
    } good[] = {
        {"3006" ONE ONE, "01", "01"},
        {"3006"
         "02017f" ONE,
         "7f", "01"},
        {"3007"
         "02020080" ONE,
         "80", "01"},
        {"3007" ONE "02020080", "01", "80"},
        {"3007"
         "020200ff" ONE,
         "ff", "01"},
        {"3007"
         "02020100" ONE,
         "0100", "01"},
        {"3026"
         "022100" N_LESS_1 ONE,
         N_LESS_1, "01"},
        {"3025" ONE "0220" HALF, "01", HALF},
        {"3045"
         "022100" N_LESS_1 "0220" HALF,
         N_LESS_1, HALF},
        {"3024"
         "021f" A31 ONE,
         A31, "01"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint8_t raw[64], expected[64] = {0}, number[32];
        uint32_t length = unhex(good[i].r, number);
        memcpy(expected + 32 - length, number, length);
        length = unhex(good[i].s, number);
        memcpy(expected + 64 - length, number, length);
        if (decode(good[i].der, raw) != 0)
            fail_msg("refused: case %zu: %s", i, good[i].der);
        assert_memory_equal(raw, expected, 64);
    }
}

static const struct {
    const char *why, *der;
} wrong[] = {
    {"empty", ""},
    {"tag only", "30"},
    {"no contents", "3000"},
    {"r only", "3003" ONE},
    {"three integers", "3009" ONE ONE ONE},
    {"r is zero", "3006"
                  "020100" ONE},
    {"s is zero", "3006" ONE "020100"},
    {"both are zero", "3006"
                      "020100"
                      "020100"},
    {"r without contents", "3005"
                           "0200" ONE},
    {"s without contents", "3005" ONE "0200"},
    {"r is n", "3026"
               "022100" N ONE},
    {"r is n + 1", "3026"
                   "022100" N_MORE_1 ONE},
    {"r is all ones", "3026"
                      "022100" F32 ONE},
    {"s is n", "3026" ONE "022100" N},
    {"s is n - 1", "3026" ONE "022100" N_LESS_1},
    {"s is (n + 1) / 2", "3025" ONE "0220" HALF_MORE_1},
    {"s is all ones", "3026" ONE "022100" F32},
    {"r is negative", "3006"
                      "020180" ONE},
    {"r is -1", "3006"
                "0201ff" ONE},
    {"s is negative", "3006" ONE "0201ff"},
    {"r of 32 bytes is negative", "3025"
                                  "0220" N_LESS_1 ONE},
    {"leading zero in r", "3007"
                          "02020001" ONE},
    {"leading zero in s", "3007" ONE "0202007f"},
    {"two leading zeros", "3008"
                          "0203000080" ONE},
    {"zero of two bytes", "3007"
                          "02020000" ONE},
    {"leading zero before 31 bytes", "3025"
                                     "022000" A31 ONE},
    {"33 bytes without a sign", "3026"
                                "022101" F32 ONE},
    {"34 bytes", "3027"
                 "022200ff" F32 ONE},
    {"leading ff in r", "3007"
                        "0202ff80" ONE},
    {"length in long form", "308106" ONE ONE},
    {"length in two bytes", "30820006" ONE ONE},
    {"length of r in long form", "3007"
                                 "02810101" ONE},
    {"length of s in long form", "3007" ONE "02810101"},
    {"indefinite length", "3080" ONE ONE "0000"},
    {"indefinite integer", "3008"
                           "0280010000" ONE},
    {"trailing byte outside", "3006" ONE ONE "00"},
    {"trailing byte inside", "3007" ONE ONE "00"},
    {"trailing null inside", "3008" ONE ONE "0500"},
    {"sequence too short", "3005" ONE ONE},
    {"sequence too long", "3007" ONE ONE},
    {"sequence of 255", "30ff" ONE ONE},
    {"r reaches into s", "3006"
                         "020401" ONE},
    {"r reaches behind the end", "3006"
                                 "027f01" ONE},
    {"s reaches behind the end", "3006" ONE "020201"},
    {"s is too short", "3006" ONE "020001"},
    {"s has a tag only", "3004" ONE "02"},
    {"a set", "3106" ONE ONE},
    {"a constructed integer", "3006"
                              "220101" ONE},
    {"r is a bit string", "3006"
                          "030101" ONE},
    {"s is an octet string", "3006" ONE "040101"},
    {"r is an enumeration", "3006"
                            "0a0101" ONE},
    {"private sequence", "f006" ONE ONE},
    {"raw r and s", HALF HALF},
    {"two signatures", "3006" ONE ONE "3006" ONE ONE},
    {"73 bytes", "3047"
                 "022200"
                 "00" N_LESS_1 "0221"
                 "00" HALF},
    {"s is n + 1", "3026" ONE "022100" N_MORE_1},
    {"s is 2^255", "3026" ONE "02210080" ZERO31},
    {"s is p", "3026" ONE "022100" P},
    {"r is p", "3026"
               "022100" P ONE},
    {"r is 2^256", "3026"
                   "02210100" ZERO31 ONE},
    {"s is 2^256", "3026" ONE "02210100" ZERO31},
    {"r is n + 1 above 2^256", "3026"
                               "0221" N_ROUND ONE},
    {"s is n + 1 above 2^256", "3026" ONE "0221" N_ROUND},
    {"s is n / 2 above 2^256", "3026" ONE "0221" HALF_ROUND},
    {"both are n", "3046"
                   "022100" N "022100" N},
    {"both are all ones", "3046"
                          "022100" F32 "022100" F32},
    {"r is -n", "3026"
                "0221ff00000000ffffffff00000000000000004319055258e8"
                "617b0c46353d039cdaaf" ONE},
    {"s is -n / 2", "3025" ONE "0220"
                    "800000007fffffff8000000000000000"
                    "218c82a92c7430bd86231a9e81ce6d58"},
    {"r is -256", "3007"
                  "0202ff00" ONE},
    {"zero of three bytes", "3008"
                            "0203000000" ONE},
    {"zero s of two bytes", "3007" ONE "02020000"},
    {"zero of 32 bytes", "3025"
                         "022000" ZERO31 ONE},
    {"zero of 33 bytes", "3026"
                         "02210000" ZERO31 ONE},
    {"zero before 7f", "3007"
                       "0202007f" ONE},
    {"zero before s of 32 bytes", "3026" ONE "022100" HALF},
    {"33 bytes of r below 80", "3026"
                               "022100" HALF ONE},
    {"two zeros before 80", "3008" ONE "0203000080"},
    {"64 bytes of r", "3045"
                      "0240" F32 F32 ONE},
    {"r of 255 bytes said", "3006"
                            "02ff01" ONE},
    {"r of 128 bytes said", "3006"
                            "028001" ONE},
    {"s of 128 bytes said", "3006" ONE "028001"},
    {"length 81 of 0", "308100"},
    {"length 81 of ff", "3081ff" ONE ONE},
    {"length in three bytes", "3083000006" ONE ONE},
    {"length in four bytes", "308400000006" ONE ONE},
    {"length in five bytes", "30850000000006" ONE ONE},
    {"length 84 of all ones", "3084ffffffff" ONE ONE},
    {"length of r in two bytes", "3008"
                                 "0282000101" ONE},
    {"length of s in four bytes", "300a" ONE "028400000001"
                                  "01"},
    {"length of s in none", "3005" ONE "0280"},
    {"indefinite, without its end", "3080" ONE ONE},
    {"indefinite, of one end byte", "3080" ONE ONE "00"},
    {"indefinite s", "3008" ONE "0280010000"},
    {"sequence in a sequence", "3008"
                               "3006" ONE ONE},
    {"sequence in an octet string", "0408"
                                    "3006" ONE ONE},
    {"sequence in a bit string", "0309"
                                 "00"
                                 "3006" ONE ONE},
    {"r in a sequence", "3008"
                        "3003" ONE ONE},
    {"s in a sequence", "3008" ONE "3003" ONE},
    {"a byte in front", "00"
                        "3006" ONE ONE},
    {"an end of contents in front", "0000"
                                    "3006" ONE ONE},
    {"an end of contents within", "3008" ONE "0000" ONE},
    {"a null in place of r", "3005"
                             "0500" ONE},
    {"a null in place of s", "3005" ONE "0500"},
    {"a boolean in place of r", "3006"
                                "0101ff" ONE},
    {"a real in place of r", "3006"
                             "090142" ONE},
    {"an object in place of s", "3006" ONE "060101"},
    {"r tagged 0", "3008"
                   "a003" ONE ONE},
    {"s tagged implicitly", "3006" ONE "810101"},
    {"r of the application", "3006"
                             "420101" ONE},
    {"s of nobody", "3006" ONE "c20101"},
    {"r of a long tag", "3007"
                        "1f020101" ONE},
    {"sequence of a long tag", "3f1006" ONE ONE},
    {"a primitive sequence", "1006" ONE ONE},
    {"sequence of the application", "7006" ONE ONE},
    {"sequence of a context", "b006" ONE ONE},
    {"an integer only", "020101"},
    {"two integers only", ONE ONE},
    {"a zero more within", "3009" ONE ONE "020100"},
    {"r twice", "300a" ONE ONE ONE "00"},
    {"raw ones", "0000000000000000000000000000000000000000000000000000000000"
                 "0000010000000000000000000000000000000000000000000000000000"
                 "00000000000001"},
    {"compressed point", "02" F32},
    {"72 bytes of high s", "3046"
                           "022100" N_LESS_1 "022100" N_LESS_1},
    {"72 zeros", ZERO31 ZERO31 "00000000000000000000"},
    {"72 ones", F32 F32 "ffffffffffffffff"},
    {"zeros", "0000000000000000"},
    {"text", "726573746172740a"},
};

static void a3_every_other_spelling_is_refused(void **state)
{
    (void)state;
    assert_true(sizeof wrong / sizeof *wrong > 120);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t raw[64];
        if (decode(wrong[i].der, raw) != FFX_ERR_SIGNATURE)
            fail_msg("case %zu: %s", i, wrong[i].why);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(wrong[k].der, wrong[i].der);
    }
}

static void signature_of_the_key_is_good_and_of_another_is_not(void **state)
{
    (void)state;
    static const char text[] = "release";
    uint8_t der[FFX_DER_MAX];
    for (uint32_t length = 0; length < sizeof text; length++) {
        const uint32_t bytes =
            (uint32_t)forge_signature(FORGE_RELEASE, text, length, der);
        assert_int_equal(ffx_signature_check(psa_crypto(),
                                             forge_public(FORGE_RELEASE), text,
                                             length, der, bytes),
                         0);
        assert_int_equal(ffx_signature_check(psa_crypto(),
                                             forge_public(FORGE_OTHER), text,
                                             length, der, bytes),
                         FFX_ERR_SIGNATURE);
        assert_int_equal(
            ffx_signature_check(psa_crypto(), forge_public(FORGE_RELEASE),
                                "release!", length + 1, der, bytes),
            FFX_ERR_SIGNATURE);
    }
}

static void a3_flipped_bit_of_a_signature_makes_it_bad(void **state)
{
    (void)state;
    uint8_t der[FFX_DER_MAX];
    const uint32_t bytes =
        (uint32_t)forge_signature(FORGE_RELEASE, "abc", 3, der);
    for (uint32_t bit = 0; bit < 8 * bytes; bit++) {
        der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (ffx_signature_check(psa_crypto(), forge_public(FORGE_RELEASE),
                                "abc", 3, der, bytes) != FFX_ERR_SIGNATURE)
            fail_msg("bit %u", bit);
        der[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (uint32_t length = 0; length < bytes; length++)
        assert_int_equal(ffx_signature_check(psa_crypto(),
                                             forge_public(FORGE_RELEASE), "abc",
                                             3, der, length),
                         FFX_ERR_SIGNATURE);
}

/* A port whose supply of answers is what a broken device gives. */
static int broken_verify(void *context, const uint8_t key[FFX_PUBLIC_KEY_BYTES],
                         const uint8_t digest[FFX_SHA256_BYTES],
                         const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)key;
    (void)digest;
    (void)signature;
    return *(const int *)context;
}

static void port_that_cannot_decide_is_never_a_good_signature(void **state)
{
    (void)state;
    static const uint8_t der[] = {0x30, 6, 2, 1, 1, 2, 1, 1};
    static const uint8_t digest[FFX_SHA256_BYTES];
    static const int answers[] = {1, 2, FFX_ERR_IO, FFX_ERR_SIGNATURE};
    const struct ffx_public_key keys[2] = {*forge_public(FORGE_RELEASE),
                                           *forge_public(FORGE_OTHER)};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct ffx_crypto port = *psa_crypto();
        int answer = answers[i];
        port.verify = broken_verify;
        port.context = &answer;
        assert_int_equal(signature_key(&port, keys, 2, digest, der, sizeof der),
                         answer == FFX_ERR_IO ? FFX_ERR_IO : FFX_ERR_SIGNATURE);
    }
}

static int broken_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    (void)hash;
    return FFX_ERR_IO;
}

static void digest_that_cannot_be_made_is_an_error_of_the_port(void **state)
{
    (void)state;
    uint8_t der[FFX_DER_MAX];
    const uint32_t bytes =
        (uint32_t)forge_signature(FORGE_RELEASE, "abc", 3, der);
    struct ffx_crypto port = *psa_crypto();
    port.sha256_start = broken_start;
    assert_int_equal(ffx_signature_check(&port, forge_public(FORGE_RELEASE),
                                         "abc", 3, der, bytes),
                     FFX_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a3_shortest_form_is_taken_at_both_ends_of_the_ranges),
        cmocka_unit_test(a3_every_other_spelling_is_refused),
        cmocka_unit_test(signature_of_the_key_is_good_and_of_another_is_not),
        cmocka_unit_test(a3_flipped_bit_of_a_signature_makes_it_bad),
        cmocka_unit_test(port_that_cannot_decide_is_never_a_good_signature),
        cmocka_unit_test(digest_that_cannot_be_made_is_an_error_of_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
