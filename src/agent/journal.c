/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/journal.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define TRIES 3u

/* --- load ---------------------------------------------------------------- */

/* A record passed over for one bad read would bring back an older state, so a
 * place is asked more than once. Words that cannot be read are what a cut
 * leaves: no record. 0: there is one; FFX_ERR_STATE; FFX_ERR_POWER. */
static int read_record(struct ffx_agent *agent, uint32_t address,
                       uint8_t *record, uint32_t *counter)
{
    const struct ffx_flash *const flash = agent->config.flash;
    for (uint32_t i = 0; i < TRIES; i++) {
        const int error = flash->read(flash->context, address, record,
                                      record_bytes(&agent->config));
        if (error == FFX_ERR_POWER)
            return error;
        if (error == 0 && record_decode(agent, counter, record) == 0)
            return 0;
    }
    return FFX_ERR_STATE;
}

/* The newest record of one sector. */
struct found {
    int valid;
    uint32_t counter;
};

/* A sector's last valid record before the first place that is not: copied
 * to its slot in the step buffer. */
static int scan_sector(struct ffx_agent *agent, uint32_t i, struct found *found)
{
    const struct ffx_agent_config *const config = &agent->config;
    const uint32_t bytes = record_bytes(config);
    uint8_t *const buffer = config->step_buffer;
    uint8_t *const candidate = buffer + FFX_JOURNAL_SECTORS * bytes;
    const struct ffx_flash_area *const sector = &config->journal[i];
    found->valid = 0;
    for (uint32_t at = 0; at + bytes <= sector->length; at += bytes) {
        uint32_t counter;
        const int error =
            read_record(agent, sector->address + at, candidate, &counter);
        if (error != 0)
            return error == FFX_ERR_STATE ? 0 : error;
        memcpy(buffer + i * bytes, candidate, bytes);
        found->counter = counter;
        found->valid = 1;
    }
    return 0;
}

/* However far apart: an erase that was cut may bare a record that is many
 * commits old. */
static int is_newer(const struct found *a, const struct found *b)
{
    if (!a->valid || !b->valid)
        return a->valid && !b->valid;
    return a->counter - b->counter - 1 < (1u << 31) - 1;
}

static void swap(uint8_t *order, uint32_t i)
{
    const uint8_t moved = order[i];
    order[i] = order[i + 1];
    order[i + 1] = moved;
}

static void sort(uint8_t *order, const struct found *found)
{
    for (uint32_t i = 0; i < FFX_JOURNAL_SECTORS; i++)
        order[i] = (uint8_t)i;
    for (uint32_t end = FFX_JOURNAL_SECTORS - 1; end > 0; end--)
        for (uint32_t i = 0; i < end; i++)
            if (is_newer(&found[order[i]], &found[order[i + 1]]))
                swap(order, i);
}

static int is_first_copy(uint32_t counter)
{
    return (counter & 1) == 0;
}

/* 1 when both copies of the newest state are there. */
static int has_twin(const uint8_t *order, const struct found *found)
{
    const struct found *const newest = &found[order[2]];
    const struct found *const before = &found[order[1]];
    return !is_first_copy(newest->counter) && before->valid &&
           before->counter == newest->counter - 1;
}

int journal_load(struct ffx_agent *agent)
{
    struct ffx_journal *const journal = &agent->journal;
    struct found found[FFX_JOURNAL_SECTORS];
    memset(journal, 0, sizeof *journal);
    for (uint32_t i = 0; i < FFX_JOURNAL_SECTORS; i++) {
        const int error = scan_sector(agent, i, &found[i]);
        if (error != 0)
            return error;
    }
    uint8_t *const order = journal->order;
    sort(order, found);
    const struct found *const newest = &found[order[2]];
    if (!newest->valid)
        return FFX_ERR_STATE;
    journal->counter = newest->counter;
    journal->twin = (uint8_t)has_twin(order, found);
    /* A first copy without its second may be legible by luck, and nobody has
     * acted on it. The state that held before it is the oldest of the three:
     * what stands between them are other such first copies. */
    if (is_first_copy(newest->counter) && found[order[0]].valid)
        swap(order, 0);
    const uint8_t *const records = agent->config.step_buffer;
    return record_decode(agent, &journal->counter,
                         records + order[2] * record_bytes(&agent->config));
}

/* --- commit -------------------------------------------------------------- */

/* Where in `order` the sector stands that takes the next record. */
static uint32_t victim(const struct ffx_journal *journal)
{
    return journal->stuck ? 1 : 0;
}

/* The sector is erased again before the next try: what a failed operation
 * left in it is unknown. One that takes nothing is passed over. */
static int failed(struct ffx_journal *journal, uint32_t sector, int error)
{
    if (error == FFX_ERR_POWER)
        return error;
    journal->fresh &= (uint8_t) ~(1u << sector);
    if (++journal->tries < TRIES)
        return 1;
    journal->tries = 0;
    if (!journal->stuck) {
        journal->stuck = 1;
        return 1;
    }
    if (!journal->half)
        return FFX_ERR_FLASH;
    /* Two of three are stuck: one copy has to do. */
    journal->half = 0;
    return 0;
}

static int erase_sector(struct ffx_journal *journal,
                        const struct ffx_flash *flash, uint32_t i,
                        const struct ffx_flash_area *sector)
{
    const int error = flash->erase(flash->context, sector->address);
    if (error != 0)
        return failed(journal, i, error);
    journal->fresh |= (uint8_t)(1u << i);
    journal->next[i] = 0;
    return 1;
}

static int append(const struct ffx_flash *flash, uint32_t address,
                  uint8_t *record, uint32_t bytes)
{
    uint8_t *const back = record + bytes;
    int error = flash->program(flash->context, address, record, bytes);
    if (error == 0)
        error = flash->read(flash->context, address, back, bytes);
    if (error != 0)
        return error;
    return memcmp(record, back, bytes) == 0 ? 0 : FFX_ERR_FLASH;
}

/* One copy is durable. 1: the second one follows. */
static int written(struct ffx_journal *journal, uint32_t counter)
{
    for (uint32_t i = victim(journal); i + 1 < FFX_JOURNAL_SECTORS; i++)
        swap(journal->order, i);
    journal->counter = counter;
    journal->tries = 0;
    journal->half = (uint8_t)is_first_copy(counter);
    journal->twin = !journal->half;
    return journal->half;
}

int journal_step(struct ffx_agent *agent)
{
    struct ffx_journal *const journal = &agent->journal;
    const struct ffx_agent_config *const config = &agent->config;
    const struct ffx_flash *const flash = config->flash;
    const uint32_t i = journal->order[victim(journal)];
    const uint32_t bytes = record_bytes(config);
    uint8_t *const record = config->step_buffer;
    const struct ffx_flash_area *const sector = &config->journal[i];
    const uint32_t at = journal->next[i] * bytes;
    if (!(journal->fresh >> i & 1) || at + bytes > sector->length)
        return erase_sector(journal, flash, i, sector);

    /* Even, then odd: a first copy, whose second never came, is skipped. */
    const uint32_t counter =
        journal->half ? journal->counter + 1 : (journal->counter | 1) + 1;
    record_encode(agent, record, counter);
    const int error = append(flash, sector->address + at, record, bytes);
    if (error != 0)
        return failed(journal, i, error);
    journal->next[i]++;
    return written(journal, counter);
}
