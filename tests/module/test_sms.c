/* SPDX-License-Identifier: Apache-2.0 */
/* SMS as the TE sees them: text and PDU mode, what arrives, what leaves. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define OK "\r\nOK\r\n"
#define REFUSED "\r\n+CME ERROR: 3\r\n"
#define CMS(n) "\r\n+CMS ERROR: " #n "\r\n"
#define TIME "\"19/06/26,14:04:03+32\""
#define PROMPT "\r\n> "

/* "look now" from +4915112345678, as the network hands it over. */
#define LOOK_TPDU "040D91945111325476F800009160624140302308ECF77B0D72BFEF"
#define CENTRE "0891683108100005F0"
/* "hellohello" to +46708251358. */
#define HELLO "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_init(&b, FFX_PROFILE_MANUAL);
    b.config.port_count = 2;
    b.time = 1561529043; /* UTC; China is eight hours ahead */
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say_on(&b, FFX_PORT_USB, "ATE0+CMEE=1\r");
    module_bench_say(&b, "ATE0+CMEE=1\r");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static void expect(const char *typed, const char *said)
{
    assert_string_equal(module_bench_say(&b, typed), said);
}

static void arrives(const char *from, const char *text, const char *said)
{
    assert_int_equal(ffx_module_sms(&b.module, from, text, b.now_ms), 0);
    assert_string_equal(module_bench_wait(&b, 10), said);
}

static void look(void)
{
    arrives("+4915112345678", "look now", "\r\n+CMTI: \"SM\",1\r\n");
}

/* --- reading ------------------------------------------------------------- */

static void a_pdu_is_shown_as_the_network_sent_it(void **state)
{
    (void)state;
    look();
    expect("AT+CMGL=0\r",
           "\r\n+CMGL: 1,0,\"\",27\r\n" CENTRE LOOK_TPDU "\r\n" OK);
    expect("AT+CMGL=0\r", OK);
    expect("AT+CMGL=1\r",
           "\r\n+CMGL: 1,1,\"\",27\r\n" CENTRE LOOK_TPDU "\r\n" OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: 1,\"\",27\r\n" CENTRE LOOK_TPDU "\r\n" OK);
    expect("AT+CMGL=?\r", "\r\n+CMGL: (0-4)\r\n" OK);
    expect("AT+CMGL=\"ALL\"\r", REFUSED);
    expect("AT+CMGL=5\r", REFUSED);
}

static void a_message_may_be_read_and_stay_unread(void **state)
{
    (void)state;
    look();
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGR=1,1\r",
           "\r\n+CMGR: \"REC UNREAD\",\"+4915112345678\",\"\"," TIME
           "\r\nlook now\r\n" OK);
    expect("AT+CMGL=\"ALL\",1\r",
           "\r\n+CMGL: 1,\"REC UNREAD\",\"+4915112345678\",\"\"," TIME
           "\r\nlook now\r\n" OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC UNREAD\",\"+4915112345678\",\"\"," TIME
           "\r\nlook now\r\n" OK);
    expect("AT+CMGL\r", OK);
    expect("AT+CMGR=1,2\r", REFUSED);
    expect("AT+CMGR=2\r", CMS(321));
}

static void csdh_adds_the_details(void **state)
{
    (void)state;
    look();
    expect("AT+CMGF=1;+CSDH=1\r", OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC UNREAD\",\"+4915112345678\",\"\"," TIME
           ",145,4,0,0,\"+8613800100500\",145,8\r\nlook now\r\n" OK);
    expect("AT+CMGL=\"ALL\"\r",
           "\r\n+CMGL: 1,\"REC READ\",\"+4915112345678\",\"\"," TIME
           ",145,8\r\nlook now\r\n" OK);
    expect("AT+CSDH?\r", "\r\n+CSDH: 1\r\n" OK);
}

static void each_character_set_shows_what_it_can(void **state)
{
    (void)state;
    arrives("1", "a\u20ac", "\r\n+CMTI: \"SM\",1\r\n");
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC UNREAD\",\"1\",\"\"," TIME "\r\na?\r\n" OK);
    expect("AT+CSCS=\"GSM\"\r", OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC READ\",\"1\",\"\"," TIME "\r\na\x1b\x65\r\n" OK);
    expect("AT+CSCS=\"UCS2\"\r", OK);
    expect("AT+CSCS?\r", "\r\n+CSCS: \"UCS2\"\r\n" OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC READ\",\"0031\",\"\"," TIME "\r\n006120AC\r\n" OK);
    expect("AT+CSCS=\"HEX\"\r", REFUSED);
}

