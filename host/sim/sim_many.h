/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules side by side in one loop, and their control socket.
 *
 *   add ...; loop: wait -> poll(2) on `fds` -> step
 *
 * Only a module that has something to do is stepped, so that a thousand that
 * sleep cost no more than their entries for poll.
 */
#ifndef FARFIX_SIM_MANY_H
#define FARFIX_SIM_MANY_H

#include "sim/sim_clock.h"
#include "sim/sim_control.h"

struct sim_member {
    struct ffx_sim *sim; /* null once it is switched off */
    unsigned fd_count;   /* of its FFX_SIM_FDS entries */
    int64_t due_us;      /* -1: never */
    int looked;          /* the two above are of now */
};

struct sim_many {
    struct sim_member *members;
    uint32_t count, on;
    struct pollfd *fds; /* FFX_SIM_FDS a member, then the control socket's */
    struct sim_control control;
};

/* FFX_ERR_SPACE. */
int sim_many_init(struct sim_many *many, uint32_t count);
/* Destroys the modules, closes the socket. */
void sim_many_free(struct sim_many *many);
/* From now on it is ours: one that is switched off gives up its port. */
void sim_many_add(struct sim_many *many, struct ffx_sim *sim);

/* How many entries of `fds` to poll, and for how long at most. */
nfds_t sim_many_wait(struct sim_many *many, int *timeout_ms);
/* 1: go on; 0: all are switched off; negative: what ffx_sim_step said. */
int sim_many_step(struct sim_many *many);

#endif
