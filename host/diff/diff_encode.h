/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as the bytes of a patch. */
#ifndef FARFIX_DIFF_ENCODE_H
#define FARFIX_DIFF_ENCODE_H

#include "diff/diff_plan.h"

/* `layout` is complete, CRCs included. *bytes is from malloc. 0, or -1 when
 * memory ran out. */
int diff_encode(const struct ffx_delta_layout *layout,
                const struct diff_plan *plan, const uint8_t *new_image,
                uint8_t **bytes, size_t *length);

#endif