static void what_the_alphabet_lacks_comes_in_ucs2(void **state)
{
    (void)state;
    arrives("1", "\u65e9", "\r\n+CMTI: \"SM\",1\r\n");
    expect("AT+CMGF=1;+CSDH=1\r", OK);
    expect("AT+CMGR=1\r", "\r\n+CMGR: \"REC UNREAD\",\"1\",\"\"," TIME
                          ",129,4,0,8,\"+8613800100500\",145,2\r\n65E9\r\n" OK);
}

/* The longest answer that there is, through the smallest ring. */
static void a_full_message_is_shown_in_every_way(void **state)
{
    char text[161], said[1200];
    (void)state;
    memset(text, 'x', 160);
    text[160] = '\0';
    arrives("+12345678901234567890", text, "\r\n+CMTI: \"SM\",1\r\n");
    expect("AT+CMGF=1;+CSDH=1;+CSCS=\"UCS2\"\r", OK);
    for (uint32_t take = 0; take < 40; take++) {
        b.take = take;
        strcpy(said, module_bench_say(&b, "AT+CMGR=1\r"));
        assert_int_equal(strncmp(said, "\r\n+CMGR: \"REC ", 14), 0);
        const char *data = strstr(said, ",160\r\n");
        assert_non_null(data);
        data += 6;
        assert_int_equal(strspn(data, "0078"), 640);
        assert_string_equal(data + 640, "\r\n" OK);
    }
    expect("AT+CNMI=2,2\r", OK);
    assert_int_equal(
        ffx_module_sms(&b.module, "+12345678901234567890", text, b.now_ms), 0);
    strcpy(said, module_bench_wait(&b, 10));
    assert_int_equal(strncmp(said, "\r\n+CMT: \"002B0031", 17), 0);
    assert_int_equal(strspn(strstr(said, ",160\r\n") + 6, "0078"), 640);
}

/* --- what arrives -------------------------------------------------------- */

static void a_message_may_go_to_the_te_at_once(void **state)
{
    (void)state;
    expect("AT+CNMI=2,2,0,0,0\r", OK);
    arrives("+4915112345678", "look now",
            "\r\n+CMT: \"\",27\r\n" CENTRE LOOK_TPDU "\r\n");
    expect("AT+CMGF=1\r", OK);
    arrives("+4915112345678", "look now",
            "\r\n+CMT: \"+4915112345678\",\"\"," TIME "\r\nlook now\r\n");
    assert_string_equal(b.said[FFX_PORT_USB], b.said[FFX_PORT_UART]);
    expect("AT+CPMS?\r",
           "\r\n+CPMS: \"SM\",0,10,\"SM\",0,10,\"SM\",0,10\r\n" OK);
    /* It needs a place only until it is out: any number may come. */
    for (int i = 0; i < 50; i++)
        arrives("1", "x", "\r\n+CMT: \"1\",\"\"," TIME "\r\nx\r\n");
}

static void both_ways_to_announce_a_message_ring(void **state)
{
    (void)state;
    look();
    assert_true(b.low[FFX_PIN_RI]);
    module_bench_wait(&b, 200);
    assert_false(b.low[FFX_PIN_RI]);
    expect("AT+CNMI=2,2\r", OK);
    arrives("1", "x",
            "\r\n+CMT: \"\",15\r\n" CENTRE "040181F100009160624140302301"
            "78\r\n");
    assert_true(b.low[FFX_PIN_RI]);
}

static void a_message_keeps_its_place_until_the_last_port_has_it(void **state)
{
    (void)state;
    expect("AT+CNMI=2,2\r", OK);
    b.deaf[FFX_PORT_USB] = 1;
    /* USB has room for the first ones; then they wait. */
    int result = 0, count = 0;
    while (result == 0 && count < 200) {
        result = ffx_module_sms(&b.module, "1", "x", b.now_ms);
        module_bench_wait(&b, 10);
        count += result == 0;
    }
    assert_int_equal(result, FFX_ERR_SPACE);
    assert_in_range(count, FFX_MODULE_MESSAGES, 199);
    b.deaf[FFX_PORT_USB] = 0;
    module_bench_wait(&b, 10);
    assert_int_equal(ffx_module_sms(&b.module, "1", "x", b.now_ms), 0);
}

