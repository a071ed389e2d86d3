/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define IMEI "861075030000001"

static void assert_query(const char *text, const char *imei,
                         const char *channel)
{
    struct store_query query;
    char why[STORE_QUERY_WHY];
    const int status = store_query_parse(&query, text, why);
    if (status != 0 || strcmp(query.imei, imei) != 0 ||
        strcmp(query.channel, channel) != 0)
        fail_msg("'%s': %d %s, imei '%s', channel '%s'", text, status, why,
                 query.imei, query.channel);
    assert_string_equal(why, "");
}

static void assert_refused(const char *text, const char *reason)
{
    struct store_query query;
    static const struct store_query empty;
    char why[STORE_QUERY_WHY];
    const int status = store_query_parse(&query, text, why);
    if (status != 400 || strstr(why, reason) == NULL)
        fail_msg("'%.100s': %d '%s', not '%s'", text, status, why, reason);
    assert_null(strchr(why, '\n'));
    assert_memory_equal(&query, &empty, sizeof empty);
}

static void both_keys_come_in_any_order(void **state)
{
    (void)state;
    assert_query("", "", "");
    assert_query("imei=" IMEI, IMEI, "");
    assert_query("channel=canary", "", "canary");
    assert_query("imei=" IMEI "&channel=canary", IMEI, "canary");
    assert_query("channel=canary&imei=" IMEI, IMEI, "canary");
}

static void the_longest_values_fit(void **state)
{
    (void)state;
    assert_query("imei=12345678901234", "12345678901234", "");
    assert_query("imei=1234567890123456", "1234567890123456", "");
    assert_query("channel=0123456789-abcde", "", "0123456789-abcde");
    assert_query("channel=-", "", "-");
}

static void other_keys_are_passed_over(void **state)
{
    (void)state;
    assert_query("_=1732233600123", "", "");
    assert_query("nocache", "", "");
    assert_query("t=2026-11-22T10:00:00Z&imei=" IMEI, IMEI, "");
    assert_query("a=1&a=1&imei=" IMEI "&a=b=c", IMEI, "");
    assert_query("&&imei=" IMEI "&&", IMEI, "");
    assert_query("=x&=&channel=beta&", "", "beta");
    assert_query("IMEI=x&imei2=x&imeis=x&ime=x&Channel=%20&channels=x", "", "");
}

static void what_is_said_twice_is_400(void **state)
{
    (void)state;
    assert_refused("imei=" IMEI "&imei=" IMEI, "imei= stands in the query "
                                               "twice");
    assert_refused("imei=" IMEI "&x&imei=861075030000002", "twice");
    assert_refused("channel=a&channel=b", "channel= stands in the query twice");
}

static void what_is_no_imei_is_400(void **state)
{
    static const char *const queries[] = {
        "imei",
        "imei=",
        "imei&channel=a",
        "imei=&channel=a",
        "imei=1234567890123",
        "imei=12345678901234567",
        "imei=86107503000000x",
        "imei=%38610750300000",
        "imei=+8610750300000",
        "imei=86107503-000000",
        "imei==861075030000001",
        "imei=861075030000001=",
        "imei=999999999999999999999999999999999999999999999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        assert_refused(queries[i], "imei= is not 14 to 16 digits");
}

static void what_is_no_name_of_a_channel_is_400(void **state)
{
    static const char *const queries[] = {
        "channel",         "channel=",         "channel=Canary",
        "channel=can_ary", "channel=../other", "channel=abcdefghijklmnopq",
        "channel=a%2Fb",   "channel=a=b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        assert_refused(queries[i], "channel= is not a name");
}

static void what_no_query_looks_like_is_400(void **state)
{
    static const char *const queries[] = {
        "a b",  "a=\"", "a=<b>", "a\n", "a\x80", "\x01", "x?y",  "a#",
        "a\\b", "a'b",  "a{",    "a|",  "\r",    "\t",   "\x7f",
    };
    char longest[STORE_QUERY_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        assert_refused(queries[i], "character");
    memset(longest, 'a', sizeof longest);
    longest[STORE_QUERY_MAX + 1] = '\0';
    assert_refused(longest, "at most 200 characters");
    longest[STORE_QUERY_MAX] = '\0';
    assert_query(longest, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_keys_come_in_any_order),
        cmocka_unit_test(the_longest_values_fit),
        cmocka_unit_test(other_keys_are_passed_over),
        cmocka_unit_test(what_is_said_twice_is_400),
        cmocka_unit_test(what_is_no_imei_is_400),
        cmocka_unit_test(what_is_no_name_of_a_channel_is_400),
        cmocka_unit_test(what_no_query_looks_like_is_400),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
