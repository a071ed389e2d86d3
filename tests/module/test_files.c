/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CFS*: the bracket, the data phase, the lock. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

#define DOWNLOAD "\r\nDOWNLOAD\r\n"

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

static void put(int dir, const char *name, const char *text)
{
    module_bench_put_file(&b, dir, name, text, (uint32_t)strlen(text));
}

static void holds(int dir, const char *name, const char *text)
{
    const struct module_bench_file *file = module_bench_file(&b, dir, name);
    assert_non_null(file);
    assert_int_equal(file->size, strlen(text));
    assert_memory_equal(file->data, text, file->size);
}

static void files_open_and_close_in_a_bracket(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "x", "12345");
    expect("AT+CFSTERM\r", REFUSED);
    expect("AT+CFSGFIS=1,\"x\"\r", REFUSED); /* D5 */
    expect("AT+CFSGFRS?\r", REFUSED);
    expect("AT+CFSINIT\r", OK);
    expect("AT+CFSINIT\r", REFUSED);
    expect("AT+CFSGFIS=1,\"x\"\r", "\r\n+CFSGFIS: 5\r\n" OK);
    expect("AT+CFSGFRS?\r", "\r\n+CFSGFRS: 65531\r\n" OK);
    expect("AT+CFSTERM\r", OK);
    expect("AT+CFSGFIS=1,\"x\"\r", REFUSED);
}

static void test_forms_are_those_of_the_manual(void **state)
{
    (void)state;
    expect("AT+CFSWFILE=?\r", "\r\n+CFSWFILE: (0-3),\"fileName\",(0-1),"
                              "(1-10240),(100-10000)\r\n" OK);
    expect("AT+CFSRFILE=?\r", "\r\n+CFSRFILE: (0-3),\"fileName\",(0-1),"
                              "(1-10240),(0-filesize)\r\n" OK);
    expect("AT+CFSDFILE=?\r", "\r\n+CFSDFILE: (0-3),\"fileName\"\r\n" OK);
    expect("AT+CFSGFIS=?\r", "\r\n+CFSGFIS: (0-3),\"fileName\"\r\n" OK);
    expect("AT+CFSREN=?\r",
           "\r\n+CFSREN: (0-3),\"old_name\",\"new_name\"\r\n" OK);
    expect("AT+CFSWFILE?\r", "\r\nERROR\r\n");
    expect("AT+CFSINIT?\r", "\r\nERROR\r\n");
}

static void writing_starts_over_or_appends(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=3,\"a\",0,6,1000\r", DOWNLOAD);
    expect("AT\r\"\x1a+", OK); /* data is data */
    holds(FFX_DIR_CUSTOMER, "a", "AT\r\"\x1a+");
    expect("AT+CFSWFILE=3,\"a\",1,3,1000\r", DOWNLOAD);
    expect("xyz", OK);
    holds(FFX_DIR_CUSTOMER, "a", "AT\r\"\x1a+xyz");
    expect("AT+CFSWFILE=3,\"a\",0,2,1000\r", DOWNLOAD);
    expect("!!", OK);
    holds(FFX_DIR_CUSTOMER, "a", "!!"); /* D6 */
    expect("AT+CFSWFILE=2,\"new\",1,1,1000\r", DOWNLOAD);
    expect("n", OK);
    holds(FFX_DIR_DATATX, "new", "n");
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "a"));
}

static void bytes_beyond_the_count_are_the_next_command(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",0,3,1000\rabcAT+CFSGFIS=1,\"a\"\r",
           DOWNLOAD OK "\r\n+CFSGFIS: 3\r\n" OK);
    holds(FFX_DIR_FOTA, "a", "abc");
}

static void a_line_goes_on_behind_its_data(void **state)
{
    (void)state;
    expect("AT+CFSINIT;+CFSWFILE=1,\"a\",0,3,1000;+CFSGFIS=1,\"a\"\r",
           DOWNLOAD);
    expect("abc", "\r\n+CFSGFIS: 3\r\n" OK);
}

