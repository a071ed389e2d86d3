/* SPDX-License-Identifier: Apache-2.0 */
/* A module that may say anything: what counts as a message, what as an
 * answer, and that lies, noise and silence neither make a look nor a hang. */
#include "watch_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE 60000u
#define CENTRE "0891683108100005F0"
#define SENDER "0D91945111325476F8" /* +4915112345678 */
#define STAMP "91606241403023"
#define TEXT "ECF77B0D72BFEF" /* look now */
#define LOOK CENTRE "04" SENDER "0000" STAMP "08" TEXT
#define HEAD "\r\n+CMGL: 3,0,\"\",27\r\n"
#define OK "\r\nOK\r\n"

static struct watch_bench b;
static struct watch_answer script[8];
static char list_text[4096];

/* Rows go before those that are there: the first that fits is taken. */
static void answers(const char *command, const char *text, unsigned times)
{
    memmove(script + 1, script, sizeof script - sizeof script[0]);
    script[0] = (struct watch_answer){command, text, times, 0};
    assert_null(script[7].command);
}

static void begin(const char *list)
{
    watch_bench_init(&b);
    b.config.least_ms = MINUTE;
    b.config.check_ms = 10 * MINUTE;
    memset(script, 0, sizeof script);
    answers("AT+CMGF?", "\r\n+CMGF: 1\r\n" OK, 0);
    answers("AT+CNMI?", "\r\n+CNMI: 2,1,0,0,0\r\n" OK, 0);
    if (list != NULL)
        answers("AT+CMGL", list, 2); /* it is read twice */
    watch_bench_script(&b, script);
}

/* What AT+CMGL brings, in which so many octets stand behind the centre. */
static int counts(const char *pdu, unsigned octets)
{
    snprintf(list_text, sizeof list_text, "\r\n+CMGL: 3,0,\"\",%u\r\n%s\r\n" OK,
             octets, pdu);
    begin(list_text);
    const int reason = watch_bench_run(&b, MINUTE);
    assert_true(reason == WATCH_BENCH_NONE || reason == FFX_WATCH_SMS);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGD=3\r"),
                     reason == FFX_WATCH_SMS);
    return reason == FFX_WATCH_SMS;
}

/* --- messages ------------------------------------------------------------ */

static void a_message_may_be_written_in_several_ways(void **state)
{
    (void)state;
    assert_true(counts(LOOK, 27));
    assert_true(counts("0891683108100005f004" SENDER "000091606241403023"
                       "08ecf77b0d72bfef",
                       27));
    assert_true(counts("0004" SENDER "0000" STAMP "08" TEXT, 27));
    assert_true(counts("0000" SENDER "0000" STAMP "08" TEXT, 27));
    assert_true(counts(CENTRE "240D81945111325476F80000" STAMP "08" TEXT, 27));
    assert_true(counts(CENTRE "04" SENDER "0010" STAMP "08" TEXT, 27));
    assert_true(counts(CENTRE "04" SENDER "00F1" STAMP "08" TEXT, 27));
    assert_true(counts(CENTRE "04" SENDER "7F00" STAMP "08" TEXT, 27));
}

