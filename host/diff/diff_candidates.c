/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_candidates.h"
#include "base/bytes.h"
#include "diff/diff_normal.h"

#include <divsufsort.h>
#include <stdlib.h>

#define SHORTEST 8u    /* bytes of a match */
#define LOOK_MAX 4096u /* bytes of it that are looked at */
#define STRIDE 16u     /* positions for each entry of the index */

/* --- matches ------------------------------------------------------------- */

struct search {
    const uint8_t *text; /* the old image */
    uint32_t length;
    const int32_t *suffixes;
    const uint8_t *wanted;
    uint32_t most; /* bytes of it */
};

struct match {
    uint32_t place, length;
};

/* How many bytes suffix `rank` begins with as wanted, `same` of them known. */
static uint32_t common(const struct search *search, uint32_t rank,
                       uint32_t same)
{
    const uint32_t place = (uint32_t)search->suffixes[rank];
    const uint32_t end = bytes_min(search->most, search->length - place);
    const uint8_t *const there = search->text + place;
    while (same < end && there[same] == search->wanted[same])
        same++;
    return same;
}

/* 1: suffix `rank` stands before what is wanted. `same` of their bytes are
 * the same. */
static int before(const struct search *search, uint32_t rank, uint32_t same)
{
    const uint32_t place = (uint32_t)search->suffixes[rank];
    if (same >= search->most)
        return 0;
    return same >= search->length - place ||
           search->text[place + same] < search->wanted[same];
}

/* The first suffix that does not stand before what is wanted. */
static uint32_t lower_bound(const struct search *search)
{
    uint32_t low = 0, high = search->length;
    uint32_t low_same = 0, high_same = 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const uint32_t same =
            common(search, middle, bytes_min(low_same, high_same));
        if (before(search, middle, same)) {
            low = middle + 1;
            low_same = same;
        } else {
            high = middle;
            high_same = same;
        }
    }
    return low;
}

/* Keeps the longest; among equals those that were found first. */
static void keep(struct match *best, uint32_t *count, struct match match)
{
    uint32_t at = *count;
    while (at > 0 && best[at - 1].length < match.length)
        at--;
    if (at == DIFF_CANDIDATES_MAX)
        return;
    if (*count < DIFF_CANDIDATES_MAX)
        (*count)++;
    for (uint32_t i = *count - 1; i > at; i--)
        best[i] = best[i - 1];
    best[at] = match;
}

static uint32_t find_matches(const struct search *search,
                             struct match best[DIFF_CANDIDATES_MAX])
{
    const uint32_t first = lower_bound(search);
    uint32_t count = 0;
    for (uint32_t side = 0; side < 2; side++) {
        uint32_t rank = first - side;
        for (uint32_t i = 0; i < DIFF_CANDIDATES_MAX; i++) {
            if (rank >= search->length)
                break;
            const uint32_t length = common(search, rank, 0);
            if (length < SHORTEST)
                break;
            const struct match match = {(uint32_t)search->suffixes[rank],
                                        length};
            keep(best, &count, match);
            rank += side == 0 ? 1 : UINT32_MAX;
        }
    }
    return count;
}

/* --- the pool ------------------------------------------------------------ */

static int add(struct diff_candidates *candidates, uint32_t position,
               uint32_t diagonal)
{
    if (candidates->count == candidates->capacity) {
        const size_t more = candidates->capacity + candidates->capacity / 2;
        uint32_t *const pool =
            realloc(candidates->pool, more * sizeof *candidates->pool);
        if (pool == NULL)
            return -1;
        candidates->pool = pool;
        candidates->capacity = more;
    }
    candidates->pool[candidates->count++] = diagonal;
    candidates->counts[position]++;
    return 0;
}

/* --- repeats ------------------------------------------------------------- */

/* In place, what was made can be copied again. The order of the steps is not
 * known yet, so the first and the last place of a repeated piece are offered;
 * where the old image has it there is no need. */
#define REPEAT 16u /* bytes */

struct repeats {
    const uint8_t *image;
    uint32_t length, mask;
    uint32_t *first, *last; /* by hash: place + 1 */
};

static uint32_t repeat_slot(const struct repeats *repeats, uint32_t at)
{
    uint32_t hash = 0;
    for (uint32_t i = 0; i < REPEAT; i += 4)
        hash = (hash ^ bytes_get32(repeats->image + at + i)) * 0x9e3779b1u;
    return (hash ^ hash >> 15) & repeats->mask;
}

static int repeats_open(struct repeats *repeats, const uint8_t *image,
                        uint32_t length)
{
    repeats->image = image;
    repeats->length = length;
    repeats->mask = 255;
    while (repeats->mask < length / 2)
        repeats->mask = repeats->mask << 1 | 1;
    repeats->first = calloc(repeats->mask + 1u, sizeof *repeats->first);
    repeats->last = calloc(repeats->mask + 1u, sizeof *repeats->last);
    if (repeats->first == NULL || repeats->last == NULL)
        return -1;
    for (uint32_t at = 0; at + REPEAT <= length; at += 2) {
        const uint32_t slot = repeat_slot(repeats, at);
        if (repeats->first[slot] == 0)
            repeats->first[slot] = at + 1;
        repeats->last[slot] = at + 1;
    }
    return 0;
}

static void repeats_close(struct repeats *repeats)
{
    free(repeats->first);
    free(repeats->last);
}

