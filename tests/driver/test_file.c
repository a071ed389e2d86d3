/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is not the module's own update is brought into the module by
 * any route, checked, given to the caller, and nothing else happens. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CUSTOMER 3

static struct road road;
static uint8_t given[24 * 1024];
static uint32_t given_length;

static void take(void *context, uint32_t offset, const void *bytes,
                 uint32_t length)
{
    (void)context;
    /* in order, or again from before */
    assert_true(offset <= given_length);
    assert_true(length <= sizeof given - offset);
    memcpy(given + offset, bytes, length);
    given_length = offset + length;
}

static const struct ffx_driver_file app = {"/customer/app.zip", take};
static const struct ffx_driver_file quiet = {"/customer/app.zip", NULL};

static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
    road.config.file = &app;
    road.config.facts.to = road.config.facts.from = NULL;
    road.ftp.name = "app.zip";
    given_length = 0;
    memset(given, 0, sizeof given);
}

static void ends_with(enum ffx_cause expected)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != expected)
        fail_msg("%s instead of %s: %s", ffx_cause_name(cause),
                 ffx_cause_name(expected), road_tail(&road));
    assert_int_equal(road.module.files_open, 0);
    assert_int_equal(road_sent(&road, "AT+CFOTA="), 0);
    assert_int_equal(road.requests, 0);
    assert_int_equal(road.holds, 0);
    assert_null(road_file(&road, "update.zip"));
}

static void is_there(void)
{
    const struct road_file *file = road_file(&road, "app.zip");
    assert_non_null(file);
    assert_int_equal(file->dir, CUSTOMER);
    assert_int_equal(file->size, road.package_size);
    assert_memory_equal(file->data, road.package, road.package_size);
}

static void was_given(void)
{
    assert_int_equal(given_length, road.package_size);
    assert_memory_equal(given, road.package, road.package_size);
}

static void it_comes_by_every_route_and_nothing_is_updated(void **state)
{
    (void)state;
    for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
        begin((enum ffx_route)route);
        ends_with(FFX_CAUSE_FETCHED);
        is_there();
        was_given();
        road_end(&road);
    }
}

static void a_caller_need_not_take_its_bytes(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.file = &quiet;
    ends_with(FFX_CAUSE_FETCHED);
    is_there();
    assert_int_equal(given_length, 0);
    road_end(&road);
}

/* A `next` document: nobody knows its size or digest beforehand. */
static void it_may_be_unknown_beforehand(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.facts = (struct ffx_driver_facts){0};
    road.package_size = road.served_size = 700;
    ends_with(FFX_CAUSE_FETCHED);
    is_there();
    was_given();
    road_end(&road);
}

