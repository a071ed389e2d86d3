/* SPDX-License-Identifier: Apache-2.0 */
/* Key files, certificates, and signatures against RFC 6979. */
#include "child.h"
#include "fixture.h"
#include "forge.h"

#include <pack/recover.h>
#include <pack/release.h>
#include <pack/sign.h>
#include <psa/psa_crypto.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The key of RFC 6979 A.2.5 in SEC1, without its public half. */
static const char rfc_pem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MDECAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEH\n"
    "-----END EC PRIVATE KEY-----\n";

/* Its signatures of "sample" and "test" with SHA-256. The RFC's s of "sample"
 * is above n/2; what stands here is n - s. */
static const struct {
    const char *message;
    uint8_t der[72];
    size_t length;
} rfc_signatures[] = {
    {"sample",
     {0x30, 0x45, 0x02, 0x21, 0x00, 0xef, 0xd4, 0x8b, 0x2a, 0xac, 0xb6, 0xa8,
      0xfd, 0x11, 0x40, 0xdd, 0x9c, 0xd4, 0x5e, 0x81, 0xd6, 0x9d, 0x2c, 0x87,
      0x7b, 0x56, 0xaa, 0xf9, 0x91, 0xc3, 0x4d, 0x0e, 0xa8, 0x4e, 0xaf, 0x37,
      0x16, 0x02, 0x20, 0x08, 0x34, 0xe3, 0x6a, 0xd2, 0x9a, 0x83, 0xbf, 0x2b,
      0xc9, 0x38, 0x5e, 0x49, 0x1d, 0x60, 0x99, 0xc8, 0xfd, 0xf9, 0xd1, 0xed,
      0x67, 0xaa, 0x7e, 0xa5, 0xf5, 0x1f, 0x93, 0x78, 0x28, 0x57, 0xa9},
     71},
    {"test",
     {0x30, 0x45, 0x02, 0x21, 0x00, 0xf1, 0xab, 0xb0, 0x23, 0x51, 0x83, 0x51,
      0xcd, 0x71, 0xd8, 0x81, 0x56, 0x7b, 0x1e, 0xa6, 0x63, 0xed, 0x3e, 0xfc,
      0xf6, 0xc5, 0x13, 0x2b, 0x35, 0x4f, 0x28, 0xd3, 0xb0, 0xb7, 0xd3, 0x83,
      0x67, 0x02, 0x20, 0x01, 0x9f, 0x41, 0x13, 0x74, 0x2a, 0x2b, 0x14, 0xbd,
      0x25, 0x92, 0x6b, 0x49, 0xc6, 0x49, 0x15, 0x5f, 0x26, 0x7e, 0x60, 0xd3,
      0x81, 0x4b, 0x4c, 0x0c, 0xc8, 0x42, 0x50, 0xe4, 0x6f, 0x00, 0x83},
     71},
};

static struct fixture fixture;
static struct pack_error error;
static char path[FIXTURE_PATH];

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&fixture);
    return 0;
}

static void put(const char *name, const void *bytes, size_t length)
{
    fixture_path(&fixture, name, path);
    assert_int_equal(pack_write_file(path, bytes, length, 0, &error), 0);
}

/* Past the loader, which refuses a key that everybody has. */
static struct pack_key *rfc_key(void)
{
    struct pack_key *key = calloc(1, sizeof *key);
    size_t length;
    assert_non_null(key);
    mbedtls_pk_init(&key->pk);
    assert_int_equal(mbedtls_pk_parse_key(&key->pk, (const uint8_t *)rfc_pem,
                                          sizeof rfc_pem, NULL, 0),
                     0);
    const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(key->pk);
    assert_int_equal(mbedtls_ecp_point_write_binary(
                         &pair->grp, &pair->Q, MBEDTLS_ECP_PF_UNCOMPRESSED,
                         &length, key->public_key.point,
                         sizeof key->public_key.point),
                     0);
    return key;
}

static void put_public(const char *name, const struct ffx_public_key *key)
{
    mbedtls_pk_context pk;
    unsigned char pem[512];
    mbedtls_pk_init(&pk);
    assert_int_equal(
        mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), 0);
    mbedtls_ecp_keypair *pair = mbedtls_pk_ec(pk);
    assert_int_equal(
        mbedtls_ecp_group_load(&pair->grp, MBEDTLS_ECP_DP_SECP256R1), 0);
    assert_int_equal(mbedtls_ecp_point_read_binary(
                         &pair->grp, &pair->Q, key->point, sizeof key->point),
                     0);
    assert_int_equal(mbedtls_pk_write_pubkey_pem(&pk, pem, sizeof pem), 0);
    mbedtls_pk_free(&pk);
    put(name, pem, strlen((const char *)pem));
}

