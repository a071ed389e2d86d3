/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a client asks for: a path that is taken spells exactly what it
 * was parsed to, and nothing in it can leave a directory. What stands behind
 * its first '?', or all of it, is a query as well: what is taken from that is
 * legal, stood there, and reads the same alone. */
#include "store/store_path.h"
#include "store/store_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void spell(const struct store_path *path, char *out, size_t size)
{
    if (path->kind == STORE_PATH_INDEX)
        snprintf(out, size, "/");
    else if (path->kind == STORE_PATH_NEXT)
        snprintf(out, size, "/%s/%s/next", path->model, path->from);
    else if (path->kind == STORE_PATH_MAP)
        snprintf(out, size, "/%s/%s___%s/%s.svg", path->model, path->from,
                 path->to, path->component);
    else
        snprintf(out, size, "/%s/%s___%s/update.zip", path->model, path->from,
                 path->to);
}

static void try_path(const char *text)
{
    struct store_path path;
    char spelt[256];
    const int status = store_path_parse(&path, text);
    if (status != 0 && status != 400 && status != 404)
        abort();
    if (status == 0) {
        spell(&path, spelt, sizeof spelt);
        if (strcmp(spelt, text) != 0 || strstr(text, "/.") != NULL)
            abort();
    }
}

static void try_query(const char *text)
{
    static const struct store_query empty;
    struct store_query query, again;
    char why[STORE_QUERY_WHY], spelt[64];
    const int status = store_query_parse(&query, text, why);
    if (status != 0) {
        if (status != 400 || why[0] == '\0' ||
            memcmp(&query, &empty, sizeof empty) != 0)
            abort();
        return;
    }
    if ((query.imei[0] != '\0' && !store_imei_valid(query.imei)) ||
        (query.channel[0] != '\0' && !store_channel_valid(query.channel)) ||
        strstr(text, query.imei) == NULL || strstr(text, query.channel) == NULL)
        abort();
    snprintf(spelt, sizeof spelt, "%s%s%s%s",
             query.imei[0] != '\0' ? "imei=" : "nobody&", query.imei,
             query.channel[0] != '\0' ? "&channel=" : "", query.channel);
    if (store_query_parse(&again, spelt, why) != 0 ||
        memcmp(&query, &again, sizeof query) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    try_path(text);
    try_query(text);
    char *mark = strchr(text, '?');
    if (mark != NULL) {
        *mark = '\0';
        try_path(text);
        try_query(mark + 1);
    }
    free(text);
    return 0;
}