static void every_directory_has_its_index(void **state)
{
    static const struct {
        const char *path;
        int dir;
    } rows[] = {{"/custapp/a", 0},
                {"/fota/a", 1},
                {"/datatx/a", 2},
                {"/customer/a", 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ffx_driver_file file = {rows[i].path, NULL};
        begin(FFX_ROUTE_PUSH);
        road.config.file = &file;
        ends_with(FFX_CAUSE_FETCHED);
        assert_int_equal(road_file(&road, "a")->dir, rows[i].dir);
        road_end(&road);
    }
}

static void one_with_another_digest_is_no_success(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.sha256[31] ^= 1;
    ends_with(FFX_CAUSE_DIGEST);
    road_end(&road);
}

static void one_that_is_there_is_not_fetched_again(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    ends_with(FFX_CAUSE_FETCHED);
    given_length = 0;
    ends_with(FFX_CAUSE_FETCHED);
    was_given();
    assert_int_equal(road.starts, 1);
    road_end(&road);
}

static void a_module_in_mid_update_is_busy(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.status = 2;
    ends_with(FFX_CAUSE_BUSY);
    assert_int_equal(road.starts, 0);
    road_end(&road);
}

static void an_update_that_begins_meanwhile_makes_it_busy(void **state)
{
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.urc = "\r\n+CFOTA: \"Updating\",1\r\n";
    road.urc_at = 20;
    ends_with(FFX_CAUSE_BUSY);
    road_end(&road);
}

/* Its reports come while it takes no AT+CSCLK=1 from an earlier walk. */
static void a_busy_module_s_reports_put_the_end_off_for_no_time(void **state)
{
    static const struct ffx_driver_position owed = {.saving = FFX_SAVING_SLEEP};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.status = 2;
    road.config.position = &owed;
    road.chatter = "\r\n+CFOTA: \"Updating\",1\r\n";
    road.answers[0] = (struct road_answer){"AT+CSCLK", "", 0, 0, 0, 0};
    road.limit_ms = 60000;
    ends_with(FFX_CAUSE_BUSY);
    road_end(&road);
}

/* The address may need what only the module can tell. */
static void the_url_may_be_completed_on_the_way(void **state)
{
    static char url[96];
    (void)state;
    begin(FFX_ROUTE_HTTP);
    url[0] = '\0';
    road.config.url = url;
    road_restart(&road);
    while (road.driver.state != FFX_DRIVER_NETWORK)
        assert_int_equal(road_step(&road), 1);
    snprintf(url, sizeof url, "http://fota.example/%s/%s/next",
             road.driver.found.model, road.driver.found.version);
    while (road_step(&road))
        ;
    assert_int_equal(road.cause, FFX_CAUSE_FETCHED);
    assert_int_equal(road_sent(&road, "AT+HTTPTOFS=\"http://fota.example/"
                                      "SIM7000G/" ROAD_FROM "/next\","
                                      "\"/customer/app.zip\""),
                     1);
    road_end(&road);
}

static void a_name_with_a_quote_is_no_command(void **state)
{
    static const struct ffx_driver_file bad = {"/customer/a\"b", NULL};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.file = &bad;
    ends_with(FFX_CAUSE_CONFIG);
    road_end(&road);
}

static void a_path_that_cannot_be_one_is_no_command(void **state)
{
    static const char *const paths[] = {"app.zip",  "/app.zip",     "/tmp/a",
                                        "/other/a", "/customers/a", ""};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        for (int route = FFX_ROUTE_HTTP; route <= FFX_ROUTE_PUSH; route++) {
            const struct ffx_driver_file bad = {paths[i], NULL};
            begin((enum ffx_route)route);
            road.config.file = &bad;
            ends_with(FFX_CAUSE_CONFIG);
            assert_int_equal(road.starts, 0);
            road_end(&road);
        }
}

static void a_file_without_a_path_is_refused(void **state)
{
    static const struct ffx_driver_file none = {NULL, NULL};
    (void)state;
    begin(FFX_ROUTE_HTTP);
    road.config.file = &none;
    assert_int_equal(ffx_driver_init(&road.driver, &road.config, 0),
                     FFX_ERR_ARGUMENT);
    road_end(&road);
}

/* The MCU restarts in mid-push: what is there is compared, the rest sent. */
static void a_push_goes_on_where_an_earlier_one_was_cut(void **state)
{
    (void)state;
    for (uint32_t cut = 1000; cut < 21000; cut += 4000) {
        begin(FFX_ROUTE_PUSH);
        road.config.limits.chunk_bytes = 1000;
        road_restart(&road);
        while (road_file(&road, "app.zip") == NULL ||
               road_file(&road, "app.zip")->size < cut)
            assert_int_equal(road_step(&road), 1);
        ends_with(FFX_CAUSE_FETCHED);
        is_there();
        was_given();
        assert_int_equal(road_sent(&road, "AT+CFSWFILE="), 21);
        road_end(&road);
    }
}

static void a_part_of_another_file_is_no_beginning(void **state)
{
    static const uint8_t other[5000] = {1};
    (void)state;
    begin(FFX_ROUTE_PUSH);
    road_put_file(&road, "app.zip", other, sizeof other);
    road.files[0].dir = CUSTOMER;
    ends_with(FFX_CAUSE_FETCHED);
    is_there();
    was_given();
    road_end(&road);
}

static void lost_bytes_do_not_spoil_it(void **state)
{
    uint32_t bytes;
    (void)state;
    begin(FFX_ROUTE_HTTP);
    ends_with(FFX_CAUSE_FETCHED);
    bytes = road.bytes_to_driver;
    road_end(&road);
    for (uint32_t lost = 1; lost < bytes; lost += 97) {
        begin(FFX_ROUTE_HTTP);
        road.lose_to_driver = lost;
        ends_with(FFX_CAUSE_FETCHED);
        is_there();
        was_given();
        road_end(&road);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_by_every_route_and_nothing_is_updated),
        cmocka_unit_test(a_caller_need_not_take_its_bytes),
        cmocka_unit_test(it_may_be_unknown_beforehand),
        cmocka_unit_test(every_directory_has_its_index),
        cmocka_unit_test(one_with_another_digest_is_no_success),
        cmocka_unit_test(one_that_is_there_is_not_fetched_again),
        cmocka_unit_test(a_module_in_mid_update_is_busy),
        cmocka_unit_test(an_update_that_begins_meanwhile_makes_it_busy),
        cmocka_unit_test(a_busy_module_s_reports_put_the_end_off_for_no_time),
        cmocka_unit_test(the_url_may_be_completed_on_the_way),
        cmocka_unit_test(a_name_with_a_quote_is_no_command),
        cmocka_unit_test(a_path_that_cannot_be_one_is_no_command),
        cmocka_unit_test(a_file_without_a_path_is_refused),
        cmocka_unit_test(a_push_goes_on_where_an_earlier_one_was_cut),
        cmocka_unit_test(a_part_of_another_file_is_no_beginning),
        cmocka_unit_test(lost_bytes_do_not_spoil_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
