/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/journal.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include <farfix/error.h>

#define TRIES 3u

/* --- load ---------------------------------------------------------------- */

/* A record passed over for one bad read would bring back an older state, so a
 * place is asked more than once. Words that cannot be read are what a cut
 * leaves: no record. 0: there is one; FFX_ERR_STATE; FFX_ERR_POWER. */
static int read_record(const struct ffx_flash *flash, uint32_t address,
                       uint8_t *record, struct ffx_agent_state *state,
                       uint32_t *counter)
{
    for (uint32_t i = 0; i < TRIES; i++) {
        const int error =
            flash->read(flash->context, address, record, RECORD_BYTES);
        if (error == FFX_ERR_POWER)
            return error;
        if (error == 0 && record_decode(state, counter, record) == 0)
            return 0;
    }
    return FFX_ERR_STATE;
}

/* Half `half`'s last valid record before the first place that is not: copied
 * to its slot in the step buffer. 1: there is one; 0: none. */
static int scan_half(const struct ffx_agent_config *config, uint32_t half,
                     struct ffx_agent_state *state, uint32_t *counter)
{
    uint8_t *const buffer = config->step_buffer;
    uint8_t *const candidate = buffer + 2 * RECORD_BYTES;
    struct ffx_flash_area sector;
    int found = 0;
    int error =
        ffx_flash_sector(config->flash, config->journal[half].address, &sector);
    if (error != 0)
        return error;
    for (uint32_t at = 0; at + RECORD_BYTES <= sector.length;
         at += RECORD_BYTES) {
        uint32_t says;
        error = read_record(config->flash, sector.address + at, candidate,
                            state, &says);
        if (error == FFX_ERR_POWER)
            return error;
        if (error != 0)
            break;
        memcpy(buffer + half * RECORD_BYTES, candidate, RECORD_BYTES);
        *counter = says;
        found = 1;
    }
    return found;
}

static uint32_t content_crc32(const uint8_t *record)
{
    return crc32_add(0, record + RECORD_CONTENT, RECORD_CRC - RECORD_CONTENT);
}

int journal_load(struct ffx_journal *journal,
                 const struct ffx_agent_config *config,
                 struct ffx_agent_state *state)
{
    const uint8_t *const records = config->step_buffer;
    uint32_t counters[2] = {0, 0};
    memset(journal, 0, sizeof *journal);
    journal->newest = 1; /* of nothing: the first record goes to half 0 */
    const int found0 = scan_half(config, 0, state, &counters[0]);
    if (found0 < 0)
        return found0;
    const int found1 = scan_half(config, 1, state, &counters[1]);
    if (found1 < 0)
        return found1;
    if (!found0 && !found1)
        return FFX_ERR_STATE;

    /* However far apart: an erase that was cut may bare a record that is many
     * commits old. */
    const int later = counters[1] - counters[0] < 1u << 31;
    const uint32_t newest = found1 && (!found0 || later);
    const uint8_t *const record = records + newest * RECORD_BYTES;
    journal->newest = (uint8_t)newest;
    journal->counter = counters[newest];
    journal->content = content_crc32(record);
    journal->twin = found0 && found1 &&
                    memcmp(records + RECORD_CONTENT,
                           records + RECORD_BYTES + RECORD_CONTENT,
                           RECORD_CRC - RECORD_CONTENT) == 0;
    return record_decode(state, &counters[0], record);
}

/* --- commit -------------------------------------------------------------- */

/* The half is erased again before the next try: what a failed operation left
 * in it is unknown. */
static int failed(struct ffx_journal *journal, uint32_t half, int error)
{
    if (error == FFX_ERR_POWER)
        return error;
    journal->fresh &= (uint8_t) ~(1u << half);
    if (++journal->tries < TRIES)
        return 1;
    journal->tries = 0;
    return FFX_ERR_FLASH;
}

static int erase_half(struct ffx_journal *journal,
                      const struct ffx_flash *flash, uint32_t half,
                      const struct ffx_flash_area *sector)
{
    const int error = flash->erase(flash->context, sector->address);
    if (error != 0)
        return failed(journal, half, error);
    journal->fresh |= (uint8_t)(1u << half);
    journal->next[half] = 0;
    return 1;
}

static int append(const struct ffx_flash *flash, uint32_t address,
                  const uint8_t *record, uint8_t *back)
{
    int error = flash->program(flash->context, address, record, RECORD_BYTES);
    if (error == 0)
        error = flash->read(flash->context, address, back, RECORD_BYTES);
    if (error != 0)
        return error;
    return memcmp(record, back, RECORD_BYTES) == 0 ? 0 : FFX_ERR_FLASH;
}

int journal_step(struct ffx_journal *journal,
                 const struct ffx_agent_config *config,
                 const struct ffx_agent_state *state)
{
    const struct ffx_flash *const flash = config->flash;
    const uint32_t half = journal->newest ^ 1u;
    uint8_t *const record = config->step_buffer;
    struct ffx_flash_area sector;
    int error = ffx_flash_sector(flash, config->journal[half].address, &sector);
    if (error != 0)
        return error;
    const uint32_t at = journal->next[half] * RECORD_BYTES;
    if (!(journal->fresh >> half & 1) || at + RECORD_BYTES > sector.length)
        return erase_half(journal, flash, half, &sector);

    const uint32_t counter = journal->counter + 1;
    record_encode(record, state, counter);
    error = append(flash, sector.address + at, record, record + RECORD_BYTES);
    if (error != 0)
        return failed(journal, half, error);
    const uint32_t content = content_crc32(record);
    journal->next[half]++;
    journal->twin = content == journal->content;
    journal->content = content;
    journal->counter = counter;
    journal->newest = (uint8_t)half;
    journal->tries = 0;
    return 0;
}