static void data_is_not_echoed(void **state)
{
    (void)state;
    module_bench_say(&b, "ATE1+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",0,3,1000\r",
           "AT+CFSWFILE=1,\"a\",0,3,1000\r" DOWNLOAD);
    expect("abc", OK);
}

static void a_chunk_that_comes_too_late_leaves_nothing(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "a", "old");
    module_bench_say(&b, "AT+CFSINIT\r");
    for (int append = 0; append < 2; append++) {
        char typed[64];
        snprintf(typed, sizeof typed, "AT+CFSWFILE=1,\"a\",%d,10,500\r",
                 append);
        expect(typed, DOWNLOAD);
        expect("123456789", "");
        assert_string_equal(module_bench_wait(&b, 490), "");
        assert_int_equal(b.low[FFX_PIN_DCD], 1);
        assert_string_equal(module_bench_wait(&b, 20), REFUSED); /* D4 */
        assert_int_equal(b.low[FFX_PIN_DCD], 0);
        holds(FFX_DIR_FOTA, "a", "old");
    }
    expect("AT\r", OK);
}

static void
the_input_time_counts_from_download_and_ends_inside_feed(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"a\",0,4,500\r", DOWNLOAD);
    module_bench_say(&b, "12");
    b.now_ms += 499;
    expect("3", "");
    b.now_ms += 1;
    /* Late bytes are no data any more, and no command either. */
    expect("4\rAT\r", REFUSED OK);
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "a"));
}

static void dcd_follows_the_data_unless_c0_holds_it(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    assert_int_equal(b.low[FFX_PIN_DCD], 0);
    module_bench_say(&b, "AT+CFSWFILE=1,\"a\",0,1,1000\r");
    assert_int_equal(b.low[FFX_PIN_DCD], 1);
    module_bench_say(&b, "x");
    assert_int_equal(b.low[FFX_PIN_DCD], 0);
    module_bench_say(&b, "AT&C0\r");
    assert_int_equal(b.low[FFX_PIN_DCD], 1);
    b.pin_changes[FFX_PIN_DCD] = 0;
    module_bench_say(&b, "AT+CFSWFILE=1,\"a\",0,1,1000\rx");
    assert_int_equal(b.pin_changes[FFX_PIN_DCD], 0);
}

static void a_write_that_fails_says_so_and_keeps_the_old(void **state)
{
    static char big[10241];
    (void)state;
    put(FFX_DIR_FOTA, "a", "old");
    module_bench_say(&b, "AT+CFSINIT\r");
    memset(big, 'x', 10240);
    for (int i = 0; i < 6; i++) {
        expect("AT+CFSWFILE=1,\"b\",1,10240,1000\r", DOWNLOAD);
        expect(big, OK);
    }
    expect("AT+CFSWFILE=1,\"a\",0,10240,1000\r", DOWNLOAD);
    expect(big, REFUSED);
    holds(FFX_DIR_FOTA, "a", "old");
    assert_int_equal(module_bench_file(&b, FFX_DIR_FOTA, "b")->size, 61440);
}

static void reading_gives_header_data_and_ok(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "a", "0123456789");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSRFILE=1,\"a\",0,4,7\r", "\r\n+CFSRFILE: 4\r\n0123" OK);
    expect("AT+CFSRFILE=1,\"a\",1,4,7\r", "\r\n+CFSRFILE: 3\r\n789" OK);
    expect("AT+CFSRFILE=1,\"a\",0,10240,0\r",
           "\r\n+CFSRFILE: 10\r\n0123456789" OK);
    expect("AT+CFSRFILE=1,\"a\",0,2\r", "\r\n+CFSRFILE: 2\r\n01" OK);
    expect("AT+CFSRFILE=1,\"a\",1,1,10\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,1\r", REFUSED);
    expect("AT+CFSRFILE=1,\"none\",0,1,0\r", REFUSED);
    b.files_fail = 1;
    expect("AT+CFSRFILE=1,\"a\",0,4,0\r", REFUSED);
}

