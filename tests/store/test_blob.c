/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_blob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT 1000u

static struct store_blob *make(size_t length, char fill)
{
    struct pack_buffer bytes = {malloc(2 * length + 1), length, 2 * length + 1};
    assert_non_null(bytes.bytes);
    memset(bytes.bytes, fill, length);
    struct store_blob *blob = store_blob_new("text/plain", &bytes);
    assert_null(bytes.bytes);
    return blob;
}

/* Into the table, and no reference is kept. */
static void put(struct store_blobs *blobs, const char *name, size_t length)
{
    struct store_blob *blob = make(length, name[0]);
    store_blobs_put(blobs, name, blob);
    store_blob_drop(blob);
    store_blobs_trim(blobs);
}

static int has(struct store_blobs *blobs, const char *name)
{
    struct store_blob *blob = store_blobs_find(blobs, name);
    const int found = blob != NULL;
    if (found)
        assert_int_equal(blob->bytes.bytes[0], name[0]);
    store_blob_drop(blob);
    return found;
}

static int open_blobs(void **state)
{
    struct store_blobs *blobs = calloc(1, sizeof *blobs);
    if (blobs == NULL)
        return -1;
    blobs->limit = LIMIT;
    *state = blobs;
    return 0;
}

static int close_blobs(void **state)
{
    store_blobs_close(*state);
    free(*state);
    return 0;
}

/* --- one blob ------------------------------------------------------------ */

static void a_blob_knows_its_digest(void **state)
{
    uint8_t digest[FFX_SHA256_BYTES];
    struct store_blob *blob = make(3, 'a');
    (void)state;
    pack_sha256("aaa", 3, digest);
    assert_memory_equal(blob->sha256, digest, sizeof digest);
    assert_string_equal(
        blob->etag,
        "\"9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"
        "\"");
    store_blob_drop(blob);
}

static void a_blob_takes_no_more_memory_than_its_bytes(void **state)
{
    struct store_blob *blob = make(100, 'a');
    (void)state;
    assert_int_equal(blob->bytes.length, 100);
    assert_int_equal(blob->bytes.capacity, 100);
    store_blob_drop(blob);
    blob = make(0, 'a');
    assert_int_equal(blob->bytes.length, 0);
    store_blob_drop(blob);
    store_blob_drop(NULL);
}

static void the_last_reference_frees_it(void **state)
{
    struct store_blob *blob = make(10, 'a');
    (void)state;
    for (int i = 0; i < 100; i++)
        store_blob_hold(blob);
    for (int i = 0; i < 100; i++)
        store_blob_drop(blob);
    assert_int_equal(blob->bytes.bytes[9], 'a');
    store_blob_drop(blob); /* the sanitizer sees the rest */
}

/* --- the table ----------------------------------------------------------- */

static void what_was_put_is_found(void **state)
{
    char name[STORE_NAME_MAX + 2];
    put(*state, "a", 10);
    assert_true(has(*state, "a"));
    assert_false(has(*state, "b"));
    assert_false(has(*state, ""));
    memset(name, 'n', sizeof name);
    name[STORE_NAME_MAX] = '\0';
    put(*state, name, 10);
    assert_true(has(*state, name));
}

static void a_name_that_is_too_long_is_not_kept(void **state)
{
    char name[STORE_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[STORE_NAME_MAX + 1] = '\0';
    put(*state, name, 10);
    assert_false(has(*state, name));
    assert_int_equal(((struct store_blobs *)*state)->bytes, 0);
}

static void the_second_of_a_name_takes_the_place_of_the_first(void **state)
{
    struct store_blobs *blobs = *state;
    struct store_blob *old = make(300, 'a');
    store_blobs_put(blobs, "a", old);
    put(blobs, "a", 200);
    assert_int_equal(blobs->bytes, 200);
    struct store_blob *found = store_blobs_find(blobs, "a");
    assert_int_equal(found->bytes.length, 200);
    store_blob_drop(found);
    assert_int_equal(old->bytes.bytes[299], 'a');
    store_blob_drop(old);
}

static void what_was_not_asked_for_longest_goes_first(void **state)
{
    put(*state, "a", 400);
    put(*state, "b", 400);
    assert_true(has(*state, "a"));
    put(*state, "c", 400);
    assert_true(has(*state, "a"));
    assert_false(has(*state, "b"));
    assert_true(has(*state, "c"));
}

static void the_limit_is_exact(void **state)
{
    put(*state, "a", LIMIT - 1);
    put(*state, "b", 1);
    assert_true(has(*state, "a"));
    assert_true(has(*state, "b"));
    put(*state, "c", 1);
    assert_false(has(*state, "a"));
    assert_true(has(*state, "b"));
    assert_true(has(*state, "c"));
}

static void what_is_in_hand_stays_known_however_large(void **state)
{
    struct store_blobs *blobs = *state;
    struct store_blob *large = make(5 * LIMIT, 'l'), *old = make(10, 'o');
    store_blobs_put(blobs, "l", large);
    store_blobs_put(blobs, "o", old);
    for (char name[2] = "a"; name[0] <= 'z'; name[0]++)
        if (name[0] != 'l' && name[0] != 'o')
            put(blobs, name, 300);
    struct store_blob *again = store_blobs_find(blobs, "l");
    assert_ptr_equal(again, large);
    store_blob_drop(again);
    assert_true(has(blobs, "o"));
    store_blob_drop(large);
    store_blob_drop(old);
    store_blobs_trim(blobs);
    assert_false(has(blobs, "l"));
    assert_in_range(blobs->bytes, 0, LIMIT);
}

static void the_limit_holds_over_many(void **state)
{
    struct store_blobs *blobs = *state;
    char name[20];
    size_t kept = 0, bytes = 0;
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "n%u", i * 7919 % 3000);
        put(blobs, name, 1 + i % 90);
        assert_true(blobs->bytes <= LIMIT);
        if (i % 3 == 0)
            has(blobs, name);
    }
    for (const struct store_blob *at = blobs->newest; at != NULL;
         at = at->older) {
        kept++;
        bytes += at->bytes.length;
    }
    assert_true(kept > 10);
    assert_int_equal(bytes, blobs->bytes);
}

int main(void)
{
#define TABLE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_blobs, close_blobs)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blob_knows_its_digest),
        cmocka_unit_test(a_blob_takes_no_more_memory_than_its_bytes),
        cmocka_unit_test(the_last_reference_frees_it),
        TABLE(what_was_put_is_found),
        TABLE(a_name_that_is_too_long_is_not_kept),
        TABLE(the_second_of_a_name_takes_the_place_of_the_first),
        TABLE(what_was_not_asked_for_longest_goes_first),
        TABLE(the_limit_is_exact),
        TABLE(what_is_in_hand_stays_known_however_large),
        TABLE(the_limit_holds_over_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
