/* SPDX-License-Identifier: Apache-2.0 */
/* Which package answers a request, and what to offer to whom. */
#include "store/store_query.h"
#include "store/store_state.h"

#include <string.h>

/* --- blobs --------------------------------------------------------------- */

/* With `facts` held. 1: `blob`, a reference: from memory, or what the job has
 * filled that this request waited for; -1: that failed, and the answer says
 * why; 0: nobody has made it. */
static int find_blob(struct store *store, struct store_request *request,
                     const char *name, struct store_blob **blob,
                     struct store_answer *answer)
{
    const struct store_job *job = request->job;
    *blob = store_blobs_find(&store->blobs, name);
    if (*blob != NULL)
        return 1;
    if (job == NULL || strcmp(job->name, name) != 0 ||
        !store_job_done(&store->jobs, job))
        return 0;
    if (job->result != 0) {
        store_say_why(answer, job);
        return -1;
    }
    *blob = store_blob_hold(job->blob);
    return 1;
}

/* Takes `wanted` over. Answers for the store: 0: wait; 1: answered. */
static int begin(struct store *store, struct store_request *request,
                 struct store_job *wanted, struct store_answer *answer)
{
    store_job_drop(request->job);
    request->job = store_job_start(&store->jobs, wanted);
    if (request->job != NULL)
        return 0;
    store_say(answer, 503, "this store has too much to do: ask again\n");
    return 1;
}

/* What a search has come to: 1: `blob`, 0: `wanted`, -1: answered. */
static int settle(struct store *store, struct store_request *request, int found,
                  struct store_job *wanted, struct store_blob *blob,
                  struct store_answer *answer)
{
    if (found == 0)
        return begin(store, request, wanted, answer);
    if (found > 0)
        store_say_blob(answer, blob);
    return 1;
}

/* --- packages ------------------------------------------------------------ */

/* Two releases of the catalog between which there may be a package. */
struct pair {
    const struct store_release *from, *to;
};

/* 0, or answered why there is no package. */
static int check_way(const struct store *store, const struct pair *pair,
                     struct store_answer *answer)
{
    const struct store_release *from = pair->from, *to = pair->to;
    switch (store_catalog_way(&store->catalog, from, to)) {
    case STORE_WAY_DOWN:
        store_say(answer, 404, "%s (sequence %u) is not newer than %s (%u)\n",
                  to->version, to->sequence, from->version, from->sequence);
        return -1;
    case STORE_WAY_FAR:
        store_say(answer, 404,
                  "%s (sequence %u) is more than %u ahead of %s (%u): go by a "
                  "release between\n",
                  to->version, to->sequence, FFX_SEQUENCE_STEP, from->version,
                  from->sequence);
        return -1;
    case STORE_WAY_KEYS:
        store_say(answer, 404,
                  "a device with %s does not trust the key of %s: go by the "
                  "release that introduces it\n",
                  from->version, to->version);
        return -1;
    case STORE_WAY_CERT:
        store_say(answer, 404,
                  "a device with %s does not trust the key that delegated to "
                  "this store: farfix key delegate --renew\n",
                  from->version);
        return -1;
    default:
        return 0;
    }
}

/* With `facts` held. 0, or answered why not. */
static int find_pair(const struct store *store, const struct store_path *path,
                     struct pair *pair, struct store_answer *answer)
{
    const struct store_catalog *catalog = &store->catalog;
    pair->from = store_catalog_release(catalog, path->model, path->from);
    pair->to = store_catalog_release(catalog, path->model, path->to);
    if (!store_catalog_has_model(catalog, path->model))
        store_say(answer, 404, "no release of model %s is here\n", path->model);
    else if (pair->from == NULL || pair->to == NULL)
        store_say(answer, 404, "model %s has no release %s here\n", path->model,
                  pair->from == NULL ? path->from : path->to);
    else if (pair->from == pair->to)
        store_say(answer, 404,
                  "from and to are both %s: nothing would change\n",
                  path->from);
    else
        return check_way(store, pair, answer);
    return -1;
}

