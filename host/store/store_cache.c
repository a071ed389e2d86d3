/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_cache.h"
#include "base/bytes.h"
#include "base/text.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING ".zip"

/* --- names --------------------------------------------------------------- */

/* Another key, or another certificate for it, makes other packages. */
static void digest_signer(struct store_cache *cache, const struct pack_key *key)
{
    struct {
        struct ffx_public_key key;
        char model[FFX_MODEL_MAX + 1];
        uint8_t max_sequence[4];
    } signer = {.key = *pack_key_public(key)};
    const struct ffx_cert *cert = pack_key_delegation(key);
    if (cert != NULL) {
        memcpy(signer.model, cert->model, strlen(cert->model));
        bytes_put32(signer.max_sequence, cert->max_sequence);
    }
    pack_sha256(&signer, sizeof signer, cache->signer);
}

static char *put_hex(char *to, const uint8_t *bytes, uint32_t length)
{
    text_put_hex(to, bytes, length);
    return to + 2 * length;
}

void store_cache_name(const struct store_cache *cache,
                      const struct store_release *from,
                      const struct store_release *to,
                      struct store_cache_name *name)
{
    char *at = put_hex(name->hex, from->digest, 16);
    *at++ = '-';
    at = put_hex(at, to->digest, 16);
    *at++ = '-';
    *put_hex(at, cache->signer, 8) = '\0';
}

/* Is this the name of a file of ours? */
static int take_name(struct store_cache_name *name, const char *file,
                     size_t file_length)
{
    const size_t length = 2 * 16 + 1 + 2 * 16 + 1 + 2 * 8;
    if (file_length != length + sizeof ENDING - 1 ||
        strspn(file, "0123456789abcdef-") != length ||
        memcmp(file + length, ENDING, sizeof ENDING - 1) != 0 ||
        file[32] != '-' || file[65] != '-')
        return 0;
    memset(name, 0, sizeof *name);
    memcpy(name->hex, file, length);
    return 1;
}

static char *path_of(const struct store_cache *cache,
                     const struct store_cache_name *name)
{
    char *path = NULL;
    const int length =
        asprintf(&path, "%s/%s" ENDING, cache->directory, name->hex);
    return store_must(length < 0 ? NULL : path);
}

/* --- what is known ------------------------------------------------------- */

