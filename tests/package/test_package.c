/* SPDX-License-Identifier: Apache-2.0 */
/* update.zip: which packages are taken, whose signatures count, and that the
 * manifests must agree. */
#include "forge.h"
#include "memo.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct forge forge;
static struct ffx_package package;
static uint8_t scratch[16384];
static struct ffx_public_key trusted[2];

static struct ffx_package_config config_for(const struct forge_bytes *file)
{
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = forge_file(file),
        .trusted = trusted,
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = FFX_PACKAGE_BUFFER_MIN,
    };
    return config;
}

static int read_whole(const struct ffx_package_config *config)
{
    int result = ffx_package_open(&package, config);
    if (result != 0)
        return result;
    do
        result = ffx_package_check(&package);
    while (result == 1);
    return result;
}

/* Builds what stands in `forge` now and reads it. */
static int verdict(uint32_t trusted_count)
{
    struct forge_bytes file = forge_build(&forge);
    struct ffx_package_config config = config_for(&file);
    config.trusted_count = trusted_count;
    const int result = read_whole(&config);
    free(file.bytes);
    return result;
}

static int start(void **state)
{
    (void)state;
    forge_default(&forge);
    trusted[0] = *forge_public(FORGE_RELEASE);
    trusted[1] = *forge_public(FORGE_OTHER);
    return 0;
}

/* --- good packages ------------------------------------------------------- */

static void delegated_package_is_taken_and_understood(void **state)
{
    (void)state;
    uint8_t digest[FFX_SHA256_BYTES];
    assert_int_equal(verdict(1), 0);
    assert_int_equal(package.delegated, 1);
    assert_int_equal(package.release_key, 0);
    assert_string_equal(package.release.version, "1529B11SIM7000G");
    assert_string_equal(package.manifest.from, "1529B05SIM7000G");
    assert_int_equal(package.manifest.part_count, 2);
    forge_sha256(forge.text[FORGE_TEXT_PACKAGE],
                 forge.text_length[FORGE_TEXT_PACKAGE], digest);
    assert_memory_equal(package.digest, digest, sizeof digest);
    assert_int_equal(ffx_package_check(&package), 0);
}

static void undelegated_package_is_taken(void **state)
{
    (void)state;
    forge.delegated = 0;
    forge.signer[FORGE_TEXT_PACKAGE] = FORGE_RELEASE;
    assert_int_equal(verdict(1), 0);
    assert_int_equal(package.delegated, 0);
}

static void either_of_two_trusted_keys_may_sign(void **state)
{
    (void)state;
    forge.signer[FORGE_TEXT_RELEASE] = FORGE_OTHER;
    assert_int_equal(verdict(2), 0);
    assert_int_equal(package.release_key, 1);
    forge.signer[FORGE_TEXT_CERT] = FORGE_OTHER;
    assert_int_equal(verdict(2), 0);
    forge.delegated = 0;
    forge.signer[FORGE_TEXT_PACKAGE] = FORGE_OTHER;
    assert_int_equal(verdict(2), 0);
}

static void one_and_three_parts_are_taken(void **state)
{
    (void)state;
    forge.manifest.part_count = 1;
    assert_int_equal(verdict(1), 0);
    forge_default(&forge);
    forge.manifest.parts[0] = forge.manifest.parts[1];
    forge.manifest.part_count = 1;
    forge_payload(&forge, 0, 33);
    assert_int_equal(verdict(1), 0);
    forge_default(&forge);
    forge.release.component_count = forge.manifest.part_count = 3;
    strcpy(forge.release.components[2].name, "longname");
    forge.manifest.parts[2] = forge.manifest.parts[0];
    strcpy(forge.manifest.parts[2].name, "longname");
    forge.release.components[2].size = 9;
    forge_payload(&forge, 2, 4096);
    assert_int_equal(verdict(1), 0);
}

static void payload_of_any_length_is_read_with_any_buffer(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 20; extra++) {
        const uint32_t bytes = (uint32_t)FFX_PACKAGE_BUFFER_MIN + 7 * extra;
        const uint32_t lengths[] = {1, bytes - 256 - 8, bytes - 256,
                                    bytes - 256 + 1, 4096};
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            forge_payload(&forge, 0, lengths[i]);
            struct forge_bytes file = forge_build(&forge);
            struct ffx_package_config config = config_for(&file);
            /* Its own allocation, at every alignment, for ASan's sake. */
            uint8_t *const buffer = malloc(bytes + extra % 8);
            assert_non_null(buffer);
            config.buffer = buffer + extra % 8;
            config.buffer_bytes = bytes;
            const int result = read_whole(&config);
            free(buffer);
            free(file.bytes);
            if (result != 0)
                fail_msg("buffer %u, payload %u: %d", bytes, lengths[i],
                         result);
        }
    }
}

