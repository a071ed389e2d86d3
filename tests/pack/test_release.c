/* SPDX-License-Identifier: Apache-2.0 */
/* release.ini, release directories and their signatures. */
#include "fixture.h"

#include <pack/ini.h>
#include <pack/release.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct fixture fixture;
static struct pack_error error;

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

static void write_a(const char *name, const void *bytes, size_t length)
{
    char path[2 * FIXTURE_PATH];
    snprintf(path, sizeof path, "%s/%s", fixture.a_path, name);
    assert_int_equal(pack_write_file(path, bytes, length, 0, &error), 0);
}

static void remove_a(const char *name)
{
    char path[2 * FIXTURE_PATH];
    snprintf(path, sizeof path, "%s/%s", fixture.a_path, name);
    assert_int_equal(unlink(path), 0);
}

static int sign_a(const char *key)
{
    const struct pack_signing how = {.key = key};
    return pack_release_sign(fixture.a_path, &how, &error);
}

/* --- release.ini --------------------------------------------------------- */

#define HEAD "[release]\nmodel = M\nversion = 1\nsequence = 1\n"
#define AP "[component ap]\nfile = ap.bin\n"
#define SIZES "slot_size = 128K\nsector = 4K\nstep = 16K\nram = 0\n"

static const struct {
    const char *ini;
    const char *place; /* ":line:" */
    const char *words;
} wrong[] = {
    {"", ":1:", "[release]"},
    {HEAD, ":4:", "[component NAME]"},
    {AP SIZES, ":6:", "[release]"},
    {"model = M\n", ":1:", "unknown key 'model'"},
    {"[release]\nmodel = M\nversion = 1\n" AP SIZES, ":1:", "lacks 'sequence"},
    {HEAD "color = red\n", ":5:", "unknown key 'color'"},
    {HEAD "model = M\n", ":5:", "'model' stands here twice"},
    {HEAD "[release]\n", ":5:", "[release] stands here twice"},
    {HEAD "[extra]\n", ":5:", "unknown section 'extra'"},
    {HEAD "[release now]\n", ":5:", "unknown section 'release'"},
    {HEAD "[component ap\n", ":5:", "']'"},
    {HEAD "[component]\n", ":5:", "NAME"},
    {HEAD "[component AP]\n", ":5:", "not 'AP'"},
    {HEAD AP SIZES AP SIZES, ":11:", "component ap stands here twice"},
    {HEAD "just words\n", ":5:", "neither"},
    {HEAD "[]\n", ":5:", "unknown section ''"},
    {HEAD "key =\n", ":5:", "has no value"},
    {"[release]\nmodel = SIM 7000\n", ":2:", "is not"},
    {"[release]\nmodel = -M\n", ":2:", "is not"},
    {"[release]\nmodel = M1234567890123456\n", ":2:", "is not"},
    {"[release]\nmodel = M\nversion = a___b\n", ":3:", "without ___"},
    {"[release]\nmodel = M\nversion = none\n", ":3:", "not 'none'"},
    {"[release]\nsequence = 4294967296\n", ":2:", "is not"},
    {"[release]\nsequence = 1e3\n", ":2:", "is not"},
    {"[release]\nsequence = -1\n", ":2:", "is not"},
    {"[release]\nmodel = M\nversion = 1\nsequence = 0\n" AP SIZES,
     ":1:", "begins with 1"},
    {HEAD "[component ap]\nfile = ../x\n", ":6:", "same directory"},
    {HEAD "[component ap]\nfile = .x\n", ":6:", "same directory"},
    {HEAD AP "sector = 4096\nstep = 6144\nslot_size = 1M\nram = 0\n",
     ":5:", "not a multiple"},
    {HEAD AP "sector = 0\nstep = 0\nslot_size = 1M\nram = 0\n",
     ":5:", "not a multiple"},
    {HEAD AP "sector = 4K\nstep = 4K\nslot_size = 4095\nram = 0\n",
     ":5:", "holds no sector"},
    {HEAD AP "sector = 5000M\n", ":7:", "number of bytes"},
};

static void every_mistake_in_release_ini_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct pack_release release;
        write_a("release.ini", wrong[i].ini, strlen(wrong[i].ini));
        if (pack_release_load(fixture.a_path, &release, &error) !=
                FFX_ERR_MANIFEST ||
            strstr(error.text, wrong[i].place) == NULL ||
            strstr(error.text, wrong[i].words) == NULL ||
            strchr(error.text, '\n') != NULL)
            fail_msg("case %zu: %s", i, error.text);
    }
}

static void binary_release_ini_is_refused(void **state)
{
    (void)state;
    struct pack_release release;
    write_a("release.ini", HEAD "\0" AP SIZES, sizeof HEAD AP SIZES);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_MANIFEST);
    assert_non_null(strstr(error.text, "NUL"));
}

