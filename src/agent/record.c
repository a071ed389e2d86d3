/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/record.h"
#include "agent/state.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include <farfix/error.h>

/* Offsets of docs/flash-layout.md, section 1. */
enum {
    AT_MAGIC = 0,
    AT_COUNTER = 4,
    AT_STATUS = 8,
    AT_REQUESTED = 9,
    AT_INSTALLING = 10,
    AT_COMPONENT = 11,
    AT_SEQUENCE = 12,
    AT_ERROR = 16,
    AT_MODEL = 20,
    AT_INSTALLED = 36,
    AT_KEY_COUNT = 252,
    AT_KEYS = 253,
    AT_REMOVING = 383,
    AT_PACKAGE = 384,
    AT_STEP_INDEX = 416,
    AT_STEP_OFFSET = 420,
    AT_STEP_LENGTH = 424,
    AT_STEP_CRC32 = 428,
    AT_CHECKPOINT = 432,
    AT_BEGUN = 496,
    AT_PLACE = 500,
    AT_LOST = 502,
    AT_TRIAL = 503,
};

enum {
    INSTALLED_VERSION = 0,
    INSTALLED_SIZE = 32,
    INSTALLED_SEQUENCE = 36,
    INSTALLED_SHA256 = 40,
    INSTALLED_BYTES = 72,
};

static const uint8_t magic[4] = {'F', 'F', 'X', '1'};

/* --- encode -------------------------------------------------------------- */

/* Into a record of zeros: what is not written says nothing. */

static void put_installed(uint8_t *p, const struct ffx_installed *installed)
{
    memcpy(p + INSTALLED_VERSION, installed->version,
           bytes_length(installed->version));
    bytes_put32(p + INSTALLED_SIZE, installed->size);
    bytes_put32(p + INSTALLED_SEQUENCE, installed->sequence);
    memcpy(p + INSTALLED_SHA256, installed->sha256, FFX_SHA256_BYTES);
}

static void put_device(uint8_t *record, const struct ffx_agent_state *state)
{
    bytes_put32(record + AT_SEQUENCE, state->sequence);
    memcpy(record + AT_MODEL, state->model, bytes_length(state->model));
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        put_installed(record + AT_INSTALLED + i * INSTALLED_BYTES,
                      &state->installed[i]);
    record[AT_KEY_COUNT] = state->key_count;
    for (uint32_t i = 0; i < state->key_count; i++)
        memcpy(record + AT_KEYS + i * FFX_PUBLIC_KEY_BYTES,
               state->keys[i].point, FFX_PUBLIC_KEY_BYTES);
}

static void put_work(uint8_t *record, const struct ffx_agent_state *state)
{
    memcpy(record + AT_PACKAGE, state->package, FFX_SHA256_BYTES);
    bytes_put32(record + AT_STEP_INDEX, state->step.index);
    bytes_put32(record + AT_STEP_OFFSET, state->step.offset);
    bytes_put32(record + AT_STEP_LENGTH, state->step.length);
    bytes_put32(record + AT_STEP_CRC32, state->step_crc32);
    memcpy(record + AT_CHECKPOINT, state->checkpoint.bytes,
           FFX_CHECKPOINT_BYTES);
    bytes_put32(record + AT_BEGUN, state->begun);
    bytes_put16(record + AT_PLACE, state->place);
    record[AT_LOST] = state->lost;
    record[AT_TRIAL] = state->trial;
}

uint32_t record_bytes(const struct ffx_agent_config *config)
{
    return config->trial_boots == 0 ? RECORD_BYTES : RECORD_MAX;
}

static void close_block(uint8_t *block)
{
    bytes_put32(block + RECORD_CRC, crc32_add(0, block, RECORD_CRC));
}

void record_encode(const struct ffx_agent *agent, uint8_t *record,
                   uint32_t counter)
{
    const struct ffx_agent_state *const state = &agent->state;
    memset(record, 0, record_bytes(&agent->config));
    memcpy(record + AT_MAGIC, magic, sizeof magic);
    bytes_put32(record + AT_COUNTER, counter);
    record[AT_STATUS] = state->status;
    record[AT_REQUESTED] = state->requested;
    record[AT_INSTALLING] = state->installing;
    record[AT_COMPONENT] = state->component;
    record[AT_REMOVING] = state->removing;
    bytes_put32(record + AT_ERROR, (uint32_t)state->error);
    put_device(record, state);
    put_work(record, state);
    close_block(record);
    if (agent->config.trial_boots == 0)
        return;
    if (agent_on_trial(state))
        trial_encode(agent, record + RECORD_BYTES);
    close_block(record + RECORD_BYTES);
}

/* --- decode -------------------------------------------------------------- */

static void get_installed(struct ffx_installed *installed, const uint8_t *p)
{
    memcpy(installed->version, p + INSTALLED_VERSION, FFX_VERSION_MAX);
    installed->size = bytes_get32(p + INSTALLED_SIZE);
    installed->sequence = bytes_get32(p + INSTALLED_SEQUENCE);
    memcpy(installed->sha256, p + INSTALLED_SHA256, FFX_SHA256_BYTES);
}

static void get_device(struct ffx_agent_state *state, const uint8_t *record)
{
    state->sequence = bytes_get32(record + AT_SEQUENCE);
    memcpy(state->model, record + AT_MODEL, FFX_MODEL_MAX);
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        get_installed(&state->installed[i],
                      record + AT_INSTALLED + i * INSTALLED_BYTES);
    state->key_count = record[AT_KEY_COUNT];
    for (uint32_t i = 0; i < FFX_AGENT_KEYS; i++)
        memcpy(state->keys[i].point,
               record + AT_KEYS + i * FFX_PUBLIC_KEY_BYTES,
               FFX_PUBLIC_KEY_BYTES);
}

