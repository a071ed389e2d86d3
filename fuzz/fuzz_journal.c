/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device whose journal is hostile: load, run without a package, and the
 * answers to AT. The first byte says whether it knows trial boot and how many
 * sectors the journal has; then come records, each behind a byte that names
 * its sector, of which the highest bit has magic and CRC put right and the
 * next one moves it off the sector's start, where nobody looks. Whatever was
 * taken for a state is one (agent.h), nothing but the device's own areas is
 * touched, and nothing is programmed twice.
 */
#include "agent/record.h"
#include "base/bytes.h"
#include "base/crc32.h"
#include "gullible.h"

#include <farfix/agent.h>
#include <farfix/error.h>

#include <stdlib.h>
#include <string.h>

#define SECTOR 2048u
#define STEP 4096u
#define SECTORS_MAX 6u
#define AREAS 16384u /* behind the journal and a sector that is nobody's */
#define FLASH 69632u
/* Far more than a boot without a package needs. */
#define CALLS_MAX 200

static uint8_t flash_bytes[FLASH];
static uint32_t journal_sectors;

static void require(int condition)
{
    if (!condition)
        abort();
}

/* --- the device ---------------------------------------------------------- */

static void require_inside(uint32_t address, uint32_t length)
{
    require(address <= FLASH && length <= FLASH - address);
    require(length == 0 || address + length <= journal_sectors * SECTOR ||
            address >= AREAS);
}

static int flash_read(void *context, uint32_t address, void *to,
                      uint32_t length)
{
    (void)context;
    require_inside(address, length);
    memcpy(to, flash_bytes + address, length);
    return 0;
}

static int flash_program(void *context, uint32_t address, const void *from,
                         uint32_t length)
{
    (void)context;
    require_inside(address, length);
    for (uint32_t i = 0; i < length; i++)
        require(flash_bytes[address + i] == 0xff);
    memcpy(flash_bytes + address, from, length);
    return 0;
}

static int flash_erase(void *context, uint32_t address)
{
    (void)context;
    require(address % SECTOR == 0);
    require_inside(address, SECTOR);
    memset(flash_bytes + address, 0xff, SECTOR);
    return 0;
}

static int no_package(void *context, struct ffx_read_at *file)
{
    (void)context;
    (void)file;
    return FFX_ERR_NO_PACKAGE;
}

static void nothing(void *context)
{
    (void)context;
}

static void power_up(struct ffx_agent *agent, uint8_t trial_boots)
{
    static const struct ffx_flash_region region = {SECTOR, FLASH / SECTOR};
    static const struct ffx_flash flash = {
        .regions = &region,
        .region_count = 1,
        .write_unit = 8,
        .erased_value = 0xff,
        .read = flash_read,
        .program = flash_program,
        .erase = flash_erase,
    };
    static const struct ffx_component components[] = {
        {"modem", {24576, 20480}, 2, 3}, {"ap", {45056, 24576}, 4, 5}};
    static uint8_t step_buffer[STEP], work[8192];
    const struct ffx_agent_config config = {
        .flash = &flash,
        .crypto = gullible_crypto(),
        .journal = {0, journal_sectors * SECTOR},
        .scratch = {AREAS, 2 * STEP},
        .components = components,
        .component_count = 2,
        .step_buffer = step_buffer,
        .step_bytes = STEP,
        .work = work,
        .work_bytes = sizeof work,
        .trial_boots = trial_boots,
        .open_package = no_package,
        .close_package = nothing,
        .remove_package = nothing,
    };
    require(ffx_agent_init(agent, &config) == 0);
}

/* --- the inequalities on struct ffx_agent_state -------------------------- */

static int all_zero(const void *from, const void *to)
{
    const uint8_t *p = from;
    while (p < (const uint8_t *)to)
        if (*p++ != 0)
            return 0;
    return 1;
}

static void require_work(const struct ffx_agent_state *state, int begun,
                         int failed)
{
    require(!(state->installing || state->lost) || begun);
    if (state->trial == FFX_TRIAL_FAILED)
        require(failed);
    else if (state->trial != 0)
        require(begun && !failed && !state->installing);
    if (begun)
        require(state->begun > state->sequence);
    else
        require(state->component == 0 && all_zero(state->package, state + 1));
}

