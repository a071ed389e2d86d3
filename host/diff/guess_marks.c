/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/guess_marks.h"
#include "base/bytes.h"
#include "diff/diff_guess.h"

#include <stdlib.h>

/* Code is told from data in windows of so many bytes. */
#define WINDOW 512u
/* In a window of chance 3 halfwords look like calls, entries or returns of
 * Thumb, and 8 words like A32 that is always executed. Code has 20 and 100.
 * Between code and data a window is neither: only what is loaded counts. */
#define THUMB_MIN 9u
#define THUMB_MAYBE 4u
#define A32_MIN 64u
#define STRING_MIN 6u

/* --- instructions -------------------------------------------------------- */

static uint32_t half(const struct guess_marks *marks, uint32_t offset)
{
    return bytes_get16(marks->image + offset);
}

static int is_thumb_entry(uint32_t first, uint32_t second)
{
    return ((first & 0xff00) == 0xb500 && (first & 0xff) != 0) ||
           (first == 0xe92d && (second & 0x4000) != 0);
}

/* A call, an entry or a return: what code is full of and data is not. */
static int is_thumb_sign(uint32_t first, uint32_t second)
{
    return is_thumb_entry(first, second) || first == 0x4770 ||
           (first & 0xff00) == 0xbd00 ||
           ((first & 0xf800) == 0xf000 && (second & 0xd000) == 0xd000);
}

/* STMDB sp!, {.. lr} or STR lr, [sp, #-4]! */
static int is_a32_entry(uint32_t word)
{
    return (word & 0xffff4000) == 0xe92d4000 || word == 0xe52de004;
}

/* --- windows ------------------------------------------------------------- */

/* Signs of Thumb in [start, end), instructions at the offsets of `start`. */
static uint32_t thumb_signs(const struct guess_marks *marks, uint32_t start,
                            uint32_t end)
{
    uint32_t signs = 0;
    for (uint32_t i = start; i + 4 <= end; i += 2)
        if (is_thumb_sign(half(marks, i), half(marks, i + 2)))
            signs++;
    return signs;
}

static uint32_t a32_signs(const struct guess_marks *marks, uint32_t start,
                          uint32_t end)
{
    uint32_t signs = 0;
    for (uint32_t i = start; i + 4 <= end; i += 4)
        signs += marks->image[i + 3] >> 4 == 0xe;
    return signs;
}

static uint32_t window_end(const struct guess_marks *marks, uint32_t start)
{
    return bytes_min(marks->length, start + WINDOW + 3);
}

static int is_thumb(const struct guess_marks *marks, uint32_t start)
{
    return thumb_signs(marks, start, window_end(marks, start)) >= THUMB_MIN;
}

static int is_a32(const struct guess_marks *marks, uint32_t start)
{
    return a32_signs(marks, start, window_end(marks, start)) >= A32_MIN;
}

static uint32_t count_windows(const struct guess_marks *marks, uint32_t phase,
                              int (*is)(const struct guess_marks *marks,
                                        uint32_t start))
{
    uint32_t count = 0;
    for (uint32_t i = phase; i < marks->length; i += WINDOW)
        count += is(marks, i) ? 1u : 0u;
    return count;
}

static uint32_t best_phase(const struct guess_marks *marks, uint32_t phases,
                           int (*is)(const struct guess_marks *marks,
                                     uint32_t start),
                           uint32_t *windows)
{
    uint32_t best = 0;
    *windows = count_windows(marks, 0, is);
    for (uint32_t phase = 1; phase < phases; phase++) {
        const uint32_t count = count_windows(marks, phase, is);
        if (count > *windows) {
            *windows = count;
            best = phase;
        }
    }
    return best;
}

/* --- literals ------------------------------------------------------------ */

static void mark_literal(struct guess_marks *marks, uint64_t offset)
{
    if (offset < marks->phase || offset + 4 > marks->length)
        return;
    guess_set_bit(marks->data, (uint32_t)(offset - marks->phase) / 4);
    guess_set_bit(marks->literals, (uint32_t)(offset - marks->phase) / 4);
}

