/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_space.h"
#include "diff/diff_guess.h"

#include <string.h>

/* Cortex-M parts have their RAM in here (ARMv7-M, chapter B3.1); it costs one
 * bit to say so, where other windows cost bytes. */
#define RAM_LOW 0x20000000u
#define RAM_HIGH 0x20100000u

static void set_ram(struct delta_space *space, const struct diff_guess *guess)
{
    const int usual = guess->ram_low >= RAM_LOW && guess->ram_high <= RAM_HIGH;
    const int none = guess->ram_low == guess->ram_high;
    space->ram_low = usual || none ? RAM_LOW : guess->ram_low;
    space->ram_bytes =
        usual || none ? RAM_HIGH - RAM_LOW : guess->ram_high - guess->ram_low;
}

/* Parts of the new image are matched with those of the old one by number. */
static uint32_t bias_of(const struct diff_segment *segment)
{
    return segment->base - segment->offset;
}

static void set_segments(struct delta_space *space,
                         const struct diff_guess *old_guess,
                         const struct diff_guess *new_guess)
{
    const int alike = old_guess->segment_count == new_guess->segment_count;
    space->segment_count = (uint32_t)old_guess->segment_count;
    for (uint32_t i = 0; i < space->segment_count; i++) {
        const struct diff_segment *const from = &old_guess->segments[i];
        struct delta_segment *const to = &space->segments[i];
        to->offset = from->offset;
        to->length = from->length;
        to->bias = bias_of(from);
        to->new_bias = alike ? bias_of(&new_guess->segments[i]) - to->bias : 0;
    }
}

static void convert(struct delta_space *space, uint32_t old_bytes,
                    const struct diff_guess *old_guess,
                    const struct diff_guess *new_guess)
{
    memset(space, 0, sizeof *space);
    space->source_bytes = old_bytes;
    space->phase = (4 - old_guess->phase) & 3;
    space->arch = old_guess->arch == DIFF_ARCH_THUMB ? DELTA_ARCH_THUMB
                  : old_guess->arch == DIFF_ARCH_A32 ? DELTA_ARCH_ARM
                                                     : DELTA_ARCH_DATA;
    if (space->arch == DELTA_ARCH_DATA)
        return;
    set_ram(space, old_guess);
    set_segments(space, old_guess, new_guess);
}

/* A base that a person gave holds for the whole image. */
static size_t known_of(const struct diff_options *options, uint32_t bytes,
                       struct diff_segment *one,
                       const struct diff_segment **known)
{
    *known = options->segments;
    if (!options->base_given)
        return options->segment_count;
    *one = (struct diff_segment){0, bytes, options->base};
    *known = one;
    return 1;
}

size_t diff_spaces(const uint8_t *old_image, uint32_t old_bytes,
                   const uint8_t *new_image, uint32_t new_bytes,
                   const struct diff_options *options,
                   struct delta_space *spaces)
{
    struct diff_guess guesses[DIFF_SPACES - 1], new_guess;
    struct diff_segment one;
    const struct diff_segment *known;
    const size_t known_count = known_of(options, old_bytes, &one, &known);
    size_t count = 0;
    if (old_bytes > 0) {
        count = diff_guess(old_image, old_bytes, known, known_count, guesses,
                           DIFF_SPACES - 1);
        if (count == 0 ||
            diff_guess(new_image, new_bytes, NULL, 0, &new_guess, 1) == 0)
            return 0;
    }
    for (size_t i = 0; i < count; i++)
        convert(&spaces[i], old_bytes, &guesses[i], &new_guess);
    if (count == 0 || spaces[count - 1].arch != DELTA_ARCH_DATA) {
        memset(&spaces[count], 0, sizeof *spaces);
        spaces[count].source_bytes = old_bytes;
        count++;
    }
    return count;
}
