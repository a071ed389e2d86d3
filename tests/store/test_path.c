/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_path.h"
#include "store/store_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_status(const char *path, int status)
{
    struct store_path out;
    const int got = store_path_parse(&out, path);
    if (got != status)
        fail_msg("'%.100s': %d, not %d", path, got, status);
}

static void the_four_kinds_of_path_are_told_apart(void **state)
{
    struct store_path path;
    (void)state;
    assert_int_equal(store_path_parse(&path, "/"), 0);
    assert_int_equal(path.kind, STORE_PATH_INDEX);
    assert_int_equal(store_path_parse(&path, "/SIM7000G/A.1_b-2/next"), 0);
    assert_int_equal(path.kind, STORE_PATH_NEXT);
    assert_string_equal(path.model, "SIM7000G");
    assert_string_equal(path.from, "A.1_b-2");
    assert_string_equal(path.to, "");
    assert_int_equal(store_path_parse(&path, "/SIM7000G-N/A___B/update.zip"),
                     0);
    assert_int_equal(path.kind, STORE_PATH_PACKAGE);
    assert_string_equal(path.model, "SIM7000G-N");
    assert_string_equal(path.from, "A");
    assert_string_equal(path.to, "B");
    assert_string_equal(path.component, "");
    assert_int_equal(store_path_parse(&path, "/M/A___B/ap.svg"), 0);
    assert_int_equal(path.kind, STORE_PATH_MAP);
    assert_string_equal(path.model, "M");
    assert_string_equal(path.from, "A");
    assert_string_equal(path.to, "B");
    assert_string_equal(path.component, "ap");
}

static void the_longest_names_fit(void **state)
{
    struct store_path path;
    char text[200];
    (void)state;
    snprintf(text, sizeof text, "/%.16s/%.32s___%.32s/update.zip",
             "MMMMMMMMMMMMMMMM", "12345678901234567890123456789012",
             "abcdefghijabcdefghijabcdefghijab");
    assert_int_equal(store_path_parse(&path, text), 0);
    assert_int_equal(strlen(path.model), 16);
    assert_int_equal(strlen(path.from), 32);
    assert_int_equal(strlen(path.to), 32);
    assert_status("/MMMMMMMMMMMMMMMMM/A/next", 404);
    assert_status("/M/123456789012345678901234567890123/next", 404);
    assert_status("/M/A___123456789012345678901234567890123/update.zip", 404);
    assert_status("/M/123456789012345678901234567890123___B/update.zip", 404);
    assert_status("/M/A___B/modem123.svg", 0);
    assert_status("/M/A___B/modem1234.svg", 404);
}

static void what_names_nothing_is_404(void **state)
{
    static const char *const paths[] = {
        "//",
        "/M",
        "/M/",
        "/M/A",
        "/M/A/",
        "/M/A/next/",
        "/M/A/nextt",
        "/M//next",
        "//A/next",
        "/M/A/B/next",
        "/M/A___B",
        "/M/A___B/update.zi",
        "/M/A___B/update.zip/",
        "/M/A___B/.svg",
        "/M/A___B/ap.svg/",
        "/M/A___B/ap.svgz",
        "/M/A___B/ap.SVG",
        "/M/A___B/a.p.svg",
        "/M/A___B/../ap.svg",
        "/M/A___B/..svg",
        "/M/A___B/ap/ap.svg",
        "/M/A/ap.svg",
        "/M/A__B/ap.svg",
        "/M/A__B/update.zip",
        "/M/___B/update.zip",
        "/M/A___/update.zip",
        "/M/A____B/update.zip",
        "/M/A___B___C/update.zip",
        "/M/A___B/next",
        "/M/A/update.zip",
        "/../A/next",
        "/M/../next",
        "/M/.A/next",
        "/M/A./next",
        "/-M/A/next",
        "/M_/A/next",
        "/M.x/A/next",
        "/M/..___B/update.zip",
        "/M/A___../update.zip",
        "/./../../etc/passwd",
    };
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_status(paths[i], 404);
}

static void what_no_legal_path_looks_like_is_400(void **state)
{
    static const char *const paths[] = {
        "",           "M/A/next",     "/M/%41/next",       "/M/A%2fnext",
        "/M/A\\next", "/M/A/next%00", "/M/A/next?x",       "/M/A /next",
        "/M/A+/next", "/M/\x80/next", "/M/A/next\x01",     "*",
        "/M/A~/next", "/M/A:B/next",  "http://h/M/A/next",
    };
    char longest[STORE_PATH_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_status(paths[i], 400);
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[STORE_PATH_MAX + 1] = '\0';
    assert_status(longest, 400);
    longest[STORE_PATH_MAX] = '\0';
    assert_status(longest, 404);
}

/* --- ranges -------------------------------------------------------------- */

#define UNTOUCHED 4242u /* what a caller had there before */

static void assert_range(const char *header, int status, uint64_t start,
                         uint64_t length)
{
    uint64_t got_start = UNTOUCHED, got_length = UNTOUCHED;
    const int got = store_range_parse(header, 1000, &got_start, &got_length);
    if (got != status || got_start != start || got_length != length)
        fail_msg("'%s': %d, %llu + %llu", header, got,
                 (unsigned long long)got_start, (unsigned long long)got_length);
}

static void ranges_are_cut_to_the_file(void **state)
{
    (void)state;
    assert_range("bytes=0-", 206, 0, 1000);
    assert_range("bytes=0-0", 206, 0, 1);
    assert_range("bytes=999-", 206, 999, 1);
    assert_range("bytes=100-199", 206, 100, 100);
    assert_range("bytes=900-99999", 206, 900, 100);
    assert_range("bytes=-1", 206, 999, 1);
    assert_range("bytes=-5000", 206, 0, 1000);
    assert_range("bytes=1000-", 416, UNTOUCHED, UNTOUCHED);
    assert_range("bytes=-0", 416, UNTOUCHED, UNTOUCHED);
}

static void ranges_that_are_not_served_give_the_whole_file(void **state)
{
    static const char *const headers[] = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=1-2,4-",
        "items=0-1",
        "bytes=1",
        "bytes=1-2x",
        "bytes=99999999999999999999-",
        "bytes=--5",
        "bytes= 1-2",
    };
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_range(headers[i], 200, UNTOUCHED, UNTOUCHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_kinds_of_path_are_told_apart),
        cmocka_unit_test(the_longest_names_fit),
        cmocka_unit_test(what_names_nothing_is_404),
        cmocka_unit_test(what_no_legal_path_looks_like_is_400),
        cmocka_unit_test(ranges_are_cut_to_the_file),
        cmocka_unit_test(ranges_that_are_not_served_give_the_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
