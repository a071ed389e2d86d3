/* SPDX-License-Identifier: Apache-2.0 */
/* Every hostile zip of tests/support/zip_rows.h at the reader: refused, by the
 * right name, within the reads and the memory of a good one.
 * FARFIX_ROW=NAME tries one row. */
#include "memo.h"
#include "zip_rows.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct forge forge;

/* A file that ends where its allocation ends, and counts what is read. */
struct counted {
    struct forge_bytes file;
    uint64_t bytes_read;
};

static int read_counted(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    struct counted *const counted = context;
    assert_true(offset <= counted->file.length &&
                length <= counted->file.length - offset);
    memcpy(buffer, counted->file.bytes + offset, length);
    counted->bytes_read += length;
    return 0;
}

static int read_package(struct counted *counted)
{
    static struct ffx_package package;
    uint8_t *const scratch = malloc(FFX_PACKAGE_BUFFER_MIN);
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = {read_counted, counted, counted->file.length},
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = FFX_PACKAGE_BUFFER_MIN,
    };
    assert_non_null(scratch);
    counted->bytes_read = 0;
    int result = ffx_package_open(&package, &config);
    if (result == 0)
        do
            result = ffx_package_check(&package);
        while (result == 1);
    free(scratch);
    return result;
}

static struct counted make(const struct zip_row *row)
{
    struct counted counted = {zip_row_make(row, &forge), 0};
    uint8_t *const tight = realloc(counted.file.bytes, counted.file.length);
    assert_non_null(tight);
    counted.file.bytes = tight;
    return counted;
}

static struct forge_bytes honest(void)
{
    static const struct forge_shape plain;
    return forge_zip(forge.entries, forge.entry_count, &plain);
}

static int start(void **state)
{
    (void)state;
    forge_default(&forge);
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    return 0;
}

static void plan_without_a_change_is_the_package_that_is_taken(void **state)
{
    (void)state;
    static const struct zip_row nothing;
    struct counted counted = make(&nothing);
    struct forge_bytes file = honest();
    assert_int_equal(counted.file.length, file.length);
    assert_memory_equal(counted.file.bytes, file.bytes, file.length);
    assert_int_equal(read_package(&counted), 0);
    free(counted.file.bytes);
    free(file.bytes);
}

static void every_row_is_refused_by_its_name(void **state)
{
    (void)state;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < zip_row_count(); i++) {
        const struct zip_row *const row = zip_row(i);
        if (!zip_row_is_wanted(row))
            continue;
        struct counted counted = make(row);
        const int result = read_package(&counted);
        /* Nothing is read more than once, but for the header that may be
         * cert's: found out, then looked at as package's. */
        if (result != row->verdict ||
            counted.bytes_read > counted.file.length + 64) {
            print_error("FARFIX_ROW=%s: %d, not %d; %u bytes, %u read\n",
                        row->id, result, row->verdict, counted.file.length,
                        (uint32_t)counted.bytes_read);
            wrong++;
        }
        free(counted.file.bytes);
    }
    assert_int_equal(wrong, 0);
}

/* --- what the table is --------------------------------------------------- */

static void table_has_the_14_types_and_more_than_400_rows(void **state)
{
    (void)state;
    static const char *const types[] = {
        "a1",    "a2",    "a3",   "a4",    "a5",     "b1", "b2",
        "b3",    "b4",    "c1",   "c2",    "c3",     "c4", "c5",
        "field", "extra", "bomb", "entry", "signed",
    };
    uint32_t of_a_type = 0;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        uint32_t rows = 0;
        for (uint32_t i = 0; i < zip_row_count(); i++)
            rows += (uint32_t)zip_row_is_of(zip_row(i), types[t]);
        assert_true(rows >= 10);
        of_a_type += rows;
    }
    assert_int_equal(of_a_type, zip_row_count());
    assert_true(zip_row_count() > 400);
    print_message("# %u rows\n", zip_row_count());
}

/* Neither two names nor two files are the same, nor any file the honest one. */
static void no_two_rows_are_the_same(void **state)
{
    (void)state;
    const uint32_t count = zip_row_count();
    static uint8_t digests[1024][FFX_SHA256_BYTES];
    uint32_t twins = 0;
    assert_in_range(count, 1, 1023);
    struct forge_bytes file = honest();
    forge_sha256(file.bytes, file.length, digests[count]);
    free(file.bytes);
    for (uint32_t i = 0; i < count; i++) {
        file = zip_row_make(zip_row(i), &forge);
        forge_sha256(file.bytes, file.length, digests[i]);
        free(file.bytes);
        assert_memory_not_equal(digests[i], digests[count], sizeof digests[i]);
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(zip_row(k)->id, zip_row(i)->id);
            if (memcmp(digests[k], digests[i], sizeof digests[i]) == 0) {
                print_error("%s is %s\n", zip_row(i)->id, zip_row(k)->id);
                twins++;
            }
        }
    }
    assert_int_equal(twins, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_without_a_change_is_the_package_that_is_taken),
        cmocka_unit_test(every_row_is_refused_by_its_name),
        cmocka_unit_test(table_has_the_14_types_and_more_than_400_rows),
        cmocka_unit_test(no_two_rows_are_the_same),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
