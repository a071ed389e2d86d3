/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions and what they refer to: all 16-bit encodings, the 32-bit ones
 * at the ends of their fields. */
#include "delta/delta_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define AT 0x10000u
#define THUMB DELTA_ARCH_THUMB
#define ARM DELTA_ARCH_ARM

/* Thumb words have their first halfword low. */
static uint32_t wide(uint32_t first, uint32_t second)
{
    return first | second << 16;
}

/* --- 16 bits ------------------------------------------------------------- */

/* The kind by the top bits alone, as the manual's tables have them. */
static int kind_of(uint32_t half)
{
    switch (half >> 11) {
    case 0x09:
        return DELTA_LOAD;
    case 0x14:
        return DELTA_ADR;
    case 0x1a:
    case 0x1b:
        return (half >> 8 & 15) < 14 ? DELTA_COND : -1;
    case 0x1c:
        return DELTA_BRANCH;
    case 0x16:
    case 0x17:
        return (half >> 8 & 5) == 1 ? DELTA_CBZ : -1;
    default:
        return -1;
    }
}

static void every_16_bit_encoding_aims_back_at_itself(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0xe800; half++)
        for (uint32_t at = AT; at < AT + 4; at += 2) {
            struct delta_reference found = {0, 0, 0};
            const int is = delta_code_thumb(half | 0xffff0000, at, &found);
            assert_int_equal(is, kind_of(half) >= 0);
            if (!is)
                continue;
            assert_int_equal(found.kind, kind_of(half));
            assert_int_equal(found.length, 2);
            assert_int_equal(
                delta_code_aim(THUMB, half, found.kind, at, found.target),
                half);
        }
}

/* Moved by `move`, it refers to the same place or stays as it is. */
static void assert_moves(uint32_t half, uint32_t at, uint32_t move)
{
    struct delta_reference found, again = {0, 0, 0};
    if (!delta_code_thumb(half, at, &found))
        return;
    const uint32_t moved =
        delta_code_aim(THUMB, half, found.kind, at + move, found.target);
    assert_int_equal(moved >> 16, 0);
    assert_int_equal(kind_of(moved), kind_of(half));
    assert_true(delta_code_thumb(moved, at + move, &again));
    if (again.target != found.target)
        assert_int_equal(moved, half);
}

static void every_16_bit_encoding_moves_as_far_as_it_reaches(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0xe800; half++) {
        assert_moves(half, AT, 4);
        assert_moves(half, AT, 0u - 4);
        assert_moves(half, AT + 2, 2);
        assert_moves(half, AT, 1020);
        assert_moves(half, AT, 0u - 256);
        assert_moves(half, AT, 1u << 20);
    }
}

/* --- reach --------------------------------------------------------------- */

struct reach {
    enum delta_arch arch;
    uint8_t kind;
    uint32_t word;           /* refers to nothing special */
    uint32_t base;           /* distance 0: at + base */
    int32_t lowest, highest; /* distances it can have */
    uint32_t grain;
};

static const struct reach reaches[] = {
    {THUMB, DELTA_COND_W, 0x8000f000, 4, -(1 << 20), (1 << 20) - 2, 2},
    {THUMB, DELTA_COND_W, 0xaffff37f, 4, -(1 << 20), (1 << 20) - 2, 2},
    {THUMB, DELTA_LOAD_W, 0x0000f8df, 4, -4095, 4095, 1},
    {THUMB, DELTA_LOAD_W, 0xf004f85f, 4, -4095, 4095, 1},
    {THUMB, DELTA_LOAD, 0x4a00, 4, 0, 1020, 4},
    {THUMB, DELTA_ADR, 0xa7ff, 4, 0, 1020, 4},
    {THUMB, DELTA_COND, 0xd07f, 4, -256, 254, 2},
    {THUMB, DELTA_BRANCH, 0xe3ff, 4, -2048, 2046, 2},
    {THUMB, DELTA_CBZ, 0xb105, 4, 0, 126, 2},
    {ARM, DELTA_LOAD_W, 0xe59f1000, 8, -4095, 4095, 1},
};

static void assert_reached(const struct reach *reach, int32_t distance)
{
    const uint32_t target = AT + reach->base + (uint32_t)distance;
    struct delta_reference found = {0, 0, 0};
    const uint32_t word =
        delta_code_aim(reach->arch, reach->word, reach->kind, AT, target);
    assert_true(reach->arch == THUMB ? delta_code_thumb(word, AT, &found)
                                     : delta_code_arm(word, AT, &found));
    if (found.kind != reach->kind || found.target != target)
        fail_msg("%08x to %d: kind %u, %u away", reach->word, distance,
                 found.kind, found.target - AT - reach->base);
}

