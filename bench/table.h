/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text file of rows and cells: CORPUS.tsv, peers.csv. Lines that begin with
 * # are comments, the first other line names the columns. Cells hold neither
 * the separator nor quotes.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stddef.h>

struct table {
    char *text;   /* the file, cut into cells */
    char **cells; /* rows * columns of them, without the first row */
    size_t rows, columns;
};

/* Every row must have as many cells as `names`, a null-terminated list, and
 * the first one must be `names`. 0, or -1 after one line on stderr. */
int table_read(struct table *table, const char *path, char separator,
               const char *const *names);
const char *table_cell(const struct table *table, size_t row, size_t column);
void table_free(struct table *table);

#endif
