/* SPDX-License-Identifier: Apache-2.0 */
/* The faults of a serial line, row by row (S1 to S18 of the fault models),
 * through the whole embedded module: what the TE sees, and that the module is
 * of use afterwards. */
#include "virtual_case.h"

#include "sim/sim_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GMR VIRTUAL_GMR

/* --- telling and hearing ----------------------------------------------- */

static void lacks(const char *text, const char *part)
{
    virtual_lacks(&v, text, part);
}

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

/* --- bytes ------------------------------------------------------------- */

static void s1_a_dropped_byte_spoils_its_command_alone(void **context)
{
    (void)context;
    at_byte("rx-byte", 4, "drop");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "AT+MR\r\r\nERROR\r\n");
    at_byte("tx-byte", 9, "drop");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"),
                        "AT+GMR\r\rRevision:1529B05SIM7000G\r\n\r\nOK\r\n");
    is_usable();
}

static void s2_a_doubled_byte_spoils_its_command_alone(void **context)
{
    (void)context;
    at_byte("rx-byte", 5, "double");
    has(virtual_say(&v, "AT+GMR\r"), "AT+GMMR\r\r\nERROR\r\n");
    at_byte("tx-byte", 10, "double");
    has(virtual_say(&v, "AT+GMR\r"), "RRevision:");
    is_usable();
}

static void s3_each_bit_of_a_byte_may_flip(void **context)
{
    (void)context;
    for (unsigned bit = 0; bit < 8; bit++) {
        char action[16], wanted[16];
        snprintf(action, sizeof action, "flip %u", bit);
        snprintf(wanted, sizeof wanted, "AT+G%cR\r", 'M' ^ 1 << bit);
        at_byte("tx-byte", 5, action);
        has(virtual_say(&v, "AT+GMR\r"), wanted);
    }
    at_byte("rx-byte", 7, "flip 6"); /* CR is M: the line goes on */
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "AT+GMRM");
    assert_string_equal(virtual_say(&v, "\r"), "\r\r\nERROR\r\n");
    is_usable();
}

static void s4_a_burst_of_noise_hits_both_ways(void **context)
{
    const char *heard;
    (void)context;
    at_byte("rx-byte", 1, "noise 200");
    virtual_say(&v, "AT+GMR\r");
    is_usable();
    at_byte("tx-byte", 8, "noise 200");
    heard = virtual_say(&v, "AT+GMR\r");
    assert_memory_equal(heard, "AT+GMR\r", 7);
    assert_memory_equal(heard + 207, GMR, sizeof GMR - 1);
    is_usable();
}

static void s5_a_framing_error_reads_as_nul(void **context)
{
    char heard[64] = "";
    (void)context;
    at_byte("rx-byte", 4, "break");
    has(virtual_say(&v, "AT+GMR\r"), "AT+");
    virtual_wait(&v, 3000);
    is_usable();
    at_byte("tx-byte", 2, "break");
    memcpy(heard, virtual_say(&v, "AT+GMR\r"), 7);
    assert_memory_equal(heard, "A\0+GMR\r", 7);
    is_usable();
}

/* --- S6: rates ---------------------------------------------------------- */

static void te_baud(uint32_t baud)
{
    v.sim->wires[0].line.te_baud = baud;
}

static void s6_three_percent_off_is_heard_and_eight_is_not(void **context)
{
    (void)context;
    te_baud(115200 * 103 / 100);
    has(virtual_say(&v, "AT+GMR\r"), GMR);
    te_baud(115200 * 97 / 100);
    has(virtual_say(&v, "AT+GMR\r"), GMR);
    te_baud(115200 * 108 / 100);
    lacks(virtual_say(&v, "AT+GMR\r"), "OK");
    te_baud(115200 * 92 / 100);
    lacks(virtual_say(&v, "AT+GMR\r"), "OK");
    te_baud(115200);
    is_usable();
}