/* --- signatures ---------------------------------------------------------- */

static void signatures_are_those_of_rfc_6979_with_the_lower_s(void **state)
{
    (void)state;
    struct pack_key *key = rfc_key();
    for (size_t i = 0; i < 2; i++) {
        struct pack_buffer der = {0};
        const char *message = rfc_signatures[i].message;
        assert_int_equal(
            sign_message(key, message, strlen(message), &der, &error), 0);
        assert_int_equal(der.length, rfc_signatures[i].length);
        assert_memory_equal(der.bytes, rfc_signatures[i].der, der.length);
        pack_buffer_free(&der);
    }
    pack_key_free(key);
}

static void reader_takes_every_signature_of_the_maker(void **state)
{
    (void)state;
    struct pack_key *key = rfc_key();
    for (uint32_t i = 0; i < 60; i++) {
        struct pack_buffer der = {0};
        assert_int_equal(sign_message(key, &i, sizeof i, &der, &error), 0);
        if (ffx_signature_check(psa_crypto(), pack_key_public(key), &i,
                                sizeof i, der.bytes, (uint32_t)der.length) != 0)
            fail_msg("message %u", i);
        pack_buffer_free(&der);
    }
    pack_key_free(key);
}

/* RFC 6979's own s of "sample", above n/2. */
static void other_spellings_come_out_in_the_one(void **state)
{
    (void)state;
    static const uint8_t high[] = {
        0xf7, 0xcb, 0x1c, 0x94, 0x2d, 0x65, 0x7c, 0x41, 0xd4, 0x36, 0xc7,
        0xa1, 0xb6, 0xe2, 0x9f, 0x65, 0xf3, 0xe9, 0x00, 0xdb, 0xb9, 0xaf,
        0xf4, 0x06, 0x4d, 0xc4, 0xab, 0x2f, 0x84, 0x3a, 0xcd, 0xa8};
    const uint8_t *const low = rfc_signatures[0].der;
    const size_t low_length = rfc_signatures[0].length;
    uint8_t der[72];
    struct pack_buffer out = {0};
    memcpy(der, low, 37); /* SEQUENCE, r */
    der[1] = 70;
    memcpy(der + 37, "\x02\x21\x00", 3);
    memcpy(der + 40, high, 32);
    assert_int_equal(sign_normalise(der, 72, &out), 0);
    assert_int_equal(out.length, low_length);
    assert_memory_equal(out.bytes, low, low_length);
    pack_buffer_free(&out);
    assert_int_equal(sign_normalise(low, low_length, &out), 0);
    assert_int_equal(out.length, low_length);
    assert_memory_equal(out.bytes, low, low_length);
    pack_buffer_free(&out);
    assert_int_equal(sign_normalise(low, low_length - 1, &out),
                     FFX_ERR_SIGNATURE);
    memset(der + 40, 0xff, 32); /* s above n */
    assert_int_equal(sign_normalise(der, 72, &out), FFX_ERR_SIGNATURE);
    memset(der + 40, 0, 32);
    assert_int_equal(sign_normalise(der, 72, &out), FFX_ERR_SIGNATURE);
    assert_null(out.bytes);
}

static void signer_is_found_from_signature_and_message(void **state)
{
    (void)state;
    struct pack_key *key = rfc_key();
    for (uint32_t i = 0; i < 20; i++) {
        struct pack_buffer der = {0};
        struct ffx_public_key found[2];
        assert_int_equal(sign_message(key, &i, sizeof i, &der, &error), 0);
        const int count =
            recover_keys(&i, sizeof i, der.bytes, der.length, found);
        int seen = 0;
        for (int k = 0; k < count; k++)
            seen +=
                memcmp(&found[k], pack_key_public(key), sizeof found[k]) == 0;
        if (seen != 1)
            fail_msg("message %u: %d candidates", i, count);
        pack_buffer_free(&der);
    }
    pack_key_free(key);
}

