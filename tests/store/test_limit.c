/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_address.h"
#include "store/store_limit.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PER_SECOND 5u
#define BURST (PER_SECOND * STORE_LIMIT_BURST_SECONDS)
#define START_MS INT64_C(1000000)

static int open_limit(void **state)
{
    struct store_limit *limit = calloc(1, sizeof *limit);
    if (limit == NULL)
        return -1;
    store_limit_open(limit, PER_SECOND);
    *state = limit;
    return 0;
}

static int close_limit(void **state)
{
    store_limit_close(*state);
    free(*state);
    return 0;
}

/* How many of `count` requests at this moment are let through. */
static unsigned ask_often(struct store_limit *limit, uint64_t who,
                          unsigned count, int64_t now_ms)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < count; i++)
        passed += store_limit_ask(limit, who, now_ms) == 0;
    return passed;
}

/* --- time ---------------------------------------------------------------- */

static void a_burst_passes_and_no_request_more(void **state)
{
    assert_int_equal(ask_often(*state, 7, BURST + 20, START_MS), BURST);
}

static void who_is_refused_is_told_how_long_to_wait(void **state)
{
    ask_often(*state, 7, BURST, START_MS);
    const unsigned wait = store_limit_ask(*state, 7, START_MS);
    assert_int_equal(wait, 1);
    assert_int_equal(store_limit_ask(*state, 7, START_MS + 1000 * wait), 0);
}

static void refused_requests_cost_nothing(void **state)
{
    ask_often(*state, 7, BURST + 100000, START_MS);
    assert_int_equal(store_limit_ask(*state, 7, START_MS), 1);
    assert_int_equal(ask_often(*state, 7, 100, START_MS + 1000), PER_SECOND);
}

static void the_burst_is_there_again_after_its_time(void **state)
{
    const int64_t later = START_MS + 1000 * STORE_LIMIT_BURST_SECONDS;
    ask_often(*state, 7, BURST, START_MS);
    assert_int_equal(ask_often(*state, 7, 2 * BURST, later), BURST);
    assert_int_equal(ask_often(*state, 7, 2 * BURST, later + 3600000), BURST);
}

static void who_asks_no_more_than_allowed_is_never_refused(void **state)
{
    for (int64_t ms = 0; ms < 600000; ms += 1000 / PER_SECOND)
        assert_int_equal(store_limit_ask(*state, 7, START_MS + ms), 0);
}

static void time_that_stands_still_lets_one_burst_through(void **state)
{
    assert_int_equal(ask_often(*state, 7, 1000, 0), BURST);
    assert_int_equal(ask_often(*state, 7, 1000, 0), 0);
}

static void without_a_limit_everything_passes(void **state)
{
    struct store_limit *limit = *state;
    limit->per_second = 0;
    assert_int_equal(ask_often(limit, 7, 100000, START_MS), 100000);
}

static void slow_and_fast_limits_have_their_burst(void **state)
{
    struct store_limit *limit = *state;
    static const uint32_t rates[] = {1, 3, 7, 1000, 99999};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        limit->per_second = rates[i];
        const unsigned burst = rates[i] * STORE_LIMIT_BURST_SECONDS;
        const unsigned passed = ask_often(limit, 100 + i, burst * 2, START_MS);
        /* whole microseconds: a burst may be a thousandth longer */
        assert_in_range(passed, burst, burst + 1 + burst / 9);
    }
}

/* --- many ---------------------------------------------------------------- */

static void clients_do_not_pay_for_each_other(void **state)
{
    for (uint64_t who = 1; who <= 1000; who++)
        assert_int_equal(ask_often(*state, who, BURST, START_MS), BURST);
    for (uint64_t who = 1; who <= 1000; who++)
        assert_int_equal(store_limit_ask(*state, who, START_MS), 1);
}

/* Neighbours, as a provider gives them out, and as an attacker has them. */
static void a_full_table_refuses_nobody_who_is_new(void **state)
{
    for (uint64_t who = 1; who <= 200000; who++)
        assert_int_equal(
            store_limit_ask(*state, UINT64_C(1) << 32 | who, START_MS), 0);
}

static void who_asks_most_is_not_forgotten_for_who_asks_once(void **state)
{
    unsigned passed = 0;
    for (uint64_t others = 1; others <= 20000; others++) {
        passed += store_limit_ask(*state, 7, START_MS) == 0;
        store_limit_ask(*state, 1000 + others, START_MS);
    }
    assert_int_equal(passed, BURST);
}

