/* SPDX-License-Identifier: Apache-2.0 */
#include "grid.h"

#include <stdarg.h>
#include <string.h>

void grid_start(struct grid *grid, const char *cell)
{
    grid->rows = grid->columns = 0;
    grid_row(grid, cell);
}

void grid_row(struct grid *grid, const char *cell)
{
    if (grid->rows < GRID_ROWS)
        grid->rows++;
    memset(grid->cells[grid->rows - 1], 0, sizeof grid->cells[0]);
    grid_cell(grid, "%s", cell);
}

void grid_cell(struct grid *grid, const char *format, ...)
{
    va_list arguments;
    size_t column = 0;
    char(*row)[GRID_CELL] = grid->cells[grid->rows - 1];
    while (column + 1 < GRID_COLUMNS && row[column][0] != '\0')
        column++;
    va_start(arguments, format);
    vsnprintf(row[column], GRID_CELL, format, arguments);
    va_end(arguments);
    if (column >= grid->columns)
        grid->columns = column + 1;
}

static int width_of(const struct grid *grid, size_t column)
{
    size_t widest = 3;
    for (size_t row = 0; row < grid->rows; row++) {
        const size_t width = strlen(grid->cells[row][column]);
        if (width > widest)
            widest = width;
    }
    return (int)widest;
}

static void print_rule(const struct grid *grid, FILE *out)
{
    for (size_t column = 0; column < grid->columns; column++) {
        const int width = width_of(grid, column);
        fprintf(out, column == 0 ? "|:" : "|-");
        for (int i = 0; i < width; i++)
            fputc('-', out);
        fputs(column == 0 ? "-" : ":", out);
    }
    fputs("|\n", out);
}

void grid_print(const struct grid *grid, FILE *out)
{
    for (size_t row = 0; row < grid->rows; row++) {
        for (size_t column = 0; column < grid->columns; column++)
            fprintf(out, column == 0 ? "| %-*s " : "| %*s ",
                    width_of(grid, column), grid->cells[row][column]);
        fputs("|\n", out);
        if (row == 0)
            print_rule(grid, out);
    }
    fputc('\n', out);
}