static void mode_0_stores_and_is_silent(void **state)
{
    (void)state;
    expect("AT+CNMI=0,2\r", OK);
    arrives("1", "x", "");
    expect("AT+CPMS=\"SM\"\r", "\r\n+CPMS: 1,10,1,10,1,10\r\n" OK);
    expect("AT+CNMI?\r", "\r\n+CNMI: 0,2,0,0,0\r\n" OK);
    expect("AT+CNMI=4\r", REFUSED);
    expect("AT+CNMI=2,3\r", REFUSED);
    expect("AT+CNMI=2,1,1,0,0\r", REFUSED);
    expect("AT+CNMI=2,1,2,1,1\r", OK);
    expect("AT+CNMI?\r", "\r\n+CNMI: 2,1,2,1,1\r\n" OK);
}

static void an_acknowledgement_is_due_once(void **state)
{
    (void)state;
    expect("AT+CNMA\r", CMS(340));
    expect("AT+CSMS=1\r", "\r\n+CSMS: 1,1,1\r\n" OK);
    expect("AT+CSMS?\r", "\r\n+CSMS: 1,1,1,1\r\n" OK);
    expect("AT+CNMI=2,2;+CMGF=1\r", OK);
    arrives("1", "x", "\r\n+CMT: \"1\",\"\"," TIME "\r\nx\r\n");
    expect("AT+CNMA=0\r", REFUSED); /* in PDU mode only */
    expect("AT+CNMA\r", OK);
    expect("AT+CNMA\r", CMS(340));
    expect("AT+CSMS=0\r", "\r\n+CSMS: 1,1,1\r\n" OK);
    arrives("1", "x", "\r\n+CMT: \"1\",\"\"," TIME "\r\nx\r\n");
    expect("AT+CNMA\r", CMS(340)); /* that service wants none */
}

static void what_arrives_goes_where_cpms_says(void **state)
{
    (void)state;
    expect("AT+CPMS=\"ME\",\"SM\",\"ME\"\r",
           "\r\n+CPMS: 0,10,0,10,0,10\r\n" OK);
    arrives("1", "x", "\r\n+CMTI: \"ME\",1\r\n");
    expect("AT+CPMS?\r",
           "\r\n+CPMS: \"ME\",1,10,\"SM\",0,10,\"ME\",1,10\r\n" OK);
    expect("AT+CPMS=\"SM\"\r", "\r\n+CPMS: 0,10,0,10,1,10\r\n" OK);
    expect("AT+CMGR=1\r", CMS(321));
    expect("AT+CPMS=\"MT\"\r", REFUSED);
    expect("AT+CPMS=?\r", "\r\n+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),"
                          "(\"SM\",\"ME\")\r\n" OK);
}

static void no_text_is_no_message(void **state)
{
    static const char *const texts[] = {"\x80", "\x01", "a\x1a"};
    char much[164];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(ffx_module_sms(&b.module, "1", texts[i], b.now_ms),
                         FFX_ERR_ARGUMENT);
    memset(much, 'x', 161);
    much[161] = '\0';
    assert_int_equal(ffx_module_sms(&b.module, "1", much, b.now_ms),
                     FFX_ERR_ARGUMENT);
    memset(much, 'x', 70); /* 71 characters, one of them Cyrillic */
    strcpy(much + 70, "\u0416");
    assert_int_equal(ffx_module_sms(&b.module, "1", much, b.now_ms),
                     FFX_ERR_ARGUMENT);
}

/* --- sending ------------------------------------------------------------- */

static void a_text_leaves_at_ctrl_z(void **state)
{
    (void)state;
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGS=\"+49123\"\r", PROMPT);
    expect("hello", "");
    assert_int_equal(b.messages, 0);
    expect("\x1a", "\r\n+CMGS: 1\r\n" OK);
    assert_int_equal(b.messages, 1);
    assert_string_equal(b.message_to, "+49123");
    assert_string_equal(b.message, "hello");
    expect("AT+CMGS=\"49123\",145\r\nworld\x1a", PROMPT "\r\n+CMGS: 2\r\n" OK);
    assert_string_equal(b.message_to, "+49123");
    assert_string_equal(b.message, "world");
}

