/* SPDX-License-Identifier: Apache-2.0 */
/* Milliseconds of a clock that never goes back. */
#ifndef FARFIX_SIM_CLOCK_H
#define FARFIX_SIM_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t sim_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Shortens a poll timeout so that it ends at `due_ms`; -1: never due. */
static inline void sim_clock_wait(int *timeout_ms, int64_t due_ms)
{
    if (due_ms < 0)
        return;
    int64_t left = due_ms - sim_clock_ms();
    left = left < 0 ? 0 : left > 60000 ? 60000 : left;
    if (*timeout_ms < 0 || *timeout_ms > left)
        *timeout_ms = (int)left;
}

#endif
