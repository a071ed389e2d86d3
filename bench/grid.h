/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people: Markdown whose columns are also straight on a terminal.
 */
#ifndef BENCH_GRID_H
#define BENCH_GRID_H

#include "pair.h"

#include <stdio.h>

#define GRID_ROWS (PAIRS_MAX + 16)
#define GRID_COLUMNS 40
#define GRID_CELL 96

/* Zero it before use; row 0 is the head. Large: static, not on the stack. */
struct grid {
    char cells[GRID_ROWS][GRID_COLUMNS][GRID_CELL];
    size_t rows, columns;
};

/* Begins a table, or its next row, with the first cell of that row. */
void grid_start(struct grid *grid, const char *cell);
void grid_row(struct grid *grid, const char *cell);
/* Next cell of the last row. */
__attribute__((format(printf, 2, 3))) void grid_cell(struct grid *grid,
                                                     const char *format, ...);
/* First column to the left, all others to the right. */
void grid_print(const struct grid *grid, FILE *out);

#endif
