/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of what a module says: every framing, every chunking. */
#include <farfix/at.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Events as text, so that a whole dialogue is one string: "L:text" "OK"
 * "E" "C:3" "S:5" "P" "D:bytes" "T". "+CFSRFILE: n" asks for n raw bytes. */
struct record {
    struct ffx_at_response response;
    char line[64];
    char text[4096];
    int in_data;
};

static void put(struct record *record, const char *text, size_t length)
{
    const size_t have = strlen(record->text);
    assert_true(have + length + 1 < sizeof record->text);
    memcpy(record->text + have, text, length);
    record->text[have + length] = '\0';
}

static void put_event(struct record *record, const struct ffx_at_event *event)
{
    static const char *const names[] = {
        "", "L:", "OK", "E", "C:", "S:", "P", "D:", "T"};
    char number[16] = "";
    unsigned bytes;
    if (event->kind == FFX_AT_DATA && record->in_data) {
        put(record, event->text, event->length);
        return;
    }
    if (record->text[0] != '\0')
        put(record, "|", 1);
    put(record, names[event->kind], strlen(names[event->kind]));
    if (event->kind == FFX_AT_CME || event->kind == FFX_AT_CMS)
        snprintf(number, sizeof number, "%d", (int)event->code);
    put(record, number, strlen(number));
    if (event->kind == FFX_AT_LINE || event->kind == FFX_AT_DATA)
        put(record, event->text, event->length);
    record->in_data = event->kind == FFX_AT_DATA;
    if (event->kind == FFX_AT_LINE &&
        sscanf(event->text, "+CFSRFILE: %u", &bytes) == 1)
        ffx_at_response_raw(&record->response, bytes);
}

static const char *read_in_chunks(const char *bytes, size_t length,
                                  size_t chunk)
{
    static struct record record;
    memset(&record, 0, sizeof record);
    ffx_at_response_init(&record.response, record.line, sizeof record.line);
    for (size_t i = 0; i < length;) {
        struct ffx_at_event event;
        const size_t left = length - i < chunk ? length - i : chunk;
        const uint32_t used = ffx_at_response_feed(&record.response, bytes + i,
                                                   (uint32_t)left, &event);
        assert_in_range(used, 1, left);
        if (event.kind != FFX_AT_NOTHING)
            put_event(&record, &event);
        i += used;
    }
    return record.text;
}

static void reads_as(const char *bytes, size_t length, const char *expected)
{
    for (size_t chunk = 1; chunk <= length; chunk++) {
        const char *found = read_in_chunks(bytes, length, chunk);
        if (strcmp(found, expected) != 0)
            fail_msg("chunk=%zu: '%s' instead of '%s'", chunk, found, expected);
    }
}

#define READS_AS(bytes, expected) reads_as(bytes, sizeof bytes - 1, expected)

static void verbose_answers_are_lines_and_a_result(void **state)
{
    (void)state;
    READS_AS("\r\n+CSQ: 27,99\r\n\r\nOK\r\n", "L:+CSQ: 27,99|OK");
    READS_AS("\r\nERROR\r\n", "E");
    READS_AS("\r\nNO CARRIER\r\n", "E");
}

static void an_echo_is_a_line_in_any_line_end(void **state)
{
    (void)state;
    READS_AS("AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n",
             "L:AT+CREG?|L:+CREG: 0,1|OK");
    READS_AS("AT\nOK\n", "L:AT|OK");
}

static void numeric_results_end_with_a_bare_cr(void **state)
{
    (void)state;
    READS_AS("+CSQ: 27,99\r\n0\r4\r3\r", "L:+CSQ: 27,99|OK|E|E");
    READS_AS("1\r9\r2\r", "L:1|L:9|L:2");
}

static void cme_errors_carry_their_number(void **state)
{
    (void)state;
    READS_AS("\r\n+CME ERROR: 3\r\n", "C:3");
    READS_AS("\r\n+CME ERROR:10\r\n", "C:10");
    READS_AS("\r\n+CME ERROR: operation not allowed\r\n", "C:-1");
    READS_AS("\r\n+CME ERROR: 99999999999\r\n", "C:-1");
    READS_AS("\r\n+CME ERROR:\r\n", "C:-1");
    READS_AS("\r\n+CMS ERROR: 305\r\n", "S:305");
}

