/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/fail.h"
#include "store/store_log.h"
#include "store/store_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- jobs ---------------------------------------------------------------- */

static struct store_release copy_release(const struct store_release *release)
{
    struct store_release copy = *release;
    copy.path = strdup(release->path);
    if (copy.path == NULL) {
        store_log("out of memory");
        exit(1);
    }
    return copy;
}

void store_job_plan(struct store_job *job, const struct store *store,
                    const struct store_release *from,
                    const struct store_release *to)
{
    job->from = copy_release(from);
    job->to = copy_release(to);
    store_cache_name(&store->cache, from, to, &job->name);
}

void store_job_free(struct store_job *job)
{
    free(job->from.path);
    free(job->to.path);
}

/* --- building ------------------------------------------------------------ */

static int is_unchanged(const struct pack_release *release,
                        const struct store_release *known)
{
    uint8_t digest[FFX_SHA256_BYTES];
    store_catalog_digest(release, digest);
    return memcmp(digest, known->digest, sizeof digest) == 0;
}

/* From the cache, when a device would take what lies there. */
static int reuse(const struct store *store, const struct store_job *job,
                 const struct pack_release *from, const struct pack_release *to,
                 struct pack_buffer *zip)
{
    struct pack_error error;
    int result = store_cache_load(&store->cache, &job->name, zip, &error);
    if (result != 0) {
        if (!error.missing)
            store_log("%s", error.text);
        return result;
    }
    result = pack_check(zip, from, to, store->key, &error);
    if (result == 0)
        return 0;
    store_log("the cache holds a foreign file as %s.zip: %s", job->name.hex,
              error.text);
    pack_buffer_free(zip);
    return result;
}

static int build(const struct store *store, const struct store_job *job,
                 const struct pack_release *from, const struct pack_release *to,
                 struct pack_buffer *zip, struct pack_error *error)
{
    const struct pack_options options = {.full = 0};
    int result = pack_build(from, to, store->key, &options, zip, error);
    if (result != 0)
        return result;
    result = store_cache_save(&store->cache, &job->name, zip, error);
    if (result != 0)
        pack_buffer_free(zip);
    else
        store_log("built %s %s -> %s: %zu bytes", to->model, from->version,
                  to->version, zip->length);
    return result;
}

/* The catalog found them good a moment ago; if they stay as they are now, it
 * leaves them out at the next request. */
static int say_busy(struct pack_error *error)
{
    return fail_with(error, FFX_ERR_BUSY,
                     "a release is being changed: ask again");
}

static int make_loaded(struct store *store, const struct store_job *job,
                       const struct pack_release *from,
                       const struct pack_release *to,
                       struct store_cached *cached, struct pack_error *error)
{
    struct pack_buffer zip;
    if (!is_unchanged(from, &job->from) || !is_unchanged(to, &job->to))
        return say_busy(error);
    int result = reuse(store, job, from, to, &zip);
    if (result != 0)
        result = build(store, job, from, to, &zip, error);
    if (result != 0)
        return result;
    store_cache_describe(&store->cache, &job->name, &zip, cached);
    pack_buffer_free(&zip);
    pthread_mutex_lock(&store->facts);
    store_cache_learn(&store->cache, cached);
    pthread_mutex_unlock(&store->facts);
    return 0;
}

/* With `work` held: in the directory, or built now. */
static int make(struct store *store, const struct store_job *job,
                struct store_cached *cached, struct pack_error *error)
{
    struct pack_release from = {0}, to = {0};
    int result = pack_release_load(job->from.path, &from, error);
    if (result == 0)
        result = pack_release_load(job->to.path, &to, error);
    if (result == 0)
        result = make_loaded(store, job, &from, &to, cached, error);
    else
        result = say_busy(error);
    pack_release_free(&from);
    pack_release_free(&to);
    return result;
}

/* A file that somebody removed or replaced is looked at, or built, again. */
static int find_cached(struct store *store, const struct store_cache_name *name,
                       struct store_cached *cached)
{
    pthread_mutex_lock(&store->facts);
    const struct store_cached *known = store_cache_known(&store->cache, name);
    if (known != NULL)
        *cached = *known;
    pthread_mutex_unlock(&store->facts);
    return known != NULL && store_cache_has(&store->cache, cached);
}

int store_job_do(const struct store_job *job, struct store *store,
                 struct store_cached *cached, struct pack_error *error)
{
    int result = 0;
    if (find_cached(store, &job->name, cached))
        return 0;
    pthread_mutex_lock(&store->work);
    if (!find_cached(store, &job->name, cached))
        result = make(store, job, cached, error);
    pthread_mutex_unlock(&store->work);
    return result;
}

/* What the two releases make impossible is the asker's matter; what this
 * server cannot do is ours. */
void store_job_say_why(const struct store_job *job,
                       const struct pack_error *error,
                       struct store_answer *answer)
{
    switch (error->code) {
    case PACK_NOTHING:
    case FFX_ERR_SOURCE:
    case FFX_ERR_SEQUENCE:
        store_say(answer, 404, "%s\n", error->text);
        return;
    case FFX_ERR_BUSY:
        store_say(answer, 503, "%s\n", error->text);
        return;
    default:
        store_log("cannot build %s %s -> %s: %s", job->to.model,
                  job->from.version, job->to.version, error->text);
        store_say(answer, 500,
                  "this package cannot be built; the server's log "
                  "says why\n");
    }
}