static void assert_left_alone(const struct reach *reach, int64_t distance)
{
    const uint32_t target = AT + reach->base + (uint32_t)distance;
    assert_int_equal(
        delta_code_aim(reach->arch, reach->word, reach->kind, AT, target),
        reach->word);
}

static void what_is_out_of_reach_leaves_the_word_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reaches / sizeof reaches[0]; i++) {
        const struct reach *const reach = &reaches[i];
        const int32_t grain = (int32_t)reach->grain;
        assert_reached(reach, reach->lowest);
        assert_reached(reach, reach->lowest + grain);
        assert_reached(reach, 0);
        assert_reached(reach, reach->highest - grain);
        assert_reached(reach, reach->highest);
        assert_left_alone(reach, (int64_t)reach->lowest - grain);
        assert_left_alone(reach, (int64_t)reach->highest + grain);
        assert_left_alone(reach, INT32_MAX);
        assert_left_alone(reach, INT32_MIN);
        assert_left_alone(reach, 1 << 24);
    }
}

/* --- calls --------------------------------------------------------------- */

static const uint32_t far_distances[] = {
    0,
    2,
    4,
    0x7fe,
    0x800,
    0xffe,
    0x1000,
    0x3ffffe,
    0x400000,
    0x7ffffe,
    0x800000,
    0xbffffe,
    0xc00000,
    0xfffffe,
    0u - 2,
    0u - 4,
    0u - 0x800,
    0u - 0x1000,
    0u - 0x400000,
    0u - 0x400002,
    0u - 0x800000,
    0u - 0x800002,
    0u - 0xc00000,
    0u - 0x1000000,
};
#define FAR_DISTANCES (sizeof far_distances / sizeof far_distances[0])

static void calls_and_jumps_reach_16_mib_both_ways(void **state)
{
    static const uint32_t words[] = {0xf800f000, 0xd7fff7ff, 0xb800f000,
                                     0x97fff3ff};
    (void)state;
    for (size_t w = 0; w < 4; w++)
        for (size_t i = 0; i < FAR_DISTANCES; i++) {
            const uint32_t target = AT + 4 + far_distances[i];
            const unsigned kind = w < 2 ? DELTA_CALL : DELTA_JUMP;
            struct delta_reference found = {0, 0, 0};
            const uint32_t word =
                delta_code_aim(THUMB, words[w], kind, AT, target);
            assert_true(delta_code_thumb(word, AT, &found));
            assert_int_equal(found.kind, kind);
            assert_int_equal(found.target, target);
            assert_int_equal(delta_code_target(THUMB, word, AT), target);
            assert_true(delta_code_same_form(THUMB, word, words[w]));
            assert_int_equal(
                delta_code_aim(THUMB, words[w], kind, AT, target + (1 << 25)),
                word);
        }
    assert_false(delta_code_same_form(THUMB, words[0], words[2]));
}

static void a32_branches_reach_32_mib_both_ways(void **state)
{
    static const uint32_t words[] = {0xeb000000, 0x1bffffff, 0xea123456};
    (void)state;
    for (size_t w = 0; w < 3; w++)
        for (size_t i = 0; i < FAR_DISTANCES; i++) {
            const uint32_t target = AT + 8 + (far_distances[i] << 1);
            const unsigned kind = w < 2 ? DELTA_CALL : DELTA_JUMP;
            struct delta_reference found = {0, 0, 0};
            const uint32_t word =
                delta_code_aim(ARM, words[w], kind, AT, target & ~3u);
            assert_true(delta_code_arm(word, AT, &found));
            assert_int_equal(found.kind, kind);
            assert_int_equal(found.target, target & ~3u);
            assert_int_equal(delta_code_target(ARM, word, AT), target & ~3u);
            assert_int_equal(word >> 24, words[w] >> 24);
        }
}

