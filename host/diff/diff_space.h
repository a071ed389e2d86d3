/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of image it is (diff_guess.h), as the patch says it. */
#ifndef FARFIX_DIFF_SPACE_H
#define FARFIX_DIFF_SPACE_H

#include "delta/delta_predict.h"
#include "diff/diff.h"

#define DIFF_SPACES 6u

/* Fills at most DIFF_SPACES candidates, likely ones first; the last one is
 * always plain data. Returns how many; 0: out of memory. */
size_t diff_spaces(const uint8_t *old_image, uint32_t old_bytes,
                   const uint8_t *new_image, uint32_t new_bytes,
                   const struct diff_options *options,
                   struct delta_space *spaces);

#endif
