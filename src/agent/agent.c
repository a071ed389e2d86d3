/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/config.h"
#include "agent/journal.h"
#include "agent/state.h"
#include "agent/task.h"

#include "base/bytes.h"

#include <farfix/error.h>

_Static_assert(FFX_PACKAGE_BUFFER_MIN <= 4096,
               "the smallest step buffer holds what a package check needs");
_Static_assert(sizeof(struct ffx_sha256) + 8 < 4096,
               "and what hashing a slot needs");

_Static_assert(2 * RECORD_MAX <= 4096, "and what the journal needs");

/* --- commits that cannot wait for step ----------------------------------- */

/* From the journal: after a failed commit the state in RAM is not true. */
static int reload(struct ffx_agent *agent)
{
    task_close_package(agent);
    agent->commits = 0;
    agent->percent = TASK_NO_PERCENT;
    task_next(agent, TASK_BOOT);
    int error = journal_load(agent);
    if (error == 0 && !config_fits(&agent->config, &agent->state))
        error = FFX_ERR_GEOMETRY;
    if (error == 0)
        return 0;
    memset(&agent->state, 0, sizeof agent->state);
    agent->task = TASK_DONE;
    return error;
}

static int commit_now(struct ffx_agent *agent)
{
    int rc;
    do
        rc = journal_step(agent);
    while (rc == 1);
    if (rc < 0 && rc != FFX_ERR_POWER)
        reload(agent);
    if (rc == 0)
        task_next(agent, TASK_BOOT);
    return rc;
}

/* --- tasks --------------------------------------------------------------- */

static int boot(struct ffx_agent *agent)
{
    const struct ffx_agent_state *const state = &agent->state;
    agent->part = state->component;
    agent->ready = 0;
    agent->in_slot = 0;
    agent->tries = 0;
    if (agent_on_trial(state))
        return trial_boot(agent);
    if (state->removing)
        return task_commit(agent, TASK_REMOVE);
    if (agent_has_work(state)) {
        task_event(agent, FFX_AGENT_STARTED);
        return task_commit(agent,
                           agent_is_updating(state->status) && state->installing
                               ? TASK_LOAD
                               : TASK_OPEN);
    }
    if (!agent->journal.twin)
        return task_commit(agent, TASK_END);
    agent->task = TASK_DONE;
    return 0;
}

static int done(struct ffx_agent *agent)
{
    (void)agent;
    return 0;
}

static int (*const tasks[TASKS])(struct ffx_agent *) = {
    [TASK_BOOT] = boot,
    [TASK_OPEN] = check_open,
    [TASK_FACTS] = check_facts,
    [TASK_SOURCE] = check_source,
    [TASK_PAYLOADS] = check_payloads,
    [TASK_PLAN] = check_plan,
    [TASK_BEGIN] = apply_begin,
    [TASK_MAKE] = apply_make,
    [TASK_SCRATCH] = apply_scratch,
    [TASK_LOAD] = apply_load,
    [TASK_INSTALL] = apply_install,
    [TASK_TAIL] = finish_tail,
    [TASK_DIGEST] = finish_digest,
    [TASK_REMOVE] = finish_remove,
    [TASK_END] = finish_end,
    [TASK_DONE] = done,
};

/* 7 while nothing was touched, else 3 or 5 of the component in work. What
 * the record says of the package in work stays: recovery needs it. */
static void set_failed(struct ffx_agent *agent, int error)
{
    struct ffx_agent_state *const state = &agent->state;
    if (state->status == FFX_STATUS_REQUESTED)
        state->status = FFX_STATUS_REFUSED;
    else
        state->status = agent->config.components[state->component].failed;
    state->requested = 0;
    state->error = error;
    /* What cannot be counted any more is not started either. */
    if (state->trial != 0)
        state->trial = FFX_TRIAL_FAILED;
}

static int fail(struct ffx_agent *agent, int error)
{
    set_failed(agent, error);
    return task_commit(agent, TASK_END);
}

/* No record, no step: the device has to answer AT as it stands, and says
 * what it would have written. */
static int stand_still(struct ffx_agent *agent, int error)
{
    reload(agent);
    agent->task = TASK_DONE;
    if (agent_has_work(&agent->state) && !agent->state.removing) {
        set_failed(agent, error);
        task_event(agent, FFX_AGENT_FAILED);
    }
    return error;
}

static int commit_some(struct ffx_agent *agent)
{
    const int rc = journal_step(agent);
    if (rc == 0)
        agent->commits--;
    if (rc < 0 && rc != FFX_ERR_POWER)
        return stand_still(agent, rc);
    return rc == 0 ? 1 : rc;
}

int ffx_agent_step(struct ffx_agent *agent)
{
    if (agent->commits != 0)
        return commit_some(agent);
    const int rc = tasks[agent->task](agent);
    return rc < 0 && rc != FFX_ERR_POWER ? fail(agent, rc) : rc;
}

int ffx_agent_run(struct ffx_agent *agent)
{
    int rc;
    do
        rc = ffx_agent_step(agent);
    while (rc == 1);
    return rc;
}

/* --- life of a device ---------------------------------------------------- */

int ffx_agent_init(struct ffx_agent *agent,
                   const struct ffx_agent_config *config)
{
    memset(agent, 0, sizeof *agent);
    agent->task = TASK_DONE;
    const int error = config_check(config);
    if (error == 0)
        agent->config = *config;
    return error;
}

int ffx_agent_load(struct ffx_agent *agent)
{
    return reload(agent);
}

