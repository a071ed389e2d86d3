/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maker's side of packages: keys, release directories, update.zip,
 * side-files and next documents. Formats: docs/package-format.md.
 *
 * Every function that can fail fills a `struct pack_error` with one line for
 * a person: what is wrong with which file, and what to do.
 */
#ifndef FARFIX_PACK_H
#define FARFIX_PACK_H

#include <farfix/error.h>
#include <farfix/package.h>

#include <stddef.h>

struct pack_error {
    int code;       /* FFX_ERR_* */
    int missing;    /* a file or directory named by the caller is not there */
    char text[400]; /* one line */
};

/* A growing byte buffer; free with pack_buffer_free. */
struct pack_buffer {
    uint8_t *bytes;
    size_t length, capacity;
};
void pack_buffer_free(struct pack_buffer *buffer);
int pack_read_file(const char *path, struct pack_buffer *out,
                   struct pack_error *error);
/* To a temporary name beside it, synced, then renamed: whole or not at all. */
int pack_write_file(const char *path, const void *bytes, size_t length,
                    int secret, struct pack_error *error);

/* --- keys ---------------------------------------------------------------- */

struct pack_key; /* a private key, with its certificate if it is delegated */

/* NAME.key and NAME.pub as PEM. With `signed_by`, also NAME.cert and
 * NAME.cert.sig for `model` up to `max_sequence`. Refuses to overwrite. */
int pack_key_make(const char *name, const char *signed_by, const char *model,
                  uint32_t max_sequence, struct pack_error *error);
/* NAME.key; NAME.cert and NAME.cert.sig are found beside it. */
int pack_key_load(const char *path, struct pack_key **key,
                  struct pack_error *error);
void pack_key_free(struct pack_key *key);
int pack_public_key_load(const char *path, struct ffx_public_key *key,
                         struct pack_error *error);

/* --- releases ------------------------------------------------------------ */

struct pack_component {
    char name[FFX_COMPONENT_MAX + 1];
    char file[64];
    uint32_t slot_size, sector, step, ram; /* release.ini */
    struct pack_buffer image;
    uint8_t sha256[FFX_SHA256_BYTES];
};

struct pack_release {
    char model[FFX_MODEL_MAX + 1];
    char version[FFX_VERSION_MAX + 1];
    uint32_t sequence;
    uint32_t component_count;
    struct pack_component components[FFX_COMPONENTS];
    /* After `release sign`; empty before. */
    struct pack_buffer text, signature;
};

/* Reads release.ini, the images, and release and release.sig when they are
 * there. A `release` that does not fit the images is an error. */
int pack_release_load(const char *directory, struct pack_release *release,
                      struct pack_error *error);
void pack_release_free(struct pack_release *release);
int pack_release_sign(const char *directory, const char *key_path,
                      struct pack_error *error);

/* --- packages ------------------------------------------------------------ */

struct pack_options {
    int full; /* full images only */
};

/* Builds update.zip from A to B. Same input, same bytes. */
int pack_build(const struct pack_release *from, const struct pack_release *to,
               const struct pack_key *key, const struct pack_options *options,
               struct pack_buffer *out, struct pack_error *error);

/* A signed offer: a next document, or the side-file of a vendor package. */
int pack_offer(const struct ffx_offer *offer, const struct pack_key *key,
               struct pack_buffer *out, struct pack_error *error);

#endif
