/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_path.h"

#include <string.h>

#define BAD_REQUEST 400
#define NOT_FOUND 404

static int is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("/._-", c) != NULL;
}

/* The characters that legal paths are made of, and no more of them. */
static int is_sane(const char *path)
{
    size_t length = 0;
    while (path[length] != '\0') {
        if (length == STORE_PATH_MAX || !is_plain(path[length]))
            return 0;
        length++;
    }
    return path[0] == '/';
}

static int take_name(char *to, size_t size, const char *from, size_t length,
                     int (*valid)(const char *text))
{
    if (length >= size)
        return NOT_FOUND;
    memcpy(to, from, length);
    to[length] = '\0';
    return valid(to) ? 0 : NOT_FOUND;
}

/* FROM___TO: neither half can hold "___" nor begin or end with '_', so the
 * first one is the border. */
static int take_pair(struct store_path *out, const char *text, size_t length)
{
    char pair[2 * FFX_VERSION_MAX + 4];
    if (length >= sizeof pair)
        return NOT_FOUND;
    memcpy(pair, text, length);
    pair[length] = '\0';
    const char *border = strstr(pair, "___");
    if (border == NULL)
        return NOT_FOUND;
    const char *to = border + 3;
    const int error = take_name(out->from, sizeof out->from, pair,
                                (size_t)(border - pair), ffx_version_valid);
    return error != 0 ? error
                      : take_name(out->to, sizeof out->to, to, strlen(to),
                                  ffx_version_valid);
}

static int take_map(struct store_path *out, const char *versions,
                    const char *slash)
{
    static const char ending[] = ".svg";
    const size_t length = strlen(slash + 1), tail = sizeof ending - 1;
    if (length <= tail || strcmp(slash + 1 + length - tail, ending) != 0)
        return NOT_FOUND;
    const int error = take_name(out->component, sizeof out->component,
                                slash + 1, length - tail, ffx_component_valid);
    out->kind = STORE_PATH_MAP;
    return error != 0 ? error
                      : take_pair(out, versions, (size_t)(slash - versions));
}

static int take_rest(struct store_path *out, const char *versions,
                     const char *slash)
{
    const size_t length = (size_t)(slash - versions);
    if (strcmp(slash, "/update.zip") == 0) {
        out->kind = STORE_PATH_PACKAGE;
        return take_pair(out, versions, length);
    }
    if (strcmp(slash, "/next") == 0) {
        out->kind = STORE_PATH_NEXT;
        return take_name(out->from, sizeof out->from, versions, length,
                         ffx_version_valid);
    }
    return take_map(out, versions, slash);
}

int store_path_parse(struct store_path *out, const char *path)
{
    memset(out, 0, sizeof *out);
    if (!is_sane(path))
        return BAD_REQUEST;
    if (strcmp(path, "/") == 0)
        return 0;
    const char *model = path + 1;
    const char *versions = strchr(model, '/');
    const char *slash = versions != NULL ? strchr(versions + 1, '/') : NULL;
    if (slash == NULL)
        return NOT_FOUND;
    const int error = take_name(out->model, sizeof out->model, model,
                                (size_t)(versions - model), ffx_model_valid);
    return error != 0 ? error : take_rest(out, versions + 1, slash);
}
