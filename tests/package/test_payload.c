/* SPDX-License-Identifier: Apache-2.0 */
/* A full image behind the interface of payloads. */
#include <farfix/error.h>
#include <farfix/package.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_BYTES 1000u

static uint8_t image[IMAGE_BYTES];
static int read_error;

static int read_image(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    (void)context;
    if (read_error != 0)
        return read_error;
    memcpy(buffer, image + offset, length);
    return 0;
}

static struct ffx_delta_config config_for(uint32_t bytes, uint32_t step)
{
    const struct ffx_delta_config config = {
        .patch = {read_image, NULL, bytes},
        .target_bytes = bytes,
        .step_bytes = step,
    };
    return config;
}

static void open_image(struct ffx_payload *payload, uint32_t bytes,
                       uint32_t step)
{
    const struct ffx_delta_config config = config_for(bytes, step);
    assert_int_equal(ffx_payload_open(payload, FFX_PAYLOAD_IMAGE, &config), 0);
    assert_int_equal(ffx_payload_prepare(payload), 0);
}

static int start(void **state)
{
    (void)state;
    read_error = 0;
    for (uint32_t i = 0; i < IMAGE_BYTES; i++)
        image[i] = (uint8_t)(i * 7 + i / 256);
    return 0;
}

/* Collects all steps from where the payload stands: how many there were. */
static uint32_t collect(struct ffx_payload *payload, uint8_t *out,
                        uint32_t step_bytes)
{
    uint32_t count = 0;
    struct ffx_step step;
    uint8_t buffer[IMAGE_BYTES];
    while (ffx_payload_next(payload, buffer, &step) == 1) {
        assert_int_equal(step.offset, step.index * step_bytes);
        assert_true(step.length >= 1 && step.length <= step_bytes);
        memcpy(out + step.offset, buffer, step.length);
        count++;
    }
    assert_int_equal(ffx_payload_next(payload, buffer, &step), 0);
    return count;
}

static void steps_of_any_size_give_the_image(void **state)
{
    (void)state;
    for (uint32_t bytes = 1; bytes <= IMAGE_BYTES; bytes += 37)
        for (uint32_t step = 1; step <= IMAGE_BYTES + 100; step += 13) {
            struct ffx_payload payload;
            uint8_t out[IMAGE_BYTES] = {0};
            open_image(&payload, bytes, step);
            assert_int_equal(collect(&payload, out, step),
                             (bytes + step - 1) / step);
            assert_memory_equal(out, image, bytes);
        }
}

static void step_of_0_bytes_means_the_whole_image(void **state)
{
    (void)state;
    struct ffx_payload payload;
    uint8_t out[IMAGE_BYTES];
    open_image(&payload, IMAGE_BYTES, 0);
    assert_int_equal(collect(&payload, out, IMAGE_BYTES), 1);
    assert_memory_equal(out, image, IMAGE_BYTES);
}

/* A new reader and the checkpoint: all that is left after a reset. */
static void
checkpoint_after_any_step_goes_on_as_if_nothing_had_happened(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut <= 10; cut++) {
        struct ffx_payload before, after;
        struct ffx_checkpoint checkpoint;
        struct ffx_step step;
        uint8_t out[IMAGE_BYTES] = {0};
        open_image(&before, IMAGE_BYTES, 100);
        for (uint32_t i = 0; i < cut; i++)
            assert_int_equal(ffx_payload_next(&before, out + 100 * i, &step),
                             1);
        ffx_payload_checkpoint(&before, &checkpoint);
        open_image(&after, IMAGE_BYTES, 100);
        assert_int_equal(ffx_payload_restore(&after, &checkpoint), 0);
        assert_int_equal(collect(&after, out, 100), 10 - cut);
        assert_memory_equal(out, image, IMAGE_BYTES);
    }
}

