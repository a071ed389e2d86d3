/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SIM7000 inside a plain C test, over a clock of its own: no process, no
 * port, no waiting.
 *
 *   cc plain.c $(pkg-config --cflags --libs farfix-sim) && ./a.out
 */
#include <farfix/sim.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int64_t now_us;

static int64_t tell_time(void *context)
{
    (void)context;
    return now_us;
}

/* Time passes; what the module said meanwhile. */
static const char *wait_ms(struct ffx_sim *sim, int ms)
{
    static char said[4096];
    size_t length = 0;
    for (int i = 0; i < ms; i++, now_us += 1000) {
        assert(ffx_sim_step(sim, NULL, 0) == 1);
        length += ffx_sim_hear(sim, 0, said + length, sizeof said - 1 - length);
    }
    said[length] = '\0';
    return said;
}

static const char *say(struct ffx_sim *sim, const char *text)
{
    ffx_sim_say(sim, 0, text, strlen(text));
    return wait_ms(sim, 100);
}

int main(void)
{
    struct ffx_sim *sim;
    struct ffx_sim_factory factory;
    struct ffx_sim_error error;
    ffx_sim_plain(&factory, "SIM7000G", "1529B08SIM7000G");
    const struct ffx_sim_config config = {.state = "module-state",
                                          .port = FFX_SIM_CALLS,
                                          .factory = &factory,
                                          .profile = FFX_PROFILE_MANUAL,
                                          .imei = "866425030000006",
                                          .sim_pin = "",
                                          .apn = "internet",
                                          .now_us = tell_time};
    if (ffx_sim_create(&sim, &config, &error) != 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    wait_ms(sim, 2000); /* RDY ... SMS Ready */
    assert(strstr(say(sim, "AT+GMR\r"), "Revision:1529B08SIM7000G"));
    say(sim, "AT+CNACT=1\r");
    assert(strstr(wait_ms(sim, 1000), "+APP PDP: ACTIVE"));

    /* The network goes away; the next answer is lost; the power fails. */
    char reply[256];
    ffx_sim_control(sim, "now network 3", reply, sizeof reply);
    assert(strstr(wait_ms(sim, 100), "+APP PDP: DEACTIVE"));
    ffx_sim_control(sim, "every line 1 mute", reply, sizeof reply);
    assert(strstr(say(sim, "AT+CSQ\r"), "OK") == NULL); /* only the echo */
    ffx_sim_control(sim, "now cut", reply, sizeof reply);
    assert(strstr(wait_ms(sim, 10000), "SMS Ready"));
    ffx_sim_destroy(sim);
    puts("all of it happened");
    return 0;
}
