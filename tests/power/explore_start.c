/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include "agent/task.h"

#include <assert.h>
#include <stdlib.h>

/* What the agent keeps in RAM across a commit, but for addresses, and for
 * what follows from the flash. */
static uint64_t memory_digest(const struct explorer *e)
{
    const struct ffx_agent *const agent = &e->bench->agent;
    const struct ffx_journal *const journal = &agent->journal;
    uint64_t digest = 0;
    const uint8_t bytes[] = {journal->newest,
                             journal->victim,
                             journal->erased,
                             journal->half,
                             journal->twin,
                             journal->tries,
                             (uint8_t)journal->stuck,
                             agent->task,
                             agent->commits,
                             agent->mode,
                             agent->part,
                             agent->look,
                             agent->opened,
                             agent->ready,
                             agent->tries,
                             agent->in_slot,
                             journal->settled,
                             e->now.deed,
                             e->now.luck};
    digest = table_mix(digest, table_digest(bytes, sizeof bytes));
    digest = table_mix(digest, agent->cursor);
    return table_mix(digest, agent->steps);
}

/* Sectors that nobody may rely on any more hold noise from here on. */
void explore_poison(struct explorer *e)
{
    struct view_sector sectors[VIEW_RECORDS];
    struct view_record newest[2];
    uint64_t digest;
    uint8_t care[sizeof e->care] = {0};
    if (e->options->exact)
        return;
    view_sectors(&e->view, sectors);
    view_journal(&e->view, sectors, newest, &digest, care);
    explore_hold_stuck(e, care);
    for (uint32_t f = 1; f < e->bench->fence_count; f++) {
        const struct ffx_flash_area *const fence = &e->bench->fence[f];
        struct ffx_flash_area sector;
        for (uint32_t at = 0; at < fence->length; at += sector.length) {
            const uint32_t i =
                lab_flash_sector_index(e->flash, fence->address + at);
            sector = lab_flash_sector_area(e->flash, i);
            const uint32_t unit =
                sector.address / e->bench->geometry->write_unit;
            if (!care[i] && !(e->flash->written[unit] & LAB_UNIT_POISON))
                lab_flash_poison(e->flash, &sector);
        }
    }
}

static void link_to(struct explorer *e, uint32_t next)
{
    struct commit *const last =
        e->link == EXPLORE_NONE ? &e->first : &e->commits[e->link];
    last->next = next;
    last->points = e->points;
    last->us = e->flash->spent_us - e->us;
    e->points = 0;
    e->us = e->flash->spent_us;
}

/* 1: an earlier start came past here. */
static int commit_made(struct explorer *e)
{
    int is_new;
    explore_poison(e);
    const uint64_t digest = explore_with_depth(
        e, table_mix(explore_digest_now(e), memory_digest(e)),
        e->states[e->at].depth);
    uint64_t *const at = table_at(&e->made, digest, &is_new);
    if (is_new) {
        if (e->commit_count == e->commit_room) {
            e->commit_room = e->commit_room == 0 ? 1024 : 2 * e->commit_room;
            e->commits =
                realloc(e->commits, e->commit_room * sizeof *e->commits);
            assert(e->commits != NULL);
        }
        *at = ++e->commit_count;
    }
    link_to(e, (uint32_t)(*at - 1));
    e->link = (uint32_t)(*at - 1);
    return !is_new;
}

/* A reader's plan reads all of its slot to know the source again. Where a
 * record promises a step it finds something else, and nobody cares. */
static int plans_again(const struct ffx_agent *agent)
{
    return agent->commits == 0 && agent->task == TASK_PLAN &&
           agent->mode == MODE_RESUME && agent->cursor != 0 &&
           agent->look == agent->state.component;
}

int explore_step(struct explorer *e)
{
    const int may = plans_again(&e->bench->agent);
    const uint64_t before = e->flash->poison_reads;
    const int rc = ffx_agent_step(&e->bench->agent);
    if (may)
        e->flash->poison_reads = before;
    return rc;
}

static int run_agent(struct explorer *e)
{
    struct ffx_agent *const agent = &e->bench->agent;
    int rc = ffx_agent_pending(agent);
    while (rc == 1) {
        const int committing = agent->commits;
        rc = explore_step(e);
        if (rc == 1 && committing && agent->commits == 0 && commit_made(e)) {
            e->figures->merges++;
            return 1;
        }
    }
    return rc;
}

const struct forge_bytes *explore_package(const struct explorer *e,
                                          enum explore_deed deed)
{
    switch (deed) {
    case EXPLORE_IMAGES:
        return &e->rig->images;
    case EXPLORE_OTHER:
        return &e->rig->other;
    case EXPLORE_EMPTY:
        return NULL;
    default:
        return &e->rig->deltas;
    }
}

/* The flash at the end is one more that a device can be switched on with. */
static void keep_end(struct explorer *e)
{
    int is_new;
    e->now.operation = e->now.tear = 0;
    e->now.bytes = 0;
    const uint32_t s = explore_state_of(e, explore_digest_now(e), &e->now,
                                        e->states[e->at].depth, &is_new);
    e->states[s].rows += e->states[e->at].rows;
    if (is_new)
        e->states[s].flash = lab_flash_snapshot(e->flash);
}

static void power_on(struct explorer *e, const struct view_record *record)
{
    lab_flash_restore(e->flash, e->states[e->at].flash);
    lab_flash_luck(e->flash, (enum lab_luck)e->now.luck);
    e->journal_known = 0;
    explore_poison(e);
    e->bench->package = explore_package(e, e->now.deed);
    e->bench->removed = 0;
    e->flash->spent_us = 0;
    e->link = EXPLORE_NONE;
    e->points = 0;
    e->us = 0;
    e->figures->boots++;
    explore_begun(e, bench_power_up(e->bench), record);
}

void explore_start(struct explorer *e, enum explore_deed deed,
                   enum lab_luck luck, const struct view_record *record)
{
    e->now = (struct cut){
        .from = e->at, .deed = (uint8_t)deed, .luck = (uint8_t)luck};
    power_on(e, record);
    e->flash->watch = explore_cut;
    const int rc = deed == EXPLORE_ASK ? ffx_agent_request(&e->bench->agent)
                                       : run_agent(e);
    e->flash->watch = NULL;
    if (rc != 1) {
        link_to(e,
                EXPLORE_ENDED | (uint32_t)ffx_agent_status(&e->bench->agent));
        explore_end(e, rc, record);
        keep_end(e);
    }
    explore_rules(e);
}
