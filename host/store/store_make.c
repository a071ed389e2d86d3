/* SPDX-License-Identifier: Apache-2.0 */
/* What is made by jobs: packages, vendors' files, offers, pictures. */
#include "base/text.h"
#include "pack/fail.h"
#include "store/store_log.h"
#include "store/store_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZIP "application/zip"

static struct store_job *new_job(const struct store_job_kind *kind)
{
    struct store_job *job = store_must(calloc(1, sizeof *job));
    job->kind = kind;
    return job;
}

/* `job` gets the blob, whoever asks next finds it. */
static void keep(struct store *store, struct store_job *job, const char *type,
                 struct pack_buffer *bytes)
{
    job->blob = store_blob_new(type, bytes);
    pthread_mutex_lock(&store->facts);
    store_blobs_put(&store->blobs, job->name, job->blob);
    pthread_mutex_unlock(&store->facts);
}

/* Somebody may have made it between the question and the job. */
static int is_there(struct store *store, struct store_job *job)
{
    pthread_mutex_lock(&store->facts);
    job->blob = store_blobs_find(&store->blobs, job->name);
    pthread_mutex_unlock(&store->facts);
    return job->blob != NULL;
}

/* --- the two releases of a job ------------------------------------------- */

struct pair {
    struct pack_release from, to;
};

static int is_unchanged(const struct pack_release *release,
                        const struct store_release *known)
{
    uint8_t digest[FFX_SHA256_BYTES];
    store_catalog_digest(release, digest);
    return memcmp(digest, known->digest, sizeof digest) == 0;
}

static void pair_free(struct pair *pair)
{
    pack_release_free(&pair->from);
    pack_release_free(&pair->to);
}

/* The catalog found them good a moment ago; if they stay as they are now, it
 * leaves them out when it looks next. */
static int pair_load(const struct store_job *job, struct pair *pair,
                     struct pack_error *error)
{
    memset(pair, 0, sizeof *pair);
    if (pack_release_load(job->from.path, &pair->from, error) == 0 &&
        pack_release_load(job->to.path, &pair->to, error) == 0 &&
        is_unchanged(&pair->from, &job->from) &&
        is_unchanged(&pair->to, &job->to))
        return 0;
    pair_free(pair);
    return fail_with(error, FFX_ERR_BUSY,
                     "a release is being changed: ask again");
}

/* --- packages ------------------------------------------------------------ */

static struct store_cache_name cache_name(const struct store *store,
                                          const struct store_job *job)
{
    struct store_cache_name name;
    store_cache_name(&store->cache, &job->from, &job->to, &name);
    return name;
}

/* With digest and size of this process' own, a file needs no reader. */
static int is_known(struct store *store, const struct store_cache_name *name,
                    const struct pack_buffer *zip)
{
    uint8_t digest[FFX_SHA256_BYTES];
    struct store_cached known = {0};
    pthread_mutex_lock(&store->facts);
    const struct store_cached *found = store_cache_find(&store->cache, name);
    if (found != NULL)
        known = *found;
    pthread_mutex_unlock(&store->facts);
    if (!known.checked || known.size != zip->length)
        return 0;
    pack_sha256(zip->bytes, zip->length, digest);
    return memcmp(digest, known.sha256, sizeof digest) == 0;
}

static int check_package(struct store *store, const struct store_job *job,
                         const struct pack_buffer *zip)
{
    struct pair pair;
    struct pack_error error;
    const struct store_cache_name name = cache_name(store, job);
    if (is_known(store, &name, zip))
        return 0;
    int result = pair_load(job, &pair, &error);
    if (result != 0)
        return result;
    result = pack_check(zip, &pair.from, &pair.to, store->key, &error);
    pair_free(&pair);
    if (result != 0)
        store_log("the cache holds a foreign file as %s.zip: %s", name.hex,
                  error.text);
    return result;
}