static void checkpoint_with_any_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct ffx_payload payload;
    struct ffx_checkpoint checkpoint;
    open_image(&payload, IMAGE_BYTES, IMAGE_BYTES);
    ffx_payload_checkpoint(&payload, &checkpoint);
    for (uint32_t bit = 0; bit < 8 * FFX_CHECKPOINT_BYTES; bit++) {
        /* The lowest bit of the index turns 0 into 1: legal, the end. */
        const int legal = bit == 8 * 4;
        checkpoint.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(ffx_payload_restore(&payload, &checkpoint),
                         legal ? 0 : FFX_ERR_PATCH);
        checkpoint.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void image_of_another_length_than_the_target_is_refused(void **state)
{
    (void)state;
    struct ffx_payload payload;
    for (uint32_t bytes = 99; bytes <= 101; bytes++) {
        struct ffx_delta_config config = config_for(100, 10);
        config.patch.size = bytes;
        assert_int_equal(ffx_payload_open(&payload, FFX_PAYLOAD_IMAGE, &config),
                         0);
        assert_int_equal(ffx_payload_prepare(&payload),
                         bytes == 100 ? 0 : FFX_ERR_GEOMETRY);
    }
}

static void calls_before_prepare_are_refused(void **state)
{
    (void)state;
    struct ffx_payload payload;
    struct ffx_checkpoint checkpoint;
    struct ffx_step step;
    uint8_t buffer[10];
    const struct ffx_delta_config config = config_for(100, 10);
    assert_int_equal(ffx_payload_open(&payload, FFX_PAYLOAD_IMAGE, &config), 0);
    ffx_payload_checkpoint(&payload, &checkpoint);
    assert_int_equal(ffx_payload_next(&payload, buffer, &step), FFX_ERR_BUSY);
    assert_int_equal(ffx_payload_restore(&payload, &checkpoint), FFX_ERR_BUSY);
}

static void step_that_cannot_be_read_is_made_again(void **state)
{
    (void)state;
    struct ffx_payload payload;
    struct ffx_step step;
    uint8_t out[IMAGE_BYTES] = {0};
    open_image(&payload, IMAGE_BYTES, 300);
    read_error = FFX_ERR_IO;
    assert_int_equal(ffx_payload_next(&payload, out, &step), FFX_ERR_IO);
    read_error = 0;
    assert_int_equal(collect(&payload, out, 300), 4);
    assert_memory_equal(out, image, IMAGE_BYTES);
}

static void kind_without_a_reader_is_refused(void **state)
{
    (void)state;
    struct ffx_payload payload;
    const struct ffx_delta_config config = config_for(100, 10);
    for (int kind = 2; kind < 8; kind++)
        assert_int_equal(
            ffx_payload_open(&payload, (enum ffx_payload_kind)kind, &config),
            FFX_ERR_PATCH);
}

static void image_of_0_bytes_is_complete_at_once(void **state)
{
    (void)state;
    for (uint32_t step = 0; step < 2; step++) {
        struct ffx_payload payload;
        uint8_t out[IMAGE_BYTES];
        open_image(&payload, 0, step);
        assert_int_equal(collect(&payload, out, step), 0);
    }
}

static int read_zeros(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    (void)context;
    (void)offset;
    memset(buffer, 0, length);
    return 0;
}

static void last_step_of_4_GiB_is_the_last(void **state)
{
    (void)state;
    struct ffx_payload payload;
    struct ffx_checkpoint checkpoint;
    struct ffx_step step;
    static uint8_t buffer[65536];
    struct ffx_delta_config config = config_for(UINT32_MAX, 65536);
    config.patch.read = read_zeros;
    assert_int_equal(ffx_payload_open(&payload, FFX_PAYLOAD_IMAGE, &config), 0);
    assert_int_equal(ffx_payload_prepare(&payload), 0);
    ffx_payload_checkpoint(&payload, &checkpoint);
    checkpoint.bytes[4] = checkpoint.bytes[5] = 0xff;
    assert_int_equal(ffx_payload_restore(&payload, &checkpoint), 0);
    assert_int_equal(ffx_payload_next(&payload, buffer, &step), 1);
    assert_int_equal(step.offset, 0xffff0000u);
    assert_int_equal(step.length, 0xffff);
    assert_int_equal(ffx_payload_next(&payload, buffer, &step), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(steps_of_any_size_give_the_image, start),
        cmocka_unit_test_setup(step_of_0_bytes_means_the_whole_image, start),
        cmocka_unit_test_setup(
            checkpoint_after_any_step_goes_on_as_if_nothing_had_happened,
            start),
        cmocka_unit_test_setup(checkpoint_with_any_flipped_bit_is_refused,
                               start),
        cmocka_unit_test_setup(
            image_of_another_length_than_the_target_is_refused, start),
        cmocka_unit_test_setup(calls_before_prepare_are_refused, start),
        cmocka_unit_test_setup(step_that_cannot_be_read_is_made_again, start),
        cmocka_unit_test_setup(kind_without_a_reader_is_refused, start),
        cmocka_unit_test_setup(image_of_0_bytes_is_complete_at_once, start),
        cmocka_unit_test_setup(last_step_of_4_GiB_is_the_last, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
