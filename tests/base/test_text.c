/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void number_has_one_spelling_from_0_to_the_last_of_32_bits(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0,   1,         9,          10,
                                       255, 429496729, 4294967290, UINT32_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[16];
        uint32_t value = 77;
        const int length = snprintf(text, sizeof text, "%u", numbers[i]);
        assert_int_equal(text_number(text, (uint32_t)length, &value), 0);
        assert_int_equal(value, numbers[i]);
    }
}

static void number_refuses_every_other_spelling(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",   "00",  "01",         "-1",         "+1",
        " 1", "1 ",  "4294967296", "4294967300", "42949672950",
        "1a", "0x1", "1.",         "9999999999", "99999999999999999999",
        "/",  ":"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint32_t value = 77;
        if (text_number(wrong[i], (uint32_t)strlen(wrong[i]), &value) == 0)
            fail_msg("taken: %s", wrong[i]);
        assert_int_equal(value, 77);
    }
}

static void hex_comes_back_as_the_bytes_that_went_in(void **state)
{
    (void)state;
    uint8_t in[256], out[256];
    char text[512];
    for (int i = 0; i < 256; i++)
        in[i] = (uint8_t)i;
    text_put_hex(text, in, sizeof in);
    assert_memory_equal(text, "000102030405060708090a0b", 24);
    assert_int_equal(text_hex(text, sizeof text, out, sizeof out), 0);
    assert_memory_equal(in, out, sizeof in);
}

static void hex_takes_lower_case_digits_only_and_exactly_enough(void **state)
{
    (void)state;
    uint8_t out[4];
    for (int c = 0; c < 256; c++) {
        const char text[2] = {'0', (char)c};
        const int is_digit = c != 0 && strchr("0123456789abcdef", c) != NULL;
        assert_int_equal(text_hex(text, 2, out, 1), is_digit ? 0 : -1);
    }
    assert_int_equal(text_hex("", 0, out, 0), 0);
    assert_int_equal(text_hex("", 0, out, 1), -1);
    assert_int_equal(text_hex("0", 1, out, 0), -1);
    assert_int_equal(text_hex("000", 3, out, 1), -1);
    assert_int_equal(text_hex("0000", 4, out, 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_has_one_spelling_from_0_to_the_last_of_32_bits),
        cmocka_unit_test(number_refuses_every_other_spelling),
        cmocka_unit_test(hex_comes_back_as_the_bytes_that_went_in),
        cmocka_unit_test(hex_takes_lower_case_digits_only_and_exactly_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