/* Beside the buffer, which is gone by then. */
static void payload_gives_its_bytes_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const uint32_t pieces[] = {1, 2, 3, 7, 64, 199, 200};
    struct forge_bytes file = forge_build(&forge);
    struct ffx_package_config config = config_for(&file);
    assert_int_equal(read_whole(&config), 0);
    memset(scratch, 0, sizeof scratch);
    for (uint32_t i = 0; i < 2; i++) {
        struct ffx_payload_reader reader;
        struct ffx_read_at payload;
        uint8_t bytes[200];
        ffx_package_payload(&package, i, &reader, &payload);
        assert_int_equal(payload.size, i == 0 ? 90 : 200);
        for (size_t n = 0; n < sizeof pieces / sizeof *pieces; n++) {
            memset(bytes, 0, sizeof bytes);
            for (uint32_t at = 0; at < payload.size; at += pieces[n]) {
                const uint32_t left = payload.size - at;
                assert_int_equal(
                    ffx_read_at(&payload, at, bytes + at,
                                left < pieces[n] ? left : pieces[n]),
                    0);
            }
            assert_memory_equal(bytes, forge.payload[i], payload.size);
        }
        assert_int_equal(ffx_read_at(&payload, 0, bytes, payload.size + 1),
                         FFX_ERR_ARGUMENT);
    }
    free(file.bytes);
}

/* --- whose signature ----------------------------------------------------- */

static void every_text_needs_the_signature_of_its_own_key(void **state)
{
    (void)state;
    for (int delegated = 0; delegated < 2; delegated++)
        for (int r = 0; r < FORGE_KEYS; r++)
            for (int c = 0; c < FORGE_KEYS; c++)
                for (int p = 0; p < FORGE_KEYS; p++) {
                    const int cert_is_good = !delegated || c == FORGE_RELEASE;
                    const int package_key =
                        delegated ? FORGE_PACKAGE : FORGE_RELEASE;
                    const int good =
                        r == FORGE_RELEASE && cert_is_good && p == package_key;
                    forge.delegated = delegated;
                    forge.signer[0] = (enum forge_key)r;
                    forge.signer[1] = (enum forge_key)c;
                    forge.signer[2] = (enum forge_key)p;
                    assert_int_equal(verdict(1), good ? 0 : FFX_ERR_SIGNATURE);
                }
}

static void
undelegated_package_is_of_the_key_that_signed_its_release(void **state)
{
    (void)state;
    forge.delegated = 0;
    forge.signer[FORGE_TEXT_PACKAGE] = FORGE_OTHER;
    assert_int_equal(verdict(2), FFX_ERR_SIGNATURE);
}

static void signatures_do_not_fit_each_others_texts(void **state)
{
    (void)state;
    static const struct forge_shape plain;
    forge.signer[FORGE_TEXT_PACKAGE] = FORGE_RELEASE;
    forge.cert.key = *forge_public(FORGE_RELEASE);
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            forge_spell(&forge);
            forge_sign(&forge);
            memcpy(forge.der[a], forge.der[b], FFX_DER_MAX);
            forge.der_length[a] = forge.der_length[b];
            forge_list(&forge);
            struct forge_bytes file =
                forge_zip(forge.entries, forge.entry_count, &plain);
            struct ffx_package_config config = config_for(&file);
            assert_int_equal(read_whole(&config),
                             a == b ? 0 : FFX_ERR_SIGNATURE);
            free(file.bytes);
        }
}

static void cert_holds_for_its_model_and_up_to_its_sequence(void **state)
{
    (void)state;
    forge.cert.max_sequence = 7;
    assert_int_equal(verdict(1), 0);
    forge.cert.max_sequence = 6;
    assert_int_equal(verdict(1), FFX_ERR_CERT);
    forge.cert.max_sequence = 0;
    assert_int_equal(verdict(1), FFX_ERR_CERT);
    forge.release.sequence = UINT32_MAX;
    forge.cert.max_sequence = UINT32_MAX;
    assert_int_equal(verdict(1), 0);
    strcpy(forge.cert.model, "SIM7000G-N");
    assert_int_equal(verdict(1), FFX_ERR_CERT);
    strcpy(forge.cert.model, "SIM7000");
    assert_int_equal(verdict(1), FFX_ERR_CERT);
}

/* --- agreement ----------------------------------------------------------- */

static void manifests_must_speak_of_the_same_model_and_version(void **state)
{
    (void)state;
    strcpy(forge.manifest.model, "SIM7000G-N");
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    forge_default(&forge);
    strcpy(forge.manifest.to, "1529B11SIM7000");
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
}

static void parts_stand_in_the_release_in_its_order(void **state)
{
    (void)state;
    strcpy(forge.manifest.parts[0].name, "modems");
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    forge_default(&forge);
    forge.release.component_count = 1;
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    forge_default(&forge);
    strcpy(forge.release.components[0].name, "app");
    strcpy(forge.manifest.parts[0].name, "ap");
    forge.manifest.parts[0].kind = FFX_PAYLOAD_DELTA;
    strcpy(forge.manifest.parts[1].name, "app");
    forge.manifest.parts[1].kind = FFX_PAYLOAD_DELTA;
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
}