static void learn(struct store *store, const struct store_cache_name *name,
                  const struct store_blob *blob)
{
    pthread_mutex_lock(&store->facts);
    store_cache_learn(&store->cache, name,
                      blob != NULL ? (uint32_t)blob->bytes.length : 0,
                      blob != NULL ? blob->sha256 : NULL);
    store->changes++;
    pthread_mutex_unlock(&store->facts);
}

/* From the cache, when a device would take what lies there. */
static int load_package(struct store *store, struct store_job *job)
{
    struct pack_buffer zip;
    const struct store_cache_name name = cache_name(store, job);
    if (is_there(store, job))
        return 0;
    if (store_cache_load(&store->cache, &name, &zip, &job->error) != 0) {
        if (!job->error.missing)
            store_log("%s", job->error.text);
        return STORE_JOB_MAKE;
    }
    if (check_package(store, job, &zip) != 0) {
        pack_buffer_free(&zip);
        return STORE_JOB_MAKE;
    }
    keep(store, job, ZIP, &zip);
    learn(store, &name, job->blob);
    return 0;
}

static int disk_is_full(const struct pack_error *error)
{
    return error->cause == ENOSPC || error->cause == EDQUOT;
}

/* Old packages make room for a new one. What cannot be kept is not served:
 * after a restart the same bytes have to be here. */
static int save_package(struct store *store,
                        const struct store_cache_name *name,
                        const struct pack_buffer *zip, struct pack_error *error)
{
    int result = store_cache_save(&store->cache, name, zip, error);
    if (result == 0 || !disk_is_full(error))
        return result;
    store_log("%s: removing the packages that were not asked for longest",
              error->text);
    pthread_mutex_lock(&store->facts);
    store_cache_shrink(&store->cache, store->cache.bytes / 2);
    store->changes++;
    pthread_mutex_unlock(&store->facts);
    return store_cache_save(&store->cache, name, zip, error);
}

static int build_package(struct store *store, struct store_job *job,
                         const struct pair *pair)
{
    struct pack_buffer zip;
    const struct pack_options options = {.full = 0};
    const struct store_cache_name name = cache_name(store, job);
    int result = pack_build(&pair->from, &pair->to, store->key, &options, &zip,
                            &job->error);
    if (result == PACK_NOTHING)
        learn(store, &name, NULL);
    if (result != 0)
        return result;
    result = save_package(store, &name, &zip, &job->error);
    if (result != 0) {
        pack_buffer_free(&zip);
        return result;
    }
    store_log("built %s %s -> %s: %zu bytes", job->to.model, job->from.version,
              job->to.version, zip.length);
    keep(store, job, ZIP, &zip);
    learn(store, &name, job->blob);
    return 0;
}

static int make_package(struct store *store, struct store_job *job)
{
    struct pair pair;
    int result = pair_load(job, &pair, &job->error);
    if (result != 0)
        return result;
    result = build_package(store, job, &pair);
    pair_free(&pair);
    if (result < 0)
        store_log("cannot build %s %s -> %s: %s", job->to.model,
                  job->from.version, job->to.version, job->error.text);
    return result;
}

static void copy_release(struct store_release *to,
                         const struct store_release *from)
{
    *to = *from;
    to->path = store_must(strdup(from->path));
}

void store_name_package(const struct store *store,
                        const struct store_release *from,
                        const struct store_release *to,
                        char name[STORE_NAME_MAX + 1])
{
    struct store_cache_name cached;
    store_cache_name(&store->cache, from, to, &cached);
    memcpy(name, cached.hex, sizeof cached.hex);
}

struct store_job *store_make_package(const struct store *store,
                                     const struct store_release *from,
                                     const struct store_release *to)
{
    static const struct store_job_kind kind = {load_package, make_package};
    struct store_job *job = new_job(&kind);
    copy_release(&job->from, from);
    copy_release(&job->to, to);
    store_name_package(store, from, to, job->name);
    return job;
}

/* --- vendors' files ------------------------------------------------------ */

