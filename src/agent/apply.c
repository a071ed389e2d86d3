/* SPDX-License-Identifier: Apache-2.0 */
/* One step after the other: make -> scratch -> commit -> slot. */
#include "agent/task.h"

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/program.h"

#include <farfix/error.h>

static uint32_t step_count(const struct ffx_agent *agent)
{
    return (task_facts(agent, agent->part)->size - 1) /
               agent->config.step_bytes +
           1;
}

static uint32_t place_address(const struct ffx_agent *agent, uint32_t place)
{
    return agent->config.scratch.address + place * agent->config.step_bytes;
}

static uint32_t place_after(const struct ffx_agent *agent, uint32_t place)
{
    const uint32_t count =
        agent->config.scratch.length / agent->config.step_bytes;
    return place + 1 < count ? place + 1 : 0;
}

static void set_updating(struct ffx_agent *agent)
{
    const uint32_t i = agent->state.component;
    agent->state.status = agent->config.components[i].updating;
    agent->state.requested = 0;
    agent->state.error = 0;
}

/* --- begin --------------------------------------------------------------- */

/* 1 when the record speaks of the component in work. */
static int continues(const struct ffx_agent *agent)
{
    return agent->mode == MODE_RESUME && agent->part == agent->state.component;
}

/* Counts the step that the record promises: it stands in its slot by now. */
static int restore(struct ffx_agent *agent)
{
    const struct ffx_agent_state *const state = &agent->state;
    agent->steps = continues(agent) ? state->step.index + state->installing : 0;
    if (agent->steps > step_count(agent))
        return FFX_ERR_PATCH;
    if (agent->steps == 0 || agent->steps == step_count(agent))
        return 0;
    return ffx_payload_restore(&agent->payload, &agent->state.checkpoint);
}

int apply_begin(struct ffx_agent *agent)
{
    if (continues(agent) && agent->state.error != 0) {
        set_updating(agent);
        return task_commit(agent, TASK_BEGIN);
    }
    if (continues(agent) && agent->state.installing && !agent->in_slot)
        return task_next(agent, TASK_LOAD);
    const int error = restore(agent);
    if (error != 0)
        return error;
    agent->ready = 1;
    task_progress(agent);
    return task_next(agent, TASK_MAKE);
}

/* --- make ---------------------------------------------------------------- */

static int step_valid(const struct ffx_agent *agent)
{
    const struct ffx_step *const step = &agent->step;
    const uint32_t size = task_facts(agent, agent->part)->size;
    const uint32_t bytes = agent->config.step_bytes;
    return step->index == agent->steps && step->offset % bytes == 0 &&
           step->offset < size &&
           step->length == bytes_min(bytes, size - step->offset);
}

static void pad(const struct ffx_agent *agent, uint32_t length)
{
    const struct ffx_flash *const flash = agent->config.flash;
    uint8_t *const bytes = agent->config.step_buffer;
    memset(bytes + length, flash->erased_value,
           program_padded(flash, length) - length);
}

/* The copy of the step before is what a cut falls back on. */
static int holds_copy(const struct ffx_agent *agent, uint32_t place)
{
    return agent->in_slot && agent->state.installing &&
           place == agent->state.place;
}

/* There is no other place: the record lets go of that step, which is in its
 * slot, and the one in hand is made anew. */
static int let_go(struct ffx_agent *agent)
{
    agent->state.installing = 0;
    agent->state.step.index++;
    task_plan(agent, agent->part, agent->part + 1u);
    return task_commit(agent, TASK_PLAN);
}

/* It sees at the end that what it made is not B: finished steps hold wrong
 * bytes, and nobody has the old ones any more. A slot that was misread in the
 * step in hand is read again first. */
static int payload_is_wrong(struct ffx_agent *agent)
{
    if (agent->steps != 0 && ++agent->tries < TASK_TRIES)
        return 1;
    agent->state.lost |= agent->steps != 0;
    return FFX_ERR_PATCH;
}