static void what_is_no_short_text_of_that_sender_does_not_count(void **state)
{
    static const struct {
        const char *pdu;
        unsigned octets;
    } table[] = {
        {LOOK, 26}, /* the head says otherwise */
        {LOOK, 28},
        {CENTRE "01" SENDER "0000" STAMP "08" TEXT, 27}, /* SUBMIT */
        {CENTRE "06" SENDER "0000" STAMP "08" TEXT, 27}, /* STATUS REPORT */
        {CENTRE "44" SENDER "0000" STAMP "08" TEXT, 27}, /* a header */
        {CENTRE "040DD1945111325476F80000" STAMP "08" TEXT, 27}, /* a name */
        {CENTRE "040DA1945111325476F80000" STAMP "08" TEXT, 27}, /* national */
        {CENTRE "040C9194511132547600"
                "00" STAMP "08" TEXT,
         26},
        {CENTRE "040D919451113254761800"
                "00" STAMP "08" TEXT,
         27},
        {CENTRE "04" SENDER "0004" STAMP "08" TEXT, 27}, /* 8 bits */
        {CENTRE "04" SENDER "0008" STAMP "08" TEXT, 27}, /* UCS2 */
        {CENTRE "04" SENDER "0020" STAMP "08" TEXT, 27}, /* compressed */
        {CENTRE "04" SENDER "00F4" STAMP "08" TEXT, 27},
        {CENTRE "04" SENDER "0008" STAMP "10"
                "006C006F006F006B0020006E006F0077",
         36},
        {CENTRE "04" SENDER "0000" STAMP "00", 20}, /* no text */
        {CENTRE "04" SENDER "0000" STAMP, 19},
        {CENTRE "04" SENDER "0000" STAMP "09" TEXT, 27},
        {CENTRE "04" SENDER "0000" STAMP "07" TEXT, 27},
        {CENTRE "04" SENDER "0000" STAMP "FF" TEXT, 27},
        {CENTRE "04FF91945111325476F80000" STAMP "08" TEXT, 27},
        {CENTRE "04", 1},
        {CENTRE, 0},
        {"FF", 0},
        {"00", 0},
        {"08", 4294967288u},
        {LOOK "00", 28},
        {LOOK "0", 27},
        {LOOK "ZZ", 27},
        {"look now", 27},
        {"+4915112345678", 27},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (counts(table[i].pdu, table[i].octets))
            fail_msg("row %zu counts", i);
}

static void a_message_cut_anywhere_does_not_count(void **state)
{
    char pdu[sizeof LOOK];
    (void)state;
    for (size_t length = 0; length < sizeof LOOK - 1; length++) {
        snprintf(pdu, sizeof pdu, "%.*s", (int)length, LOOK);
        assert_false(counts(pdu, 27));
        assert_false(counts(pdu, (unsigned)(length / 2) - 9));
    }
}

/* Each digit of the sender and each of the text, by each other digit. The
 * first letter's case is a bit of its octet, and so on: eight flips of the
 * text may count, for eight letters. */
static void another_digit_is_another_sender_or_text(void **state)
{
    char pdu[] = LOOK;
    const size_t sender = sizeof CENTRE - 1 + 2,
                 text = sizeof LOOK - sizeof TEXT;
    unsigned same = 0;
    (void)state;
    for (size_t at = sender; at < sizeof LOOK - 1; at++) {
        const char was = pdu[at];
        const int is_sender = at >= sender + 4 && at < sender + 18;
        if (!is_sender && at < text)
            continue;
        for (const char *to = "0123456789ABCDEF"; *to != '\0'; to++) {
            pdu[at] = *to;
            if (*to == was || !counts(pdu, 27))
                continue;
            assert_false(is_sender);
            same++;
        }
        pdu[at] = was;
    }
    assert_int_equal(same, 7); /* l o o k, n o w */
}

/* --- heads --------------------------------------------------------------- */

static void the_place_in_the_head_is_what_is_deleted(void **state)
{
    static const struct {
        const char *head, *deletes;
    } table[] = {
        {"+CMGL: 1,0,\"\",27", "AT+CMGD=1\r"},
        {"+CMGL:1,1,,27", "AT+CMGD=1\r"},
        {"+CMGL: 255,0,\"\",27", "AT+CMGD=255\r"},
        {"+CMGL: 257,0,\"\",27", "AT+CMGD=257\r"},
        {"+CMGL: 65534,0,\"\",27", "AT+CMGD=65534\r"},
        {"+CMGL: 7,1,\"Boss, \"J\",1\",27", "AT+CMGD=7\r"},
        /* the first of a store whose numbers begin with 0 */
        {"+CMGL: 0,0,\"\",27", "AT+CMGD=0\r"},
        {"+CMGL: -1,0,\"\",27", NULL},
        {"+CMGL: 65535,0,\"\",27", NULL},
        {"+CMGL: 65536,0,\"\",27", NULL},
        {"+CMGL: 4294967297,0,\"\",27", NULL},
        {"+CMGL: ,0,\"\",27", NULL},
        {"+CMGL: x,0,\"\",27", NULL},
        {"+CMGL:", NULL},
        {"+CMGL: 1,0,\"\",4294967323", NULL},
        {"+CMGR: 0,\"\",27", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(list_text, sizeof list_text, "\r\n%s\r\n" LOOK "\r\n" OK,
                 table[i].head);
        begin(list_text);
        watch_bench_run(&b, MINUTE);
        assert_int_equal(watch_bench_sent(&b, "AT+CMGD"),
                         table[i].deletes != NULL);
        if (table[i].deletes != NULL)
            assert_int_equal(watch_bench_sent(&b, table[i].deletes), 1);
    }
}

static void each_message_has_its_own_head(void **state)
{
    static const struct {
        const char *list, *deletes;
    } table[] = {
        /* a long one is dropped, with its head */
        {"\r\n+CMGL: 1,0,\"\",27\r\n"
         "0000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000000000000000000000000000000000000000000000000000000"
         "\r\n" LOOK "\r\n" OK,
         NULL},
        {"\r\n+CMGL: 1,0,\"\",27\r\n0000\r\n" LOOK "\r\n" OK, NULL},
        {"\r\n+CMGL: 1,0,\"\",27\r\n+CMGL: 2,0,\"\",27\r\n" LOOK "\r\n" OK,
         "AT+CMGD=2\r"},
        /* what the module says in between is no message */
        {HEAD "\r\n*PSUTTZ: 19/06/26\r\n\r\n+CMTI: \"SM\",9\r\n" LOOK "\r\n" OK,
         "AT+CMGD=3\r"},
        {"\r\n" LOOK "\r\n" HEAD OK, NULL},
        {HEAD LOOK "\r\n\r\nERROR\r\n", NULL},
        {HEAD LOOK "\r\n\r\n+CMS ERROR: 500\r\n", NULL},
        {HEAD LOOK "\r\n", NULL}, /* no end: not fully heard */
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        begin(table[i].list);
        const int reason = watch_bench_run(&b, MINUTE);
        assert_int_equal(reason, table[i].deletes != NULL ? FFX_WATCH_SMS
                                                          : WATCH_BENCH_NONE);
        assert_int_equal(watch_bench_sent(&b, "AT+CMGD"),
                         table[i].deletes != NULL);
        if (table[i].deletes != NULL)
            assert_int_equal(watch_bench_sent(&b, table[i].deletes), 1);
    }
}

/* A digit may have been altered on the line. */
static void a_place_is_believed_when_it_was_read_twice_alike(void **state)
{
    (void)state;
    begin("\r\n+CMGL: 5,0,\"\",27\r\n" LOOK "\r\n" OK);
    answers("AT+CMGL", "\r\n+CMGL: 4,0,\"\",27\r\n" LOOK "\r\n" OK, 1);
    assert_int_equal(watch_bench_run(&b, MINUTE), FFX_WATCH_SMS);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGD"), 1);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGD=5\r"), 1);
    begin(NULL);
    answers("AT+CMGL", HEAD LOOK "\r\n" OK, 1); /* and then it is gone */
    assert_int_equal(watch_bench_run(&b, MINUTE), WATCH_BENCH_NONE);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGD"), 0);
}