/* --- who is who ---------------------------------------------------------- */

static uint64_t who(const char *text)
{
    struct sockaddr_storage address;
    assert_int_equal(store_address_parse(text, strlen(text), &address), 0);
    return store_limit_who((const struct sockaddr *)&address);
}

static uint64_t who_raw6(const char *text)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    return store_limit_who((const struct sockaddr *)&address);
}

static void ipv4_addresses_are_clients(void **state)
{
    (void)state;
    assert_true(who("10.0.0.1") != who("10.0.0.2"));
    assert_true(who("10.0.0.1") == who("10.0.0.1"));
    assert_true(who("0.0.0.0") != 0);
}

static void sixty_four_bits_of_ipv6_are_a_client(void **state)
{
    (void)state;
    assert_true(who("2001:db8::1") == who("2001:db8::ffff:ffff:ffff:ffff"));
    assert_true(who("2001:db8::1") != who("2001:db8:0:1::1"));
    assert_true(who("::1") != 0);
}

static void an_ipv4_address_inside_ipv6_is_the_ipv4_one(void **state)
{
    (void)state;
    assert_true(who("::ffff:10.0.0.1") == who("10.0.0.1"));
    assert_true(who_raw6("::ffff:10.0.0.1") == who("10.0.0.1"));
    assert_true(who_raw6("::ffff:10.0.0.1") != who_raw6("::ffff:10.0.0.2"));
}

/* --- addresses of proxies ------------------------------------------------ */

static void assert_list(const char *list, const char *text, int there)
{
    struct store_addresses addresses;
    struct pack_error error;
    assert_int_equal(store_address_list(list, &addresses, &error), 0);
    assert_int_equal(store_addresses_have(&addresses, text), there);
    store_addresses_free(&addresses);
}

static void a_proxy_has_one_spelling(void **state)
{
    (void)state;
    assert_list(NULL, "127.0.0.1", 0);
    assert_list("127.0.0.1", "127.0.0.1", 1);
    assert_list("10.0.0.1, ::1", "::1", 1);
    assert_list("0:0:0:0:0:0:0:1", "::1", 1);
    assert_list("::ffff:10.0.0.1", "10.0.0.1", 1);
    assert_list("10.0.0.1,10.0.0.11", "10.0.0.1", 1);
    assert_list("10.0.0.11", "10.0.0.1", 0);
    assert_list("2001:DB8::A", "2001:db8::a", 1);
}

static void what_is_no_address_is_refused_by_name(void **state)
{
    static const char *const lists[] = {
        "",
        ",",
        "localhost",
        "10.0.0.1,",
        "10.0.0.0/8",
        "10.0.0.1;10.0.0.2",
        "10.0.0.1 10.0.0.2",
        "256.1.1.1",
        "[::1]",
        "127.0.0.1:80",
        "fe80::1%lo",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct store_addresses addresses;
        struct pack_error error;
        if (store_address_list(lists[i], &addresses, &error) !=
            FFX_ERR_ARGUMENT)
            fail_msg("'%s' is taken", lists[i]);
        assert_non_null(strstr(error.text, "is not an address"));
        assert_int_equal(addresses.count, 0);
    }
}

int main(void)
{
#define LIMIT(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_limit, close_limit)
    const struct CMUnitTest tests[] = {
        LIMIT(a_burst_passes_and_no_request_more),
        LIMIT(who_is_refused_is_told_how_long_to_wait),
        LIMIT(refused_requests_cost_nothing),
        LIMIT(the_burst_is_there_again_after_its_time),
        LIMIT(who_asks_no_more_than_allowed_is_never_refused),
        LIMIT(time_that_stands_still_lets_one_burst_through),
        LIMIT(without_a_limit_everything_passes),
        LIMIT(slow_and_fast_limits_have_their_burst),
        LIMIT(clients_do_not_pay_for_each_other),
        LIMIT(a_full_table_refuses_nobody_who_is_new),
        LIMIT(who_asks_most_is_not_forgotten_for_who_asks_once),
        cmocka_unit_test(ipv4_addresses_are_clients),
        cmocka_unit_test(sixty_four_bits_of_ipv6_are_a_client),
        cmocka_unit_test(an_ipv4_address_inside_ipv6_is_the_ipv4_one),
        cmocka_unit_test(a_proxy_has_one_spelling),
        cmocka_unit_test(what_is_no_address_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
