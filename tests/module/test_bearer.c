/* SPDX-License-Identifier: Apache-2.0 */
/* PDP contexts and bearers, form by form. */
#include "module_case.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    (void)state;
    return module_case_start(FFX_PROFILE_MANUAL, "ATE0+CMEE=1\r");
}

static void a_context_keeps_every_field(void **state)
{
    (void)state;
    expect("AT+CGDCONT=2,\"IP\",\"a.b\",\"10.0.0.1\",2,4,1,1\r", OK);
    expect("AT+CGDCONT=1\r", OK);
    expect("AT+CGDCONT?\r",
           "\r\n+CGDCONT: 2,\"IP\",\"a.b\",\"10.0.0.1\",2,4,1,1\r\n" OK);
    module_bench_again(&b); /* AUTO_SAVE */
    expect("AT+CGDCONT?\r",
           "\r\n+CGDCONT: 2,\"IP\",\"a.b\",\"10.0.0.1\",2,4,1,1\r\n" OK);
}

static void a_context_has_bounds(void **state)
{
    static const char *const lines[] = {
        "0,\"IP\"",
        "25,\"IP\"",
        "\"x\",\"IP\"",
        "1,\"ip \"",
        "1,\"IP\",\"x\",\"1234567890123456\"",
        "1,\"IP\",\"x\",\"1.2.3.x\"",
        "1,\"IP\",\"x\",\"1.2.3.4\",3",
        "1,\"IP\",\"x\",\"1.2.3.4\",0,5",
        "1,\"IP\",\"x\",\"1.2.3.4\",0,0,2",
        "1,\"IP\",\"x\",\"1.2.3.4\",0,0,0,2",
        "1,\"IP\",\"x\",\"1.2.3.4\",0,0,0,0,0",
    };
    char typed[200], apn[65];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(typed, sizeof typed, "AT+CGDCONT=%s\r", lines[i]);
        if (strcmp(module_bench_say(&b, typed), REFUSED) != 0)
            fail_msg("%s: not refused", lines[i]);
    }
    memset(apn, 'a', sizeof apn);
    apn[64] = '\0';
    snprintf(typed, sizeof typed, "AT+CGDCONT=1,\"IP\",\"%s\"\r", apn);
    expect(typed, REFUSED);
    snprintf(typed, sizeof typed, "AT+CGDCONT=1,\"IP\",\"%s\"\r", apn + 1);
    expect(typed, OK);
    expect("AT+CGDCONT=?\r",
           "\r\n+CGDCONT: (1-24),\"IP\",,,(0-2),(0-4),(0-1),(0-1)\r\n"
           "+CGDCONT: (1-24),\"PPP\",,,(0-2),(0-4),(0-1),(0-1)\r\n"
           "+CGDCONT: (1-24),\"IPV6\",,,(0-2),(0-4),(0-1),(0-1)\r\n"
           "+CGDCONT: (1-24),\"IPV4V6\",,,(0-2),(0-4),(0-1),(0-1)\r\n" OK);
}

static void lte_keeps_the_context_it_attached_with(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CGDCONT=3,\"IP\",\"x\"\r");
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n+CGACT: 3,0\r\n" OK);
    expect("AT+CGACT=?\r", "\r\n+CGACT: (0,1)\r\n" OK);
    expect("AT+CGACT=0,1\r", REFUSED);
    expect("AT+CGACT=1,3\r", OK);
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n+CGACT: 3,1\r\n" OK);
    expect("AT+CGACT=1,2\r", REFUSED); /* not defined */
    expect("AT+CGACT=2,1\r", REFUSED);
    expect("AT+CGACT=1,\r", REFUSED);
    expect("AT+CGACT=0,3\r", OK);
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n+CGACT: 3,0\r\n" OK);
    expect("AT+CGACT=1\r", OK); /* all of them */
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n+CGACT: 3,1\r\n" OK);
    expect("AT+CGATT=0\r", OK "\r\n+PDP: DEACT\r\n");
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,0\r\n+CGACT: 3,0\r\n" OK);
    expect("AT+CGACT=1,3\r", REFUSED);
}

static void gsm_attaches_without_a_context(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CNMP=13\r");
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,0\r\n" OK);
    expect("AT+CGACT=1,1\r", OK);
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n" OK);
    expect("AT+CGACT=0,1\r", OK);
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,0\r\n" OK);
}

static void a_context_that_the_network_takes_is_reported(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CGDCONT=3,\"IP\",\"x\";+CGACT=1,3\r");
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(100, "\r\n+PDP: DEACT\r\n");
    expect("AT+CGACT?\r", "\r\n+CGACT: 1,1\r\n+CGACT: 3,0\r\n" OK);
    ffx_module_drop_pdp(&b.module, b.now_ms);
    waits(100, "");
}

