/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include <string.h>

static int is_blank(const struct explorer *e, const uint8_t *bytes,
                    uint32_t length)
{
    for (uint32_t k = 0; k < length; k++)
        if (bytes[k] != e->bench->geometry->erased_value)
            return 0;
    return 1;
}

/* Whether it is blank, and whether that can be told. */
static uint64_t blankness(const struct explorer *e, uint32_t i,
                          const uint8_t *bytes, const uint8_t *flags)
{
    const uint32_t length = e->flash->sectors[i].length;
    unsigned all = 0;
    for (uint32_t k = 0; k < length / e->bench->geometry->write_unit; k++)
        all |= flags[k];
    all &= LAB_UNIT_TORN | LAB_UNIT_UNSTABLE;
    return 1u + (uint64_t)is_blank(e, bytes, length) + 2 * all;
}

/* Of one sector, as much as the agent may rely on. */
static uint64_t part(struct explorer *e, uint32_t i, enum view_care care,
                     uint64_t digest, const uint8_t *bytes,
                     const uint8_t *flags)
{
    int is_new;
    if (care == VIEW_FREE)
        return 0;
    if (care == VIEW_HELD)
        return table_mix(i, digest);
    uint64_t *const at = table_at(&e->blank, digest, &is_new);
    if (is_new)
        *at = blankness(e, i, bytes, flags);
    return table_mix(i, *at);
}

uint64_t explore_sum(struct explorer *e, const uint8_t *care, uint32_t without)
{
    const uint32_t unit = e->bench->geometry->write_unit;
    uint64_t digest = 0;
    for (uint32_t i = 0; i < e->flash->sector_count; i++) {
        if (care[i] == VIEW_FREE || i == without)
            continue;
        const uint32_t address = e->flash->sectors[i].address;
        digest += part(
            e, i, (enum view_care)care[i], lab_flash_sector_digest(e->flash, i),
            e->flash->bytes + address, e->flash->written + address / unit);
    }
    return digest;
}

int explore_is_journal(const struct explorer *e, uint32_t sector)
{
    return sector - e->view.first < e->view.count;
}

/* What a stuck sector holds comes back after every erase. */
void explore_hold_stuck(const struct explorer *e, uint8_t *care)
{
    const uint32_t stuck =
        lab_flash_sector_index(e->flash, e->options->fault_address);
    if (e->options->fault != LAB_FAULT_NONE && !explore_is_journal(e, stuck))
        care[stuck] = VIEW_HELD;
}

/* Digest of the journal, and what an agent that finds it may rely on,
 * whichever way its luck goes. */
static uint64_t rest_on(struct explorer *e,
                        const struct view_sector sectors[VIEW_RECORDS],
                        uint8_t *care)
{
    struct view_record newest[2];
    uint64_t digest;
    if (e->options->exact) {
        memset(care, VIEW_HELD, e->flash->sector_count);
        memset(care + e->view.first, 0, e->view.count);
        digest = 0;
        const uint32_t n =
            lab_flash_sector_area(e->flash, e->view.first).length;
        for (uint32_t i = 0; i < e->view.count; i++)
            digest = table_mix(digest,
                               lab_digest(sectors[i].bytes, n, sectors[i].flags,
                                          n / e->bench->geometry->write_unit));
        return digest;
    }
    memset(care, 0, e->flash->sector_count);
    view_journal(&e->view, sectors, newest, &digest, care);
    explore_hold_stuck(e, care);
    return digest;
}

void explore_know_journal(struct explorer *e)
{
    struct view_sector sectors[VIEW_RECORDS];
    if (e->journal_known)
        return;
    view_sectors(&e->view, sectors);
    e->journal = rest_on(e, sectors, e->care);
    e->journal_known = 1;
}

uint64_t explore_digest_now(struct explorer *e)
{
    explore_know_journal(e);
    return table_mix(e->journal, explore_sum(e, e->care, EXPLORE_NONE));
}

/* The flash with one sector torn. */
uint64_t explore_digest_torn(struct explorer *e, uint32_t sector,
                             const uint8_t *bytes, const uint8_t *flags,
                             uint64_t digest, uint64_t others)
{
    struct view_sector sectors[VIEW_RECORDS];
    uint8_t care[sizeof e->care];
    if (!explore_is_journal(e, sector))
        return table_mix(e->journal,
                         others + part(e, sector,
                                       (enum view_care)e->care[sector], digest,
                                       bytes, flags));
    view_sectors(&e->view, sectors);
    sectors[sector - e->view.first] = (struct view_sector){bytes, flags};
    const uint64_t journal = rest_on(e, sectors, care);
    return table_mix(journal, explore_sum(e, care, EXPLORE_NONE));
}
