/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_order.h"
#include "base/bytes.h"

#include <stdlib.h>

/* Bounds of the time, in edges that are looked at and places that steps are
 * moved by: for a first order, and to improve on it. */
#define WORK_FIRST (1u << 28)
#define WORK_MORE (1u << 24)
#define BLOCK_MAX 12u /* steps that are moved together at random */

/* A step that another one reads or is read by. */
struct neighbour {
    uint32_t rank;
    int64_t bytes; /* more that are lost when the other one comes before it */
};

/* `bytes` more are lost when `step` comes right before `other` than when it
 * comes right after. Both ways: the edges of a step stand together. */
struct edge {
    uint32_t step, other;
    int64_t bytes;
};

struct plan {
    uint32_t steps, step_bytes;
    struct edge *edges;
    size_t count, capacity;
    size_t *first;                /* [s] ... [s + 1]: the edges of step s */
    uint32_t *order;              /* [k]: the step that comes as number k */
    uint32_t *ranks;              /* the inverse */
    struct neighbour *neighbours; /* room for those of one step */
    uint32_t work, work_max;
    uint32_t seed;
};

/* --- edges --------------------------------------------------------------- */

static int add_edge(struct plan *plan, uint32_t step, uint32_t other,
                    int64_t bytes)
{
    if (plan->count == plan->capacity) {
        const size_t capacity = 2 * plan->capacity + 64;
        struct edge *const edges =
            realloc(plan->edges, capacity * sizeof *edges);
        if (edges == NULL)
            return -1;
        plan->edges = edges;
        plan->capacity = capacity;
    }
    plan->edges[plan->count++] = (struct edge){step, other, bytes};
    return 0;
}

/* The pieces of a run that have one step to read and one to write. */
static int add_run(struct plan *plan, const struct diff_run *run)
{
    const uint32_t bytes = plan->step_bytes;
    uint32_t done = 0;
    while (done < run->length) {
        const uint32_t to = run->turn + done, from = to + run->diagonal;
        const uint32_t length = bytes_min(
            run->length - done,
            bytes - (to % bytes > from % bytes ? to % bytes : from % bytes));
        const uint32_t reader = to / bytes, source = from / bytes;
        if (reader != source && source < plan->steps &&
            (add_edge(plan, source, reader, length) != 0 ||
             add_edge(plan, reader, source, -(int64_t)length) != 0))
            return -1;
        done += length;
    }
    return 0;
}

static int compare_edges(const void *left, const void *right)
{
    const struct edge *const a = left, *const b = right;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->other > b->other) - (a->other < b->other);
}

static void join_edges(struct plan *plan)
{
    size_t kept = 0;
    if (plan->count > 0)
        qsort(plan->edges, plan->count, sizeof *plan->edges, compare_edges);
    for (size_t i = 0; i < plan->count; i++) {
        const struct edge edge = plan->edges[i];
        if (kept > 0 && compare_edges(&plan->edges[kept - 1], &edge) == 0)
            plan->edges[kept - 1].bytes += edge.bytes;
        else
            plan->edges[kept++] = edge;
    }
    plan->count = kept;
    for (uint32_t step = 0, at = 0; step <= plan->steps; step++) {
        while (at < kept && plan->edges[at].step < step)
            at++;
        plan->first[step] = at;
    }
}

/* --- a start ------------------------------------------------------------- */

/* Next is the step that loses least: what is still to be read of it, less
 * what it reads itself. */
static int start(struct plan *plan)
{
    int64_t *const losses = calloc(plan->steps, sizeof *losses);
    if (losses == NULL)
        return -1;
    for (size_t i = 0; i < plan->count; i++)
        losses[plan->edges[i].step] += plan->edges[i].bytes;
    for (uint32_t rank = 0; rank < plan->steps; rank++) {
        uint32_t best = 0;
        for (uint32_t step = 1; step < plan->steps; step++)
            if (losses[step] < losses[best])
                best = step;
        plan->order[rank] = best;
        plan->ranks[best] = rank;
        losses[best] = INT64_MAX;
        for (size_t i = plan->first[best]; i < plan->first[best + 1]; i++)
            if (losses[plan->edges[i].other] != INT64_MAX)
                losses[plan->edges[i].other] += plan->edges[i].bytes;
    }
    free(losses);
    return 0;
}

/* --- improvement --------------------------------------------------------- */

static void place(struct plan *plan, uint32_t rank, uint32_t step)
{
    plan->order[rank] = step;
    plan->ranks[step] = rank;
}

static void move(struct plan *plan, uint32_t from, uint32_t to)
{
    const uint32_t step = plan->order[from];
    plan->work += from < to ? to - from : from - to;
    for (; from > to; from--)
        place(plan, from, plan->order[from - 1]);
    for (; from < to; from++)
        place(plan, from, plan->order[from + 1]);
    place(plan, to, step);
}

