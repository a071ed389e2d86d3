/* SPDX-License-Identifier: Apache-2.0 */
/* One line on stderr, with the time in UTC. Thread safe. */
#ifndef FARFIX_STORE_LOG_H
#define FARFIX_STORE_LOG_H

void store_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
