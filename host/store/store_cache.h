/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages that were built once: DIR/NAME.zip, NAME being made of digests of
 * all that a package depends on: both releases and the key. A file is written
 * whole or not at all and never changed: who asks again gets the same bytes,
 * also from the next process. Others may write to the directory as well, and
 * disks forget: what this process did not write it reads like a device before
 * it sends or signs a word about it (store_build.c).
 */
#ifndef FARFIX_STORE_CACHE_H
#define FARFIX_STORE_CACHE_H

#include "store/store_catalog.h"

#include <time.h>

/* NAME: hex of 16 bytes of A's digest, 16 of B's, 8 of the signer's. */
struct store_cache_name {
    char hex[2 * (16 + 1 + 16 + 1 + 8) + 1];
};

struct store_cached {
    struct store_cache_name name;
    uint32_t size;
    uint8_t sha256[FFX_SHA256_BYTES];
    /* Of the file when it was looked at: another one has others. */
    uint64_t inode;
    struct timespec changed;
};

struct store_cache {
    char *directory;
    uint8_t signer[FFX_SHA256_BYTES]; /* digest of key and certificate */
    struct store_cached *known;       /* digests of files already looked at */
    size_t count;
};

/* Makes the directory when it is not there (its parent must be). FFX_ERR_IO:
 * it cannot be made or written to. Uses crypto. */
int store_cache_open(struct store_cache *cache, const char *directory,
                     const struct pack_key *key, struct pack_error *error);
void store_cache_close(struct store_cache *cache);

void store_cache_name(const struct store_cache *cache,
                      const struct store_release *from,
                      const struct store_release *to,
                      struct store_cache_name *name);

/* What this process has learnt already, or null. */
const struct store_cached *
store_cache_known(const struct store_cache *cache,
                  const struct store_cache_name *name);
/* In place of what was known by this name. */
void store_cache_learn(struct store_cache *cache,
                       const struct store_cached *cached);

/* 1 when the file is still there, and the same. */
int store_cache_has(const struct store_cache *cache,
                    const struct store_cached *cached);

/* The file as it is, checked by nobody. FFX_ERR_IO. */
int store_cache_load(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct pack_buffer *zip, struct pack_error *error);
int store_cache_save(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     const struct pack_buffer *zip, struct pack_error *error);
/* Fills `cached` for a file that holds `zip`. Uses crypto. */
void store_cache_describe(const struct store_cache *cache,
                          const struct store_cache_name *name,
                          const struct pack_buffer *zip,
                          struct store_cached *cached);

/* Path of a file, from malloc. */
char *store_cache_path(const struct store_cache *cache,
                       const struct store_cache_name *name);

#endif