static void image_is_what_the_release_says(void **state)
{
    (void)state;
    forge.release.components[1].size++;
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    forge_default(&forge);
    forge.release.components[1].sha256[31] ^= 1;
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
    forge_default(&forge);
    forge.manifest.parts[1].payload_sha256[0] ^= 1;
    assert_int_equal(verdict(1), FFX_ERR_MANIFEST);
}

static void payload_other_than_the_signed_one_is_refused(void **state)
{
    (void)state;
    for (uint32_t part = 0; part < 2; part++) {
        forge_default(&forge);
        forge.payload[part][part] ^= 1; /* CRC and size follow, digest not */
        assert_int_equal(verdict(1), FFX_ERR_PAYLOAD);
    }
}

static void signed_nonsense_is_refused_as_such(void **state)
{
    (void)state;
    static const struct forge_shape plain;
    static const struct {
        enum forge_text text;
        const char *old, *replacement;
    } edits[] = {
        {FORGE_TEXT_RELEASE, "format=1", "format=2"},
        {FORGE_TEXT_RELEASE, "sequence=7", "sequence=0"},
        {FORGE_TEXT_CERT, "public_key=04", "public_key=05"},
        {FORGE_TEXT_CERT, "format=1\n", "format=1\r\n"},
        {FORGE_TEXT_PACKAGE, "sector=4096", "sector=0"},
        {FORGE_TEXT_PACKAGE, "to=", "to=x"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        forge_default(&forge);
        forge_spell(&forge);
        forge_edit(&forge, edits[i].text, edits[i].old, edits[i].replacement);
        forge_sign(&forge);
        forge_list(&forge);
        struct forge_bytes file =
            forge_zip(forge.entries, forge.entry_count, &plain);
        struct ffx_package_config config = config_for(&file);
        if (read_whole(&config) != FFX_ERR_MANIFEST)
            fail_msg("edit %zu: %s", i, edits[i].replacement);
        free(file.bytes);
    }
}

/* A key of our own that is no point of the curve signs nothing. */
static void cert_with_a_key_off_the_curve_is_refused(void **state)
{
    (void)state;
    forge.cert.key.point[64] ^= 1;
    assert_int_equal(verdict(1), FFX_ERR_SIGNATURE);
}

/* --- use ----------------------------------------------------------------- */

static void wrong_use_is_an_error_and_opens_nothing(void **state)
{
    (void)state;
    static const struct ffx_package zeros;
    struct forge_bytes file = forge_build(&forge);
    struct ffx_package_config config = config_for(&file);
    config.buffer_bytes--;
    assert_int_equal(ffx_package_open(&package, &config), FFX_ERR_BUFFER);
    config = config_for(&file);
    config.trusted_count = 0;
    assert_int_equal(ffx_package_open(&package, &config), FFX_ERR_ARGUMENT);
    config.trusted_count = 256;
    assert_int_equal(ffx_package_open(&package, &config), FFX_ERR_ARGUMENT);
    assert_int_equal(ffx_package_check(&package), FFX_ERR_BUSY);
    config = config_for(&file);
    trusted[0] = *forge_public(FORGE_OTHER);
    assert_int_equal(ffx_package_open(&package, &config), FFX_ERR_SIGNATURE);
    assert_int_equal(ffx_package_check(&package), FFX_ERR_BUSY);
    assert_memory_equal(&package, &zeros, sizeof zeros);
    free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(delegated_package_is_taken_and_understood,
                               start),
        cmocka_unit_test_setup(undelegated_package_is_taken, start),
        cmocka_unit_test_setup(either_of_two_trusted_keys_may_sign, start),
        cmocka_unit_test_setup(one_and_three_parts_are_taken, start),
        cmocka_unit_test_setup(payload_of_any_length_is_read_with_any_buffer,
                               start),
        cmocka_unit_test_setup(payload_gives_its_bytes_in_pieces_of_any_size,
                               start),
        cmocka_unit_test_setup(every_text_needs_the_signature_of_its_own_key,
                               start),
        cmocka_unit_test_setup(
            undelegated_package_is_of_the_key_that_signed_its_release, start),
        cmocka_unit_test_setup(signatures_do_not_fit_each_others_texts, start),
        cmocka_unit_test_setup(cert_holds_for_its_model_and_up_to_its_sequence,
                               start),
        cmocka_unit_test_setup(
            manifests_must_speak_of_the_same_model_and_version, start),
        cmocka_unit_test_setup(parts_stand_in_the_release_in_its_order, start),
        cmocka_unit_test_setup(image_is_what_the_release_says, start),
        cmocka_unit_test_setup(payload_other_than_the_signed_one_is_refused,
                               start),
        cmocka_unit_test_setup(signed_nonsense_is_refused_as_such, start),
        cmocka_unit_test_setup(cert_with_a_key_off_the_curve_is_refused, start),
        cmocka_unit_test_setup(wrong_use_is_an_error_and_opens_nothing, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
