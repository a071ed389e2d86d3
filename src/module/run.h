/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Execution of one command line; each port has its own:
 *
 *   IDLE --run_start--> NEXT --handler--> NEXT ... --end of line--> IDLE
 *                        |  \--AGAIN: another piece of the same answer
 *                        |  \--TEXT: an SMS from the TE, then AGAIN
 *                        |---TAKE:  raw bytes of CFSWFILE from the TE
 *                        \---SEND:  raw bytes of CFSRFILE to the TE
 *
 * Each arrow is taken only when tx has room for what it writes, so that an
 * answer of any length needs no more than the ring.
 */
#ifndef FARFIX_MODULE_RUN_H
#define FARFIX_MODULE_RUN_H

#include "module/command.h"

enum run_phase {
    RUN_IDLE,
    RUN_NEXT,
    RUN_AGAIN,
    RUN_TAKE,
    RUN_SEND,
    RUN_TEXT,  /* an SMS is typed behind "> " */
    RUN_REFUSE /* a line over the limits: ERROR, nothing else */
};

/* The reader has a line. */
void run_start(struct ffx_module *module, struct ffx_module_port *port);
/* Goes on as far as tx has room. */
void run_on(struct ffx_module *module, struct ffx_module_port *port);
/* RUN_TAKE: raw bytes; returns how many belong to the file. */
uint32_t run_take(struct ffx_module *module, struct ffx_module_port *port,
                  const void *bytes, uint32_t length);
/* RUN_TEXT: one byte of an SMS; 0 when its echo does not fit. */
uint32_t run_text(struct ffx_module *module, struct ffx_module_port *port,
                  uint8_t byte);
/* RUN_TAKE: the input time is over. */
void run_timeout(struct ffx_module *module, struct ffx_module_port *port);
/* After the answer on this port: reset or power down. The line ends here, and
 * so does whatever the other port was doing. */
void run_shut_down(struct ffx_module *module, struct ffx_module_port *port,
                   enum ffx_module_reset kind);
/* The supply is out of bounds: what the URCs say is the last word. */
void run_lose_power(struct ffx_module *module);
/* Boot: the OK of a reset that had not been said before it (D13). */
void run_owed_ok(struct ffx_module *module);

#endif