static void s6_after_a_reset_the_rate_may_be_wrong_until_ipr(void **context)
{
    (void)context;
    te_baud(115200);
    control("at boot 2 baud 9600");
    control("now reset");
    lacks(virtual_wait(&v, 3000), "RDY");
    lacks(virtual_say(&v, "AT\r"), "OK");
    te_baud(9600);
    virtual_wait(&v, 100);
    virtual_say(&v, "\r");
    has(virtual_say(&v, "AT\r"), "OK");
    has(virtual_say(&v, "AT+IPR=115200\r") + 0, "OK");
    te_baud(115200);
    is_usable();
    control("now reset"); /* that one comes up as AT+IPR says */
    has(virtual_wait(&v, 3000), "RDY");
    is_usable();
}

static void s6_auto_baud_that_is_lost_costs_one_command(void **context)
{
    (void)context;
    te_baud(57600);
    control("now baud 0");
    lacks(virtual_say(&v, "AT+GMR\r"), "OK");
    has(virtual_say(&v, "AT+GMR\r"), GMR);
    te_baud(230400); /* that one it does not detect */
    control("now baud 0");
    for (int i = 0; i < 5; i++)
        lacks(virtual_say(&v, "AT\r"), "OK");
    te_baud(38400);
    virtual_say(&v, "AT\r");
    is_usable();
}

/* --- S7: overrun -------------------------------------------------------- */

/* Goes on as long as the module takes bytes at once. */
static size_t pour(size_t most)
{
    static char bytes[1024];
    size_t poured = 0;
    memset(bytes, 'x', sizeof bytes);
    for (int turn = 0; turn < 200 && poured < most; turn++) {
        poured += ffx_sim_say(v.sim, 0, bytes, sizeof bytes);
        virtual_wait(&v, 1);
    }
    return poured;
}

/* A command whose answer takes long keeps the module from reading: 60000
 * bytes are typed meanwhile. */
static void type_behind_a_late_answer(void)
{
    control("clear");
    control("every line 1 late 1000");
    virtual_say(&v, "ATE0\r");
    virtual_wait(&v, 2000);
    virtual_say(&v, "AT\rAT\r");
    pour(60000);
}

static void s7_overrun_without_flow_control_loses_bytes(void **context)
{
    (void)context;
    type_behind_a_late_answer();
    assert_true(passed("lost-bytes") > 10000);
    virtual_wait(&v, 15000);
    is_usable();
}

static void s7_with_rts_and_cts_nothing_is_lost(void **context)
{
    (void)context;
    has(virtual_say(&v, "AT+IFC=2,2\r"), "OK");
    type_behind_a_late_answer();
    assert_int_equal(passed("lost-bytes"), 0);
    assert_int_equal(ffx_sim_pin(v.sim, FFX_SIM_CTS), 1);
    virtual_wait(&v, 15000);
    assert_int_equal(passed("lost-bytes"), 0);
    assert_int_equal(ffx_sim_pin(v.sim, FFX_SIM_CTS), 0);
    is_usable();
}

static void s7_rts_and_cts_that_nobody_looks_at_lose_bytes(void **context)
{
    (void)context;
    has(virtual_say(&v, "AT+IFC=2,2\r"), "OK");
    control("now flow ignored");
    type_behind_a_late_answer();
    assert_true(passed("lost-bytes") > 10000);
    control("now flow works");
    virtual_wait(&v, 15000);
    is_usable();
}

static void s7_a_stuck_cts_holds_the_te_for_ever(void **context)
{
    (void)context;
    has(virtual_say(&v, "AT+IFC=2,2\r"), "OK");
    control("now flow stuck");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "");
    assert_string_equal(virtual_wait(&v, 3600000), "");
    assert_int_equal(ffx_sim_pin(v.sim, FFX_SIM_CTS), 1);
    control("now flow works");
    assert_string_equal(virtual_wait(&v, 100), "AT+GMR\r" GMR);
    is_usable();
}

/* --- files ------------------------------------------------------------- */

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