/* --- what nobody asked for ----------------------------------------------- */

static void a_message_that_nobody_asked_for_is_a_hint_at_most(void **state)
{
    static const char *const texts[] = {
        HEAD LOOK "\r\n" OK,
        "\r\n+CMT: \"\",27\r\n" LOOK "\r\n",
        "\r\n+CMT: \"+4915112345678\",\"\",\"19/06/26\"\r\nlook now\r\n",
        "\r\n+CMTI: \"SM\",3\r\n",
        OK OK OK OK OK OK OK HEAD LOOK "\r\n" OK OK,
        "\r\n+CMGF: 7\r\n\r\n+CNMI: 9,9\r\n\r\nOK\r\n",
    };
    static const uint32_t chunks[] = {0, 1, WATCH_BENCH_ODD};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] * 3; i++) {
        begin(NULL);
        b.chunk = chunks[i % 3];
        for (uint32_t ms = 0; ms < 3000; ms += 10) {
            if (ms % 100 == 0)
                watch_bench_hear(&b, texts[i / 3]);
            assert_int_equal(watch_bench_run(&b, 10), WATCH_BENCH_NONE);
        }
        assert_int_equal(watch_bench_run(&b, MINUTE), WATCH_BENCH_NONE);
        assert_int_equal(watch_bench_sent(&b, "AT+CMGD"), 0);
    }
}

/* In one burst a text cannot answer two commands. */
static void nothing_is_sent_right_behind_what_was_heard(void **state)
{
    (void)state;
    begin(NULL);
    uint32_t heard_ms = 0, n;
    for (uint32_t now = 1; now < 60000; now++) {
        ffx_watch_poll(&b.watch, now);
        if (ffx_watch_buf(&b.watch, &n) != NULL) {
            assert_true(heard_ms == 0 || now - heard_ms >= 100);
            ffx_watch_ack(&b.watch, n);
        }
        if (now % 257 == 0 || now % 1031 == 0) {
            ffx_watch_feed(&b.watch, OK, sizeof OK - 1, now);
            heard_ms = now;
        }
    }
    assert_true(heard_ms > 0);
}