static int compare_neighbours(const void *left, const void *right)
{
    const struct neighbour *const a = left, *const b = right;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static uint32_t find_neighbours(struct plan *plan, uint32_t step)
{
    struct neighbour *const neighbours = plan->neighbours;
    uint32_t count = 0;
    for (size_t i = plan->first[step]; i < plan->first[step + 1]; i++) {
        neighbours[count].rank = plan->ranks[plan->edges[i].other];
        neighbours[count++].bytes = plan->edges[i].bytes;
    }
    if (count > 0)
        qsort(neighbours, count, sizeof *neighbours, compare_neighbours);
    plan->work += count + 1;
    return count;
}

/* Moves the step to where the fewest bytes are lost. 1: it was elsewhere. */
static int improve(struct plan *plan, uint32_t step)
{
    const uint32_t count = find_neighbours(plan, step);
    const struct neighbour *const neighbours = plan->neighbours;
    const uint32_t from = plan->ranks[step];
    uint32_t to = from, after = 0;
    int64_t change = 0, best = 0;
    while (after < count && neighbours[after].rank < from)
        after++;
    for (uint32_t i = after; i-- > 0;) {
        change += neighbours[i].bytes;
        if (change < best) {
            best = change;
            to = neighbours[i].rank;
        }
    }
    change = 0;
    for (uint32_t i = after; i < count; i++) {
        change -= neighbours[i].bytes;
        if (change < best) {
            best = change;
            to = neighbours[i].rank;
        }
    }
    if (to != from)
        move(plan, from, to);
    return to != from;
}

static void improve_all(struct plan *plan)
{
    int moved = 1;
    while (moved) {
        moved = 0;
        for (uint32_t step = 0; step < plan->steps; step++) {
            if (plan->work > plan->work_max)
                return;
            moved |= improve(plan, step);
        }
    }
}

/* --- more improvement ---------------------------------------------------- */

/* Bytes that are lost, but for a constant. */
static int64_t lost(struct plan *plan)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->ranks[plan->edges[i].step] <
            plan->ranks[plan->edges[i].other])
            bytes += plan->edges[i].bytes;
    plan->work += (uint32_t)plan->count;
    return bytes;
}

/* The same sequence on every machine: Lehmer 1951. */
static uint32_t any_rank(struct plan *plan)
{
    plan->seed = plan->seed * 1664525u + 1013904223u;
    return (plan->seed >> 8) % plan->steps;
}

/* Moves a few steps in a row somewhere else. */
static void move_block(struct plan *plan)
{
    const uint32_t from = any_rank(plan), to = any_rank(plan);
    const uint32_t length = 1 + any_rank(plan) % BLOCK_MAX;
    for (uint32_t i = 0; i < length; i++) {
        if (from < to)
            move(plan, from, to);
        else if (from + i < plan->steps)
            move(plan, from + i, to + i);
    }
}

static void keep(uint32_t *kept, const struct plan *plan)
{
    memcpy(kept, plan->order, plan->steps * sizeof *kept);
}

static void put_back(struct plan *plan, const uint32_t *kept)
{
    for (uint32_t rank = 0; rank < plan->steps; rank++)
        place(plan, rank, kept[rank]);
}

/* No single step can be moved any more with a gain. So some are moved at
 * random, and all is improved from there, again and again. */
static void shake(struct plan *plan, uint32_t *kept)
{
    int64_t best = lost(plan);
    keep(kept, plan);
    plan->work = 0;
    plan->work_max = WORK_MORE;
    while (plan->work < WORK_MORE) {
        move_block(plan);
        improve_all(plan);
        const int64_t bytes = lost(plan);
        plan->work += plan->steps;
        if (bytes < best) {
            best = bytes;
            keep(kept, plan);
        } else {
            put_back(plan, kept);
        }
    }
}

/* --- all ----------------------------------------------------------------- */

static int make(struct plan *plan, const struct diff_runs *plain,
                uint32_t *spare)
{
    for (size_t i = 0; i < plain->count; i++)
        if (add_run(plan, &plain->runs[i]) != 0)
            return -1;
    join_edges(plan);
    if (start(plan) != 0)
        return -1;
    improve_all(plan);
    if (plan->count > 0)
        shake(plan, spare);
    return 0;
}

int diff_order_plan(uint16_t *ranks, uint32_t steps, const struct diff_job *job,
                    const struct diff_runs *plain)
{
    struct plan plan = {
        .steps = steps,
        .step_bytes = job->order->step_bytes,
        .first = malloc((steps + 1u) * sizeof *plan.first),
        .order = malloc(steps * sizeof *plan.order),
        .ranks = malloc(steps * sizeof *plan.ranks),
        .neighbours = malloc(steps * sizeof *plan.neighbours),
        .work_max = WORK_FIRST,
    };
    uint32_t *const spare = malloc(steps * sizeof *spare);
    int status = -1;
    if (plan.first != NULL && plan.order != NULL && plan.ranks != NULL &&
        plan.neighbours != NULL && spare != NULL)
        status = make(&plan, plain, spare);
    for (uint32_t i = 0; status == 0 && i < steps; i++)
        ranks[i] = (uint16_t)plan.ranks[i];
    free(spare);
    free(plan.neighbours);
    free(plan.ranks);
    free(plan.order);
    free(plan.first);
    free(plan.edges);
    return status;
}