static void an_active_context_has_an_address(void **state)
{
    (void)state;
    module_bench_say(&b, "AT+CGDCONT=24,\"IP\",\"x\"\r");
    expect("AT+CGPADDR=?\r", "\r\n+CGPADDR: (1,24)\r\n" OK);
    expect("AT+CGPADDR\r", "\r\n+CGPADDR: 1,\"10.94.36.44\"\r\n"
                           "+CGPADDR: 24,\"0.0.0.0\"\r\n" OK);
    expect("AT+CGPADDR=24\r", "\r\n+CGPADDR: 24,\"0.0.0.0\"\r\n" OK);
    expect("AT+CGPADDR=24,1\r", "\r\n+CGPADDR: 1,\"10.94.36.44\"\r\n"
                                "+CGPADDR: 24,\"0.0.0.0\"\r\n" OK);
    expect("AT+CGPADDR=2\r", REFUSED);
}

static void all_contexts_fit_in_answers(void **state)
{
    char typed[64];
    uint32_t lines = 0;
    (void)state;
    for (int cid = 1; cid <= 24; cid++) {
        snprintf(typed, sizeof typed, "AT+CGDCONT=%d,\"IPV4V6\",\"apn%d\"\r",
                 cid, cid);
        expect(typed, OK);
    }
    for (const char *p = module_bench_say(&b, "AT+CGPADDR;+CGACT?\r");
         *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 24 + 24 + 2 + 2);
}

static void cgnapn_and_cgatt_have_their_forms(void **state)
{
    (void)state;
    expect("AT+CGNAPN=?\r", "\r\n+CGNAPN: (0,1),63\r\n" OK);
    expect("AT+CGNAPN\r", "\r\n+CGNAPN: 1,\"ctnb\"\r\n" OK);
    expect("AT+CGATT=?\r", "\r\n+CGATT: (0,1)\r\n" OK);
    expect("AT+CGATT=2\r", REFUSED);
    expect("AT+CGATT=\r", REFUSED);
    b.config.apn = NULL;
    module_bench_again(&b);
    expect("AT+CGNAPN\r", "\r\n+CGNAPN: 0,\"\"\r\n" OK);
    expect("AT+SAPBR=1,1\r", REFUSED);
    expect("AT+CGPADDR=1\r", "\r\n+CGPADDR: 1,\"0.0.0.0\"\r\n" OK);
}

static void cncfg_reads_back_and_has_bounds(void **state)
{
    char typed[200], user[65];
    (void)state;
    expect("AT+CNCFG?\r", "\r\n+CNCFG: 1,\"\",\"\",\"\",0\r\n" OK);
    expect("AT+CNCFG=?\r", "\r\n+CNCFG: (0-2),63,63,63,(0-3)\r\n" OK);
    expect("AT+CNCFG=2,\"a\",\"u\",\"p\",3\r", OK);
    expect("AT+CNCFG?\r", "\r\n+CNCFG: 2,\"a\",\"u\",\"p\",3\r\n" OK);
    expect("AT+CNCFG=3\r", REFUSED);
    expect("AT+CNCFG=1,\"a\",\"u\",\"p\",4\r", REFUSED);
    memset(user, 'u', sizeof user);
    user[64] = '\0';
    snprintf(typed, sizeof typed, "AT+CNCFG=1,\"a\",\"%s\"\r", user);
    expect(typed, REFUSED);
    expect("AT+CNCFG?\r", "\r\n+CNCFG: 2,\"a\",\"u\",\"p\",3\r\n" OK);
    snprintf(typed, sizeof typed, "AT+CNCFG=1,\"a\",\"%s\"\r", user + 1);
    expect(typed, OK);
    module_bench_again(&b);
    expect("AT+CNCFG?\r", "\r\n+CNCFG: 1,\"\",\"\",\"\",0\r\n" OK);
}

static void cnactcfg_chooses_a_family(void **state)
{
    (void)state;
    expect("AT+CNACTCFG?\r", "\r\n+CNACTCFG: \"IPV4\"\r\n" OK);
    expect("AT+CNACTCFG=\"IPV4V6\"\r", OK);
    expect("AT+CNACTCFG?\r", "\r\n+CNACTCFG: \"IPV4V6\"\r\n" OK);
    expect("AT+CNACTCFG=\"IPV5\"\r", REFUSED);
    expect("AT+CNACTCFG=?\r",
           "\r\n+CNACTCFG: (\"IPV4\",\"IPV6\",\"IPV4V6\")\r\n" OK);
}

