/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is checked before the first erase of a slot. */
#include "agent/state.h"
#include "agent/task.h"

#include "base/bytes.h"
#include "base/program.h"

#include <farfix/error.h>

/* --- open ---------------------------------------------------------------- */

int check_open(struct ffx_agent *agent)
{
    const struct ffx_agent_config *const config = &agent->config;
    struct ffx_package_config package = {
        .crypto = config->crypto,
        .trusted = agent->state.keys,
        .trusted_count = agent->state.key_count,
        .buffer = config->step_buffer,
        .buffer_bytes = config->step_bytes,
    };
    int error = config->open_package(config->context, &package.file);
    if (error != 0)
        return error;
    agent->opened = 1;
    error = ffx_package_open(&agent->package, &package);
    return error != 0 ? error : task_next(agent, TASK_FACTS);
}

/* --- facts --------------------------------------------------------------- */

/* Each
 * function compares one kind of fact and answers 0 or why not. */

/* `package` does not name its release by digest, so the sequence has to. */
static int is_in_work(const struct ffx_agent *agent)
{
    return memcmp(agent->package.digest, agent->state.package,
                  FFX_SHA256_BYTES) == 0 &&
           agent->package.release.sequence == agent->state.begun &&
           !agent->state.lost && agent->state.trial == 0;
}

static int facts_mode(struct ffx_agent *agent)
{
    agent->mode = MODE_NORMAL;
    if (agent->state.status == FFX_STATUS_REQUESTED)
        return 0;
    agent->mode = is_in_work(agent) ? MODE_RESUME : MODE_REPLACE;
    if (agent->mode == MODE_REPLACE && !agent_has_failed(agent->state.status))
        return FFX_ERR_RECOVERY;
    return 0;
}

static int facts_model(struct ffx_agent *agent)
{
    return bytes_same_text(agent->package.manifest.model, agent->state.model)
               ? 0
               : FFX_ERR_MODEL;
}

static int facts_from(struct ffx_agent *agent)
{
    if (agent->mode != MODE_NORMAL)
        return 0;
    for (uint32_t i = 0; i < agent->config.component_count; i++)
        if (!bytes_same_text(agent->package.manifest.from,
                             agent->state.installed[i].version))
            return FFX_ERR_SOURCE;
    return 0;
}

static int facts_sequence(struct ffx_agent *agent)
{
    const uint32_t sequence = agent->package.release.sequence;
    const uint32_t least = agent->mode == MODE_NORMAL ? agent->state.sequence
                                                      : agent->state.begun - 1;
    if (sequence <= least ||
        sequence - agent->state.sequence > FFX_SEQUENCE_STEP)
        return FFX_ERR_SEQUENCE;
    return 0;
}

/* A published key is nobody's word, whoever made the device trust it. */
static int facts_keys(struct ffx_agent *agent)
{
    const struct ffx_package *const package = &agent->package;
    const struct ffx_release *const release = &package->release;
    if (!agent->config.allow_test_keys &&
        (ffx_key_is_test(&agent->state.keys[package->release_key]) ||
         ffx_key_is_test(&agent->state.keys[package->cert_key]) ||
         (release->has_next_key && ffx_key_is_test(&release->next_key))))
        return FFX_ERR_TEST_KEY;
    return 0;
}

/* The release speaks of exactly this device's components. */
static int facts_components(struct ffx_agent *agent)
{
    const struct ffx_agent_config *const config = &agent->config;
    if (agent->package.release.component_count != config->component_count)
        return FFX_ERR_GEOMETRY;
    for (uint32_t i = 0; i < config->component_count; i++) {
        const struct ffx_image_facts *const facts = task_facts(agent, i);
        if (!facts || facts->size > config->components[i].slot.length)
            return FFX_ERR_GEOMETRY;
    }
    return 0;
}

