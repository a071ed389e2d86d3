/* SPDX-License-Identifier: Apache-2.0 */
#include "explore.h"
#include "view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NONE UINT32_MAX
#define ENDED 0x80000000u /* of a link: status in the low bits */
#define SECTOR_MAX 65536u
#define WAY_MAX 64 /* steps of a way that is told */

/* What a start finds in /fota, or is asked to do. */
enum deed { BOOT_DELTAS, BOOT_IMAGES, BOOT_OTHER, BOOT_NONE, ASK };
static const char deed_letters[] = "dionA";

/* How a state came about: the start that was cut. */
struct cut {
    uint32_t from; /* state; NONE: the first */
    uint8_t deed, luck, tear;
    uint32_t operation, bytes; /* 0: the start came to its end */
};

struct state {
    struct lab_snapshot *flash; /* null once it is explored */
    uint64_t digest;
    struct cut cut;
    uint32_t depth; /* cuts behind it */
    uint64_t rows;  /* of cuts that lead here */
};

/* A commit on the way: what follows from it. */
struct commit {
    uint32_t next; /* commit, or ENDED | status */
    uint32_t points;
    uint64_t us;
};

struct explorer {
    struct rig *rig;
    struct bench *bench;
    struct lab_flash *flash;
    const struct explore_options *options;
    struct explore_figures *figures;
    struct view view;
    struct lab_snapshot *origin; /* runs A, nothing asked for */
    uint64_t images_id;          /* how a record names that package */

    struct table blank; /* digest of a sector -> blankness */
    struct table seen;  /* digest of a state -> 1 + index */
    struct state *states;
    uint32_t state_count, state_room;
    struct table made; /* digest of a commit -> 1 + index */
    struct commit *commits;
    uint32_t commit_count, commit_room;

    /* The start that runs. */
    uint32_t at;
    struct cut now;
    uint32_t link;       /* commit that it came past last, or NONE */
    uint32_t points;     /* since then */
    uint64_t us;         /* when */
    struct commit first; /* what comes before its first commit */
    /* Digests of the journal and what rests on it, while nobody writes it. */
    int journal_known;
    uint64_t journal;
    uint8_t care[4096];
};

/* --- verdicts ------------------------------------------------------------ */

/* GEOMETRY/STEP/STEP...: deed, luck, operation.tear of each start that was
 * cut; replays with FARFIX_CASE. */
static void way_to(const struct explorer *e, uint32_t s, const struct cut *last,
                   char *text, size_t room)
{
    const struct cut *cuts[WAY_MAX];
    int count = 0;
    size_t at = (size_t)snprintf(text, room, "%s", e->bench->geometry->name);
    cuts[count++] = last;
    for (; s != 0 && count < WAY_MAX; s = e->states[s].cut.from)
        cuts[count++] = &e->states[s].cut;
    while (count-- > 0 && at < room)
        at += (size_t)snprintf(
            text + at, room - at, "/%c%c%u.%u.%u",
            deed_letters[cuts[count]->deed], cuts[count]->luck ? 'b' : 'g',
            cuts[count]->operation, cuts[count]->tear, cuts[count]->bytes);
}

static void bad(struct explorer *e, const char *what)
{
    char way[1024];
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    way_to(e, e->at, &e->now, way, sizeof way);
    for (uint32_t i = 0; i < e->view.count; i++) {
        const uint8_t *const r =
            e->flash->bytes +
            lab_flash_sector_area(e->flash, e->view.first + i).address;
        print_message(
            "# journal %u: %.4s counter %u status %u installing %u "
            "component %u step %u place %u flags %u\n",
            i, (const char *)r, r[4] | r[5] << 8, r[8], r[10], r[11], r[416],
            r[500],
            e->flash->written[lab_flash_sector_area(e->flash, e->view.first + i)
                                  .address /
                              e->bench->geometry->write_unit]);
    }
    fail_msg("%s: status %d, error %d, %s; way %s", what, state->status,
             (int)state->error, e->flash->complaint, way);
}

