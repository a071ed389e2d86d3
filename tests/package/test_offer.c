/* SPDX-License-Identifier: Apache-2.0 */
/* next documents and side-files. */
#include "forge.h"
#include "memo.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An offer in the making: facts, then who signs. */
static struct {
    struct ffx_offer offer;
    struct ffx_cert cert;
    int delegated;
    enum forge_key signer, cert_signer;
    char text[SPELL_MAX]; /* after build */
} made;

static struct ffx_public_key trusted[2];

static int start(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    strcpy(made.offer.model, "SIM7000G");
    strcpy(made.offer.from, "1529B05SIM7000G");
    strcpy(made.offer.to, "1529B11SIM7000G");
    made.offer.size = 109285;
    memset(made.offer.sha256, 0xc7, FFX_SHA256_BYTES);
    strcpy(made.cert.model, "SIM7000G");
    made.cert.key = *forge_public(FORGE_PACKAGE);
    made.delegated = 1;
    made.signer = FORGE_PACKAGE;
    made.cert_signer = FORGE_RELEASE;
    trusted[0] = *forge_public(FORGE_RELEASE);
    trusted[1] = *forge_public(FORGE_OTHER);
    return 0;
}

static void sign(void)
{
    uint8_t der[FFX_DER_MAX];
    const size_t length =
        forge_signature(made.signer, made.text, strlen(made.text), der);
    spell_hex(made.text, "sig", der, length);
}

static void add_cert(const char *cert)
{
    uint8_t der[FFX_DER_MAX];
    const size_t length =
        forge_signature(made.cert_signer, cert, strlen(cert), der);
    spell_hex(made.text, "cert", cert, strlen(cert));
    spell_hex(made.text, "cert_sig", der, length);
}

static void build(void)
{
    char cert[SPELL_MAX];
    spell_offer(made.text, &made.offer);
    spell_cert(cert, &made.cert);
    if (made.delegated)
        add_cert(cert);
    sign();
}

static int read_text(const char *text, size_t length, uint32_t trusted_count,
                     struct ffx_offer *offer)
{
    char *const tight = malloc(length == 0 ? 1 : length);
    assert_non_null(tight);
    memcpy(tight, text, length);
    const int result = ffx_offer_read(offer, tight, (uint32_t)length,
                                      memo_crypto(), trusted, trusted_count);
    free(tight);
    return result;
}

static int verdict(uint32_t trusted_count)
{
    static const struct ffx_offer untouched;
    struct ffx_offer offer = untouched;
    const int result =
        read_text(made.text, strlen(made.text), trusted_count, &offer);
    if (result == 0)
        assert_memory_equal(&offer, &made.offer, sizeof offer);
    else
        assert_memory_equal(&offer, &untouched, sizeof offer);
    return result;
}

static int verdict_of_build(uint32_t trusted_count)
{
    build();
    return verdict(trusted_count);
}

static void delegated_and_plain_offers_are_read(void **state)
{
    (void)state;
    assert_int_equal(verdict_of_build(1), 0);
    made.delegated = 0;
    made.signer = FORGE_RELEASE;
    assert_int_equal(verdict_of_build(1), 0);
    made.signer = FORGE_OTHER;
    assert_int_equal(verdict_of_build(2), 0);
}

static void offer_of_nothing_has_no_target(void **state)
{
    (void)state;
    made.offer.to[0] = '\0';
    memset(made.offer.to, 0, sizeof made.offer.to);
    made.offer.size = 0;
    memset(made.offer.sha256, 0, FFX_SHA256_BYTES);
    assert_int_equal(verdict_of_build(1), 0);
    made.offer.size = 1;
    assert_int_equal(verdict_of_build(1), FFX_ERR_MANIFEST);
    made.offer.size = 0;
    made.offer.sha256[31] = 1;
    assert_int_equal(verdict_of_build(1), FFX_ERR_MANIFEST);
    made.offer.sha256[31] = 0;
    strcpy(made.offer.to, "1529B11SIM7000G");
    assert_int_equal(verdict_of_build(1), FFX_ERR_MANIFEST);
}

static void
offer_needs_the_signature_of_a_trusted_or_delegated_key(void **state)
{
    (void)state;
    for (int delegated = 0; delegated < 2; delegated++)
        for (int s = 0; s < FORGE_KEYS; s++)
            for (int c = 0; c < FORGE_KEYS; c++) {
                const int good = delegated
                                     ? s == FORGE_PACKAGE && c == FORGE_RELEASE
                                     : s == FORGE_RELEASE;
                made.delegated = delegated;
                made.signer = (enum forge_key)s;
                made.cert_signer = (enum forge_key)c;
                assert_int_equal(verdict_of_build(1),
                                 good ? 0 : FFX_ERR_SIGNATURE);
            }
}

