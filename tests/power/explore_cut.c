/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR_MAX 65536u

/* Depth counts only where the number of cuts is limited. */
uint64_t explore_with_depth(const struct explorer *e, uint64_t digest,
                            uint32_t depth)
{
    return e->options->cuts == 0 ? digest : table_mix(digest, depth);
}

/* Index of the state of this digest; `*is_new`: it has no flash yet. */
uint32_t explore_state_of(struct explorer *e, uint64_t digest,
                          const struct cut *cut, uint32_t depth, int *is_new)
{
    uint64_t *const at =
        table_at(&e->seen, explore_with_depth(e, digest, depth), is_new);
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
    e->points++;
    e->figures->points += (uint64_t)differs(e, torn, way, length);
    const uint64_t digest =
        explore_digest_torn(e, operation->sector, bytes, torn->flags,
                            lab_digest(bytes, length, torn->flags,
                                       length / e->bench->geometry->write_unit),
                            others);
    const uint32_t s = explore_state_of(e, digest, &e->now, depth, &is_new);
    e->states[s].rows += e->states[e->at].rows;
    e->figures->fired++;
    if (!is_new)
        return;
    if (torn->before == NULL)
        torn->before = lab_flash_snapshot(e->flash);
    e->states[s].flash =
        lab_snapshot_with(torn->before, operation->sector, bytes, torn->flags);
}

void explore_cut(void *context, const struct lab_operation *operation)
{
    struct explorer *const e = context;
    static struct torn torn;
    e->now.operation = (uint32_t)e->flash->operations + 1;
    e->figures->operations++;
    e->cuts_in[operation->sector]++;
    if (e->options->cuts == 0 || e->states[e->at].depth < e->options->cuts) {
        const uint32_t ways = way_count(e, operation);
        explore_know_journal(e);
        const uint64_t others = explore_sum(e, e->care, operation->sector);
        torn.before = NULL;
        e->figures->planned += ways;
        for (uint32_t way = 0; way < ways; way++)
            cut_one(e, operation, way, others, &torn);
        lab_snapshot_free(torn.before);
    }
    if (explore_is_journal(e, operation->sector))
        e->journal_known = 0;
}