static void noise_makes_no_look_and_no_hang(void **state)
{
    (void)state;
    srand(1);
    begin(NULL);
    b.config.every_ms = MINUTE;
    watch_bench_script(&b, script);
    for (int i = 0; i < 3000; i++) {
        char noise[64];
        for (size_t at = 0; at < sizeof noise - 1; at++)
            noise[at] = (char)(rand() % 255 + 1);
        noise[sizeof noise - 1] = '\0';
        watch_bench_hear(&b, noise);
        const int reason = watch_bench_run(&b, 50);
        if (reason == WATCH_BENCH_NONE)
            continue;
        assert_int_equal(reason, FFX_WATCH_TIME);
        watch_bench_look(&b, 1);
    }
    assert_int_equal(watch_bench_run(&b, 2 * MINUTE), FFX_WATCH_TIME);
}

/* Something is heard every 40 ms: the reason of a look, if there is one. */
static int chatter(unsigned ms)
{
    for (unsigned i = 0; i < ms / 40; i++) {
        watch_bench_hear(&b, "x");
        const int reason = watch_bench_run(&b, 40);
        if (reason != WATCH_BENCH_NONE)
            return reason;
    }
    return WATCH_BENCH_NONE;
}

static void a_line_that_is_never_quiet_holds_up_no_time(void **state)
{
    (void)state;
    for (uint32_t ms = 20; ms < 2000; ms += 20) {
        begin(HEAD LOOK "\r\n" OK);
        b.config.every_ms = MINUTE;
        watch_bench_script(&b, script);
        if (watch_bench_run(&b, ms) == WATCH_BENCH_NONE)
            assert_int_not_equal(chatter(2 * MINUTE), WATCH_BENCH_NONE);
    }
}

static void
a_line_that_is_never_quiet_puts_the_end_off_for_no_time(void **state)
{
    (void)state;
    begin(NULL);
    watch_bench_run(&b, MINUTE);
    ffx_watch_end(&b.watch, watch_bench_now(&b));
    chatter(MINUTE / 2);
    assert_int_equal(ffx_watch_ended(&b.watch), 1);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGF=1\r"), 1);
}

static void a_late_answer_is_read_again(void **state)
{
    (void)state;
    begin("");
    answers("AT+CMGL", HEAD LOOK "\r\n" OK, 2);
    script[0].used = 2;
    watch_bench_run(&b, 21000); /* given up */
    script[0].used = 0;
    watch_bench_hear(&b, HEAD LOOK "\r\n" OK);
    assert_int_equal(watch_bench_run(&b, 3000), FFX_WATCH_SMS);
}

/* --- modules that misbehave ---------------------------------------------- */

static void a_list_without_end_ends(void **state)
{
    (void)state;
    begin("");
    b.config.every_ms = MINUTE;
    watch_bench_script(&b, script);
    int reason = WATCH_BENCH_NONE;
    uint32_t ms = 0;
    for (; ms < 3 * MINUTE && reason == WATCH_BENCH_NONE; ms += 1000) {
        if (watch_bench_sent(&b, "AT+CMGL") > 0)
            watch_bench_hear(&b, HEAD "0000\r\n");
        reason = watch_bench_run(&b, 1000);
    }
    assert_int_equal(reason, FFX_WATCH_TIME);
    assert_in_range(ms, MINUTE, MINUTE + 5000);
}

static void a_message_that_cannot_be_deleted_does_not_count(void **state)
{
    (void)state;
    begin(NULL);
    answers("AT+CMGL", HEAD LOOK "\r\n" OK, 0);
    answers("AT+CMGD", "\r\n+CMS ERROR: 500\r\n", 0);
    assert_int_equal(watch_bench_run(&b, 60 * MINUTE), WATCH_BENCH_NONE);
    assert_in_range(watch_bench_sent(&b, "AT+CMGD"), 200, 260);
}

static void one_that_does_not_go_is_a_look_in_each_distance(void **state)
{
    unsigned looks = 0;
    (void)state;
    begin(NULL);
    answers("AT+CMGL", HEAD LOOK "\r\n" OK, 0);
    while (b.now_us < 3600000000) {
        if (watch_bench_run(&b, 1000) != FFX_WATCH_SMS)
            continue;
        watch_bench_look(&b, 1000);
        looks++;
    }
    assert_in_range(looks, 55, 61);
}