static void cert_for_another_model_is_refused(void **state)
{
    (void)state;
    strcpy(made.cert.model, "SIM7000G-N");
    assert_int_equal(verdict_of_build(1), FFX_ERR_CERT);
}

static void target_may_be_any_version_but_none(void **state)
{
    (void)state;
    static const char *const targets[] = {"nine", "None", "none1", "n"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        memset(made.offer.to, 0, sizeof made.offer.to);
        strcpy(made.offer.to, targets[i]);
        assert_int_equal(verdict_of_build(1), 0);
    }
}

static void signature_longer_than_any_is_refused(void **state)
{
    (void)state;
    static const uint8_t der[FFX_DER_MAX + 1] = {0x30, FFX_DER_MAX - 1};
    spell_offer(made.text, &made.offer);
    spell_hex(made.text, "sig", der, sizeof der);
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
}

static int broken_start(void *context, struct ffx_sha256 *hash)
{
    (void)context;
    (void)hash;
    return FFX_ERR_IO;
}

static void fault_of_the_crypto_port_is_passed_on(void **state)
{
    (void)state;
    struct ffx_crypto port = *memo_crypto();
    struct ffx_offer offer;
    port.sha256_start = broken_start;
    build();
    assert_int_equal(ffx_offer_read(&offer, made.text,
                                    (uint32_t)strlen(made.text), &port, trusted,
                                    1),
                     FFX_ERR_IO);
}

static void largest_offer_fits_and_is_read(void **state)
{
    (void)state;
    strcpy(made.offer.model, "0123456789abcdef");
    strcpy(made.cert.model, "0123456789abcdef");
    strcpy(made.offer.from, "0123456789abcdef0123456789abcdef");
    strcpy(made.offer.to, "0123456789abcdef0123456789abcdeF");
    made.offer.size = made.cert.max_sequence = UINT32_MAX;
    assert_int_equal(verdict_of_build(1), 0);
    assert_in_range(strlen(made.text), 880, FFX_SIDEFILE_MAX);
}

/* Signed by the right key: the text itself is wrong. */
static void signed_nonsense_is_refused_as_such(void **state)
{
    (void)state;
    static const char *const edits[][2] = {
        {"format=1\n", "format=2\n"},
        {"format=1\n", "format=1\r\n"},
        {"format=1\n", "format= 1\n"},
        {"format=1\n", ""},
        {"format=1\n", "format=1\n\n"},
        {"model=SIM7000G\n", "model=SIM7000G-\n"},
        {"model=SIM7000G\n", "model=\n"},
        {"from=", "From="},
        {"from=1529B05SIM7000G\nto=1529B11SIM7000G\n",
         "to=1529B11SIM7000G\nfrom=1529B05SIM7000G\n"},
        {"to=1529B11SIM7000G\n", "to=a___b\n"},
        {"to=1529B11SIM7000G\n", "to=\n"},
        {"to=1529B11SIM7000G\n", "to=none\n"},
        {"size=109285\n", "size=0\n"},
        {"size=109285\n", "size=0109285\n"},
        {"size=109285\n", "size=4294967296\n"},
        {"size=109285\n", "size=109285\nsize=109285\n"},
        {"sha256=c7", "sha256=C7"},
        {"sha256=c7", "sha256=c"},
        {"sha256=c7", "sha256=c7c7"},
        {"sha256=", "path=x\nsha256="},
        {"cert=66", "cert=6"},
        {"cert=66", "cert=FF"},
        {"cert=66", "cert=6666"},
        {"cert=66", "certs=66"},
        {"cert_sig=30", "cert_sig=3"},
        {"cert_sig=30", "cert_sig=3X"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char text[SPELL_MAX];
        build();
        char *const at = strstr(made.text, edits[i][0]);
        assert_non_null(at);
        *strstr(made.text, "\nsig=") = '\0';
        snprintf(text, sizeof text, "%.*s%s%s\n", (int)(at - made.text),
                 made.text, edits[i][1], at + strlen(edits[i][0]));
        strcpy(made.text, text);
        sign();
        const int result = verdict(1);
        /* An even number of hex digits more is a cert, but an unsigned one. */
        const int expected = strcmp(edits[i][1], "cert=6666") == 0
                                 ? FFX_ERR_SIGNATURE
                                 : FFX_ERR_MANIFEST;
        if (result != expected)
            fail_msg("edit %zu: %s: %d", i, edits[i][1], result);
    }
}

static void signed_cert_must_be_canonical_and_short(void **state)
{
    (void)state;
    char cert[SPELL_MAX];
    static const char *const wrong[] = {"x", "format=1\n", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        spell_offer(made.text, &made.offer);
        add_cert(wrong[i]);
        sign();
        assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    }
    for (size_t length = 190; length < 210; length++) {
        memset(cert, 'a', length);
        cert[length] = '\0';
        spell_offer(made.text, &made.offer);
        add_cert(cert);
        sign();
        assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    }
}

static void lines_around_the_signatures_are_exact(void **state)
{
    (void)state;
    static const char *const edits[][2] = {
        {"\nsig=", "\nSig="},   {"\nsig=", "\nsig= "},
        {"\nsig=", "\n\nsig="}, {"\nsig=", "\nsig=00\nsig="},
        {"\nsig=3", "\nsig="},  {"\nsig=30", "\nsig=3A"},
        {"\nsig=30", "\nsig="}, {"\nsig=30", "\nsig=3030"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char text[SPELL_MAX];
        build();
        char *const at = strstr(made.text, edits[i][0]);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - made.text),
                 made.text, edits[i][1], at + strlen(edits[i][0]));
        strcpy(made.text, text);
        const int result = verdict(1);
        if (result != FFX_ERR_MANIFEST && result != FFX_ERR_SIGNATURE)
            fail_msg("edit %zu: %d", i, result);
    }
}

