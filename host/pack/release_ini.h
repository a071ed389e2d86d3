/* SPDX-License-Identifier: Apache-2.0 */
/* release.ini to struct pack_release, without the images. Room-internal. */
#ifndef FARFIX_PACK_RELEASE_INI_H
#define FARFIX_PACK_RELEASE_INI_H

#include "pack/pack.h"

/* Reads `path` into a zeroed release. FFX_ERR_IO or FFX_ERR_MANIFEST. */
int release_ini_read(const char *path, struct pack_release *release,
                     struct pack_error *error);

/* The same from `length` bytes of text, which end in a NUL behind that and are
 * changed; `path` is for messages. FFX_ERR_MANIFEST. */
int release_ini_parse(const char *path, char *text, size_t length,
                      struct pack_release *release, struct pack_error *error);

#endif
