/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a patch does, in numbers that a person can look at: its facts, where
 * each part of the new image comes from, and in which order it is made. All of
 * it is what the device's own reader found; nothing is guessed.
 *
 * The new image is cut into cells, DIFF_MAP_COLUMNS to a row and at most
 * DIFF_MAP_ROWS rows, so that a map is small however large the image.
 */
#ifndef FARFIX_DIFF_MAP_H
#define FARFIX_DIFF_MAP_H

#include "delta/delta_engine.h"

#include <stddef.h>

#define DIFF_MAP_COLUMNS 64u
#define DIFF_MAP_ROWS 64u
#define DIFF_MAP_BINS 128u /* pieces of the slot that a row may come from */
#define DIFF_MAP_HOWS 4u   /* enum delta_how */

struct diff_map_cell {
    uint32_t bytes[DIFF_MAP_HOWS];
};

/* Bytes of a row that are copied out of a bin: while it held the old image,
 * and, in place, after it got the new one. */
struct diff_map_source {
    uint32_t from_old, from_new;
};

struct diff_map {
    struct ffx_delta_layout layout;
    uint32_t ram; /* of the reader, as FFX_DELTA_PROFILE_BYTES */
    uint32_t patch_bytes, header_bytes;
    uint32_t control_bytes; /* its last byte may be half data */
    struct delta_space space;
    uint32_t copies, steps;
    uint16_t *ranks; /* [i]: when step i by position comes */
    /* 1: made with the old image. 0: from the control part alone, where all
     * that is copied counts as DELTA_COPIED. */
    int decoded;
    uint32_t bytes[DIFF_MAP_HOWS]; /* of the whole target */
    uint32_t cell_bytes, rows;
    struct diff_map_cell *cells;     /* rows * DIFF_MAP_COLUMNS */
    uint32_t slot_bytes;             /* all bins together */
    struct diff_map_source *sources; /* rows * DIFF_MAP_BINS */
};

/* Fills `map` in; `old_image` NULL: from the patch alone. 0; or, and then
 * there is nothing to free, FFX_ERR_PATCH: not a whole patch of format 1;
 * FFX_ERR_SOURCE: made from another old image; FFX_ERR_SPACE: this machine is
 * out of memory. */
int diff_map_make(struct diff_map *map, const uint8_t *patch,
                  size_t patch_bytes, const uint8_t *old_image,
                  size_t old_bytes);
void diff_map_free(struct diff_map *map);

/* Bytes of the new image in a row: cell_bytes * DIFF_MAP_COLUMNS, less in the
 * last. */
uint32_t diff_map_row_bytes(const struct diff_map *map, uint32_t row);

/* "in one piece", "from 0 up", "from the top down" or "in an order of its own",
 * for the end of a sentence. */
const char *diff_map_order_text(const struct diff_map *map);

#endif
