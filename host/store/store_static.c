/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_static.h"
#include "pack/fail.h"
#include "store/store_log.h"
#include "store/store_state.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE "/index.html"

/* --- paths --------------------------------------------------------------- */

/* Paths as a client asks for them, in the order in which they are made. */
struct list {
    char **paths;
    size_t count;
};

static void add_path(struct list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_path(struct list *list, const char *format, ...)
{
    char *path = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&path, format, arguments);
    va_end(arguments);
    store_must(length < 0 ? NULL : path);
    list->paths = store_must(
        realloc(list->paths, (list->count + 1) * sizeof *list->paths));
    list->paths[list->count++] = path;
}

static void free_list(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
}

static void list_pair(struct list *list, const struct store_release *from,
                      const struct store_release *to)
{
    add_path(list, "/%s/%s___%s/update.zip", from->model, from->version,
             to->version);
    for (uint32_t i = 0; i < to->component_count; i++)
        add_path(list, "/%s/%s___%s/%s.svg", from->model, from->version,
                 to->version, to->components[i]);
}

static void list_packages(struct list *list,
                          const struct store_catalog *catalog)
{
    const struct store_release *first = catalog->releases;
    const struct store_release *end = first + catalog->release_count;
    for (const struct store_release *from = first; from < end; from++)
        for (const struct store_release *to = first; to < end; to++)
            if (strcmp(from->model, to->model) == 0 &&
                store_catalog_way(catalog, from, to) == STORE_WAY)
                list_pair(list, from, to);
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        add_path(list, "/%s/%s___%s/update.zip", offer->model, offer->from,
                 offer->to);
    }
}

/* What is named twice is looked at twice: no harm. */
static void list_offers(struct list *list, const struct store_catalog *catalog)
{
    for (size_t i = 0; i < catalog->release_count; i++)
        add_path(list, "/%s/%s/next", catalog->releases[i].model,
                 catalog->releases[i].version);
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        add_path(list, "/%s/%s/next", offer->model, offer->from);
        add_path(list, "/%s/%s/next", offer->model, offer->to);
    }
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* --- answers ------------------------------------------------------------- */

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    int rings;
};

static void ring(void *context)
{
    struct bell *bell = context;
    pthread_mutex_lock(&bell->lock);
    bell->rings = 1;
    pthread_cond_signal(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

static void wait_for(struct bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    while (!bell->rings)
        pthread_cond_wait(&bell->rung, &bell->lock);
    bell->rings = 0;
    pthread_mutex_unlock(&bell->lock);
}

static void ask(struct store *store, const char *path,
                struct store_answer *answer)
{
    struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    struct store_request request = {.path = path};
    while (!store_answer(store, &request, answer)) {
        store_wait(store, &request, ring, &bell);
        wait_for(&bell);
    }
    store_request_end(&request);
}

/* --- files --------------------------------------------------------------- */

static char *below(const struct store_static *job, const char *name)
{
    char *path = NULL;
    const int length = asprintf(&path, "%s%s", job->directory, name);
    return store_must(length < 0 ? NULL : path);
}

static int make_directory(const char *path, struct pack_error *error)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return fail_system(error, "make", path);
}

/* All directories on the way to a file below `top`. */
static int make_way(char *path, size_t top, struct pack_error *error)
{
    int result = 0;
    for (char *slash = strchr(path + top, '/'); slash != NULL && result == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        result = make_directory(path, error);
        *slash = '/';
    }
    return result;
}

static int is_same(const char *path, const struct pack_buffer *bytes)
{
    struct pack_buffer there;
    struct pack_error error;
    if (pack_read_regular(path, &there, &error) != 0)
        return 0;
    const int same = there.length == bytes->length &&
                     memcmp(there.bytes, bytes->bytes, bytes->length) == 0;
    pack_buffer_free(&there);
    return same;
}

static int write_file(struct store_static *job, const char *name,
                      const struct pack_buffer *bytes, struct pack_error *error)
{
    char *path = below(job, name);
    int result = make_way(path, strlen(job->directory) + 1, error);
    if (result == 0 && is_same(path, bytes)) {
        job->kept++;
    } else if (result == 0) {
        result = pack_write_file(path, bytes->bytes, bytes->length, 0, error);
        job->written += result == 0;
    }
    free(path);
    return result;
}

/* --- what nothing leads to any more -------------------------------------- */

/* Is this what a killed run left of a file that we write? */
static int is_leftover(const char *name)
{
    struct store_path parsed;
    const size_t length = pack_temporary(name);
    char *whole = store_must(strndup(name, length));
    const int result = length > 0 && (store_path_parse(&parsed, whole) == 0 ||
                                      strcmp(whole, PAGE) == 0);
    free(whole);
    return result;
}

static int is_wanted(const struct list *sorted, const char *name)
{
    struct store_path parsed;
    return store_path_parse(&parsed, name) != 0 ||
           bsearch(&name, sorted->paths, sorted->count, sizeof *sorted->paths,
                   by_text) != NULL;
}

static void sweep_file(struct store_static *job, const struct list *sorted,
                       int directory, const char *name)
{
    const char *file = strrchr(name, '/') + 1;
    if (is_leftover(name))
        job->removed += (size_t)pack_sweep(directory, file);
    else if (!is_wanted(sorted, name))
        job->removed += unlinkat(directory, file, 0) == 0;
}

/* Two levels of directories, which go with their last file; files of other
 * shapes are somebody else's. */
static void sweep(struct store_static *job, const struct list *sorted,
                  const char *name, int depth)
{
    const size_t removed = job->removed;
    char *path = below(job, name);
    DIR *directory = opendir(path);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char *inner = NULL;
        if (entry->d_name[0] == '.')
            continue;
        store_must(asprintf(&inner, "%s/%s", name, entry->d_name) < 0 ? NULL
                                                                      : inner);
        sweep_file(job, sorted, dirfd(directory), inner);
        if (depth < 2)
            sweep(job, sorted, inner, depth + 1);
        free(inner);
    }
    if (directory != NULL)
        closedir(directory);
    if (depth > 0 && job->removed > removed)
        rmdir(path);
    free(path);
}