static int says_installed(const struct explorer *e,
                          const struct bench_release *release)
{
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    int same = state->sequence == release->sequence;
    for (uint32_t i = 0; i < e->bench->geometry->component_count; i++)
        same &= strcmp(state->installed[i].version, release->version) == 0 &&
                state->installed[i].size == release->size[i] &&
                state->installed[i].sequence == release->sequence;
    return same;
}

/* What a device says and what it holds, before and after a start. The only
 * statuses that start firmware are 1, 6, 7 and 8. */
static void expect_truth(struct explorer *e)
{
    struct bench *const bench = e->bench;
    const int status = ffx_agent_status(&bench->agent);
    const struct bench_release *const release =
        status == FFX_STATUS_SUCCESS ? &bench->b : &bench->a;
    if (!says_installed(e, release))
        bad(e, "the record names another release");
    if ((status == FFX_STATUS_REQUESTED || status >= FFX_STATUS_SUCCESS) &&
        !bench_holds(bench, release))
        bad(e, "a slot does not hold what the record says");
}

static int is_failed(int status)
{
    return status == FFX_STATUS_FAILED_MODEM || status == FFX_STATUS_FAILED_AP;
}

static int is_updating(int status)
{
    return status == FFX_STATUS_UPDATING_MODEM ||
           status == FFX_STATUS_UPDATING_AP;
}

/* `before`: of the record that it started from. */
static void expect_good_end(struct explorer *e,
                            const struct view_record *before)
{
    const int status = ffx_agent_status(&e->bench->agent);
    const int works = before->requested || is_updating(before->status);
    const int right = e->now.deed == BOOT_DELTAS || e->now.deed == BOOT_IMAGES;
    e->figures->ends[status]++;
    if (ffx_agent_pending(&e->bench->agent))
        bad(e, "something is left to do");
    expect_truth(e);
    if (e->options->fault != LAB_FAULT_NONE) {
        if (is_updating(status) || status == FFX_STATUS_REQUESTED)
            bad(e, "neither an end nor recovery");
    } else if (!works) {
        if (status != before->status)
            bad(e, "a state at rest has changed");
    } else if (right ? status != FFX_STATUS_SUCCESS
                     : status != FFX_STATUS_REFUSED && !is_failed(status)) {
        bad(e, "a start came to a wrong end");
    }
}

/* --- digests ------------------------------------------------------------- */

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

static uint64_t sum(struct explorer *e, const uint8_t *care, uint32_t without)
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

static int is_journal(const struct explorer *e, uint32_t sector)
{
    return sector - e->view.first < e->view.count;
}

/* What a stuck sector holds comes back after every erase. */
static void hold_stuck(const struct explorer *e, uint8_t *care)
{
    const uint32_t stuck =
        lab_flash_sector_index(e->flash, e->options->fault_address);
    if (e->options->fault != LAB_FAULT_NONE && !is_journal(e, stuck))
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
    hold_stuck(e, care);
    return digest;
}

static void know_journal(struct explorer *e)
{
    struct view_sector sectors[VIEW_RECORDS];
    if (e->journal_known)
        return;
    view_sectors(&e->view, sectors);
    e->journal = rest_on(e, sectors, e->care);
    e->journal_known = 1;
}

static uint64_t digest_now(struct explorer *e)
{
    know_journal(e);
    return table_mix(e->journal, sum(e, e->care, NONE));
}

/* The flash with one sector torn. */
static uint64_t digest_torn(struct explorer *e, uint32_t sector,
                            const uint8_t *bytes, const uint8_t *flags,
                            uint64_t digest, uint64_t others)
{
    struct view_sector sectors[VIEW_RECORDS];
    uint8_t care[sizeof e->care];
    if (!is_journal(e, sector))
        return table_mix(e->journal,
                         others + part(e, sector,
                                       (enum view_care)e->care[sector], digest,
                                       bytes, flags));
    view_sectors(&e->view, sectors);
    sectors[sector - e->view.first] = (struct view_sector){bytes, flags};
    const uint64_t journal = rest_on(e, sectors, care);
    return table_mix(journal, sum(e, care, NONE));
}

/* --- states -------------------------------------------------------------- */