static int facts_full(struct ffx_agent *agent)
{
    const struct ffx_manifest *const manifest = &agent->package.manifest;
    /* After a trial B is whole, and its source digests are looked at. */
    if (agent->mode != MODE_REPLACE || agent->state.trial != 0)
        return 0;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (manifest->parts[i].kind != FFX_PAYLOAD_IMAGE)
            return FFX_ERR_RECOVERY;
    return 0;
}

static uint32_t largest_sector(const struct ffx_flash *flash,
                               const struct ffx_flash_area *area)
{
    struct ffx_flash_area sector = {area->address, 0};
    uint32_t largest = 0;
    for (uint32_t at = 0; at < area->length; at += sector.length) {
        if (ffx_flash_sector(flash, area->address + at, &sector) != 0)
            return 0;
        if (sector.length > largest)
            largest = sector.length;
    }
    return largest;
}

static int facts_geometry(struct ffx_agent *agent)
{
    const struct ffx_agent_config *const config = &agent->config;
    for (uint32_t i = 0; i < config->component_count; i++) {
        const struct ffx_flash_area *const slot = &config->components[i].slot;
        const struct ffx_part *const part = task_part(agent, i);
        if (!part)
            continue;
        if (part->sector != largest_sector(config->flash, slot) ||
            part->step != config->step_bytes ||
            part->from_size > slot->length || part->ram > config->work_bytes)
            return FFX_ERR_GEOMETRY;
        if (part->kind != FFX_PAYLOAD_IMAGE && config->work_bytes == 0)
            return FFX_ERR_GEOMETRY;
    }
    return 0;
}

int check_facts(struct ffx_agent *agent)
{
    static int (*const facts[])(struct ffx_agent *) = {
        facts_model, facts_mode,       facts_from, facts_sequence,
        facts_keys,  facts_components, facts_full, facts_geometry,
    };
    for (uint32_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const int error = facts[i](agent);
        if (error != 0)
            return error;
    }
    agent->look = 0;
    return task_next(agent, TASK_SOURCE);
}

/* --- source -------------------------------------------------------------- */

/* What must
 * stand in the slots now, by digest. */

struct demand {
    uint32_t size;
    const uint8_t *sha256; /* null: nothing is demanded */
};

static struct demand demand_nothing(void)
{
    return (struct demand){0, NULL};
}

/* A component that is in work or finished was checked before it was begun. A
 * full image rests on nothing once an update has begun. */
static struct demand demand_of(const struct ffx_agent *agent, uint32_t i)
{
    const struct ffx_part *const part = task_part(agent, i);
    if (agent->mode == MODE_RESUME && i <= agent->state.component)
        return demand_nothing();
    if (!part) {
        const struct ffx_image_facts *const facts = task_facts(agent, i);
        return (struct demand){facts->size, facts->sha256};
    }
    if (agent->mode != MODE_NORMAL && part->kind == FFX_PAYLOAD_IMAGE)
        return demand_nothing();
    return (struct demand){part->from_size, part->from_sha256};
}

/* What the record says stands there: A's facts, so that only a first start
 * can ask. Unlisted components need only have the right bytes. */
static int record_agrees(const struct ffx_agent *agent, uint32_t i,
                         const struct demand *demand)
{
    const struct ffx_installed *const installed = &agent->state.installed[i];
    return agent->mode != MODE_NORMAL || !task_part(agent, i) ||
           (installed->size == demand->size &&
            memcmp(installed->sha256, demand->sha256, FFX_SHA256_BYTES) == 0);
}

/* An unlisted component stays as it is: it has to be clean up to the end of
 * the sector in which it ends. Sectors behind that are cleaned at the end. */
static int is_clean(const struct ffx_agent *agent, uint32_t i, uint32_t size)
{
    const struct ffx_flash *const flash = agent->config.flash;
    const uint32_t start = agent->config.components[i].slot.address;
    const uint32_t end = start + program_padded(flash, size);
    struct ffx_flash_area sector;
    if (task_part(agent, i))
        return 1;
    const int error = ffx_flash_sector(flash, end - 1, &sector);
    if (error != 0)
        return error;
    return write_blank(flash, end, sector.address + sector.length - end);
}

