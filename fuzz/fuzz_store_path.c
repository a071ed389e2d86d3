/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a client asks for: a path that is taken spells exactly what it
 * was parsed to, and nothing in it can leave a directory. */
#include "store/store_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void spell(const struct store_path *path, char *out, size_t size)
{
    if (path->kind == STORE_PATH_INDEX)
        snprintf(out, size, "/");
    else if (path->kind == STORE_PATH_NEXT)
        snprintf(out, size, "/%s/%s/next", path->model, path->from);
    else
        snprintf(out, size, "/%s/%s___%s/update.zip", path->model, path->from,
                 path->to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store_path path;
    char spelt[256];
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const int status = store_path_parse(&path, text);
    if (status != 0 && status != 400 && status != 404)
        abort();
    if (status == 0) {
        spell(&path, spelt, sizeof spelt);
        if (strcmp(spelt, text) != 0 || strstr(text, "/.") != NULL)
            abort();
    }
    free(text);
    return 0;
}
