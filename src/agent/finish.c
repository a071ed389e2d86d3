/* SPDX-License-Identifier: Apache-2.0 */
/* From a component's last step to the end of the update. */
#include "agent/task.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

/* --- tail ---------------------------------------------------------------- */

static int image_is_wrong(struct ffx_agent *agent)
{
    agent->state.lost = 1;
    return FFX_ERR_DIGEST;
}

/* The sector in which the image ends was erased for its last step: what
 * stands behind the image there cannot be cleaned without the image. */
static int clean_sector(struct ffx_agent *agent,
                        const struct ffx_flash_area *sector)
{
    if (sector->address <
        agent->config.components[agent->part].slot.address + agent->cursor)
        return ++agent->tries == TASK_TRIES ? image_is_wrong(agent) : 1;
    const int error = write_erase(agent->config.flash, sector);
    if (error == 0 || error == FFX_ERR_POWER)
        return error;
    return ++agent->tries == TASK_TRIES ? FFX_ERR_FLASH : 1;
}

/* Blankness is taken at its word here, after cuts too: nobody reads these
 * bytes, and whoever programs them erases them first. */
int finish_tail(struct ffx_agent *agent)
{
    const struct ffx_flash *const flash = agent->config.flash;
    const struct ffx_flash_area *const slot =
        &agent->config.components[agent->part].slot;
    struct ffx_flash_area sector;
    if (agent->cursor == 0) {
        agent->cursor =
            program_padded(flash, task_facts(agent, agent->part)->size);
        agent->tries = 0;
    }
    if (agent->cursor >= slot->length)
        return task_next(agent, TASK_DIGEST);
    int rc = ffx_flash_sector(flash, slot->address + agent->cursor, &sector);
    if (rc != 0)
        return rc;
    const uint32_t end = sector.address + sector.length - slot->address;
    rc = write_blank(flash, slot->address + agent->cursor, end - agent->cursor);
    if (rc == 0)
        rc = clean_sector(agent, &sector);
    else if (rc == 1)
        rc = 0;
    if (rc != 0)
        return rc;
    agent->cursor = end;
    agent->tries = 0;
    return 1;
}

/* --- keys ---------------------------------------------------------------- */

static int key_find(const struct ffx_agent_state *state,
                    const struct ffx_public_key *key)
{
    for (uint32_t i = 0; i < state->key_count; i++)
        if (memcmp(&state->keys[i], key, sizeof *key) == 0)
            return (int)i;
    return -1;
}

/* The last key stays: a device that trusts nobody is lost. */
static void key_revoke(struct ffx_agent_state *state,
                       const struct ffx_public_key *key)
{
    const int found = key_find(state, key);
    if (found < 0 || state->key_count == 1)
        return;
    state->keys[found] = state->keys[1];
    state->key_count = 1;
    memset(&state->keys[1], 0, sizeof state->keys[1]);
}

/* With both places taken, the key that signed this release stays. */
static void key_add(struct ffx_agent_state *state,
                    const struct ffx_public_key *key, uint32_t signer)
{
    if (key_find(state, key) >= 0)
        return;
    const uint32_t i = state->key_count == 1 ? 1 : signer ^ 1;
    state->keys[i] = *key;
    state->key_count = FFX_AGENT_KEYS;
}

/* Revoked before, to make room, and after, once it is not the last any more. */
static void rotate_keys(struct ffx_agent *agent)
{
    const struct ffx_release *const release = &agent->package.release;
    if (release->has_revoke)
        key_revoke(&agent->state, &release->revoke);
    if (release->has_next_key)
        key_add(&agent->state, &release->next_key, agent->package.release_key);
    if (release->has_revoke)
        key_revoke(&agent->state, &release->revoke);
}

/* --- the one commit that makes B the installed release ------------------- */

static void install_facts(struct ffx_agent *agent)
{
    const struct ffx_release *const release = &agent->package.release;
    for (uint32_t i = 0; i < agent->config.component_count; i++) {
        struct ffx_installed *const installed = &agent->state.installed[i];
        const struct ffx_image_facts *const facts = task_facts(agent, i);
        memcpy(installed->version, release->version, sizeof installed->version);
        installed->size = facts->size;
        memcpy(installed->sha256, facts->sha256, FFX_SHA256_BYTES);
        installed->sequence = release->sequence;
    }
    agent->state.sequence = release->sequence;
}

static void clear_work(struct ffx_agent_state *state)
{
    state->component = 0;
    state->installing = 0;
    state->lost = 0;
    state->trial = 0;
    memset(state->package, 0,
           sizeof *state - offsetof(struct ffx_agent_state, package));
}

void finish_install(struct ffx_agent *agent)
{
    install_facts(agent);
    rotate_keys(agent);
    clear_work(&agent->state);
    agent->state.status = FFX_STATUS_SUCCESS;
    agent->state.removing = 1;
}

static int commit_release(struct ffx_agent *agent)
{
    if (agent->config.trial_boots != 0)
        return trial_begin(agent);
    finish_install(agent);
    return task_commit(agent, TASK_REMOVE);
}

/* Listed components in their order. Behind the last of them all others are
 * looked at, those without steps and once more those that are finished: 6 says
 * of every component that it is right now. */
static int next_component(struct ffx_agent *agent)
{
    const uint32_t count = agent->config.component_count;
    const uint32_t behind = agent->part + 1u;
    const uint32_t last = agent->state.component;
    const int in_work = agent->part == last;
    const uint32_t next = in_work ? task_listed(agent, behind) : count;
    if (next < count)
        return task_plan(agent, next, next + 1);
    uint32_t other = in_work ? 0 : behind;
    if (other == last)
        other++;
    if (other == count)
        return commit_release(agent);
    agent->part = (uint8_t)other;
    return task_next(agent, TASK_TAIL);
}

/* One bad read must not cost the device its update: from `lost` only full
 * images lead on. */
int finish_digest(struct ffx_agent *agent)
{
    const struct ffx_image_facts *const facts = task_facts(agent, agent->part);
    const int rc =
        task_hash_slot(agent, agent->part, facts->size, facts->sha256);
    if (rc < 0 && rc != FFX_ERR_POWER && ++agent->tries < TASK_TRIES)
        return task_next(agent, TASK_DIGEST);
    if (rc == FFX_ERR_DIGEST)
        return image_is_wrong(agent);
    return rc != 0 ? rc : next_component(agent);
}

/* --- the end ------------------------------------------------------------- */

/* Until `removing` is taken back, each boot comes here again. */
int finish_remove(struct ffx_agent *agent)
{
    task_close_package(agent);
    agent->config.remove_package(agent->config.context);
    agent->state.removing = 0;
    return task_commit(agent, TASK_END);
}

int finish_end(struct ffx_agent *agent)
{
    task_close_package(agent);
    if (agent->state.status == FFX_STATUS_SUCCESS)
        task_event(agent, FFX_AGENT_SUCCEEDED);
    else if (agent->state.error != 0)
        task_event(agent, FFX_AGENT_FAILED);
    agent->task = TASK_DONE;
    return 0;
}
