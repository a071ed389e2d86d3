/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what the caller gives: the config, and a record against it. */
#ifndef FARFIX_AGENT_CONFIG_H
#define FARFIX_AGENT_CONFIG_H

#include <farfix/agent.h>

/* FFX_ERR_ARGUMENT, FFX_ERR_GEOMETRY: see ffx_agent_init. */
int config_check(const struct ffx_agent_config *config);

/* 1 when a valid record can have been written under this config. */
int config_fits(const struct ffx_agent_config *config,
                const struct ffx_agent_state *state);

#endif
