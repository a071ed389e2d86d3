/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind store.h share. */
#ifndef FARFIX_STORE_STATE_H
#define FARFIX_STORE_STATE_H

#include "store/store.h"
#include "store/store_blob.h"
#include "store/store_cache.h"
#include "store/store_channels.h"
#include "store/store_job.h"
#include "store/store_path.h"

#include <pthread.h>

struct store {
    char *releases;
    struct pack_key *key;
    struct store_jobs jobs;
    /* Who reads the directory of releases: one at a time. */
    pthread_mutex_t reading;
    struct pack_buffer fingerprint; /* of what the catalog was read from */
    pthread_t watcher;
    int watching;
    pthread_mutex_t poke_lock;
    pthread_cond_t poke;
    int poked, stopping;
    /* Covers all that follows; never held while anything takes long. */
    pthread_mutex_t facts;
    struct store_catalog catalog;
    struct store_channels channels;
    struct store_cache cache;
    struct store_blobs blobs;
    unsigned changes; /* of any of these: another page for people */
    unsigned page_changes;
    struct store_blob *page;
};

/* --- store_make.c: the kinds of jobs ------------------------------------- */

/* With `facts` held. The name of a blob, and the job that fills it: from
 * calloc, for store_job_start. */
void store_name_package(const struct store *store,
                        const struct store_release *from,
                        const struct store_release *to,
                        char name[STORE_NAME_MAX + 1]);
struct store_job *store_make_package(const struct store *store,
                                     const struct store_release *from,
                                     const struct store_release *to);
void store_name_vendor(const struct store_vendor *vendor,
                       char name[STORE_NAME_MAX + 1]);
struct store_job *store_make_vendor(const struct store_vendor *vendor);
void store_name_offer(const struct ffx_offer *offer,
                      char name[STORE_NAME_MAX + 1]);
struct store_job *store_make_offer(const struct ffx_offer *offer);
/* The picture of what becomes of a component by this package. */
void store_name_map(const struct store *store, const struct store_release *from,
                    const struct store_release *to, const char *component,
                    char name[STORE_NAME_MAX + 1]);
struct store_job *store_make_map(const struct store *store,
                                 const struct store_release *from,
                                 const struct store_release *to,
                                 const char *component,
                                 struct store_blob *package);

/* --- store_offer.c: which package, which offer --------------------------- */

int store_answer_package(struct store *store, const struct store_path *path,
                         struct store_request *request,
                         struct store_answer *answer);
int store_answer_map(struct store *store, const struct store_path *path,
                     struct store_request *request,
                     struct store_answer *answer);
int store_answer_next(struct store *store, const struct store_path *path,
                      struct store_request *request,
                      struct store_answer *answer);

/* --- store.c ------------------------------------------------------------- */

/* Looks whether the directory of releases has changed, and reads it. */
int store_refresh(struct store *store, struct pack_error *error);

/* --- store_say.c: what an answer says ------------------------------------ */

void store_say(struct store_answer *answer, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes the reference over. */
void store_say_blob(struct store_answer *answer, struct store_blob *blob);
/* Why a job failed. */
void store_say_why(struct store_answer *answer, const struct store_job *job);

#endif
