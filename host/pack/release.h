/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of the room asks of a release. Room-internal. */
#ifndef FARFIX_PACK_RELEASE_H
#define FARFIX_PACK_RELEASE_H

#include "pack/pack.h"

/* Null when the release has no component of that name. */
const struct pack_component *
release_component(const struct pack_release *release, const char *name);

#define RELEASE_PATH 4096u

/* DIRECTORY/FILE. FFX_ERR_BUFFER. */
int release_path(char path[RELEASE_PATH], const char *directory,
                 const char *file, struct pack_error *error);

/* release.ini and the images: everything but what was signed. Empty after an
 * error. */
int release_load_unsigned(const char *directory, struct pack_release *release,
                          struct pack_error *error);

/* ... and DIRECTORY/release, which must be about these images: text and keys.
 * FFX_ERR_IO with `missing`: it is not there. */
int release_load_text(const char *directory, struct pack_release *release,
                      struct pack_error *error);

/* The canonical `release` text of these images and keys, unsigned. */
void release_text(const struct pack_release *release, struct pack_buffer *out);

#endif
