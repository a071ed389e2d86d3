/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole reader. Input: profile, phase, three sizes, the source, and a
 * patch without its header, which is put right here so that the fuzzer gets
 * past it. The slot is really rewritten, and knows what may not be read.
 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "delta/delta_layout.h"
#include "delta_bench.h"

#include <farfix/error.h>

#include <stdlib.h>

#define FACTS 8u
#define IMAGE_MAX 2048u
#define PATCH_MAX 4096u

static void require(int condition)
{
    if (!condition)
        abort();
}

static void resume(struct delta_bench *bench)
{
    struct ffx_checkpoint checkpoint;
    ffx_delta_checkpoint(&bench->delta, &checkpoint);
    require(ffx_delta_restore(&bench->delta, &checkpoint) == 0);
}

/* For each byte one copy of at most one byte, each a read of patch and slot;
 * and the control part once more for each step. */
static void apply(struct delta_bench *bench, uint32_t target_bytes,
                  uint32_t patch_bytes)
{
    uint32_t made = 0, steps = 0;
    const int result = delta_bench_prepare(bench);
    require(bench->calls <= 4 + target_bytes / 64);
    while (result == 0 && delta_bench_step(bench) == 1) {
        require(bench->step.offset <= target_bytes - bench->step.length);
        made += bench->step.length;
        steps++;
        resume(bench);
    }
    require(made <= target_bytes && bench->map.mistakes == 0);
    require(bench->slot.reads <= 16 + target_bytes);
    require(bench->patch.reads <= 16 + (steps + 2) * (2 + patch_bytes / 32));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t patch[DELTA_HEADER_MAX + PATCH_MAX];
    struct delta_bench bench;
    if (size < FACTS)
        return 0;
    struct ffx_delta_layout layout = {
        .profile = data[0] & 1,
        .phase = data[1] & 3,
        .source_bytes = bytes_get16(data + 2) % (IMAGE_MAX + 1),
        .target_bytes = bytes_get16(data + 4) % IMAGE_MAX + 1,
        .step_bytes = bytes_get16(data + 6),
        .target_crc32 = data[0],
    };
    const size_t start = FACTS + layout.source_bytes;
    if (size < start || size - start > PATCH_MAX ||
        delta_layout_steps(&layout) > DELTA_STEPS_MAX)
        return 0;
    layout.source_crc32 = crc32_add(0, data + FACTS, layout.source_bytes);
    const uint32_t header = delta_layout_put(&layout, patch);
    const uint32_t length = (uint32_t)(size - start);
    memcpy(patch + header, data + start, length);
    delta_bench_open(&bench, patch, header + length, data + FACTS,
                     layout.source_bytes, layout.target_bytes,
                     layout.step_bytes);
    apply(&bench, layout.target_bytes, length);
    delta_bench_close(&bench);
    return 0;
}
