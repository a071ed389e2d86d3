/* SPDX-License-Identifier: Apache-2.0 */
/* Cooperative tasks with a period, kept in a heap by deadline. */
#ifndef AP_SCHEDULE_H
#define AP_SCHEDULE_H

#include <stdint.h>

#define SCHEDULE_TASKS 8u

/* -1 when all places are taken. */
int schedule_add(const char *name, void (*run)(void), uint32_t period_ms,
                 uint32_t now_ms);
/* Runs what is due; returns how many tasks ran. */
uint32_t schedule_run(uint32_t now_ms);
/* One line per task for a person, soonest first. */
void schedule_print(uint32_t now_ms);

#endif