/* With `facts` held. 1: `blob`, a reference; 0: `wanted` would fill it; -1:
 * answered. */
static int find_package(struct store *store, const struct pair *pair,
                        struct store_request *request,
                        struct store_job **wanted, struct store_blob **blob,
                        struct store_answer *answer)
{
    struct store_cache_name name; /* the blob's as well */
    store_cache_name(&store->cache, pair->from, pair->to, &name);
    const int found = find_blob(store, request, name.hex, blob, answer);
    if (found > 0)
        store_cache_use(&store->cache, &name);
    if (found != 0)
        return found;
    const struct store_cached *known = store_cache_find(&store->cache, &name);
    if (known != NULL && known->checked && known->size == 0) {
        store_say(answer, 404,
                  "nothing to do: %s and %s have the same images\n",
                  pair->from->version, pair->to->version);
        return -1;
    }
    *wanted = store_make_package(store, pair->from, pair->to);
    return 0;
}

/* The same for a vendor's file. */
static int find_vendor(struct store *store, const struct store_vendor *vendor,
                       struct store_request *request, struct store_job **wanted,
                       struct store_blob **blob, struct store_answer *answer)
{
    char name[STORE_NAME_MAX + 1];
    store_name_vendor(vendor, name);
    const int found = find_blob(store, request, name, blob, answer);
    if (found == 0)
        *wanted = store_make_vendor(vendor);
    return found;
}

/* With `facts` held. */
static int find_either(struct store *store, const struct store_path *path,
                       struct store_request *request, struct store_job **wanted,
                       struct store_blob **blob, struct store_answer *answer)
{
    struct pair pair;
    const struct store_vendor *vendor = store_catalog_vendor(
        &store->catalog, path->model, path->from, path->to);
    if (vendor != NULL)
        return find_vendor(store, vendor, request, wanted, blob, answer);
    if (find_pair(store, path, &pair, answer) != 0)
        return -1;
    return find_package(store, &pair, request, wanted, blob, answer);
}

int store_answer_package(struct store *store, const struct store_path *path,
                         struct store_request *request,
                         struct store_answer *answer)
{
    struct store_job *wanted = NULL;
    struct store_blob *blob = NULL;
    pthread_mutex_lock(&store->facts);
    const int found = find_either(store, path, request, &wanted, &blob, answer);
    pthread_mutex_unlock(&store->facts);
    return settle(store, request, found, wanted, blob, answer);
}

/* --- pictures ------------------------------------------------------------ */

/* With `facts` held: first the package, then its picture. */
static int find_map(struct store *store, const struct store_path *path,
                    struct store_request *request, struct store_job **wanted,
                    struct store_blob **blob, struct store_answer *answer)
{
    struct pair pair;
    struct store_blob *package = NULL;
    char name[STORE_NAME_MAX + 1];
    if (find_pair(store, path, &pair, answer) != 0)
        return -1;
    store_name_map(store, pair.from, pair.to, path->component, name);
    int found = find_blob(store, request, name, blob, answer);
    if (found != 0)
        return found;
    found = find_package(store, &pair, request, wanted, &package, answer);
    if (found > 0)
        *wanted =
            store_make_map(store, pair.from, pair.to, path->component, package);
    store_blob_drop(package);
    return found < 0 ? found : 0;
}

int store_answer_map(struct store *store, const struct store_path *path,
                     struct store_request *request, struct store_answer *answer)
{
    struct store_job *wanted = NULL;
    struct store_blob *blob = NULL;
    pthread_mutex_lock(&store->facts);
    const int found = find_map(store, path, request, &wanted, &blob, answer);
    pthread_mutex_unlock(&store->facts);
    return settle(store, request, found, wanted, blob, answer);
}

/* --- next ---------------------------------------------------------------- */

/* What a device is to go to: all null when there is nothing. */
struct target {
    const struct store_vendor *vendor;
    struct pair pair;
};

