/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The release store: releases in, packages for any A to B out, and signed
 * answers to "anything for me?". store_answer knows what to say to a path;
 * store_http says it over HTTP; store_static writes all of it into files.
 *
 * Threads: any number may call store_answer, which never waits: what has to be
 * built first is built once, in threads of the store's own, and whoever asked
 * is woken.
 */
#ifndef FARFIX_STORE_H
#define FARFIX_STORE_H

#include "store/store_blob.h"
#include "store/store_job.h"

struct store_config {
    const char *releases; /* directory: store/store_catalog.h */
    const char *key;      /* package key that signs what is built */
    const char *cache;    /* directory; null: .cache in `releases` */
    uint64_t cache_limit; /* bytes of all files in it; 0: STORE_CACHE_LIMIT */
};

#define STORE_CACHE_LIMIT (UINT64_C(1) << 30)
/* Of what is kept in memory to be sent: more is only held while in use. */
#define STORE_MEMORY_LIMIT (UINT64_C(128) << 20)

struct store;

/* Reads key, releases and channels. FFX_ERR_IO (with `missing`): something is
 * not there; FFX_ERR_NO_PACKAGE: not one usable release or vendor package;
 * FFX_ERR_MANIFEST: channels.ini. */
int store_open(struct store **store, const struct store_config *config,
               struct pack_error *error);
/* Looks at the directory of releases each second from now on. */
void store_watch(struct store *store);
/* ... and at once. */
void store_poke(struct store *store);
/* Work in hand comes to its end, what waits is woken with 503. */
void store_stop(struct store *store);
/* When nobody asks any more. Stops first. */
void store_close(struct store *store);

/* "3 releases and 1 vendor package" */
void store_describe(struct store *store, char *text, size_t size);

/* A question on its way to an answer. Zero it, then fill path and query. */
struct store_request {
    const char *path;
    const char *query; /* behind '?', not with it; null: none */
    /* private */
    struct store_job *job;
    struct store_waiter waiter;
};

struct store_answer {
    int status;              /* of HTTP */
    struct store_blob *blob; /* a file, with ETag; or null: */
    const char *type;
    struct pack_buffer text;
};

/* Answers GET (and HEAD). 1: answered, which includes every failure; free the
 * answer. 0: it takes a while: store_wait, and when woken ask again with the
 * same request. store_request_end when all is said, or nobody listens. */
int store_answer(struct store *store, struct store_request *request,
                 struct store_answer *answer);
/* `wake` is called once, perhaps before this returns, on any thread. */
void store_wait(struct store *store, struct store_request *request,
                void (*wake)(void *context), void *context);
void store_request_end(struct store_request *request);
void store_answer_free(struct store_answer *answer);

#endif
