/* SPDX-License-Identifier: Apache-2.0 */
/* SMS over a whole virtual module: which of them are a look, what becomes of
 * the others, and that no fault of line or supply makes it otherwise. */
#include "watch_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define BOSS "+4915112345678"
#define OTHER "+4915112345679"
#define MINUTE 60000u

static struct watch_bench b;

static void begin(const struct virtual_options *options)
{
    watch_bench_init(&b);
    b.config.least_ms = 1000;
    b.config.check_ms = 10000;
    watch_bench_start(&b, options);
}

static void arrives(const char *from, const char *text)
{
    assert_int_equal(ffx_sim_sms(b.v.sim, from, text), FFX_OK);
}

/* Messages in the store with this status of AT+CMGL; none is marked read. */
static unsigned stored(unsigned status)
{
    char command[32], said[8192];
    unsigned count = 0;
    snprintf(command, sizeof command, "AT+CMGF=0;+CMGL=%u,1\r", status);
    strcpy(said, virtual_say(&b.v, command));
    strcat(said, virtual_wait(&b.v, 500));
    virtual_has(&b.v, said, "\r\nOK\r\n");
    const char *at = said;
    while ((at = strstr(at, "+CMGL: ")) != NULL) {
        at += 7;
        count++;
    }
    return count;
}

static void look_comes(uint32_t ms)
{
    const int reason = watch_bench_run(&b, ms);
    if (reason != FFX_WATCH_SMS)
        fail_msg("reason %d; sent: %s; log: %s", reason, b.sent, b.v.log);
}

static void nothing_comes(uint32_t ms)
{
    const int reason = watch_bench_run(&b, ms);
    if (reason != WATCH_BENCH_NONE)
        fail_msg("reason %d; sent: %s; log: %s", reason, b.sent, b.v.log);
}

/* --- what counts --------------------------------------------------------- */

static void a_known_sender_says_look_now_and_the_message_goes(void **state)
{
    static const uint32_t chunks[] = {0, 1, WATCH_BENCH_ODD};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(NULL);
        b.chunk = chunks[i];
        nothing_comes(5000);
        assert_int_equal(b.watch.listens, 1);
        arrives(BOSS, "look now");
        look_comes(5000);
        watch_bench_look(&b, 5000);
        nothing_comes(MINUTE);
        assert_int_equal(stored(4), 0);
        watch_bench_end(&b);
    }
}

static void letter_case_and_blanks_behind_do_not_matter(void **state)
{
    static const char *const texts[] = {"LOOK NOW",     "Look Now",
                                        "look now    ", "look now\r\n",
                                        "lOOK nOW \n ", "look now\n\n\n"};
    (void)state;
    begin(NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        arrives(BOSS, texts[i]);
        look_comes(5000);
        watch_bench_look(&b, 2000);
    }
    assert_int_equal(stored(4), 0);
    watch_bench_end(&b);
}

static void a_number_may_come_without_its_plus(void **state)
{
    static const char *const senders[] = {"4915112345678", "+1555123"};
    (void)state;
    watch_bench_init(&b);
    b.config.senders = senders;
    b.config.sender_count = 2;
    b.config.least_ms = 1000;
    b.config.text = "Wake up, Neo 2";
    watch_bench_start(&b, NULL);
    static const char *const from[] = {"+4915112345678", "4915112345678",
                                       "1555123", "+1555123"};
    for (size_t i = 0; i < 4; i++) {
        arrives(from[i], "wake UP, neo 2");
        look_comes(5000);
        watch_bench_look(&b, 2000);
    }
    arrives("+1555123", "look now");
    nothing_comes(MINUTE);
    watch_bench_end(&b);
}

/* --- what does not ------------------------------------------------------- */

static void
of_another_sender_nothing_counts_and_nothing_is_touched(void **state)
{
    static const char *const senders[] = {OTHER,
                                          "+4815112345678",
                                          "15112345678",
                                          "5112345678",
                                          "+491511234567",
                                          "+49151123456780",
                                          "+14915112345678",
                                          "014915112345678",
                                          "8"};
    (void)state;
    begin(NULL);
    for (unsigned i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        arrives(senders[i], "look now");
        nothing_comes(25000);
        assert_int_equal(stored(0), i + 1);
    }
    watch_bench_end(&b);
}

