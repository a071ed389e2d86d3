/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a directory of releases holds: signed release directories, and vendor
 * packages (NAME.zip beside NAME.zip.info). Names that begin with a dot are
 * not looked at. What is broken is left out; the catalog says what and why.
 * Two releases of one model and version that are not the same are both left
 * out: nobody could know which of them a device runs. So is a release whose
 * signature no chain of keys joins to this package key.
 */
#ifndef FARFIX_STORE_CATALOG_H
#define FARFIX_STORE_CATALOG_H

#include "pack/pack.h"

struct store_release {
    char *path; /* of its directory */
    char model[FFX_MODEL_MAX + 1];
    char version[FFX_VERSION_MAX + 1];
    uint32_t sequence;
    uint32_t component_count;
    char components[FFX_COMPONENTS][FFX_COMPONENT_MAX + 1];
    uint64_t image_bytes; /* of all components */
    /* Of everything that a package depends on: signed text and signature,
     * which cover the images, and the geometry of release.ini. */
    uint8_t digest[FFX_SHA256_BYTES];
    struct pack_trust trust; /* who signed it, whom a device with it trusts */
    int goes;                /* private: it is left out once all is read */
};

struct store_vendor {
    char *path; /* of the opaque file */
    struct ffx_offer offer;
};

/* An entry of the directory that is not served. */
struct store_left_out {
    char *path;
    char *why; /* one line */
};

struct store_catalog {
    struct pack_keys certifiers; /* the release keys behind the package key */
    struct store_release *releases; /* by model, sequence, version */
    size_t release_count;
    struct store_vendor *vendors; /* by model */
    size_t vendor_count;
    struct store_left_out *left_out;
    size_t left_out_count;
};

/* Reads everything; side-files must be vouched for by `key`'s maker. `before`
 * is an earlier catalog, whose signatures need no second look, or null.
 * FFX_ERR_IO when the directory itself cannot be read. Close it in either
 * case. */
int store_catalog_read(struct store_catalog *catalog,
                       const struct store_catalog *before,
                       const char *directory, const struct pack_key *key,
                       struct pack_error *error);
void store_catalog_close(struct store_catalog *catalog);

/* Null when there is none. */
const struct store_release *
store_catalog_release(const struct store_catalog *catalog, const char *model,
                      const char *version);
const struct store_vendor *
store_catalog_vendor(const struct store_catalog *catalog, const char *model,
                     const char *from, const char *to);
int store_catalog_has_model(const struct store_catalog *catalog,
                            const char *model);

/* May there be a package between two releases of one model? */
enum store_way {
    STORE_WAY,
    STORE_WAY_DOWN, /* the second is not newer */
    STORE_WAY_FAR,  /* more than FFX_SEQUENCE_STEP ahead */
    STORE_WAY_KEYS, /* devices with the first do not know the second's key: go
                       by a release between */
    STORE_WAY_CERT  /* nor the key of the certificate: delegate anew */
};
enum store_way store_catalog_way(const struct store_catalog *catalog,
                                 const struct store_release *from,
                                 const struct store_release *to);

/* 1: there is such a release, or a vendor's package that leads to it. */
int store_catalog_leads_to(const struct store_catalog *catalog,
                           const char *model, const char *version);

/* The file, if size and digest are those of its offer. FFX_ERR_DIGEST. */
int store_catalog_read_vendor(const struct store_vendor *vendor,
                              struct pack_buffer *file,
                              struct pack_error *error);

void store_catalog_digest(const struct pack_release *release,
                          uint8_t digest[FFX_SHA256_BYTES]);

/* Names, sizes, times and inodes of all that a catalog is read from: as long
 * as this text stays the same, so does the catalog. */
int store_catalog_fingerprint(const char *directory, struct pack_buffer *out,
                              struct pack_error *error);

#endif
