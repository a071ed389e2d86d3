/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a store would answer, as files: any server of static files can
 * serve a fleet. DIR/MODEL/FROM___TO/update.zip and NAME.svg, DIR/MODEL/FROM/
 * next (of the channel stable: nobody looks at a query), DIR/index.html.
 *
 * Packages come before the offers that name them, the page comes last, and
 * what no release leads to any more goes after that: the directory can be
 * served meanwhile. A file that is right already is not touched.
 */
#ifndef FARFIX_STORE_STATIC_H
#define FARFIX_STORE_STATIC_H

#include "store/store.h"

struct store_static {
    const char *directory; /* made when it is not there; its parent must be */
    /* Told of each path before it is made; may be null. */
    void (*tell)(void *context, const char *path, size_t done, size_t all);
    void *context;
    /* What became of it. */
    size_t packages, offers, pictures;
    size_t written, kept, removed; /* files */
};

/* FFX_ERR_IO: it cannot be written; else the first thing that could not be
 * made, with everything else made all the same. */
int store_static_build(struct store *store, struct store_static *job,
                       struct pack_error *error);

#endif