/* What LDR of Thumb at offset `i` reads, relative to the PC. */
static void mark_thumb_literal(struct guess_marks *marks, uint32_t i)
{
    const uint32_t first = half(marks, i);
    const uint64_t pc = (uint64_t)((i - marks->phase) & ~3u) + marks->phase + 4;
    if ((first & 0xf800) == 0x4800)
        mark_literal(marks, pc + (first & 0xff) * 4);
    else if ((first & 0xff7f) == 0xf85f && i + 4 <= marks->length &&
             (half(marks, i + 2) & 3) == 0)
        mark_literal(marks, (first & 0x80) != 0
                                ? pc + (half(marks, i + 2) & 0xfff)
                                : pc - (half(marks, i + 2) & 0xfff));
}

static void mark_a32_literal(struct guess_marks *marks, uint32_t i)
{
    const uint32_t word = bytes_get32(marks->image + i);
    const uint64_t pc = (uint64_t)i + 8;
    if ((word & 0x0f7f0003) == 0x051f0000)
        mark_literal(marks, (word & 0x800000) != 0 ? pc + (word & 0xfff)
                                                   : pc - (word & 0xfff));
}

/* Code without calls looks like data, but it stands among other code. */
static int is_data(const struct guess_marks *marks, uint32_t start)
{
    const uint32_t from = start < WINDOW ? marks->phase : start - WINDOW;
    const uint32_t end = bytes_min(marks->length, start + 2 * WINDOW);
    return thumb_signs(marks, from, end) < 3 * THUMB_MAYBE &&
           a32_signs(marks, from, end) < 2 * A32_MIN;
}

static void mark_window(struct guess_marks *marks, uint32_t start)
{
    const uint32_t end = bytes_min(marks->length, start + WINDOW);
    if (is_a32(marks, start)) {
        for (uint32_t i = start; i + 4 <= end; i += 4)
            mark_a32_literal(marks, i);
    } else if (!is_data(marks, start)) {
        for (uint32_t i = start; i + 2 <= end; i += 2)
            mark_thumb_literal(marks, i);
    } else {
        for (uint32_t i = start; i + 4 <= end; i += 4)
            guess_set_bit(marks->data, (i - marks->phase) / 4);
    }
}

static void find_data(struct guess_marks *marks, uint32_t phase)
{
    marks->phase = phase;
    marks->words = marks->length < phase ? 0 : (marks->length - phase) / 4;
    memset(marks->data, 0, marks->length / 32 + 1);
    memset(marks->literals, 0, marks->length / 32 + 1);
    for (uint32_t i = phase; i < marks->length; i += WINDOW)
        mark_window(marks, i);
}

uint32_t guess_marks_word(const struct guess_marks *marks, uint32_t i)
{
    return bytes_get32(marks->image + marks->phase + 4 * (size_t)i);
}

int guess_marks_counts(const struct guess_marks *marks, uint32_t i)
{
    return guess_bit(marks->data, i) &&
           (i == 0 ||
            guess_marks_word(marks, i) != guess_marks_word(marks, i - 1));
}

/* Addresses lie close together, halves of two addresses do not: how crowded
 * the megabytes are that the data words point into. */
static uint64_t crowding(const struct guess_marks *marks)
{
    uint32_t megabytes[4096] = {0};
    uint64_t sum = 0;
    for (uint32_t i = 0; i < marks->words; i++)
        if (guess_marks_counts(marks, i) && guess_marks_word(marks, i) > 0xff)
            megabytes[guess_marks_word(marks, i) >> 20]++;
    for (uint32_t i = 0; i < 4095; i++)
        sum += (uint64_t)megabytes[i] * megabytes[i];
    return sum;
}

/* --- phase --------------------------------------------------------------- */

/* Instructions of Thumb tell only whether offsets are even. Few images are
 * shifted by two bytes, so that one has to be better by an eighth. */
static void choose_thumb_phase(struct guess_marks *marks, uint32_t parity)
{
    find_data(marks, parity);
    const uint64_t straight = crowding(marks);
    find_data(marks, parity + 2);
    if (crowding(marks) <= straight + straight / 8)
        find_data(marks, parity);
}