static void a_text_is_echoed_line_by_line(void **state)
{
    (void)state;
    expect("ATE1\r", OK);
    expect("AT+CMGF=1\r", "AT+CMGF=1\r" OK);
    expect("AT+CMGS=\"1\"\rab\rc\x1a",
           "AT+CMGS=\"1\"\r" PROMPT "ab" PROMPT "c\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(b.message, "ab c"); /* as the log shows a line end */
}

static void esc_gives_a_text_up(void **state)
{
    (void)state;
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGS=\"1\"\rhello\x1b", PROMPT OK);
    expect("AT+CMGW=\"1\"\rhello\x1b", PROMPT OK);
    assert_int_equal(b.messages, 0);
    expect("AT+CMGF=0\r", OK);
    expect("AT+CMGS=23\r0011\x1b", PROMPT OK);
    expect("AT\r", OK);
}

static void a_typing_error_may_be_rubbed_out(void **state)
{
    (void)state;
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGS=\"1\"\r\b\bhexx\b\bllo\x1a", PROMPT "\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(b.message, "hello");
}

static void a_pdu_leaves_as_it_was_typed(void **state)
{
    (void)state;
    expect("AT+CMGS=23\r" HELLO "\x1a", PROMPT "\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(b.message_to, "+46708251358");
    assert_string_equal(b.message, "hellohello");
    /* Line ends and blanks around the digits mean nothing. */
    expect("AT+CMGS=23\r\n " HELLO "\r\n\x1a", PROMPT "\r\n+CMGS: 2\r\n" OK);
}

static void a_pdu_that_is_none_is_refused(void **state)
{
    (void)state;
    expect("AT+CMGS=22\r" HELLO "\x1a", PROMPT CMS(304)); /* the length */
    expect("AT+CMGS=23\r" HELLO "0\x1a", PROMPT CMS(304));
    expect("AT+CMGS=23\rhello\x1a", PROMPT CMS(304));
    expect("AT+CMGS=23\r\x1a", PROMPT CMS(304));
    /* A DELIVER, and a SUBMIT without a receiver. */
    expect("AT+CMGS=27\r00" LOOK_TPDU "\x1a", PROMPT CMS(304));
    expect("AT+CMGS=8\r001100008100000000\x1a", PROMPT CMS(304));
    expect("AT+CMGS\r", "\r\nERROR\r\n");
    expect("AT+CMGS=6\r", CMS(304));
    expect("AT+CMGS=177\r", CMS(304));
    expect("AT+CMGS=\"1\"\r", CMS(304));
    assert_int_equal(b.messages, 0);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    char much[600];
    (void)state;
    memset(much, 'x', 599);
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGS=\"1\"\r", PROMPT);
    strcpy(much + 161, "\x1a");
    expect(much, CMS(305));
    expect("AT+CMGS=\"1\"\r", PROMPT);
    memset(much, 'x', 599);
    strcpy(much + 598, "\x1a");
    expect(much, CMS(305));
    expect("AT+CMGS=\"1\"\r", PROMPT);
    strcpy(much + 160, "\x1a");
    expect(much, "\r\n+CMGS: 1\r\n" OK);
    assert_int_equal(strlen(b.message), 160);
    expect("AT+CMGS=\"abc+\"\r", CMS(305));
    expect("AT+CMGS\r", "\r\nERROR\r\n");
    expect("AT+CMGS=\r", REFUSED);
}

