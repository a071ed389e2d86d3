/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control part alone. Input: sizes, then its bytes. Facts and order are in
 * range when they are taken, copies fill the target exactly, and each costs a
 * bounded number of bits.
 */
#include "base/bytes.h"
#include "delta/delta_control.h"
#include "delta/range_decoder.h"

#include <stdlib.h>

#define RANKS 256u
/* Four numbers of 2 * NUMBER_BITS bits at most, and the recent diagonals. */
#define COPY_BITS (8u * NUMBER_BITS + 8u)

struct counter {
    struct delta_bits bits;
    struct range_decoder decoder;
    uint64_t count;
};

static unsigned count_bit(struct delta_bits *bits, uint32_t p1, unsigned bit)
{
    struct counter *const counter = (struct counter *)bits;
    if (p1 == 0 || p1 >= 65536)
        abort();
    counter->count++;
    return delta_bits_code(&counter->decoder.bits, p1, bit);
}

static int memory_read(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

static void check_order(const struct delta_order *order)
{
    uint8_t seen[RANKS] = {0};
    for (uint32_t i = 0; order->ranks != NULL && i < order->steps; i++)
        if (order->ranks[i] >= order->steps || seen[order->ranks[i]]++)
            abort();
}

static void read_copies(struct delta_control *control, uint32_t target_bytes,
                        const struct counter *counter)
{
    struct delta_copy copy;
    uint64_t made = 0, copies = 0;
    const uint64_t before = counter->count;
    int result;
    while ((result = delta_control_next(control, &copy)) == 0) {
        if (copy.gap + (uint64_t)copy.length == 0)
            abort();
        made += copy.gap + (uint64_t)copy.length;
        copies++;
    }
    if (made > target_bytes || (result == 1 && made != target_bytes) ||
        counter->count - before > (copies + 1) * COPY_BITS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint16_t ranks[RANKS];
    struct delta_control control = {.truth = NULL};
    struct delta_space space = {.source_bytes = 5000};
    struct delta_order order;
    struct counter counter = {.bits.code = count_bit};
    if (size < 4 || size > 4096)
        return 0;
    const struct ffx_delta_layout layout = {
        .source_bytes = 5000,
        .target_bytes = 1u + bytes_get16(data),
        .step_bytes = data[2] * 256u,
    };
    uint8_t bytes[4096];
    memcpy(bytes, data, size);
    const struct ffx_read_at from = {memory_read, bytes, (uint32_t)size};
    delta_order_open(&order, &layout, ranks);
    range_decoder_open(&counter.decoder, &from, 3);
    if (order.steps <= RANKS &&
        delta_control_open(&control, &counter.bits, &space, &order) == 0) {
        if (space.arch > DELTA_ARCH_ARM || space.segment_count > SEGMENTS_MAX)
            abort();
        check_order(&order);
        read_copies(&control, layout.target_bytes, &counter);
    }
    return 0;
}
