/* SPDX-License-Identifier: Apache-2.0 */
/* The mixer at the ends of its ranges; UBSan sees what overflows. */
#include "delta/delta_mixer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* --- curves -------------------------------------------------------------- */

static void stretch_is_odd_monotone_and_bounded(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < 4096; p++) {
        assert_true(delta_stretch(p) == -delta_stretch(4095 - p));
        assert_true(abs(delta_stretch(p)) <= 2047);
        if (p > 0)
            assert_true(delta_stretch(p) >= delta_stretch(p - 1));
    }
}

static void squash_is_monotone_and_bounded(void **state)
{
    uint32_t last = 0;
    (void)state;
    for (int32_t odds = -5000; odds <= 5000; odds++) {
        const uint32_t p = delta_squash(odds);
        assert_in_range(p, 1, 65535);
        assert_in_range(p, last, 65535);
        last = p;
    }
    assert_int_equal(delta_squash(0), 32768);
    assert_int_equal(delta_squash(INT32_MAX), delta_squash(2047));
    assert_int_equal(delta_squash(INT32_MIN), delta_squash(-2047));
}

static void squash_takes_back_what_stretch_did(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < 4096; p++) {
        const int32_t back = (int32_t)(delta_squash(delta_stretch(p)) >> 4);
        assert_true(abs(back - (int32_t)p) <= 24);
    }
}

/* --- weights ------------------------------------------------------------- */

struct truth {
    struct delta_bits bits;
    unsigned bit;
    uint32_t p1;
};

static unsigned truth_code(struct delta_bits *bits, uint32_t p1, unsigned bit)
{
    struct truth *const truth = (struct truth *)bits;
    (void)bit;
    truth->p1 = p1;
    return truth->bit;
}

#define FASTEST 24u /* rate of any caller */

/* One bit with all inputs at `odds` and all weights at `weight`. */
static void extreme(int16_t weight, int32_t odds, unsigned bit, int with_more)
{
    struct truth truth = {{truth_code}, bit, 0};
    struct delta_weights weights, more;
    struct delta_mixer mixer = {.inputs = MIXER_INPUTS_MAX,
                                .weights = &weights,
                                .more = with_more ? &more : NULL,
                                .rate = FASTEST};
    for (uint32_t i = 0; i < MIXER_INPUTS_MAX; i++)
        mixer.odds[i] = odds;
    delta_weights_reset(&weights, 1, weight, weight);
    delta_weights_reset(&more, 1, weight, weight);
    for (int round = 0; round < 40; round++) {
        assert_int_equal(delta_mixer_code(&truth.bits, &mixer, bit), bit);
        assert_in_range(truth.p1, 1, 65535);
    }
}

static void weights_never_overflow(void **state)
{
    static const int16_t weights[] = {INT16_MIN, -8192, 0, 8192, INT16_MAX};
    static const int32_t odds[] = {-2047, -1, 0, 1, 2047};
    (void)state;
    for (size_t w = 0; w < 5; w++)
        for (size_t o = 0; o < 5; o++)
            for (unsigned i = 0; i < 4; i++)
                extreme(weights[w], odds[o], i & 1, i > 1);
}

/* Two inputs of opposite mind: the one that is right gains. */
static void weights_follow_who_is_right(void **state)
{
    struct truth truth = {{truth_code}, 1, 0};
    struct delta_weights weights;
    struct delta_mixer mixer = {
        .inputs = 2, .odds = {1000, -1000}, .weights = &weights, .rate = 16};
    (void)state;
    delta_weights_reset(&weights, 1, 4096, 4096);
    for (int i = 0; i < 200; i++)
        delta_mixer_code(&truth.bits, &mixer, 1);
    assert_true(weights.of[0] > 4096 && weights.of[1] < 4096);
    assert_in_range(truth.p1, 60000, 65535);
    assert_int_equal(weights.used, 200);
}

static void a_mixer_that_is_sure_never_rules_a_bit_out(void **state)
{
    struct truth truth = {{truth_code}, 1, 0};
    struct delta_weights weights;
    struct delta_mixer mixer = {
        .inputs = 1, .odds = {2047}, .weights = &weights, .rate = 16};
    (void)state;
    delta_weights_reset(&weights, 1, INT16_MAX, 0);
    for (int i = 0; i < 100000; i++)
        delta_mixer_code(&truth.bits, &mixer, 1);
    assert_in_range(truth.p1, 65000, 65535);
    assert_int_equal(weights.used, UINT16_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretch_is_odd_monotone_and_bounded),
        cmocka_unit_test(squash_is_monotone_and_bounded),
        cmocka_unit_test(squash_takes_back_what_stretch_did),
        cmocka_unit_test(weights_never_overflow),
        cmocka_unit_test(weights_follow_who_is_right),
        cmocka_unit_test(a_mixer_that_is_sure_never_rules_a_bit_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
