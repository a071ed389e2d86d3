/* SPDX-License-Identifier: Apache-2.0 */
/* When a look is due without any SMS: times, requests, and the rest between
 * two looks. */
#include "watch_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define HOUR 3600000u
#define MINUTE 60000u

static struct watch_bench b;
static struct watch_answer nothing[] = {{NULL, NULL, 0, 0}};

static void begin(const struct ffx_watch_config *config, uint32_t start_ms)
{
    watch_bench_init(&b);
    b.config = *config;
    b.start_ms = start_ms;
    watch_bench_script(&b, nothing);
}

/* After so many milliseconds a look is due, and not one earlier. */
static void due_after(uint32_t ms, enum ffx_watch_reason reason)
{
    assert_int_equal(watch_bench_run(&b, ms), WATCH_BENCH_NONE);
    assert_int_equal(watch_bench_run(&b, 1), reason);
}

static void without_a_reason_nothing_ever_happens(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){0}, 0);
    assert_int_equal(ffx_watch_poll(&b.watch, 0), UINT32_MAX);
    assert_int_equal(watch_bench_run(&b, 1000 * HOUR), WATCH_BENCH_NONE);
    assert_int_equal(b.sent_length, 0);
}

static void the_first_time_and_then_each_is_met_to_the_millisecond(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.first_ms = 90 * MINUTE,
                                     .every_ms = 6 * HOUR,
                                     .least_ms = 1},
          0);
    due_after(90 * MINUTE, FFX_WATCH_TIME);
    for (int i = 0; i < 20; i++) {
        watch_bench_look(&b, 7 * MINUTE);
        due_after(6 * HOUR - 7 * MINUTE, FFX_WATCH_TIME);
    }
    assert_int_equal(b.sent_length, 0); /* nobody listens for SMS */
}

static void
every_alone_begins_with_itself_and_first_alone_comes_once(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = HOUR}, 0);
    due_after(HOUR, FFX_WATCH_TIME);
    begin(&(struct ffx_watch_config){.first_ms = HOUR}, 0);
    due_after(HOUR, FFX_WATCH_TIME);
    watch_bench_look(&b, 0);
    assert_int_equal(watch_bench_run(&b, 500 * HOUR), WATCH_BENCH_NONE);
}

static void the_clock_may_wrap_anywhere(void **state)
{
    (void)state;
    for (uint32_t before = 0; before < 3 * HOUR; before += 7 * MINUTE) {
        begin(&(struct ffx_watch_config){.every_ms = HOUR,
                                         .least_ms = 30 * MINUTE},
              0u - before);
        for (int i = 0; i < 3; i++) {
            due_after(i == 0 ? HOUR : 50 * MINUTE, FFX_WATCH_TIME);
            watch_bench_look(&b, 10 * MINUTE);
        }
    }
}

static void the_longest_durations_work(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = FFX_WATCH_LONGEST_MS,
                                     .least_ms = FFX_WATCH_LONGEST_MS},
          4000000000u);
    due_after(FFX_WATCH_LONGEST_MS, FFX_WATCH_TIME);
    watch_bench_look(&b, 1000);
    due_after(FFX_WATCH_LONGEST_MS, FFX_WATCH_TIME);
}

static void times_that_pass_during_a_look_are_one_that_was_met(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = HOUR, .least_ms = 1}, 0);
    due_after(HOUR, FFX_WATCH_TIME);
    watch_bench_look(&b, 5 * HOUR + 20 * MINUTE);
    due_after(40 * MINUTE, FFX_WATCH_TIME);
}

static void a_request_is_met_at_once(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = HOUR}, 0);
    assert_int_equal(watch_bench_run(&b, MINUTE), WATCH_BENCH_NONE);
    ffx_watch_ask(&b.watch);
    assert_false(ffx_watch_due(&b.watch, NULL)); /* at the next poll */
    assert_int_equal(watch_bench_run(&b, 1), FFX_WATCH_ASKED);
}

static void two_looks_keep_their_distance_whatever_comes(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = MINUTE, .least_ms = HOUR}, 0);
    due_after(MINUTE, FFX_WATCH_TIME);
    watch_bench_look(&b, 20 * MINUTE);
    for (int i = 0; i < 59; i++) {
        ffx_watch_ask(&b.watch);
        assert_int_equal(watch_bench_run(&b, MINUTE), WATCH_BENCH_NONE);
    }
    due_after(MINUTE, FFX_WATCH_ASKED); /* one for all of them */
    watch_bench_look(&b, 0);
    due_after(HOUR, FFX_WATCH_TIME);
}