static void no_signer_is_found_for_what_is_no_signature(void **state)
{
    (void)state;
    struct ffx_public_key found[2];
    static const uint8_t zero_r[] = {0x30, 6, 2, 1, 0, 2, 1, 1};
    static const uint8_t zero_s[] = {0x30, 6, 2, 1, 1, 2, 1, 0};
    static const uint8_t cut[] = {0x30, 6, 2, 1};
    static const uint8_t long_one[73] = {0x30, 71};
    assert_int_equal(recover_keys("m", 1, zero_r, sizeof zero_r, found), 0);
    assert_int_equal(recover_keys("m", 1, zero_s, sizeof zero_s, found), 0);
    assert_int_equal(recover_keys("m", 1, cut, sizeof cut, found), 0);
    assert_int_equal(recover_keys("m", 1, long_one, sizeof long_one, found), 0);
    assert_int_equal(recover_keys("m", 1, cut, 0, found), 0);
}

/* --- files --------------------------------------------------------------- */

static mode_t mode_of(const char *name)
{
    struct stat status;
    fixture_path(&fixture, name, path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777;
}

static void private_keys_are_readable_by_their_owner_alone(void **state)
{
    (void)state;
    assert_int_equal(mode_of("release.key"), 0600);
    assert_int_equal(mode_of("package.key"), 0600);
    assert_true((mode_of("release.pub") & 0400) != 0);
}

static void private_and_public_file_hold_the_same_key(void **state)
{
    (void)state;
    struct pack_key *key;
    assert_int_equal(pack_key_load(fixture.release_key_path, &key, &error), 0);
    assert_memory_equal(pack_key_public(key), &fixture.release_key,
                        sizeof fixture.release_key);
    assert_null(pack_key_delegation(key));
    pack_key_free(key);
}

static void two_keys_are_never_the_same(void **state)
{
    (void)state;
    assert_memory_not_equal(pack_key_public(fixture.package_key),
                            &fixture.release_key, sizeof fixture.release_key);
}

static void delegated_key_brings_its_certificate(void **state)
{
    (void)state;
    const struct ffx_cert *cert = pack_key_delegation(fixture.package_key);
    assert_non_null(cert);
    assert_string_equal(cert->model, "SIM7000G");
    assert_int_equal(cert->max_sequence, 65536);
    assert_memory_equal(&cert->key, pack_key_public(fixture.package_key),
                        sizeof cert->key);
}

static void no_file_of_a_key_is_ever_overwritten(void **state)
{
    (void)state;
    static const char *const taken[] = {"new.key", "new.pub", "new.cert",
                                        "new.cert.sig"};
    char base[FIXTURE_PATH];
    fixture_path(&fixture, "new", base);
    for (size_t i = 0; i < 4; i++) {
        put(taken[i], "mine", 4);
        assert_int_equal(pack_key_make(base, NULL, &error), FFX_ERR_IO);
        assert_non_null(strstr(error.text, taken[i]));
        unlink(path);
    }
    assert_int_equal(pack_key_make(base, NULL, &error), 0);
}

/* --- refusals ------------------------------------------------------------ */

static void assert_not_a_key(const char *pem, const char *words)
{
    struct pack_key *key;
    put("odd.key", pem, strlen(pem));
    assert_int_equal(pack_key_load(path, &key, &error), FFX_ERR_SIGNATURE);
    assert_null(key);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, words);
}

static void what_is_no_p256_key_is_refused(void **state)
{
    (void)state;
    assert_not_a_key("", "not a private key");
    assert_not_a_key("garbage\n", "not a private key");
    assert_not_a_key("-----BEGIN EC PRIVATE KEY-----\nAAAA\n"
                     "-----END EC PRIVATE KEY-----\n",
                     "not a private key");
    /* d = 0 */
    assert_not_a_key(
        "-----BEGIN EC PRIVATE KEY-----\n"
        "MDECAQEEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAoAoGCCqGSM49\n"
        "AwEH\n"
        "-----END EC PRIVATE KEY-----\n",
        "not a private key");
    /* A secp384r1 key. */
    assert_not_a_key(
        "-----BEGIN EC PRIVATE KEY-----\n"
        "MD4CAQEEMAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n"
        "AQEBAQEBAaAHBgUrgQQAIg==\n"
        "-----END EC PRIVATE KEY-----\n",
        "P-256");
}

static void a42_no_test_key_is_loaded_or_trusted(void **state)
{
    (void)state;
    struct pack_key *key;
    put("odd.key", rfc_pem, sizeof rfc_pem - 1);
    assert_int_equal(pack_key_load(path, &key, &error), FFX_ERR_TEST_KEY);
    assert_null(key);
    assert_non_null(strstr(error.text, "anybody can sign"));
    for (enum forge_key i = FORGE_RELEASE; i < FORGE_OWN; i++) {
        struct ffx_public_key loaded;
        put_public("odd.pub", forge_public(i));
        assert_int_equal(pack_public_key_load(path, &loaded, &error),
                         FFX_ERR_TEST_KEY);
    }
}

