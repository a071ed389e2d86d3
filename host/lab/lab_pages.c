/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct lab_page {
    uint64_t digest; /* 0: nobody has asked yet */
    uint32_t owners;
    uint32_t length, units;
    uint8_t data[]; /* bytes, then flags */
};

struct lab_snapshot {
    uint32_t owners;
    uint32_t count;
    struct lab_page *pages[];
};

static void *memory(size_t bytes)
{
    void *room = malloc(bytes);
    if (room == NULL)
        abort();
    return room;
}

/* --- pages --------------------------------------------------------------- */

static struct lab_page *page_make(const uint8_t *bytes, uint32_t length,
                                  const uint8_t *flags, uint32_t units)
{
    struct lab_page *page = memory(sizeof *page + length + units);
    page->digest = 0;
    page->owners = 1;
    page->length = length;
    page->units = units;
    memcpy(page->data, bytes, length);
    memcpy(page->data + length, flags, units);
    return page;
}

static struct lab_page *page_share(struct lab_page *page)
{
    page->owners++;
    return page;
}

static void page_release(struct lab_page *page)
{
    if (page != NULL && --page->owners == 0)
        free(page);
}

static uint64_t page_digest(struct lab_page *page)
{
    if (page->digest == 0)
        page->digest = lab_digest(page->data, page->length,
                                  page->data + page->length, page->units);
    return page->digest;
}

/* --- the flash's side ---------------------------------------------------- */

void lab_pages_touch(struct lab_flash *flash, uint32_t sector)
{
    page_release(flash->pages[sector]);
    flash->pages[sector] = NULL;
    flash->digests[sector] = 0;
}

void lab_pages_drop(struct lab_flash *flash)
{
    for (uint32_t i = 0; flash->pages != NULL && i < flash->sector_count; i++)
        page_release(flash->pages[i]);
}

static struct lab_page *page_of_sector(struct lab_flash *flash, uint32_t sector)
{
    const struct ffx_flash_area *area = &flash->sectors[sector];
    const uint32_t unit = flash->config.write_unit;
    if (flash->pages[sector] == NULL) {
        flash->pages[sector] = page_make(
            flash->bytes + area->address, area->length,
            flash->written + area->address / unit, area->length / unit);
        flash->pages[sector]->digest = flash->digests[sector];
    }
    return flash->pages[sector];
}

static void page_restore(struct lab_flash *flash, uint32_t sector,
                         struct lab_page *page)
{
    const struct ffx_flash_area *area = &flash->sectors[sector];
    const uint32_t first_unit = area->address / flash->config.write_unit;
    assert(page->length == area->length);
    assert(page->units == area->length / flash->config.write_unit);
    memcpy(flash->cells + area->address, page->data, page->length);
    memcpy(flash->flags + first_unit, page->data + page->length, page->units);
    lab_file_flags(flash, first_unit, page->units);
    lab_file_bytes(flash, area->address, area->length);
    lab_pages_touch(flash, sector);
    flash->pages[sector] = page_share(page);
}

uint64_t lab_flash_sector_digest(struct lab_flash *flash, uint32_t index)
{
    const struct ffx_flash_area *area = &flash->sectors[index];
    const uint32_t unit = flash->config.write_unit;
    if (flash->pages[index] != NULL)
        return page_digest(flash->pages[index]);
    if (flash->digests[index] == 0)
        flash->digests[index] = lab_digest(
            flash->bytes + area->address, area->length,
            flash->written + area->address / unit, area->length / unit);
    return flash->digests[index];
}

/* --- snapshots ----------------------------------------------------------- */

static struct lab_snapshot *snapshot_make(uint32_t count)
{
    struct lab_snapshot *snapshot =
        memory(sizeof *snapshot + count * sizeof snapshot->pages[0]);
    snapshot->owners = 1;
    snapshot->count = count;
    return snapshot;
}

struct lab_snapshot *lab_flash_snapshot(struct lab_flash *flash)
{
    struct lab_snapshot *snapshot = snapshot_make(flash->sector_count);
    for (uint32_t i = 0; i < snapshot->count; i++)
        snapshot->pages[i] = page_share(page_of_sector(flash, i));
    return snapshot;
}

void lab_flash_restore(struct lab_flash *flash,
                       const struct lab_snapshot *snapshot)
{
    assert(snapshot->count == flash->sector_count);
    for (uint32_t i = 0; i < snapshot->count; i++)
        if (flash->pages[i] != snapshot->pages[i])
            page_restore(flash, i, snapshot->pages[i]);
}

struct lab_snapshot *lab_snapshot_copy(struct lab_snapshot *snapshot)
{
    snapshot->owners++;
    return snapshot;
}

struct lab_snapshot *lab_snapshot_with(const struct lab_snapshot *snapshot,
                                       uint32_t index, const uint8_t *bytes,
                                       const uint8_t *flags)
{
    struct lab_snapshot *other = snapshot_make(snapshot->count);
    assert(index < snapshot->count);
    for (uint32_t i = 0; i < snapshot->count; i++)
        if (i != index)
            other->pages[i] = page_share(snapshot->pages[i]);
    const struct lab_page *old = snapshot->pages[index];
    other->pages[index] = page_make(bytes, old->length, flags, old->units);
    return other;
}

void lab_snapshot_free(struct lab_snapshot *snapshot)
{
    if (snapshot == NULL || --snapshot->owners > 0)
        return;
    for (uint32_t i = 0; i < snapshot->count; i++)
        page_release(snapshot->pages[i]);
    free(snapshot);
}

uint64_t lab_snapshot_digest(const struct lab_snapshot *snapshot,
                             uint32_t index)
{
    assert(index < snapshot->count);
    return page_digest(snapshot->pages[index]);
}
