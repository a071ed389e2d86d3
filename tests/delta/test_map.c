/* SPDX-License-Identifier: Apache-2.0 */
/* The copy map beside a naive one. */
#include "delta/delta_map.h"
#include "delta_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES 200u

struct copy {
    uint32_t from, to, length;
};

/* Copies that neither touch nor move alike. */
static uint32_t separate(struct copy *copies, uint32_t seed)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const uint32_t length = 1 + delta_case_draw(&seed, 250);
        at += 1 + delta_case_draw(&seed, 90);
        copies[i] = (struct copy){at, at + 7 * i + 1, length};
        at += length;
    }
    return at;
}

static void shuffle(struct copy *copies, uint32_t seed)
{
    for (uint32_t i = ENTRIES; i > 1; i--) {
        const uint32_t j = delta_case_draw(&seed, i);
        const struct copy swap = copies[i - 1];
        copies[i - 1] = copies[j];
        copies[j] = swap;
    }
}

static unsigned naive(const struct copy *copies, uint32_t position,
                      uint32_t *found)
{
    uint32_t nearest = UINT32_MAX;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const uint32_t into = position - copies[i].from;
        if (position < copies[i].from || into >= nearest)
            continue;
        nearest = into;
        *found = copies[i].to + into;
        if (into < copies[i].length)
            return 2;
    }
    return 1;
}

static void lookups_agree_with_a_naive_map(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        struct delta_map_entry entries[ENTRIES];
        struct delta_map map = {entries, 0, ENTRIES};
        struct copy copies[ENTRIES];
        const uint32_t end = separate(copies, seed);
        shuffle(copies, seed);
        for (uint32_t i = 0; i < ENTRIES; i++)
            delta_map_add(&map, copies[i].from, copies[i].to, copies[i].length);
        assert_int_equal(map.count, ENTRIES);
        for (uint32_t at = 100; at < end + 100; at++) {
            uint32_t wanted = 0, found = 0;
            const unsigned quality = naive(copies, at, &wanted);
            assert_int_equal(delta_map_find(&map, at, &found), quality);
            assert_int_equal(found, wanted);
        }
    }
}

/* Copies of 1 ... ENTRIES bytes: so many stay, and the longest of them. */
static void the_longest_copies_stay(void **state)
{
    (void)state;
    for (uint32_t capacity = 0; capacity < ENTRIES; capacity += 13) {
        struct delta_map_entry entries[ENTRIES + 1];
        struct delta_map map = {entries, 0, capacity};
        memset(entries, 0xa5, sizeof entries);
        for (uint32_t i = 0; i < ENTRIES; i++) {
            const uint32_t length = i * 77 % ENTRIES + 1;
            delta_map_add(&map, length * 1000, length * 1007, length);
            assert_in_range(map.count, 0, capacity);
        }
        assert_int_equal(map.count, capacity);
        assert_int_equal(entries[capacity].old_position, 0xa5a5a5a5);
        for (uint32_t length = 1; length <= ENTRIES; length++) {
            uint32_t found;
            const unsigned quality =
                delta_map_find(&map, length * 1000, &found);
            assert_int_equal(quality == 2, length > ENTRIES - capacity);
        }
    }
}

static void an_empty_map_moves_nothing(void **state)
{
    struct delta_map map = {NULL, 0, 0};
    uint32_t found = 0;
    (void)state;
    delta_map_add(&map, 1, 2, 3);
    assert_int_equal(delta_map_find(&map, 77, &found), 0);
    assert_int_equal(found, 77);
}

static void the_largest_positions_and_lengths_fit(void **state)
{
    struct delta_map_entry entries[2];
    struct delta_map map = {entries, 0, 2};
    const uint32_t last = (1u << 26) - 1;
    uint32_t found;
    (void)state;
    delta_map_add(&map, last, 0, 1);
    assert_int_equal(delta_map_find(&map, last, &found), 2);
    assert_int_equal(found, 0);
    delta_map_add(&map, 0, 5, last);
    assert_int_equal(delta_map_find(&map, 1u << 25, &found), 2);
    assert_int_equal(found, (1u << 25) + 5);
    assert_int_equal(delta_map_find(&map, UINT32_MAX, &found), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups_agree_with_a_naive_map),
        cmocka_unit_test(the_longest_copies_stay),
        cmocka_unit_test(an_empty_map_moves_nothing),
        cmocka_unit_test(the_largest_positions_and_lengths_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
