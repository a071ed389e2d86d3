/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The release store: releases in, packages for any A to B out, and signed
 * answers to "anything for me?". store_answer knows what to say to a path;
 * store_http says it over HTTP.
 *
 * Threads: any number may call store_answer. What is built is built once,
 * whoever asks meanwhile waits; what is built already waits for nobody.
 */
#ifndef FARFIX_STORE_H
#define FARFIX_STORE_H

#include "pack/pack.h"

struct store_config {
    const char *releases; /* directory: store/store_catalog.h */
    const char *key;      /* package key that signs what is built */
    const char *cache;    /* directory; null: .cache in `releases` */
};

struct store;

/* Reads key and releases. FFX_ERR_IO (with `missing`): something is not
 * there; FFX_ERR_NO_PACKAGE: not one usable release or vendor package. */
int store_open(struct store **store, const struct store_config *config,
               struct pack_error *error);
void store_close(struct store *store);

/* "3 releases and 1 vendor package" */
void store_describe(struct store *store, char *text, size_t size);

/* An answer: a file or a text. Free it with store_answer_free. */
struct store_answer {
    int status;                          /* of HTTP */
    const char *type;                    /* of its content */
    char etag[2 * FFX_SHA256_BYTES + 3]; /* quoted; "" for texts */
    int file;                            /* descriptor, or -1 */
    uint64_t size;
    struct pack_buffer text; /* when file is -1 */
};

/* Answers GET (and HEAD) of `path`. Looks first whether the directory of
 * releases has changed. Never fails: a failure is an answer too. */
void store_answer(struct store *store, const char *path,
                  struct store_answer *answer);
void store_answer_free(struct store_answer *answer);

#endif
