/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include <string.h>

static int says_installed(const struct explorer *e,
                          const struct bench_release *release)
{
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    int same = state->sequence == release->sequence;
    for (uint32_t i = 0; i < e->bench->geometry->component_count; i++)
        same &= strcmp(state->installed[i].version, release->version) == 0 &&
                state->installed[i].size == release->size[i] &&
                state->installed[i].sequence == release->sequence;
    return same;
}

/* The old key or the new one, with the release that it came with. */
static int trusts(const struct explorer *e, enum forge_key key)
{
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    return state->key_count == 1 && memcmp(&state->keys[0], forge_public(key),
                                           sizeof state->keys[0]) == 0;
}

/* What a device says and what it holds, before and after a start. The only
 * statuses that start firmware are 1, 6, 7 and 8. */
static void expect_truth(struct explorer *e)
{
    struct bench *const bench = e->bench;
    const int status = ffx_agent_status(&bench->agent);
    const struct bench_release *const release =
        status == FFX_STATUS_SUCCESS ? &bench->b : &bench->a;
    if (!says_installed(e, release))
        explore_bad(e, "the record names another release");
    if (!trusts(e, release == &bench->b ? rig_key_b : rig_key_a))
        explore_bad(e, "the keys are not those of the release");
    if ((status == FFX_STATUS_REQUESTED || status >= FFX_STATUS_SUCCESS) &&
        !bench_holds(bench, release))
        explore_bad(e, "a slot does not hold what the record says");
}

int explore_is_failed(int status)
{
    return status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
}

int explore_is_updating(int status)
{
    return status == FFX_STATUS_UPDATING_MODEM ||
           status == FFX_STATUS_UPDATING_AP;
}

/* With one place in scratch, images of recovery are written over the copy of
 * the step that the deltas had promised: from there only images lead on. */
static int gave_up(const struct explorer *e)
{
    const struct bench_geometry *const geometry = e->bench->geometry;
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    return e->options->packages > 1 && e->now.deed == EXPLORE_DELTAS &&
           geometry->scratch.length == geometry->step_bytes &&
           explore_is_failed(state->status) && state->lost;
}

/* `before`: of the record that it started from. */
static void expect_good_end(struct explorer *e,
                            const struct view_record *before)
{
    const int status = ffx_agent_status(&e->bench->agent);
    const int works = before->requested || explore_is_updating(before->status);
    const int right =
        e->now.deed == EXPLORE_DELTAS || e->now.deed == EXPLORE_IMAGES;
    e->figures->ends[status]++;
    if (ffx_agent_pending(&e->bench->agent))
        explore_bad(e, "something is left to do");
    expect_truth(e);
    if (status == FFX_STATUS_SUCCESS && (works || before->removing) &&
        e->bench->package != NULL)
        explore_bad(e, "the package outlived its update");
    if (e->options->fault != LAB_FAULT_NONE) {
        if (explore_is_updating(status) || status == FFX_STATUS_REQUESTED)
            explore_bad(e, "neither an end nor recovery");
    } else if (!works) {
        if (status != before->status)
            explore_bad(e, "a state at rest has changed");
    } else if (right ? status != FFX_STATUS_SUCCESS && !gave_up(e)
                     : status != FFX_STATUS_REFUSED &&
                           !explore_is_failed(status)) {
        explore_bad(e, "a start came to a wrong end");
    }
}

/* The explorer read the journal as the agent does. */
void explore_begun(struct explorer *e, int rc, const struct view_record *record)
{
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    if (rc != 0)
        explore_bad(e, "no record is legible");
    if (state->status != record->status ||
        state->installing != record->installing ||
        e->bench->agent.journal.counter != record->counter)
        explore_bad(e, "the agent took another record than the newest");
    expect_truth(e);
}

void explore_end(struct explorer *e, int rc, const struct view_record *before)
{
    const int stuck = e->options->fault != LAB_FAULT_NONE;
    if (rc < 0 && !(rc == FFX_ERR_FLASH && stuck))
        explore_bad(e, "the agent gave up");
    if (e->now.deed != EXPLORE_ASK)
        expect_good_end(e, before);
}

void explore_rules(struct explorer *e)
{
    if (e->flash->violations != 0)
        explore_bad(e, "a rule of the flash was broken");
    if (e->flash->poison_reads != 0)
        explore_bad(e, "somebody relied on a sector that nobody may rely on");
}