static void
a_quarter_of_an_hour_is_the_distance_unless_said_otherwise(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = MINUTE}, 0);
    due_after(MINUTE, FFX_WATCH_TIME);
    watch_bench_look(&b, 0);
    due_after(15 * MINUTE, FFX_WATCH_TIME);
}

static void what_is_asked_during_a_look_gets_its_own(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.least_ms = MINUTE}, 0);
    ffx_watch_ask(&b.watch);
    assert_int_equal(watch_bench_run(&b, 1), FFX_WATCH_ASKED);
    ffx_watch_ask(&b.watch);
    watch_bench_look(&b, 1000);
    due_after(MINUTE, FFX_WATCH_ASKED);
    watch_bench_look(&b, 1000);
    assert_int_equal(watch_bench_run(&b, 10 * HOUR), WATCH_BENCH_NONE);
}

static void the_first_of_several_reasons_is_told(void **state)
{
    enum ffx_watch_reason reason;
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = MINUTE}, 0);
    ffx_watch_ask(&b.watch);
    ffx_watch_poll(&b.watch, MINUTE);
    assert_int_equal(ffx_watch_due(&b.watch, &reason), 1);
    assert_int_equal(reason, FFX_WATCH_ASKED);
    assert_string_equal(ffx_watch_reason_name(FFX_WATCH_ASKED), "asked");
    assert_string_equal(ffx_watch_reason_name(FFX_WATCH_SMS), "sms");
    assert_string_equal(ffx_watch_reason_name(FFX_WATCH_TIME), "time");
    assert_string_equal(ffx_watch_reason_name((enum ffx_watch_reason)3), "");
}

/* --- a fleet ------------------------------------------------------------- */

static uint32_t share_of(uint32_t seed, uint32_t spread_ms)
{
    begin(&(struct ffx_watch_config){.every_ms = HOUR,
                                     .spread_ms = spread_ms,
                                     .seed = seed},
          0);
    const uint32_t first = ffx_watch_poll(&b.watch, 0);
    assert_in_range(first, HOUR, HOUR + spread_ms);
    return first - HOUR;
}

/* Neighbours off one production line: their IMEIs differ in a digit or two. */
static void a_fleet_is_spread_evenly(void **state)
{
    unsigned tenths[10] = {0};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char imei[] = "866425030000000";
        for (int digit = 14, rest = i; digit > 11; digit--, rest /= 10)
            imei[digit] = (char)('0' + rest % 10);
        const uint32_t share = share_of(ffx_watch_seed(imei), HOUR - 1);
        assert_int_equal(share, share_of(ffx_watch_seed(imei), HOUR - 1));
        tenths[share / (HOUR / 10)]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(tenths[i], 60, 140);
}

static void a_device_keeps_its_share(void **state)
{
    (void)state;
    begin(
        &(struct ffx_watch_config){
            .every_ms = HOUR, .spread_ms = HOUR, .seed = 12345, .least_ms = 1},
        0);
    const uint32_t first = ffx_watch_poll(&b.watch, 0);
    due_after(first, FFX_WATCH_TIME);
    watch_bench_look(&b, 1000);
    due_after(HOUR - 1000, FFX_WATCH_TIME);
    assert_int_equal(share_of(1, 0), 0);
}

/* --- the time of day ------------------------------------------------------ */

static void a_time_that_is_known_late_moves_all_of_them(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = HOUR, .least_ms = 1}, 0);
    assert_int_equal(watch_bench_run(&b, 10 * MINUTE), WATCH_BENCH_NONE);
    assert_int_equal(ffx_watch_at(&b.watch, 5 * MINUTE, watch_bench_now(&b)),
                     FFX_OK);
    uint32_t ms;
    assert_int_equal(ffx_watch_next(&b.watch, watch_bench_now(&b), &ms), 1);
    assert_int_equal(ms, 5 * MINUTE);
    due_after(5 * MINUTE, FFX_WATCH_TIME);
    watch_bench_look(&b, 1000);
    due_after(HOUR - 1000, FFX_WATCH_TIME);
    watch_bench_look(&b, 0);
    assert_int_equal(
        ffx_watch_at(&b.watch, FFX_WATCH_LONGEST_MS + 1, watch_bench_now(&b)),
        FFX_ERR_ARGUMENT);
    due_after(HOUR, FFX_WATCH_TIME);
    begin(&(struct ffx_watch_config){0}, 0);
    assert_int_equal(ffx_watch_next(&b.watch, 0, &ms), 0);
    ffx_watch_at(&b.watch, HOUR, 0);
    due_after(HOUR, FFX_WATCH_TIME);
}

/* --- settings ------------------------------------------------------------ */