/* One component: as task_hash_slot. */
static int check_slot(struct ffx_agent *agent, uint32_t i)
{
    const struct demand demand = demand_of(agent, i);
    if (!demand.sha256)
        return 0;
    if (!record_agrees(agent, i, &demand))
        return FFX_ERR_DIGEST;
    const int rc = task_hash_slot(agent, i, demand.size, demand.sha256);
    if (rc != 0)
        return rc;
    const int clean = is_clean(agent, i, demand.size);
    return clean == 1 ? 0 : clean == 0 ? FFX_ERR_DIGEST : clean;
}

int check_source(struct ffx_agent *agent)
{
    if (agent->look == agent->config.component_count)
        return task_next(agent, TASK_PAYLOADS);
    const int rc = check_slot(agent, agent->look);
    if (rc == FFX_ERR_DIGEST)
        return agent->mode == MODE_REPLACE ? FFX_ERR_RECOVERY : FFX_ERR_SOURCE;
    if (rc != 0)
        return rc;
    agent->look++;
    return task_next(agent, TASK_SOURCE);
}

/* --- payloads and plan --------------------------------------------------- */

int check_payloads(struct ffx_agent *agent)
{
    const uint32_t count = agent->config.component_count;
    const int rc = ffx_package_check(&agent->package);
    if (rc != 0)
        return rc;
    const uint32_t first = agent->mode == MODE_RESUME ? agent->state.component
                                                      : task_listed(agent, 0);
    if (first >= count || !task_part(agent, first))
        return FFX_ERR_RECOVERY;
    return task_plan(agent, first, count);
}

static int read_slot(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    const struct ffx_agent *const agent = context;
    const struct ffx_flash *const flash = agent->config.flash;
    return flash->read(flash->context,
                       agent->config.components[agent->look].slot.address +
                           offset,
                       buffer, length);
}

static int open_payload(struct ffx_agent *agent)
{
    const struct ffx_agent_config *const config = &agent->config;
    const struct ffx_part *const part = task_part(agent, agent->look);
    struct ffx_delta_config delta = {
        .slot = {read_slot, agent, config->components[agent->look].slot.length},
        .source_bytes = part->from_size,
        .target_bytes = task_facts(agent, agent->look)->size,
        .step_bytes = config->step_bytes,
        .memory = config->work,
        .memory_bytes = config->work_bytes,
    };
    ffx_package_payload(&agent->package,
                        (uint32_t)(part - agent->package.manifest.parts),
                        &agent->reader, &delta.patch);
    return ffx_payload_open(&agent->payload, part->kind, &delta);
}

/* A delta that was not made from what stands here. The component that a record
 * goes on with is no source any more. */
static int source_is_wrong(const struct ffx_agent *agent)
{
    return agent->payload.kind == FFX_PAYLOAD_DELTA &&
           !agent->payload.delta.source_is &&
           !(agent->mode == MODE_RESUME &&
             agent->look == agent->state.component);
}

/* From the last component down, so that the one to begin with is planned
 * last and its reader stands ready. The cursor is 1 while one is open. */
int check_plan(struct ffx_agent *agent)
{
    if (agent->cursor == 0) {
        do
            agent->look--;
        while (!task_part(agent, agent->look));
        const int error = open_payload(agent);
        agent->cursor = 1;
        return error != 0 ? error : 1;
    }
    const int rc = ffx_payload_prepare(&agent->payload);
    if (rc != 0)
        return rc;
    if (source_is_wrong(agent))
        return FFX_ERR_SOURCE;
    return task_next(agent,
                     agent->look == agent->part ? TASK_BEGIN : TASK_PLAN);
}