/* Where `name` stands, or would. */
static size_t place_of(const struct store_cache *cache,
                       const struct store_cache_name *name)
{
    size_t first = 0, end = cache->count;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        if (strcmp(cache->entries[middle].name.hex, name->hex) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static struct store_cached *find(const struct store_cache *cache,
                                 const struct store_cache_name *name)
{
    const size_t at = place_of(cache, name);
    if (at < cache->count &&
        strcmp(cache->entries[at].name.hex, name->hex) == 0)
        return &cache->entries[at];
    return NULL;
}

static struct store_cached *find_or_add(struct store_cache *cache,
                                        const struct store_cache_name *name)
{
    struct store_cached *found = find(cache, name);
    if (found != NULL)
        return found;
    const size_t at = place_of(cache, name);
    cache->entries = store_must(
        realloc(cache->entries, (cache->count + 1) * sizeof *cache->entries));
    found = &cache->entries[at];
    memmove(found + 1, found, (cache->count++ - at) * sizeof *found);
    *found = (struct store_cached){.name = *name};
    return found;
}

const struct store_cached *store_cache_find(const struct store_cache *cache,
                                            const struct store_cache_name *name)
{
    return find(cache, name);
}

/* --- the limit ----------------------------------------------------------- */

static void remove_file(struct store_cache *cache, struct store_cached *entry)
{
    char *path = path_of(cache, &entry->name);
    if (unlink(path) != 0 && errno != ENOENT)
        store_log("cannot remove %s: %s", path, strerror(errno));
    free(path);
    entry->on_disk = 0;
    cache->bytes -= entry->size;
}

static struct store_cached *least_used(struct store_cache *cache)
{
    struct store_cached *least = NULL;
    for (size_t i = 0; i < cache->count; i++) {
        struct store_cached *entry = &cache->entries[i];
        if (entry->on_disk && (least == NULL || entry->used < least->used))
            least = entry;
    }
    return least;
}

void store_cache_shrink(struct store_cache *cache, uint64_t bytes)
{
    struct store_cached *least;
    while (cache->bytes > bytes && (least = least_used(cache)) != NULL)
        remove_file(cache, least);
}

static void put_on_disk(struct store_cache *cache, struct store_cached *entry,
                        uint32_t size)
{
    if (entry->on_disk)
        cache->bytes -= entry->size;
    entry->on_disk = 1;
    entry->size = size;
    entry->used = ++cache->clock;
    cache->bytes += size;
}

void store_cache_learn(struct store_cache *cache,
                       const struct store_cache_name *name, uint32_t size,
                       const uint8_t sha256[FFX_SHA256_BYTES])
{
    struct store_cached *entry = find_or_add(cache, name);
    if (size != 0) {
        put_on_disk(cache, entry, size);
        memcpy(entry->sha256, sha256, sizeof entry->sha256);
    } else {
        if (entry->on_disk) /* whatever that is */
            remove_file(cache, entry);
        entry->size = 0;
    }
    entry->checked = 1;
    store_cache_shrink(cache, cache->limit);
}

void store_cache_use(struct store_cache *cache,
                     const struct store_cache_name *name)
{
    struct store_cached *entry = find(cache, name);
    if (entry == NULL)
        return;
    entry->used = ++cache->clock;
    entry->touch = 1;
}

size_t store_cache_used(struct store_cache *cache,
                        struct store_cache_name **names)
{
    size_t count = 0;
    *names = NULL;
    for (size_t i = 0; i < cache->count; i++) {
        struct store_cached *entry = &cache->entries[i];
        if (entry->touch && entry->on_disk) {
            *names = store_must(realloc(*names, (count + 1) * sizeof **names));
            (*names)[count++] = entry->name;
        }
        entry->touch = 0;
    }
    return count;
}

/* --- files --------------------------------------------------------------- */

int store_cache_load(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct pack_buffer *zip, struct pack_error *error)
{
    char *path = path_of(cache, name);
    const int result = pack_read_regular(path, zip, error);
    free(path);
    if (result == 0)
        store_cache_touch(cache, name);
    return result;
}

void store_cache_touch(const struct store_cache *cache,
                       const struct store_cache_name *name)
{
    char *path = path_of(cache, name);
    utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
    free(path);
}

int store_cache_save(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     const struct pack_buffer *zip, struct pack_error *error)
{
    char *path = path_of(cache, name);
    int result = pack_write_file(path, zip->bytes, zip->length, 0, error);
    /* Somebody emptied the cache, directory and all. */
    if (result != 0 && error->cause == ENOENT &&
        mkdir(cache->directory, 0777) == 0)
        result = pack_write_file(path, zip->bytes, zip->length, 0, error);
    free(path);
    return result;
}

/* --- what lies there ----------------------------------------------------- */

struct found {
    struct store_cache_name name;
    struct timespec used;
    uint32_t size;
};

static int by_use(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->used.tv_sec != b->used.tv_sec)
        return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
    return (a->used.tv_nsec > b->used.tv_nsec) -
           (a->used.tv_nsec < b->used.tv_nsec);
}

/* 1: an intact-looking package file. */
static int look_at(int directory, const char *file, struct found *found)
{
    struct stat status;
    /* Other processes may use the directory, too: who lives keeps his. */
    const size_t temporary = pack_temporary(file);
    if (temporary > 0 && take_name(&found->name, file, temporary))
        pack_sweep(directory, file);
    if (!take_name(&found->name, file, strlen(file)) ||
        fstatat(directory, file, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode) || status.st_size == 0 ||
        status.st_size > PACK_FILE_MAX)
        return 0;
    found->size = (uint32_t)status.st_size;
    found->used = status.st_mtim;
    return 1;
}

static void scan(struct store_cache *cache, DIR *directory)
{
    struct found *files = NULL;
    size_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        files = store_must(realloc(files, (count + 1) * sizeof *files));
        count +=
            (size_t)look_at(dirfd(directory), entry->d_name, &files[count]);
    }
    qsort(files, count, sizeof *files, by_use);
    for (size_t i = 0; i < count; i++)
        put_on_disk(cache, find_or_add(cache, &files[i].name), files[i].size);
    free(files);
    store_cache_shrink(cache, cache->limit);
}

/* The caller may not even have named it: it is not "missing". */
static int fail_here(struct pack_error *error, const char *verb,
                     const char *directory)
{
    fail_system(error, verb, directory);
    error->missing = 0;
    return error->code;
}

int store_cache_open(struct store_cache *cache, const char *path,
                     uint64_t limit, const struct pack_key *key,
                     struct pack_error *error)
{
    memset(cache, 0, sizeof *cache);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return fail_here(error, "make", path);
    if (access(path, W_OK | X_OK) != 0)
        return fail_here(error, "write to", path);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return fail_here(error, "read", path);
    cache->directory = store_must(strdup(path));
    cache->limit = limit;
    digest_signer(cache, key);
    scan(cache, directory);
    closedir(directory);
    return 0;
}

void store_cache_close(struct store_cache *cache)
{
    free(cache->directory);
    free(cache->entries);
    memset(cache, 0, sizeof *cache);
}
