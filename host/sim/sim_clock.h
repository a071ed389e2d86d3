/* SPDX-License-Identifier: Apache-2.0 */
/* The module's clock: the config's, or CLOCK_MONOTONIC. It never goes back. */
#ifndef FARFIX_SIM_CLOCK_H
#define FARFIX_SIM_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct sim_clock {
    int64_t (*now_us)(void *context); /* null: the real one */
    void *context;
};

static inline int64_t sim_clock_real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64_t sim_clock_us(const struct sim_clock *clock)
{
    return clock->now_us != NULL ? clock->now_us(clock->context)
                                 : sim_clock_real_us();
}

static inline int64_t sim_clock_ms(const struct sim_clock *clock)
{
    return sim_clock_us(clock) / 1000;
}

/* Shortens a poll timeout so that it ends at `due_ms`; -1: never due. */
static inline void sim_clock_wait(const struct sim_clock *clock,
                                  int *timeout_ms, int64_t due_ms)
{
    if (due_ms < 0)
        return;
    int64_t left = due_ms - sim_clock_ms(clock);
    left = left < 0 ? 0 : left > 60000 ? 60000 : left;
    if (*timeout_ms < 0 || *timeout_ms > left)
        *timeout_ms = (int)left;
}

#endif