/* Who has devices that trust one must get them away from it. */
static void a42_a_test_key_can_be_revoked_and_not_introduced(void **state)
{
    (void)state;
    struct pack_signing how = {.key = fixture.release_key_path};
    char pub[FIXTURE_PATH];
    put_public("odd.pub", forge_public(FORGE_OTHER));
    fixture_path(&fixture, "odd.pub", pub);
    how.next_key = pub;
    assert_int_equal(pack_release_sign(fixture.b_path, &how, &error),
                     FFX_ERR_TEST_KEY);
    how.next_key = NULL;
    how.revoke = pub;
    assert_int_equal(pack_release_sign(fixture.b_path, &how, &error), 0);
}

static void a42_a_release_that_introduces_a_test_key_is_not_used(void **state)
{
    (void)state;
    struct pack_release b;
    struct pack_buffer text = {0};
    fixture.b.has_next_key = 1;
    fixture.b.next_key = *forge_public(FORGE_OTHER);
    release_text(&fixture.b, &text);
    put("b/release", text.bytes, text.length);
    assert_int_equal(pack_release_load(fixture.b_path, &b, &error),
                     FFX_ERR_TEST_KEY);
    fixture.b.has_next_key = 0;
    pack_buffer_free(&text);
}

static void trust_is_not_given_to_a_private_key(void **state)
{
    (void)state;
    struct ffx_public_key key;
    assert_int_equal(
        pack_public_key_load(fixture.release_key_path, &key, &error),
        FFX_ERR_SIGNATURE);
    assert_non_null(strstr(error.text, "private key"));
    put("odd.pub", "garbage", 7);
    assert_int_equal(pack_public_key_load(path, &key, &error),
                     FFX_ERR_SIGNATURE);
}

static void certificate_must_fit_its_key(void **state)
{
    (void)state;
    struct pack_key *key;
    struct pack_buffer cert;
    char lone[FIXTURE_PATH];
    fixture_path(&fixture, "package.cert", path);
    assert_int_equal(pack_read_file(path, &cert, &error), 0);
    fixture_path(&fixture, "lone.key", lone);
    assert_int_equal(pack_key_make(lone, NULL, &error), 0);
    put("lone.cert", cert.bytes, cert.length);
    assert_int_equal(pack_key_load(lone, &key, &error), FFX_ERR_IO);
    assert_true(error.missing);
    put("lone.cert.sig", "x", 1);
    assert_int_equal(pack_key_load(lone, &key, &error), FFX_ERR_CERT);
    assert_non_null(strstr(error.text, "another key"));
    put("lone.cert", "format=1\n", 9);
    assert_int_equal(pack_key_load(lone, &key, &error), FFX_ERR_CERT);
    pack_buffer_free(&cert);
}

static void delegated_key_cannot_delegate(void **state)
{
    (void)state;
    fixture_path(&fixture, "third", path);
    const struct pack_delegation chain = {fixture.package_key_path, "SIM7000G",
                                          9};
    const struct pack_delegation odd = {fixture.release_key_path, "SIM 7000",
                                        9};
    assert_int_equal(pack_key_make(path, &chain, &error), FFX_ERR_CERT);
    assert_int_equal(pack_key_make(path, &odd, &error), FFX_ERR_ARGUMENT);
}

/* --- the end of a delegation --------------------------------------------- */

/* What `farfix package verify` says of a package to sequence 7 under a
 * delegation that ends with `max_sequence`: its exit code, and `words`. */
