/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where bytes of the new image stand already: a suffix array over old image
 * and new image in one text. A candidate in the new part can be copied once
 * the step that made it is finished; delta_layout_reach decides.
 */
#ifndef FARFIX_DIFF_MATCH_H
#define FARFIX_DIFF_MATCH_H

#include "delta/delta_layout.h"

#include <stddef.h>

struct diff_match {
    uint8_t *text; /* old, then new */
    uint32_t old_bytes, new_bytes;
    int32_t *suffixes; /* positions of text in order of their suffixes */
    int32_t *ranks;    /* the inverse */
    int32_t *common;   /* [i]: bytes that suffixes[i - 1], [i] begin with */
};

/* A copy that the reader can make. */
struct diff_found {
    uint32_t length; /* 0: none */
    uint32_t source; /* in the slot */
};

/* 0, or -1 when memory ran out. Close it in either case. */
int diff_match_open(struct diff_match *match, const uint8_t *old_image,
                    uint32_t old_bytes, const uint8_t *new_image,
                    uint32_t new_bytes);
void diff_match_close(struct diff_match *match);

/* The longest copy to `position` of the target, at most `most` bytes, while
 * step `index` is made; among equals one near `diagonal`. Looks at a bounded
 * number of neighbours. */
struct diff_found diff_match_longest(const struct diff_match *match,
                                     const struct ffx_delta_layout *layout,
                                     uint32_t index, uint32_t position,
                                     uint32_t most, uint32_t diagonal);

/* How many of the next `most` bytes stand, readable, at `source`: up to the
 * first difference. */
uint32_t diff_match_along(const struct diff_match *match,
                          const struct ffx_delta_layout *layout, uint32_t index,
                          uint32_t position, uint32_t source, uint32_t most);

#endif