static void text_mode_sends_what_csmp_says(void **state)
{
    (void)state;
    expect("AT+CSMP?\r", "\r\n+CSMP: 17,167,0,0\r\n" OK);
    expect("AT+CSMP=17,167,0,8;+CMGF=1\r", OK);
    expect("AT+CMGS=\"1\"\r263A\x1a", PROMPT "\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(b.message, "\u263a");
    expect("AT+CMGS=\"1\"\rhello\x1a", PROMPT CMS(305));
    expect("AT+CSMP=17,167,0,4\r", OK);
    expect("AT+CMGS=\"1\"\r00ff\x1a", PROMPT "\r\n+CMGS: 2\r\n" OK);
    assert_string_equal(b.message, "00FF");
    expect("AT+CSMP=4\r", CMS(305));  /* a DELIVER */
    expect("AT+CSMP=81\r", CMS(305)); /* a header that nobody types */
    expect("AT+CSMP=25\r", CMS(305)); /* absolute validity */
    expect("AT+CSMP=256\r", REFUSED);
}

static void in_ucs2_numbers_and_texts_are_hexadecimal(void **state)
{
    (void)state;
    expect("AT+CMGF=1;+CSCS=\"UCS2\"\r", OK);
    expect("AT+CMGS=\"002B00340039\"\r006800E9\x1a",
           PROMPT "\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(b.message_to, "+49");
    assert_string_equal(b.message, "h\u00e9");
    expect("AT+CMGS=\"+49\"\r0416\x1a", PROMPT CMS(305)); /* dcs 0 */
    expect("AT+CSCA?\r", "\r\n+CSCA: "
                         "\"002B0038003600310033003800300030003100300030003500"
                         "300030\",145\r\n" OK);
}

static void without_a_service_centre_nothing_leaves(void **state)
{
    (void)state;
    expect("AT+CSCA=\"+491710760000\"\r", OK);
    expect("AT+CSCA?\r", "\r\n+CSCA: \"+491710760000\",145\r\n" OK);
    expect("AT+CSCA=\"x\"\r", REFUSED);
    b.module.sms.centre[0] = '\0';
    expect("AT+CMGS=23\r" HELLO "\x1a", PROMPT CMS(330));
}

static void without_sim_or_network_nothing_leaves(void **state)
{
    (void)state;
    expect("AT+CFUN=4\r", OK);
    expect("AT+CMGS=23\r", CMS(331));
    b.config.sim_pin = NULL;
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say(&b, "ATE0+CMEE=1\r");
    expect("AT+CMGS=23\r", CMS(310));
    expect("AT+CMGR=1\r", CMS(310));
    expect("AT+CMGW=23\r", CMS(310));
    b.config.sim_pin = "1234";
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say(&b, "ATE0+CMEE=1\r");
    expect("AT+CMGL\r", CMS(311));
}

static void the_network_may_go_while_a_text_is_typed(void **state)
{
    (void)state;
    expect("AT+CMGS=23\r", PROMPT);
    module_bench_say_on(&b, FFX_PORT_USB, "AT+CFUN=4\r");
    expect(HELLO "\x1a", CMS(331));
    module_bench_say_on(&b, FFX_PORT_USB, "AT+CFUN=1\r");
    module_bench_wait(&b, 3000);
    expect("AT+CMGS=23\r" HELLO "\x1a", PROMPT "\r\n+CMGS: 1\r\n" OK);
}

static void one_port_types_at_a_time(void **state)
{
    (void)state;
    expect("AT+CMGS=23\r", PROMPT);
    assert_string_equal(module_bench_say_on(&b, FFX_PORT_USB, "AT+CMGS=23\r"),
                        CMS(301));
    expect(HELLO "\x1a", "\r\n+CMGS: 1\r\n" OK);
    assert_string_equal(module_bench_say_on(&b, FFX_PORT_USB, "AT+CMGS=23\r"),
                        PROMPT);
    module_bench_say_on(&b, FFX_PORT_USB, "\x1b");
}

static void a_urc_waits_until_the_text_is_sent(void **state)
{
    (void)state;
    expect("AT+CMGS=23\r", PROMPT);
    arrives("1", "x", "");
    expect(HELLO "\x1a", "\r\n+CMGS: 1\r\n" OK "\r\n+CMTI: \"SM\",1\r\n");
}

static void commands_behind_the_text_are_executed(void **state)
{
    (void)state;
    expect("AT+CMGS=23;+CMGF?\r" HELLO "\x1a",
           PROMPT "\r\n+CMGS: 1\r\n\r\n+CMGF: 0\r\n" OK);
}

static void the_carrier_is_on_while_a_text_is_typed(void **state)
{
    (void)state;
    module_bench_say(&b, "AT&C1\r");
    assert_false(b.low[FFX_PIN_DCD]);
    module_bench_say(&b, "AT+CMGS=23\r");
    assert_true(b.low[FFX_PIN_DCD]);
    module_bench_say(&b, HELLO "\x1a");
    assert_false(b.low[FFX_PIN_DCD]);
}

static void what_goes_to_the_own_number_comes_back(void **state)
{
    (void)state;
    expect("AT+CNUM\r", "\r\n+CNUM: \"\",\"+8613912345678\",145\r\n" OK);
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGS=\"+8613912345678\"\rto me\x1a",
           PROMPT "\r\n+CMGS: 1\r\n" OK "\r\n+CMTI: \"SM\",1\r\n");
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"REC UNREAD\",\"+8613912345678\",\"\"," TIME
           "\r\nto me\r\n" OK);
}

