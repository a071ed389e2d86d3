/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong, and when: the grammar and the counting of faults. */
#include "lab/lab_flash.h"
#include "sim/sim_faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sim_faults faults;
static struct ffx_sim_error error;

static int set_up(void **context)
{
    (void)context;
    sim_faults_init(&faults);
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    sim_faults_free(&faults);
    return 0;
}

static void add(const char *text)
{
    if (sim_faults_add(&faults, text, "file", 0, &error) != FFX_OK)
        fail_msg("%s", error.text);
}

/* Actions that the trigger's next event sets off, in order. */
static const char *happen(enum sim_trigger trigger)
{
    static char names[400];
    const struct sim_fault *fault;
    size_t cursor = 0, length = 0;
    names[0] = '\0';
    sim_faults_count(&faults, trigger);
    while ((fault = sim_faults_next(&faults, trigger, &cursor)) != NULL)
        length += (size_t)snprintf(names + length, sizeof names - length, "%u ",
                                   fault->action);
    return names;
}

static uint32_t times(enum sim_trigger trigger, uint32_t events)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < events; i++)
        count += happen(trigger)[0] != '\0';
    return count;
}

/* --- when ---------------------------------------------------------------- */

static void at_happens_once_and_every_again(void **context)
{
    (void)context;
    add("at tx-byte 3 drop\nevery tx-byte 2 double\n");
    for (int i = 1; i <= 8; i++) {
        char wanted[32] = "";
        if (i == 3)
            snprintf(wanted, sizeof wanted, "%u ", SIM_DROP);
        if (i % 2 == 0)
            snprintf(wanted, sizeof wanted, "%u ", SIM_DOUBLE);
        assert_string_equal(happen(SIM_ON_TX), wanted);
    }
    assert_int_equal(times(SIM_ON_RX, 10), 0);
}

static void odds_follow_the_seed(void **context)
{
    char first[2000], again[2000];
    (void)context;
    for (int run = 0; run < 2; run++) {
        char *out = run == 0 ? first : again;
        sim_faults_free(&faults);
        add("seed 77\nodds rx-byte 10 flip\n");
        for (size_t i = 0; i < sizeof first; i++)
            out[i] = happen(SIM_ON_RX)[0];
    }
    assert_memory_equal(first, again, sizeof first);
    sim_faults_free(&faults);
    add("seed 78\nodds rx-byte 10 flip\n");
    const uint32_t count = times(SIM_ON_RX, 2000);
    assert_in_range(count, 120, 280); /* 200 expected */
}

static void time_and_percent_may_jump_over_a_fault(void **context)
{
    size_t cursor = 0;
    (void)context;
    add("at ms 500 reset\nevery ms 1000 hang\nat percent 0 cut\n");
    assert_int_equal(sim_faults_due_ms(&faults), 500);
    sim_faults_reach(&faults, SIM_ON_MS, 3300);
    assert_int_equal(sim_faults_next(&faults, SIM_ON_MS, &cursor)->action,
                     SIM_RESET);
    assert_int_equal(sim_faults_next(&faults, SIM_ON_MS, &cursor)->action,
                     SIM_HANG);
    assert_null(sim_faults_next(&faults, SIM_ON_MS, &cursor));
    assert_int_equal(sim_faults_due_ms(&faults), 4000);
    cursor = 0;
    assert_null(sim_faults_next(&faults, SIM_ON_MS, &cursor));
    sim_faults_reach(&faults, SIM_ON_PERCENT, 40);
    cursor = 0;
    assert_int_equal(sim_faults_next(&faults, SIM_ON_PERCENT, &cursor)->action,
                     SIM_CUT);
}

static void each_start_of_an_update_takes_the_next_cut(void **context)
{
    uint32_t operation;
    (void)context;
    add("# two cuts\n\n  at flash 12 tear 3\nseed 99\r\nat flash 1 tear 0");
    assert_int_equal(faults.seed, 99);
    const struct sim_fault *cut = sim_faults_flash(&faults, &operation);
    assert_int_equal(operation, 12);
    assert_int_equal(cut->value[0], 3);
    sim_faults_flash(&faults, &operation);
    assert_int_equal(operation, 1);
    assert_null(sim_faults_flash(&faults, &operation));
}

