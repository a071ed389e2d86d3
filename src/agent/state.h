/* SPDX-License-Identifier: Apache-2.0 */
/* What a state means: questions that several files ask of it. */
#ifndef FARFIX_AGENT_STATE_H
#define FARFIX_AGENT_STATE_H

#include <farfix/agent.h>

static inline int agent_is_updating(uint8_t status)
{
    return status == FFX_STATUS_UPDATING_MODEM ||
           status == FFX_STATUS_UPDATING_AP;
}

static inline int agent_has_failed(uint8_t status)
{
    return status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
}

/* Something is to be done before the firmware may start. */
static inline int agent_has_work(const struct ffx_agent_state *state)
{
    return state->requested || state->removing ||
           agent_is_updating(state->status);
}

/* All of B is in its slots and nobody has confirmed it yet. */
static inline int agent_on_trial(const struct ffx_agent_state *state)
{
    return state->trial != 0 && state->trial != FFX_TRIAL_FAILED;
}

#endif
