/* SPDX-License-Identifier: Apache-2.0 */
#include "walker.h"

#include "psa/psa_crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define HOURS_MS (4u * 3600u * 1000u)
#define TURNS 200000

static uint32_t now_ms(const struct walker *walker)
{
    return (uint32_t)(walker->v->now_us / 1000);
}

static void note(struct walker *walker, const char *mark, const char *text)
{
    if (walker->heard_length > sizeof walker->heard - 256)
        walker->heard_length = 0;
    const int n = snprintf(walker->heard + walker->heard_length,
                           sizeof walker->heard - walker->heard_length,
                           "%s%.200s\n", mark, text);
    walker->heard_length += (size_t)n;
}

static void on_event(void *context, const struct ffx_driver_event *event)
{
    struct walker *walker = context;
    if (walker->is_deaf)
        return;
    if (event->kind == FFX_DRIVER_SENT)
        note(walker, "> ", event->text);
    if (event->kind == FFX_DRIVER_HEARD)
        note(walker, "< ", event->text);
    if (event->kind == FFX_DRIVER_POSITION) {
        walker->stored = *ffx_driver_position(&walker->driver);
        walker->has_stored = 1;
    }
    if (event->kind == FFX_DRIVER_HOLD_POWER)
        walker->held = event->on;
    if (walker->event != NULL)
        walker->event(walker, event);
}

static int driver_speaks(struct walker *walker)
{
    uint32_t length;
    const void *bytes = ffx_driver_buf(&walker->driver, &length);
    if (bytes == NULL || walker->is_deaf)
        return 0;
    const size_t said = ffx_sim_say(walker->v->sim, 0, bytes, length);
    ffx_driver_ack(&walker->driver, (uint32_t)said);
    return said > 0;
}

/* Until the module says something, `ms` at most. */
static void module_speaks(struct walker *walker, uint32_t ms)
{
    struct virtual *const v = walker->v;
    const int64_t before_us = v->now_us;
    const char *news = virtual_listen(v, "\n", ms);
    if (news == NULL)
        news = v->said + v->told;
    const size_t length = (size_t)(v->said + v->said_length - news);
    v->told = v->said_length;
    if (length > 0 && !walker->is_deaf)
        ffx_driver_feed(&walker->driver, news, (uint32_t)length,
                        now_ms(walker));
    else if (v->now_us == before_us) /* it is off, or hangs */
        v->now_us += ms * INT64_C(1000);
}

int walker_turn(struct walker *walker, enum ffx_cause *cause)
{
    const uint32_t wait_ms = ffx_driver_poll(&walker->driver, now_ms(walker));
    if (ffx_driver_finished(&walker->driver, cause))
        return 0;
    module_speaks(walker, driver_speaks(walker) ? 1
                          : wait_ms < 500       ? wait_ms
                                                : 500);
    return 1;
}

void walker_start(struct walker *walker)
{
    walker->held = 0;
    assert_int_equal(
        ffx_driver_init(&walker->driver, &walker->config, now_ms(walker)),
        FFX_OK);
}

enum ffx_cause walker_walk(struct walker *walker)
{
    enum ffx_cause cause = FFX_CAUSES;
    const uint32_t start_ms = now_ms(walker);
    walker_start(walker);
    for (int turns = 0; turns < TURNS && now_ms(walker) - start_ms < HOURS_MS;
         turns++)
        if (!walker_turn(walker, &cause))
            return cause;
    fail_msg("no end: %.*s", (int)walker->heard_length, walker->heard);
    return cause;
}

void walker_init(struct walker *walker, struct virtual *v, enum ffx_route route)
{
    memset(walker, 0, sizeof *walker);
    walker->v = v;
    walker->config = (struct ffx_driver_config){
        .line = walker->line,
        .line_bytes = sizeof walker->line,
        .command = walker->command,
        .command_bytes = sizeof walker->command,
        .route = route,
        .crypto = psa_crypto(),
        .event = on_event,
        .context = walker,
    };
}
