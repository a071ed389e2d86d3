/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that reboot, hang or are stuck, and TEs that reboot (S19 to S22 of
 * the fault models): what the other side finds afterwards. */
#include "virtual_case.h"

#include "sim/sim_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- telling and hearing -------------------------------------------------- */

static unsigned passed(const char *kind)
{
    return virtual_count(&v, kind);
}

static void at_byte(const char *trigger, unsigned n, const char *action)
{
    virtual_at_byte(&v, trigger, n, action);
}

static void is_usable(void)
{
    virtual_is_usable(&v);
}

/* CFSWFILE of that many bytes to update.zip, up to DOWNLOAD. */
static void announce(unsigned length, unsigned input_ms)
{
    char command[80];
    snprintf(command, sizeof command, "AT+CFSWFILE=1,\"update.zip\",0,%u,%u\r",
             length, input_ms);
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    has(virtual_say(&v, command), "\r\nDOWNLOAD\r\n");
}

static long stored(char *bytes, size_t capacity)
{
    return virtual_file(&v, "fota/update.zip", bytes, capacity);
}

/* --- S19: a reboot at every byte ------------------------------------------ */

#define OLD_BYTES 60u
#define NEW_BYTES 100u

static char old_file[OLD_BYTES], new_file[NEW_BYTES];

static void push(void)
{
    virtual_say(&v, "ATE0\r");
    virtual_say(&v, "AT+CFSINIT\r");
    virtual_say(&v, "AT+CFSWFILE=1,\"update.zip\",0,100,1000\r");
    virtual_send(&v, new_file, sizeof new_file);
    virtual_say(&v, "AT+CFSTERM\r");
    virtual_say(&v, "AT+CFSGFIS=1,\"update.zip\"\r");
}

static void is_old_or_new(void)
{
    char bytes[NEW_BYTES + 1];
    const long length = stored(bytes, sizeof bytes);
    if (length == OLD_BYTES)
        assert_memory_equal(bytes, old_file, OLD_BYTES);
    else if (length == NEW_BYTES)
        assert_memory_equal(bytes, new_file, NEW_BYTES);
    else
        fail_msg("the file has %ld bytes", length);
}

static void reboots_at(const char *trigger, unsigned n, const char *action)
{
    virtual_put(&v, "fota/update.zip", old_file, OLD_BYTES);
    virtual_forget_log(&v);
    at_byte(trigger, n, action);
    push();
    virtual_wait(&v, 4000);
    has(v.log, "boot: ");
    assert_string_equal(virtual_say(&v, "AT\r"), "AT\r\r\nOK\r\n");
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    is_old_or_new();
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
}

static void s19_a_reboot_at_any_byte_leaves_old_file_or_new(void **context)
{
    static const char *const triggers[] = {"rx-byte", "tx-byte"};
    static const char *const actions[] = {"reset", "cut"};
    (void)context;
    memset(old_file, 'o', sizeof old_file);
    for (size_t i = 0; i < sizeof new_file; i++)
        new_file[i] = (char)i;
    const unsigned before[] = {passed("rx-bytes"), passed("tx-bytes")};
    push();
    const unsigned counts[] = {passed("rx-bytes") - before[0],
                               passed("tx-bytes") - before[1]};
    assert_true(counts[0] > 160 && counts[1] > 40);
    virtual_say(&v, "ATE1\r");
    for (int t = 0; t < 2; t++)
        for (int a = 0; a < 2; a++)
            for (unsigned n = 1; n <= counts[t]; n++)
                reboots_at(triggers[t], n, actions[a]);
    is_usable();
}

/* At a rate the bytes before it still have to leave. */
static void s19_a_reset_at_a_byte_comes_behind_what_was_said(void **context)
{
    struct sim_line *line = &v.sim->wires[0].line;
    (void)context;
    line->te_baud = line->baud = line->new_baud = 9600;
    at_byte("tx-byte", 20, "reset");
    const char *heard = virtual_say(&v, "AT+GMR\r");
    char text[64];
    snprintf(text, sizeof text, "%s", heard);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s",
             virtual_wait(&v, 50));
    assert_string_equal(text, "AT+GMR\r\r\nRevision:15");
    line->te_baud = 0;
    virtual_wait(&v, 3000);
    is_usable();
}

static void s19_what_is_typed_while_the_power_is_off_is_lost(void **context)
{
    (void)context;
    control("now cut");
    virtual_wait(&v, 10);
    for (int i = 0; i < 10; i++)
        assert_string_equal(virtual_say(&v, "ATE0\r"), "");
    has(virtual_wait(&v, 5000), "RDY");
    assert_string_equal(virtual_say(&v, "AT\r"), "AT\r\r\nOK\r\n");
    is_usable();
}

/* --- S20 to S22 ----------------------------------------------------------- */

static void s20_only_a_power_cut_ends_a_hang(void **context)
{
    (void)context;
    at_byte("tx-byte", 3, "hang");
    virtual_say(&v, "AT+GMR\r");
    assert_string_equal(virtual_wait(&v, 3600000), "");
    control("now reset");
    control("now urc X");
    control("now sms +1 hello");
    assert_string_equal(virtual_say(&v, "AT\r"), "");
    assert_string_equal(virtual_wait(&v, 3600000), "");
    has(virtual_control(&v, "status"), "state hangs\n");
    control("now cut");
    has(virtual_wait(&v, 5000), "RDY");
    is_usable();
}

static void s21_a_te_that_reboots_finds_what_it_left_behind(void **context)
{
    (void)context;
    announce(100, 3000);
    virtual_say(&v, "01234"); /* and it is gone */
    assert_string_equal(virtual_say(&v, "AT\r"), "");
    has(virtual_wait(&v, 3000), "ERROR");
    has(virtual_say(&v, "AT+CFSINIT\r"), "ERROR"); /* the bracket is open */
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
    virtual_say(&v, "AT+CF"); /* gone again, in mid-line */
    virtual_say(&v, "AT\r");
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    is_usable();
}

static void s22_a_stuck_port_swallows_everything_until_a_reset(void **context)
{
    (void)context;
    control("at line 1 stuck");
    virtual_say(&v, "AT+GMR\r");
    assert_string_equal(virtual_say(&v, "AT\rAT\rAT+CFUN=1,1\r"), "");
    assert_string_equal(virtual_wait(&v, 60000), "");
    control("now reset");
    has(virtual_wait(&v, 3000), "RDY");
    is_usable();
}

static void s22_the_other_port_frees_a_stuck_one(void **context)
{
    char heard[512];
    (void)context;
    virtual_end(&v);
    virtual_start(&v, &fixture, &(struct virtual_options){.second = "usb"});
    control("now stuck");
    assert_string_equal(virtual_say(&v, "AT\r"), "");
    ffx_sim_hear(v.sim, 1, heard, sizeof heard);
    ffx_sim_say(v.sim, 1, "AT+CFUN=1,1\r", 12);
    has(virtual_wait(&v, 5000), "RDY");
    is_usable();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, start_module, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(s19_a_reboot_at_any_byte_leaves_old_file_or_new),
        TEST(s19_a_reset_at_a_byte_comes_behind_what_was_said),
        TEST(s19_what_is_typed_while_the_power_is_off_is_lost),
        TEST(s20_only_a_power_cut_ends_a_hang),
        TEST(s21_a_te_that_reboots_finds_what_it_left_behind),
        TEST(s22_a_stuck_port_swallows_everything_until_a_reset),
        TEST(s22_the_other_port_frees_a_stuck_one),
    };
    return cmocka_run_group_tests(tests, make_releases, free_releases);
}