int apply_make(struct ffx_agent *agent)
{
    uint8_t *const bytes = agent->config.step_buffer;
    const uint32_t place = place_after(agent, agent->state.place);
    if (agent->steps == step_count(agent))
        return task_next(agent, TASK_TAIL);
    if (holds_copy(agent, place))
        return let_go(agent);
    const int rc = ffx_payload_next(&agent->payload, bytes, &agent->step);
    if (rc == 0 || rc == FFX_ERR_PATCH || (rc == 1 && !step_valid(agent)))
        return payload_is_wrong(agent);
    if (rc < 0)
        return rc;
    pad(agent, agent->step.length);
    agent->step_crc32 = crc32_add(
        0, bytes, program_padded(agent->config.flash, agent->step.length));
    agent->place = (uint16_t)place;
    agent->tries = 0;
    return task_next(agent, TASK_SCRATCH);
}

/* --- scratch ------------------------------------------------------------- */

/* From the commit of this on the slot may be torn, and scratch is whole. */
static void promise(struct ffx_agent *agent)
{
    struct ffx_agent_state *const state = &agent->state;
    agent->in_slot = 0;
    agent->mode = MODE_RESUME; /* from here on the record says where */
    state->component = agent->part;
    state->installing = 1;
    state->lost = 0;
    state->trial = 0;
    memcpy(state->package, agent->package.digest, FFX_SHA256_BYTES);
    state->begun = agent->package.release.sequence;
    state->step = agent->step;
    state->step_crc32 = agent->step_crc32;
    state->place = agent->place;
    ffx_payload_checkpoint(&agent->payload, &state->checkpoint);
    set_updating(agent);
}

int apply_scratch(struct ffx_agent *agent)
{
    const int rc =
        write_step(agent, place_address(agent, agent->place),
                   program_padded(agent->config.flash, agent->step.length));
    if (rc == 1 || rc == FFX_ERR_POWER)
        return rc;
    if (rc < 0) {
        if (++agent->tries == TASK_TRIES)
            return FFX_ERR_FLASH;
        agent->place = (uint16_t)place_after(agent, agent->place);
        return holds_copy(agent, agent->place) ? let_go(agent)
                                               : task_next(agent, TASK_SCRATCH);
    }
    promise(agent);
    agent->tries = 0;
    return task_commit(agent, TASK_LOAD);
}

/* --- slot ---------------------------------------------------------------- */

/* A read that goes wrong once may be right the next time. */
int apply_load(struct ffx_agent *agent)
{
    const struct ffx_agent_state *const state = &agent->state;
    const struct ffx_flash *const flash = agent->config.flash;
    uint8_t *const bytes = agent->config.step_buffer;
    const uint32_t length = program_padded(flash, state->step.length);
    const int error = flash->read(
        flash->context, place_address(agent, state->place), bytes, length);
    if (error == FFX_ERR_POWER)
        return error;
    if (error == 0 && crc32_add(0, bytes, length) == state->step_crc32) {
        agent->tries = 0;
        return task_next(agent, TASK_INSTALL);
    }
    if (++agent->tries < TASK_TRIES)
        return 1;
    agent->state.lost = 1;
    return error != 0 ? error : FFX_ERR_FLASH;
}

/* Not worth a commit: the next promise says it, too. */
static int step_installed(struct ffx_agent *agent)
{
    agent->in_slot = 1;
    agent->tries = 0;
    agent->steps = agent->state.step.index + 1;
    if (!agent->opened)
        return task_next(agent, TASK_OPEN);
    task_progress(agent);
    return task_next(agent, agent->ready ? TASK_MAKE : TASK_BEGIN);
}

int apply_install(struct ffx_agent *agent)
{
    const struct ffx_agent_state *const state = &agent->state;
    const struct ffx_component *const component =
        &agent->config.components[state->component];
    const int rc =
        write_step(agent, component->slot.address + state->step.offset,
                   program_padded(agent->config.flash, state->step.length));
    if (rc == 1 || rc == FFX_ERR_POWER)
        return rc;
    if (rc == 0)
        return step_installed(agent);
    if (++agent->tries == TASK_TRIES)
        return FFX_ERR_FLASH;
    return task_next(agent, TASK_INSTALL);
}
