/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_text(const char *path)
{
    char *text = NULL;
    size_t capacity = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    /* Text has no NUL: this reads all of it. */
    if (getdelim(&text, &capacity, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

/* Cuts one line into cells; 0 when it has another number of them. */
static int cut(char *line, char separator, char **cells, size_t columns)
{
    for (size_t i = 0; i + 1 < columns; i++) {
        cells[i] = line;
        line = strchr(line, separator);
        if (line == NULL)
            return 0;
        *line++ = '\0';
    }
    cells[columns - 1] = line;
    return strchr(line, separator) == NULL;
}

static int is_head(char **cells, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(cells[i], names[i]) != 0)
            return 0;
    return 1;
}

static size_t count_lines(const char *text)
{
    size_t lines = 1;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static int fill(struct table *table, const char *path, char separator,
                const char *const *names)
{
    int headed = 0, number = 0;
    char *rest = table->text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char **cells = &table->cells[table->rows * table->columns];
        number++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (!cut(line, separator, cells, table->columns) ||
            (!headed && !is_head(cells, names))) {
            fprintf(stderr, "bench: %s:%d: not %zu cells, or not the names\n",
                    path, number, table->columns);
            return -1;
        }
        table->rows += (size_t)headed;
        headed = 1;
    }
    return 0;
}

int table_read(struct table *table, const char *path, char separator,
               const char *const *names)
{
    memset(table, 0, sizeof *table);
    while (names[table->columns] != NULL)
        table->columns++;
    table->text = read_text(path);
    if (table->text == NULL) {
        fprintf(stderr, "bench: cannot read %s\n", path);
        return -1;
    }
    table->cells =
        calloc(count_lines(table->text) * table->columns, sizeof *table->cells);
    if (table->cells != NULL && fill(table, path, separator, names) == 0)
        return 0;
    table_free(table);
    return -1;
}

const char *table_cell(const struct table *table, size_t row, size_t column)
{
    return table->cells[row * table->columns + column];
}

void table_free(struct table *table)
{
    free(table->cells);
    free(table->text);
    memset(table, 0, sizeof *table);
}
