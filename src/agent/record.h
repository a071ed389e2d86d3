/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One journal record: 512 bytes that hold the agent's whole state. Layout:
 * docs/flash-layout.md, section 1.
 */
#ifndef FARFIX_AGENT_RECORD_H
#define FARFIX_AGENT_RECORD_H

#include <farfix/agent.h>

#define RECORD_BYTES 512u
/* What two records of one state have in common: all between these two. */
#define RECORD_CONTENT 8u
#define RECORD_CRC 508u

/* Every state has one spelling. */
void record_encode(uint8_t record[RECORD_BYTES],
                   const struct ffx_agent_state *state, uint32_t counter);

/* FFX_ERR_STATE when magic, CRC, or the range of a field is wrong, or a byte
 * that says nothing is not 0; `state` and `counter` are undefined then. */
int record_decode(struct ffx_agent_state *state, uint32_t *counter,
                  const uint8_t record[RECORD_BYTES]);

#endif
