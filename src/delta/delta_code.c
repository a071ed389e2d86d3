/* SPDX-License-Identifier: Apache-2.0 */
#include "delta/delta_code.h"

/* --- fields -------------------------------------------------------------- */

static uint32_t sign_extend(uint32_t value, unsigned bits)
{
    const uint32_t sign = 1u << (bits - 1);
    return (value ^ sign) - sign;
}

/* `distance` as a signed field of `bits` bits. */
static int reaches(uint32_t distance, unsigned bits)
{
    return distance + (1u << (bits - 1)) < 1u << bits;
}

/* --- Thumb: 32 bits ------------------------------------------------------ */

/* BL and B.W, T4: imm25 with J1, J2 exclusive-or'ed with the sign. */
static uint32_t far_distance(uint32_t word)
{
    const uint32_t s = word >> 10 & 1;
    const uint32_t i1 = ~(word >> 29 ^ s) & 1, i2 = ~(word >> 27 ^ s) & 1;
    return sign_extend(s << 24 | i1 << 23 | i2 << 22 | (word & 0x3ff) << 12 |
                           (word >> 15 & 0xffe),
                       25);
}

static uint32_t far_with(uint32_t word, uint32_t distance)
{
    const uint32_t s = distance >> 24 & 1;
    const uint32_t j1 = (~(distance >> 23) ^ s) & 1;
    const uint32_t j2 = (~(distance >> 22) ^ s) & 1;
    return (word & 0xd000f800) | s << 10 | (distance >> 12 & 0x3ff) | j1 << 29 |
           j2 << 27 | (distance & 0xffe) << 15;
}

/* B<cond>.W, T3. */
static uint32_t cond_distance(uint32_t word)
{
    return sign_extend((word >> 10 & 1) << 20 | (word >> 27 & 1) << 19 |
                           (word >> 29 & 1) << 18 | (word & 0x3f) << 12 |
                           (word >> 15 & 0xffe),
                       21);
}

static uint32_t cond_with(uint32_t word, uint32_t distance)
{
    if (!reaches(distance, 21))
        return word;
    return (word & 0xd000fbc0) | (distance >> 20 & 1) << 10 |
           (distance >> 19 & 1) << 27 | (distance >> 18 & 1) << 29 |
           (distance >> 12 & 0x3f) | (distance & 0xffe) << 15;
}

static int thumb_wide(uint32_t word, uint32_t at, struct delta_reference *found)
{
    found->length = 4;
    if ((word & 0xf800) == 0xf000 && (word & 0xd0000000) == 0xd0000000) {
        found->kind = DELTA_CALL;
        found->target = at + 4 + far_distance(word);
        return 1;
    }
    if ((word & 0xf800) == 0xf000 && (word & 0xd0000000) == 0x90000000) {
        found->kind = DELTA_JUMP;
        found->target = at + 4 + far_distance(word);
        return 1;
    }
    if ((word & 0xf800) == 0xf000 && (word & 0xd0000000) == 0x80000000 &&
        (word & 0x380) != 0x380) {
        found->kind = DELTA_COND_W;
        found->target = at + 4 + cond_distance(word);
        return 1;
    }
    if ((word & 0xff7f) == 0xf85f) {
        const uint32_t offset = word >> 16 & 0xfff;
        found->kind = DELTA_LOAD_W;
        found->target = ((at + 4) & ~3u) + (word & 0x80 ? offset : 0 - offset);
        return 1;
    }
    return 0;
}

/* --- Thumb: 16 bits ------------------------------------------------------ */

static int thumb_narrow(uint32_t half, uint32_t at,
                        struct delta_reference *found)
{
    found->length = 2;
    if ((half & 0xf800) == 0x4800 || (half & 0xf800) == 0xa000) {
        found->kind = half & 0x8000 ? DELTA_ADR : DELTA_LOAD;
        found->target = ((at + 4) & ~3u) + (half & 0xff) * 4;
    } else if ((half & 0xf000) == 0xd000 && (half & 0xe00) != 0xe00) {
        found->kind = DELTA_COND;
        found->target = at + 4 + sign_extend((half & 0xff) << 1, 9);
    } else if ((half & 0xf800) == 0xe000) {
        found->kind = DELTA_BRANCH;
        found->target = at + 4 + sign_extend((half & 0x7ff) << 1, 12);
    } else if ((half & 0xf500) == 0xb100) {
        found->kind = DELTA_CBZ;
        found->target = at + 4 + ((half >> 3 & 0x40) | (half >> 2 & 0x3e));
    } else {
        return 0;
    }
    return 1;
}

int delta_code_thumb(uint32_t word, uint32_t at, struct delta_reference *found)
{
    if ((word & 0xe000) == 0xe000 && (word & 0x1800) != 0)
        return thumb_wide(word, at, found);
    return thumb_narrow(word & 0xffff, at, found);
}

