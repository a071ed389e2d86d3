/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_reader.h"
#include "base/bytes.h"
#include "delta/delta_profile.h"

#include <farfix/error.h>

uint32_t delta_reader_bytes(uint32_t profile)
{
    return (uint32_t)sizeof(struct delta_reader) + delta_profile_bytes(profile);
}

int delta_reader_lay(struct delta_reader *reader,
                     const struct ffx_delta_layout *layout,
                     const struct ffx_read_at *slot)
{
    struct delta_engine *const engine = &reader->engine;
    const int error = delta_profile_lay(engine, layout->profile,
                                        delta_layout_steps(layout), reader + 1);
    if (error != 0)
        return error;
    delta_order_open(&engine->order, layout, engine->order.ranks);
    memset(&engine->space, 0, sizeof engine->space);
    engine->space.phase = layout->phase;
    engine->space.source_bytes = layout->source_bytes;
    memset(&engine->lessons, 0, sizeof engine->lessons);
    engine->control.truth = NULL;
    engine->foresee = NULL;
    engine->trace = NULL;
    engine->model.bits = &reader->data.bits;
    engine->model.phase = layout->phase;
    delta_view_open(&engine->view, slot);
    return 0;
}

int delta_reader_control(struct delta_reader *reader,
                         const struct ffx_read_at *patch, uint32_t header_bytes)
{
    range_decoder_open(&reader->list, patch, header_bytes);
    const int error = delta_engine_open(&reader->engine, &reader->list.bits);
    reader->engine.model.arch = reader->engine.space.arch;
    return error;
}