/* Both at once: code is there where instructions are, at their offsets. */
static uint32_t choose_arch(struct guess_marks *marks)
{
    uint32_t thumb, a32;
    const uint32_t total = marks->length / WINDOW + 1;
    const uint32_t parity = best_phase(marks, 2, is_thumb, &thumb);
    const uint32_t phase = best_phase(marks, 4, is_a32, &a32);
    if (thumb > 0 && thumb >= total / 64 && thumb >= a32) {
        marks->arch = DIFF_ARCH_THUMB;
        marks->other_arch = a32 > thumb / 4 ? DIFF_ARCH_A32 : DIFF_ARCH_NONE;
        return parity;
    }
    if (a32 == 0 || a32 < total / 64)
        return 0;
    marks->arch = DIFF_ARCH_A32;
    marks->other_arch = thumb > a32 / 4 ? DIFF_ARCH_THUMB : DIFF_ARCH_NONE;
    return phase;
}

static void choose_phase(struct guess_marks *marks, uint32_t phase)
{
    const uint32_t found = choose_arch(marks);
    if (phase < GUESS_ANY_PHASE)
        find_data(marks, phase);
    else if (marks->arch == DIFF_ARCH_THUMB)
        choose_thumb_phase(marks, found);
    else
        find_data(marks, found);
}

/* --- landmarks ----------------------------------------------------------- */

static void add_mark(struct guess_marks *marks, enum mark_kind kind,
                     uint32_t offset)
{
    if (guess_bit(marks->at[kind], offset - marks->phase))
        return;
    guess_set_bit(marks->at[kind], offset - marks->phase);
    marks->count[kind]++;
}

static void find_functions(struct guess_marks *marks)
{
    uint32_t i = marks->phase;
    for (; i + 4 <= marks->length; i += 2) {
        if (is_thumb_entry(half(marks, i), half(marks, i + 2)))
            add_mark(marks, MARK_THUMB, i);
        if ((i - marks->phase) % 4 == 0 &&
            is_a32_entry(bytes_get32(marks->image + i)))
            add_mark(marks, MARK_A32, i);
    }
}

/* Text behind a zero byte. */
static void find_strings(struct guess_marks *marks)
{
    uint32_t run = 0; /* printable bytes that end before i */
    for (uint32_t i = marks->phase + 1; i < marks->length; i++) {
        const uint8_t byte = marks->image[i];
        run = byte >= 32 && byte < 127 ? run + 1 : 0;
        if (run == STRING_MIN && marks->image[i - STRING_MIN] == 0)
            add_mark(marks, MARK_STRING, i + 1 - STRING_MIN);
    }
}

int guess_marks_open(struct guess_marks *marks, const uint8_t *image,
                     uint32_t length, uint32_t phase)
{
    *marks = (struct guess_marks){.image = image, .length = length};
    marks->data = calloc(length / 32 + 1, 1);
    marks->literals = calloc(length / 32 + 1, 1);
    for (unsigned kind = 0; kind < MARK_KINDS; kind++)
        marks->at[kind] = calloc(length / 8 + 1, 1);
    if (marks->data == NULL || marks->literals == NULL ||
        marks->at[0] == NULL || marks->at[1] == NULL || marks->at[2] == NULL) {
        guess_marks_close(marks);
        return -1;
    }
    choose_phase(marks, phase);
    find_functions(marks);
    find_strings(marks);
    return 0;
}

static uint32_t count_bits(const uint8_t *bits, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (uint32_t)guess_bit(bits, i);
    return sum;
}

struct guess_marks guess_marks_view(const struct guess_marks *marks,
                                    uint32_t start, uint32_t length)
{
    struct guess_marks view = *marks;
    view.image += start;
    view.length = length;
    view.words = length < view.phase ? 0 : (length - view.phase) / 4;
    view.data += start / 32;
    view.literals += start / 32;
    for (unsigned kind = 0; kind < MARK_KINDS; kind++) {
        view.at[kind] += start / 8;
        view.count[kind] = length < view.phase
                               ? 0
                               : count_bits(view.at[kind], length - view.phase);
    }
    return view;
}

void guess_marks_close(struct guess_marks *marks)
{
    free(marks->data);
    free(marks->literals);
    for (unsigned kind = 0; kind < MARK_KINDS; kind++)
        free(marks->at[kind]);
    *marks = (struct guess_marks){0};
}
