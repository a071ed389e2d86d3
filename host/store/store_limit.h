/* SPDX-License-Identifier: Apache-2.0 */
/*
 * So many requests a second from one client, and ten seconds' worth at once.
 * A client is an IPv4 address or the first 64 bits of an IPv6 one: that is the
 * least that a provider gives to one customer. Room is fixed; when it is full,
 * the client that has asked least is forgotten, which gives it back its due.
 *
 * Threads: any. Time is an argument: a clock that never jumps.
 */
#ifndef FARFIX_STORE_LIMIT_H
#define FARFIX_STORE_LIMIT_H

#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

#define STORE_LIMIT_WAYS 4u
#define STORE_LIMIT_ROWS 4096u
#define STORE_LIMIT_BURST_SECONDS 10u

struct store_limit_client {
    uint64_t who;    /* 0: free */
    int64_t full_us; /* when all that it may ask at once is there again */
};

struct store_limit {
    pthread_mutex_t lock;
    uint32_t per_second; /* 0: as many as they like */
    struct store_limit_client clients[STORE_LIMIT_ROWS][STORE_LIMIT_WAYS];
};

void store_limit_open(struct store_limit *limit, uint32_t per_second);
void store_limit_close(struct store_limit *limit);

/* 0: go on; else the seconds after which it may ask again. */
unsigned store_limit_ask(struct store_limit *limit, uint64_t who,
                         int64_t now_ms);

/* Never 0. */
uint64_t store_limit_who(const struct sockaddr *address);

#endif
