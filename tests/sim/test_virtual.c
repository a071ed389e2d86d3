/* SPDX-License-Identifier: Apache-2.0 */
/* A module inside a test, over a clock that the test moves. */
#include "virtual_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void push(void)
{
    virtual_put(&v, "fota/update.zip", fixture.zip.bytes, fixture.zip.length);
}

static void a_whole_update_takes_no_real_time(void **context)
{
    const time_t start = time(NULL);
    (void)context;
    virtual_start(&v, &fixture, &(struct virtual_options){.real_speed = 1});
    push();
    virtual_say(&v, "AT+CFOTA=1\r");
    virtual_wait_for(&v, "Update successfully, please wait for reset", 600000);
    virtual_wait(&v, 5000);
    assert_non_null(strstr(virtual_say(&v, "AT+CFOTA?\r"), "+CFOTA: 6"));
    assert_non_null(
        strstr(virtual_say(&v, "AT+GMR\r"), "Revision:1529B06SIM7000G"));
    assert_true(v.now_us > 3000000);
    assert_true(time(NULL) - start < 60);
}

/* --- same seed, same run -------------------------------------------------- */

struct record {
    char text[512 * 1024];
    size_t length;
};

static void record(struct record *record, const char *text)
{
    const size_t length = strlen(text);
    assert_true(length < sizeof record->text - record->length);
    memcpy(record->text + record->length, text, length + 1);
    record->length += length;
}

/* One chunk of the package, or an end of the input time; noise may have made
 * NUL of what was said: the rest is in the log. */
static void push_chunk(struct record *said, size_t at)
{
    char command[96];
    const size_t left = fixture.zip.length - at;
    const size_t length = left < 10000 ? left : 10000;
    snprintf(command, sizeof command,
             "AT+CFSWFILE=1,\"update.zip\",%d,%zu,3000\r", at > 0, length);
    record(said, virtual_say(&v, command));
    record(said, virtual_send(&v, fixture.zip.bytes + at, length));
    record(said, virtual_wait(&v, 4000));
}

/* Everything that was said and done in one run: a push over a bad line, an
 * update with bad power, and what the module answers behind it. */
static void run_once(struct record *said, unsigned seed)
{
    char faults[512];
    snprintf(faults, sizeof faults,
             "seed %u\nodds tx-byte 60 flip\nodds tx-byte 90 noise 3\n"
             "odds rx-byte 9000 drop\nodds rx-byte 9000 double\n"
             "odds line 9 late 700\nodds line 9 mute\nodds line 12 bare\n"
             "odds line 15 lose\nodds write 8 fail\nodds flash 60 tear 4\n"
             "odds flash 60 tear 5\n",
             seed);
    said->length = 0;
    virtual_start(&v, &fixture,
                  &(struct virtual_options){
                      .faults = faults, .baud = 115200, .real_speed = 1});
    record(said, virtual_say(&v, "AT+CFSINIT\r"));
    for (size_t at = 0; at < fixture.zip.length; at += 10000)
        push_chunk(said, at);
    for (int i = 0; i < 20; i++)
        record(said, virtual_say(&v, "AT+CSQ;+GMR\r"));
    push(); /* the line may have lost some of it */
    for (int i = 0; i < 30; i++) {
        record(said, virtual_say(&v, "\rAT+CFSTERM\rAT+CFOTA=1\r"));
        record(said, virtual_wait(&v, 3000));
    }
    record(said, virtual_wait(&v, 120000));
    record(said, virtual_control(&v, "faults"));
    record(said, virtual_control(&v, "status"));
    record(said, v.log);
}

static void the_same_seed_gives_the_same_run_byte_for_byte(void **context)
{
    static struct record first, again, other;
    (void)context;
    run_once(&first, 5);
    virtual_end(&v);
    run_once(&again, 5);
    assert_non_null(strstr(v.log, "power cut"));
    assert_int_equal(first.length, again.length);
    assert_memory_equal(first.text, again.text, first.length);
    virtual_end(&v);
    run_once(&other, 6);
    assert_true(other.length != first.length ||
                memcmp(other.text, first.text, first.length) != 0);
}

/* --- rates ---------------------------------------------------------------- */

/* From the first byte of AT+GMR to the last of its answer, in microseconds. */
static int64_t time_of_an_answer(void)
{
    const int64_t start_us = v.now_us;
    size_t length = 0;
    char heard[128] = "";
    ffx_sim_say(v.sim, 0, "AT+GMR\r", 7);
    while (strstr(heard, "\r\nOK\r\n") == NULL && v.now_us < start_us + 9000000)
        length += (size_t)snprintf(heard + length, sizeof heard - length, "%s",
                                   virtual_wait(&v, 1));
    assert_string_equal(heard, "AT+GMR\r" VIRTUAL_GMR);
    return v.now_us - start_us;
}

static void the_line_takes_the_time_of_its_rate(void **context)
{
    static const uint32_t rates[] = {300, 9600, 115200, 921600};
    (void)context;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        char faults[40];
        snprintf(faults, sizeof faults, "at boot 1 baud %u",
                 (unsigned)rates[i]);
        if (i > 0)
            virtual_end(&v);
        virtual_start(
            &v, &fixture,
            &(struct virtual_options){.baud = rates[i], .faults = faults});
        virtual_wait(&v, 10000); /* RDY and its like leave */
        /* The echo comes while the command still goes: 1 byte, and all that
         * the module says. The first byte of a burst takes no time. */
        const int64_t ideal_us = INT64_C(10000000) * 41 / rates[i];
        const int64_t took_us = time_of_an_answer();
        assert_in_range(took_us, ideal_us - ideal_us / 20,
                        ideal_us + ideal_us / 20 + 4000);
    }
}

static void at_another_rate_nothing_is_understood(void **context)
{
    (void)context;
    virtual_start(&v, &fixture, &(struct virtual_options){.baud = 9600});
    for (int i = 0; i < 10; i++)
        virtual_lacks(&v, virtual_say(&v, "AT\r"), "OK");
}

#define TEST(name) cmocka_unit_test_teardown(name, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_update_takes_no_real_time),
        TEST(the_same_seed_gives_the_same_run_byte_for_byte),
        TEST(the_line_takes_the_time_of_its_rate),
        TEST(at_another_rate_nothing_is_understood),
    };
    return cmocka_run_group_tests(tests, make_releases, free_releases);
}