static void comments_blanks_and_dos_lines_are_understood(void **state)
{
    (void)state;
    static const char ini[] = "# firmware\r\n\r\n [ release ] ; first\r\n"
                              "model=M\r\n\tversion = 1.0-a # A\r\n"
                              "sequence = 0x10\r\n\r\n"
                              "[component  ap]\r\nfile = ap.bin\r\n"
                              "slot_size = 1M\r\nsector = 4K\r\n"
                              "step = 4096\r\nram = 0";
    struct pack_release release;
    write_a("release.ini", ini, sizeof ini - 1);
    remove_a("release");
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error), 0);
    assert_string_equal(release.version, "1.0-a");
    assert_int_equal(release.sequence, 16);
    assert_int_equal(release.components[0].slot_size, 1 << 20);
    assert_int_equal(release.components[0].step, 4096);
    assert_int_equal(release.text.length, 0);
    pack_release_free(&release);
}

static void ini_number_stops_at_4_gib(void **state)
{
    (void)state;
    uint32_t value;
    assert_int_equal(ini_number("4294967295", &value), 0);
    assert_int_equal(value, UINT32_MAX);
    assert_int_equal(ini_number("4095M", &value), 0);
    assert_int_equal(ini_number("4096M", &value), -1);
    assert_int_equal(ini_number("4294967296", &value), -1);
    assert_int_equal(ini_number("99999999999999999999999", &value), -1);
    assert_int_equal(ini_number("0xffffffff", &value), 0);
    assert_int_equal(ini_number("0x", &value), -1);
    assert_int_equal(ini_number("", &value), -1);
    assert_int_equal(ini_number("K", &value), -1);
    assert_int_equal(ini_number("1KK", &value), -1);
    assert_int_equal(ini_number("1 K", &value), -1);
}

/* --- images and signatures ----------------------------------------------- */

static void modem_comes_before_ap_whatever_release_ini_says(void **state)
{
    (void)state;
    static const char ini[] =
        HEAD AP SIZES "[component modem]\nfile = modem.bin\n" SIZES;
    struct pack_release release;
    struct pack_buffer text = {0};
    struct ffx_release parsed;
    write_a("release.ini", ini, sizeof ini - 1);
    remove_a("release");
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error), 0);
    assert_string_equal(release.components[0].name, "modem");
    assert_string_equal(release.components[1].name, "ap");
    release_text(&release, &text);
    assert_int_equal(ffx_release_parse(&parsed, (const char *)text.bytes,
                                       (uint32_t)text.length),
                     0);
    pack_buffer_free(&text);
    pack_release_free(&release);
}

static void image_larger_than_its_slot_is_refused(void **state)
{
    (void)state;
    struct pack_release release;
    static const uint8_t image[(128 << 10) + 1];
    write_a("ap.bin", image, sizeof image);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_GEOMETRY);
    assert_non_null(strstr(error.text, "ap.bin has 131073 bytes"));
    write_a("ap.bin", image, 0);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_GEOMETRY);
    assert_non_null(strstr(error.text, "is empty"));
}

static void
signature_of_other_images_is_refused_until_signed_again(void **state)
{
    (void)state;
    struct pack_release release;
    write_a("ap.bin", "other", 5);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_DIGEST);
    assert_non_null(strstr(error.text, "sign again"));
    assert_int_equal(sign_a(fixture.release_key_path), 0);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error), 0);
    pack_release_free(&release);
}

static void release_that_is_no_release_text_is_refused(void **state)
{
    (void)state;
    struct pack_release release;
    write_a("release", "format=2\n", 9);
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_MANIFEST);
}

static void lost_files_of_a_release_are_named(void **state)
{
    (void)state;
    struct pack_release release;
    remove_a("ap.bin");
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_IO);
    assert_non_null(strstr(error.text, "a/ap.bin"));
    assert_false(error.missing);
    remove_a("release.ini");
    assert_int_equal(pack_release_load(fixture.a_path, &release, &error),
                     FFX_ERR_IO);
    assert_true(error.missing);
    assert_int_equal(pack_release_load("/nonexistent", &release, &error),
                     FFX_ERR_IO);
    assert_true(error.missing);
    assert_int_equal(pack_release_load(fixture.trust_path, &release, &error),
                     FFX_ERR_IO);
    assert_non_null(strstr(error.text, "not a release directory"));
}

static void package_key_signs_no_release(void **state)
{
    (void)state;
    assert_int_equal(sign_a(fixture.package_key_path), FFX_ERR_CERT);
}

/* Each test bends the directory of release A, so each has its own. */
#define WITH_FIXTURE(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(every_mistake_in_release_ini_is_named_with_its_line),
        WITH_FIXTURE(binary_release_ini_is_refused),
        WITH_FIXTURE(comments_blanks_and_dos_lines_are_understood),
        cmocka_unit_test(ini_number_stops_at_4_gib),
        WITH_FIXTURE(modem_comes_before_ap_whatever_release_ini_says),
        WITH_FIXTURE(image_larger_than_its_slot_is_refused),
        WITH_FIXTURE(signature_of_other_images_is_refused_until_signed_again),
        WITH_FIXTURE(release_that_is_no_release_text_is_refused),
        WITH_FIXTURE(lost_files_of_a_release_are_named),
        WITH_FIXTURE(package_key_signs_no_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
