/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_faults.h"

#include "lab/lab_flash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 256

#define WORDS 6 /* one more than a fault has */

static int split(char *line, const char *words[WORDS])
{
    int count = 0;
    char *rest = line, *word;
    while (count < WORDS && (word = strtok_r(rest, " \t\r\n", &rest)) != NULL)
        words[count++] = word;
    return count;
}

static int is_number(const char *word, uint32_t *number)
{
    const size_t length = strlen(word);
    if (length > 9 || strspn(word, "0123456789") != length)
        return 0;
    *number = (uint32_t)strtoul(word, NULL, 10);
    return 1;
}

static int add_cut(struct sim_faults *faults, uint32_t operation, uint32_t tear)
{
    if (operation == 0 || tear >= LAB_TEARS)
        return FFX_ERR_SYNTAX;
    if (faults->cut_count == FFX_SIM_CUTS)
        return FFX_ERR_SPACE;
    faults->cuts[faults->cut_count++] =
        (struct ffx_sim_cut){.operation = operation, .tear = (uint8_t)tear};
    return FFX_OK;
}

static int parse_line(struct sim_faults *faults, const char *text)
{
    char line[LINE_BYTES];
    const char *words[WORDS];
    uint32_t operation, tear;
    snprintf(line, sizeof line, "%s", text);
    const int count = split(line, words);
    if (count == 0 || words[0][0] == '#')
        return FFX_OK;
    if (count == 2 && strcmp(words[0], "seed") == 0)
        return is_number(words[1], &faults->seed) ? FFX_OK : FFX_ERR_SYNTAX;
    if (count == 5 && strcmp(words[0], "at") == 0 &&
        strcmp(words[1], "flash") == 0 && is_number(words[2], &operation) &&
        strcmp(words[3], "tear") == 0 && is_number(words[4], &tear))
        return add_cut(faults, operation, tear);
    return FFX_ERR_SYNTAX;
}

static int read_lines(struct sim_faults *faults, FILE *stream, const char *path,
                      struct ffx_sim_error *error)
{
    char line[LINE_BYTES];
    for (unsigned number = 1; fgets(line, sizeof line, stream) != NULL;
         number++) {
        const int result = parse_line(faults, line);
        line[strcspn(line, "\r\n")] = '\0';
        if (result == FFX_ERR_SPACE)
            return sim_error(error, result, "%s, line %u: more than %u cuts",
                             path, number, (unsigned)FFX_SIM_CUTS);
        if (result != FFX_OK)
            return sim_error(error, result,
                             "%s, line %u: '%.60s' is no fault; known are "
                             "'at flash N tear 0...%u' and 'seed N'",
                             path, number, line, LAB_TEARS - 1u);
    }
    return FFX_OK;
}

int sim_faults_read(struct sim_faults *faults, const char *path,
                    struct ffx_sim_error *error)
{
    *faults = (struct sim_faults){.seed = 1};
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return sim_missing(error, "cannot read --faults %s: %s", path,
                           strerror(errno));
    const int result = read_lines(faults, stream, path, error);
    fclose(stream);
    return result;
}
