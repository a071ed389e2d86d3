/* SPDX-License-Identifier: Apache-2.0 */
/* What the encoder wrote is what the decoder reads: bits of any probability,
 * carries, ends. */
#include "delta/delta_slot.h"
#include "delta/range_decoder.h"
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
    struct range_decoder decoder;
    size_t header_bytes;
};

static const uint8_t header[5] = {1, 2, 3, 0, 0};

static void wire_write(struct wire *wire, size_t header_bytes)
{
    wire->header_bytes = header_bytes;
    range_encoder_open(&wire->encoder, header, header_bytes);
}

static void wire_read(struct wire *wire)
{
    assert_int_equal(range_encoder_finish(&wire->encoder, wire->header_bytes),
                     0);
    assert_memory_equal(wire->encoder.bytes, header, wire->header_bytes);
    wire->from = (struct ffx_read_at){memory_read, wire->encoder.bytes,
                                      (uint32_t)wire->encoder.length};
    range_decoder_open(&wire->decoder, &wire->from,
                       (uint32_t)wire->header_bytes);
}

/* A decoder has then read all there is. */
static void wire_close(struct wire *wire)
{
    assert_int_equal(wire->decoder.position, wire->encoder.length);
    assert_int_equal(wire->decoder.error, 0);
    free(wire->encoder.bytes);
}

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* A probability from all of them, the ends often. */
static uint32_t probability(uint32_t *seed)
{
    static const uint32_t ends[] = {1, 2, 65534, 65535, 32768};
    const uint32_t random = draw(seed);
    return random % 3 == 0 ? ends[random / 3 % 5] : 1 + random % 65535;
}

static void code_all(struct delta_bits *bits, uint32_t seed, uint32_t count,
                     int reading)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t p1 = probability(&seed);
        /* Mostly as expected, else long rows of the unlikely. */
        const unsigned bit =
            i % 1000 < 900 ? draw(&seed) % 65536 < p1 : p1 < 32768;
        const unsigned back = delta_bits_code(bits, p1, reading ? !bit : bit);
        if (back != bit)
            fail_msg("bit %u", i);
    }
}

static void bits_of_any_probability_come_back(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct wire wire;
        const uint32_t count = seed < 50 ? seed : 40000;
        wire_write(&wire, seed % 6);
        code_all(&wire.encoder.bits, seed, count, 0);
        wire_read(&wire);
        code_all(&wire.decoder.bits, seed, count, 1);
        wire_close(&wire);
    }
}

/* The lower part of the range stays where it is, its start is all ones; the
 * last bit decides whether a carry runs through them. */
static void carries_run_through_a_row_of_ff_bytes(void **state)
{
    (void)state;
    for (unsigned last = 0; last < 2; last++) {
        struct wire wire;
        wire_write(&wire, 0);
        for (int i = 0; i < 4000; i++)
            delta_bits_code(&wire.encoder.bits, 0x8000, 0);
        for (int i = 0; i < 100; i++)
            delta_bits_code(&wire.encoder.bits, 0x8000, last);
        wire_read(&wire);
        for (int i = 0; i < 4000; i++)
            assert_int_equal(delta_bits_code(&wire.decoder.bits, 0x8000, 1), 0);
        for (int i = 0; i < 100; i++)
            assert_int_equal(delta_bits_code(&wire.decoder.bits, 0x8000, 0),
                             last);
        wire_close(&wire);
    }
}

static void what_is_certain_costs_next_to_nothing(void **state)
{
    struct wire wire;
    uint16_t slot = SLOT_START;
    (void)state;
    wire_write(&wire, 0);
    for (int i = 0; i < 80000; i++)
        delta_slot_code(&wire.encoder.bits, &slot, 0);
    assert_int_equal(range_encoder_finish(&wire.encoder, 0), 0);
    assert_in_range(wire.encoder.length, 0, 100);
    free(wire.encoder.bytes);
}

static void an_empty_stream_is_no_byte_and_keeps_its_header(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes <= sizeof header; bytes++) {
        struct wire wire;
        wire_write(&wire, bytes);
        wire_read(&wire);
        assert_int_equal(wire.encoder.length, bytes);
        wire_close(&wire);
    }
}

/* Registers and position are all that a decoder is. */
static void a_decoder_goes_on_where_another_one_stopped(void **state)
{
    struct wire wire;
    uint32_t seed = 7;
    (void)state;
    wire_write(&wire, 3);
    for (int i = 0; i < 3000; i++)
        delta_bits_code(&wire.encoder.bits, 40000, draw(&seed) & 1);
    wire_read(&wire);
    seed = 7;
    for (int i = 0; i < 3000; i++) {
        struct range_decoder *const decoder = &wire.decoder;
        assert_int_equal(delta_bits_code(&decoder->bits, 40000, 0),
                         draw(&seed) & 1);
        range_decoder_resume(decoder, &wire.from, decoder->position,
                             decoder->range, decoder->code);
    }
    wire_close(&wire);
}

static int broken_read(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    (void)context, (void)offset, (void)buffer, (void)length;
    return -10;
}

static void a_failed_read_sticks_and_reads_as_zeros(void **state)
{
    const struct ffx_read_at from = {broken_read, NULL, 100};
    struct range_decoder decoder;
    (void)state;
    range_decoder_open(&decoder, &from, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(delta_bits_code(&decoder.bits, 0x8000, 0), 1);
    assert_int_equal(decoder.error, -10);
    assert_in_range(decoder.position, 0, 100);
}

static void a_stream_that_ends_early_reads_as_zeros_without_end(void **state)
{
    uint8_t bytes[3] = {0xff, 0xff, 0xff};
    const struct ffx_read_at from = {memory_read, bytes, 3};
    struct range_decoder decoder;
    (void)state;
    range_decoder_open(&decoder, &from, 0);
    for (int i = 0; i < 1000; i++)
        delta_bits_code(&decoder.bits, 1 + (uint32_t)i, 0);
    assert_int_equal(decoder.error, 0);
    assert_int_equal(decoder.position, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_any_probability_come_back),
        cmocka_unit_test(carries_run_through_a_row_of_ff_bytes),
        cmocka_unit_test(what_is_certain_costs_next_to_nothing),
        cmocka_unit_test(an_empty_stream_is_no_byte_and_keeps_its_header),
        cmocka_unit_test(a_decoder_goes_on_where_another_one_stopped),
        cmocka_unit_test(a_failed_read_sticks_and_reads_as_zeros),
        cmocka_unit_test(a_stream_that_ends_early_reads_as_zeros_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