/* Depth counts only where the number of cuts is limited. */
static uint64_t with_depth(const struct explorer *e, uint64_t digest,
                           uint32_t depth)
{
    return e->options->cuts == 0 ? digest : table_mix(digest, depth);
}

/* Index of the state of this digest; `*is_new`: it has no flash yet. */
static uint32_t state_of(struct explorer *e, uint64_t digest,
                         const struct cut *cut, uint32_t depth, int *is_new)
{
    uint64_t *const at =
        table_at(&e->seen, with_depth(e, digest, depth), is_new);
    if (*is_new) {
        if (e->state_count == e->state_room) {
            e->state_room = e->state_room == 0 ? 1024 : 2 * e->state_room;
            e->states = realloc(e->states, e->state_room * sizeof *e->states);
            assert(e->states != NULL);
        }
        e->states[e->state_count] =
            (struct state){.digest = digest, .cut = *cut, .depth = depth};
        *at = ++e->state_count;
    }
    return (uint32_t)(*at - 1);
}

static uint32_t way_count(const struct explorer *e,
                          const struct lab_operation *operation)
{
    if (!e->options->every_byte)
        return e->options->tears;
    return operation->erase ? 17 : operation->length + 1;
}

/* What the ways to tear one operation leave. */
struct torn {
    uint8_t bytes[LAB_TEARS][SECTOR_MAX], flags[SECTOR_MAX];
    struct lab_snapshot *before;
};

/* By address only neighbours can be alike. */
static uint8_t *bytes_of(const struct explorer *e, struct torn *torn,
                         uint32_t way)
{
    return torn->bytes[e->options->every_byte ? way % 2 : way];
}

static uint8_t *tear(struct explorer *e, const struct lab_operation *operation,
                     uint32_t way, struct torn *torn)
{
    uint8_t *const bytes = bytes_of(e, torn, way);
    e->now.tear = (uint8_t)way;
    e->now.bytes = 0;
    if (e->options->every_byte) {
        e->now.tear = LAB_TEAR_BYTES;
        e->now.bytes = operation->erase ? operation->length / 16 * way : way;
    }
    lab_flash_outcome(e->flash, operation, (enum lab_tear)e->now.tear,
                      e->now.bytes, bytes, torn->flags);
    return bytes;
}

static int differs(const struct explorer *e, struct torn *torn, uint32_t way,
                   uint32_t length)
{
    const uint8_t *const bytes = bytes_of(e, torn, way);
    for (uint32_t i = e->options->every_byte && way > 0 ? way - 1 : 0; i < way;
         i++)
        if (memcmp(bytes_of(e, torn, i), bytes, length) == 0)
            return 0;
    return 1;
}

static void cut_one(struct explorer *e, const struct lab_operation *operation,
                    uint32_t way, uint64_t others, struct torn *torn)
{
    const uint32_t length = e->flash->sectors[operation->sector].length;
    const uint32_t depth = e->states[e->at].depth + 1;
    const uint8_t *const bytes = tear(e, operation, way, torn);
    int is_new;
    e->figures->planned++;
    e->points++;
    e->figures->points += (uint64_t)differs(e, torn, way, length);
    const uint64_t digest =
        digest_torn(e, operation->sector, bytes, torn->flags,
                    lab_digest(bytes, length, torn->flags,
                               length / e->bench->geometry->write_unit),
                    others);
    const uint32_t s = state_of(e, digest, &e->now, depth, &is_new);
    e->states[s].rows += e->states[e->at].rows;
    e->figures->fired++;
    if (!is_new)
        return;
    if (torn->before == NULL)
        torn->before = lab_flash_snapshot(e->flash);
    e->states[s].flash =
        lab_snapshot_with(torn->before, operation->sector, bytes, torn->flags);
}

static void on_operation(void *context, const struct lab_operation *operation)
{
    struct explorer *const e = context;
    static struct torn torn;
    e->now.operation = (uint32_t)e->flash->operations + 1;
    e->figures->operations++;
    if (e->options->cuts == 0 || e->states[e->at].depth < e->options->cuts) {
        know_journal(e);
        const uint64_t others = sum(e, e->care, operation->sector);
        torn.before = NULL;
        for (uint32_t way = 0; way < way_count(e, operation); way++)
            cut_one(e, operation, way, others, &torn);
        lab_snapshot_free(torn.before);
    }
    if (is_journal(e, operation->sector))
        e->journal_known = 0;
}

