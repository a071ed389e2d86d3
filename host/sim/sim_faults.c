/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_faults.h"

#include "lab/lab_flash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "WORD NUMBER ..." of a format with %u only, and nothing behind it. */
static int parse_line(struct sim_faults *faults, const char *line)
{
    unsigned operation, tear, seed;
    int end = 0;
    if (sscanf(line, " %n", &end) == 0 && (line[end] == 0 || line[end] == '#'))
        return FFX_OK;
    end = 0;
    if (sscanf(line, " seed %9u %n", &seed, &end) == 1 && end > 0 &&
        line[end] == '\0') {
        faults->seed = seed;
        return FFX_OK;
    }
    end = 0;
    if (sscanf(line, " at flash %9u tear %9u %n", &operation, &tear, &end) !=
            2 ||
        end == 0 || line[end] != '\0' || operation == 0 || tear >= LAB_TEARS)
        return FFX_ERR_SYNTAX;
    if (faults->cut_count == FFX_SIM_CUTS)
        return FFX_ERR_SPACE;
    faults->cuts[faults->cut_count++] =
        (struct ffx_sim_cut){.operation = operation, .tear = (uint8_t)tear};
    return FFX_OK;
}

static int read_lines(struct sim_faults *faults, FILE *stream, const char *path,
                      struct ffx_sim_error *error)
{
    char line[256];
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
                             "'at flash N tear 0...5' and 'seed N'",
                             path, number, line);
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