static void s8_an_xoff_in_the_data_is_taken_out_with_ifc_1(void **context)
{
    char bytes[16];
    (void)context;
    announce(10, 1000);
    has(virtual_say(&v, "01234\x13\x11"
                        "789"),
        "OK"); /* IFC=0 */
    assert_int_equal(stored(bytes, sizeof bytes), 10);
    virtual_say(&v, "AT+CFSTERM\r");
    has(virtual_say(&v, "AT+IFC=1,1\r"), "OK");
    announce(10, 1000);
    lacks(virtual_say(&v, "01234\x13\x11"
                          "789"),
          "OK");
    has(virtual_say(&v, "ab"), "OK");
    assert_int_equal(stored(bytes, sizeof bytes), 10);
    assert_memory_equal(bytes, "01234789ab", 10);
    has(virtual_say(&v, "AT+CFSTERM;+IFC=0,0\r"), "OK");
    is_usable();
}

static void s9_fragments_come_with_gaps(void **context)
{
    (void)context;
    for (unsigned size = 1; size < 50; size += 7) {
        char command[40];
        snprintf(command, sizeof command, "now fragment %u 50", size);
        control(command);
        const char *heard = virtual_say(&v, "AT+GMR\r"); /* within 20 ms */
        assert_int_equal(strlen(heard), size < 41 ? size : 41);
        virtual_wait(&v, 3000);
    }
    control("now fragment 0 0");
    is_usable();
}

static void s10_many_answers_come_in_one_read(void **context)
{
    const char *heard;
    unsigned count = 0;
    (void)context;
    control("at line 1 late 3000");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "AT+GMR\r");
    for (int i = 0; i < 20; i++)
        assert_string_equal(virtual_say(&v, "AT+GMR\r"), "");
    heard = virtual_wait(&v, 3000);
    for (const char *at = heard; (at = strstr(at, GMR)) != NULL; at++)
        count++;
    assert_int_equal(count, 21);
    is_usable();
}

/* --- S11: unsolicited lines ---------------------------------------------- */

static void s11_a_line_from_nowhere_may_come_anywhere(void **context)
{
    static const struct {
        unsigned n;
        const char *wanted;
    } rows[] = {
        {1, "\r\n+X\r\nAT+GMR\r" GMR},                  /* before the echo */
        {4, "AT+\r\n+X\r\nGMR\r" GMR},                  /* inside it */
        {8, "AT+GMR\r\r\n+X\r\n" GMR},                  /* before the answer */
        {36, "AT+GMR\r\r\nRevision:1529B05SIM7000G\r\n" /* between lines */
             "\r\n+X\r\n\r\nOK\r\n"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        at_byte("tx-byte", rows[i].n, "insert \\r\\n+X\\r\\n");
        assert_string_equal(virtual_say(&v, "AT+GMR\r"), rows[i].wanted);
    }
    control("now urc +CMTI: \"SM\",1");
    assert_string_equal(virtual_wait(&v, 10), "\r\n+CMTI: \"SM\",1\r\n");
    is_usable();
}

static void s11_a_line_from_nowhere_may_come_inside_file_data(void **context)
{
    (void)context;
    announce(4, 1000);
    has(virtual_say(&v, "wxyz"), "OK");
    at_byte("tx-byte",
            strlen("AT+CFSRFILE=1,\"update.zip\",0,4,0\r"
                   "\r\n+CFSRFILE: 4\r\nwx") +
                1,
            "insert \\r\\nRING\\r\\n");
    has(virtual_say(&v, "AT+CFSRFILE=1,\"update.zip\",0,4,0\r"),
        "+CFSRFILE: 4\r\nwx\r\nRING\r\nyz\r\nOK\r\n");
    is_usable();
}

static void s11_a_reboot_cuts_a_line_in_half(void **context)
{
    (void)context;
    has(virtual_say(&v, "AT+CREG=1\r"), "OK");
    at_byte("tx-byte", 6, "reset");
    control("now network 3");
    const char *heard = virtual_wait(&v, 3000);
    has(heard, "\r\n+CRE\r\nRDY\r\n");
    control("now network 1");
    is_usable();
}

/* --- S12, S13: echo and form -------------------------------------------- */

static void s12_echo_toggles_and_loses_bytes(void **context)
{
    (void)context;
    control("at line 2 echo 0");
    has(virtual_say(&v, "AT+GMR\r"), "AT+GMR\r" GMR);
    has(virtual_say(&v, "AT+GMR\r"), "AT+GMR\r" GMR);
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), GMR);
    control("now echo 1");
    at_byte("tx-byte", 2, "drop");
    at_byte("tx-byte", 5, "drop");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "A+GR\r" GMR);
    control("now echo 0");
    has(virtual_say(&v, "ATE1\r"), "\r\nOK\r\n");
    is_usable();
}