static int is_reserved(const struct store *store, const char *model,
                       const char *version)
{
    return store_channels_reserved(&store->channels, model, version);
}

/* With `last`: it, or what came before it; else none that another channel has
 * to itself. */
static int is_allowed(const struct store *store,
                      const struct store_release *release,
                      const struct store_release *last)
{
    if (last == NULL)
        return !is_reserved(store, release->model, release->version);
    return release == last || release->sequence < last->sequence;
}

/* The newest release of the model that a device may go to in one step; of two
 * with one sequence the later in the catalog, as on the page. */
static const struct store_release *newest(const struct store *store,
                                          const struct store_release *from,
                                          const struct store_release *last)
{
    const struct store_catalog *catalog = &store->catalog;
    const struct store_release *best = NULL;
    for (size_t i = 0; i < catalog->release_count; i++) {
        const struct store_release *release = &catalog->releases[i];
        if (strcmp(release->model, from->model) == 0 &&
            store_catalog_way(catalog, from, release) == STORE_WAY &&
            (best == NULL || release->sequence >= best->sequence) &&
            is_allowed(store, release, last))
            best = release;
    }
    return best;
}

/* A vendor may have a package for the way down, too: whoever wants it knows
 * its path, and nobody is led there. */
static int leads_down(const struct store_catalog *catalog,
                      const struct ffx_offer *offer)
{
    const struct store_release *from =
        store_catalog_release(catalog, offer->model, offer->from);
    const struct store_release *to =
        store_catalog_release(catalog, offer->model, offer->to);
    return from != NULL && to != NULL && to->sequence <= from->sequence;
}

static const struct store_vendor *
vendor_behind(const struct store_catalog *catalog, const char *model,
              const char *version)
{
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, model) == 0 &&
            strcmp(offer->from, version) == 0)
            return &catalog->vendors[i];
    }
    return NULL;
}

/* Vendors' versions have no order. Packages that lead in a circle would keep
 * devices going round: a channel has to say where they stop. */
static int leads_round(const struct store_catalog *catalog,
                       const struct ffx_offer *offer)
{
    const char *at = offer->to;
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct store_vendor *next =
            vendor_behind(catalog, offer->model, at);
        if (next == NULL)
            return 0;
        at = next->offer.to;
        if (strcmp(at, offer->from) == 0)
            return 1;
    }
    return 0;
}

static const struct store_vendor *vendor_from(const struct store *store,
                                              const struct store_path *path)
{
    const struct store_catalog *catalog = &store->catalog;
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, path->model) == 0 &&
            strcmp(offer->from, path->from) == 0 &&
            !leads_down(catalog, offer) && !leads_round(catalog, offer) &&
            !is_reserved(store, offer->model, offer->to))
            return &catalog->vendors[i];
    }
    return NULL;
}

/* For a channel that names a version; it may lead round. */
static const struct store_vendor *vendor_to(const struct store *store,
                                            const struct store_path *path,
                                            const char *version)
{
    const struct store_vendor *vendor =
        store_catalog_vendor(&store->catalog, path->model, path->from, version);
    if (vendor == NULL || leads_down(&store->catalog, &vendor->offer))
        return NULL;
    return vendor;
}

/* With `facts` held. `version` null: whatever is newest. */
static void find_target(const struct store *store,
                        const struct store_path *path, const char *version,
                        struct target *target)
{
    const struct store_catalog *catalog = &store->catalog;
    const struct store_release *last = NULL;
    target->vendor = version == NULL ? vendor_from(store, path)
                                     : vendor_to(store, path, version);
    target->pair.from = store_catalog_release(catalog, path->model, path->from);
    target->pair.to = NULL;
    if (version != NULL)
        last = store_catalog_release(catalog, path->model, version);
    if (target->pair.from != NULL && (version == NULL || last != NULL))
        target->pair.to = newest(store, target->pair.from, last);
}

