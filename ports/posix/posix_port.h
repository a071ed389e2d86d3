/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte pipe to a module on POSIX: serial device, pseudo terminal, or
 * tcp:HOST:PORT (a terminal server, a virtual module).
 *
 * A module's reset may take the pipe away (USB, PTY, TCP) and bring it back
 * under the same name: a lost pipe is looked for again inside
 * posix_port_read, and the caller only sees silence. A USB device may come
 * back under another number: it is found by the name that was given when that
 * is a link, else by the link to its place in /dev/serial. One program at a
 * time: the device is locked as long as it is open.
 */
#ifndef FARFIX_POSIX_PORT_H
#define FARFIX_POSIX_PORT_H

#include <farfix/error.h>

#include <stddef.h>
#include <stdint.h>

struct posix_port {
    const char *name; /* the caller's */
    uint32_t baud;    /* UARTs only */
    int rts_cts;
    int fd; /* -1 while lost */
    int is_tcp;
    int is_uart;      /* a rate and wires: neither TCP nor PTY */
    int connecting;   /* TCP: not known yet whether somebody is there */
    int missing;      /* open: nothing of that name, or nobody listens */
    char stable[256]; /* link by which it is found again; "": by its name */
    char error[320];  /* open: one line that names the cause and what to do */
};

/* Raw 8N1 at `baud` (one of 1200 ... 4000000 that the system knows), DTR and
 * RTS on. 0, or FFX_ERR_IO, FFX_ERR_ARGUMENT with `error` and `missing`. */
int posix_port_open(struct posix_port *port, const char *name, uint32_t baud,
                    int rts_cts);
void posix_port_close(struct posix_port *port);

/* Waits up to `timeout_ms` for bytes; how many came, 0 for none. While the
 * pipe is lost it waits and tries to open it anew. */
size_t posix_port_read(struct posix_port *port, void *buffer, size_t capacity,
                       int timeout_ms);

/* How many bytes the system took; 0 when it takes none now. Into a lost pipe
 * bytes vanish, as on a wire without a module: it takes them all. */
size_t posix_port_write(struct posix_port *port, const void *bytes,
                        size_t length);

/* Waits up to `timeout_ms` until a write is worth trying. */
void posix_port_wait_write(struct posix_port *port, int timeout_ms);

/* Milliseconds of a clock that never jumps; wraps. */
uint32_t posix_port_now_ms(void);

#endif
