/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/at.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct ffx_at_text out;
static char buffer[16];

static void expect(const char *text)
{
    assert_int_equal(out.overflow, 0);
    assert_int_equal(out.length, strlen(text));
    assert_memory_equal(out.text, text, out.length);
}

static void number(int32_t value, const char *text)
{
    ffx_at_text_init(&out, buffer, sizeof buffer);
    ffx_at_put_number(&out, value);
    expect(text);
}

static void numbers_are_written_in_decimal(void **state)
{
    (void)state;
    number(0, "0");
    number(9, "9");
    number(10, "10");
    number(-1, "-1");
    number(INT32_MAX, "2147483647");
    number(INT32_MIN, "-2147483648");
}

static void text_fills_the_buffer_to_its_last_byte(void **state)
{
    (void)state;
    ffx_at_text_init(&out, buffer, sizeof buffer);
    ffx_at_put(&out, "0123456789");
    ffx_at_put_bytes(&out, "abcdef", 6);
    expect("0123456789abcdef");
    ffx_at_put(&out, "");
    expect("0123456789abcdef");
}

static void what_does_not_fit_writes_nothing_then_or_later(void **state)
{
    (void)state;
    ffx_at_text_init(&out, buffer, sizeof buffer);
    ffx_at_put(&out, "0123456789");
    ffx_at_put(&out, "abcdefg");
    assert_int_equal(out.overflow, 1);
    assert_int_equal(out.length, 10);
    ffx_at_put(&out, "x");
    ffx_at_put_number(&out, 1);
    ffx_at_put_quoted(&out, "");
    assert_int_equal(out.length, 10);
}

static void quoted_text_is_all_or_nothing(void **state)
{
    (void)state;
    ffx_at_text_init(&out, buffer, sizeof buffer);
    ffx_at_put_quoted(&out, "0123456789abcd");
    expect("\"0123456789abcd\"");
    ffx_at_text_init(&out, buffer, sizeof buffer);
    ffx_at_put_quoted(&out, "0123456789abcde");
    assert_int_equal(out.overflow, 1);
    assert_int_equal(out.length, 0);
}

static void an_argument_cannot_smuggle_a_command(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {'a', (char)byte, 'b', '\0'};
        const int control = byte < ' ' || byte == 0x7f;
        ffx_at_text_init(&out, buffer, sizeof buffer);
        ffx_at_put_quoted(&out, text);
        assert_int_equal(out.overflow, byte == '"' || control);
        assert_int_equal(out.length, out.overflow ? 0 : 5);
    }
}

static void cme_numbers_have_the_manual_s_words(void **state)
{
    (void)state;
    assert_string_equal(ffx_at_cme_text(3), "operation not allowed");
    assert_string_equal(ffx_at_cme_text(0), "phone failure");
    assert_string_equal(ffx_at_cme_text(47),
                        "corporate personalization PUK required");
    assert_string_equal(ffx_at_cme_text(797), "CFUN state is 0 or 4");
    assert_string_equal(ffx_at_cme_text(8), "unknown");
    assert_string_equal(ffx_at_cme_text(-1), "unknown");
    assert_string_equal(ffx_at_cme_text(70000), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_in_decimal),
        cmocka_unit_test(text_fills_the_buffer_to_its_last_byte),
        cmocka_unit_test(what_does_not_fit_writes_nothing_then_or_later),
        cmocka_unit_test(quoted_text_is_all_or_nothing),
        cmocka_unit_test(an_argument_cannot_smuggle_a_command),
        cmocka_unit_test(cme_numbers_have_the_manual_s_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
