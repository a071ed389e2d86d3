/* SPDX-License-Identifier: Apache-2.0 */
/* As test_two_party.c, with a whole module that has flash and an update agent:
 * a push is cut off at what the driver hears, says and tells. In the end the
 * slots hold B, byte for byte. SOAK=1 plays every event, FARFIX_CUT=120:both
 * one. */
#include "walker.h"

#include "road.h"

#include "sim/sim_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALKS 4
#define STRIDE 4u
#define WALK_MS 120000u

enum who { MCU = 1, MODULE = 2, BOTH = 3 };
static const char *const names[] = {"", "mcu", "module", "both"};

static struct fixture fixture;
static struct virtual v;
static struct walker walker;
static uint8_t sha256[FFX_SHA256_BYTES];
static unsigned events, cut_at;
static enum who who;
static int fired;

static uint32_t now_ms(void)
{
    return (uint32_t)(v.now_us / 1000);
}

static void count(struct walker *on, const struct ffx_driver_event *event)
{
    (void)event;
    if (fired || ++events != cut_at)
        return;
    fired = 1;
    on->is_deaf = (who & MCU) != 0;
    if (who & MODULE)
        virtual_do(&v, "now cut");
}

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    memcpy(buffer, (const char *)fixture.zip.bytes + offset, length);
    return FFX_OK;
}

static void begin(unsigned at, enum who cut)
{
    const uint32_t size = (uint32_t)fixture.zip.length;
    virtual_start(&v, &fixture, &(struct virtual_options){.real_speed = 1});
    virtual_say(&v, "AT+CSCLK=1\r");
    walker_init(&walker, &v, FFX_ROUTE_PUSH);
    walker.config.package = (struct ffx_read_at){read_package, NULL, size};
    walker.config.facts = (struct ffx_driver_facts){.to = fixture.b.version,
                                                    .from = fixture.a.version,
                                                    .model = fixture.a.model,
                                                    .size = size,
                                                    .sha256 = sha256};
    walker.event = count;
    events = 0;
    fired = 0;
    cut_at = at;
    who = cut;
}

/* --- the application ----------------------------------------------------- */

static struct ffx_driver_position flash;

static void start_again(void)
{
    flash = walker.stored;
    walker.config.position = walker.has_stored ? &flash : NULL;
    walker.is_deaf = 0;
    walker_start(&walker);
}

/* FFX_CAUSES: there is no end. */
static enum ffx_cause walk(void)
{
    enum ffx_cause cause = FFX_CAUSES;
    const uint32_t start_ms = now_ms();
    while (now_ms() - start_ms < WALK_MS) {
        const int goes_on = walker_turn(&walker, &cause);
        if (walker.is_deaf)
            start_again();
        else if (!goes_on)
            return cause;
    }
    return FFX_CAUSES;
}

static int succeeded(enum ffx_cause cause)
{
    return cause == FFX_CAUSE_DONE || cause == FFX_CAUSE_NOTHING;
}

static enum ffx_cause walk_until_it_is_done(void)
{
    walker_start(&walker);
    enum ffx_cause cause = walk();
    for (int walks = 1; walks < WALKS && cause != FFX_CAUSES; walks++) {
        if (succeeded(cause) && walker.stored.saving == 0)
            break;
        if (walker.stored.saving == 0)
            walker.has_stored = 0;
        virtual_wait(&v, 10000);
        start_again();
        cause = walk();
    }
    return cause;
}

/* --- the end ------------------------------------------------------------- */

static int holds_b(void)
{
    const struct sim_flash *sim_flash = &v.sim->flash;
    int same = 1;
    for (uint32_t i = 0; i < fixture.b.component_count; i++) {
        const struct pack_buffer *image = &fixture.b.components[i].image;
        const struct ffx_flash_area slot =
            sim_layout_slot(&sim_flash->layout, i);
        same &= memcmp(sim_flash->lab.bytes + slot.address, image->bytes,
                       image->length) == 0;
    }
    return same;
}

static unsigned times(const char *what)
{
    unsigned n = 0;
    for (const char *at = v.log; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

/* What is wrong, or null. */
static const char *play(unsigned at, enum who cut)
{
    begin(at, cut);
    if (!succeeded(walk_until_it_is_done()))
        return "not done";
    if (fired != (at != 0))
        return "the cut has not fallen";
    if (walker.held)
        return "the power is still held";
    virtual_wait(&v, 8000);
    if (strstr(virtual_say(&v, "AT+GMR\r"), fixture.b.version) == NULL ||
        strstr(virtual_say(&v, "AT+CFOTA?\r"), "+CFOTA: 6") == NULL)
        return "a false success";
    if (!holds_b())
        return "the slots do not hold B";
    if (times("update done") != 1)
        return "not updated once";
    if (strstr(virtual_say(&v, "AT+CSCLK?\r"), "+CSCLK: 1") == NULL)
        return "power saving is owed";
    return NULL;
}

static void plays(unsigned at, enum who cut)
{
    const char *wrong = play(at, cut);
    if (getenv("FARFIX_CUT") != NULL)
        fputs(walker.heard, stdout);
    if (wrong != NULL)
        fail_msg("FARFIX_CUT=%u:%s: %s; %s: %s", at, names[cut], wrong, v.log,
                 walker.heard);
    virtual_end(&v);
}

static void whoever_is_cut_off_the_slots_hold_b_in_the_end(void **state)
{
    const char *id = getenv("FARFIX_CUT");
    const unsigned stride = getenv("SOAK") != NULL ? 1 : STRIDE;
    unsigned sessions = 0;
    (void)state;
    if (id != NULL) {
        const char *name = strchr(id, ':');
        assert_non_null(name);
        for (int cut = MCU; cut <= BOTH; cut++)
            if (strcmp(name + 1, names[cut]) == 0)
                plays((unsigned)atoi(id), (enum who)cut);
        return;
    }
    plays(0, MCU);
    const unsigned all = events;
    assert_true(all > 100);
    for (unsigned at = 1; at <= all; at++)
        for (int cut = MCU; cut <= BOTH; cut++)
            if ((at * BOTH + (unsigned)cut) % stride == 0) {
                plays(at, (enum who)cut);
                sessions++;
            }
    print_message("# %u events, %u sessions\n", all, sessions);
    assert_true(sessions >= all * BOTH / stride);
}

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    road_digest(fixture.zip.bytes, (uint32_t)fixture.zip.length, sha256);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_cut_off_the_slots_hold_b_in_the_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
