/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths of the alignment: how each of its states came to be. They share
 * their beginnings, so they are a tree that is only ever looked at from its
 * leaves; what no leaf needs is thrown away from time to time.
 */
#ifndef FARFIX_DIFF_PATHS_H
#define FARFIX_DIFF_PATHS_H

#include "diff/diff_job.h"

#define DIFF_PATH_NONE UINT32_MAX

/* A run or a literal, up to where the next one of the path begins. */
struct diff_link {
    uint32_t turn;
    uint32_t diagonal;
    uint32_t parent; /* what came before it, or DIFF_PATH_NONE */
    uint32_t literal;
};

struct diff_paths {
    struct diff_link *links;
    uint32_t count, capacity;
};

/* 0, or -1 when memory ran out. Close it in either case. */
int diff_paths_open(struct diff_paths *paths);
void diff_paths_close(struct diff_paths *paths);

/* The number of the new link, which must have room. */
uint32_t diff_paths_add(struct diff_paths *paths, const struct diff_link *link);

/* Makes room for a link. `leaves` are all the numbers that are still in use;
 * they are changed when links get new ones. 0, or -1: no memory. */
int diff_paths_room(struct diff_paths *paths, uint32_t *const *leaves,
                    uint32_t count);

/* The runs of the path that ends with `leaf` at turn `end`. 0, or -1. */
int diff_paths_runs(const struct diff_paths *paths, uint32_t leaf, uint32_t end,
                    struct diff_runs *runs);

#endif