/* D12. */
static void the_sim7070_has_four_bearers(void **state)
{
    (void)state;
    module_bench_set(&b, "D12=sim7070");
    module_bench_again(&b);
    expect("AT+CNACT=?\r", "\r\n+CNACT: (0-3),(0-2)\r\n" OK);
    expect("AT+CNACT=3,1\r", OK);
    waits(1000, "\r\n+APP PDP: 3,ACTIVE\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 0,0,\"0.0.0.0\"\r\n"
                          "+CNACT: 1,0,\"0.0.0.0\"\r\n"
                          "+CNACT: 2,0,\"0.0.0.0\"\r\n"
                          "+CNACT: 3,1,\"10.94.36.44\"\r\n" OK);
    expect("AT+CNACT=0,1\r", OK);
    waits(1000, "\r\n+APP PDP: 0,ACTIVE\r\n");
    expect("AT+CNACT=3,0\r", OK "\r\n+APP PDP: 3,DEACTIVE\r\n");
    expect("AT+CNACT=1\r", REFUSED);
    expect("AT+CNACT=4,1\r", REFUSED);
    expect("AT+CNACT=0,3\r", REFUSED);
    expect("AT+CNACT=0,1,\"x\"\r", REFUSED);
    expect("AT+HTTPTOFS=\"http://h/u\",\"/fota/u\"\r", OK);
    waits(100, "");
    assert_int_equal(b.starts, 1);
    expect("AT+CNCFG=2,1,\"x\"\r", OK);
    expect("AT+CNCFG?\r", "\r\n+CNCFG: 0,1,\"\",\"\",\"\",0\r\n"
                          "+CNCFG: 1,1,\"\",\"\",\"\",0\r\n"
                          "+CNCFG: 2,1,\"x\",\"\",\"\",0\r\n"
                          "+CNCFG: 3,1,\"\",\"\",\"\",0\r\n" OK);
}

static void the_note_puts_a_number_before_the_state(void **state)
{
    (void)state;
    module_bench_set(&b, "D12=note");
    module_bench_again(&b);
    expect("AT+CNACT=1,1\r", OK); /* an APN called "1" */
    waits(1000, "\r\n+APP PDP: ACTIVE\r\n");
    expect("AT+CNACT?\r", "\r\n+CNACT: 0,1,\"10.94.36.44\"\r\n" OK);
    expect("AT+CNACT=?\r", "\r\n+CNACT: (0-2),63\r\n" OK);
}

static void sapbr_keeps_what_it_is_told(void **state)
{
    (void)state;
    expect("AT+SAPBR=?\r", "\r\n+SAPBR: (0-4),(1-3),\"Tag\",\"Value\"\r\n" OK);
    expect("AT+SAPBR=3,1,\"CONTYPE\",\"GPRS\"\r", OK);
    expect("AT+SAPBR=3,1,\"CONTYPE\",\"CSD\"\r", REFUSED);
    expect("AT+SAPBR=3,1,\"APN\",\"a\";+SAPBR=3,1,\"USER\",\"u\";"
           "+SAPBR=3,1,\"PWD\",\"p\"\r",
           OK);
    expect("AT+SAPBR=3,1,\"PHONE\",\"1\"\r", REFUSED);
    expect("AT+SAPBR=4,1\r", "\r\n+SAPBR: \r\nCONTYPE: GPRS\r\nAPN: a\r\n"
                             "USER: u\r\nPWD: p\r\n" OK);
    expect("AT+SAPBR=4,3\r", "\r\n+SAPBR: \r\nCONTYPE: GPRS\r\nAPN: \r\n"
                             "USER: \r\nPWD: \r\n" OK);
    expect("AT+SAPBR=0,1\r", REFUSED);
    expect("AT+SAPBR=1,1;+SAPBR=0,1\r", OK);
    expect("AT+SAPBR=5,1\r", REFUSED);
    expect("AT+SAPBR=2,0\r", REFUSED);
    expect("AT+SAPBR=2\r", REFUSED);
}

#define BEARER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEARER(a_context_keeps_every_field),
        BEARER(a_context_has_bounds),
        BEARER(lte_keeps_the_context_it_attached_with),
        BEARER(gsm_attaches_without_a_context),
        BEARER(a_context_that_the_network_takes_is_reported),
        BEARER(an_active_context_has_an_address),
        BEARER(cgnapn_and_cgatt_have_their_forms),
        BEARER(all_contexts_fit_in_answers),
        BEARER(cncfg_reads_back_and_has_bounds),
        BEARER(cnactcfg_chooses_a_family),
        BEARER(the_sim7070_has_four_bearers),
        BEARER(the_note_puts_a_number_before_the_state),
        BEARER(sapbr_keeps_what_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
