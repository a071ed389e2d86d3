/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a port is in the middle of, and whatever happens then: nothing is
 * half done, and both ports answer afterwards. */
#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define OK "\r\nOK\r\n"
#define GMR "\r\nRevision:1529B04SIM7000G\r\n" OK
#define UART FFX_PORT_UART
#define USB FFX_PORT_USB

static struct module_bench b;

static void boot(void)
{
    module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    module_bench_say_on(&b, USB, "ATE0\r");
    module_bench_say(&b, "ATE0+CBATCHK=1;+CFGRI=1;+CFSINIT;+CNACT=2;"
                         "+FTPSERV=\"h\";+FTPGETNAME=\"u\"\r");
    module_bench_wait(&b, 1000);
}

static int set_up(void **state)
{
    static uint8_t data[5000];
    (void)state;
    module_bench_init(&b, FFX_PROFILE_MANUAL);
    b.config.port_count = 2;
    module_bench_put_file(&b, FFX_DIR_FOTA, "y", data, sizeof data);
    boot();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

/* --- what the UART is in the middle of ----------------------------------- */

static void takes_a_file(void)
{
    module_bench_say(&b, "AT+CFSWFILE=1,\"x\",0,3,9000\rab");
}

static void sends_a_file(void)
{
    b.deaf[UART] = 1;
    module_bench_say(&b, "AT+CFSRFILE=1,\"y\",0,5000,0\r");
}

static void answers_at_length(void)
{
    b.deaf[UART] = 1;
    module_bench_say(&b, "AT+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;"
                         "+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV;+GSV\r");
}

static void is_held_by_xoff(void)
{
    module_bench_say(&b, "AT+IFC=1,1\r");
    module_bench_say(&b, "\x13"
                         "AT+GMR\r");
}

static void takes_an_sms(void)
{
    module_bench_say(&b, "AT+CMGF=1;+CMGS=\"123\"\rhel");
}

static void is_half_typed(void)
{
    module_bench_say(&b, "AT+GM");
}

static void fetches_over_http(void)
{
    module_bench_say(&b, "AT+HTTPTOFS=\"http://h/u\",\"/fota/x\"\r");
    module_bench_wait(&b, 100);
}

static void fetches_over_ftp(void)
{
    module_bench_say(&b, "AT+FTPEXTGET=2,1,\"x\"\r");
    module_bench_wait(&b, 100);
}

static void holds_what_ftp_fetched(void)
{
    module_bench_say(&b, "AT+FTPGET=1\r");
    module_bench_wait(&b, 100);
    module_bench_put_file(&b, FFX_DIR_RAM, "ftp", "0123", 4);
    b.progress = (struct ffx_module_progress){.received = 4};
    module_bench_wait(&b, 100);
}

/* --- what happens -------------------------------------------------------- */

static void other_port_resets(void)
{
    module_bench_say_on(&b, USB, "AT+CFUN=1,1\r");
}

static void other_port_switches_off(void)
{
    module_bench_say_on(&b, USB, "AT+CPOWD=1\r");
}

static void other_port_updates(void)
{
    module_bench_say_on(&b, USB, "AT+CFSTERM;+CFOTA=1\r");
}

static void other_port_switches_the_radio(void)
{
    module_bench_say_on(&b, USB, "AT+CFUN=0\r");
    module_bench_say_on(&b, USB, "AT+CFUN=1\r");
}

static void other_port_does_the_same(void)
{
    module_bench_say_on(&b, USB, "AT+CFSTERM;+CFSINIT\r");
    module_bench_say_on(&b, USB, "AT+CFSWFILE=1,\"x\",0,3,100\rzz\r");
    module_bench_say_on(&b, USB, "AT+CFSRFILE=1,\"y\",0,9,0\r");
    module_bench_say_on(&b, USB, "AT+CMGF=1;+CMGS=\"9\"\r\x1b\r");
    module_bench_say_on(&b, USB, "AT+FTPEXTGET=1\r");
    module_bench_say_on(&b, USB, "AT+FTPQUIT\r");
}

static void dtr_rises_and_falls(void)
{
    module_bench_say_on(&b, USB, "AT+CSCLK=1\r");
    ffx_module_dtr(&b.module, 1, b.now_ms);
    module_bench_wait(&b, 100);
    ffx_module_dtr(&b.module, 0, b.now_ms);
}

static void urcs_flood(void)
{
    for (uint8_t i = 0; i < 200; i++) {
        ffx_module_sms(&b.module, "+1", "hello", b.now_ms);
        ffx_module_registration(&b.module, i % 7, b.now_ms);
    }
    ffx_module_registration(&b.module, 1, b.now_ms);
}

static void network_goes(void)
{
    ffx_module_drop_pdp(&b.module, b.now_ms);
    ffx_module_woke(&b.module, b.now_ms);
}

static void voltage_falls(void)
{
    ffx_module_battery(&b.module, 1, 2500, b.now_ms);
}

static void files_fail(void)
{
    b.files_fail = 1;
}

static void time_passes(void)
{
    module_bench_wait(&b, 100000);
}

static void clock_wraps(void)
{
    /* In steps that a timer can tell from the past. */
    for (int i = 0; i < 3; i++) {
        b.now_ms += 0x60000000u;
        ffx_module_poll(&b.module, b.now_ms);
    }
}

/* --- afterwards ---------------------------------------------------------- */

/* The TE goes on as if nothing had happened. 0: a reset was promised, and
 * two seconds later it had not come. */
static int goes_on(void)
{
    module_bench_wait(&b, 2500); /* even when nobody takes the answer */
    b.deaf[UART] = 0;
    const int kept = b.module.reset == 0 || b.resets == 1;
    b.files_fail = 0;
    module_bench_say(&b, "c\x11\x1a\x1b\r\r");
    b.progress = (struct ffx_module_progress){.http_status = 200};
    module_bench_wait(&b, 10100);
    if (b.module.reset)
        module_bench_boot(&b);
    module_bench_wait(&b, 2000);
    return kept;
}

static int is_sound(void)
{
    const struct module_bench_file *x =
        module_bench_file(&b, FFX_DIR_FOTA, "x");
    for (uint32_t port = 0; port < FFX_MODULE_PORTS; port++) {
        module_bench_say_on(&b, port, "ATE0\r");
        module_bench_wait(&b, 3000);
        if (strcmp(module_bench_say_on(&b, port, "AT+GMR\r"), GMR) != 0)
            return 0;
        if (b.module.ports[port].phase != 0)
            return 0;
    }
    /* All of what was written, or nothing of it. */
    return x == NULL || (x->size == 3 && (memcmp(x->data, "abc", 3) == 0 ||
                                          memcmp(x->data, "zz\r", 3) == 0));
}

struct named {
    const char *name;
    void (*play)(void);
};
#define NAMED(function)                                                        \
    {                                                                          \
#function, function                                                    \
    }

static const struct named phases[] = {
    NAMED(takes_a_file),           NAMED(sends_a_file),
    NAMED(answers_at_length),      NAMED(is_held_by_xoff),
    NAMED(takes_an_sms),           NAMED(is_half_typed),
    NAMED(fetches_over_http),      NAMED(fetches_over_ftp),
    NAMED(holds_what_ftp_fetched),
};

static const struct named events[] = {
    NAMED(other_port_resets),
    NAMED(other_port_switches_off),
    NAMED(other_port_updates),
    NAMED(other_port_switches_the_radio),
    NAMED(other_port_does_the_same),
    NAMED(dtr_rises_and_falls),
    NAMED(urcs_flood),
    NAMED(network_goes),
    NAMED(voltage_falls),
    NAMED(files_fail),
    NAMED(time_passes),
    NAMED(clock_wraps),
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void every_phase_meets_every_event(void **state)
{
    for (size_t p = 0; p < COUNT(phases); p++)
        for (size_t e = 0; e < COUNT(events); e++) {
            tear_down(state);
            set_up(state);
            phases[p].play();
            events[e].play();
            if (!goes_on() || !is_sound())
                fail_msg("%s, %s: \"%s\" \"%s\"", phases[p].name,
                         events[e].name, b.said[UART], b.said[USB]);
        }
}

/* The second one while the first one still works. */
static void every_event_meets_every_other(void **state)
{
    for (size_t p = 0; p < COUNT(phases); p++)
        for (size_t e = 0; e < COUNT(events); e++)
            for (size_t f = 0; f < COUNT(events); f += 1 + (p + e) % 3) {
                tear_down(state);
                set_up(state);
                phases[p].play();
                events[e].play();
                events[f].play();
                if (!goes_on() || !is_sound())
                    fail_msg("%s, %s, %s: \"%s\" \"%s\"", phases[p].name,
                             events[e].name, events[f].name, b.said[UART],
                             b.said[USB]);
            }
}

#define PHASES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PHASES(every_phase_meets_every_event),
        PHASES(every_event_meets_every_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
