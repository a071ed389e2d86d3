/* SPDX-License-Identifier: Apache-2.0 */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *transcript_behind(const char *line, const char *beginning)
{
    const size_t length = strlen(beginning);
    return strncmp(line, beginning, length) == 0 ? line + length : NULL;
}

const char *transcript_placeholder(const char *text, char name[16])
{
    const char *end = *text == '{' ? strchr(text, '}') : NULL;
    if (end == NULL || end - text > 15)
        return NULL;
    snprintf(name, 16, "%.*s", (int)(end - text - 1), text + 1);
    return end + 1;
}

size_t transcript_unescape(const char *text, char *bytes)
{
    static const char letters[] = "rnt\\", meant[] = "\r\n\t\\";
    size_t length = 0;
    for (; *text != '\0'; text++) {
        const char *letter = *text == '\\' ? strchr(letters, text[1]) : NULL;
        char hex[3] = "";
        if (letter != NULL && *letter != '\0') {
            bytes[length++] = meant[letter - letters];
            text++;
        } else if (text[0] == '\\' && text[1] == 'x' && strlen(text) >= 4) {
            memcpy(hex, text + 2, 2);
            bytes[length++] = (char)strtoul(hex, NULL, 16);
            text += 3;
        } else {
            bytes[length++] = *text;
        }
    }
    return length;
}

static char *title_of(const char *path)
{
    char line[TRANSCRIPT_LINE] = "";
    FILE *stream = fopen(path, "r");
    if (stream == NULL || fgets(line, sizeof line, stream) == NULL ||
        strncmp(line, "# ", 2) != 0) {
        fprintf(stderr, "%s does not begin with '# title'\n", path);
        exit(1);
    }
    fclose(stream);
    line[strcspn(line, "\n")] = '\0';
    for (char *p = line; *p != '\0'; p++)
        if (*p == ' ')
            *p = '_';
    return strdup(line + 2);
}

int transcript_run(const char *group, void (*play)(void **context),
                   int (*set_up)(void **context),
                   int (*tear_down)(void **context))
{
    glob_t found;
    if (glob("tests/wire/*.txt", 0, NULL, &found) != 0)
        return 1;
    struct CMUnitTest *tests = calloc(found.gl_pathc, sizeof *tests);
    char **titles = calloc(found.gl_pathc, sizeof *titles);
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] =
            (struct CMUnitTest){.name = titles[i] = title_of(found.gl_pathv[i]),
                                .test_func = play,
                                .initial_state = found.gl_pathv[i]};
    const int result = _cmocka_run_group_tests(group, tests, found.gl_pathc,
                                               set_up, tear_down);
    for (size_t i = 0; i < found.gl_pathc; i++)
        free(titles[i]);
    free(titles);
    free(tests);
    globfree(&found);
    return result;
}
