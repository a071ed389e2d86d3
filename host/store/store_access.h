/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access log: one line per request,
 *
 *     2026-11-26T02:20:17Z 10.0.0.7 "GET /M/A/next?imei=1" 200 357
 *
 * when it was answered to the end; "aborted" stands behind it when the client
 * left before. Lines of several threads do not mix. What a client sends cannot
 * end a line, nor its quotes.
 */
#ifndef FARFIX_STORE_ACCESS_H
#define FARFIX_STORE_ACCESS_H

#include "pack/pack.h"

#include <pthread.h>

struct store_access {
    const char *path; /* null: stderr */
    int file;
    pthread_rwlock_t lock; /* for writing: while the file is replaced */
};

struct store_access_line {
    const char *who, *method, *target;
    int status;
    uint64_t bytes;
    int aborted;
};

/* FFX_ERR_IO. */
int store_access_open(struct store_access *access, const char *path,
                      struct pack_error *error);
/* Opens the path anew: whoever rotates logs has renamed the old file. When
 * that fails it goes on with the old one. */
void store_access_reopen(struct store_access *access);
void store_access_close(struct store_access *access);

void store_access_write(struct store_access *access,
                        const struct store_access_line *line);

#endif
