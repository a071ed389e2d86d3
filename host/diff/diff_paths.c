/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_paths.h"

#include <stdlib.h>

#define FIRST_LINKS (1u << 14)

int diff_paths_open(struct diff_paths *paths)
{
    paths->count = 0;
    paths->capacity = FIRST_LINKS;
    paths->links = malloc(FIRST_LINKS * sizeof *paths->links);
    return paths->links != NULL ? 0 : -1;
}

void diff_paths_close(struct diff_paths *paths)
{
    free(paths->links);
}

uint32_t diff_paths_add(struct diff_paths *paths, const struct diff_link *link)
{
    paths->links[paths->count] = *link;
    return paths->count++;
}

/* --- room ---------------------------------------------------------------- */

/* A parent stands before its children: one way down finds all that is still
 * needed, one way up moves it. `names`: 0, or 1 for needed, then the new
 * numbers. */
static void compact(struct diff_paths *paths, uint32_t *names)
{
    uint32_t kept = 0;
    for (uint32_t i = paths->count; i-- > 0;)
        if (names[i] != 0 && paths->links[i].parent != DIFF_PATH_NONE)
            names[paths->links[i].parent] = 1;
    for (uint32_t i = 0; i < paths->count; i++) {
        if (names[i] == 0)
            continue;
        struct diff_link link = paths->links[i];
        if (link.parent != DIFF_PATH_NONE)
            link.parent = names[link.parent];
        names[i] = kept;
        paths->links[kept++] = link;
    }
    paths->count = kept;
}

static int grow(struct diff_paths *paths)
{
    const uint32_t capacity = 2 * paths->capacity;
    struct diff_link *const links =
        realloc(paths->links, (size_t)capacity * sizeof *links);
    if (links == NULL)
        return -1;
    paths->links = links;
    paths->capacity = capacity;
    return 0;
}

int diff_paths_room(struct diff_paths *paths, uint32_t *const *leaves,
                    uint32_t count)
{
    if (paths->count < paths->capacity)
        return 0;
    uint32_t *const names = calloc(paths->count, sizeof *names);
    if (names == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (*leaves[i] != DIFF_PATH_NONE)
            names[*leaves[i]] = 1;
    compact(paths, names);
    for (uint32_t i = 0; i < count; i++)
        if (*leaves[i] != DIFF_PATH_NONE)
            *leaves[i] = names[*leaves[i]];
    free(names);
    return paths->count > paths->capacity / 2 ? grow(paths) : 0;
}

/* --- runs ---------------------------------------------------------------- */

/* Backwards, as the links go. */
static size_t walk(const struct diff_paths *paths, uint32_t leaf, uint32_t end,
                   struct diff_run *runs)
{
    size_t count = 0;
    while (leaf != DIFF_PATH_NONE) {
        const struct diff_link *const link = &paths->links[leaf];
        const struct diff_run run = {link->turn, end - link->turn,
                                     link->diagonal};
        if (!link->literal && run.length > 0) {
            if (runs != NULL)
                runs[count] = run;
            count++;
        }
        end = link->turn;
        leaf = link->parent;
    }
    return count;
}

/* Turns them around and joins those that are one. */
static void arrange(struct diff_runs *runs)
{
    size_t kept = 0;
    for (size_t i = 0; i < runs->count / 2; i++) {
        const struct diff_run run = runs->runs[i];
        runs->runs[i] = runs->runs[runs->count - 1 - i];
        runs->runs[runs->count - 1 - i] = run;
    }
    for (size_t i = 0; i < runs->count; i++) {
        const struct diff_run run = runs->runs[i];
        struct diff_run *const last = &runs->runs[kept - (kept > 0)];
        if (kept > 0 && last->turn + last->length == run.turn &&
            last->diagonal == run.diagonal)
            last->length += run.length;
        else
            runs->runs[kept++] = run;
    }
    runs->count = kept;
}

int diff_paths_runs(const struct diff_paths *paths, uint32_t leaf, uint32_t end,
                    struct diff_runs *runs)
{
    runs->count = walk(paths, leaf, end, NULL);
    runs->runs = malloc((runs->count + 1) * sizeof *runs->runs);
    if (runs->runs == NULL)
        return -1;
    walk(paths, leaf, end, runs->runs);
    arrange(runs);
    return 0;
}
