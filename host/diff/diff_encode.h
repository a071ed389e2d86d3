/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as the bytes of a patch. */
#ifndef FARFIX_DIFF_ENCODE_H
#define FARFIX_DIFF_ENCODE_H

#include "diff/diff_job.h"

struct diff_bytes {
    uint8_t *bytes; /* malloc */
    size_t length;
};

/* `layout` is complete, CRCs included, and fits job->order. 0; -1 when memory
 * ran out, or the profile has no room for so many steps. */
int diff_encode(const struct diff_job *job,
                const struct ffx_delta_layout *layout,
                const struct diff_runs *runs, struct diff_bytes *patch);

/* The copy map that a reader of this job would have, with room for every run:
 * the next alignment is better for it. Free map->entries.
 * 0, or -1 when memory ran out. */
int diff_encode_map(const struct diff_job *job, const struct diff_runs *runs,
                    struct delta_map *map);

#endif
