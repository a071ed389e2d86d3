/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "agent/record.h"
#include "base/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- records ------------------------------------------------------------- */

void view_open(struct view *view, struct bench *bench)
{
    const struct ffx_flash_area *const journal = &bench->geometry->journal;
    memset(view, 0, sizeof *view);
    view->bench = bench;
    view->geometry = bench->geometry;
    view->flash = &bench->flash;
    view->first = lab_flash_sector_index(&bench->flash, journal->address);
    view->count = lab_flash_sector_index(
                      &bench->flash, journal->address + journal->length - 1) -
                  view->first + 1;
    assert(view->count <= VIEW_RECORDS);
}

void view_close(struct view *view)
{
    table_free(&view->known);
    free(view->records);
}

static struct view_record decode(const uint8_t *bytes)
{
    struct ffx_agent agent = {.config = {.trial_boots = 0}};
    struct view_record record = {.valid = 0};
    const struct ffx_agent_state *const state = &agent.state;
    if (record_decode(&agent, &record.counter, bytes) != 0)
        return record;
    record.valid = 1;
    record.status = state->status;
    record.requested = state->requested;
    record.installing = state->installing;
    record.removing = state->removing;
    record.component = state->component;
    record.index = state->step.index;
    record.offset = state->step.offset;
    record.length = state->step.length;
    record.place = state->place;
    record.package = table_digest(state->package, sizeof state->package);
    record.content = table_digest(bytes + 8, RECORD_CRC - 8);
    return record;
}

/* The records of all states together are few: each is decoded once. */
static struct view_record record_in(struct view *view, const uint8_t *bytes)
{
    static const struct view_record none;
    int is_new;
    if (bytes[0] != 'F')
        return none;
    uint64_t *const at =
        table_at(&view->known, table_digest(bytes, RECORD_BYTES), &is_new);
    if (is_new) {
        if (view->record_count == view->record_room) {
            view->record_room =
                view->record_room == 0 ? 1024 : 2 * view->record_room;
            view->records = realloc(view->records,
                                    view->record_room * sizeof *view->records);
            assert(view->records != NULL);
        }
        view->records[view->record_count] = decode(bytes);
        *at = view->record_count++;
    }
    return view->records[*at];
}

/* --- what they promise --------------------------------------------------- */

/* What a sector may say. */
struct candidate {
    struct view_record record;
    uint32_t sector;
    int unstable; /* or may not */
    int torn;     /* cannot be read */
};

static struct candidate candidate_in(struct view *view, uint32_t i,
                                     const struct view_sector *sector)
{
    const uint32_t units = RECORD_BYTES / view->geometry->write_unit;
    struct candidate candidate = {.sector = i};
    unsigned flags = 0;
    for (uint32_t k = 0; k < units; k++)
        flags |= sector->flags[k];
    candidate.unstable = (flags & LAB_UNIT_UNSTABLE) != 0;
    candidate.torn = (flags & LAB_UNIT_TORN) != 0;
    if (!candidate.torn)
        candidate.record = record_in(view, sector->bytes);
    return candidate;
}

/* Two first copies may have one counter, when one of them was not legible
 * while the other was written: the agent takes the one in the lower sector. */
static int is_newer(const struct candidate *a, const struct candidate *b)
{
    if (!b->record.valid || !a->record.valid)
        return a->record.valid;
    const uint32_t ahead = a->record.counter - b->record.counter;
    return ahead == 0 ? a->sector < b->sector : ahead < 1u << 31;
}

/* Newest first. */
static void insert(struct candidate *candidates, uint32_t count,
                   const struct candidate *one)
{
    uint32_t i = count;
    for (; i > 0 && is_newer(one, &candidates[i - 1]); i--)
        candidates[i] = candidates[i - 1];
    candidates[i] = *one;
}

/* For the sectors that overlap the range. */
static void mark(const struct view *view, uint8_t *care, uint32_t address,
                 uint32_t length, enum view_care value)
{
    if (length == 0)
        return;
    uint32_t i = lab_flash_sector_index(view->flash, address);
    const uint32_t last =
        lab_flash_sector_index(view->flash, address + length - 1);
    for (; i <= last; i++)
        care[i] = (uint8_t)value;
}

/* All steps are made: what the old image left behind the new one is of no use
 * to anybody. */
static void mark_tail(const struct view *view, const struct view_record *record,
                      uint8_t *care)
{
    const uint32_t c = record->component;
    const struct ffx_flash_area *const slot =
        &view->geometry->components[c].slot;
    const uint32_t size = view->bench->b.size[c];
    const uint32_t steps = (size - 1) / view->geometry->step_bytes + 1;
    if (record->index + record->installing < steps)
        return;
    const struct ffx_flash_area last = lab_flash_sector_area(
        view->flash,
        lab_flash_sector_index(view->flash, slot->address + size - 1));
    const uint32_t behind = last.address + last.length;
    if (behind < slot->address + slot->length)
        mark(view, care, behind, slot->address + slot->length - behind,
             VIEW_BLANK);
}