/* --- runs ---------------------------------------------------------------- */

/* What the agent keeps in RAM across a commit, but for addresses, and for
 * what follows from the flash. */
static uint64_t memory_digest(const struct explorer *e)
{
    const struct ffx_agent *const agent = &e->bench->agent;
    const struct ffx_journal *const journal = &agent->journal;
    uint64_t digest = 0;
    const uint8_t bytes[] = {journal->newest,
                             journal->victim,
                             journal->erased,
                             journal->half,
                             journal->twin,
                             journal->tries,
                             (uint8_t)journal->stuck,
                             agent->task,
                             agent->commits,
                             agent->mode,
                             agent->part,
                             agent->look,
                             agent->opened,
                             agent->ready,
                             agent->tries,
                             agent->in_slot,
                             journal->settled,
                             e->now.deed,
                             e->now.luck};
    digest = table_mix(digest, table_digest(bytes, sizeof bytes));
    digest = table_mix(digest, agent->cursor);
    return table_mix(digest, agent->steps);
}

/* Sectors that nobody may rely on any more hold noise from here on. */
static void poison(struct explorer *e)
{
    struct view_sector sectors[VIEW_RECORDS];
    struct view_record newest[2];
    uint64_t digest;
    uint8_t care[sizeof e->care] = {0};
    if (e->options->exact)
        return;
    view_sectors(&e->view, sectors);
    view_journal(&e->view, sectors, newest, &digest, care);
    hold_stuck(e, care);
    for (uint32_t f = 1; f < e->bench->fence_count; f++) {
        const struct ffx_flash_area *const fence = &e->bench->fence[f];
        struct ffx_flash_area sector;
        for (uint32_t at = 0; at < fence->length; at += sector.length) {
            const uint32_t i =
                lab_flash_sector_index(e->flash, fence->address + at);
            sector = lab_flash_sector_area(e->flash, i);
            const uint32_t unit =
                sector.address / e->bench->geometry->write_unit;
            if (!care[i] && !(e->flash->written[unit] & LAB_UNIT_POISON))
                lab_flash_poison(e->flash, &sector);
        }
    }
}

static void link_to(struct explorer *e, uint32_t next)
{
    struct commit *const last =
        e->link == NONE ? &e->first : &e->commits[e->link];
    last->next = next;
    last->points = e->points;
    last->us = e->flash->spent_us - e->us;
    e->points = 0;
    e->us = e->flash->spent_us;
}

/* 1: an earlier start came past here. */
static int commit_made(struct explorer *e)
{
    int is_new;
    poison(e);
    const uint64_t digest = with_depth(
        e, table_mix(digest_now(e), memory_digest(e)), e->states[e->at].depth);
    uint64_t *const at = table_at(&e->made, digest, &is_new);
    if (is_new) {
        if (e->commit_count == e->commit_room) {
            e->commit_room = e->commit_room == 0 ? 1024 : 2 * e->commit_room;
            e->commits =
                realloc(e->commits, e->commit_room * sizeof *e->commits);
            assert(e->commits != NULL);
        }
        *at = ++e->commit_count;
    }
    link_to(e, (uint32_t)(*at - 1));
    e->link = (uint32_t)(*at - 1);
    return !is_new;
}

static int run_agent(struct explorer *e)
{
    struct ffx_agent *const agent = &e->bench->agent;
    int rc = ffx_agent_pending(agent);
    while (rc == 1) {
        const int committing = agent->commits;
        rc = ffx_agent_step(agent);
        if (rc == 1 && committing && agent->commits == 0 && commit_made(e)) {
            e->figures->merges++;
            return 1;
        }
    }
    return rc;
}

static const struct forge_bytes *package_of(const struct explorer *e,
                                            enum deed deed)
{
    switch (deed) {
    case BOOT_IMAGES:
        return &e->rig->images;
    case BOOT_OTHER:
        return &e->rig->other;
    case BOOT_NONE:
        return NULL;
    default:
        return &e->rig->deltas;
    }
}

