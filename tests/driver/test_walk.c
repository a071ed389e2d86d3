/* SPDX-License-Identifier: Apache-2.0 */
/* The whole walk against the core of the virtual module, in virtual time. */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct road road;

static const enum ffx_route routes[] = {FFX_ROUTE_HTTP, FFX_ROUTE_FTP,
                                        FFX_ROUTE_PUSH};

static void begin(enum ffx_route route)
{
    road_init(&road, route);
    road.module_config.profile = FFX_PROFILE_NOTE;
}

static void walks_to_the_end(void)
{
    const enum ffx_cause cause = road_run(&road);
    if (cause != FFX_CAUSE_DONE)
        fail_msg("route=%d: %s\n%s", road.config.route, ffx_cause_name(cause),
                 road.log);
    assert_string_equal(road.driver.found.version, ROAD_TO);
    assert_string_equal(road.driver.found.before, ROAD_FROM);
    assert_int_equal(road.requests, 1);
    assert_int_equal(road.holds, 2);
    assert_int_equal(road.hold, 0);
}

static void every_route_leads_from_a_to_b(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(routes[i]);
        walks_to_the_end();
        road_end(&road);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_leads_from_a_to_b),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