static void require_state(const struct ffx_agent *agent)
{
    const struct ffx_agent_state *state = ffx_agent_state(agent);
    const int status = state->status;
    const int begun =
        status >= FFX_STATUS_UPDATING_MODEM && status <= FFX_STATUS_FAILED_AP;
    const int failed =
        status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
    require(status >= FFX_STATUS_REQUESTED && status <= FFX_STATUS_IDLE);
    require(!state->requested || status == FFX_STATUS_REQUESTED || failed);
    require(state->requested || status != FFX_STATUS_REQUESTED);
    require(!state->removing || status == FFX_STATUS_SUCCESS);
    require((state->error != 0) == (failed || status == FFX_STATUS_REFUSED));
    require(state->key_count >= 1 && state->key_count <= FFX_AGENT_KEYS);
    require(state->component < 2);
    require_work(state, begun, failed);
}

/* --- a life -------------------------------------------------------------- */

static void run(struct ffx_agent *agent)
{
    int result = 1, calls = 0;
    while (result == 1 && calls++ < CALLS_MAX) {
        result = ffx_agent_step(agent);
        require_state(agent);
    }
    require(result == 0);
    require(!ffx_agent_pending(agent) || ffx_agent_on_trial(agent));
}

static void ask(struct ffx_agent *agent, uint8_t trial_boots)
{
    require(ffx_agent_request(agent) != 0);
    require_state(agent);
    /* Trial boot is fixed for life: without it there is nothing to decode
     * what would be confirmed. */
    if (trial_boots != 0 && ffx_agent_on_trial(agent)) {
        require(ffx_agent_confirm(agent) == 0);
        require(ffx_agent_status(agent) == FFX_STATUS_SUCCESS);
    }
    ffx_agent_clear(agent);
    require_state(agent);
}

/* What a boot leaves, the next one finds. */
static void live(uint8_t trial_boots)
{
    static struct ffx_agent agent;
    struct ffx_agent_state left;
    power_up(&agent, trial_boots);
    if (ffx_agent_load(&agent) != 0) {
        require(ffx_agent_status(&agent) == 0 && !ffx_agent_pending(&agent));
        require(ffx_agent_run(&agent) == 0);
        return;
    }
    require_state(&agent);
    if (ffx_agent_pending(&agent)) {
        run(&agent);
        left = agent.state;
        power_up(&agent, trial_boots);
        require(ffx_agent_load(&agent) == 0);
        require(memcmp(&agent.state, &left, sizeof left) == 0);
    }
    ask(&agent, trial_boots);
}

/* --- input --------------------------------------------------------------- */

static void put_record(uint8_t head, const uint8_t *bytes, uint32_t length,
                       uint32_t whole)
{
    const uint32_t sector = (head & 7) % journal_sectors;
    const uint32_t off = head & 0x40 ? whole : 0;
    uint8_t *const to = flash_bytes + sector * SECTOR + off;
    memcpy(to, bytes, length);
    if (!(head & 0x80))
        return;
    memcpy(to, "FFX1", 4);
    for (uint32_t at = 0; at < whole; at += RECORD_BYTES)
        bytes_put32(to + at + RECORD_CRC, crc32_add(0, to + at, RECORD_CRC));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const uint8_t trial_boots = data[0] & 1 ? 3 : 0;
    const uint32_t whole = trial_boots != 0 ? RECORD_MAX : RECORD_BYTES;
    journal_sectors = FFX_JOURNAL_SECTORS +
                      (data[0] >> 1) % (SECTORS_MAX + 1 - FFX_JOURNAL_SECTORS);
    memset(flash_bytes, 0xff, sizeof flash_bytes);
    for (size_t at = 1; at + 1 < size;) {
        const size_t left = size - at - 1;
        const uint32_t length = left < whole ? (uint32_t)left : whole;
        put_record(data[at], data + at + 1, length, whole);
        at += 1 + length;
    }
    live(trial_boots);
    return 0;
}
