/* SPDX-License-Identifier: Apache-2.0 */
/* What every file of the room needs: one line with the time on stderr, the two
 * clocks, memory. */
#ifndef FARFIX_STORE_LOG_H
#define FARFIX_STORE_LOG_H

#include <stdint.h>

/* What has no better place to go. */
void store_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For people: "2026-11-26T02:20:17Z". */
#define STORE_TIME_BYTES 32u
void store_time(char text[STORE_TIME_BYTES]);
/* For waiting: never jumps. */
int64_t store_now_ms(void);

/* `memory`, or the end of the process with one line: what lies on disk is
 * whole at any moment, a supervisor starts it anew. */
void *store_must(void *memory);

#endif
