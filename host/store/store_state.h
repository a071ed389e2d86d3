/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind store.h share. */
#ifndef FARFIX_STORE_STATE_H
#define FARFIX_STORE_STATE_H

#include "store/store.h"
#include "store/store_cache.h"
#include "store/store_path.h"

#include <pthread.h>

/* Two locks, taken in this order. `work` covers crypto and building, and may
 * be held for seconds; `facts` covers what stands below it, never for long.
 * Who holds `work` alone may replace the catalog and add to the cache. */
struct store {
    char *releases;
    struct pack_key *key;
    pthread_mutex_t work;
    pthread_mutex_t facts;
    struct store_catalog catalog;
    struct pack_buffer fingerprint; /* of what `catalog` was read from */
    struct store_cache cache;
};

/* --- store_say.c: what an answer says ------------------------------------ */

void store_say(struct store_answer *answer, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The whole file, which must still have `size` bytes. */
void store_say_file(struct store_answer *answer, const char *path,
                    uint32_t size, const uint8_t sha256[FFX_SHA256_BYTES]);

/* --- store_build.c: a package, from the cache or built ------------------- */

/* From A to B; own copies of what the catalog says of them. */
struct store_job {
    struct store_release from, to;
    struct store_cache_name name;
};

/* With `facts` held. */
void store_job_plan(struct store_job *job, const struct store *store,
                    const struct store_release *from,
                    const struct store_release *to);
void store_job_free(struct store_job *job);

/* Without a lock held. 0; PACK_NOTHING and the codes of pack_build;
 * FFX_ERR_BUSY: a release is not what the catalog says any more. */
int store_job_do(const struct store_job *job, struct store *store,
                 struct store_cached *cached, struct pack_error *error);

/* Why store_job_do failed, as an answer. */
void store_job_say_why(const struct store_job *job,
                       const struct pack_error *error,
                       struct store_answer *answer);

/* --- store_offer.c: which package, which offer --------------------------- */

void store_answer_package(struct store *store, const struct store_path *path,
                          struct store_answer *answer);
void store_answer_next(struct store *store, const struct store_path *path,
                       struct store_answer *answer);

#endif
