/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/journal.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define TRIES 3u
#define NONE 0xffu

/* --- load ---------------------------------------------------------------- */

static uint32_t address_of(const struct ffx_agent *agent, uint32_t i)
{
    return agent->config.journal.address + i * agent->journal.sector_bytes;
}

/* A record passed over for one bad read would bring back an older state, so a
 * sector is asked more than once. Words that cannot be read are what a cut
 * leaves: no record. 0: there is one; FFX_ERR_STATE; FFX_ERR_POWER. */
static int read_record(struct ffx_agent *agent, uint32_t i, uint32_t *counter)
{
    const struct ffx_flash *const flash = agent->config.flash;
    uint8_t *const record = agent->config.step_buffer;
    for (uint32_t tries = 0; tries < TRIES; tries++) {
        const int error = flash->read(flash->context, address_of(agent, i),
                                      record, record_bytes(&agent->config));
        if (error == FFX_ERR_POWER)
            return error;
        if (error == 0 && record_decode(agent, counter, record) == 0)
            return 0;
    }
    return FFX_ERR_STATE;
}

/* What the sectors say: the two newest counters and who holds them. */
struct found {
    uint32_t newest, second;
    uint8_t newest_at, second_at;
};

/* However far apart: a sector may keep a record for many commits. */
static int is_newer(uint32_t a, uint32_t b)
{
    return a - b - 1 < (1u << 31) - 1;
}

static void take(struct found *found, uint8_t i, uint32_t counter)
{
    if (found->newest_at == NONE || is_newer(counter, found->newest)) {
        found->second = found->newest;
        found->second_at = found->newest_at;
        found->newest = counter;
        found->newest_at = i;
    } else if (found->second_at == NONE || is_newer(counter, found->second)) {
        found->second = counter;
        found->second_at = i;
    }
}

static int is_first_copy(uint32_t counter)
{
    return (counter & 1) == 0;
}

/* The next sector in turn that may be written; `but` only for want of others.
 * NONE: nobody but the newest takes records. */
static uint8_t sector_after(const struct ffx_journal *journal, uint8_t i,
                            uint8_t but)
{
    for (uint32_t n = 0; n < 2u * journal->count; n++) {
        i = (uint8_t)(i + 1 < journal->count ? i + 1 : 0);
        if (i != journal->newest && !(journal->stuck >> i & 1) &&
            (i != but || n >= journal->count))
            return i;
    }
    return NONE;
}

/* What cannot be read today may be read tomorrow, and may be newer than what
 * is acted on meanwhile: holes are filled first, and all of them. */
static void fill_holes(struct ffx_journal *journal)
{
    for (uint8_t i = 0; i < journal->count; i++)
        if (journal->holes >> i & 1)
            journal->victim = i;
}

/* Where the next record goes. A first copy without its second may be legible
 * by luck, and nobody has acted on it. Then it is the second newest that goes:
 * another such copy, or one of the two of the state that held before. */
static void choose(struct ffx_journal *journal, const struct found *found)
{
    journal->newest = found->newest_at;
    journal->twin = !is_first_copy(found->newest) && found->second_at != NONE &&
                    found->second == found->newest - 1;
    if (is_first_copy(found->newest))
        journal->victim = found->second_at;
    else
        journal->victim =
            sector_after(journal, found->newest_at, found->second_at);
}

static void set_up(struct ffx_agent *agent)
{
    struct ffx_journal *const journal = &agent->journal;
    struct ffx_flash_area sector = {0, 1};
    memset(journal, 0, sizeof *journal);
    (void)ffx_flash_sector(agent->config.flash, agent->config.journal.address,
                           &sector);
    journal->sector_bytes = sector.length;
    journal->count = (uint8_t)(agent->config.journal.length / sector.length);
}

int journal_load(struct ffx_agent *agent)
{
    struct ffx_journal *const journal = &agent->journal;
    struct found found = {0, 0, NONE, NONE};
    const uint32_t bytes = record_bytes(&agent->config);
    uint8_t *const record = agent->config.step_buffer;
    uint8_t *const newest = record + bytes;
    set_up(agent);
    for (uint8_t i = 0; i < journal->count; i++) {
        uint32_t counter;
        const int error = read_record(agent, i, &counter);
        if (error == FFX_ERR_POWER)
            return error;
        if (error == 0)
            take(&found, i, counter);
        else
            journal->holes |= 1u << i;
        if (found.newest_at == i) /* kept: it may not be legible again */
            memcpy(newest, record, bytes);
    }
    journal->newest = NONE;
    if (found.newest_at == NONE)
        return FFX_ERR_STATE;
    choose(journal, &found);
    fill_holes(journal);
    return record_decode(agent, &journal->counter, newest);
}

/* --- commit -------------------------------------------------------------- */

/* A sector that takes nothing is passed over. */
static int failed(struct ffx_journal *journal, int error)
{
    const uint32_t victim = 1u << journal->victim;
    if (error == FFX_ERR_POWER)
        return error;
    if (++journal->tries < TRIES)
        return 1;
    journal->tries = 0;
    journal->stuck |= victim;
    journal->holes &= ~victim;
    journal->victim = sector_after(journal, journal->victim, NONE);
    fill_holes(journal);
    return 1;
}

static int program(struct ffx_agent *agent, uint32_t address, uint32_t counter)
{
    const struct ffx_flash *const flash = agent->config.flash;
    const uint32_t bytes = record_bytes(&agent->config);
    uint8_t *const record = agent->config.step_buffer;
    uint8_t *const back = record + bytes;
    record_encode(agent, record, counter);
    int error = flash->program(flash->context, address, record, bytes);
    if (error == 0)
        error = flash->read(flash->context, address, back, bytes);
    if (error != 0)
        return error;
    return memcmp(record, back, bytes) == 0 ? 0 : FFX_ERR_FLASH;
}

/* One copy is durable: everything else in the journal may go. But what was
 * found at boot goes first, since it may be legible by luck, and what looks
 * like the state before it must be that. 1: another copy follows. */
static int written(struct ffx_journal *journal, uint32_t counter)
{
    const uint8_t before = journal->newest;
    journal->newest = journal->victim;
    journal->counter = counter;
    journal->tries = 0;
    journal->half = (uint8_t)is_first_copy(counter);
    journal->twin = !journal->half;
    journal->holes &= ~(1u << journal->victim);
    journal->victim =
        sector_after(journal, journal->newest, journal->half ? NONE : before);
    if (!journal->settled && journal->half)
        journal->victim = before;
    journal->settled |= journal->twin;
    fill_holes(journal);
    return journal->half || journal->holes != 0;
}

int journal_step(struct ffx_agent *agent)
{
    struct ffx_journal *const journal = &agent->journal;
    const struct ffx_flash *const flash = agent->config.flash;
    const uint32_t address = address_of(agent, journal->victim);
    if (journal->victim == NONE) {
        /* For the second copy is no room: one has to do. */
        const int half = journal->half;
        journal->half = 0;
        return half ? 0 : FFX_ERR_FLASH;
    }
    if (!journal->erased) {
        const int error = flash->erase(flash->context, address);
        if (error != 0)
            return failed(journal, error);
        journal->erased = 1;
        return 1;
    }
    journal->erased = 0;
    /* Even, then odd: a first copy, whose second never came, is skipped. */
    const uint32_t counter =
        journal->half ? journal->counter + 1 : (journal->counter | 1) + 1;
    const int error = program(agent, address, counter);
    return error != 0 ? failed(journal, error) : written(journal, counter);
}