static void a_large_read_streams_through_a_small_ring(void **state)
{
    static char data[10240];
    static const uint32_t pieces[] = {1, 3, 1024};
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i % 251);
    module_bench_put_file(&b, FFX_DIR_FOTA, "a", data, sizeof data);
    module_bench_say(&b, "AT+CFSINIT\r");
    for (size_t i = 0; i < 3; i++) {
        const size_t head = strlen("\r\n+CFSRFILE: 10240\r\n");
        b.take = pieces[i];
        const char *said =
            module_bench_say(&b, "AT+CFSRFILE=1,\"a\",0,10240,0\r");
        assert_memory_equal(said, "\r\n+CFSRFILE: 10240\r\n", head);
        assert_memory_equal(said + head, data, sizeof data);
        assert_string_equal(said + head + sizeof data, OK);
    }
}

static void deleting_and_renaming(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "a", "1");
    put(FFX_DIR_FOTA, "b", "2");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSREN=1,\"a\",\"b\"\r", REFUSED); /* never over a file */
    expect("AT+CFSREN=1,\"a\",\"c\"\r", OK);
    holds(FFX_DIR_FOTA, "c", "1");
    expect("AT+CFSREN=1,\"a\",\"d\"\r", REFUSED);
    b.locked = 1; /* an update reads it, though it has just been deleted */
    expect("AT+CFSREN=1,\"c\",\"update.zip\"\r", REFUSED);
    b.locked = 0;
    expect("AT+CFSDFILE=1,\"c\"\r", OK);
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "c"));
    expect("AT+CFSDFILE=1,\"c\"\r", REFUSED);
    expect("AT+CFSGFIS=1,\"c\"\r", REFUSED);
}

static void parameters_out_of_range_are_refused(void **state)
{
    static const char *const lines[] = {
        "AT+CFSWFILE=4,\"a\",0,1,1000",
        "AT+CFSWFILE=-1,\"a\",0,1,1000",
        "AT+CFSWFILE=1,\"a\",2,1,1000",
        "AT+CFSWFILE=1,\"a\",0,0,1000",
        "AT+CFSWFILE=1,\"a\",0,10241,100",
        "AT+CFSWFILE=1,\"a\",0,1,99",
        "AT+CFSWFILE=1,\"a\",0,1,10001",
        "AT+CFSWFILE=1,\"a\",0,1",
        "AT+CFSWFILE=1,\"a\",0,1,1000,1",
        "AT+CFSWFILE=1,\"\",0,1,1000",
        "AT+CFSWFILE=1,\"..\",0,1,1000",
        "AT+CFSWFILE=1,\"../a\",0,1,1000",
        "AT+CFSWFILE=1,\"a\\b\",0,1,1000",
        "AT+CFSWFILE=",
        "AT+CFSDFILE=1,\".\"",
        "AT+CFSREN=1,\"a\",\"/etc/x\"",
        "AT+CFSGFIS=1,\"\x80\"",
        "AT+CFSGFIS=1",
    };
    char typed[80];
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(typed, sizeof typed, "%s\r", lines[i]);
        if (strcmp(module_bench_say(&b, typed), REFUSED) != 0)
            fail_msg("%s: %s", lines[i], b.said[0]);
    }
}

static void a_name_has_at_most_50_characters(void **state)
{
    char typed[120], name[52];
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    memset(name, 'n', 51);
    name[51] = '\0';
    snprintf(typed, sizeof typed, "AT+CFSWFILE=1,\"%s\",0,1,1000\r", name);
    expect(typed, REFUSED);
    snprintf(typed, sizeof typed, "AT+CFSWFILE=1,\"%s\",0,1,1000\rx", name + 1);
    expect(typed, DOWNLOAD OK);
}