static void get_work(struct ffx_agent_state *state, const uint8_t *record)
{
    memcpy(state->package, record + AT_PACKAGE, FFX_SHA256_BYTES);
    state->step.index = bytes_get32(record + AT_STEP_INDEX);
    state->step.offset = bytes_get32(record + AT_STEP_OFFSET);
    state->step.length = bytes_get32(record + AT_STEP_LENGTH);
    state->step_crc32 = bytes_get32(record + AT_STEP_CRC32);
    memcpy(state->checkpoint.bytes, record + AT_CHECKPOINT,
           FFX_CHECKPOINT_BYTES);
    state->begun = bytes_get32(record + AT_BEGUN);
    state->place = bytes_get16(record + AT_PLACE);
    state->lost = record[AT_LOST];
    state->trial = record[AT_TRIAL];
}

static int all_zero(const uint8_t *p, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (p[i] != 0)
            return 0;
    return 1;
}

/* No version means no component there. */
static int installed_valid(const uint8_t *record)
{
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++) {
        const uint8_t *p = record + AT_INSTALLED + i * INSTALLED_BYTES;
        char version[FFX_VERSION_MAX + 1] = {0};
        memcpy(version, p, FFX_VERSION_MAX);
        const uint32_t length = bytes_length(version);
        if (length != 0 && !ffx_version_valid(version))
            return 0;
        if (!all_zero(p + length,
                      length == 0 ? INSTALLED_BYTES : FFX_VERSION_MAX - length))
            return 0;
    }
    return 1;
}

static int keys_valid(const uint8_t *record)
{
    const uint32_t count = record[AT_KEY_COUNT];
    if (count < 1 || count > FFX_AGENT_KEYS)
        return 0;
    for (uint32_t i = 0; i < FFX_AGENT_KEYS; i++) {
        const uint8_t *p = record + AT_KEYS + i * FFX_PUBLIC_KEY_BYTES;
        if (i < count ? p[0] != 0x04 : !all_zero(p, FFX_PUBLIC_KEY_BYTES))
            return 0;
    }
    return 1;
}

/* The inequalities on struct ffx_agent_state. */
static int flags_valid(const struct ffx_agent_state *state)
{
    const uint8_t status = state->status;
    const int failed = agent_has_failed(status);
    if (status < FFX_STATUS_REQUESTED || status > FFX_STATUS_IDLE ||
        state->requested > 1 || state->installing > 1 || state->lost > 1 ||
        state->removing > (status == FFX_STATUS_SUCCESS))
        return 0;
    if (status == FFX_STATUS_REQUESTED ? !state->requested
                                       : state->requested && !failed)
        return 0;
    return state->error <= 0 &&
           (state->error != 0) == (failed || status == FFX_STATUS_REFUSED);
}

static int trial_valid(const struct ffx_agent_state *state)
{
    if (state->trial == FFX_TRIAL_FAILED)
        return agent_has_failed(state->status) && !state->installing;
    return state->trial == 0 ||
           (agent_is_updating(state->status) && !state->installing);
}

static int work_valid(const struct ffx_agent_state *state,
                      const uint8_t *record)
{
    if (agent_is_updating(state->status) || agent_has_failed(state->status))
        return state->begun > state->sequence &&
               state->component < FFX_COMPONENTS && trial_valid(state) &&
               all_zero(record + AT_TRIAL + 1, RECORD_CRC - AT_TRIAL - 1);
    return state->installing == 0 && state->component == 0 &&
           all_zero(record + AT_PACKAGE, AT_PLACE - AT_PACKAGE) &&
           all_zero(record + AT_LOST, RECORD_CRC - AT_LOST);
}

static int block_whole(const uint8_t *block)
{
    return bytes_get32(block + RECORD_CRC) == crc32_add(0, block, RECORD_CRC);
}

static int record_whole(const struct ffx_agent *agent, const uint8_t *record)
{
    return memcmp(record + AT_MAGIC, magic, sizeof magic) == 0 &&
           block_whole(record) &&
           (agent->config.trial_boots == 0 ||
            block_whole(record + RECORD_BYTES));
}

static int fields_valid(const struct ffx_agent_state *state,
                        const uint8_t *record)
{
    const uint32_t length = bytes_length(state->model);
    return flags_valid(state) && ffx_model_valid(state->model) &&
           all_zero(record + AT_MODEL + length, FFX_MODEL_MAX - length) &&
           installed_valid(record) && keys_valid(record) &&
           work_valid(state, record);
}

int record_decode(struct ffx_agent *agent, uint32_t *counter,
                  const uint8_t *record)
{
    struct ffx_agent_state *const state = &agent->state;
    if (!record_whole(agent, record))
        return FFX_ERR_STATE;
    memset(state, 0, sizeof *state);
    state->status = record[AT_STATUS];
    state->requested = record[AT_REQUESTED];
    state->installing = record[AT_INSTALLING];
    state->component = record[AT_COMPONENT];
    state->removing = record[AT_REMOVING];
    state->error = (int32_t)bytes_get32(record + AT_ERROR);
    get_device(state, record);
    get_work(state, record);
    *counter = bytes_get32(record + AT_COUNTER);
    if (!fields_valid(state, record))
        return FFX_ERR_STATE;
    /* All 0 unless it is on trial. */
    if (agent->config.trial_boots != 0)
        trial_decode(agent, record + RECORD_BYTES);
    return 0;
}