/* --- all of it ----------------------------------------------------------- */

static void count(struct store_static *job, const char *path)
{
    struct store_path parsed;
    store_path_parse(&parsed, path);
    job->packages += parsed.kind == STORE_PATH_PACKAGE;
    job->offers += parsed.kind == STORE_PATH_NEXT;
    job->pictures += parsed.kind == STORE_PATH_MAP;
}

/* 0: made, or there is no such thing (equal images, an image that needs no
 * picture): then `path` becomes one that nobody asks for. */
static int make_path(struct store *store, struct store_static *job, char *path,
                     struct pack_error *error)
{
    struct store_answer answer;
    int result = 0;
    ask(store, path, &answer);
    if (answer.status == 200) {
        count(job, path);
        result = write_file(job, path, &answer.blob->bytes, error);
    } else if (answer.status == 404) {
        path[0] = '\0';
    } else {
        result = fail_with(error, FFX_ERR_NO_PACKAGE, "%s: %.*s", path,
                           (int)answer.text.length - 1,
                           (const char *)answer.text.bytes);
    }
    store_answer_free(&answer);
    return result;
}

static int make_all(struct store *store, struct store_static *job,
                    struct list *list, struct pack_error *error)
{
    int first = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct pack_error one;
        if (job->tell != NULL)
            job->tell(job->context, list->paths[i], i, list->count);
        const int result = make_path(store, job, list->paths[i], &one);
        if (result != 0 && first == 0) {
            first = result;
            *error = one;
        }
        if (result == FFX_ERR_IO)
            break;
    }
    return first;
}

static int make_page(struct store *store, struct store_static *job,
                     struct pack_error *error)
{
    struct store_answer answer;
    ask(store, "/", &answer);
    const int result = write_file(job, PAGE, &answer.blob->bytes, error);
    store_answer_free(&answer);
    return result;
}

int store_static_build(struct store *store, struct store_static *job,
                       struct pack_error *error)
{
    struct list list = {0};
    int result = make_directory(job->directory, error);
    if (result != 0)
        return result;
    pthread_mutex_lock(&store->facts);
    list_packages(&list, &store->catalog);
    list_offers(&list, &store->catalog);
    pthread_mutex_unlock(&store->facts);
    result = make_all(store, job, &list, error);
    if (result == 0)
        result = make_page(store, job, error);
    if (result == 0) {
        qsort(list.paths, list.count, sizeof *list.paths, by_text);
        sweep(job, &list, "", 0);
    }
    free_list(&list);
    return result;
}