static void s13_lines_end_as_the_fault_says(void **context)
{
    static const struct {
        const char *command, *wanted;
    } rows[] = {
        {"now newline \\r", "\rRevision:1529B05SIM7000G\r\rOK\r"},
        {"now newline \\n", "\nRevision:1529B05SIM7000G\n\nOK\n"},
        {"now newline \\r\\r\\n",
         "\r\r\nRevision:1529B05SIM7000G\r\r\n\r\r\nOK\r\r\n"},
        {"now newline \\r\\n", GMR},
    };
    (void)context;
    virtual_say(&v, "ATE0\r");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        control(rows[i].command);
        assert_string_equal(virtual_say(&v, "AT+GMR\r"), rows[i].wanted);
    }
    assert_string_equal(virtual_say(&v, "ATV0\r"), "0\r");
    assert_string_equal(virtual_say(&v, "AT+NO\r"), "4\r");
    assert_string_equal(virtual_say(&v, "ATV1;+CMEE=1\r"), "\r\nOK\r\n");
    has(virtual_say(&v, "AT+CFSWFILE=9\r"), "\r\n+CME ERROR: ");
    has(virtual_say(&v, "AT+CMEE=2\r"), "OK");
    has(virtual_say(&v, "AT+CFSWFILE=9\r"), "\r\n+CME ERROR: ");
    is_usable();
}

static void s13_damage_and_long_line_ends_never_outgrow_the_line(void **context)
{
    char text[300] = "every tx-byte 1 insert ";
    (void)context;
    for (int i = 0; i < 55; i++)
        strcat(text, "\\r\\n");
    control("now newline 12345678");
    control("every tx-byte 1 noise 64");
    for (int i = 0; i < 3; i++)
        control(text);
    for (int i = 0; i < 20; i++)
        virtual_say(&v, "AT+GMR\r");
    control("now newline \\r\\n");
    control("clear");
    virtual_wait(&v, 1000);
    is_usable();
}

/* --- answers ----------------------------------------------------------- */

static void s14_a_late_answer_arrives_inside_the_next_command(void **context)
{
    (void)context;
    control("at line 1 late 5000");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "AT+GMR\r");
    assert_string_equal(virtual_wait(&v, 4950), ""); /* the TE gives up */
    assert_string_equal(virtual_say(&v, "AT+C"), "");
    assert_string_equal(virtual_wait(&v, 30), GMR "AT+C");
    assert_string_equal(virtual_say(&v, "SQ\r"),
                        "SQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n");
    is_usable();
}

static void s14_what_is_late_does_not_outlive_a_reset(void **context)
{
    (void)context;
    control("at line 1 late 60000");
    virtual_say(&v, "AT+CFUN=1,1\r");
    has(virtual_wait(&v, 10000), "RDY");
    is_usable();
    control("every line 1 late 60000");
    virtual_say(&v, "AT+GMR\r");
    control("now reset");
    has(virtual_wait(&v, 3000), "RDY");
    is_usable();
}

static void s15_a_mute_command_loses_its_answer_and_no_other(void **context)
{
    (void)context;
    control("at line 2 mute");
    assert_string_equal(virtual_say(&v, "AT+CSQ\rAT+GMR\rAT\r"),
                        "AT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n"
                        "AT+GMR\rAT\r\r\nOK\r\n");
    is_usable();
}

