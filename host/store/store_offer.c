/* SPDX-License-Identifier: Apache-2.0 */
/* Which package answers a request, and what to offer to whom. */
#include "store/store_log.h"
#include "store/store_state.h"

#include <stdlib.h>
#include <string.h>

/* --- packages ------------------------------------------------------------ */

/* With `facts` held. 1: `job` says what to build; 0: answered. */
static int plan_package(const struct store *store,
                        const struct store_path *path, struct store_job *job,
                        struct store_answer *answer)
{
    const struct store_catalog *catalog = &store->catalog;
    const struct store_vendor *vendor =
        store_catalog_vendor(catalog, path->model, path->from, path->to);
    if (vendor != NULL) {
        store_say_file(answer, vendor->path, vendor->offer.size,
                       vendor->offer.sha256);
        return 0;
    }
    const struct store_release *from =
        store_catalog_release(catalog, path->model, path->from);
    const struct store_release *to =
        store_catalog_release(catalog, path->model, path->to);
    if (!store_catalog_has_model(catalog, path->model))
        store_say(answer, 404, "no release of model %s is here\n", path->model);
    else if (from == NULL || to == NULL)
        store_say(answer, 404, "model %s has no release %s here\n", path->model,
                  from == NULL ? path->from : path->to);
    else if (from == to)
        store_say(answer, 404,
                  "from and to are both %s: nothing would change\n",
                  path->from);
    else if (to->sequence <= from->sequence)
        store_say(answer, 404, "%s (sequence %u) is not newer than %s (%u)\n",
                  to->version, to->sequence, from->version, from->sequence);
    else {
        store_job_plan(job, store, from, to);
        return 1;
    }
    return 0;
}

void store_answer_package(struct store *store, const struct store_path *path,
                          struct store_answer *answer)
{
    struct store_job job;
    struct store_cached cached;
    struct pack_error error = {0};
    pthread_mutex_lock(&store->facts);
    const int planned = plan_package(store, path, &job, answer);
    pthread_mutex_unlock(&store->facts);
    if (!planned)
        return;
    if (store_job_do(&job, store, &cached, &error) != 0) {
        store_job_say_why(&job, &error, answer);
    } else {
        char *file = store_cache_path(&store->cache, &job.name);
        store_say_file(answer, file, cached.size, cached.sha256);
        free(file);
    }
    store_job_free(&job);
}

/* --- next ---------------------------------------------------------------- */

/* The newest release of the model that a device may go to in one step. */
static const struct store_release *
newest_for(const struct store_catalog *catalog,
           const struct store_release *from)
{
    const struct store_release *best = NULL;
    for (size_t i = 0; i < catalog->release_count; i++) {
        const struct store_release *release = &catalog->releases[i];
        if (strcmp(release->model, from->model) == 0 &&
            release->sequence > from->sequence &&
            release->sequence - from->sequence <= FFX_SEQUENCE_STEP &&
            (best == NULL || release->sequence > best->sequence))
            best = release;
    }
    return best;
}

static const struct store_vendor *
vendor_for(const struct store_catalog *catalog, const struct store_path *path,
           int arrived)
{
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, path->model) == 0 &&
            strcmp(arrived ? offer->to : offer->from, path->from) == 0)
            return &catalog->vendors[i];
    }
    return NULL;
}

/* With `facts` held. 1: build `job` and offer it; 0: `offer` is complete, or
 * the answer is given (status is not 0). */
static int plan_next(const struct store *store, const struct store_path *path,
                     struct store_job *job, struct ffx_offer *offer,
                     struct store_answer *answer)
{
    const struct store_catalog *catalog = &store->catalog;
    const struct store_release *from =
        store_catalog_release(catalog, path->model, path->from);
    const struct store_release *to =
        from != NULL ? newest_for(catalog, from) : NULL;
    const struct store_vendor *vendor = vendor_for(catalog, path, 0);
    if (vendor != NULL) {
        *offer = vendor->offer;
        return 0;
    }
    if (to != NULL) {
        store_job_plan(job, store, from, to);
        strcpy(offer->to, to->version);
        return 1;
    }
    if (!store_catalog_has_model(catalog, path->model))
        store_say(answer, 404, "no release of model %s is here\n", path->model);
    else if (from == NULL && vendor_for(catalog, path, 1) == NULL)
        store_say(answer, 404, "model %s has no release %s here\n", path->model,
                  path->from);
    return 0;
}

/* 0: `offer` says what there is, or that there is nothing. */
static int fill_offer(struct store *store, const struct store_job *job,
                      struct ffx_offer *offer, struct pack_error *error)
{
    struct store_cached cached;
    const int result = store_job_do(job, store, &cached, error);
    if (result == PACK_NOTHING)
        offer->to[0] = '\0';
    if (result != 0)
        return result == PACK_NOTHING ? 0 : result;
    offer->size = cached.size;
    memcpy(offer->sha256, cached.sha256, sizeof offer->sha256);
    return 0;
}

static void say_offer(struct store *store, const struct ffx_offer *offer,
                      struct store_answer *answer)
{
    struct pack_buffer text;
    struct pack_error error;
    pthread_mutex_lock(&store->work);
    const int result = pack_offer(offer, store->key, &text, &error);
    pthread_mutex_unlock(&store->work);
    if (result != 0) {
        store_log("cannot sign an offer to %s %s: %s", offer->model,
                  offer->from, error.text);
        store_say(answer, 500,
                  "this offer cannot be signed; the server's log says "
                  "why\n");
        return;
    }
    store_say(answer, 200, "%.*s", (int)text.length, (const char *)text.bytes);
    pack_buffer_free(&text);
}

void store_answer_next(struct store *store, const struct store_path *path,
                       struct store_answer *answer)
{
    struct store_job job;
    struct ffx_offer offer = {0};
    struct pack_error error = {0};
    strcpy(offer.model, path->model);
    strcpy(offer.from, path->from);
    pthread_mutex_lock(&store->facts);
    const int planned = plan_next(store, path, &job, &offer, answer);
    pthread_mutex_unlock(&store->facts);
    if (planned) {
        if (fill_offer(store, &job, &offer, &error) != 0)
            store_job_say_why(&job, &error, answer);
        store_job_free(&job);
    }
    if (answer->status == 0)
        say_offer(store, &offer, answer);
}
