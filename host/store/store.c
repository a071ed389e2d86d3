/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"
#include "pack/fail.h"
#include "store/store_log.h"
#include "store/store_page.h"
#include "store/store_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTML "text/html; charset=utf-8"

/* --- catalog ------------------------------------------------------------- */

static int same_text(const struct pack_buffer *a, const struct pack_buffer *b)
{
    return a->length == b->length &&
           (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

/* With `work` held: nobody else replaces the catalog meanwhile. */
static int read_again(struct store *store, struct pack_buffer *fingerprint,
                      struct pack_error *error)
{
    struct store_catalog fresh;
    const int result =
        store_catalog_read(&fresh, store->releases, store->key, error);
    if (result != 0) {
        store_catalog_close(&fresh);
        pack_buffer_free(fingerprint);
        return result;
    }
    pthread_mutex_lock(&store->facts);
    struct store_catalog old = store->catalog;
    pack_buffer_free(&store->fingerprint);
    store->catalog = fresh;
    store->fingerprint = *fingerprint;
    pthread_mutex_unlock(&store->facts);
    store_catalog_close(&old);
    return 0;
}

static int is_current(struct store *store,
                      const struct pack_buffer *fingerprint)
{
    pthread_mutex_lock(&store->facts);
    const int same = same_text(fingerprint, &store->fingerprint);
    pthread_mutex_unlock(&store->facts);
    return same;
}

/* A directory that cannot be read leaves the catalog as it is. */
static int refresh(struct store *store, struct pack_error *error)
{
    struct pack_buffer fingerprint;
    int result =
        store_catalog_fingerprint(store->releases, &fingerprint, error);
    if (result != 0)
        return result;
    if (is_current(store, &fingerprint)) {
        pack_buffer_free(&fingerprint);
        return 0;
    }
    pthread_mutex_lock(&store->work);
    if (is_current(store, &fingerprint))
        pack_buffer_free(&fingerprint);
    else
        result = read_again(store, &fingerprint, error);
    pthread_mutex_unlock(&store->work);
    return result;
}

/* --- answers ------------------------------------------------------------- */

static void answer_index(struct store *store, const struct store_path *path,
                         struct store_answer *answer)
{
    (void)path;
    pthread_mutex_lock(&store->facts);
    store_page(&store->catalog, &store->cache, &answer->text);
    pthread_mutex_unlock(&store->facts);
    answer->status = 200;
    answer->type = HTML;
    answer->size = answer->text.length;
}

void store_answer(struct store *store, const char *text,
                  struct store_answer *answer)
{
    static void (*const kinds[])(struct store *, const struct store_path *,
                                 struct store_answer *) = {
        [STORE_PATH_INDEX] = answer_index,
        [STORE_PATH_PACKAGE] = store_answer_package,
        [STORE_PATH_NEXT] = store_answer_next,
    };
    struct store_path path;
    struct pack_error error;
    *answer = (struct store_answer){.file = -1};
    const int status = store_path_parse(&path, text);
    if (status != 0) {
        store_say(answer, status,
                  "%s: ask for /, /MODEL/FROM/next or "
                  "/MODEL/FROM___TO/update.zip\n",
                  status == 404 ? "nothing is here" : "no path of this store");
        return;
    }
    if (refresh(store, &error) != 0)
        store_log("serving what was read before: %s", error.text);
    kinds[path.kind](store, &path, answer);
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

static int open_cache(struct store *store, const struct store_config *config,
                      struct pack_error *error)
{
    char *path = NULL;
    if (asprintf(&path, "%s/.cache", config->releases) < 0)
        path = NULL;
    const int result = store_cache_open(
        &store->cache, config->cache != NULL ? config->cache : path, store->key,
        error);
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

int store_open(struct store **out, const struct store_config *config,
               struct pack_error *error)
{
    struct store *store = calloc(1, sizeof *store);
    char *releases = strdup(config->releases);
    *out = store;
    if (store == NULL || releases == NULL) {
        store_log("out of memory");
        exit(1);
    }
    store->releases = releases;
    pthread_mutex_init(&store->work, NULL);
    pthread_mutex_init(&store->facts, NULL);
    int result = pack_key_load(config->key, &store->key, error);
    if (result == 0)
        result = refresh(store, error);
    if (result == 0)
        result = check_something(store, error);
    if (result == 0)
        result = open_cache(store, config, error);
    if (result != 0) {
        store_close(store);
        *out = NULL;
    }
    return result;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_catalog_close(&store->catalog);
    store_cache_close(&store->cache);
    pack_buffer_free(&store->fingerprint);
    pack_key_free(store->key);
    pthread_mutex_destroy(&store->work);
    pthread_mutex_destroy(&store->facts);
    free(store->releases);
    free(store);
}
