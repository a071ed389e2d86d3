/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patch reader on mutated patches. Input: a patch whose sizes and CRC are
 * set right here, so that the fuzzer gets past them to the plan. The slot is
 * really rewritten, and knows what may not be read.
 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_layout.h"
#include "delta/delta_model.h"
#include "slot_map.h"

#include <farfix/error.h>

#include <stdlib.h>

#define SOURCE 700u
#define TARGET 900u
#define STEP 256u
#define SLOT 1024u
#define PATCH_MAX 4096u

static int memory_read(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

static void mend(uint8_t *patch, uint32_t length, uint32_t source_crc32)
{
    const struct ffx_delta_layout layout = {
        .source_bytes = SOURCE,
        .target_bytes = TARGET,
        .step_bytes = patch[4] & 1 ? STEP : 0,
        .descending = (patch[4] & 3) == 3,
        .context_bits = patch[5] % (DELTA_CONTEXT_BITS_MAX + 1),
        .source_crc32 = source_crc32};
    delta_layout_put(&layout, patch);
    uint32_t crc32 = crc32_add(0, patch, DELTA_HEADER_CRC);
    crc32 = crc32_add(crc32, patch + DELTA_HEADER_BYTES,
                      length - DELTA_HEADER_BYTES);
    bytes_put32(patch + DELTA_HEADER_CRC, crc32);
}

static void apply(struct ffx_delta *delta, struct slot_map *slot, int in_place)
{
    static uint8_t buffer[TARGET];
    struct ffx_step step;
    struct ffx_checkpoint checkpoint;
    int result;
    while ((result = ffx_delta_prepare(delta)) == 1)
        continue;
    while (result == 0 && ffx_delta_next(delta, buffer, &step) == 1) {
        if (step.length > sizeof buffer || step.offset > TARGET - step.length)
            abort();
        if (in_place)
            slot_map_write(slot, &step, STEP, buffer);
        ffx_delta_checkpoint(delta, &checkpoint);
        if (ffx_delta_restore(delta, &checkpoint) != 0)
            abort();
    }
    if (slot->mistakes != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint32_t memory[DELTA_NUMBERS + 8192];
    static struct slot_map slot;
    uint8_t patch[PATCH_MAX];
    struct ffx_delta delta;
    if (size < DELTA_HEADER_BYTES || size > PATCH_MAX)
        return 0;
    memcpy(patch, data, size);
    slot_map_fill(&slot, SLOT, SOURCE);
    mend(patch, (uint32_t)size, crc32_add(0, slot.bytes, SOURCE));
    const int in_place = patch[4] & 1;
    if (!in_place)
        slot.size = SOURCE;
    const struct ffx_delta_config config = {
        .patch = {memory_read, patch, (uint32_t)size},
        .slot = slot_map_port(&slot),
        .source_bytes = SOURCE,
        .target_bytes = TARGET,
        .step_bytes = in_place ? STEP : 0,
        .memory = memory,
        .memory_bytes = sizeof memory};
    if (ffx_delta_open(&delta, &config) == 0)
        apply(&delta, &slot, in_place);
    return 0;
}