/* Size and digest are compared for the very bytes that are sent. */
static int load_vendor(struct store *store, struct store_job *job)
{
    struct pack_buffer file;
    const struct store_vendor *vendor = &job->vendor;
    if (is_there(store, job))
        return 0;
    int result = store_catalog_read_vendor(vendor, &file, &job->error);
    if (result == 0)
        keep(store, job, ZIP, &file);
    else
        store_log("%s is not sent: %s", vendor->path, job->error.text);
    return result;
}

void store_name_vendor(const struct store_vendor *vendor,
                       char name[STORE_NAME_MAX + 1])
{
    char hex[2 * FFX_SHA256_BYTES + 1] = "";
    text_put_hex(hex, vendor->offer.sha256, FFX_SHA256_BYTES);
    snprintf(name, STORE_NAME_MAX + 1, "vendor-%s", hex);
}

struct store_job *store_make_vendor(const struct store_vendor *vendor)
{
    static const struct store_job_kind kind = {load_vendor, NULL};
    struct store_job *job = new_job(&kind);
    store_name_vendor(vendor, job->name);
    job->vendor = *vendor;
    job->vendor.path = store_must(strdup(vendor->path));
    return job;
}

/* --- offers -------------------------------------------------------------- */

static int load_offer(struct store *store, struct store_job *job)
{
    struct pack_buffer text;
    if (is_there(store, job))
        return 0;
    const int result = pack_offer(&job->offer, store->key, &text, &job->error);
    if (result == 0)
        keep(store, job, "text/plain; charset=utf-8", &text);
    else
        store_log("cannot sign an offer to %s %s: %s", job->offer.model,
                  job->offer.from, job->error.text);
    return result;
}

/* Between slashes, which no model and no version holds: "A", "B-C" is not
 * "A-B", "C". */
void store_name_offer(const struct ffx_offer *offer,
                      char name[STORE_NAME_MAX + 1])
{
    char hex[2 * FFX_SHA256_BYTES + 1] = "";
    text_put_hex(hex, offer->sha256, FFX_SHA256_BYTES);
    snprintf(name, STORE_NAME_MAX + 1, "next/%s/%s/%s/%s", offer->model,
             offer->from, offer->to[0] != '\0' ? offer->to : "none", hex);
}

struct store_job *store_make_offer(const struct ffx_offer *offer)
{
    static const struct store_job_kind kind = {load_offer, NULL};
    struct store_job *job = new_job(&kind);
    store_name_offer(offer, job->name);
    job->offer = *offer;
    return job;
}

/* --- pictures ------------------------------------------------------------ */

static int load_map(struct store *store, struct store_job *job)
{
    return is_there(store, job) ? 0 : STORE_JOB_MAKE;
}

static int make_map(struct store *store, struct store_job *job)
{
    struct pair pair;
    struct pack_buffer svg;
    int result = pair_load(job, &pair, &job->error);
    if (result != 0)
        return result;
    result = pack_map(&job->package->bytes, &pair.from, &pair.to, store->key,
                      job->component, &svg, &job->error);
    pair_free(&pair);
    if (result == 0)
        keep(store, job, "image/svg+xml", &svg);
    return result;
}

void store_name_map(const struct store *store, const struct store_release *from,
                    const struct store_release *to, const char *component,
                    char name[STORE_NAME_MAX + 1])
{
    char package[STORE_NAME_MAX + 1];
    store_name_package(store, from, to, package);
    snprintf(name, STORE_NAME_MAX + 1, "map-%.100s-%.8s", package, component);
}

struct store_job *store_make_map(const struct store *store,
                                 const struct store_release *from,
                                 const struct store_release *to,
                                 const char *component,
                                 struct store_blob *package)
{
    static const struct store_job_kind kind = {load_map, make_map};
    struct store_job *job = new_job(&kind);
    copy_release(&job->from, from);
    copy_release(&job->to, to);
    store_name_map(store, from, to, component, job->name);
    memcpy(job->component, component, strlen(component) + 1);
    job->package = store_blob_hold(package);
    return job;
}
