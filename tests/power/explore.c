/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Commits on the way are finite, and each leads on: a way that comes back to
 * itself would never end. */
static void follow(struct explorer *e, struct state *state)
{
    uint64_t points = e->first.points, us = e->first.us;
    uint32_t next = e->first.next, steps = 0;
    while (!(next & EXPLORE_ENDED)) {
        if (++steps > e->commit_count)
            explore_bad(e, "a start goes round in circles");
        points += e->commits[next].points;
        us += e->commits[next].us;
        next = e->commits[next].next;
    }
    if (state->depth + 1 == e->options->cuts)
        e->figures->sequences += state->rows * points;
    if (us > e->figures->longest_us)
        e->figures->longest_us = us;
}

static void begin(struct explorer *e, enum explore_deed deed,
                  enum lab_luck luck, const struct view_record *record)
{
    explore_start(e, deed, luck, record);
    follow(e, &e->states[e->at]);
}

static void begin_all(struct explorer *e, enum lab_luck luck,
                      const struct view_record *record)
{
    const int works = record->requested || explore_is_updating(record->status);
    const int failed = explore_is_failed(record->status);
    const int images = record->package == e->images_id;
    if (!record->valid)
        explore_bad(e, "no record is left");
    begin(e, images ? EXPLORE_IMAGES : EXPLORE_DELTAS, luck, record);
    if (!works && record->status != FFX_STATUS_SUCCESS)
        begin(e, EXPLORE_ASK, luck, record);
    if (!e->options->packages || !works)
        return;
    begin(e, EXPLORE_EMPTY, luck, record);
    begin(e, EXPLORE_OTHER, luck, record);
    if (failed && !images && e->options->packages > 1)
        begin(e, EXPLORE_IMAGES, luck, record);
}

/* 1 when a read of what the agent may rely on can go either way. */
static int is_unstable(struct explorer *e)
{
    const uint32_t unit = e->bench->geometry->write_unit;
    if (!e->view.luck)
        return 0;
    for (uint32_t f = 0; f < e->bench->fence_count; f++) {
        const struct ffx_flash_area *const fence = &e->bench->fence[f];
        const uint32_t units = fence->length / unit;
        const uint8_t *const flags = e->flash->written + fence->address / unit;
        unsigned all = 0;
        for (uint32_t i = 0; i < units; i++)
            all |= flags[i];
        if (all & LAB_UNIT_UNSTABLE)
            return 1;
    }
    return 0;
}

static void explore_from(struct explorer *e, uint32_t s)
{
    struct view_sector sectors[VIEW_RECORDS];
    struct view_record newest[2];
    uint8_t care[sizeof e->care] = {0};
    uint64_t digest;
    e->at = s;
    e->now = (struct cut){.from = s};
    lab_flash_restore(e->flash, e->states[s].flash);
    view_sectors(&e->view, sectors);
    view_journal(&e->view, sectors, newest, &digest, care);
    const int unstable = is_unstable(e);
    begin_all(e, LAB_LUCK_GOOD, &newest[LAB_LUCK_GOOD]);
    if (unstable)
        begin_all(e, LAB_LUCK_BAD, &newest[LAB_LUCK_BAD]);
    lab_snapshot_free(e->states[s].flash);
    e->states[s].flash = NULL;
}

/* --- all ----------------------------------------------------------------- */

static uint64_t package_id(const struct explorer *e,
                           const struct forge_bytes *zip)
{
    struct ffx_package package;
    const struct ffx_package_config config = {
        .crypto = e->bench->config.crypto,
        .file = forge_file(zip),
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = e->bench->step_buffer,
        .buffer_bytes = e->bench->geometry->step_bytes,
    };
    assert_int_equal(ffx_package_open(&package, &config), 0);
    return table_digest(package.digest, sizeof package.digest);
}

/* The same chip in all geometries: a serial NOR part (Winbond W25Q64JV). */
#define ERASE_US 45000u
#define PROGRAM_US 400u
#define READ_US_PER_KIB 80u /* 100 Mbit/s */

static void open_explorer(struct explorer *e, struct rig *rig,
                          const struct explore_options *options,
                          struct explore_figures *figures)
{
    int is_new;
    memset(e, 0, sizeof *e);
    memset(figures, 0, sizeof *figures);
    e->rig = rig;
    e->bench = &rig->bench;
    e->flash = &rig->bench.flash;
    e->options = options;
    e->figures = figures;
    bench_reset(e->bench);
    if (options->fault != LAB_FAULT_NONE)
        lab_flash_stick(e->flash, options->fault_address, options->fault);
    e->flash->config.erase_us = ERASE_US;
    e->flash->config.program_us = PROGRAM_US;
    e->flash->config.read_us_per_kib = READ_US_PER_KIB;
    e->flash->watch_context = e;
    e->flash->poison_reads = 0;
    view_open(&e->view, e->bench);
    e->view.luck = options->tears > LAB_TEAR_UNSTABLE;
    e->images_id = package_id(e, &rig->images);
    e->view.images = e->images_id;
    e->origin = lab_flash_snapshot(e->flash);
    explore_state_of(e, explore_digest_now(e),
                     &(struct cut){.from = EXPLORE_NONE}, 0, &is_new);
    e->states[0].flash = lab_flash_snapshot(e->flash);
    e->states[0].rows = 1;
}

static void close_explorer(struct explorer *e)
{
    for (uint32_t i = 0; i < e->state_count; i++)
        lab_snapshot_free(e->states[i].flash);
    lab_snapshot_free(e->origin);
    view_close(&e->view);
    table_free(&e->blank);
    table_free(&e->seen);
    table_free(&e->made);
    free(e->states);
    free(e->commits);
    bench_reset(e->bench);
}

#define REPLAYS 200u

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A closure that passes by a sector has not tried it: merging too soon looks
 * like success. */
static void expect_cuts_in(struct explorer *e, uint32_t address,
                           uint32_t length)
{
    const uint32_t last =
        lab_flash_sector_index(e->flash, address + length - 1);
    for (uint32_t i = lab_flash_sector_index(e->flash, address); i <= last; i++)
        if (e->cuts_in[i] == 0)
            explore_bad(e, "no operation in a sector was ever cut");
}

static void expect_cuts_everywhere(struct explorer *e)
{
    const struct bench_geometry *const geometry = e->bench->geometry;
    expect_cuts_in(e, geometry->journal.address, geometry->journal.length);
    for (uint32_t i = 0; i < geometry->component_count; i++)
        expect_cuts_in(e, geometry->components[i].slot.address,
                       e->bench->b.size[i]);
}

void explore(struct rig *rig, const struct explore_options *options,
             struct explore_figures *figures)
{
    static struct explorer e;
    const double start = seconds();
    open_explorer(&e, rig, options, figures);
    if (explore_is_case()) {
        explore_case(&e);
        close_explorer(&e);
        return;
    }
    for (uint32_t s = 0; s < e.state_count; s++)
        explore_from(&e, s);
    if (figures->fired != figures->planned)
        explore_bad(&e, "a cut was planned and did not fire");
    if (options->fault == LAB_FAULT_NONE)
        expect_cuts_everywhere(&e);
    const uint32_t stride = e.state_count / REPLAYS + 1;
    for (uint32_t s = stride / 2; s < e.state_count; s += stride)
        explore_replay(&e, s);
    figures->states = e.state_count;
    figures->commits = e.commit_count;
    figures->seconds = seconds() - start;
    close_explorer(&e);
}
