/* SPDX-License-Identifier: Apache-2.0 */
/* release, cert and package: one spelling each, everything else refused. */
#include "forge.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define H32 "00000000000000000000000000000000"
#define D64 H32 H32
#define POINT "04" D64 D64

/* --- the three texts, behind one door ------------------------------------ */

static int parse(enum forge_text kind, const char *text, uint32_t length,
                 char *again)
{
    struct forge parsed;
    int error = FFX_ERR_MANIFEST;
    memset(&parsed, 0, sizeof parsed);
    again[0] = '\0';
    if (kind == FORGE_TEXT_RELEASE)
        error = ffx_release_parse(&parsed.release, text, length);
    else if (kind == FORGE_TEXT_CERT)
        error = ffx_cert_parse(&parsed.cert, text, length);
    else
        error = ffx_manifest_parse(&parsed.manifest, text, length);
    if (error != 0)
        return error;
    forge_spell(&parsed);
    strcpy(again, parsed.text[kind]);
    return 0;
}

/* Accepted means: spelled from the struct, it is the same text. */
static int accepted(enum forge_text kind, const char *text, uint32_t length)
{
    char again[SPELL_MAX];
    /* Its own allocation, so that ASan sees a byte read behind it. */
    char *const tight = malloc(length == 0 ? 1 : length);
    assert_non_null(tight);
    memcpy(tight, text, length);
    const int error = parse(kind, tight, length, again);
    if (error == 0) {
        assert_int_equal(strlen(again), length);
        assert_memory_equal(again, text, length);
    } else {
        assert_int_equal(error, FFX_ERR_MANIFEST);
    }
    free(tight);
    return error == 0;
}

static struct forge *full(void)
{
    static struct forge forge;
    forge_default(&forge);
    forge.release.component_count = 3;
    strcpy(forge.release.components[2].name, "app");
    forge.release.components[2].size = 1;
    forge.release.has_next_key = forge.release.has_revoke = 1;
    forge.release.next_key = *forge_public(FORGE_OTHER);
    forge.release.revoke = *forge_public(FORGE_RELEASE);
    forge_spell(&forge);
    return &forge;
}

/* --- tests --------------------------------------------------------------- */

static void canonical_texts_are_read_into_every_field(void **state)
{
    (void)state;
    struct forge *const forge = full();
    struct ffx_release release;
    struct ffx_cert cert;
    struct ffx_manifest manifest;
    assert_int_equal(
        ffx_release_parse(&release, forge->text[0], forge->text_length[0]), 0);
    assert_int_equal(
        ffx_cert_parse(&cert, forge->text[1], forge->text_length[1]), 0);
    assert_int_equal(
        ffx_manifest_parse(&manifest, forge->text[2], forge->text_length[2]),
        0);
    for (int i = 0; i < 3; i++)
        assert_true(accepted((enum forge_text)i, forge->text[i],
                             forge->text_length[i]));
    assert_string_equal(release.version, "1529B11SIM7000G");
    assert_int_equal(release.sequence, 7);
    assert_int_equal(release.component_count, 3);
    assert_true(release.has_next_key && release.has_revoke);
    assert_memory_equal(release.next_key.point,
                        forge_public(FORGE_OTHER)->point, 65);
    assert_int_equal(cert.max_sequence, 100);
    assert_int_equal(manifest.part_count, 2);
    assert_int_equal(manifest.parts[0].kind, FFX_PAYLOAD_DELTA);
    assert_int_equal(manifest.parts[1].kind, FFX_PAYLOAD_IMAGE);
    assert_int_equal(manifest.parts[0].ram, 8192);
}

struct edit {
    enum forge_text text;
    const char *old, *replacement;
};

static int takes_edit(const struct edit *edit)
{
    struct forge *const forge = full();
    forge_edit(forge, edit->text, edit->old, edit->replacement);
    return accepted(edit->text, forge->text[edit->text],
                    forge->text_length[edit->text]);
}

