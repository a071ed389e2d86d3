/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"
#include "pack/fail.h"
#include "store/store_log.h"
#include "store/store_page.h"
#include "store/store_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* --- catalog and channels ------------------------------------------------ */

static int same_text(const struct pack_buffer *a, const struct pack_buffer *b)
{
    return a->length == b->length &&
           (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

/* A channels.ini that is wrong leaves things as they were; at the start there
 * is nothing to leave. */
static int read_channels(struct store *store, struct pack_error *error)
{
    struct store_channels fresh;
    const int result = store_channels_read(&fresh, store->releases, error);
    if (result != 0)
        return result;
    pthread_mutex_lock(&store->facts);
    struct store_channels old = store->channels;
    store->channels = fresh;
    store->changes++;
    pthread_mutex_unlock(&store->facts);
    store_channels_close(&old);
    return 0;
}

/* Whoever is in such a channel is offered nothing: better than a surprise. */
static void name_missing_versions(struct store *store)
{
    pthread_mutex_lock(&store->facts);
    for (size_t i = 0; i < store->channels.count; i++) {
        const struct store_channel *channel = &store->channels.all[i];
        if (store_catalog_leads_to(&store->catalog, channel->model,
                                   channel->version))
            continue;
        store_log("%s/" STORE_CHANNELS_FILE ": channel %s/%s names %s, which "
                  "is not here: it offers nothing",
                  store->releases, channel->model, channel->name,
                  channel->version);
    }
    pthread_mutex_unlock(&store->facts);
}

/* With `reading` held: nobody else replaces the catalog meanwhile. A directory
 * that went while it was read is as one that cannot be read. */
static int read_catalog(struct store *store, struct pack_error *error)
{
    struct store_catalog fresh;
    int result = store_catalog_read(&fresh, &store->catalog, store->releases,
                                    store->key, error);
    if (result == 0 && access(store->releases, R_OK | X_OK) != 0)
        result = fail_system(error, "read", store->releases);
    if (result != 0) {
        store_catalog_close(&fresh);
        return result;
    }
    pthread_mutex_lock(&store->facts);
    struct store_catalog old = store->catalog;
    store->catalog = fresh;
    store->changes++;
    pthread_mutex_unlock(&store->facts);
    store_catalog_close(&old);
    return 0;
}

/* The fingerprint first: what changes while it is read is read again. */
int store_refresh(struct store *store, struct pack_error *error)
{
    struct pack_buffer fingerprint;
    int result =
        store_catalog_fingerprint(store->releases, &fingerprint, error);
    if (result != 0)
        return result;
    pthread_mutex_lock(&store->reading);
    if (!same_text(&fingerprint, &store->fingerprint)) {
        result = read_catalog(store, error);
        if (result == 0) {
            const struct pack_buffer old = store->fingerprint;
            store->fingerprint = fingerprint;
            fingerprint = old;
            result = read_channels(store, error);
            name_missing_versions(store);
        }
    }
    pthread_mutex_unlock(&store->reading);
    pack_buffer_free(&fingerprint);
    return result;
}

/* --- the watcher --------------------------------------------------------- */

#define WATCH_SECONDS 1

/* With the lock. 1: look again; 0: stop. */
static int next_look(struct store *store)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WATCH_SECONDS;
    while (!store->stopping && !store->poked)
        if (pthread_cond_timedwait(&store->poke, &store->poke_lock, &until) !=
            0)
            break;
    store->poked = 0;
    return !store->stopping;
}

/* What is sent from memory leaves no trace on disk by itself. */
static void touch_used(struct store *store)
{
    struct store_cache_name *names;
    pthread_mutex_lock(&store->facts);
    const size_t count = store_cache_used(&store->cache, &names);
    pthread_mutex_unlock(&store->facts);
    for (size_t i = 0; i < count; i++)
        store_cache_touch(&store->cache, &names[i]);
    free(names);
}

/* What clients held above the limit and hold no more. */
static void trim_memory(struct store *store)
{
    pthread_mutex_lock(&store->facts);
    store_blobs_trim(&store->blobs);
    pthread_mutex_unlock(&store->facts);
}

/* A directory that cannot be read any more is one line, not one each second. */
static void look(struct store *store, char last[800])
{
    struct pack_error error;
    if (store_refresh(store, &error) == 0)
        error.text[0] = '\0';
    else if (strcmp(error.text, last) != 0)
        store_log("serving what was read before: %s", error.text);
    snprintf(last, sizeof error.text, "%s", error.text);
}

static void *watch(void *context)
{
    struct store *store = context;
    char last[sizeof((struct pack_error *)0)->text] = "";
    pthread_mutex_lock(&store->poke_lock);
    while (next_look(store)) {
        pthread_mutex_unlock(&store->poke_lock);
        look(store, last);
        touch_used(store);
        trim_memory(store);
        pthread_mutex_lock(&store->poke_lock);
    }
    pthread_mutex_unlock(&store->poke_lock);
    touch_used(store);
    return NULL;
}

void store_watch(struct store *store)
{
    store_must(pthread_create(&store->watcher, NULL, watch, store) == 0 ? store
                                                                        : NULL);
    store->watching = 1;
}

void store_poke(struct store *store)
{
    pthread_mutex_lock(&store->poke_lock);
    store->poked = 1;
    pthread_cond_signal(&store->poke);
    pthread_mutex_unlock(&store->poke_lock);
}

/* --- answers ------------------------------------------------------------- */

/* Drawn again only when something has changed. */
static int answer_index(struct store *store, const struct store_path *path,
                        struct store_request *request,
                        struct store_answer *answer)
{
    (void)path;
    (void)request;
    pthread_mutex_lock(&store->facts);
    if (store->page == NULL || store->page_changes != store->changes) {
        struct pack_buffer text;
        store_page(&store->catalog, &store->channels, &store->cache, &text);
        store_blob_drop(store->page);
        store->page = store_blob_new("text/html; charset=utf-8", &text);
        store->page_changes = store->changes;
    }
    store_say_blob(answer, store_blob_hold(store->page));
    pthread_mutex_unlock(&store->facts);
    return 1;
}

int store_answer(struct store *store, struct store_request *request,
                 struct store_answer *answer)
{
    static int (*const kinds[])(struct store *, const struct store_path *,
                                struct store_request *,
                                struct store_answer *) = {
        [STORE_PATH_INDEX] = answer_index,
        [STORE_PATH_PACKAGE] = store_answer_package,
        [STORE_PATH_MAP] = store_answer_map,
        [STORE_PATH_NEXT] = store_answer_next,
    };
    struct store_path path;
    memset(answer, 0, sizeof *answer);
    const int status = store_path_parse(&path, request->path);
    if (status == 0)
        return kinds[path.kind](store, &path, request, answer);
    store_say(answer, status,
              "%s: ask for /, /MODEL/FROM/next or "
              "/MODEL/FROM___TO/update.zip\n",
              status == 404 ? "nothing is here" : "no path of this store");
    return 1;
}

void store_wait(struct store *store, struct store_request *request,
                void (*wake)(void *context), void *context)
{
    request->waiter = (struct store_waiter){wake, context, NULL};
    store_job_wait(&store->jobs, request->job, &request->waiter);
}

void store_request_end(struct store_request *request)
{
    store_job_drop(request->job);
    request->job = NULL;
}

void store_describe(struct store *store, char *text, size_t size)
{
    pthread_mutex_lock(&store->facts);
    const size_t releases = store->catalog.release_count;
    const size_t vendors = store->catalog.vendor_count;
    pthread_mutex_unlock(&store->facts);
    snprintf(text, size, "%zu release%s and %zu vendor package%s", releases,
             releases == 1 ? "" : "s", vendors, vendors == 1 ? "" : "s");
}

/* --- open and close ------------------------------------------------------ */

static int open_cache(struct store *store, const struct store_config *config,
                      struct pack_error *error)
{
    char *path = NULL;
    const uint64_t limit =
        config->cache_limit != 0 ? config->cache_limit : STORE_CACHE_LIMIT;
    store_must(asprintf(&path, "%s/.cache", config->releases) < 0 ? NULL
                                                                  : path);
    const int result = store_cache_open(
        &store->cache, config->cache != NULL ? config->cache : path, limit,
        store->key, error);
    free(path);
    return result;
}

static int check_something(const struct store *store, struct pack_error *error)
{
    if (store->catalog.release_count + store->catalog.vendor_count > 0)
        return 0;
    return fail_with(error, FFX_ERR_NO_PACKAGE,
                     "%s holds no signed release and no vendor package: there "
                     "is nothing to serve",
                     store->releases);
}

static void open_locks(struct store *store)
{
    pthread_condattr_t steady; /* the clock on the wall may jump */
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&store->poke, &steady);
    pthread_condattr_destroy(&steady);
    pthread_mutex_init(&store->poke_lock, NULL);
    pthread_mutex_init(&store->reading, NULL);
    pthread_mutex_init(&store->facts, NULL);
}

