/* SPDX-License-Identifier: Apache-2.0 */
/* One line with the time, on stderr. What has no better place to go. */
#ifndef FARFIX_STORE_LOG_H
#define FARFIX_STORE_LOG_H

void store_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* `memory`, or the end of the process with one line: what lies on disk is
 * whole at any moment, a supervisor starts it anew. */
void *store_must(void *memory);

#endif
