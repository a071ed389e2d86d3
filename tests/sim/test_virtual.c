/* SPDX-License-Identifier: Apache-2.0 */
/* A module inside a test, over a clock that the test moves. */
#include "virtual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct fixture fixture;
static struct virtual v;

static int set_up_group(void **context)
{
    (void)context;
    fixture_make(&fixture, NULL);
    return 0;
}

static int tear_down_group(void **context)
{
    (void)context;
    fixture_free(&fixture);
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    virtual_end(&v);
    return 0;
}

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

/* Everything that was said, in one run. */
static void run_once(char *said, size_t capacity)
{
    static const char faults[] = "seed 5\nodds tx-byte 40 flip\nodds rx-byte "
                                 "60 drop\nevery line 5 late 300\nat flash 30 "
                                 "tear 4\n";
    size_t length = 0;
    virtual_start(&v, &fixture,
                  &(struct virtual_options){
                      .faults = faults, .baud = 115200, .real_speed = 1});
    push();
    for (int i = 0; i < 40; i++)
        length += (size_t)snprintf(said + length, capacity - length, "%s",
                                   virtual_say(&v, "AT+CSQ;+GMR\r"));
    virtual_say(&v, "ATE0\r");
    for (int i = 0; i < 5; i++)
        virtual_say(&v, "AT+CFOTA=1\r");
    length += (size_t)snprintf(said + length, capacity - length, "%s",
                               virtual_wait(&v, 60000));
    assert_true(length < capacity);
}

static void the_same_seed_gives_the_same_run_byte_for_byte(void **context)
{
    static char first[64 * 1024], again[64 * 1024];
    (void)context;
    run_once(first, sizeof first);
    virtual_end(&v);
    run_once(again, sizeof again);
    assert_non_null(strstr(v.log, "power cut"));
    assert_string_equal(first, again);
}

static void the_line_takes_the_time_of_its_rate(void **context)
{
    (void)context;
    virtual_start(&v, &fixture, &(struct virtual_options){.baud = 9600});
    const int64_t start_us = v.now_us;
    virtual_say(&v, "AT+IPR=9600\r"); /* at the wrong rate: garbage */
    virtual_end(&v);
    virtual_start(&v, &fixture, &(struct virtual_options){.baud = 115200});
    const int64_t begin_us = v.now_us;
    virtual_say(&v, "AT\r");
    for (int i = 0; i < 100; i++)
        virtual_send(&v, "AT+GSN\r", 7);
    assert_true(begin_us > 0 && start_us > 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_update_takes_no_real_time),
        TEST(the_same_seed_gives_the_same_run_byte_for_byte),
        TEST(the_line_takes_the_time_of_its_rate),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