static void s15_a_chain_or_data_have_one_answer(void **context)
{
    char bytes[8];
    (void)context;
    control("at line 1 mute");
    assert_string_equal(virtual_say(&v, "AT+CSQ;+GMR;+CFSINIT\r"),
                        "AT+CSQ;+GMR;+CFSINIT\r");
    control("at line 2 mute"); /* neither DOWNLOAD nor OK */
    assert_string_equal(
        virtual_say(&v, "AT+CFSWFILE=1,\"update.zip\",0,4,1000\r"),
        "AT+CFSWFILE=1,\"update.zip\",0,4,1000\r");
    assert_string_equal(virtual_say(&v, "abcd"), "");
    assert_int_equal(stored(bytes, sizeof bytes), 4);
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
    is_usable();
}

static void s15_an_answer_that_is_still_leaving_is_not_lost(void **context)
{
    (void)context;
    v.sim->wires[0].line.te_baud = 9600;
    v.sim->wires[0].line.baud = v.sim->wires[0].line.new_baud = 9600;
    control("at line 1 mute");
    virtual_say(&v, "AT+CREG=1\r"); /* the first 20 bytes at most */
    virtual_wait(&v, 1000);
    control("at line 21 mute");
    virtual_say(&v, "ATE0\r");
    virtual_wait(&v, 1000);
    unsigned count = 0;
    for (int i = 0; i < 19; i++)
        virtual_send(&v, "AT+GMR\r", 7);
    const char *heard = virtual_wait(&v, 20000);
    for (const char *at = heard; (at = strstr(at, "Revision:")) != NULL; at++)
        count++;
    assert_in_range(count, 1, 18);
    v.sim->wires[0].line.te_baud = 0;
    is_usable();
}

static void s16_a_lost_command_is_not_executed(void **context)
{
    (void)context;
    control("at line 1 lose");
    assert_string_equal(virtual_say(&v, "AT+CFSINIT\r"), "AT+CFSINIT\r");
    has(virtual_say(&v, "AT+CFSTERM\r"), "ERROR");
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    is_usable();
}

static void s17_ok_comes_without_its_data(void **context)
{
    (void)context;
    virtual_say(&v, "ATE0\r");
    control("every line 1 bare");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "\r\nOK\r\n");
    assert_string_equal(virtual_say(&v, "AT+CSQ;+GMR;+CFSINIT\r"),
                        "\r\nOK\r\n");
    assert_string_equal(virtual_say(&v, "AT+CSQ;+NO\r"), "\r\nERROR\r\n");
    virtual_say(&v, "AT+CMEE=2\r");
    has(virtual_say(&v, "AT+CSQ;+CFSINIT\r"), "\r\n");
    assert_string_equal(virtual_say(&v, "ATV0\r"), "0\r");
    assert_string_equal(virtual_say(&v, "AT+GMR\r"), "0\r");
    assert_string_equal(virtual_say(&v, "ATV1\r"), "\r\nOK\r\n");
    is_usable();
}

static void s17_of_a_file_longer_than_the_ring_only_ok_comes(void **context)
{
    static char bytes[10240];
    (void)context;
    virtual_put(&v, "fota/update.zip", bytes, sizeof bytes);
    virtual_say(&v, "ATE0;+CFSINIT\r");
    control("at line 2 bare");
    assert_string_equal(
        virtual_say(&v, "AT+CFSRFILE=1,\"update.zip\",0,10240,0\r"),
        "\r\nOK\r\n");
    control("at line 3 mute");
    assert_string_equal(
        virtual_say(&v, "AT+CFSRFILE=1,\"update.zip\",0,10240,0\r"), "");
    is_usable();
}

static void a_firmware_may_lack_a_command(void **context)
{
    (void)context;
    virtual_say(&v, "ATE0\r");
    control("every line 1 unknown AT+CFOTA");
    assert_string_equal(virtual_say(&v, "AT+CFOTA?\r"), "\r\nERROR\r\n");
    assert_string_equal(virtual_say(&v, "AT+CFOTA=1\r"), "\r\nERROR\r\n");
    has(virtual_say(&v, "AT+GMR\r"), "Revision:");
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    has(virtual_say(&v, "AT\r"), "OK");
    assert_non_null(strstr(v.log, "fault: every line 1 unknown"));
    is_usable();
}