static int vendor_led_to(const struct store_catalog *catalog,
                         const struct store_path *path)
{
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, path->model) == 0 &&
            (strcmp(offer->to, path->from) == 0 ||
             strcmp(offer->from, path->from) == 0))
            return 1;
    }
    return 0;
}

/* With `facts` held. 0, or answered why nobody can know. */
static int check_source(const struct store *store,
                        const struct store_path *path,
                        struct store_answer *answer)
{
    const struct store_catalog *catalog = &store->catalog;
    if (!store_catalog_has_model(catalog, path->model))
        store_say(answer, 404, "no release of model %s is here\n", path->model);
    else if (store_catalog_release(catalog, path->model, path->from) == NULL &&
             !vendor_led_to(catalog, path))
        store_say(answer, 404, "model %s has no release %s here\n", path->model,
                  path->from);
    else
        return 0;
    return -1;
}

/* With `facts` held. Size and digest of the package from A to B, or that
 * nothing changes: 1; 0: `wanted` finds out; -1: answered. */
static int find_facts(struct store *store, const struct pair *pair,
                      struct store_request *request, struct store_job **wanted,
                      struct ffx_offer *offer, struct store_answer *answer)
{
    struct store_cache_name name;
    struct store_blob *blob = NULL;
    store_cache_name(&store->cache, pair->from, pair->to, &name);
    const struct store_cached *cached = store_cache_find(&store->cache, &name);
    if (cached == NULL || !cached->checked) {
        const int found =
            find_package(store, pair, request, wanted, &blob, answer);
        if (found <= 0)
            return found;
        offer->size = (uint32_t)blob->bytes.length;
        memcpy(offer->sha256, blob->sha256, sizeof offer->sha256);
        store_blob_drop(blob);
    } else {
        offer->size = cached->size;
        memcpy(offer->sha256, cached->sha256, sizeof offer->sha256);
    }
    if (offer->size > 0)
        memcpy(offer->to, pair->to->version, sizeof offer->to);
    return 1;
}

/* With `facts` held. 1: `blob`; 0: `wanted` fills it, or goes before; -1:
 * answered. */
static int find_offer(struct store *store, const struct store_path *path,
                      const char *version, struct store_request *request,
                      struct store_job **wanted, struct store_blob **blob,
                      struct store_answer *answer)
{
    struct ffx_offer offer = {0};
    struct target target;
    char name[STORE_NAME_MAX + 1];
    int found = 1;
    memcpy(offer.model, path->model, sizeof offer.model);
    memcpy(offer.from, path->from, sizeof offer.from);
    if (check_source(store, path, answer) != 0)
        return -1;
    find_target(store, path, version, &target);
    if (target.vendor != NULL)
        offer = target.vendor->offer;
    else if (target.pair.to != NULL)
        found =
            find_facts(store, &target.pair, request, wanted, &offer, answer);
    if (found != 1)
        return found;
    store_name_offer(&offer, name);
    found = find_blob(store, request, name, blob, answer);
    if (found == 0)
        *wanted = store_make_offer(&offer);
    return found;
}

int store_answer_next(struct store *store, const struct store_path *path,
                      struct store_request *request,
                      struct store_answer *answer)
{
    struct store_query query;
    struct store_job *wanted = NULL;
    struct store_blob *blob = NULL;
    const struct store_channel *channel = NULL;
    char why[STORE_CHANNELS_WHY];
    int found = -1;
    int status = store_query_parse(
        &query, request->query != NULL ? request->query : "", why);
    pthread_mutex_lock(&store->facts);
    if (status == 0)
        status =
            store_channels_choose(&store->channels, path->model, query.imei,
                                  query.channel, &channel, why);
    if (status == 0)
        found =
            find_offer(store, path, channel != NULL ? channel->version : NULL,
                       request, &wanted, &blob, answer);
    pthread_mutex_unlock(&store->facts);
    if (status != 0)
        store_say(answer, status, "%s\n", why);
    return settle(store, request, found, wanted, blob, answer);
}