static void every_flipped_bit_cut_or_further_byte_is_refused(void **state)
{
    (void)state;
    struct ffx_offer offer;
    build();
    const size_t length = strlen(made.text);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        made.text[bit / 8] = (char)(made.text[bit / 8] ^ 1 << bit % 8);
        const int result = read_text(made.text, length, 1, &offer);
        if (result != FFX_ERR_MANIFEST && result != FFX_ERR_SIGNATURE)
            fail_msg("bit %zu: %d", bit, result);
        made.text[bit / 8] = (char)(made.text[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(read_text(made.text, cut, 1, &offer),
                         FFX_ERR_MANIFEST);
    for (int c = 0; c < 256; c++) {
        made.text[length] = (char)c;
        assert_int_equal(read_text(made.text, length + 1, 1, &offer),
                         FFX_ERR_MANIFEST);
    }
}

static void offer_of_more_than_1024_bytes_is_refused(void **state)
{
    (void)state;
    static char text[FFX_SIDEFILE_MAX + 1];
    struct ffx_offer offer;
    memset(text, 'a', sizeof text);
    assert_int_equal(read_text(text, sizeof text, 1, &offer), FFX_ERR_MANIFEST);
}

/* A signature over another kind of text does not make that text an offer,
 * nor an offer's signature a package. */
static void offer_is_no_manifest_and_no_manifest_an_offer(void **state)
{
    (void)state;
    static struct forge forge;
    forge_default(&forge);
    forge_spell(&forge);
    made.delegated = 0;
    made.signer = FORGE_RELEASE;
    for (int i = 0; i < 3; i++) {
        strcpy(made.text, forge.text[i]);
        sign();
        assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    }
    build();
    const uint32_t length = (uint32_t)(strstr(made.text, "sig=") - made.text);
    assert_int_equal(ffx_release_parse(&forge.release, made.text, length),
                     FFX_ERR_MANIFEST);
    assert_int_equal(ffx_manifest_parse(&forge.manifest, made.text, length),
                     FFX_ERR_MANIFEST);
    assert_int_equal(ffx_cert_parse(&forge.cert, made.text, length),
                     FFX_ERR_MANIFEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delegated_and_plain_offers_are_read, start),
        cmocka_unit_test_setup(offer_of_nothing_has_no_target, start),
        cmocka_unit_test_setup(
            offer_needs_the_signature_of_a_trusted_or_delegated_key, start),
        cmocka_unit_test_setup(cert_for_another_model_is_refused, start),
        cmocka_unit_test_setup(target_may_be_any_version_but_none, start),
        cmocka_unit_test_setup(signature_longer_than_any_is_refused, start),
        cmocka_unit_test_setup(fault_of_the_crypto_port_is_passed_on, start),
        cmocka_unit_test_setup(largest_offer_fits_and_is_read, start),
        cmocka_unit_test_setup(signed_nonsense_is_refused_as_such, start),
        cmocka_unit_test_setup(signed_cert_must_be_canonical_and_short, start),
        cmocka_unit_test_setup(lines_around_the_signatures_are_exact, start),
        cmocka_unit_test_setup(every_flipped_bit_cut_or_further_byte_is_refused,
                               start),
        cmocka_unit_test_setup(offer_of_more_than_1024_bytes_is_refused, start),
        cmocka_unit_test_setup(offer_is_no_manifest_and_no_manifest_an_offer,
                               start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
