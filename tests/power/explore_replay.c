/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

/* Where cells are unstable the explorer takes more for held than it needs to,
 * and what it has poisoned before would tell the two apart. */
static int run_on(struct explorer *e)
{
    struct ffx_agent *const agent = &e->bench->agent;
    int rc = ffx_agent_pending(agent);
    while (rc == 1) {
        const int committing = agent->commits;
        rc = explore_step(e);
        if (rc == 1 && committing && agent->commits == 0 && e->view.luck)
            explore_poison(e);
    }
    return rc;
}

/* One start that is cut, or comes to its end, as devices do it. */
static void suffer(struct explorer *e, const struct cut *cut)
{
    lab_flash_luck(e->flash, (enum lab_luck)cut->luck);
    e->bench->package = explore_package(e, (enum explore_deed)cut->deed);
    e->bench->removed = 0;
    e->flash->cuts_fired = 0;
    if (e->view.luck)
        explore_poison(e);
    if (bench_power_up(e->bench) != 0)
        explore_bad(e, "replayed: no record is legible");
    if (cut->tear == LAB_TEAR_BYTES)
        lab_flash_cut_bytes(e->flash, cut->operation, cut->bytes);
    else
        lab_flash_cut(e->flash, cut->operation, (enum lab_tear)cut->tear);
    const int rc = cut->deed == EXPLORE_ASK
                       ? ffx_agent_request(&e->bench->agent)
                       : run_on(e);
    if (rc != (cut->operation ? FFX_ERR_POWER : 0) ||
        e->flash->cuts_fired != (cut->operation != 0))
        explore_bad(e, "replayed: the cut did not fire");
}

/* From the origin to state `s` without poison and without a short cut: it
 * must be the state that the explorer took it for. */
void explore_replay(struct explorer *e, uint32_t s)
{
    const struct cut *cuts[EXPLORE_WAY_MAX];
    uint32_t count = 0;
    for (uint32_t at = s; at != 0; at = e->states[at].cut.from) {
        if (count == EXPLORE_WAY_MAX)
            return;
        cuts[count++] = &e->states[at].cut;
    }
    e->at = s;
    e->now = (struct cut){.from = s};
    lab_flash_restore(e->flash, e->origin);
    while (count-- > 0)
        suffer(e, cuts[count]);
    e->journal_known = 0;
    if (explore_digest_now(e) != e->states[s].digest)
        explore_bad(e, "replayed: another state than the explorer thought");
    e->figures->replayed++;
}
