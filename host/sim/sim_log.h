/* SPDX-License-Identifier: Apache-2.0 */
/* The module's log: one line per boot, reset, transfer, refusal. */
#ifndef FARFIX_SIM_LOG_H
#define FARFIX_SIM_LOG_H

struct sim_log {
    void (*put)(void *context, const char *line); /* null: nobody listens */
    void *context;
};

void sim_log(const struct sim_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