static uint32_t aim_thumb(uint32_t word, unsigned kind, uint32_t at,
                          uint32_t target)
{
    const uint32_t distance = target - at - 4;
    const uint32_t from_word = target - ((at + 4) & ~3u);
    switch (kind) {
    case DELTA_COND_W:
        return cond_with(word, distance);
    case DELTA_LOAD_W:
        if (from_word + 4095 > 8190)
            return word;
        return (word & 0xf000ff7f) | (from_word >> 31 ? (0 - from_word) << 16
                                                      : from_word << 16 | 0x80);
    case DELTA_LOAD:
    case DELTA_ADR:
        return from_word < 1024 ? (word & 0xff00) | from_word >> 2 : word;
    case DELTA_COND:
        return reaches(distance, 9) ? (word & 0xff00) | (distance >> 1 & 0xff)
                                    : word;
    case DELTA_BRANCH:
        return reaches(distance, 12) ? (word & 0xf800) | (distance >> 1 & 0x7ff)
                                     : word;
    case DELTA_CBZ:
        return distance < 128 ? (word & 0xfd07) | (distance & 0x40) << 3 |
                                    (distance & 0x3e) << 2
                              : word;
    default:
        return far_with(word, distance);
    }
}

/* --- A32 ----------------------------------------------------------------- */

int delta_code_arm(uint32_t word, uint32_t at, struct delta_reference *found)
{
    found->length = 4;
    if ((word & 0x0e000000) == 0x0a000000 && word < 0xf0000000) {
        found->kind = word & 0x01000000 ? DELTA_CALL : DELTA_JUMP;
        found->target = at + 8 + (sign_extend(word & 0xffffff, 24) << 2);
        return 1;
    }
    if ((word & 0xff3f0000) == 0xe51f0000) {
        found->kind = DELTA_LOAD_W;
        found->target =
            at + 8 + (word & 0x800000 ? word & 0xfff : 0 - (word & 0xfff));
        return 1;
    }
    return 0;
}

static uint32_t aim_arm(uint32_t word, unsigned kind, uint32_t at,
                        uint32_t target)
{
    const uint32_t distance = target - at - 8;
    if (kind != DELTA_LOAD_W)
        return (word & 0xff000000) | (distance >> 2 & 0xffffff);
    if (distance + 4095 > 8190)
        return word;
    return (word & 0xff7ff000) |
           (distance >> 31 ? 0 - distance : distance | 0x800000);
}

/* --- both ---------------------------------------------------------------- */

uint32_t delta_code_aim(enum delta_arch arch, uint32_t word, unsigned kind,
                        uint32_t at, uint32_t target)
{
    return arch == DELTA_ARCH_ARM ? aim_arm(word, kind, at, target)
                                  : aim_thumb(word, kind, at, target);
}

uint32_t delta_code_target(enum delta_arch arch, uint32_t word, uint32_t at)
{
    return arch == DELTA_ARCH_ARM
               ? at + 8 + (sign_extend(word & 0xffffff, 24) << 2)
               : at + 4 + far_distance(word);
}

int delta_code_same_form(enum delta_arch arch, uint32_t a, uint32_t b)
{
    const uint32_t form = arch == DELTA_ARCH_ARM ? 0xff000000 : 0xd000f800;
    return ((a ^ b) & form) == 0;
}

int delta_code_add_pc(uint32_t half)
{
    if ((half & 0xff78) != 0x4478)
        return -1;
    return (int)((half & 7) | (half >> 4 & 8));
}

unsigned delta_code_loaded(enum delta_arch arch, uint32_t word, unsigned kind)
{
    if (kind == DELTA_LOAD)
        return word >> 8 & 7;
    return arch == DELTA_ARCH_ARM ? word >> 12 & 15 : word >> 28;
}

/* --- immediates ---------------------------------------------------------- */

int delta_code_move(enum delta_arch arch, uint32_t word, int top)
{
    if (arch == DELTA_ARCH_ARM)
        return (word & 0x0ff00000) == (top ? 0x03400000 : 0x03000000)
                   ? (int)(word >> 12 & 15)
                   : -1;
    return (word & 0x8000fbf0) == (top ? 0xf2c0 : 0xf240)
               ? (int)(word >> 24 & 15)
               : -1;
}

uint32_t delta_code_immediate(enum delta_arch arch, uint32_t word)
{
    if (arch == DELTA_ARCH_ARM)
        return (word >> 4 & 0xf000) | (word & 0xfff);
    return (word & 15) << 12 | (word >> 10 & 1) << 11 | (word >> 28 & 7) << 8 |
           (word >> 16 & 0xff);
}

uint32_t delta_code_with_immediate(enum delta_arch arch, uint32_t word,
                                   uint32_t immediate)
{
    if (arch == DELTA_ARCH_ARM)
        return (word & 0xfff0f000) | (immediate & 0xf000) << 4 |
               (immediate & 0xfff);
    return (word & 0x8f00fbf0) | (immediate >> 12 & 15) |
           (immediate >> 11 & 1) << 10 | (immediate >> 8 & 7) << 28 |
           (immediate & 0xff) << 16;
}
