/* SPDX-License-Identifier: Apache-2.0 */
/* libzip reads our container in its strictest mode and finds our bytes. */
#include "fixture.h"

#include <zip.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture fixture;
static zip_t *archive;

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    int error = 0;
    archive = zip_open(fixture.zip_path, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    return archive != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    zip_discard(archive);
    fixture_free(&fixture);
    return 0;
}

static void assert_entry(zip_uint64_t index, const char *name,
                         const struct pack_buffer *bytes)
{
    zip_stat_t facts;
    uint8_t *got = malloc(bytes->length + 1);
    zip_file_t *file = zip_fopen_index(archive, index, ZIP_FL_UNCHANGED);
    assert_non_null(got);
    assert_non_null(file);
    assert_string_equal(zip_get_name(archive, index, ZIP_FL_ENC_RAW), name);
    assert_int_equal(zip_stat_index(archive, index, 0, &facts), 0);
    assert_int_equal(facts.comp_method, ZIP_CM_STORE);
    assert_int_equal(facts.size, bytes->length);
    assert_int_equal(zip_fread(file, got, bytes->length + 1), bytes->length);
    assert_memory_equal(got, bytes->bytes, bytes->length);
    zip_fclose(file);
    free(got);
}

static void
libzip_gives_texts_and_images_in_the_order_of_the_format(void **state)
{
    (void)state;
    assert_int_equal(zip_get_num_entries(archive, 0), 8);
    assert_entry(0, "release", &fixture.b.text);
    assert_entry(1, "release.sig", &fixture.b.signature);
    assert_string_equal(zip_get_name(archive, 2, 0), "cert");
    assert_string_equal(zip_get_name(archive, 3, 0), "cert.sig");
    assert_string_equal(zip_get_name(archive, 4, 0), "package");
    assert_string_equal(zip_get_name(archive, 5, 0), "package.sig");
    assert_entry(6, "modem.bin", &fixture.b.components[0].image);
    assert_entry(7, "ap.bin", &fixture.b.components[1].image);
}

static void entries_are_regular_files_of_mode_0644(void **state)
{
    (void)state;
    for (zip_uint64_t i = 0; i < 8; i++) {
        zip_uint8_t system;
        zip_uint32_t attributes;
        assert_int_equal(zip_file_get_external_attributes(archive, i, 0,
                                                          &system, &attributes),
                         0);
        assert_int_equal(system, ZIP_OPSYS_UNIX);
        assert_int_equal(attributes >> 16, 0100644);
    }
}

static void archive_has_no_comment(void **state)
{
    (void)state;
    int length = -1;
    zip_get_archive_comment(archive, &length, 0);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            libzip_gives_texts_and_images_in_the_order_of_the_format),
        cmocka_unit_test(entries_are_regular_files_of_mode_0644),
        cmocka_unit_test(archive_has_no_comment),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
