/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The update as a chain of tasks, one function each. A task does one bounded
 * piece of work or one flash operation and says in agent->task what comes
 * next. The main road; C is a commit:
 *
 *   boot ── C ── open ── facts ── source ── payloads ── plan ── begin ─┐
 *                                                                      │
 *    ┌─────────────────────────────────────────────────────────────────┘
 *    v
 *   make ── scratch ── C, the promise ── load ── install ─┐
 *    │ ^                                                  │
 *    │ └──────────────────────────────────────────────────┘
 *    └─ all steps done: tail ── digest ── C, status 6 ── remove ── C ── end
 *
 * Side roads:
 *
 *   boot     at rest, in two sectors: done; in one only: C, end
 *            on trial: trial_boot, C, end
 *            removing: C, remove
 *            updating, installing: C, load
 *   begin    in recovery: C, begin, as 2 or 4
 *            the promised step may not be in its slot: load
 *   make, scratch: no place but the promised copy's: let_go, C, plan
 *   install  the file is not open: open
 *            the payload does not stand at the next step: begin
 *   digest   another component: plan; one that is not listed: tail
 *            trial boot: trial_begin, C, end
 *
 * Any task may answer with an error: agent.c then records 7, 3 or 5 and goes
 * on at end.
 */
#ifndef FARFIX_AGENT_TASK_H
#define FARFIX_AGENT_TASK_H

#include <farfix/agent.h>

enum task {
    TASK_BOOT,
    TASK_OPEN,
    TASK_FACTS,
    TASK_SOURCE,
    TASK_PAYLOADS,
    TASK_PLAN,
    TASK_BEGIN,
    TASK_MAKE,
    TASK_SCRATCH,
    TASK_LOAD,
    TASK_INSTALL,
    TASK_TAIL,
    TASK_DIGEST,
    TASK_REMOVE,
    TASK_END,
    TASK_DONE,
    TASKS
};

/* How a package is taken. */
enum mode {
    MODE_NORMAL,  /* status 1: from the installed release */
    MODE_RESUME,  /* the package in work: goes on where the record says */
    MODE_REPLACE, /* recovery by full images: starts over */
};

/* agent->percent before the first PROGRESS of a boot. */
#define TASK_NO_PERCENT 0xffu

/* Tries of an erase and its programs before a sector counts as stuck. */
#define TASK_TRIES 3u

/* 1: go on with agent->task; 0: nothing left to do; negative: see above. */
int check_open(struct ffx_agent *agent);
int check_facts(struct ffx_agent *agent);
int check_source(struct ffx_agent *agent);
int check_payloads(struct ffx_agent *agent);
int check_plan(struct ffx_agent *agent);
int apply_begin(struct ffx_agent *agent);
int apply_make(struct ffx_agent *agent);
int apply_scratch(struct ffx_agent *agent);
int apply_load(struct ffx_agent *agent);
int apply_install(struct ffx_agent *agent);
int finish_tail(struct ffx_agent *agent);
int finish_digest(struct ffx_agent *agent);
int finish_remove(struct ffx_agent *agent);
int finish_end(struct ffx_agent *agent);
int trial_begin(struct ffx_agent *agent);
int trial_boot(struct ffx_agent *agent);
/* B becomes the installed release: status 6, to be committed. */
void finish_install(struct ffx_agent *agent);

/* --- what tasks share (task.c) ------------------------------------------- */

/* agent->task = task, from its beginning. Returns 1. */
int task_next(struct ffx_agent *agent, enum task task);
/* The same, after the state has been committed. */
int task_commit(struct ffx_agent *agent, enum task task);
/* Makes `part` the component in work and plans its payload (and, the first
 * time, those of all later ones). Returns 1. */
int task_plan(struct ffx_agent *agent, uint32_t part, uint32_t last);

void task_close_package(struct ffx_agent *agent);
void task_event(struct ffx_agent *agent, enum ffx_agent_event_kind kind);
/* Tells the percentage when it has risen. */
void task_progress(struct ffx_agent *agent);

/* Component i's facts in the open package. Null: not there. */
const struct ffx_image_facts *task_facts(const struct ffx_agent *agent,
                                         uint32_t i);
const struct ffx_part *task_part(const struct ffx_agent *agent, uint32_t i);
/* First listed component at or behind `i`; component_count: none. */
uint32_t task_listed(const struct ffx_agent *agent, uint32_t i);

/* Hashes `size` bytes of component i's slot, a step buffer's worth at each
 * call, from cursor 0. 1: call again; 0: the digest is equal; else
 * FFX_ERR_DIGEST, or what a port said. Nobody else may use the step buffer
 * meanwhile. */
int task_hash_slot(struct ffx_agent *agent, uint32_t i, uint32_t size,
                   const uint8_t sha256[FFX_SHA256_BYTES]);

/* --- flash (write.c) ----------------------------------------------------- */

/* Flash operations that read back what they did. FFX_ERR_FLASH; _POWER. */
int write_erase(const struct ffx_flash *flash,
                const struct ffx_flash_area *sector);
/* 1: every byte from `address` on reads as erased; 0: not, or cannot be
 * read; FFX_ERR_POWER. */
int write_blank(const struct ffx_flash *flash, uint32_t address,
                uint32_t length);
/* Erases the sectors of address .. address + length and programs the step
 * buffer there, one operation at each call, from cursor 0. 1: call again; 0:
 * done and read back. `length` is in whole write units. */
int write_step(struct ffx_agent *agent, uint32_t address, uint32_t length);

#endif
