/* SPDX-License-Identifier: Apache-2.0 */
/* What travels for one component: a delta, or the full image where that is
 * smaller. Room-internal. */
#ifndef FARFIX_PACK_PAYLOADS_H
#define FARFIX_PACK_PAYLOADS_H

#include "pack/pack.h"

struct payload {
    enum ffx_payload_kind kind;
    struct pack_buffer bytes; /* of a delta; empty for an image */
    uint32_t ram;             /* what its reader needs; 0 for an image */
    const struct pack_component *from, *to;
};

/* Fills `payload`. A delta was applied by the device's own reader, in a slot
 * whose steps were really overwritten, and gave the image of `to`. `full`: an
 * image in any case. FFX_ERR_SPACE: out of memory; FFX_ERR_PATCH: maker and
 * reader disagree. Free it with payload_free in either case. */
int payload_make(struct payload *payload, const struct pack_component *from,
                 const struct pack_component *to, int full,
                 struct pack_error *error);
void payload_free(struct payload *payload);

/* The bytes that stand in update.zip. */
const struct pack_buffer *payload_bytes(const struct payload *payload);

#endif
