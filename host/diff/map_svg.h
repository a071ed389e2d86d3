/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A diff_map as a picture: one SVG without scripts, fonts or anything else
 * from outside, so that a page may show it as an <img>; light or dark as the
 * viewer likes it, on a ground of its own, below 300 KB for every patch. On
 * the left the new image, cell by cell; on the right, row by row, from where
 * in the old image it is copied.
 */
#ifndef FARFIX_MAP_SVG_H
#define FARFIX_MAP_SVG_H

#include "diff/diff_map.h"

#include <stdio.h>

#define MAP_SVG_BYTES_MAX 300000u

/* `name` is what the patch is called in the title. Write errors show in
 * ferror(out). */
void map_svg_write(const struct diff_map *map, const char *name, FILE *out);
/* The same as a text from malloc, with a NUL behind its `length`. Null: out of
 * memory. */
char *map_svg_text(const struct diff_map *map, const char *name,
                   size_t *length);

/* "copied", "predicted", "changed", "new". */
const char *map_svg_how_text(enum delta_how how);

/* A share in percent, for people: "12.3 %", "<0.1 %". */
struct map_percent {
    char text[16];
};
struct map_percent map_svg_percent(uint32_t part, uint32_t whole);

#endif
