/* SPDX-License-Identifier: Apache-2.0 */
/* Single symbols of the control part that no honest maker writes. */
#include "delta/delta_control.h"
#include "delta/range_decoder.h"
#include "diff/range_encoder.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TARGET_BYTES 100u

static int read_memory(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

static void open_control(struct delta_control *control, struct delta_bits *bits,
                         const struct delta_copy *copy)
{
    struct delta_space space = {.arch = DELTA_ARCH_DATA};
    struct delta_order order = {.target_bytes = TARGET_BYTES, .steps = 1};
    control->truth = copy;
    assert_int_equal(delta_control_open(control, bits, &space, &order), 0);
}

/* What the reader says of a list that begins with `copy`. */
static int read_first(const struct delta_copy *copy, struct delta_copy *found)
{
    struct delta_control control;
    struct range_encoder encoder;
    struct range_decoder decoder;
    range_encoder_open(&encoder, NULL, 0);
    open_control(&control, &encoder.bits, copy);
    delta_control_next(&control, found);
    assert_int_equal(range_encoder_finish(&encoder, 0), 0);
    const struct ffx_read_at port = {read_memory, encoder.bytes,
                                     (uint32_t)encoder.length};
    range_decoder_open(&decoder, &port, 0);
    open_control(&control, &decoder.bits, NULL);
    const int result = delta_control_next(&control, found);
    free(encoder.bytes);
    return result;
}

static void expect(uint32_t gap, uint32_t length, uint32_t diagonal, int result)
{
    const struct delta_copy copy = {gap, length, diagonal};
    struct delta_copy found;
    if (read_first(&copy, &found) != result)
        fail_msg("gap %u, length %u, diagonal %u", gap, length, diagonal);
    if (result != 0)
        return;
    assert_int_equal(found.gap, gap);
    assert_int_equal(found.length, length);
    assert_int_equal(found.diagonal, diagonal);
}

/* Reliability row A24: no more output than the header says. */
static void a_gap_longer_than_the_target_is_refused(void **state)
{
    (void)state;
    expect(TARGET_BYTES - 1, 1, 7, 0);
    expect(TARGET_BYTES + 1, 1, 0, FFX_ERR_PATCH);
    expect((1u << 28) - 1, 1, 0, FFX_ERR_PATCH);
}

static void a_copy_longer_than_the_target_is_refused(void **state)
{
    (void)state;
    expect(0, TARGET_BYTES, 7, 0);
    expect(0, TARGET_BYTES + 1, 0, FFX_ERR_PATCH);
    expect(1, TARGET_BYTES, 0, FFX_ERR_PATCH);
    expect(0, 1u << 28, 0, FFX_ERR_PATCH);
}

/* Row A24: every copy makes at least one byte, so the list ends. */
static void a_copy_of_nothing_cannot_be_written(void **state)
{
    (void)state;
    struct delta_copy found;
    const struct delta_copy least = {0, 1, 0};
    assert_int_equal(read_first(&least, &found), 0);
    assert_int_equal(found.length, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_longer_than_the_target_is_refused),
        cmocka_unit_test(a_copy_longer_than_the_target_is_refused),
        cmocka_unit_test(a_copy_of_nothing_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
