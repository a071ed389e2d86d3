/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest of the room asks of a release. Room-internal. */
#ifndef FARFIX_PACK_RELEASE_H
#define FARFIX_PACK_RELEASE_H

#include "pack/pack.h"

/* Null when the release has no component of that name. */
const struct pack_component *
release_component(const struct pack_release *release, const char *name);

/* The canonical `release` text of these images, unsigned. */
void release_text(const struct pack_release *release, struct pack_buffer *out);

#endif
