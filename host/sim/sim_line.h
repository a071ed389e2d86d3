/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One serial line of the module: a port, what a UART makes of it, and what
 * goes wrong on the way.
 *
 *   TE -> port -> rate, damage -> receive FIFO -> core
 *   TE <- port <- rate <- shift register <- damage <- core
 *
 * Rates. `te_baud` is what the TE has set (the config, or the PTY itself),
 * `baud` what the module has; 0 for the TE: bytes go as fast as they come.
 * Where both are known and differ by more than 5 % (half a bit in the ten of a
 * frame), bytes arrive as garbage. A module in auto-baud (`baud` 0) takes the
 * TE's rate from the first 'A' or 'a' that it hears, which is lost.
 */
#ifndef FARFIX_SIM_LINE_H
#define FARFIX_SIM_LINE_H

#include "sim/sim_clock.h"
#include "sim/sim_faults.h"
#include "sim/sim_port.h"

#define SIM_LINE_FIFO 4096u
#define SIM_LINE_SHIFT 2048u

/* One direction: when the byte in hand has passed. */
struct sim_pace {
    int64_t from_ns; /* bytes pass since then */
    int running;
};

struct sim_line {
    struct sim_port port;
    const struct sim_clock *clock;
    struct sim_faults *faults; /* null: nothing happens to bytes here */

    uint32_t te_baud;  /* 0: any, at once */
    int follow_tty;    /* te_baud is what the PTY's peer has set */
    uint32_t baud;     /* the module's; 0: auto-baud, not locked yet */
    uint32_t new_baud; /* once the shift register is empty; baud: none */

    struct sim_pace in, out;
    uint8_t fifo[SIM_LINE_FIFO];
    uint32_t fifo_length;
    uint8_t shift[SIM_LINE_SHIFT];
    uint32_t shift_length;
    int64_t quiet_us;  /* nothing goes out before; 0: none */
    int64_t deaf_us;   /* nothing comes in before */
    uint32_t pause_ms; /* before the next byte enters the shift register */
    uint32_t fragment, fragment_ms, fragment_done;
    char newline[8];
    uint8_t newline_length; /* 0: CR LF stays */
    uint8_t after_cr;
    uint32_t lost; /* bytes that found no room */

    /* What passes the port; `out`: from the module. May be null. */
    void (*trace)(void *context, int out, const void *bytes, size_t length);
    void *trace_context;
};

/* A byte fault that is not about bytes: reset, cut, hang. */
typedef void sim_line_event(void *context, const struct sim_fault *fault);

void sim_line_init(struct sim_line *line, const struct sim_clock *clock,
                   struct sim_faults *faults);
/* Power is gone, or comes: what is on its way is lost. */
void sim_line_clear(struct sim_line *line);

/* Takes from the port what may have arrived by now, up to a byte that sets off
 * an event. With `lossy` a FIFO that is full loses bytes, else the TE is held
 * back. */
void sim_line_receive(struct sim_line *line, int lossy, sim_line_event *event,
                      void *context);
/* What the TE has sent without a rate came while nobody listened. */
void sim_line_drop(struct sim_line *line);
/* Drops `length` bytes from the head of the FIFO: the core took them. */
void sim_line_taken(struct sim_line *line, uint32_t length);

/* How many bytes of the core's the shift register takes now. */
uint32_t sim_line_room(const struct sim_line *line);
/* Takes up to that many; damage happens here. Returns how many. */
uint32_t sim_line_put(struct sim_line *line, const uint8_t *bytes,
                      uint32_t length, sim_line_event *event, void *context);
/* The core has nothing more to say now: a CR that waited for its LF goes. */
void sim_line_end(struct sim_line *line);
/* Bytes from nowhere, behind what is on its way; what finds no room is lost. */
void sim_line_insert(struct sim_line *line, const void *bytes, uint32_t length);
/* Hands to the port what may have left by now. */
void sim_line_send(struct sim_line *line);
int sim_line_empty(const struct sim_line *line);

/* The module's rate from now on, behind what is in the shift register. */
void sim_line_set_baud(struct sim_line *line, uint32_t baud);

/* Entries for poll; shortens *timeout_ms. `held`: nobody receives now. */
unsigned sim_line_wait(struct sim_line *line, int held, int lossy,
                       struct pollfd *fds, int *timeout_ms);

#endif