static void words_without_a_target_are_none(void **state)
{
    static const uint32_t thumb[] = {
        0xc000f000, /* BLX of another instruction set */
        0x8000f380, /* MSR */
        0x8000f3c0, /* UDF.W, MRS */
        0x0000f8d0, /* LDR.W from a register */
        0x0000e8bd, /* POP.W */
        0x00004770, 0x0000bd10, 0x0000de00, 0x0000df00, 0x0000ba00,
    };
    static const uint32_t arm[] = {0xfa000000, 0xfb000000, 0xe5901000,
                                   0xe5bf1000, 0xe7ff0000, 0xe1a00000};
    struct delta_reference found;
    (void)state;
    for (size_t i = 0; i < sizeof thumb / sizeof thumb[0]; i++)
        if (delta_code_thumb(thumb[i], AT, &found))
            fail_msg("%08x is of kind %u", thumb[i], found.kind);
    for (size_t i = 0; i < sizeof arm / sizeof arm[0]; i++)
        if (delta_code_arm(arm[i], AT, &found))
            fail_msg("%08x is of kind %u", arm[i], found.kind);
}

/* As arm-none-eabi-as 2.38 assembled them, at offset 0x10000. */
static const struct {
    enum delta_arch arch;
    uint32_t word;
    uint8_t kind;
    uint32_t target;
} assembled[] = {
#include "test_code_words.h"
};

static void what_an_assembler_makes_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof assembled / sizeof assembled[0]; i++) {
        struct delta_reference found = {0, 0, 0};
        const uint32_t word = assembled[i].word;
        if (assembled[i].arch == ARM)
            delta_code_arm(word, AT, &found);
        else
            delta_code_thumb(word, AT, &found);
        if (found.kind != assembled[i].kind ||
            found.target != assembled[i].target)
            fail_msg("%08x: kind %u, target %x", word, found.kind,
                     found.target);
    }
}

/* --- immediates ---------------------------------------------------------- */

static void assert_immediates(enum delta_arch arch, uint32_t word, int top,
                              int reg)
{
    for (uint32_t immediate = 0; immediate < 0x10000; immediate++) {
        const uint32_t with = delta_code_with_immediate(arch, word, immediate);
        assert_int_equal(delta_code_immediate(arch, with), immediate);
        assert_int_equal(delta_code_move(arch, with, top), reg);
        assert_int_equal(delta_code_move(arch, with, !top), -1);
    }
    assert_int_equal(
        delta_code_with_immediate(arch, word, delta_code_immediate(arch, word)),
        word);
}

static void immediates_of_moves_go_both_ways(void **state)
{
    (void)state;
    for (uint32_t reg = 0; reg < 16; reg++) {
        assert_immediates(THUMB, wide(0xf240, reg << 8), 0, (int)reg);
        assert_immediates(THUMB, wide(0xf6cf, 0x70ff | reg << 8), 1, (int)reg);
        assert_immediates(ARM, 0xe3000000 | reg << 12, 0, (int)reg);
        assert_immediates(ARM, 0x034f0fff | reg << 12, 1, (int)reg);
    }
}

/* MOVW r3, #0x1234; MOVT r12, #0xabcd, by the manual's tables. */
static void known_moves_have_their_immediate(void **state)
{
    (void)state;
    assert_int_equal(delta_code_immediate(THUMB, wide(0xf241, 0x2334)), 0x1234);
    assert_int_equal(delta_code_move(THUMB, wide(0xf241, 0x2334), 0), 3);
    assert_int_equal(delta_code_immediate(THUMB, wide(0xf6ca, 0x3ccd)), 0xabcd);
    assert_int_equal(delta_code_move(THUMB, wide(0xf6ca, 0x3ccd), 1), 12);
    assert_int_equal(delta_code_immediate(ARM, 0xe3013234), 0x1234);
    assert_int_equal(delta_code_immediate(ARM, 0xe34acbcd), 0xabcd);
    assert_int_equal(delta_code_move(THUMB, wide(0xf241, 0xa334), 0), -1);
    assert_int_equal(delta_code_move(ARM, 0xe3a03001, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_16_bit_encoding_aims_back_at_itself),
        cmocka_unit_test(every_16_bit_encoding_moves_as_far_as_it_reaches),
        cmocka_unit_test(what_is_out_of_reach_leaves_the_word_alone),
        cmocka_unit_test(calls_and_jumps_reach_16_mib_both_ways),
        cmocka_unit_test(a32_branches_reach_32_mib_both_ways),
        cmocka_unit_test(words_without_a_target_are_none),
        cmocka_unit_test(what_an_assembler_makes_is_understood),
        cmocka_unit_test(immediates_of_moves_go_both_ways),
        cmocka_unit_test(known_moves_have_their_immediate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