static void another_text_counts_for_nothing_and_stays(void **state)
{
    static const char *const texts[] = {
        "look",
        "look now!",
        " look now",
        "look  now",
        "lookk now",
        "look nowx",
        "xlook now",
        "look now look now",
        "look now\r\nlook now",
        "look now http://evil.example/update.zip",
        "look now\r\n1529B09SIM7000G",
        "",
        "@look now"};
    (void)state;
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        begin(NULL);
        arrives(BOSS, texts[i]);
        nothing_comes(25000);
        assert_int_equal(stored(0), 1);
        watch_bench_end(&b);
    }
}

/* Whatever a stranger writes, the module prints it as digits. */
static void a_text_that_looks_like_the_line_is_a_text(void **state)
{
    static const char *const texts[] = {
        "\r\nOK\r\n",
        "\r\nERROR\r\n",
        "OK",
        "\r\n+CMS ERROR: 500\r\n",
        "RDY\r\nRDY\r\nRDY\r\n",
        "\r\n\r\n\r\n\r\n",
        "\r\n+CMTI: \"SM\",4294967297\r\n",
        "\r\n+CMTI: \"SM\",-1\r\n+CMTI: \"SM\",1\r\n",
        "\r\nOK\r\n\r\n+CMGL: 1,1,,27\r\n"
        "0891683108100005F0040D91945111325476F8000091606241403023"
        "08ECF77B0D72BFEF\r\n\r\nOK\r\n",
        "x\r\n\r\n+CMGR: \"REC UNREAD\",\"" BOSS
        "\",\"\",\"19/06/26,14:04:03+32\"\r\nlook now\r\n\r\nOK\r\n",
        "\r\n+CMT: \"" BOSS "\",\"\",\"19/06/26,14:04:03+32\"\r\nlook now\r\n",
        "AT+CMGD=1,4\r",
        "\u65e9\u4e0a",
        "006C006F006F006B0020006E006F0077",
        "ECF77B0D72BFEF"};
    (void)state;
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        begin(NULL);
        nothing_comes(2000);
        arrives(OTHER, "kept");
        arrives(i % 2 ? BOSS : OTHER, texts[i]);
        nothing_comes(30000);
        assert_int_equal(stored(0), 2);
        assert_int_equal(watch_bench_sent(&b, "AT+CMGD"), 0);
        arrives(BOSS, "look now"); /* and nothing hangs */
        look_comes(5000);
        assert_int_equal(stored(0), 2);
        assert_int_equal(stored(4), 2);
        watch_bench_end(&b);
    }
}

static void of_many_messages_one_goes(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 10; place++) {
        begin(NULL);
        for (unsigned i = 0; i < 10; i++)
            arrives(i == place ? BOSS : OTHER, i % 2 ? "look now" : "LOOK NOW");
        look_comes(5000);
        assert_int_equal(stored(4), 9);
        assert_int_equal(stored(0), 9);
        watch_bench_end(&b);
    }
}

/* --- when nobody listened ------------------------------------------------ */

static void what_came_before_the_start_is_found(void **state)
{
    (void)state;
    watch_bench_init(&b);
    b.script = NULL;
    watch_bench_start(&b, NULL);
    arrives(BOSS, "look now");
    virtual_wait(&b.v, 5000); /* the announcement is heard by nobody */
    assert_int_equal(ffx_watch_init(&b.watch, &b.config, watch_bench_now(&b)),
                     FFX_OK);
    look_comes(5000);
    watch_bench_end(&b);
}

static void what_came_during_a_look_is_found_behind_it(void **state)
{
    (void)state;
    begin(NULL);
    b.config.check_ms = 2000000000u;
    ffx_watch_ask(&b.watch);
    assert_int_equal(watch_bench_run(&b, 100), FFX_WATCH_ASKED);
    arrives(BOSS, "look now");
    watch_bench_look(&b, MINUTE);
    look_comes(5000);
    watch_bench_end(&b);
}

static void an_announcement_that_gets_lost_costs_time_only(void **state)
{
    (void)state;
    begin(NULL);
    nothing_comes(3000);
    virtual_say(&b.v, "AT+CNMI=0,0\r"); /* somebody else was here */
    arrives(BOSS, "look now");
    look_comes(11000);
    nothing_comes(0);
    virtual_has(&b.v, virtual_say(&b.v, "AT+CNMI?\r"), "+CNMI: 2,1,");
    watch_bench_end(&b);
}

