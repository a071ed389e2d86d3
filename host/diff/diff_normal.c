/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_normal.h"
#include "base/bytes.h"

/* Words that hardly occur: coprocessor instructions of Thumb. */
#define POINTER_WORD 0xee770000u
#define RAM_WORD 0xee780000u

/* An address of a segment, where it runs in the old or in the new image. */
static int in_segment(const struct delta_space *space, uint32_t address)
{
    for (uint32_t i = 0; i < space->segment_count; i++) {
        const struct delta_segment *const segment = &space->segments[i];
        const uint32_t into = address - segment->bias - segment->offset;
        if (into < segment->length ||
            into - segment->new_bias < segment->length)
            return 1;
    }
    return 0;
}

/* All of these write the unit at `to` and return its length, 0: it is none. */

static uint32_t take_word(uint8_t *to, uint32_t word,
                          const struct delta_space *space)
{
    if (in_segment(space, word))
        bytes_put32(to, POINTER_WORD | (word & 1));
    else if (word - space->ram_low < space->ram_bytes)
        bytes_put32(to, RAM_WORD);
    else
        return 0;
    return 4;
}

static uint32_t take_moves(uint8_t *to, uint32_t word, uint32_t next,
                           const struct delta_space *space)
{
    const int low = delta_code_move(space->arch, word, 0);
    if (low < 0 || low != delta_code_move(space->arch, next, 1))
        return 0;
    const uint32_t address = delta_code_immediate(space->arch, next) << 16 |
                             delta_code_immediate(space->arch, word);
    if (!in_segment(space, address & ~1u))
        return 0;
    bytes_put32(to, delta_code_with_immediate(space->arch, word, 0));
    bytes_put32(to + 4, delta_code_with_immediate(space->arch, next, 0));
    return 8;
}

static uint32_t take_thumb(uint8_t *to, uint32_t word)
{
    const uint32_t form = word & 0xd000f800;
    if (form == 0xd000f000 || form == 0x9000f000) {
        bytes_put32(to, form);
        return 4;
    }
    if ((word & 0xf800) != 0x4800)
        return 0;
    bytes_put16(to, (uint16_t)(word & 0xff00));
    return 2;
}

static uint32_t take_arm(uint8_t *to, uint32_t word)
{
    if ((word & 0x0e000000) != 0x0a000000 || word >= 0xf0000000)
        return 0;
    bytes_put32(to, word & 0xff000000);
    return 4;
}

/* `left` >= 4 bytes from `from` on. */
static uint32_t take_unit(uint8_t *to, const uint8_t *from, uint32_t left,
                          int is_word, const struct delta_space *space)
{
    const uint32_t word = bytes_get32(from);
    const int is_code = space->arch == DELTA_ARCH_THUMB ||
                        (space->arch == DELTA_ARCH_ARM && is_word);
    uint32_t length = is_word ? take_word(to, word, space) : 0;
    if (length > 0 || !is_code)
        return length;
    if (left >= 8)
        length = take_moves(to, word, bytes_get32(from + 4), space);
    if (length > 0)
        return length;
    return space->arch == DELTA_ARCH_ARM ? take_arm(to, word)
                                         : take_thumb(to, word);
}

void diff_normal(uint8_t *to, const uint8_t *image, uint32_t length,
                 const struct delta_space *space)
{
    uint32_t at = space->phase & 1;
    if (length > 0)
        memcpy(to, image, length);
    while (at < length && length - at >= 4) {
        const int is_word = ((at + space->phase) & 3) == 0;
        const uint32_t taken =
            take_unit(to + at, image + at, length - at, is_word, space);
        at += taken > 0 ? taken : 2;
    }
}