/* --- writing ------------------------------------------------------------- */

static void a_text_may_be_stored_and_sent_later(void **state)
{
    (void)state;
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGW=\"+49123\"\rlater\x1a", PROMPT "\r\n+CMGW: 1\r\n" OK);
    expect("AT+CMGR=1\r",
           "\r\n+CMGR: \"STO UNSENT\",\"+49123\",\"\"\r\nlater\r\n" OK);
    expect("AT+CMGL=\"STO UNSENT\"\r",
           "\r\n+CMGL: 1,\"STO UNSENT\",\"+49123\",\"\",\"\"\r\nlater\r\n" OK);
    expect("AT+CMSS=1\r", "\r\n+CMSS: 1\r\n" OK);
    assert_string_equal(b.message, "later");
    expect("AT+CMGL=\"STO SENT\"\r",
           "\r\n+CMGL: 1,\"STO SENT\",\"+49123\",\"\",\"\"\r\nlater\r\n" OK);
    expect("AT+CMSS=1,\"110\"\r", "\r\n+CMSS: 2\r\n" OK);
    assert_string_equal(b.message_to, "110");
    expect("AT+CMSS=2\r", CMS(321));
    expect("AT+CSDH=1\r", OK);
    expect("AT+CMGR=1\r", "\r\n+CMGR: \"STO SENT\",\"+49123\",\"\",145,17,0,0,"
                          "167,\"+8613800100500\",145,5\r\nlater\r\n" OK);
}

static void a_text_without_receiver_waits_for_one(void **state)
{
    (void)state;
    expect("AT+CMGW\r", CMS(304)); /* PDU mode wants a length */
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGW\rdraft\x1a", PROMPT "\r\n+CMGW: 1\r\n" OK);
    expect("AT+CMSS=1\r", CMS(305));
    expect("AT+CMSS=1,\"+49\"\r", "\r\n+CMSS: 1\r\n" OK);
    assert_string_equal(b.message, "draft");
}

static void a_pdu_is_stored_as_it_was_typed(void **state)
{
    (void)state;
    expect("AT+CMGW=23\r" HELLO "\x1a", PROMPT "\r\n+CMGW: 1\r\n" OK);
    expect("AT+CMGR=1\r", "\r\n+CMGR: 2,\"\",23\r\n" HELLO "\r\n" OK);
    expect("AT+CMGW=27\r00" LOOK_TPDU "\x1a", PROMPT "\r\n+CMGW: 2\r\n" OK);
    expect("AT+CMGR=2\r", "\r\n+CMGR: 1,\"\",27\r\n00" LOOK_TPDU "\r\n" OK);
    expect("AT+CMGW=23,3\r" HELLO "\x1a", PROMPT "\r\n+CMGW: 3\r\n" OK);
    expect("AT+CMGW=23,0\r" HELLO "\x1a", PROMPT CMS(304));
    expect("AT+CMGW=27,2\r00" LOOK_TPDU "\x1a", PROMPT CMS(304));
    expect("AT+CMGW=23,4\r", REFUSED);
    /* Sent by a name, which has no octets of ours. */
    expect("AT+CMGW=19\r00040AD0E8329BFD060000993092516195800161\x1a",
           PROMPT "\r\n+CMGW: 4\r\n" OK);
    expect("AT+CMGR=4\r", "\r\n+CMGR: 1,\"\",19\r\n"
                          "00040AD0E8329BFD060000993092516195800161\r\n" OK);
    expect("AT+CMGF=1\r", OK);
    expect("AT+CMGR=4\r", "\r\n+CMGR: \"REC READ\",\"hello\",\"\","
                          "\"99/03/29,15:16:59+08\"\r\na\r\n" OK);
}