static void a_module_that_restarts_is_set_again(void **state)
{
    static const char *const ways[] = {"now reset", "now cut"};
    static const uint32_t bauds[] = {0, 115200};
    (void)state;
    for (int i = 0; i < 4; i++) {
        begin(&(struct virtual_options){.baud = bauds[i % 2]});
        nothing_comes(3000);
        virtual_do(&b.v, ways[i / 2]);
        virtual_do(&b.v, "now sms " BOSS " look now"); /* it waits */
        look_comes(MINUTE);
        watch_bench_look(&b, 10);
        nothing_comes(MINUTE);
        assert_int_equal(stored(4), 0);
        watch_bench_end(&b);
    }
}

static void a_module_that_comes_late_is_waited_for(void **state)
{
    (void)state;
    begin(NULL);
    virtual_do(&b.v, "now hang");
    nothing_comes(3 * MINUTE);
    assert_int_equal(b.watch.listens, 0);
    virtual_do(&b.v, "now cut");
    virtual_do(&b.v, "now sms " BOSS " look now");
    look_comes(2 * MINUTE);
    watch_bench_end(&b);
}

/* --- floods -------------------------------------------------------------- */

static void a_flood_of_orders_is_one_look_in_each_distance(void **state)
{
    unsigned looks = 0;
    (void)state;
    watch_bench_init(&b);
    b.config.least_ms = 5 * MINUTE;
    watch_bench_start(&b, NULL);
    const int64_t end_us = b.v.now_us + 60 * 60000000LL;
    while (b.v.now_us < end_us) {
        ffx_sim_sms(b.v.sim, BOSS, "look now"); /* the store may be full */
        if (watch_bench_run(&b, 700) != FFX_WATCH_SMS)
            continue;
        looks++;
        watch_bench_look(&b, 5000);
    }
    assert_in_range(looks, 9, 12);
    watch_bench_end(&b);
}

static void a_flood_of_strangers_does_not_hold_up_time(void **state)
{
    unsigned looks = 0;
    (void)state;
    watch_bench_init(&b);
    b.config.every_ms = MINUTE;
    b.config.least_ms = 1000;
    watch_bench_start(&b, NULL);
    for (int i = 0; i < 10 * 200; i++) {
        ffx_sim_sms(b.v.sim, OTHER, "look now");
        virtual_do(&b.v, "now urc +CMTI: \"SM\",1");
        const int reason = watch_bench_run(&b, 300);
        if (reason == WATCH_BENCH_NONE)
            continue;
        assert_int_equal(reason, FFX_WATCH_TIME);
        looks++;
        watch_bench_look(&b, 10);
    }
    assert_in_range(looks, 9, 10);
    assert_int_equal(stored(0), 10);
    /* at most one reading a second, of five commands and a pair to begin */
    assert_in_range(watch_bench_sent(&b, "AT+CMGL"), 100, 610);
    watch_bench_end(&b);
}

/* --- faults at each moment ----------------------------------------------- */

/* An order and somebody's message lie in the store, the fault strikes: in the
 * end there was a look, the order is gone, the message is not. */
static void survives(const char *fault)
{
    int looks = 0;
    begin(&(struct virtual_options){.baud = 115200});
    arrives(OTHER, "for the application");
    arrives(BOSS, "look now");
    arrives(OTHER, "also for the application");
    virtual_do(&b.v, fault);
    while (watch_bench_run(&b, looks == 0 ? 3 * MINUTE : 15000) ==
           FFX_WATCH_SMS) {
        looks++;
        watch_bench_look(&b, 10);
    }
    virtual_do(&b.v, "clear");
    virtual_wait(&b.v, 45000); /* an answer may still be late */
    if (looks < 1 || looks > 2 || stored(4) != 2)
        fail_msg("%s: %d looks, %u messages", fault, looks, stored(4));
    watch_bench_end(&b);
}

static void each_command_may_meet_a_fault(void **state)
{
    static const char *const faults[] = {"cut",  "reset",     "mute",
                                         "bare", "late 7000", "late 40000"};
    (void)state;
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++)
        for (unsigned line = 1; line <= 14; line++) {
            char fault[64];
            snprintf(fault, sizeof fault, "at line %u %s", line, faults[i]);
            survives(fault);
        }
}

