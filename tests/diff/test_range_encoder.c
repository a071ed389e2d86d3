/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_model.h"
#include "delta/range_decoder.h"
#include "delta/range_model.h"
#include "diff/range_encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int memory_read(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

struct wire {
    struct range_encoder encoder;
    struct ffx_read_at from;
    uint8_t buffer[256];
    struct ffx_range_decoder decoder;
    uint16_t slots[DELTA_NUMBER_SLOTS];
};

static void wire_write(struct wire *wire)
{
    range_encoder_open(&wire->encoder, 0);
    range_model_reset(wire->slots, DELTA_NUMBER_SLOTS);
}

static void wire_finish(struct wire *wire)
{
    assert_int_equal(range_encoder_finish(&wire->encoder, 0), 0);
    wire->from = (struct ffx_read_at){memory_read, wire->encoder.bytes,
                                      (uint32_t)wire->encoder.length};
}

/* `chunk` bytes at a time. */
static void wire_read(struct wire *wire, uint32_t chunk)
{
    range_model_reset(wire->slots, DELTA_NUMBER_SLOTS);
    range_decoder_open(&wire->decoder, &wire->from, 0, wire->buffer, chunk);
}

static void wire_close(struct wire *wire)
{
    free(wire->encoder.bytes);
}

static const uint32_t chunks[] = {1, 3, 7, 256};

static void numbers_of_every_size_come_back(void **state)
{
    struct wire wire;
    (void)state;
    wire_write(&wire);
    for (uint32_t bits = 0; bits < 32; bits++)
        for (uint32_t near = 0; near < 5; near++)
            range_encoder_number(&wire.encoder, wire.slots,
                                 (1u << bits) - 1 + near);
    range_encoder_number(&wire.encoder, wire.slots, UINT32_MAX - 1);
    wire_finish(&wire);
    for (size_t c = 0; c < 4; c++) {
        wire_read(&wire, chunks[c]);
        for (uint32_t bits = 0; bits < 32; bits++)
            for (uint32_t near = 0; near < 5; near++)
                assert_int_equal(
                    range_decoder_number(&wire.decoder, wire.slots),
                    (1u << bits) - 1 + near);
        assert_int_equal(range_decoder_number(&wire.decoder, wire.slots),
                         UINT32_MAX - 1);
    }
    wire_close(&wire);
}

/* Long runs of the unlikely side make long carries. */
static unsigned bit_of(uint32_t i)
{
    return i % 1000 < 900 ? i * 2654435761u >> 31 : 1;
}

static void modelled_and_raw_bits_come_back_in_any_mixture(void **state)
{
    struct wire wire;
    (void)state;
    wire_write(&wire);
    for (uint32_t i = 0; i < 50000; i++) {
        range_encoder_bit(&wire.encoder, &wire.slots[i % 3], bit_of(i));
        range_encoder_raw(&wire.encoder, i & 0x1f, 5);
        range_encoder_tree(&wire.encoder, wire.slots + 8, i & 7, 3);
    }
    wire_finish(&wire);
    for (size_t c = 0; c < 4; c++) {
        wire_read(&wire, chunks[c]);
        for (uint32_t i = 0; i < 50000; i++) {
            assert_int_equal(
                range_decoder_bit(&wire.decoder, &wire.slots[i % 3]),
                bit_of(i));
            assert_int_equal(range_decoder_raw(&wire.decoder, 5), i & 0x1f);
            assert_int_equal(
                range_decoder_tree(&wire.decoder, wire.slots + 8, 3), i & 7);
        }
    }
    wire_close(&wire);
}

static void carries_run_through_a_row_of_ff_bytes(void **state)
{
    struct wire wire;
    (void)state;
    for (unsigned last = 0; last < 2; last++) {
        wire_write(&wire);
        for (uint32_t i = 0; i < 4000; i++)
            range_encoder_raw(&wire.encoder, 1, 1);
        for (uint32_t i = 0; i < 100; i++)
            range_encoder_bit(&wire.encoder, wire.slots, last);
        wire_finish(&wire);
        wire_read(&wire, 1);
        for (uint32_t i = 0; i < 4000; i++)
            assert_int_equal(range_decoder_raw(&wire.decoder, 1), 1);
        for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(range_decoder_bit(&wire.decoder, wire.slots),
                             last);
        wire_close(&wire);
    }
}

static void what_is_certain_costs_next_to_nothing(void **state)
{
    struct wire wire;
    (void)state;
    wire_write(&wire);
    for (uint32_t i = 0; i < 80000; i++)
        range_encoder_bit(&wire.encoder, wire.slots, 0);
    assert_int_equal(range_encoder_finish(&wire.encoder, 0), 0);
    assert_true(wire.encoder.length < 100);
    wire_close(&wire);
}

static void a_slot_never_rules_a_value_out(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 2; bit++)
        for (uint32_t slot = 16; slot <= UINT16_MAX; slot++) {
            const uint16_t after = range_model_learn((uint16_t)slot, bit);
            assert_in_range(after >> 4, 1, 4095);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_size_come_back),
        cmocka_unit_test(modelled_and_raw_bits_come_back_in_any_mixture),
        cmocka_unit_test(carries_run_through_a_row_of_ff_bytes),
        cmocka_unit_test(what_is_certain_costs_next_to_nothing),
        cmocka_unit_test(a_slot_never_rules_a_value_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
