/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/task.h"

#include "base/bytes.h"

#include <farfix/error.h>

/* --- the chain ----------------------------------------------------------- */

int task_next(struct ffx_agent *agent, enum task task)
{
    agent->task = (uint8_t)task;
    agent->cursor = 0;
    return 1;
}

int task_commit(struct ffx_agent *agent, enum task task)
{
    agent->commits = 1;
    return task_next(agent, task);
}

int task_plan(struct ffx_agent *agent, uint32_t part, uint32_t last)
{
    agent->part = (uint8_t)part;
    agent->look = (uint8_t)last;
    agent->ready = 0;
    return task_next(agent, TASK_PLAN);
}

void task_close_package(struct ffx_agent *agent)
{
    if (agent->opened)
        agent->config.close_package(agent->config.context);
    agent->opened = 0;
}

/* --- components ---------------------------------------------------------- */

const struct ffx_image_facts *task_facts(const struct ffx_agent *agent,
                                         uint32_t i)
{
    const struct ffx_release *const release = &agent->package.release;
    for (uint32_t k = 0; k < release->component_count; k++)
        if (bytes_same_text(release->components[k].name,
                            agent->config.components[i].name))
            return &release->components[k];
    return NULL;
}

const struct ffx_part *task_part(const struct ffx_agent *agent, uint32_t i)
{
    const struct ffx_manifest *const manifest = &agent->package.manifest;
    for (uint32_t k = 0; k < manifest->part_count; k++)
        if (bytes_same_text(manifest->parts[k].name,
                            agent->config.components[i].name))
            return &manifest->parts[k];
    return NULL;
}

uint32_t task_listed(const struct ffx_agent *agent, uint32_t i)
{
    while (i < agent->config.component_count && !task_part(agent, i))
        i++;
    return i;
}

/* --- digest of a slot ---------------------------------------------------- */

/* The running digest
 * stands at the start of the step buffer, aligned; the bytes go behind it. */

static struct ffx_sha256 *hash_of(const struct ffx_agent *agent)
{
    const uintptr_t at = (uintptr_t)agent->config.step_buffer;
    const uintptr_t mask = _Alignof(struct ffx_sha256) - 1;
    return (struct ffx_sha256 *)((at + mask) & ~mask);
}

static int hash_piece(struct ffx_agent *agent, uint32_t i, uint32_t size)
{
    const struct ffx_crypto *const crypto = agent->config.crypto;
    const struct ffx_flash *const flash = agent->config.flash;
    struct ffx_sha256 *const hash = hash_of(agent);
    uint8_t *const bulk = (uint8_t *)(hash + 1);
    const uint32_t room =
        agent->config.step_bytes -
        (uint32_t)(bulk - (const uint8_t *)agent->config.step_buffer);
    const uint32_t n = bytes_min(room, size - agent->cursor);
    int error = flash->read(
        flash->context,
        agent->config.components[i].slot.address + agent->cursor, bulk, n);
    if (error == 0)
        error = crypto->sha256_update(crypto->context, hash, bulk, n);
    agent->cursor += n;
    return error;
}

int task_hash_slot(struct ffx_agent *agent, uint32_t i, uint32_t size,
                   const uint8_t sha256[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *const crypto = agent->config.crypto;
    uint8_t digest[FFX_SHA256_BYTES];
    int error = 0;
    if (agent->cursor == 0)
        error = crypto->sha256_start(crypto->context, hash_of(agent));
    if (error == 0 && agent->cursor < size)
        error = hash_piece(agent, i, size);
    if (error != 0)
        return error;
    if (agent->cursor < size)
        return 1;
    error = crypto->sha256_finish(crypto->context, hash_of(agent), digest);
    if (error != 0)
        return error;
    return memcmp(digest, sha256, sizeof digest) == 0 ? 0 : FFX_ERR_DIGEST;
}

/* --- events -------------------------------------------------------------- */

void task_event(struct ffx_agent *agent, enum ffx_agent_event_kind kind)
{
    const uint32_t told =
        agent->percent == TASK_NO_PERCENT ? 0 : agent->percent;
    const struct ffx_agent_event event = {
        .kind = kind,
        .percent = kind == FFX_AGENT_SUCCEEDED ? 100 : told,
        .error = agent->state.error,
        .status = agent->state.status,
    };
    if (agent->config.event)
        agent->config.event(agent->config.context, &event);
}

/* Slots are disjoint and lie in 32 bits of address: their sum is no less. */
static uint32_t percent_of(uint32_t done, uint32_t total)
{
    if (total > UINT32_MAX / 100)
        return bytes_min(100, done / (total / 100));
    return total == 0 ? 0 : done * 100 / total;
}

void task_progress(struct ffx_agent *agent)
{
    uint32_t done = 0, total = 0;
    for (uint32_t i = 0; i < agent->config.component_count; i++) {
        const struct ffx_image_facts *const facts = task_facts(agent, i);
        if (!task_part(agent, i))
            continue;
        total += facts->size;
        if (i < agent->part)
            done += facts->size;
        else if (i == agent->part)
            done +=
                bytes_min(facts->size, agent->steps * agent->config.step_bytes);
    }
    const uint32_t percent = percent_of(done, total);
    if (agent->percent != TASK_NO_PERCENT && percent <= agent->percent)
        return;
    agent->percent = (uint8_t)percent;
    task_event(agent, FFX_AGENT_PROGRESS);
}
