/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: three sectors, each commit a record in two of them. Rules:
 * docs/flash-layout.md, section 2. Both functions use the first four records'
 * worth of the step buffer.
 */
#ifndef FARFIX_AGENT_JOURNAL_H
#define FARFIX_AGENT_JOURNAL_H

#include "agent/record.h"

/* Finds the newest valid record: agent->state. Writes nothing. FFX_ERR_STATE:
 * there is none, the journal is then ready for its first; FFX_ERR_POWER. */
int journal_load(struct ffx_agent *agent);

/* One flash operation of a commit of agent->state. 1: call again with the
 * same state; 0: durable, and read back. FFX_ERR_FLASH: two sectors take no
 * record; the one before is still the newest: load again. FFX_ERR_POWER. */
int journal_step(struct ffx_agent *agent);

#endif