static void what_is_ignored_is_answered_and_not_done(void **context)
{
    (void)context;
    virtual_say(&v, "ATE0\r");
    control("every line 1 ignore AT+CFSINIT");
    assert_string_equal(virtual_say(&v, "AT+CFSINIT\r"), "\r\nOK\r\n");
    has(virtual_say(&v, "AT+CFSTERM\r"), "ERROR");
    virtual_do(&v, "clear");
    /* the line that does not begin so is meant by nobody */
    control("every line 1 ignore AT+CFSINITS");
    has(virtual_say(&v, "AT+CFSINIT\r"), "OK");
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
    is_usable();
}

static void s18_download_may_mean_more_bytes_or_fewer(void **context)
{
    char bytes[128];
    (void)context;
    control("at line 2 expect 3");
    announce(10, 1000);
    /* The rest is a command line without AT. */
    has(virtual_say(&v, "0123456789"), "\r\nOK\r\n");
    assert_int_equal(stored(bytes, sizeof bytes), 3);
    virtual_say(&v, "\r");
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
    control("at line 5 expect 100");
    announce(10, 1000);
    assert_string_equal(virtual_say(&v, "0123456789"), "");
    assert_string_equal(virtual_say(&v, "AT\r"), "");
    has(virtual_wait(&v, 1000), "ERROR");
    assert_int_equal(stored(bytes, sizeof bytes), 3); /* D4: dropped */
    has(virtual_say(&v, "AT+CFSTERM\r"), "OK");
    is_usable();
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, start_module, end_module)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(s1_a_dropped_byte_spoils_its_command_alone),
        TEST(s2_a_doubled_byte_spoils_its_command_alone),
        TEST(s3_each_bit_of_a_byte_may_flip),
        TEST(s4_a_burst_of_noise_hits_both_ways),
        TEST(s5_a_framing_error_reads_as_nul),
        TEST(s6_three_percent_off_is_heard_and_eight_is_not),
        TEST(s6_after_a_reset_the_rate_may_be_wrong_until_ipr),
        TEST(s6_auto_baud_that_is_lost_costs_one_command),
        TEST(s7_overrun_without_flow_control_loses_bytes),
        TEST(s7_with_rts_and_cts_nothing_is_lost),
        TEST(s7_rts_and_cts_that_nobody_looks_at_lose_bytes),
        TEST(s7_a_stuck_cts_holds_the_te_for_ever),
        TEST(s8_an_xoff_in_the_data_is_taken_out_with_ifc_1),
        TEST(s9_fragments_come_with_gaps),
        TEST(s10_many_answers_come_in_one_read),
        TEST(s11_a_line_from_nowhere_may_come_anywhere),
        TEST(s11_a_line_from_nowhere_may_come_inside_file_data),
        TEST(s11_a_reboot_cuts_a_line_in_half),
        TEST(s12_echo_toggles_and_loses_bytes),
        TEST(s13_lines_end_as_the_fault_says),
        TEST(s13_damage_and_long_line_ends_never_outgrow_the_line),
        TEST(s14_a_late_answer_arrives_inside_the_next_command),
        TEST(s14_what_is_late_does_not_outlive_a_reset),
        TEST(s15_a_mute_command_loses_its_answer_and_no_other),
        TEST(s15_a_chain_or_data_have_one_answer),
        TEST(s15_an_answer_that_is_still_leaving_is_not_lost),
        TEST(s16_a_lost_command_is_not_executed),
        TEST(s17_ok_comes_without_its_data),
        TEST(s17_of_a_file_longer_than_the_ring_only_ok_comes),
        TEST(a_firmware_may_lack_a_command),
        TEST(what_is_ignored_is_answered_and_not_done),
        TEST(s18_download_may_mean_more_bytes_or_fewer),
    };
    return cmocka_run_group_tests(tests, make_releases, free_releases);
}
