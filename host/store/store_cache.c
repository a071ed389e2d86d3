/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_cache.h"
#include "store/store_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct pack_error *error, const char *what, const char *path)
{
    error->code = FFX_ERR_IO;
    error->missing = 0;
    snprintf(error->text, sizeof error->text, "cannot %s %s: %s", what, path,
             strerror(errno));
    return FFX_ERR_IO;
}

/* Another key, or another certificate for it, makes other packages. */
static void digest_signer(struct store_cache *cache, const struct pack_key *key)
{
    const struct ffx_cert *cert = pack_key_delegation(key);
    char text[2 * FFX_PUBLIC_KEY_BYTES + FFX_MODEL_MAX + 32];
    const uint8_t *point = pack_key_public(key)->point;
    int at = 0;
    for (size_t i = 0; i < FFX_PUBLIC_KEY_BYTES; i++)
        at += sprintf(text + at, "%02x", point[i]);
    at += sprintf(text + at, " %s %u", cert != NULL ? cert->model : "",
                  cert != NULL ? cert->max_sequence : 0);
    pack_sha256(text, (size_t)at, cache->signer);
}

int store_cache_open(struct store_cache *cache, const char *directory,
                     const struct pack_key *key, struct pack_error *error)
{
    memset(cache, 0, sizeof *cache);
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return fail(error, "make the cache directory", directory);
    if (access(directory, W_OK | X_OK) != 0)
        return fail(error, "write to the cache directory", directory);
    cache->directory = strdup(directory);
    if (cache->directory == NULL)
        return fail(error, "use", directory);
    digest_signer(cache, key);
    return 0;
}

void store_cache_close(struct store_cache *cache)
{
    free(cache->directory);
    free(cache->known);
    memset(cache, 0, sizeof *cache);
}

static char *put_hex(char *to, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    return to;
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

char *store_cache_path(const struct store_cache *cache,
                       const struct store_cache_name *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s.zip", cache->directory, name->hex) < 0) {
        store_log("out of memory");
        exit(1);
    }
    return path;
}

/* --- what is known ------------------------------------------------------- */

static struct store_cached *find_known(const struct store_cache *cache,
                                       const struct store_cache_name *name)
{
    for (size_t i = 0; i < cache->count; i++)
        if (strcmp(cache->known[i].name.hex, name->hex) == 0)
            return &cache->known[i];
    return NULL;
}

const struct store_cached *
store_cache_known(const struct store_cache *cache,
                  const struct store_cache_name *name)
{
    return find_known(cache, name);
}

void store_cache_learn(struct store_cache *cache,
                       const struct store_cached *cached)
{
    struct store_cached *known = find_known(cache, &cached->name);
    if (known != NULL) {
        *known = *cached;
        return;
    }
    known = realloc(cache->known, (cache->count + 1) * sizeof *known);
    if (known == NULL) {
        store_log("out of memory");
        exit(1);
    }
    cache->known = known;
    known[cache->count++] = *cached;
}

/* --- files --------------------------------------------------------------- */

static int look(const struct store_cache *cache,
                const struct store_cache_name *name, struct stat *status)
{
    char *path = store_cache_path(cache, name);
    const int failed = stat(path, status);
    free(path);
    return failed;
}

void store_cache_describe(const struct store_cache *cache,
                          const struct store_cache_name *name,
                          const struct pack_buffer *zip,
                          struct store_cached *cached)
{
    struct stat status = {0};
    look(cache, name, &status);
    memset(cached, 0, sizeof *cached);
    cached->name = *name;
    cached->size = (uint32_t)zip->length;
    cached->inode = status.st_ino;
    cached->changed = status.st_ctim;
    pack_sha256(zip->bytes, zip->length, cached->sha256);
}

int store_cache_has(const struct store_cache *cache,
                    const struct store_cached *cached)
{
    struct stat status;
    return look(cache, &cached->name, &status) == 0 &&
           status.st_size == (off_t)cached->size &&
           status.st_ino == cached->inode &&
           status.st_ctim.tv_sec == cached->changed.tv_sec &&
           status.st_ctim.tv_nsec == cached->changed.tv_nsec;
}

int store_cache_load(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct pack_buffer *zip, struct pack_error *error)
{
    char *path = store_cache_path(cache, name);
    const int result = pack_read_file(path, zip, error);
    free(path);
    return result;
}

int store_cache_save(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     const struct pack_buffer *zip, struct pack_error *error)
{
    char *path = store_cache_path(cache, name);
    const int result = pack_write_file(path, zip->bytes, zip->length, 0, error);
    free(path);
    return result;
}
