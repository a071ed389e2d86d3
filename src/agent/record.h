/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One journal record: 512 bytes that hold the agent's whole state; on devices
 * with trial boot 512 more for the release on trial. Layout:
 * docs/flash-layout.md, section 1.
 */
#ifndef FARFIX_AGENT_RECORD_H
#define FARFIX_AGENT_RECORD_H

#include <farfix/agent.h>

#define RECORD_BYTES 512u /* of one block */
#define RECORD_MAX (2u * RECORD_BYTES)
#define RECORD_CRC 508u /* of a block: CRC-32 of what stands before it */

/* How long a record is on this device. */
uint32_t record_bytes(const struct ffx_agent_config *config);

/* agent->state, and agent->package.release while it is on trial. Every state
 * has one spelling. */
void record_encode(const struct ffx_agent *agent, uint8_t *record,
                   uint32_t counter);

/* Back again. FFX_ERR_STATE when magic, CRC, or the range of a field is
 * wrong, or a byte that says nothing is not 0; agent->state and `counter` are
 * undefined then. */
int record_decode(struct ffx_agent *agent, uint32_t *counter,
                  const uint8_t *record);

/* The second block. `block` is all 0. */
void trial_encode(const struct ffx_agent *agent, uint8_t *block);
void trial_decode(struct ffx_agent *agent, const uint8_t *block);

#endif
