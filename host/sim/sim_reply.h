/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the head of an HTTP answer line by line, stricter than libcurl: an
 * answer that two readers could take for two files is no answer (RFC 9112,
 * 11.2). Only "200" with one Content-Length of plain digits and no
 * Transfer-Encoding brings a file.
 */
#ifndef FARFIX_SIM_REPLY_H
#define FARFIX_SIM_REPLY_H

#include <stddef.h>
#include <stdint.h>

#define SIM_REPLY_BYTES_MAX 65536u /* of all heads of one answer */
#define SIM_REPLY_INTERIM_MAX 16u  /* answers 1xx before the real one */

enum sim_reply_verdict {
    SIM_REPLY_MORE,
    SIM_REPLY_FILE,   /* the head is whole: `length` bytes follow */
    SIM_REPLY_STATUS, /* it is whole, and brings no file */
    SIM_REPLY_BAD     /* it is no HTTP that we trust: `fault` says why */
};

/* All zero before the first line. A line after SIM_REPLY_FILE is BAD. */
struct sim_reply {
    uint32_t bytes, interim;
    uint16_t status;  /* of the head in hand; 0: before its first line */
    uint16_t lengths; /* Content-Length lines in it */
    uint8_t coded;    /* it has Transfer-Encoding */
    uint8_t whole;
    uint64_t length;
    const char *fault;
};

/* `line` with its CR LF or LF. */
enum sim_reply_verdict sim_reply_line(struct sim_reply *reply, const char *line,
                                      size_t length);

#endif