static void prompts_come_with_and_without_a_line_end(void **state)
{
    (void)state;
    READS_AS("\r\nDOWNLOAD\r\n", "P");
    READS_AS("\r\n> ", "P");
    READS_AS("\r\n>x\r\n", "L:>x");
}

static void raw_data_may_look_like_anything(void **state)
{
    (void)state;
    READS_AS("\r\n+CFSRFILE: 10\r\n\r\nOK\r\nRDY\r\r\n\r\nOK\r\n",
             "L:+CFSRFILE: 10|D:\r\nOK\r\nRDY\r|OK");
    READS_AS("+CFSRFILE: 4\r\r\n\n\r\n\r\r\nOK\r\n",
             "L:+CFSRFILE: 4|D:\n\r\n\r|OK");
    READS_AS("+CFSRFILE: 2\nab\nOK\n", "L:+CFSRFILE: 2|D:ab|OK");
}

static void a_leading_ok_before_raw_data_is_an_event_of_its_own(void **state)
{
    (void)state;
    READS_AS("\r\nOK\r\n\r\n+CFSRFILE: 3\r\nabc\r\n\r\nOK\r\n",
             "OK|L:+CFSRFILE: 3|D:abc|OK");
}

static void results_are_whole_lines_only(void **state)
{
    (void)state;
    READS_AS("\r\nOKAY\r\n ok\r\nOK \r\nxOK\r\n00\r\n",
             "L:OKAY|L: ok|L:OK |L:xOK|L:00");
}

static void control_bytes_never_complete_a_match(void **state)
{
    (void)state;
    READS_AS("\0OK\r\nO\0K\r\nOK\0\r\nOK\r\n", "L:?OK|L:O?K|L:OK?|OK");
}

static void a_line_longer_than_the_buffer_is_dropped_and_reported(void **state)
{
    char bytes[200];
    (void)state;
    memset(bytes, 'A', sizeof bytes);
    memcpy(bytes + 100, "\r\nOK\r\n", 6);
    reads_as(bytes, 106, "T|OK");
    /* 63 characters fill a buffer of 64 with its NUL, 64 do not */
    memcpy(bytes + 63, "\r\n", 2);
    assert_int_equal(strlen(read_in_chunks(bytes, 65, 65)), 65);
    memset(bytes, 'A', 64);
    memcpy(bytes + 64, "\r\n", 2);
    assert_string_equal(read_in_chunks(bytes, 66, 66), "T");
}

static void raw_data_that_never_came_can_be_given_up(void **state)
{
    struct ffx_at_response response;
    struct ffx_at_event event;
    char line[64];
    (void)state;
    ffx_at_response_init(&response, line, sizeof line);
    ffx_at_response_raw(&response, 100);
    ffx_at_response_feed(&response, "abc", 3, &event);
    assert_int_equal(event.kind, FFX_AT_DATA);
    ffx_at_response_raw(&response, 0);
    assert_int_equal(ffx_at_response_feed(&response, "RDY\r\n", 5, &event), 4);
    assert_int_equal(event.kind, FFX_AT_LINE);
    assert_string_equal(event.text, "RDY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbose_answers_are_lines_and_a_result),
        cmocka_unit_test(an_echo_is_a_line_in_any_line_end),
        cmocka_unit_test(numeric_results_end_with_a_bare_cr),
        cmocka_unit_test(cme_errors_carry_their_number),
        cmocka_unit_test(prompts_come_with_and_without_a_line_end),
        cmocka_unit_test(raw_data_may_look_like_anything),
        cmocka_unit_test(a_leading_ok_before_raw_data_is_an_event_of_its_own),
        cmocka_unit_test(results_are_whole_lines_only),
        cmocka_unit_test(control_bytes_never_complete_a_match),
        cmocka_unit_test(a_line_longer_than_the_buffer_is_dropped_and_reported),
        cmocka_unit_test(raw_data_that_never_came_can_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
