/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/at.h>
#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct ffx_at_reader reader;
static char line[FFX_AT_LINE_MAX + 1];

/* Every line that `bytes` holds, read in pieces; "|" ends each one, "!" marks
 * one that was too long. */
static void read_all(const char *bytes, size_t length, size_t piece, char *all)
{
    int ready;
    ffx_at_reader_init(&reader, line, sizeof line);
    all[0] = '\0';
    for (size_t i = 0; i < length;) {
        const size_t left = length - i < piece ? length - i : piece;
        i += ffx_at_reader_feed(&reader, bytes + i, (uint32_t)left, &ready);
        if (!ready)
            continue;
        strcat(all, reader.too_long ? "!" : line);
        strcat(all, "|");
    }
}

static const struct {
    const char *bytes, *lines;
} dialogues[] = {
    {"AT\r", "|"},
    {"AT+GMR\r", "+GMR|"},
    {"at+gmr\rAt+GsN\raTE0\r", "+gmr|+GsN|E0|"},
    {"AT+GMR\r\nAT\r\n", "+GMR||"},
    {"noise \x01\xff AAT+GMR\r", "+GMR|"},
    {"A\rAB AT+GMR\r", "+GMR|"},
    {"AT+GMX\bR\r", "+GMR|"},
    {"AT\b\b\b+GMR\r", "+GMR|"},
    {"AT+G\x01M\nR\x11\x7f\r", "+GMR|"},
    {"A/", "|"},
    {"AT+GMR\rA/a/", "+GMR|+GMR|+GMR|"},
    {"AT+GMR\rAxA/", "+GMR|+GMR|"},
    {"\r\r\n/A", ""},
    {"ATE1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200\r",
     "E1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200|"},
};

static void lines_come_out_the_same_in_any_pieces(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 5, 1000};
    char all[200];
    (void)state;
    for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            const char *bytes = dialogues[i].bytes;
            read_all(bytes, strlen(bytes), pieces[p], all);
            if (strcmp(all, dialogues[i].lines) != 0)
                fail_msg("dialogue %zu in pieces of %zu: \"%s\"", i, pieces[p],
                         all);
        }
}

static void nul_bytes_do_not_cut_a_line(void **state)
{
    static const char bytes[] = "AT+G\0MR\r";
    char all[20];
    (void)state;
    read_all(bytes, sizeof bytes - 1, 1, all);
    assert_string_equal(all, "+GMR|");
}

static void a_line_of_559_characters_fits_and_560_do_not(void **state)
{
    static char bytes[600], all[1300];
    (void)state;
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "AT", 2);
    bytes[2 + FFX_AT_LINE_MAX] = '\r';
    read_all(bytes, FFX_AT_LINE_MAX + 3u, 100, all);
    assert_int_equal(strlen(all), FFX_AT_LINE_MAX + 1u);
    bytes[2 + FFX_AT_LINE_MAX] = 'x';
    memcpy(bytes + 3 + FFX_AT_LINE_MAX, "\rA/AT\r", 7);
    read_all(bytes, FFX_AT_LINE_MAX + 9u, 100, all);
    /* A/ behind it repeats the refusal, not the part that fitted. */
    assert_string_equal(all, "!|!||");
}

static void a_smaller_buffer_is_a_smaller_limit(void **state)
{
    char small[8];
    int ready;
    (void)state;
    ffx_at_reader_init(&reader, small, sizeof small);
    assert_int_equal(ffx_at_reader_feed(&reader, "AT1234567\r", 10, &ready),
                     10);
    assert_int_equal(reader.too_long, 0);
    assert_string_equal(small, "1234567");
    ffx_at_reader_feed(&reader, "AT12345678\r", 11, &ready);
    assert_int_equal(reader.too_long, 1);
}

static void inside_is_between_the_a_and_the_cr(void **state)
{
    static const char bytes[] = "zAT+X\r";
    static const int inside[] = {0, 1, 1, 1, 1, 0};
    int ready;
    (void)state;
    ffx_at_reader_init(&reader, line, sizeof line);
    for (uint32_t i = 0; i < 6; i++) {
        ffx_at_reader_feed(&reader, bytes + i, 1, &ready);
        assert_int_equal(ffx_at_reader_inside(&reader), inside[i]);
    }
}

/* xorshift32: the same bytes on every machine. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void random_bytes_give_the_same_lines_in_any_pieces(void **state)
{
    static const char letters[] = "AaTt/\r\n\b+=?;,\"E0\x80\x01";
    static char bytes[400], whole[2000], pieces[2000];
    (void)state;
    for (uint32_t seed = 1; seed <= 2000; seed++) {
        uint32_t random = seed;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = letters[next_random(&random) % (sizeof letters - 1)];
        read_all(bytes, sizeof bytes, sizeof bytes, whole);
        read_all(bytes, sizeof bytes, 1 + seed % 9, pieces);
        if (strcmp(whole, pieces) != 0)
            fail_msg("seed %u", seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_the_same_in_any_pieces),
        cmocka_unit_test(nul_bytes_do_not_cut_a_line),
        cmocka_unit_test(a_line_of_559_characters_fits_and_560_do_not),
        cmocka_unit_test(a_smaller_buffer_is_a_smaller_limit),
        cmocka_unit_test(inside_is_between_the_a_and_the_cr),
        cmocka_unit_test(random_bytes_give_the_same_lines_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
