/* SPDX-License-Identifier: Apache-2.0 */
/* Trial boot: the release that has to prove itself before it is installed. */
#include "agent/record.h"
#include "agent/state.h"
#include "agent/task.h"

#include "base/bytes.h"

#include <farfix/error.h>

/* --- the record's second block ------------------------------------------- */

/* Offsets of docs/flash-layout.md, section 1. */
enum {
    AT_SIGNER = 0,
    AT_HAS_NEXT_KEY = 1,
    AT_HAS_REVOKE = 2,
    AT_VERSION = 4,
    AT_IMAGES = 36,
    AT_NEXT_KEY = 144,
    AT_REVOKE = 209,
};

enum { IMAGE_SIZE = 0, IMAGE_SHA256 = 4, IMAGE_BYTES = 36 };

/* In the order of the config, which the release need not keep. */
void trial_encode(const struct ffx_agent *agent, uint8_t *block)
{
    const struct ffx_release *const release = &agent->package.release;
    block[AT_SIGNER] = agent->package.release_key;
    block[AT_HAS_NEXT_KEY] = release->has_next_key;
    block[AT_HAS_REVOKE] = release->has_revoke;
    memcpy(block + AT_VERSION, release->version,
           bytes_length(release->version));
    for (uint32_t i = 0; i < agent->config.component_count; i++) {
        const struct ffx_image_facts *const facts = task_facts(agent, i);
        uint8_t *const p = block + AT_IMAGES + i * IMAGE_BYTES;
        bytes_put32(p + IMAGE_SIZE, facts->size);
        memcpy(p + IMAGE_SHA256, facts->sha256, FFX_SHA256_BYTES);
    }
    /* All 0 where there is none. */
    memcpy(block + AT_NEXT_KEY, release->next_key.point, FFX_PUBLIC_KEY_BYTES);
    memcpy(block + AT_REVOKE, release->revoke.point, FFX_PUBLIC_KEY_BYTES);
}

void trial_decode(struct ffx_agent *agent, const uint8_t *block)
{
    struct ffx_release *const release = &agent->package.release;
    const struct ffx_agent_config *const config = &agent->config;
    memset(release, 0, sizeof *release);
    agent->package.release_key = block[AT_SIGNER] & 1;
    release->has_next_key = block[AT_HAS_NEXT_KEY];
    release->has_revoke = block[AT_HAS_REVOKE];
    release->sequence = agent->state.begun;
    release->component_count = config->component_count;
    memcpy(release->version, block + AT_VERSION, FFX_VERSION_MAX);
    for (uint32_t i = 0; i < config->component_count; i++) {
        struct ffx_image_facts *const facts = &release->components[i];
        const uint8_t *const p = block + AT_IMAGES + i * IMAGE_BYTES;
        memcpy(facts->name, config->components[i].name,
               bytes_length(config->components[i].name));
        facts->size = bytes_get32(p + IMAGE_SIZE);
        memcpy(facts->sha256, p + IMAGE_SHA256, FFX_SHA256_BYTES);
    }
    memcpy(release->next_key.point, block + AT_NEXT_KEY, FFX_PUBLIC_KEY_BYTES);
    memcpy(release->revoke.point, block + AT_REVOKE, FFX_PUBLIC_KEY_BYTES);
}

/* --- boots --------------------------------------------------------------- */

int trial_begin(struct ffx_agent *agent)
{
    agent->state.installing = 0;
    agent->state.trial = (uint8_t)(agent->config.trial_boots + 1);
    return task_commit(agent, TASK_END);
}

/* One boot more without an answer. Counted before the firmware starts: it may
 * never come back. */
int trial_boot(struct ffx_agent *agent)
{
    if (agent->state.trial == 1)
        return FFX_ERR_TRIAL;
    agent->state.trial--;
    return task_commit(agent, TASK_END);
}
