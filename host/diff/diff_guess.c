/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_guess.h"
#include "base/bytes.h"
#include "diff/guess_marks.h"
#include "diff/guess_parts.h"
#include "diff/image_elf.h"

#include <stdlib.h>

/* --- RAM ----------------------------------------------------------------- */

#define PAGE_BITS 16u
#define PAGES (1u << (32 - PAGE_BITS))
#define FILTER_BITS (1u << 20)
#define HASHES_A_BIT (1u << 12) /* 2^32 / FILTER_BITS */
#define RAM_WORDS 8u            /* fewer are no RAM */
#define LITERALS 32u /* different ones: enough to find RAM among them */
#define RAM_GAP 4u   /* pages without words that may lie inside the window */

static int is_in_image(const struct diff_guess *guess, uint32_t address)
{
    for (size_t i = 0; i < guess->segment_count; i++)
        if (address - guess->segments[i].base < guess->segments[i].length)
            return 1;
    return 0;
}

/* The different words of each page, of those that `which` has, without those
 * that point into the image. Returns how many different ones there are, which
 * a filter of hashes says: a few are lost. */
static uint32_t count_pages(const struct guess_marks *marks,
                            const uint8_t *which,
                            const struct diff_guess *guess, uint32_t *pages)
{
    uint8_t filter[FILTER_BITS / 8] = {0};
    uint32_t all = 0;
    memset(pages, 0, PAGES * sizeof *pages);
    for (uint32_t i = 0; i < marks->words; i++) {
        const uint32_t word = guess_marks_word(marks, i);
        const uint32_t hash = (word * 0x9e3779b1u) / HASHES_A_BIT;
        if (!guess_bit(which, i) || guess_bit(filter, hash))
            continue;
        guess_set_bit(filter, hash);
        all++;
        if (!is_in_image(guess, word))
            pages[word >> PAGE_BITS]++;
    }
    return all;
}

/* Cortex-M has its RAM below 0x40000000 or from 0x60000000 on, and most of it
 * at 0x20000000; what is between is peripherals, whose addresses no linker
 * moves. An image that runs there itself is of another world. */
static uint32_t likelihood(const struct diff_guess *guess, uint32_t page)
{
    const uint32_t address = page << PAGE_BITS;
    const int has_base = guess->segment_count > 0;
    const uint32_t base = has_base ? guess->segments[0].base : 0;
    if (address < 0x100000 || address >= 0xe0000000)
        return 0;
    if (guess->arch == DIFF_ARCH_A32 || base >= 0x40000000)
        return 1;
    if (address >= 0x40000000 && address < 0x60000000)
        return 0;
    return address >= 0x1ff00000 && address < 0x40000000 ? 4 : 1;
}

static uint32_t find_page(const struct diff_guess *guess, const uint32_t *pages)
{
    uint32_t best = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < PAGES; i++) {
        const uint64_t score = (uint64_t)pages[i] * likelihood(guess, i);
        if (score > most) {
            most = score;
            best = i;
        }
    }
    return best;
}

/* The last page from `page` on, in steps of 1 or -1, that still has words. */
static uint32_t find_edge(const uint32_t *pages, uint32_t page, uint32_t by)
{
    const uint32_t enough = pages[page] / 64 > 2 ? pages[page] / 64 : 2;
    uint32_t edge = page;
    for (uint32_t n = 1; n <= RAM_GAP + 1; n++) {
        const uint32_t next = edge + n * by;
        if (next >= PAGES)
            break;
        if (pages[next] >= enough) {
            edge = next;
            n = 0;
        }
    }
    return edge;
}

static int find_window(const uint32_t *pages, uint32_t all,
                       struct diff_guess *guess)
{
    const uint32_t page = find_page(guess, pages);
    if (pages[page] < RAM_WORDS || pages[page] < all / 64 ||
        likelihood(guess, page) == 0)
        return 0;
    guess->ram_low = find_edge(pages, page, UINT32_MAX) << PAGE_BITS;
    guess->ram_high = (find_edge(pages, page, 1) + 1) << PAGE_BITS;
    return 1;
}

