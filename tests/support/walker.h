/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver on the line of a whole virtual module: time passes as fast as the
 * two want.
 *
 *     walker_init(&walker, &v, FFX_ROUTE_PUSH);
 *     walker.config.package = ...;
 *     assert_int_equal(walker_walk(&walker), FFX_CAUSE_DONE);
 */
#ifndef FARFIX_TESTS_WALKER_H
#define FARFIX_TESTS_WALKER_H

#include "virtual.h"

#include <farfix/driver.h>

struct walker {
    struct virtual *v;
    struct ffx_driver driver;
    struct ffx_driver_config config; /* change before the walk */
    char line[128], command[512];
    /* Behind each event; may be null. */
    void (*event)(struct walker *walker, const struct ffx_driver_event *event);
    int is_deaf; /* nothing passes the line, nothing is stored */

    int has_stored;
    struct ffx_driver_position stored;
    int held;
    char heard[4096]; /* the newest of the dialogue */
    size_t heard_length;
};

void walker_init(struct walker *walker, struct virtual *v,
                 enum ffx_route route);
/* Begins a walk; one turn of it: 0 when it has ended, by *cause. */
void walker_start(struct walker *walker);
int walker_turn(struct walker *walker, enum ffx_cause *cause);
/* From its begin to its end; the test fails when there is none. */
enum ffx_cause walker_walk(struct walker *walker);

#endif
