/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages on disk: DIR/NAME.zip, NAME being made of digests of all that a
 * package depends on: both releases and the key. A file is written whole or
 * not at all and never changed. Others may write to the directory as well, and
 * disks forget: what this process did not write it reads like a device before
 * it sends or signs a word about it (store_make.c).
 *
 * Together the files take at most `limit` bytes: what was not asked for
 * longest goes first. A package that went is built again, to the same bytes.
 */
#ifndef FARFIX_STORE_CACHE_H
#define FARFIX_STORE_CACHE_H

#include "store/store_catalog.h"

/* NAME: hex of 16 bytes of A's digest, 16 of B's, 8 of the signer's. */
struct store_cache_name {
    char hex[2 * (16 + 1 + 16 + 1 + 8) + 1];
};

/* One package: what is known of it, whether or not its file is still there. */
struct store_cached {
    struct store_cache_name name;
    uint32_t size;                    /* on disk; of the package when checked */
    uint8_t sha256[FFX_SHA256_BYTES]; /* when checked */
    uint64_t used;                    /* rises with each use */
    /* Built or read like a device by this process. With size 0: there is
     * nothing to do from A to B. */
    unsigned checked : 1;
    unsigned on_disk : 1;
    unsigned touch : 1; /* used since store_cache_used */
};

/* Not thread safe: `facts` of the store guards it. Only load and store touch
 * nothing but files. */
struct store_cache {
    char *directory;
    uint8_t signer[FFX_SHA256_BYTES]; /* digest of key and certificate */
    struct store_cached *entries;     /* by name */
    size_t count;
    uint64_t bytes, limit; /* of all files together; UINT64_MAX: no limit */
    uint64_t clock;        /* of uses */
};

/* Makes the directory when it is not there (its parent must be), looks what it
 * holds and sweeps out what killed writers left. FFX_ERR_IO: it cannot be made
 * or written to. */
int store_cache_open(struct store_cache *cache, const char *directory,
                     uint64_t limit, const struct pack_key *key,
                     struct pack_error *error);
void store_cache_close(struct store_cache *cache);

void store_cache_name(const struct store_cache *cache,
                      const struct store_release *from,
                      const struct store_release *to,
                      struct store_cache_name *name);

/* Null when nothing is known. Valid until the cache changes. */
const struct store_cached *
store_cache_find(const struct store_cache *cache,
                 const struct store_cache_name *name);

/* The package of this name has these facts, and its file is there; or, with
 * size 0, it is known that there is none. Files above the limit go. */
void store_cache_learn(struct store_cache *cache,
                       const struct store_cache_name *name, uint32_t size,
                       const uint8_t sha256[FFX_SHA256_BYTES]);
/* It was asked for: it goes late. */
void store_cache_use(struct store_cache *cache,
                     const struct store_cache_name *name);
/* The names of the files that were used since the last call; free them. Who
 * calls it now and then, and touches each, tells the next process what to keep
 * longest. */
size_t store_cache_used(struct store_cache *cache,
                        struct store_cache_name **names);
/* Removes files until all that are left take at most `bytes`. */
void store_cache_shrink(struct store_cache *cache, uint64_t bytes);

/* --- files: no lock needed ----------------------------------------------- */

/* Says in the file's time that it was used now. */
void store_cache_touch(const struct store_cache *cache,
                       const struct store_cache_name *name);
/* The file as it is, checked by nobody. FFX_ERR_IO. */
int store_cache_load(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct pack_buffer *zip, struct pack_error *error);
int store_cache_save(const struct store_cache *cache,
                     const struct store_cache_name *name,
                     const struct pack_buffer *zip, struct pack_error *error);

#endif
