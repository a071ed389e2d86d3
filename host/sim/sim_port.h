/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's serial line on POSIX: a PTY, a TCP port or standard input and
 * output. Peers come and go; bytes for nobody are lost, as on a real line.
 *
 *   open -> up <-> down -> close       (down: a power cut; the peer sees it)
 *
 * A PTY is a new one after each power-up, under the same link. A TCP port
 * keeps listening through a power cut, so that its number stays; whoever
 * connects meanwhile waits. Reads and writes never block.
 */
#ifndef FARFIX_SIM_PORT_H
#define FARFIX_SIM_PORT_H

#include "sim/sim_error.h"

#include <poll.h>
#include <stddef.h>
#include <termios.h>

struct sim_port {
    enum ffx_sim_port kind;
    const char *address; /* the caller's: LINK or HOST:PORT */
    const char *name;    /* what a peer opens */
    char tcp_name[96];   /* which is this, with TCP */
    char slave[64];      /* PTY: /dev/pts/N, "" while down */
    int listener;        /* TCP, else -1 */
    int in, out;         /* -1 while down or without a peer */
    int peer;            /* FFX_SIM_CALLS: the caller's end */
    int alone;           /* PTY: no peer has it open */
    int ended;           /* the peer will send nothing more */
    int was_terminal;    /* stdio: `saved` holds its mode */
    struct termios saved;
};

#define SIM_PORT_FDS 2u

/* Binds a TCP port, takes over standard input; brings a PTY up for the first
 * time, so that a bad LINK is found here. */
int sim_port_open(struct sim_port *port, enum ffx_sim_port kind,
                  const char *address, struct ffx_sim_error *error);
int sim_port_up(struct sim_port *port, struct ffx_sim_error *error);
void sim_port_down(struct sim_port *port);
void sim_port_close(struct sim_port *port);

/* Entries for poll: `reads`, when the caller has room for bytes; `writes`,
 * when it has bytes. Shortens *timeout_ms where only looking again helps. */
unsigned sim_port_wait(const struct sim_port *port, int reads, int writes,
                       struct pollfd *fds, int *timeout_ms);

/* How many bytes came; 0: none now. A waiting TCP peer is let in here. */
size_t sim_port_read(struct sim_port *port, void *buffer, size_t capacity);
/* How many bytes went, or were lost because nobody listens; 0: try later. */
size_t sim_port_write(struct sim_port *port, const void *bytes, size_t length);
/* FFX_SIM_CALLS: the caller's side of the line. */
size_t sim_port_say(const struct sim_port *port, const void *bytes,
                    size_t length);
size_t sim_port_hear(const struct sim_port *port, void *buffer,
                     size_t capacity);
/* Everything was answered: a TCP peer that has ended is let go. */
void sim_port_idle(struct sim_port *port);

#endif