static void a_full_storage_takes_no_more(void **state)
{
    char said[60];
    (void)state;
    expect("AT+CPMS=\"SM\",\"ME\"\r", "\r\n+CPMS: 0,10,0,10,0,10\r\n" OK);
    for (int i = 1; i <= 10; i++) {
        snprintf(said, sizeof said, PROMPT "\r\n+CMGW: %d\r\n" OK, i);
        expect("AT+CMGW=23\r" HELLO "\x1a", said);
    }
    expect("AT+CMGW=23\r" HELLO "\x1a", PROMPT CMS(322));
    look(); /* the SIM has room */
}

/* --- deleting ------------------------------------------------------------ */

/* One of each status: 1 unread, 2 read, 3 unsent, 4 sent. */
static void one_of_each(void)
{
    expect("AT+CMGD=1,4\r", OK);
    expect("AT+CMGW=27,0\r00" LOOK_TPDU "\x1a", PROMPT "\r\n+CMGW: 1\r\n" OK);
    expect("AT+CMGW=27,1\r00" LOOK_TPDU "\x1a", PROMPT "\r\n+CMGW: 2\r\n" OK);
    expect("AT+CMGW=23,2\r" HELLO "\x1a", PROMPT "\r\n+CMGW: 3\r\n" OK);
    expect("AT+CMGW=23,3\r" HELLO "\x1a", PROMPT "\r\n+CMGW: 4\r\n" OK);
}

static void delflag_says_how_much_goes(void **state)
{
    static const char *const left[] = {"2,3,4", "1,3,4", "1,3", "1", ""};
    char typed[40], said[60];
    (void)state;
    for (int flag = 0; flag <= 4; flag++) {
        one_of_each();
        snprintf(typed, sizeof typed, "AT+CMGD=1,%d\r", flag);
        expect(typed, OK);
        snprintf(said, sizeof said, "\r\n+CMGD: (%s),(0-4)\r\n" OK, left[flag]);
        expect("AT+CMGD=?\r", said);
    }
    expect("AT+CMGD=0\r", CMS(321));
    expect("AT+CMGD=1,5\r", REFUSED);
    expect("AT+CMGD=11\r", REFUSED);
}

/* The other port deletes what is being listed. */
static void a_message_that_goes_while_it_is_shown_ends_its_line(void **state)
{
    (void)state;
    char text[161];
    memset(text, 'x', 160);
    text[160] = '\0';
    for (int i = 0; i < 10; i++)
        assert_int_equal(ffx_module_sms(&b.module, "1", text, b.now_ms), 0);
    module_bench_wait(&b, 10);
    expect("AT+CMGF=1;+CSCS=\"UCS2\"\r", OK);
    ffx_module_feed(&b.module, FFX_PORT_UART, "AT+CMGL=\"ALL\"\r", 14,
                    b.now_ms); /* as far as the ring goes */
    b.deaf[FFX_PORT_UART] = 1;
    module_bench_say_on(&b, FFX_PORT_USB, "AT+CMGD=1,4\r");
    b.deaf[FFX_PORT_UART] = 0;
    const char *said = module_bench_wait(&b, 10);
    assert_string_equal(said + strlen(said) - strlen("\r\n" OK), "\r\n" OK);
    expect("AT+CMGL=\"ALL\"\r", OK);
}

/* A message on its way to the TE stands in no list, and no CMGD takes it. */
static void cmgd_leaves_what_cmt_has_still_to_show(void **state)
{
    (void)state;
    expect("AT+CMGF=1;+CNMI=2,2\r", OK);
    expect("AT", "");
    assert_int_equal(ffx_module_sms(&b.module, "123", "hello", b.now_ms), 0);
    module_bench_say_on(&b, FFX_PORT_USB, "AT+CMGD=1,4;+CMGD=1\r");
    const char *said = module_bench_say(&b, "\r");
    assert_non_null(strstr(said, "+CMT: \"123\""));
    assert_non_null(strstr(said, "\r\nhello\r\n"));
}