static int with(const char *sender, const char *text, uint32_t bytes)
{
    const char *const senders[] = {"+491", sender};
    const struct ffx_watch_config config = {.line = bytes > 0 ? b.line : NULL,
                                            .line_bytes = bytes,
                                            .senders = senders,
                                            .sender_count = 2,
                                            .text = text};
    return ffx_watch_init(&b.watch, &config, 0);
}

static void what_can_be_in_no_sms_is_refused(void **state)
{
    char long_text[FFX_WATCH_TEXT_MAX + 2];
    static const char *const senders[] = {
        "",      "+",     "+49 151",   "0x49",
        "++491", "+491;", "+49\"\r\n", "+123456789012345678901"};
    static const char *const texts[] = {"",  "look now ", "pay 5$", "a@b",
                                        "_", "\u00e4",    "a\nb",   "a\x7f"};
    (void)state;
    assert_int_equal(with("49151", NULL, 112), FFX_OK);
    assert_int_equal(with("+12345678901234567890", "A-z 0/9?", 112), FFX_OK);
    assert_int_equal(with(NULL, NULL, 112), FFX_ERR_ARGUMENT);
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++)
        assert_int_equal(with(senders[i], NULL, 112), FFX_ERR_ARGUMENT);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(with("1", texts[i], 160), FFX_ERR_ARGUMENT);
    memset(long_text, 'x', sizeof long_text);
    long_text[FFX_WATCH_TEXT_MAX + 1] = '\0';
    assert_int_equal(with("1", long_text, 999), FFX_ERR_ARGUMENT);
    long_text[FFX_WATCH_TEXT_MAX] = '\0';
    assert_int_equal(with("1", long_text, 96 + 2 * FFX_WATCH_TEXT_MAX), FFX_OK);
}

static void a_line_that_holds_no_message_is_refused(void **state)
{
    (void)state;
    assert_int_equal(with("1", NULL, 111), FFX_ERR_BUFFER);
    assert_int_equal(with("1", "12", 99), FFX_ERR_BUFFER);
    assert_int_equal(with("1", "12", 100), FFX_OK);
    assert_int_equal(with("1", NULL, 0), FFX_ERR_BUFFER);
}

static void durations_that_cannot_be_measured_are_refused(void **state)
{
    const uint32_t most = FFX_WATCH_LONGEST_MS;
    const struct ffx_watch_config refused[] = {
        {.first_ms = most + 1},
        {.every_ms = most + 1},
        {.least_ms = most + 1},
        {.check_ms = most + 1},
        {.first_ms = most, .spread_ms = 1},
        {.every_ms = HOUR, .spread_ms = HOUR + 1},
        {.first_ms = UINT32_MAX, .spread_ms = UINT32_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(ffx_watch_init(&b.watch, &refused[i], 0),
                         FFX_ERR_ARGUMENT);
}

static void an_end_without_senders_is_at_once(void **state)
{
    (void)state;
    begin(&(struct ffx_watch_config){.every_ms = HOUR}, 0);
    assert_int_equal(ffx_watch_ended(&b.watch), 0);
    ffx_watch_end(&b.watch, 5);
    assert_int_equal(ffx_watch_ended(&b.watch), 1);
    ffx_watch_ask(&b.watch);
    assert_int_equal(watch_bench_run(&b, 3 * HOUR), WATCH_BENCH_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_reason_nothing_ever_happens),
        cmocka_unit_test(
            the_first_time_and_then_each_is_met_to_the_millisecond),
        cmocka_unit_test(
            every_alone_begins_with_itself_and_first_alone_comes_once),
        cmocka_unit_test(the_clock_may_wrap_anywhere),
        cmocka_unit_test(the_longest_durations_work),
        cmocka_unit_test(times_that_pass_during_a_look_are_one_that_was_met),
        cmocka_unit_test(a_request_is_met_at_once),
        cmocka_unit_test(two_looks_keep_their_distance_whatever_comes),
        cmocka_unit_test(
            a_quarter_of_an_hour_is_the_distance_unless_said_otherwise),
        cmocka_unit_test(what_is_asked_during_a_look_gets_its_own),
        cmocka_unit_test(the_first_of_several_reasons_is_told),
        cmocka_unit_test(a_fleet_is_spread_evenly),
        cmocka_unit_test(a_device_keeps_its_share),
        cmocka_unit_test(a_time_that_is_known_late_moves_all_of_them),
        cmocka_unit_test(what_can_be_in_no_sms_is_refused),
        cmocka_unit_test(a_line_that_holds_no_message_is_refused),
        cmocka_unit_test(durations_that_cannot_be_measured_are_refused),
        cmocka_unit_test(an_end_without_senders_is_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