static int provision_valid(const struct ffx_agent *agent,
                           const struct ffx_provision *provision)
{
    if (!ffx_model_valid(provision->model) || provision->key_count < 1 ||
        provision->key_count > FFX_AGENT_KEYS)
        return 0;
    for (uint32_t i = 0; i < provision->key_count; i++)
        if (provision->keys[i].point[0] != 0x04)
            return 0;
    for (uint32_t i = 0; i < agent->config.component_count; i++)
        if (!ffx_version_valid(provision->installed[i].version) ||
            provision->installed[i].size >
                agent->config.components[i].slot.length)
            return 0;
    return 1;
}

static int has_test_key(const struct ffx_provision *provision)
{
    for (uint32_t i = 0; i < provision->key_count; i++)
        if (ffx_key_is_test(&provision->keys[i]))
            return 1;
    return 0;
}

static void set_provisioned(struct ffx_agent *agent,
                            const struct ffx_provision *provision)
{
    struct ffx_agent_state *const state = &agent->state;
    memset(state, 0, sizeof *state);
    state->status = FFX_STATUS_IDLE;
    memcpy(state->model, provision->model, bytes_length(provision->model));
    state->sequence = provision->sequence;
    for (uint32_t i = 0; i < agent->config.component_count; i++)
        state->installed[i] = provision->installed[i];
    state->key_count = (uint8_t)provision->key_count;
    for (uint32_t i = 0; i < provision->key_count; i++)
        state->keys[i] = provision->keys[i];
}

int ffx_agent_provision(struct ffx_agent *agent,
                        const struct ffx_provision *provision)
{
    if (!provision_valid(agent, provision))
        return FFX_ERR_ARGUMENT;
    if (!agent->config.allow_test_keys && has_test_key(provision))
        return FFX_ERR_TEST_KEY;
    const int found = reload(agent);
    if (found != FFX_ERR_STATE)
        return found == FFX_ERR_POWER ? found : FFX_ERR_BUSY;
    set_provisioned(agent, provision);
    return commit_now(agent); /* into every sector: all are holes */
}

int ffx_agent_pending(const struct ffx_agent *agent)
{
    return agent->state.status != 0 &&
           (agent_has_work(&agent->state) || !agent->journal.twin);
}

/* --- AT+CFOTA ------------------------------------------------------------ */

static int package_there(struct ffx_agent *agent)
{
    struct ffx_read_at file;
    const int error = agent->config.open_package(agent->config.context, &file);
    if (error == 0)
        agent->config.close_package(agent->config.context);
    return error;
}

int ffx_agent_request(struct ffx_agent *agent)
{
    struct ffx_agent_state *const state = &agent->state;
    if (state->status == 0)
        return FFX_ERR_STATE;
    if (agent_has_work(state))
        return FFX_ERR_BUSY;
    const int error = package_there(agent);
    if (error != 0)
        return error;
    state->requested = 1;
    if (!agent_has_failed(state->status)) {
        state->status = FFX_STATUS_REQUESTED;
        state->error = 0;
    }
    return commit_now(agent);
}

int ffx_agent_clear(struct ffx_agent *agent)
{
    struct ffx_agent_state *const state = &agent->state;
    if (state->status == 0)
        return FFX_ERR_STATE;
    if (agent_is_updating(state->status) || agent_has_failed(state->status))
        return FFX_ERR_BUSY;
    if (state->status == FFX_STATUS_IDLE)
        return 0;
    state->status = FFX_STATUS_IDLE;
    state->requested = 0;
    state->removing = 0;
    state->error = 0;
    return commit_now(agent);
}

/* --- other ways to success ----------------------------------------------- */

/* The file goes after the commit: a cut in between leaves `removing`, and the
 * next boot deletes it. */
static int commit_success(struct ffx_agent *agent)
{
    const int error = commit_now(agent);
    if (error != 0)
        return error;
    agent->config.remove_package(agent->config.context);
    agent->state.removing = 0;
    const int second = commit_now(agent);
    return second == FFX_ERR_POWER ? second : 0;
}

int ffx_agent_on_trial(const struct ffx_agent *agent)
{
    return agent_on_trial(&agent->state);
}

int ffx_agent_confirm(struct ffx_agent *agent)
{
    if (!agent_on_trial(&agent->state))
        return FFX_ERR_BUSY;
    finish_install(agent);
    return commit_success(agent);
}

static void set_version(struct ffx_agent *agent, const char *version)
{
    for (uint32_t i = 0; i < agent->config.component_count; i++) {
        char *const to = agent->state.installed[i].version;
        memset(to, 0, FFX_VERSION_MAX + 1);
        memcpy(to, version, bytes_length(version));
    }
}

int ffx_agent_finish_vendor(struct ffx_agent *agent, const char *version,
                            int error)
{
    struct ffx_agent_state *const state = &agent->state;
    if (state->status != FFX_STATUS_REQUESTED)
        return FFX_ERR_BUSY;
    if (error > 0 || (error == 0 && !ffx_version_valid(version)))
        return FFX_ERR_ARGUMENT;
    state->status =
        error == 0 ? FFX_STATUS_SUCCESS : (uint8_t)FFX_STATUS_REFUSED;
    state->requested = 0;
    state->error = error;
    if (error != 0)
        return commit_now(agent);
    set_version(agent, version);
    state->removing = 1;
    return commit_success(agent);
}

/* --- answers ------------------------------------------------------------- */

int ffx_agent_status(const struct ffx_agent *agent)
{
    return agent->state.status;
}

int ffx_agent_locked(const struct ffx_agent *agent)
{
    return agent->state.requested || agent_is_updating(agent->state.status);
}

const struct ffx_agent_state *ffx_agent_state(const struct ffx_agent *agent)
{
    return &agent->state;
}