/* A full image rests on nothing: what it has not come to yet is free. */
static void mark_unwritten(const struct view *view,
                           const struct view_record *record, uint8_t *care)
{
    const struct bench_geometry *const geometry = view->geometry;
    uint32_t from = (record->index + record->installing) * geometry->step_bytes;
    for (uint32_t c = record->component; c < geometry->component_count; c++) {
        const uint32_t size = view->bench->b.size[c];
        if (from < size)
            mark(view, care, geometry->components[c].slot.address + from,
                 size - from, VIEW_FREE);
        from = 0;
    }
}

static void care_for(const struct view *view, const struct view_record *record,
                     uint8_t *care)
{
    const struct bench_geometry *const geometry = view->geometry;
    uint8_t here[4096] = {0};
    assert(view->flash->sector_count <= sizeof here);
    for (uint32_t i = 0; i < geometry->component_count; i++)
        mark(view, here, geometry->components[i].slot.address,
             geometry->components[i].slot.length, VIEW_HELD);
    if (record->package == view->images)
        mark_unwritten(view, record, here);
    if (record->installing) {
        const uint32_t slot =
            geometry->components[record->component].slot.address;
        mark(view, here, slot + record->offset, record->length, VIEW_FREE);
        mark(view, here,
             geometry->scratch.address + record->place * geometry->step_bytes,
             record->length, VIEW_HELD);
    }
    if (record->status >= FFX_STATUS_UPDATING_MODEM &&
        record->status <= FFX_STATUS_FAILED_AP)
        mark_tail(view, record, here);
    for (uint32_t i = 0; i < view->flash->sector_count; i++)
        if (care[i] < here[i])
            care[i] = here[i];
}

/* Nobody acts on a first copy before its second one stands; and a second copy
 * whose program was cut may be gone tomorrow. Where what is legible stays so,
 * the newest is all. */
static void care_for_all(const struct view *view,
                         const struct candidate *candidates, uint8_t *care)
{
    for (uint32_t i = 0; i < view->count; i++) {
        const struct view_record *const record = &candidates[i].record;
        if (!record->valid)
            return;
        if (i == 0 || record->content != candidates[i - 1].record.content)
            care_for(view, record, care);
        if (!view->luck ||
            ((record->counter & 1) != 0 && !candidates[i].unstable))
            return;
    }
}

/* From here on down nobody asks what the records say: the first second copy
 * that is sure, and its partner, are the last that count. */
static uint32_t count_that_count(const struct view *view,
                                 const struct candidate *row)
{
    uint32_t i = 0;
    while (i < view->count && row[i].record.valid &&
           ((row[i].record.counter & 1) == 0 || row[i].unstable))
        i++;
    const int partner = i + 1 < view->count && row[i + 1].record.valid &&
                        row[i + 1].record.counter + 1 == row[i].record.counter;
    return i + 1 + (uint32_t)partner;
}

/* New records go above the newest that is legible, and before a commit is
 * done all that is not legible is written over: two for each sector at the
 * most. Whoever is further ahead than that stays ahead. */
static uint32_t cap(const struct view *view, uint32_t gap)
{
    const uint32_t most = 2 * view->count + 4;
    return gap < most ? gap : most + (gap & 1);
}

/* By sector: which one is the next to be written is part of it. */
static uint64_t digest_of(const struct view *view, const struct candidate *row)
{
    const uint32_t counting = count_that_count(view, row);
    uint64_t digest = row[0].record.counter & 1; /* a first copy or a second */
    uint32_t behind = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct view_record *const record = &row[i].record;
        uint64_t one = table_mix(row[i].sector, (uint64_t)row[i].unstable);
        if (i > 0 && record->valid)
            behind += cap(view, row[i - 1].record.counter - record->counter);
        one = table_mix(one,
                        (unsigned)record->valid << 1 | (unsigned)row[i].torn);
        if (record->valid && i < counting)
            one = table_mix(table_mix(one, record->content), behind);
        digest += one;
    }
    return table_mix(digest, counting);
}

void view_journal(struct view *view,
                  const struct view_sector sectors[VIEW_RECORDS],
                  struct view_record newest[2], uint64_t *digest, uint8_t *care)
{
    struct candidate row[VIEW_RECORDS] = {{.sector = 0}};
    memset(newest, 0, 2 * sizeof *newest);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct candidate one = candidate_in(view, i, &sectors[i]);
        insert(row, i, &one);
    }
    newest[LAB_LUCK_GOOD] = row[0].record;
    for (uint32_t i = view->count; i-- > 0;)
        if (!row[i].unstable)
            newest[LAB_LUCK_BAD] = row[i].record;
    *digest = digest_of(view, row);
    care_for_all(view, row, care);
}

void view_sectors(const struct view *view,
                  struct view_sector sectors[VIEW_RECORDS])
{
    for (uint32_t i = 0; i < view->count; i++) {
        const struct ffx_flash_area area =
            lab_flash_sector_area(view->flash, view->first + i);
        sectors[i].bytes = view->flash->bytes + area.address;
        sectors[i].flags =
            view->flash->written + area.address / view->geometry->write_unit;
    }
}
