/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passes on the module's lines, for people:
 *
 *      1.204 > AT+CSQ\r
 *      1.205 < \r\n+CSQ: 27,99\r\n\r\nOK\r\n
 *      2.310 | DCD low
 */
#ifndef FARFIX_CLI_SIM_TRACE_H
#define FARFIX_CLI_SIM_TRACE_H

#include <farfix/sim.h>

#include <time.h>

#define SIM_TRACE_BYTES 96u /* of a line; a file's data are counted */

/* One direction of one port. */
struct sim_trace_stream {
    uint32_t length; /* bytes of the line in hand; what is beyond `bytes` is
                      * counted only */
    int64_t at_us;   /* its first byte */
    uint8_t bytes[SIM_TRACE_BYTES];
};

struct sim_trace {
    const char *name; /* of the module: "", or "12 " */
    int64_t start_us;
    struct sim_trace_stream streams[FFX_MODULE_PORTS][2]; /* in, out */
};

void sim_trace_init(struct sim_trace *trace, const char *name);
void sim_trace_take(struct sim_trace *trace, enum ffx_sim_trace kind,
                    uint32_t port, const void *bytes, uint32_t length);
/* What is not printed yet. */
void sim_trace_flush(struct sim_trace *trace);

#endif