static void expect_verdict(uint32_t max_sequence, int code, const char *words)
{
    static struct forge forge;
    char zip_path[FIXTURE_PATH], pub_path[FIXTURE_PATH], said[4096];
    const char *const argv[] = {getenv("FARFIX"), "package", "verify", zip_path,
                                "--trust",        pub_path,  NULL};
    struct child child;
    forge_default(&forge);
    forge.signer[FORGE_TEXT_RELEASE] = forge.signer[FORGE_TEXT_CERT] =
        FORGE_OWN;
    forge.cert.max_sequence = max_sequence;
    struct forge_bytes zip = forge_build(&forge);
    put("forged.zip", zip.bytes, zip.length);
    put_public("forged.pub", forge_public(FORGE_OWN));
    fixture_path(&fixture, "forged.zip", zip_path);
    fixture_path(&fixture, "forged.pub", pub_path);
    child_start(&child, argv, "/dev/null");
    size_t length = 0, count;
    do {
        count =
            child_read(&child, said + length, sizeof said - 1 - length, 10000);
        length += count;
    } while (count > 0);
    said[length] = '\0';
    assert_int_equal(child_wait(&child), code);
    if (strstr(said, words) == NULL)
        fail_msg("'%s' lacks '%s'", said, words);
    free(zip.bytes);
}

static void a30_verify_names_a_delegation_that_has_ended(void **state)
{
    (void)state;
    expect_verdict(7, 0, "until sequence 7");
    expect_verdict(6, 1, "FAILED  delegation");
}

/* --- offers -------------------------------------------------------------- */

static void assert_offer_refused(const char *model, const char *from,
                                 const char *to, int code)
{
    struct ffx_offer offer = {.size = 1};
    struct pack_buffer text;
    snprintf(offer.model, sizeof offer.model, "%s", model);
    snprintf(offer.from, sizeof offer.from, "%s", from);
    snprintf(offer.to, sizeof offer.to, "%s", to);
    assert_int_equal(pack_offer(&offer, fixture.package_key, &text, &error),
                     code);
    assert_null(text.bytes);
}

static void offers_read_back_under_the_release_key(void **state)
{
    (void)state;
    struct ffx_offer offer = {.model = "SIM7000G", .from = "A", .to = "B"};
    struct ffx_offer got;
    struct pack_buffer text;
    offer.size = 4711;
    memset(offer.sha256, 0x5a, sizeof offer.sha256);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(pack_offer(&offer, fixture.package_key, &text, &error),
                         0);
        assert_int_equal(ffx_offer_read(&got, (const char *)text.bytes,
                                        (uint32_t)text.length, psa_crypto(),
                                        &fixture.release_key, 1),
                         0);
        assert_string_equal(got.to, offer.to);
        assert_int_equal(got.size, round == 0 ? 4711 : 0);
        pack_buffer_free(&text);
        offer.to[0] = '\0'; /* the second round offers nothing */
    }
}

static void offers_that_say_nothing_sensible_are_refused(void **state)
{
    (void)state;
    assert_offer_refused("SIM7000G", "A", "A", FFX_ERR_ARGUMENT);
    assert_offer_refused("SIM7000G", "A", "none", FFX_ERR_ARGUMENT);
    assert_offer_refused("SIM7000G", "", "B", FFX_ERR_ARGUMENT);
    assert_offer_refused("SIM7000G", "A", "B___C", FFX_ERR_ARGUMENT);
    assert_offer_refused("SIM_7000", "A", "B", FFX_ERR_ARGUMENT);
    assert_offer_refused("SIM7000E", "A", "B", FFX_ERR_CERT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_those_of_rfc_6979_with_the_lower_s),
        cmocka_unit_test(reader_takes_every_signature_of_the_maker),
        cmocka_unit_test(other_spellings_come_out_in_the_one),
        cmocka_unit_test(signer_is_found_from_signature_and_message),
        cmocka_unit_test(no_signer_is_found_for_what_is_no_signature),
        cmocka_unit_test(private_keys_are_readable_by_their_owner_alone),
        cmocka_unit_test(private_and_public_file_hold_the_same_key),
        cmocka_unit_test(two_keys_are_never_the_same),
        cmocka_unit_test(delegated_key_brings_its_certificate),
        cmocka_unit_test(no_file_of_a_key_is_ever_overwritten),
        cmocka_unit_test(what_is_no_p256_key_is_refused),
        cmocka_unit_test(a42_no_test_key_is_loaded_or_trusted),
        cmocka_unit_test(a42_a_test_key_can_be_revoked_and_not_introduced),
        cmocka_unit_test(a42_a_release_that_introduces_a_test_key_is_not_used),
        cmocka_unit_test(trust_is_not_given_to_a_private_key),
        cmocka_unit_test(certificate_must_fit_its_key),
        cmocka_unit_test(delegated_key_cannot_delegate),
        cmocka_unit_test(a30_verify_names_a_delegation_that_has_ended),
        cmocka_unit_test(offers_read_back_under_the_release_key),
        cmocka_unit_test(offers_that_say_nothing_sensible_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