static void the_package_is_locked_while_an_update_runs(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "update.zip", "zip");
    put(FFX_DIR_FOTA, "other", "1");
    put(FFX_DIR_CUSTAPP, "update.zip", "mine");
    module_bench_say(&b, "AT+CFSINIT\r");
    b.locked = 1;
    expect("AT+CFSWFILE=1,\"update.zip\",0,1,1000\r", REFUSED);
    expect("AT+CFSDFILE=1,\"update.zip\"\r", REFUSED);
    expect("AT+CFSREN=1,\"update.zip\",\"x\"\r", REFUSED);
    expect("AT+CFSREN=1,\"other\",\"update.zip\"\r", REFUSED);
    expect("AT+CFSGFIS=1,\"update.zip\"\r", "\r\n+CFSGFIS: 3\r\n" OK);
    expect("AT+CFSDFILE=0,\"update.zip\"\r", OK);
    expect("AT+HTTPTOFS=\"http://h/\",\"/fota/update.zip\"\r", REFUSED);
    holds(FFX_DIR_FOTA, "update.zip", "zip");
    b.locked = 0;
    expect("AT+CFSDFILE=1,\"update.zip\"\r", OK);
}

static void the_lock_also_stops_a_chunk_under_way(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"update.zip\",0,3,1000\r", DOWNLOAD);
    b.locked = 1;
    expect("abc", REFUSED);
    assert_null(module_bench_file(&b, FFX_DIR_FOTA, "update.zip"));
}

static void cfota_is_refused_while_files_are_open(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFOTA=1\r", REFUSED);
    assert_int_equal(b.requests, 0);
    expect("AT+CFSTERM;+CFOTA=1;+GSN\r", OK); /* nothing behind the reset */
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.resets, 1);
}

static void a_reset_comes_when_ok_has_left_or_two_seconds_later(void **state)
{
    uint32_t length;
    (void)state;
    ffx_module_feed(&b.module, FFX_PORT_UART, "AT+CFOTA=1\r", 11, b.now_ms);
    ffx_module_poll(&b.module, b.now_ms);
    assert_int_equal(b.resets, 0);
    ffx_module_tx(&b.module, FFX_PORT_UART, &length);
    ffx_module_tx_ack(&b.module, FFX_PORT_UART, length - 1);
    ffx_module_poll(&b.module, b.now_ms + 1999);
    assert_int_equal(b.resets, 0);
    ffx_module_poll(&b.module, b.now_ms + 2000);
    assert_int_equal(b.resets, 1);
    ffx_module_tx_ack(&b.module, FFX_PORT_UART, length);
    ffx_module_poll(&b.module, b.now_ms + 9000);
    assert_int_equal(b.resets, 1); /* told once */
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    b.resets = 0;
    module_bench_say(&b, "AT+CFOTA=1\r");
    assert_int_equal(b.resets, 1);
    module_bench_wait(&b, 9000);
    assert_int_equal(b.resets, 1);
}

static void files_are_closed_after_a_reset(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    module_bench_boot(&b);
    module_bench_say(&b, "ATE0\r");
    module_bench_wait(&b, 2000);
    expect("AT+CFSINIT\r", OK);
}

/* Whatever the byte does to the name, nothing stays and nothing is stuck. */
static void every_byte_in_a_name_leaves_nothing_behind(void **state)
{
    char typed[80];
    (void)state;
    module_bench_say(&b, "AT+CFSINIT\r");
    for (int byte = 0; byte < 256; byte++) {
        const int length =
            snprintf(typed, sizeof typed,
                     "AT+CFSWFILE=1,\"n%c\",0,1,100\rxAT+CFSDFILE=1,\"n%c\"\r",
                     byte, byte);
        module_bench_send(&b, typed, (uint32_t)length);
        module_bench_wait(&b, 200);
        for (uint32_t i = 0; i < MODULE_BENCH_FILES; i++)
            assert_int_equal(b.files[i].used, 0);
        expect("AT+CFSGFRS?\r", "\r\n+CFSGFRS: 65536\r\n" OK);
    }
}