/* The flash at the end is one more that a device can be switched on with. */
static void keep_end(struct explorer *e)
{
    int is_new;
    e->now.operation = e->now.tear = 0;
    e->now.bytes = 0;
    const uint32_t s =
        state_of(e, digest_now(e), &e->now, e->states[e->at].depth, &is_new);
    e->states[s].rows += e->states[e->at].rows;
    if (is_new)
        e->states[s].flash = lab_flash_snapshot(e->flash);
}

static void power_on(struct explorer *e, const struct view_record *record)
{
    lab_flash_restore(e->flash, e->states[e->at].flash);
    lab_flash_luck(e->flash, (enum lab_luck)e->now.luck);
    e->journal_known = 0;
    poison(e);
    e->bench->package = package_of(e, e->now.deed);
    e->bench->removed = 0;
    e->flash->spent_us = 0;
    e->link = NONE;
    e->points = 0;
    e->us = 0;
    e->figures->boots++;
    const int rc = bench_power_up(e->bench);
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    if (rc != 0)
        bad(e, "no record is legible");
    /* The explorer read the journal as the agent does. */
    if (state->status != record->status ||
        state->installing != record->installing ||
        e->bench->agent.journal.counter != record->counter)
        bad(e, "the agent took another record than the newest");
    expect_truth(e);
}

static void start(struct explorer *e, enum deed deed, enum lab_luck luck,
                  const struct view_record *record)
{
    e->now = (struct cut){
        .from = e->at, .deed = (uint8_t)deed, .luck = (uint8_t)luck};
    power_on(e, record);
    e->flash->watch = on_operation;
    int rc = deed == ASK ? ffx_agent_request(&e->bench->agent) : run_agent(e);
    e->flash->watch = NULL;
    if (rc == FFX_ERR_FLASH && e->options->fault != LAB_FAULT_NONE)
        rc = 0;
    if (rc < 0)
        bad(e, "the agent gave up");
    if (rc == 0) {
        link_to(e, ENDED | (uint32_t)ffx_agent_status(&e->bench->agent));
        if (deed != ASK)
            expect_good_end(e, record);
        keep_end(e);
    }
    if (e->flash->violations != 0)
        bad(e, "a rule of the flash was broken");
    if (e->flash->poison_reads != 0)
        bad(e, "somebody relied on a sector that nobody may rely on");
}

/* --- from a start to its end --------------------------------------------- */

/* Commits on the way are finite, and each leads on: a way that comes back to
 * itself would never end. */
static void follow(struct explorer *e, struct state *state)
{
    uint64_t points = e->first.points, us = e->first.us;
    uint32_t next = e->first.next, steps = 0;
    while (!(next & ENDED)) {
        if (++steps > e->commit_count)
            bad(e, "a start goes round in circles");
        points += e->commits[next].points;
        us += e->commits[next].us;
        next = e->commits[next].next;
    }
    if (state->depth + 1 == e->options->cuts)
        e->figures->sequences += state->rows * points;
    if (us > e->figures->longest_us)
        e->figures->longest_us = us;
}

static void explore_start(struct explorer *e, enum deed deed,
                          enum lab_luck luck, const struct view_record *record)
{
    start(e, deed, luck, record);
    follow(e, &e->states[e->at]);
}

static void explore_luck(struct explorer *e, enum lab_luck luck,
                         const struct view_record *record)
{
    const int works = record->requested || is_updating(record->status);
    const int failed = is_failed(record->status);
    const int images = record->package == e->images_id;
    if (!record->valid)
        bad(e, "no record is left");
    explore_start(e, images ? BOOT_IMAGES : BOOT_DELTAS, luck, record);
    if (!works && record->status != FFX_STATUS_SUCCESS)
        explore_start(e, ASK, luck, record);
    if (!e->options->packages || !works)
        return;
    explore_start(e, BOOT_NONE, luck, record);
    explore_start(e, BOOT_OTHER, luck, record);
    if (failed && !images && e->options->packages > 1)
        explore_start(e, BOOT_IMAGES, luck, record);
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

static void explore_state(struct explorer *e, uint32_t s)
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
    explore_luck(e, LAB_LUCK_GOOD, &newest[LAB_LUCK_GOOD]);
    if (unstable)
        explore_luck(e, LAB_LUCK_BAD, &newest[LAB_LUCK_BAD]);
    lab_snapshot_free(e->states[s].flash);
    e->states[s].flash = NULL;
}