static void a_brown_out_loop_cuts_every_start(void **context)
{
    uint32_t operation;
    (void)context;
    add("at flash 3 watchdog\nevery flash 40 tear 1\n");
    assert_int_equal(sim_faults_flash(&faults, &operation)->action,
                     SIM_WATCHDOG);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(sim_faults_flash(&faults, &operation)->action,
                         SIM_TEAR);
        assert_int_equal(operation, 40);
    }
}

static void what_happens_at_once_leaves_no_row_behind(void **context)
{
    (void)context;
    for (unsigned i = 0; i < 2 * SIM_FAULTS_MAX; i++) {
        size_t cursor = 0;
        assert_int_equal(
            sim_faults_add(&faults, "now signal 99", NULL, 1, &error), FFX_OK);
        assert_non_null(sim_faults_next(&faults, SIM_ON_NOW, &cursor));
        assert_null(sim_faults_next(&faults, SIM_ON_NOW, &cursor));
    }
    assert_int_equal(faults.count, 1);
}

static void cleared_faults_do_not_happen(void **context)
{
    (void)context;
    add("every line 1 mute\n");
    assert_int_equal(times(SIM_ON_LINE, 3), 3);
    sim_faults_clear(&faults);
    assert_int_equal(times(SIM_ON_LINE, 3), 0);
}

static void a_period_of_an_update_counts_anew_with_each(void **context)
{
    size_t cursor;
    (void)context;
    add("every percent 30 cut");
    for (int update = 0; update < 3; update++) {
        unsigned cuts = 0;
        sim_faults_rewind(&faults, SIM_ON_PERCENT);
        for (uint64_t percent = 0; percent <= 100; percent++) {
            sim_faults_reach(&faults, SIM_ON_PERCENT, percent);
            cursor = 0;
            cuts += sim_faults_next(&faults, SIM_ON_PERCENT, &cursor) != NULL;
        }
        assert_int_equal(cuts, 3);
    }
    assert_int_equal(faults.rows[0].fired, 9);
}

/* --- grammar ------------------------------------------------------------- */

static void each_action_is_read_and_shown_alike(void **context)
{
    static const char *const lines[] = {
        "at flash 12 tear 3",     "every flash 9 watchdog",
        "at tx-byte 880 drop",    "at rx-byte 1 double",
        "odds tx-byte 1000 flip", "at tx-byte 5 flip 7",
        "at rx-byte 7 noise 256", "at tx-byte 9 break",
        "at tx-byte 9 pause 250", "at line 2 fragment 3 20",
        "at line 4 lose",         "at line 4 mute",
        "at line 4 late 3000",    "at line 4 bare",
        "at line 4 expect 10240", "at line 4 echo 0",
        "at line 4 stuck",        "at percent 50 hang",
        "at ms 100 reset",        "at rx-byte 17 cut",
        "at url 2 status 601",    "every url 1 stall",
        "at url 1 broken 4096",   "at url 1 short 100",
        "at url 1 spoilt 70",     "at url 1 rate 50",
        "at url 1 pdp 5000",      "at ms 9 signal 99",
        "at ms 9 network 3",      "at ms 9 dtr 1",
        "at ms 9 battery 4 3050", "at write 3 fail",
        "odds write 5 full",      "at boot 2 damage fun-5",
        "at boot 2 baud 9600",    "every boot 2 cut",
        "at boot 3 hang",         "at line 7 flow stuck",
        "at ms 7 flow ignored",   "at ms 5 time 1893456000",
        "at line 5 bug none",     "at line 5 damage none",
        "at percent 5 spoilt 70", "at url 1 outage 9"};
    (void)context;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char shown[128];
        add(lines[i]);
        sim_faults_show(&faults.rows[i], shown, sizeof shown);
        assert_string_equal(shown, lines[i]);
    }
}

static void text_may_hold_any_byte(void **context)
{
    (void)context;
    add("at tx-byte 1 insert \\r\\n+CMTI: \"SM\",1\\r\\n\\x00\\xff\\\\");
    assert_int_equal(faults.rows[0].text_length, 20);
    assert_memory_equal(faults.rows[0].text, "\r\n+CMTI: \"SM\",1\r\n\0\xff\\",
                        19);
    add("at ms 5 sms +4917012345 look now");
    assert_string_equal(faults.rows[1].word, "+4917012345");
    assert_string_equal(faults.rows[1].text, "look now");
}

static void every_tear_of_the_instrument_has_a_number(void **context)
{
    (void)context;
    for (unsigned tear = 0; tear <= LAB_TEARS; tear++) {
        char text[64];
        snprintf(text, sizeof text, "at flash 5 tear %u", tear);
        const int result = sim_faults_add(&faults, text, "f", 0, &error);
        assert_int_equal(result, tear < LAB_TEARS ? FFX_OK : FFX_ERR_SYNTAX);
    }
}