static void positions_end_with_the_file(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "a", "0123456789");
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSRFILE=1,\"a\",1,5,0\r", "\r\n+CFSRFILE: 5\r\n01234" OK);
    expect("AT+CFSRFILE=1,\"a\",1,5,9\r", "\r\n+CFSRFILE: 1\r\n9" OK);
    expect("AT+CFSRFILE=1,\"a\",1,5,10\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,5,2147483647\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,5\r", REFUSED); /* from where? */
    expect("AT+CFSRFILE=1,\"a\",1,5,2147483648\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,5,4294967296\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,5,-1\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,0,0\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",1,10241,0\r", REFUSED);
    expect("AT+CFSRFILE=1,\"a\",2,1,0\r", REFUSED);
    expect("AT+CFSRFILE=4,\"a\",1,1,0\r", REFUSED);
    expect("AT+CFSWFILE=1,\"a\",0,4294967297,100\r", REFUSED);
}

static void names_differ_by_case_and_dots(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "update.zip", "zip");
    b.locked = 1;
    module_bench_say(&b, "AT+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"Update.zip\",0,1,100\rx", DOWNLOAD OK);
    expect("AT+CFSWFILE=1,\".update.zip\",0,1,100\rx", DOWNLOAD OK);
    expect("AT+CFSWFILE=1,\"...\",0,1,100\rx", DOWNLOAD OK);
    expect("AT+CFSWFILE=1,\"./update.zip\",0,1,100\r", REFUSED);
    expect("AT+CFSWFILE=1,\"update.zip \",0,1,100\rx", DOWNLOAD OK);
    expect("AT+CFSREN=1,\"Update.zip\",\"update.zip\"\r", REFUSED);
    holds(FFX_DIR_FOTA, "update.zip", "zip");
}

/* An MCU that does not wait: what comes while the update begins is dropped. */
static void cfota_closes_the_door_behind_itself(void **state)
{
    (void)state;
    put(FFX_DIR_FOTA, "update.zip", "zip");
    expect("AT+CFOTA=1\rAT+CFSINIT\rAT+CFSWFILE=1,\"update.zip\",0,1,100\rx"
           "AT+CFOTA=0\r",
           OK);
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.status, 8); /* no CFOTA=0 went through */
    holds(FFX_DIR_FOTA, "update.zip", "zip");
    b.locked = 1;
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say(&b, "ATE0+CMEE=1;+CFSINIT\r");
    expect("AT+CFSWFILE=1,\"update.zip\",1,1,100\r", REFUSED);
    expect("AT+CFOTA=1\r", REFUSED);
    holds(FFX_DIR_FOTA, "update.zip", "zip");
}

#define FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(files_open_and_close_in_a_bracket),
        FILES(test_forms_are_those_of_the_manual),
        FILES(writing_starts_over_or_appends),
        FILES(bytes_beyond_the_count_are_the_next_command),
        FILES(a_line_goes_on_behind_its_data),
        FILES(data_is_not_echoed),
        FILES(a_chunk_that_comes_too_late_leaves_nothing),
        FILES(the_input_time_counts_from_download_and_ends_inside_feed),
        FILES(dcd_follows_the_data_unless_c0_holds_it),
        FILES(a_write_that_fails_says_so_and_keeps_the_old),
        FILES(reading_gives_header_data_and_ok),
        FILES(a_large_read_streams_through_a_small_ring),
        FILES(deleting_and_renaming),
        FILES(parameters_out_of_range_are_refused),
        FILES(a_name_has_at_most_50_characters),
        FILES(the_package_is_locked_while_an_update_runs),
        FILES(the_lock_also_stops_a_chunk_under_way),
        FILES(cfota_is_refused_while_files_are_open),
        FILES(a_reset_comes_when_ok_has_left_or_two_seconds_later),
        FILES(files_are_closed_after_a_reset),
        FILES(every_byte_in_a_name_leaves_nothing_behind),
        FILES(positions_end_with_the_file),
        FILES(names_differ_by_case_and_dots),
        FILES(cfota_closes_the_door_behind_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