/* --- the same by real cuts ----------------------------------------------- */

/* Where cells are unstable the explorer takes more for held than it needs to,
 * and what it has poisoned before would tell the two apart. */
static int run_on(struct explorer *e)
{
    struct ffx_agent *const agent = &e->bench->agent;
    int rc = ffx_agent_pending(agent);
    while (rc == 1) {
        const int committing = agent->commits;
        rc = ffx_agent_step(agent);
        if (rc == 1 && committing && agent->commits == 0 && e->view.luck)
            poison(e);
    }
    return rc;
}

/* One start that is cut, or comes to its end, as devices do it. */
static void suffer(struct explorer *e, const struct cut *cut)
{
    lab_flash_luck(e->flash, (enum lab_luck)cut->luck);
    e->bench->package = package_of(e, (enum deed)cut->deed);
    e->bench->removed = 0;
    e->flash->cuts_fired = 0;
    if (e->view.luck)
        poison(e);
    if (bench_power_up(e->bench) != 0)
        bad(e, "replayed: no record is legible");
    if (cut->tear == LAB_TEAR_BYTES)
        lab_flash_cut_bytes(e->flash, cut->operation, cut->bytes);
    else
        lab_flash_cut(e->flash, cut->operation, (enum lab_tear)cut->tear);
    const int rc =
        cut->deed == ASK ? ffx_agent_request(&e->bench->agent) : run_on(e);
    if (rc != (cut->operation ? FFX_ERR_POWER : 0) ||
        e->flash->cuts_fired != (cut->operation != 0))
        bad(e, "replayed: the cut did not fire");
}

/* From the origin to state `s` without poison and without a short cut: it
 * must be the state that the explorer took it for. */
static void replay(struct explorer *e, uint32_t s)
{
    const struct cut *cuts[WAY_MAX];
    uint32_t count = 0;
    for (uint32_t at = s; at != 0; at = e->states[at].cut.from) {
        if (count == WAY_MAX)
            return;
        cuts[count++] = &e->states[at].cut;
    }
    e->at = s;
    e->now = (struct cut){.from = s};
    lab_flash_restore(e->flash, e->origin);
    while (count-- > 0)
        suffer(e, cuts[count]);
    e->journal_known = 0;
    if (digest_now(e) != e->states[s].digest)
        bad(e, "replayed: another state than the explorer thought");
    e->figures->replayed++;
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
    e->origin = lab_flash_snapshot(e->flash);
    state_of(e, digest_now(e), &(struct cut){.from = NONE}, 0, &is_new);
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

void explore(struct rig *rig, const struct explore_options *options,
             struct explore_figures *figures)
{
    static struct explorer e;
    const double start = seconds();
    open_explorer(&e, rig, options, figures);
    for (uint32_t s = 0; s < e.state_count; s++)
        explore_state(&e, s);
    if (figures->fired != figures->planned)
        bad(&e, "a cut was planned and did not fire");
    const uint32_t stride = e.state_count / REPLAYS + 1;
    for (uint32_t s = stride / 2; s < e.state_count; s += stride)
        replay(&e, s);
    figures->states = e.state_count;
    figures->commits = e.commit_count;
    figures->seconds = seconds() - start;
    close_explorer(&e);
}

void explore_print(const struct bench_geometry *geometry,
                   const struct explore_figures *figures)
{
    print_message(
        "# %-14s %7llu states, %9llu cut points (%9llu cuts), %7llu boots, "
        "%llu replayed, longest boot %5.1f s, in %.1f s\n",
        geometry->name, (unsigned long long)figures->states,
        (unsigned long long)figures->points, (unsigned long long)figures->fired,
        (unsigned long long)figures->boots,
        (unsigned long long)figures->replayed,
        (double)figures->longest_us / 1e6, figures->seconds);
}