static void what_is_no_fault_is_named_by_its_line(void **context)
{
    static const char *const lines[] = {"at flash 0 tear 1",
                                        "at flash 5 tear 13",
                                        "at flash 5",
                                        "at flash 5 tear 1 now",
                                        "at flash x tear 1",
                                        "seed",
                                        "seed -1",
                                        "seed 5 6",
                                        "at url 2 status",
                                        "at url 2 status 65536",
                                        "at url 2 drop",
                                        "at flash 99999999999 tear 1",
                                        "now cut",
                                        "at now 1 cut",
                                        "odds ms 5 cut",
                                        "every percent 0 cut",
                                        "at tx-byte 1 flip 8",
                                        "at tx-byte 1 noise 257",
                                        "at tx-byte 1 insert",
                                        "at tx-byte 1 insert \\q",
                                        "at tx-byte 1 insert \\x4",
                                        "at ms 5 sms 123",
                                        "at boot 1 damage",
                                        "at boot 1 damage nose",
                                        "at boot 1 bug cold",
                                        "at line 1 flow maybe",
                                        "at line 1 newline 123456789",
                                        "at boot 1 mute",
                                        "at line 1 unknown",
                                        "at line 1 ignore",
                                        "at percent 1 spoilt",
                                        "at line 1 fragment 4",
                                        "drop",
                                        "at",
                                        "at line",
                                        "at line 1",
                                        "at line 1 nothing",
                                        "at line 1 late -5",
                                        "at line 1 late 1 1",
                                        "At line 1 late 1"};
    (void)context;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "seed 1\n%s\n", lines[i]);
        print_message("# '%s'\n", lines[i]);
        assert_int_equal(sim_faults_add(&faults, text, "file", 0, &error),
                         FFX_ERR_SYNTAX);
        assert_non_null(strstr(error.text, "file, line 2: "));
        assert_int_equal(faults.count, 0);
    }
}

static void a_line_of_any_length_is_refused_not_cut(void **context)
{
    char text[600];
    (void)context;
    memset(text, 'a', sizeof text);
    memcpy(text, "at tx-byte 1 insert ", 20);
    for (size_t length = 150; length < sizeof text - 1; length++) {
        text[length] = '\0';
        const int result = sim_faults_add(&faults, text, "file", 0, &error);
        assert_int_equal(result, length - 20 < SIM_FAULT_TEXT ? FFX_OK
                                                              : FFX_ERR_SYNTAX);
        text[length] = 'a';
    }
}

static void the_message_names_what_would_do(void **context)
{
    (void)context;
    assert_int_equal(sim_faults_add(&faults, "at url 2 drop", NULL, 0, &error),
                     FFX_ERR_SYNTAX);
    assert_string_equal(error.text, "'at url 2 drop' is no fault; url knows: "
                                    "status .. stall broken .. short .. "
                                    "spoilt .. rate .. pdp .. outage ..");
    sim_faults_add(&faults, "drop", NULL, 0, &error);
    assert_non_null(strstr(error.text, "triggers: flash tx-byte rx-byte line "
                                       "url write boot percent ms"));
}

static void more_faults_than_fit_are_refused(void **context)
{
    (void)context;
    for (unsigned i = 0; i < SIM_FAULTS_MAX; i++)
        add("at flash 7 tear 1");
    assert_int_equal(
        sim_faults_add(&faults, "at flash 7 tear 1", NULL, 0, &error),
        FFX_ERR_SPACE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_happens_once_and_every_again),
        TEST(odds_follow_the_seed),
        TEST(time_and_percent_may_jump_over_a_fault),
        TEST(each_start_of_an_update_takes_the_next_cut),
        TEST(a_brown_out_loop_cuts_every_start),
        TEST(what_happens_at_once_leaves_no_row_behind),
        TEST(cleared_faults_do_not_happen),
        TEST(a_period_of_an_update_counts_anew_with_each),
        TEST(each_action_is_read_and_shown_alike),
        TEST(text_may_hold_any_byte),
        TEST(every_tear_of_the_instrument_has_a_number),
        TEST(what_is_no_fault_is_named_by_its_line),
        TEST(a_line_of_any_length_is_refused_not_cut),
        TEST(the_message_names_what_would_do),
        TEST(more_faults_than_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