static void a_deletion_without_an_answer_counts(void **state)
{
    (void)state;
    begin(HEAD LOOK "\r\n" OK);
    answers("AT+CMGD", "", 0);
    assert_int_equal(watch_bench_run(&b, MINUTE), FFX_WATCH_SMS);
    assert_int_equal(watch_bench_sent(&b, "AT+CMGD=3\r"), 2);
    begin(HEAD LOOK "\r\n" OK);
    answers("AT+CMGD", "\r\nRDY\r\n", 0);
    assert_int_equal(watch_bench_run(&b, MINUTE), FFX_WATCH_SMS);
}

static void a_module_without_sms_is_asked_now_and_then(void **state)
{
    static const char *const commands[] = {"AT+CMGF=", "AT+CMGL"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(NULL);
        answers(commands[i], "\r\nERROR\r\n", 0);
        assert_int_equal(watch_bench_run(&b, 10 * MINUTE), WATCH_BENCH_NONE);
        assert_int_equal(b.watch.listens, 0);
        assert_in_range(watch_bench_sent(&b, "ATE0"), 15, 21);
    }
    begin(HEAD LOOK "\r\n" OK);
    answers("AT+CNMI", "\r\nERROR\r\n", 0); /* then it is read, by time */
    assert_int_equal(watch_bench_run(&b, MINUTE), FFX_WATCH_SMS);
}

static void silence_is_asked_now_and_then(void **state)
{
    (void)state;
    begin(NULL);
    answers("AT", "", 0);
    assert_int_equal(watch_bench_run(&b, 10 * MINUTE), WATCH_BENCH_NONE);
    assert_in_range(watch_bench_sent(&b, "AT\r"), 75, 100);
}

static void settings_that_were_not_told_are_not_put_back(void **state)
{
    static const char *const strange[] = {
        "\r\nOK\r\n",
        "\r\nERROR\r\n",
        "\r\n+CNMI: 2,\"1\r\n" OK,
        "\r\n+CNMI: 2,1,0,0,0,0,0,0,0,0\r\n" OK,
        "\r\n+CNMI:\r\n" OK,
        ""};
    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        begin(NULL);
        answers("AT+CNMI?", strange[i], 0);
        assert_int_equal(watch_bench_run(&b, MINUTE), WATCH_BENCH_NONE);
        ffx_watch_end(&b.watch, watch_bench_now(&b));
        watch_bench_run(&b, 30000);
        assert_int_equal(ffx_watch_ended(&b.watch), 1);
        assert_int_equal(watch_bench_sent(&b, "AT+CMGF=1\r"), 1);
        assert_int_equal(watch_bench_sent(&b, "AT+CNMI=2,1\r"),
                         watch_bench_sent(&b, "AT+CNMI="));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_may_be_written_in_several_ways),
        cmocka_unit_test(what_is_no_short_text_of_that_sender_does_not_count),
        cmocka_unit_test(a_message_cut_anywhere_does_not_count),
        cmocka_unit_test(another_digit_is_another_sender_or_text),
        cmocka_unit_test(the_place_in_the_head_is_what_is_deleted),
        cmocka_unit_test(each_message_has_its_own_head),
        cmocka_unit_test(a_place_is_believed_when_it_was_read_twice_alike),
        cmocka_unit_test(a_message_that_nobody_asked_for_is_a_hint_at_most),
        cmocka_unit_test(nothing_is_sent_right_behind_what_was_heard),
        cmocka_unit_test(noise_makes_no_look_and_no_hang),
        cmocka_unit_test(a_line_that_is_never_quiet_holds_up_no_time),
        cmocka_unit_test(
            a_line_that_is_never_quiet_puts_the_end_off_for_no_time),
        cmocka_unit_test(a_late_answer_is_read_again),
        cmocka_unit_test(a_list_without_end_ends),
        cmocka_unit_test(a_message_that_cannot_be_deleted_does_not_count),
        cmocka_unit_test(one_that_does_not_go_is_a_look_in_each_distance),
        cmocka_unit_test(a_deletion_without_an_answer_counts),
        cmocka_unit_test(a_module_without_sms_is_asked_now_and_then),
        cmocka_unit_test(silence_is_asked_now_and_then),
        cmocka_unit_test(settings_that_were_not_told_are_not_put_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
