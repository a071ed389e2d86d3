/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patch applied as a device does it, by the device's own reader: the proof
 * of every delta that leaves the maker, and `farfix delta apply`.
 */
#ifndef FARFIX_PACK_APPLY_H
#define FARFIX_PACK_APPLY_H

#include "pack/pack.h"

/* What the device has and the patch must want. */
struct apply_device {
    uint32_t step_bytes; /* 0: not in place */
    uint32_t ram;        /* bytes for the reader beside its struct */
};

/* Makes `out` of `old_image`. In place this happens in a slot whose steps are
 * really erased and overwritten, one by one. `progress`, which may be null,
 * hears percents. 0; FFX_ERR_SPACE: out of memory; the errors of
 * ffx_delta_open, _prepare and _next. `out` is empty after an error. */
int apply_patch(const struct pack_buffer *old_image,
                const struct pack_buffer *patch,
                const struct apply_device *device, struct pack_buffer *out,
                void (*progress)(unsigned percent));

#endif
