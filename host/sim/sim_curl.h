/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's multi handle as entries for poll and a due time. */
#ifndef FARFIX_SIM_CURL_H
#define FARFIX_SIM_CURL_H

#include "sim/sim_clock.h"

#include <curl/curl.h>
#include <poll.h>

#define SIM_CURL_FDS 7u

struct sim_curl_socket {
    curl_socket_t fd; /* CURL_SOCKET_BAD: free */
    int action;       /* CURL_POLL_* */
};

struct sim_curl {
    CURLM *multi; /* null: closed */
    const struct sim_clock *clock;
    int64_t due_ms; /* libcurl's own timer; -1 none */
    struct sim_curl_socket sockets[SIM_CURL_FDS];
};

/* 0 or FFX_ERR_IO. */
int sim_curl_open(struct sim_curl *curl, const struct sim_clock *clock);
void sim_curl_close(struct sim_curl *curl);

/* Entries for poll; shortens *timeout_ms. */
unsigned sim_curl_wait(const struct sim_curl *curl,
                       struct pollfd fds[SIM_CURL_FDS], int *timeout_ms);
/* `fds` may hold others' entries as well. */
void sim_curl_step(struct sim_curl *curl, const struct pollfd *fds,
                   unsigned count);

#endif