#define R FORGE_TEXT_RELEASE
#define C FORGE_TEXT_CERT
#define P FORGE_TEXT_PACKAGE

static void values_inside_their_ranges_are_taken(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {R, "=SIM7000G\n", "=S\n"},
        {R, "=SIM7000G\n", "=SIM7000G-N\n"},
        {R, "=SIM7000G\n", "=0123456789abcdef\n"},
        {R, "=1529B11SIM7000G\n", "=1\n"},
        {R, "=1529B11SIM7000G\n", "=1.0-rc_1__2\n"},
        {R, "=1529B11SIM7000G\n", "=0123456789abcdef0123456789abcdef\n"},
        {R, "=1529B11SIM7000G\n", "=none1\n"},
        {R, "sequence=7\n", "sequence=1\n"},
        {R, "sequence=7\n", "sequence=4294967295\n"},
        {R, "=modem\n", "=m\n"},
        {R, "=modem\n", "=m2345678\n"},
        {R, "size=5000\n", "size=4294967295\n"},
        {C, "max_sequence=100\n", "max_sequence=0\n"},
        {P, "from_size=4000\n", "from_size=0\n"},
        {P, "step=16384\n", "step=4096\n"},
        {P, "sector=4096\nstep=16384\n", "sector=1\nstep=1\n"},
        {P, "ram=8192\n", "ram=0\n"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        if (!takes_edit(&edits[i]))
            fail_msg("edit %zu refused: %s", i, edits[i].replacement);
}

static void every_deviation_is_refused(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        /* lines */
        {R, "format=1\n", "format=1\r\n"},
        {R, "format=1\n", "format=1 \n"},
        {R, "format=1\n", " format=1\n"},
        {R, "format=1\n", "format =1\n"},
        {R, "format=1\n", "format= 1\n"},
        {R, "format=1\n", "format=1\n\n"},
        {R, "format=1\n", "\nformat=1\n"},
        {R, "format=1\n", "#\nformat=1\n"},
        {R, "format=1\n",
         "\xef\xbb\xbf"
         "format=1\n"},
        {R, "format=1\n", "format=2\n"},
        {R, "format=1\n", "format=01\n"},
        {R, "format=1\n", "format=\n"},
        {R, "format=1\n", "format=10\n"},
        {R, "format=1\n", ""},
        {R, "format=1\n", "Format=1\n"},
        {R, "format=1\n", "format=1\nformat=1\n"},
        {R, "format=1\n", "format:1\n"},
        {R, "format=1\n", "format\n"},
        {R, "format=1\n", "format=1\nextra=1\n"},
        {R, "model=", "models="},
        {R, "model=SIM7000G\nversion=1529B11SIM7000G\n",
         "version=1529B11SIM7000G\nmodel=SIM7000G\n"},
        /* names */
        {R, "=SIM7000G\n", "=\n"},
        {R, "=SIM7000G\n", "=-SIM7000G\n"},
        {R, "=SIM7000G\n", "=SIM7000G-\n"},
        {R, "=SIM7000G\n", "=SIM_7000G\n"},
        {R, "=SIM7000G\n", "=SIM.7000G\n"},
        {R, "=SIM7000G\n", "=SIM 7000G\n"},
        {R, "=SIM7000G\n", "=0123456789abcdefg\n"},
        {R, "=SIM7000G\n", "=SIM\xc3\xb6\n"},
        {R, "=1529B11SIM7000G\n", "=\n"},
        {R, "=1529B11SIM7000G\n", "=.1\n"},
        {R, "=1529B11SIM7000G\n", "=1.\n"},
        {R, "=1529B11SIM7000G\n", "=_1\n"},
        {R, "=1529B11SIM7000G\n", "=1-\n"},
        {R, "=1529B11SIM7000G\n", "=1___2\n"},
        {R, "=1529B11SIM7000G\n", "=1____2\n"},
        {R, "=1529B11SIM7000G\n", "=1/2\n"},
        {R, "=1529B11SIM7000G\n", "=none\n"},
        {R, "=1529B11SIM7000G\n", "=0123456789abcdef0123456789abcdef0\n"},
        {R, "=modem\n", "=\n"},
        {R, "=modem\n", "=Modem\n"},
        {R, "=modem\n", "=2modem\n"},
        {R, "=modem\n", "=mo-dem\n"},
        {R, "=modem\n", "=../modem\n"},
        {R, "=modem\n", "=m23456789\n"},
        /* numbers and their ranges */
        {R, "sequence=7\n", "sequence=0\n"},
        {R, "sequence=7\n", "sequence=07\n"},
        {R, "sequence=7\n", "sequence=+7\n"},
        {R, "sequence=7\n", "sequence=4294967296\n"},
        {R, "sequence=7\n", "sequence=\n"},
        {R, "size=5000\n", "size=0\n"},
        {R, "size=5000\n", "size=0x10\n"},
        {C, "max_sequence=100\n", "max_sequence=0100\n"},
        {C, "max_sequence=100\n", "max_sequence=-1\n"},
        {C, "max_sequence=100\n", ""},
        {C, "max_sequence=100\n", "max_sequence=100\nmax_sequence=100\n"},
        {P, "payload_size=90\n", "payload_size=0\n"},
        {P, "sector=4096\n", "sector=0\n"},
        {P, "step=16384\n", "step=0\n"},
        {P, "step=16384\n", "step=16383\n"},
        {P, "step=16384\n", "step=2048\n"},
        {P, "ram=0\n", "ram=1\n"},
        {P, "ram=8192\n", "ram=\n"},
        /* hex */
        {R, "sha256=b0", "sha256=B0"},
        {R, "sha256=b0", "sha256=b"},
        {R, "sha256=b0", "sha256=b0b0"},
        {R, "sha256=b0", "sha256="},
        {R, "sha256=b0", "sha256=g0"},
        {R, "next_key=04", "next_key=02"},
        {R, "revoke=04", "revoke=00"},
        {C, "public_key=04", "public_key=03"},
        {C, "public_key=04", "public_key="},
        {C, "public_key=04", "public_key=0404"},
        /* components and parts */
        {R, "=modem\n", "=ap\n"},
        {R, "=app\n", "=modem\n"},
        {R, "=app\n", "=ap\n"},
        {R, "component=app\nsize=1\n", "component=app\n"},
        {R, "next_key=", "component=x\nsize=1\nsha256=" D64 "\nnext_key="},
        {P, "=modem\n", "=ap\n"},
        {P, "=ap\n", "=modem\n"},
        {P, "payload=delta\n", "payload=Delta\n"},
        {P, "payload=delta\n", "payload=images\n"},
        {P, "payload=delta\n", "payload=\n"},
        {P, "payload=delta\n", ""},
        {P, "to=", "from=1\nto="},
        /* the optional keys come once, in order */
        {R, "revoke=", "next_key=" POINT "\nrevoke="},
        {R, "next_key=", "revoke=" POINT "\nnext_key="},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        if (takes_edit(&edits[i]))
            fail_msg("edit %zu taken: %s", i, edits[i].replacement);
}

static void modem_comes_before_ap_in_both_manifests(void **state)
{
    (void)state;
    struct forge *const forge = full();
    strcpy(forge->release.components[0].name, "ap");
    strcpy(forge->release.components[1].name, "modem");
    strcpy(forge->manifest.parts[0].name, "ap");
    strcpy(forge->manifest.parts[1].name, "modem");
    forge_spell(forge);
    assert_false(accepted(R, forge->text[R], forge->text_length[R]));
    assert_false(accepted(P, forge->text[P], forge->text_length[P]));
}

/* What is left by a cut is good only where it is a whole text: behind the
 * first, second, third component and next_key; behind the first part. */
static void cut_text_is_refused_unless_it_is_whole(void **state)
{
    (void)state;
    static const uint32_t whole[3] = {4, 0, 1};
    struct forge *const forge = full();
    for (int kind = 0; kind < 3; kind++) {
        uint32_t taken = 0;
        for (uint32_t cut = 0; cut < forge->text_length[kind]; cut++)
            taken += (uint32_t)accepted((enum forge_text)kind,
                                        forge->text[kind], cut);
        assert_int_equal(taken, whole[kind]);
    }
}

static void byte_behind_a_text_is_refused(void **state)
{
    (void)state;
    struct forge *const forge = full();
    for (int kind = 0; kind < 3; kind++) {
        const uint32_t length = forge->text_length[kind];
        char text[SPELL_MAX];
        memcpy(text, forge->text[kind], length);
        for (int c = 0; c < 256; c++) {
            text[length] = (char)c;
            assert_false(accepted((enum forge_text)kind, text, length + 1));
        }
    }
}

/* The strongest form of "one spelling": whichever byte becomes whichever
 * other byte, what is still accepted spells itself. */
static void no_byte_has_a_second_spelling(void **state)
{
    (void)state;
    struct forge *const forge = full();
    for (int kind = 0; kind < 3; kind++) {
        const uint32_t length = forge->text_length[kind];
        char text[SPELL_MAX], again[SPELL_MAX];
        memcpy(text, forge->text[kind], length);
        for (uint32_t at = 0; at < length; at++) {
            for (int c = 0; c < 256; c++) {
                text[at] = (char)c;
                if (parse((enum forge_text)kind, text, length, again) == 0)
                    assert_memory_equal(text, again, length);
            }
            text[at] = forge->text[kind][at];
        }
    }
}

static void signed_text_of_one_kind_is_no_other_kind(void **state)
{
    (void)state;
    struct forge *const forge = full();
    for (int is = 0; is < 3; is++)
        for (int as = 0; as < 3; as++)
            assert_int_equal(accepted((enum forge_text)as, forge->text[is],
                                      forge->text_length[is]),
                             is == as);
}

static void text_longer_than_2048_bytes_is_refused(void **state)
{
    (void)state;
    char text[FFX_MANIFEST_MAX + 1];
    memset(text, 'a', sizeof text);
    memcpy(text, "format=1\nmodel=", 15);
    text[sizeof text - 1] = '\n';
    for (int kind = 0; kind < 3; kind++)
        assert_false(accepted((enum forge_text)kind, text, sizeof text));
}

static void names_are_checked_by_the_public_calls_too(void **state)
{
    (void)state;
    assert_true(ffx_model_valid("SIM7000G-N"));
    assert_false(ffx_model_valid(""));
    assert_false(ffx_model_valid("SIM7000G-"));
    assert_true(ffx_version_valid("1529B11SIM7000G"));
    assert_false(ffx_version_valid("a___b"));
    assert_false(ffx_version_valid(".."));
    assert_true(ffx_component_valid("app"));
    assert_false(ffx_component_valid("app.bin"));
    assert_false(ffx_component_valid("m23456789"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_texts_are_read_into_every_field),
        cmocka_unit_test(values_inside_their_ranges_are_taken),
        cmocka_unit_test(every_deviation_is_refused),
        cmocka_unit_test(modem_comes_before_ap_in_both_manifests),
        cmocka_unit_test(cut_text_is_refused_unless_it_is_whole),
        cmocka_unit_test(byte_behind_a_text_is_refused),
        cmocka_unit_test(no_byte_has_a_second_spelling),
        cmocka_unit_test(signed_text_of_one_kind_is_no_other_kind),
        cmocka_unit_test(text_longer_than_2048_bytes_is_refused),
        cmocka_unit_test(names_are_checked_by_the_public_calls_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
