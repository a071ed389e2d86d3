/* SPDX-License-Identifier: Apache-2.0 */
/* What stands at the start of a reader's memory, before the tables. */
#ifndef FARFIX_DELTA_READER_H
#define FARFIX_DELTA_READER_H

#include "delta/delta_engine.h"
#include "delta/range_decoder.h"

#include <farfix/delta.h>

struct delta_reader {
    struct delta_engine engine;
    struct range_decoder list, data;
    struct delta_walk walk; /* of prepare */
};

/* All of the memory that a reader of this profile needs. */
uint32_t delta_reader_bytes(uint32_t profile);

/* Lays the reader out for a patch. FFX_ERR_PATCH: too many steps for the
 * profile. */
int delta_reader_lay(struct delta_reader *reader,
                     const struct ffx_delta_layout *layout,
                     const struct ffx_read_at *slot);

/* Opens the control part, behind `header_bytes` of the patch. */
int delta_reader_control(struct delta_reader *reader,
                         const struct ffx_read_at *patch,
                         uint32_t header_bytes);

#endif
