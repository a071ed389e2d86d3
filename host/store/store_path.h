/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request path asks for. The grammar is closed:
 *
 *     /                              the page for people
 *     /MODEL/FROM___TO/update.zip    a package
 *     /MODEL/FROM___TO/NAME.svg      what it does to component NAME
 *     /MODEL/FROM/next               is there anything for FROM?
 *
 * MODEL, FROM and TO are models and versions as ffx_model_valid and
 * ffx_version_valid have them, and nothing but what passed them is ever made
 * part of a file name. Paths are taken as they came: no %-escape is undone,
 * because no legal path needs one.
 */
#ifndef FARFIX_STORE_PATH_H
#define FARFIX_STORE_PATH_H

#include <farfix/package.h>

enum store_path_kind {
    STORE_PATH_INDEX,
    STORE_PATH_PACKAGE,
    STORE_PATH_MAP,
    STORE_PATH_NEXT
};

struct store_path {
    enum store_path_kind kind;
    char model[FFX_MODEL_MAX + 1];
    char from[FFX_VERSION_MAX + 1];
    char to[FFX_VERSION_MAX + 1]; /* "" unless it is a package or a map */
    char component[FFX_COMPONENT_MAX + 1]; /* "" unless it is a map */
};

/* Longer than any legal path. */
#define STORE_PATH_MAX 160u

/* `path` has no query. 0, or the HTTP status that answers it: 400 when no
 * legal path looks like this (too long, strange characters), 404 when it
 * merely names nothing here. */
int store_path_parse(struct store_path *out, const char *path);

#endif