/* One core is left to answer who needs nothing built. */
static unsigned makers(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores <= 2 ? 1 : cores > 16 ? 15 : (unsigned)cores - 1;
}

int store_open(struct store **out, const struct store_config *config,
               struct pack_error *error)
{
    struct store *store = store_must(calloc(1, sizeof *store));
    *out = store;
    store->releases = store_must(strdup(config->releases));
    store->blobs.limit = STORE_MEMORY_LIMIT;
    open_locks(store);
    int result = pack_key_load(config->key, &store->key, error);
    if (result == 0)
        result = store_refresh(store, error);
    if (result == 0)
        result = check_something(store, error);
    if (result == 0)
        result = open_cache(store, config, error);
    if (result == 0) {
        store_jobs_open(&store->jobs, store, makers());
        return 0;
    }
    store_close(store);
    *out = NULL;
    return result;
}

void store_stop(struct store *store)
{
    pthread_mutex_lock(&store->poke_lock);
    store->stopping = 1;
    pthread_cond_signal(&store->poke);
    pthread_mutex_unlock(&store->poke_lock);
    if (store->watching)
        pthread_join(store->watcher, NULL);
    store->watching = 0;
    if (store->jobs.thread_count > 0)
        store_jobs_stop(&store->jobs);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_stop(store);
    store_jobs_close(&store->jobs);
    store_blob_drop(store->page);
    store_blobs_close(&store->blobs);
    store_catalog_close(&store->catalog);
    store_channels_close(&store->channels);
    store_cache_close(&store->cache);
    pack_buffer_free(&store->fingerprint);
    pack_key_free(store->key);
    pthread_cond_destroy(&store->poke);
    pthread_mutex_destroy(&store->poke_lock);
    pthread_mutex_destroy(&store->reading);
    pthread_mutex_destroy(&store->facts);
    free(store->releases);
    free(store);
}
