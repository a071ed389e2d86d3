/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_quirks.h"

#include "cli/cli.h"
#include "pack/ini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 65536u

static int set_one(const struct ini *ini, const struct ini_line *line,
                   uint8_t quirks[FFX_QUIRKS], struct pack_error *error)
{
    char text[64];
    if (strcmp(line->value, "unknown") == 0)
        return 0;
    snprintf(text, sizeof text, "%.20s=%.40s", line->name, line->value);
    return ffx_module_quirk_set(quirks, text) == 0
               ? 0
               : ini_fail(ini, ini->line, error,
                          "'%s' is no switch of farfix-sim(1) with its value",
                          text);
}

static int read_lines(const char *path, char *text, uint8_t quirks[FFX_QUIRKS],
                      struct pack_error *error)
{
    struct ini ini;
    struct ini_line line;
    int inside = 0, seen = 0, result;
    ini_start(&ini, path, text);
    while ((result = ini_next(&ini, &line, error)) == 1) {
        if (line.is_section) {
            inside = strcmp(line.name, "quirks") == 0;
            seen |= inside;
        } else if (inside) {
            result = set_one(&ini, &line, quirks, error);
            if (result != 0)
                return result;
        }
    }
    if (result == 0 && !seen)
        return ini_fail(&ini, ini.line, error, "there is no section [quirks]");
    return result;
}

int sim_quirks_read(const char *path, uint8_t quirks[FFX_QUIRKS])
{
    struct pack_buffer file;
    struct pack_error error = {0};
    if (pack_read_regular(path, &file, &error) != 0)
        return cli_fail(error.missing ? CLI_MISSING : CLI_FAILED, "%s",
                        error.text);
    char *text = file.length <= BYTES_MAX ? malloc(file.length + 1) : NULL;
    if (text == NULL || memchr(file.bytes, '\0', file.length) != NULL) {
        free(text);
        pack_buffer_free(&file);
        return cli_fail(CLI_FAILED, "%s is no ini file", path);
    }
    memcpy(text, file.bytes, file.length);
    text[file.length] = '\0';
    const int result = read_lines(path, text, quirks, &error);
    free(text);
    pack_buffer_free(&file);
    return result == 0 ? 0 : cli_fail(CLI_FAILED, "%s", error.text);
}
