/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: a UNIX socket that takes one command per line and
 * answers each with lines, the last of which is "ok" or "error: ...". What
 * the commands are, its owner says: ffx_sim_control and farfix-sim(1).
 */
#ifndef FARFIX_SIM_CONTROL_H
#define FARFIX_SIM_CONTROL_H

#include "sim/sim_error.h"

#include <stddef.h>

#define SIM_CONTROL_CLIENTS 4u
#define SIM_CONTROL_FDS (SIM_CONTROL_CLIENTS + 1u)
#define SIM_CONTROL_LINE 256u
#define SIM_CONTROL_REPLY 16384u

struct sim_control_client {
    int fd; /* -1: free */
    int too_long;
    char line[SIM_CONTROL_LINE];
    size_t length;
};

struct sim_control {
    char path[108]; /* sun_path */
    int listener;   /* -1: closed */
    struct sim_control_client clients[SIM_CONTROL_CLIENTS];
};

/* One command; the answer, NUL-terminated, into `reply`. */
typedef void sim_control_take(void *context, const char *line, char *reply,
                              size_t capacity);

void sim_control_init(struct sim_control *control);
/* A socket that nobody listens on any more is replaced; another file is not.
 * FFX_ERR_ARGUMENT, FFX_ERR_BUSY, FFX_ERR_IO. */
int sim_control_open(struct sim_control *control, const char *path,
                     struct ffx_sim_error *error);
void sim_control_close(struct sim_control *control);

unsigned sim_control_wait(const struct sim_control *control,
                          struct pollfd fds[SIM_CONTROL_FDS]);
/* Reads what came, hands whole lines to `take`. A client that does not read
 * its answers is let go. */
void sim_control_step(struct sim_control *control, sim_control_take *take,
                      void *context);

#endif
