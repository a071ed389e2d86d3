/* SPDX-License-Identifier: Apache-2.0 */
/* No AT line, however malformed, breaks the module: after any of them it is
 * still there and answers AT+GMR. ASan and UBSan watch. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_start(&b, FFX_PROFILE_NOTE);
    module_bench_say(&b, "ATE0+CFSINIT\r");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static const char *const lines[] = {
    "ATE0Q0V1&C1S0=0",
    "AT+CFSWFILE=1,\"u.zip\",0,1,100",
    "AT+CFSRFILE=1,\"u.zip\",0,9,0",
    "AT+HTTPTOFS=\"http://h/u\",\"/fota/u\",50,5",
    "AT+CGDCONT=1,\"IP\",\"ctnb\";+CNACT=1,\"x\"",
    "AT+CMGD=1,4;+CNMI=2,1,0,0,0;+CPMS=\"SM\",\"SM\"",
    "AT+FTPEXTGET=2,1,\"u.zip\"",
    "AT+SAPBR=3,1,\"APN\",\"x\"",
};

/* Out of whatever the line led to: raw input, ATQ1, ATV0, a reset. */
static void comes_back(const char *id, uint32_t at, int byte)
{
    module_bench_wait(&b, 10100);
    if (b.module.reset)
        module_bench_boot(&b);
    module_bench_say(&b, "\rAT\r");
    module_bench_say(&b, "ATQ0V1E0\r");
    module_bench_wait(&b, 3000);
    if (strcmp(module_bench_say(&b, "AT+GMR\r"),
               "\r\nRevision:1529B04SIM7000G\r\n\r\nOK\r\n") != 0)
        fail_msg("%s with byte %d at %u: \"%s\"", id, byte, at, b.said[0]);
}

static void every_byte_at_every_place_of_a_line(void **state)
{
    char typed[80];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        for (uint32_t at = 0; at < strlen(lines[i]); at++)
            for (int byte = 0; byte < 256; byte++) {
                const int length =
                    snprintf(typed, sizeof typed, "%s\r", lines[i]);
                typed[at] = (char)byte;
                module_bench_send(&b, typed, (uint32_t)length);
                b.progress.busy = 0;
                if (byte % 16 == 15) /* ten seconds each are much */
                    comes_back(lines[i], at, byte);
            }
}

static void every_line_cut_anywhere(void **state)
{
    char typed[160];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        for (uint32_t at = 0; at < strlen(lines[i]); at++) {
            snprintf(typed, sizeof typed, "%.*s\r", (int)at, lines[i]);
            module_bench_say(&b, typed);
            snprintf(typed, sizeof typed, "%.*s%s\r", (int)at, lines[i],
                     lines[i]);
            module_bench_say(&b, typed);
            comes_back(lines[i], at, -1);
        }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Lines of words that belong together, in any order, with any pauses. */
static void random_dialogues(void **state)
{
    static const char *const words[] = {
        "AT",      "+CFSWFILE", "+CFSRFILE", "=1,",    "\"u\"",    ",0,",
        "10,100",  "\r",        "?",         "=?",     ";",        "+HTTPTOFS",
        "A/",      "E1",        "V0",        "+CNACT", "=",        "9999999999",
        "\b",      "\xff",      ",",         "\"",     "+CFSINIT", "+CGDCONT?",
        "+CMGF=1", "+CMGL",     "+FTPSIZE",  "+CFOTA", "&F",       "\r\n",
    };
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        uint32_t random = seed;
        b.take = 1 + seed % 50;
        for (int i = 0; i < 200; i++) {
            const uint32_t n = next_random(&random);
            module_bench_say(&b, words[n % (sizeof words / sizeof words[0])]);
            if (n % 37 == 0)
                module_bench_wait(&b, n % 200);
            if (n % 101 == 0)
                ffx_module_sms(&b.module, "+1", "\r\nOK\r\n", b.now_ms);
            if (b.module.reset)
                module_bench_boot(&b);
        }
        comes_back("random dialogue, seed", seed, -1);
    }
}

/* The same bytes, the same time: the same answers in any pieces. */
static void answers_do_not_depend_on_pieces(void **state)
{
    static char whole[32768];
    const char *typed = "AT+CFSWFILE=1,\"u\",0,5,1000\r12345AT+CGDCONT?;+GSV\r"
                        "\nATE1\rAT+CFSRFILE=1,\"u\",0,9\rA/\r\n"
                        "AT+CFSTERM;+CFSTERM;+GMR\r";
    (void)state;
    strcpy(whole, module_bench_say(&b, typed));
    assert_true(strlen(whole) > 200);
    for (uint32_t piece = 1; piece < 20; piece++) {
        tear_down(state);
        set_up(state);
        b.give = piece;
        b.take = 20 - piece;
        assert_string_equal(module_bench_say(&b, typed), whole);
    }
}

#define HOSTILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTILE(every_byte_at_every_place_of_a_line),
        HOSTILE(every_line_cut_anywhere),
        HOSTILE(random_dialogues),
        HOSTILE(answers_do_not_depend_on_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
