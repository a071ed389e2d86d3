/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: a ring of sectors with one record each; a commit writes two.
 * Rules: docs/flash-layout.md, section 2. Both functions use the first two
 * records' worth of the step buffer.
 */
#ifndef FARFIX_AGENT_JOURNAL_H
#define FARFIX_AGENT_JOURNAL_H

#include "agent/record.h"

/* Finds the newest valid record: agent->state. Writes nothing. FFX_ERR_STATE:
 * there is none, the journal is then ready for its first; FFX_ERR_POWER. */
int journal_load(struct ffx_agent *agent);

/* One flash operation of a commit of agent->state. 1: call again with the
 * same state; 0: durable, and read back. FFX_ERR_FLASH: no sector but the
 * newest takes a record; the one before is still the newest: load again.
 * FFX_ERR_POWER. */
int journal_step(struct ffx_agent *agent);

#endif
