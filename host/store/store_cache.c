/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_cache.h"
#include "base/bytes.h"
#include "base/text.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The caller may not even have named it: it is not "missing". */
static int fail_here(struct pack_error *error, const char *verb,
                     const char *directory)
{
    fail_system(error, verb, directory);
    error->missing = 0;
    return error->code;
}

int store_cache_open(struct store_cache *cache, const char *directory,
                     const struct pack_key *key, struct pack_error *error)
{
    memset(cache, 0, sizeof *cache);
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return fail_here(error, "make", directory);
    if (access(directory, W_OK | X_OK) != 0)
        return fail_here(error, "write to", directory);
    cache->directory = strdup(directory);
    if (cache->directory == NULL)
        return fail_here(error, "use", directory);
    digest_signer(cache, key);
    return 0;
}

void store_cache_close(struct store_cache *cache)
{
    free(cache->directory);
    free(cache->known);
    memset(cache, 0, sizeof *cache);
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