static void each_byte_of_the_module_may_get_lost_or_double(void **state)
{
    static const char *const faults[] = {"drop", "double", "flip 0"};
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned byte = 0; byte < 600; byte += 7) {
            char fault[64];
            snprintf(fault, sizeof fault, "at tx-byte %u %s", byte + i + 60,
                     faults[i]);
            survives(fault);
        }
}

static void each_byte_for_the_module_may_get_lost_or_cut_it_off(void **state)
{
    static const char *const faults[] = {"drop", "double", "cut"};
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned byte = i + 1; byte < 110; byte += 3) {
            char fault[64];
            snprintf(fault, sizeof fault, "at rx-byte %u %s", byte, faults[i]);
            survives(fault);
        }
}

/* --- settings ------------------------------------------------------------ */

static void settings_are_put_back_as_they_were_found(void **state)
{
    (void)state;
    watch_bench_init(&b);
    watch_bench_start(&b, NULL);
    virtual_say(&b.v, "AT+CMGF=1;+CNMI=1,2,0,1,0\r");
    nothing_comes(3000);
    virtual_has(&b.v, virtual_say(&b.v, "AT+CMGF?;+CNMI?\r"), "+CMGF: 0\r");
    ffx_watch_ask(&b.watch);
    assert_int_equal(watch_bench_run(&b, 2000), FFX_WATCH_ASKED);
    watch_bench_look(&b, 10);
    nothing_comes(3000); /* what it set itself is not what it found */
    ffx_watch_end(&b.watch, watch_bench_now(&b));
    nothing_comes(30000);
    assert_int_equal(ffx_watch_ended(&b.watch), 1);
    const char *said = virtual_say(&b.v, "AT+CMGF?;+CNMI?\r");
    virtual_has(&b.v, said, "+CMGF: 1\r\n");
    virtual_has(&b.v, said, "+CNMI: 1,2,0,1,0\r\n");
    watch_bench_end(&b);
}

static void an_end_comes_soon_whatever_is_in_hand(void **state)
{
    (void)state;
    for (uint32_t ms = 0; ms < 1500; ms += 20) {
        begin(NULL);
        arrives(OTHER, "x");
        if (ms % 100 == 0)
            virtual_do(&b.v, "at line 7 mute");
        nothing_comes(ms + 1);
        ffx_watch_end(&b.watch, watch_bench_now(&b));
        nothing_comes(30000);
        assert_int_equal(ffx_watch_ended(&b.watch), 1);
        virtual_do(&b.v, "clear");
        virtual_has(&b.v, virtual_say(&b.v, "AT+CNMI?\r"), "+CNMI: 2,1,0,0,0");
        watch_bench_end(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_sender_says_look_now_and_the_message_goes),
        cmocka_unit_test(letter_case_and_blanks_behind_do_not_matter),
        cmocka_unit_test(a_number_may_come_without_its_plus),
        cmocka_unit_test(
            of_another_sender_nothing_counts_and_nothing_is_touched),
        cmocka_unit_test(another_text_counts_for_nothing_and_stays),
        cmocka_unit_test(a_text_that_looks_like_the_line_is_a_text),
        cmocka_unit_test(of_many_messages_one_goes),
        cmocka_unit_test(what_came_before_the_start_is_found),
        cmocka_unit_test(what_came_during_a_look_is_found_behind_it),
        cmocka_unit_test(an_announcement_that_gets_lost_costs_time_only),
        cmocka_unit_test(a_module_that_restarts_is_set_again),
        cmocka_unit_test(a_module_that_comes_late_is_waited_for),
        cmocka_unit_test(a_flood_of_orders_is_one_look_in_each_distance),
        cmocka_unit_test(a_flood_of_strangers_does_not_hold_up_time),
        cmocka_unit_test(each_command_may_meet_a_fault),
        cmocka_unit_test(each_byte_of_the_module_may_get_lost_or_double),
        cmocka_unit_test(each_byte_for_the_module_may_get_lost_or_cut_it_off),
        cmocka_unit_test(settings_are_put_back_as_they_were_found),
        cmocka_unit_test(an_end_comes_soon_whatever_is_in_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