/* --- hostile ------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void anything_may_be_typed_behind_the_prompt(void **state)
{
    static const char *const lines[] = {
        "AT+CMGS=23\r", "AT+CMGW=23\r", "AT+CMGF=1;+CMGS=\"1\"\r",
        "AT+CMGF=1;+CMGW\r", "AT+CSCS=\"UCS2\";+CMGF=1;+CMGS=\"0031\"\r"};
    uint32_t seed = 1;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        char noise[700];
        const uint32_t length = next_random(&seed) % (sizeof noise - 1);
        for (uint32_t k = 0; k < length; k++) {
            const uint32_t n = next_random(&seed);
            noise[k] = n % 3 ? "0123456789ABCDEF"[n / 3 % 16] : (char)(n >> 8);
            if (noise[k] == '\x1a' || noise[k] == '\x1b')
                noise[k] = '0';
        }
        module_bench_say(&b, lines[i % 5]);
        module_bench_send(&b, noise, length);
        const char *said = module_bench_say(&b, i % 2 ? "\x1a" : "\x1b");
        assert_true(strlen(said) > 4);
        module_bench_say(&b, "AT+CMGD=1,4;+CMGF=0;+CSCS=\"IRA\"\r");
    }
    expect("AT\r", OK);
}

/* A right PDU with one octet changed. */
static void a_pdu_may_be_wrong_anywhere(void **state)
{
    char typed[200];
    (void)state;
    for (uint32_t at = 0; at < strlen(HELLO); at++)
        for (int digit = 0; digit < 16; digit++) {
            snprintf(typed, sizeof typed, "AT+CMGW=23\r%s\x1a", HELLO);
            typed[11 + at] = "0123456789ABCDEF"[digit];
            module_bench_say(&b, typed);
            module_bench_say(&b, "AT+CMGF=1;+CMGL=\"ALL\";+CMSS=1\r");
            module_bench_say(&b, "AT+CMGF=0;+CMGD=1,4\r");
        }
    expect("AT\r", OK);
}

#define SMS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SMS(a_pdu_is_shown_as_the_network_sent_it),
        SMS(a_message_may_be_read_and_stay_unread),
        SMS(csdh_adds_the_details),
        SMS(each_character_set_shows_what_it_can),
        SMS(what_the_alphabet_lacks_comes_in_ucs2),
        SMS(a_full_message_is_shown_in_every_way),
        SMS(a_message_may_go_to_the_te_at_once),
        SMS(both_ways_to_announce_a_message_ring),
        SMS(a_message_keeps_its_place_until_the_last_port_has_it),
        SMS(mode_0_stores_and_is_silent),
        SMS(an_acknowledgement_is_due_once),
        SMS(what_arrives_goes_where_cpms_says),
        SMS(no_text_is_no_message),
        SMS(a_text_leaves_at_ctrl_z),
        SMS(a_text_is_echoed_line_by_line),
        SMS(esc_gives_a_text_up),
        SMS(a_typing_error_may_be_rubbed_out),
        SMS(a_pdu_leaves_as_it_was_typed),
        SMS(a_pdu_that_is_none_is_refused),
        SMS(a_text_that_is_too_long_is_refused),
        SMS(text_mode_sends_what_csmp_says),
        SMS(in_ucs2_numbers_and_texts_are_hexadecimal),
        SMS(without_a_service_centre_nothing_leaves),
        SMS(without_sim_or_network_nothing_leaves),
        SMS(the_network_may_go_while_a_text_is_typed),
        SMS(one_port_types_at_a_time),
        SMS(a_urc_waits_until_the_text_is_sent),
        SMS(commands_behind_the_text_are_executed),
        SMS(the_carrier_is_on_while_a_text_is_typed),
        SMS(what_goes_to_the_own_number_comes_back),
        SMS(a_text_may_be_stored_and_sent_later),
        SMS(a_text_without_receiver_waits_for_one),
        SMS(a_pdu_is_stored_as_it_was_typed),
        SMS(a_full_storage_takes_no_more),
        SMS(delflag_says_how_much_goes),
        SMS(a_message_that_goes_while_it_is_shown_ends_its_line),
        SMS(cmgd_leaves_what_cmt_has_still_to_show),
        SMS(anything_may_be_typed_behind_the_prompt),
        SMS(a_pdu_may_be_wrong_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
