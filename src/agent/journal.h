/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: two halves, one record at a time. Rules: docs/flash-layout.md,
 * section 2. Both functions use the first JOURNAL_BUFFER bytes of the step
 * buffer.
 */
#ifndef FARFIX_AGENT_JOURNAL_H
#define FARFIX_AGENT_JOURNAL_H

#include "agent/record.h"

#define JOURNAL_BUFFER (3u * RECORD_BYTES)

/* Finds the newest valid record. Writes nothing. FFX_ERR_STATE: there is
 * none, the journal is then ready for its first; FFX_ERR_POWER. */
int journal_load(struct ffx_journal *journal,
                 const struct ffx_agent_config *config,
                 struct ffx_agent_state *state);

/* One flash operation of a commit of `state`. 1: call again with the same
 * state; 0: durable, and read back. FFX_ERR_FLASH: the half does not take a
 * record; the one before is still the newest: load again. FFX_ERR_POWER. */
int journal_step(struct ffx_journal *journal,
                 const struct ffx_agent_config *config,
                 const struct ffx_agent_state *state);

#endif
