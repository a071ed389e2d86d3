/* SPDX-License-Identifier: Apache-2.0 */
/* Slots and the numbers coded with them, over a port that is only a list. */
#include "delta/delta_slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define TAPE 256u

/* Remembers bits, and gives them back. */
struct tape {
    struct delta_bits bits;
    uint8_t said[TAPE];
    uint32_t at, count;
    uint32_t lowest, highest; /* probabilities that were asked for */
    int reading;
};

static unsigned tape_code(struct delta_bits *bits, uint32_t p1, unsigned bit)
{
    struct tape *const tape = (struct tape *)bits;
    if (p1 < tape->lowest)
        tape->lowest = p1;
    if (p1 > tape->highest)
        tape->highest = p1;
    if (tape->reading)
        return tape->at < tape->count ? tape->said[tape->at++] : 0;
    assert_in_range(tape->count, 0, TAPE - 1);
    assert_in_range(bit, 0, 1);
    tape->said[tape->count++] = (uint8_t)bit;
    return bit;
}

static struct tape tape_open(void)
{
    return (struct tape){.bits.code = tape_code, .lowest = UINT32_MAX};
}

/* --- slots --------------------------------------------------------------- */

static void a_slot_never_rules_a_bit_out(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 2; bit++)
        for (uint32_t slot = 16; slot <= UINT16_MAX; slot++) {
            const uint16_t after = delta_slot_learn((uint16_t)slot, bit);
            assert_in_range(after >> 4, 1, 4095);
            if (bit)
                assert_in_range(after >> 4, slot >> 4, 4095);
            else
                assert_in_range(after >> 4, 1, slot >> 4);
        }
}

static void a_slot_counts_to_15_and_stays(void **state)
{
    uint16_t slot = SLOT_START;
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(slot & 15, i < 15 ? i : 15);
        slot = delta_slot_learn(slot, i & 1);
    }
}

static void a_coder_is_asked_for_possible_bits_only(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 2; bit++) {
        struct tape tape = tape_open();
        uint16_t slot = SLOT_START;
        for (uint32_t i = 0; i < 10000; i++) {
            tape.count = 0;
            delta_slot_code(&tape.bits, &slot, bit);
        }
        assert_in_range(tape.lowest, 1, 65535);
        assert_in_range(tape.highest, 1, 65535);
    }
}

/* --- numbers ------------------------------------------------------------- */

#define LARGEST ((1u << NUMBER_BITS) - 1)

static uint32_t number_back(uint32_t value, int has_sign, uint32_t rounds)
{
    struct tape tape = tape_open();
    struct delta_number writer, reader;
    uint32_t back = 0;
    delta_numbers_reset(&writer, 1);
    delta_numbers_reset(&reader, 1);
    for (uint32_t i = 0; i < rounds; i++) {
        tape.at = tape.count = 0;
        tape.reading = 0;
        if (has_sign)
            delta_number_signed(&tape.bits, &writer, value);
        else
            delta_number_code(&tape.bits, &writer, value);
        tape.reading = 1;
        back = has_sign ? delta_number_signed(&tape.bits, &reader, 0)
                        : delta_number_code(&tape.bits, &reader, 0);
        assert_int_equal(tape.at, tape.count);
    }
    assert_memory_equal(&writer, &reader, sizeof writer);
    return back;
}

static void numbers_of_every_size_come_back(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < NUMBER_BITS; bits++)
        for (uint32_t near = 0; near < 5; near++) {
            const uint32_t value = (1u << bits) + near - 2;
            if (value > LARGEST)
                continue;
            assert_int_equal(number_back(value, 0, 3), value);
            assert_int_equal(number_back(value, 1, 3), value);
            assert_int_equal(number_back(0 - value, 1, 3), 0 - value);
        }
    assert_int_equal(number_back(LARGEST, 0, 3), LARGEST);
    assert_int_equal(number_back(LARGEST, 1, 3), LARGEST);
    assert_int_equal(number_back(0 - LARGEST, 1, 3), 0 - LARGEST);
}

static void small_numbers_all_come_back(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 3000; value++) {
        assert_int_equal(number_back(value, 0, 1), value);
        assert_int_equal(number_back(0 - value, 1, 1), 0 - value);
    }
}

/* A stream of nothing but ones is the longest and largest number. */
static void no_stream_makes_a_larger_number(void **state)
{
    struct tape tape = tape_open();
    struct delta_number number;
    (void)state;
    delta_numbers_reset(&number, 1);
    for (uint32_t i = 0; i < TAPE; i++)
        tape.said[i] = 1;
    tape.count = TAPE;
    tape.reading = 1;
    assert_int_equal(delta_number_code(&tape.bits, &number, 0), LARGEST);
    assert_int_equal(tape.at, 2 * NUMBER_BITS - 1);
    tape.at = 0;
    assert_int_equal(delta_number_signed(&tape.bits, &number, 0), 0 - LARGEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_never_rules_a_bit_out),
        cmocka_unit_test(a_slot_counts_to_15_and_stays),
        cmocka_unit_test(a_coder_is_asked_for_possible_bits_only),
        cmocka_unit_test(numbers_of_every_size_come_back),
        cmocka_unit_test(small_numbers_all_come_back),
        cmocka_unit_test(no_stream_makes_a_larger_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