static int add_repeat(struct diff_candidates *candidates,
                      const struct repeats *repeats, uint32_t at,
                      uint32_t place)
{
    if (place == 0 || place - 1 == at ||
        memcmp(repeats->image + place - 1, repeats->image + at, REPEAT) != 0)
        return 0;
    return add(candidates, at, place - 1 - at);
}

static int add_repeats(struct diff_candidates *candidates,
                       const struct repeats *repeats, uint32_t at)
{
    if (at + REPEAT > repeats->length)
        return 0;
    const uint32_t slot = repeat_slot(repeats, at);
    if (add_repeat(candidates, repeats, at, repeats->first[slot]) != 0)
        return -1;
    return add_repeat(candidates, repeats, at, repeats->last[slot]);
}

/* --- all positions ------------------------------------------------------- */

/* The positions that are searched: near each other where matches are short,
 * since a better one may begin. */
static uint32_t stride_of(uint32_t length)
{
    return length >= 64 ? length / 2 : length >= 24 ? 4 : 1;
}

/* Offers the best two along a match that began at `position`. */
static int add_along(struct diff_candidates *candidates, uint32_t position,
                     const struct match *best, uint32_t count)
{
    const uint32_t end = stride_of(best->length);
    for (uint32_t i = 2; i < end; i += i < 16 ? 2 : i < 64 ? 4 : 16)
        for (uint32_t k = 0; k < count && k < 2; k++)
            if (add(candidates, position + i, best[k].place - position) != 0)
                return -1;
    return 0;
}

static int find_all(struct diff_candidates *candidates, struct search *search,
                    const struct repeats *repeats, uint32_t new_bytes)
{
    uint32_t at = 0;
    while (at < new_bytes && new_bytes - at >= SHORTEST) {
        struct match best[DIFF_CANDIDATES_MAX];
        search->wanted = candidates->new_normal + at;
        search->most = bytes_min(new_bytes - at, LOOK_MAX);
        const uint32_t count = find_matches(search, best);
        for (uint32_t i = 0; i < count; i++)
            if (add(candidates, at, best[i].place - at) != 0)
                return -1;
        if ((count == 0 || best->length < REPEAT) &&
            add_repeats(candidates, repeats, at) != 0)
            return -1;
        if (count > 0 && add_along(candidates, at, best, count) != 0)
            return -1;
        at += count > 0 ? stride_of(best->length) : 1;
    }
    return 0;
}

static void make_index(struct diff_candidates *candidates, uint32_t new_bytes)
{
    uint32_t before_it = 0;
    for (uint32_t i = 0; i < new_bytes; i++) {
        if (i % STRIDE == 0)
            candidates->index[i / STRIDE] = before_it;
        before_it += candidates->counts[i];
    }
}

/* --- all ----------------------------------------------------------------- */

static int allocate(struct diff_candidates *candidates,
                    const struct diff_job *job)
{
    candidates->capacity = job->new_bytes / 4 + 64;
    candidates->old_normal = malloc(job->old_bytes + 1u);
    candidates->new_normal = calloc(job->new_bytes + 1u, 1);
    candidates->counts = calloc(job->new_bytes + 1u, 1);
    candidates->index =
        malloc((job->new_bytes / STRIDE + 1) * sizeof *candidates->index);
    candidates->pool = malloc(candidates->capacity * sizeof *candidates->pool);
    return candidates->old_normal != NULL && candidates->new_normal != NULL &&
                   candidates->counts != NULL && candidates->index != NULL &&
                   candidates->pool != NULL
               ? 0
               : -1;
}

int diff_candidates_open(struct diff_candidates *candidates,
                         const struct diff_job *job)
{
    *candidates = (struct diff_candidates){0};
    if (allocate(candidates, job) != 0)
        return -1;
    diff_normal(candidates->old_normal, job->old_image, job->old_bytes,
                job->space);
    diff_normal(candidates->new_normal, job->new_image, job->new_bytes,
                job->space);
    int32_t *const suffixes = malloc((job->old_bytes + 1u) * sizeof *suffixes);
    if (suffixes == NULL)
        return -1;
    struct search search = {.text = candidates->old_normal,
                            .length = job->old_bytes,
                            .suffixes = suffixes};
    struct repeats repeats;
    int status = repeats_open(&repeats, candidates->new_normal, job->new_bytes);
    if (status == 0 && job->old_bytes > 0)
        status = divsufsort(candidates->old_normal, suffixes,
                            (int32_t)job->old_bytes);
    if (status == 0)
        status = find_all(candidates, &search, &repeats, job->new_bytes);
    repeats_close(&repeats);
    free(suffixes);
    make_index(candidates, job->new_bytes);
    return status == 0 ? 0 : -1;
}

void diff_candidates_close(struct diff_candidates *candidates)
{
    free(candidates->old_normal);
    free(candidates->new_normal);
    free(candidates->counts);
    free(candidates->index);
    free(candidates->pool);
}

uint32_t diff_candidates_at(const struct diff_candidates *candidates,
                            uint32_t position, const uint32_t **diagonals)
{
    const uint32_t count = candidates->counts[position];
    if (count == 0)
        return 0;
    uint32_t at = candidates->index[position / STRIDE];
    for (uint32_t i = position - position % STRIDE; i < position; i++)
        at += candidates->counts[i];
    *diagonals = candidates->pool + at;
    return count;
}