/* What code loads is surely a number. Some compilers let it load nothing. */
static int find_ram(const struct guess_marks *marks, struct diff_guess *guess)
{
    uint32_t *pages = malloc(PAGES * sizeof *pages);
    if (pages == NULL)
        return -1;
    guess->ram_low = guess->ram_high = 0;
    const uint32_t all = count_pages(marks, marks->literals, guess, pages);
    if (!find_window(pages, all, guess) && all < LITERALS)
        find_window(pages, count_pages(marks, marks->data, guess, pages),
                    guess);
    free(pages);
    return 0;
}

/* --- candidates ---------------------------------------------------------- */

struct list {
    const struct guess_marks *marks;
    struct diff_guess *candidates;
    size_t count, most;
};

static int is_same(const struct diff_guess *a, const struct diff_guess *b)
{
    return a->arch == b->arch && a->phase == b->phase &&
           a->segment_count == b->segment_count &&
           memcmp(a->segments, b->segments,
                  a->segment_count * sizeof a->segments[0]) == 0;
}

/* RAM is what is outside the image, so it is found for each candidate. */
static int add(struct list *list, struct diff_guess guess)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_same(&list->candidates[i], &guess))
            return 0;
    if (list->count == list->most)
        return 0;
    if (find_ram(list->marks, &guess) != 0)
        return -1;
    list->candidates[list->count++] = guess;
    return 0;
}

static struct diff_guess at_base(struct diff_guess guess, uint32_t base,
                                 uint32_t length)
{
    guess.segments[0] = (struct diff_segment){0, length, base};
    guess.segment_count = 1;
    return guess;
}

/* The segments of `guess`, and what else they could be. */
static int add_parts(struct list *list, struct diff_guess guess)
{
    struct guess_parts parts;
    if (guess_parts_find(list->marks, &parts) != 0)
        return -1;
    guess.segment_count = parts.segment_count;
    memcpy(guess.segments, parts.segments, sizeof guess.segments);
    int failed = add(list, guess);
    if (!failed && parts.segment_count > 1)
        failed = add(list, at_base(guess, parts.bases[0], list->marks->length));
    if (failed || (parts.segment_count > 0 && !parts.is_weak))
        return failed;
    for (uint32_t i = 1; i < parts.base_count && i < 3; i++)
        if (add(list, at_base(guess, parts.bases[i], list->marks->length)) != 0)
            return -1;
    guess.segment_count = 0;
    if (add(list, guess) != 0)
        return -1;
    guess.phase = 0; /* as most images are */
    return add(list, guess);
}

static int add_all(struct list *list, const struct diff_guess *known)
{
    struct diff_guess guess = *known;
    guess.arch = list->marks->arch;
    guess.phase = list->marks->phase;
    int failed =
        known->segment_count > 0 ? add(list, guess) : add_parts(list, guess);
    if (failed || list->marks->other_arch == DIFF_ARCH_NONE)
        return failed;
    guess = list->candidates[0];
    guess.arch = list->marks->other_arch;
    return add(list, guess);
}

/* Addresses that are known also say where the words are. */
static uint32_t known_phase(const struct diff_guess *known)
{
    if (known->segment_count == 0)
        return GUESS_ANY_PHASE;
    return (known->segments[0].offset - known->segments[0].base) & 3;
}

size_t diff_guess(const uint8_t *image, size_t length,
                  const struct diff_segment *known, size_t known_count,
                  struct diff_guess *candidates, size_t most)
{
    struct guess_marks marks;
    struct list list = {.marks = &marks, candidates, 0, most};
    struct diff_guess start = {.arch = DIFF_ARCH_NONE};
    for (size_t i = 0; i < known_count && i < DIFF_GUESS_SEGMENTS; i++)
        start.segments[start.segment_count++] = known[i];
    if (known_count == 0)
        start.segment_count = image_elf_segments(image, length, start.segments,
                                                 DIFF_GUESS_SEGMENTS);
    if (most == 0 || guess_marks_open(&marks, image, (uint32_t)length,
                                      known_phase(&start)) != 0)
        return 0;
    const int failed = add_all(&list, &start);
    guess_marks_close(&marks);
    return failed ? 0 : list.count;
}
