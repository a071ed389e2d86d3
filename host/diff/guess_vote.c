/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All pairs of a word and a mark would be too many. So first only their
 * remainders modulo SPAN vote, which is a correlation of two histograms; then
 * the pairs that agree with one of the best remainders vote for whole bases;
 * and the winners are counted exactly.
 */
#include "diff/guess_vote.h"
#include "base/bytes.h"

#include <stdlib.h>

#define MEGABYTE (1u << 20)
#define REGIONS 6u      /* most crowded megabytes that are tried */
#define REGION_WORDS 6u /* a region has at least so many words */
#define REMAINDERS 4u   /* that are followed up in each region */
#define REGION_BASES 2u /* that a region may have */
#define WINNERS (REGIONS * REGION_BASES)
#define PAIRS_MAX (1u << 22)
#define CLASSES 4u /* addresses modulo 4 */
#define BINS_MAX 4096u

struct vote {
    const struct guess_marks *marks;
    uint32_t bins; /* a remainder is modulo 4 * bins */
    /* The marks sorted by kind, class and bin: those of cell c are
     * list[start[c]] to list[start[c + 1] - 1]. */
    uint32_t *list, *start;
    /* The region in hand: addresses [low, low + span) and the different data
     * words among them. */
    uint32_t low, span;
    uint32_t *values, value_count;
    uint8_t *seen;
    uint32_t *bases, base_count;        /* votes for whole bases */
    struct guess_base winners[WINNERS]; /* best first */
    uint32_t winner_count;
};

/* --- cells --------------------------------------------------------------- */

static uint32_t cell(const struct vote *vote, unsigned kind, uint32_t value)
{
    return (kind * CLASSES + value % CLASSES) * vote->bins +
           value / 4 % vote->bins;
}

/* Where a word may point: as to a function of Thumb (odd words only) or as
 * to anything else. */
static int aims_at(uint32_t word, unsigned kind)
{
    return kind != MARK_THUMB || (word & 1) != 0;
}

static uint32_t target(uint32_t word, unsigned kind)
{
    return kind == MARK_THUMB ? word - 1 : word;
}

static void count_cells(struct vote *vote)
{
    const struct guess_marks *marks = vote->marks;
    const uint32_t bytes = marks->length - marks->phase;
    for (unsigned kind = 0; kind < MARK_KINDS; kind++)
        for (uint32_t q = 0; q < bytes; q++)
            if (guess_bit(marks->at[kind], q))
                vote->start[cell(vote, kind, q) + 1]++;
    for (uint32_t i = 0; i < MARK_KINDS * CLASSES * vote->bins; i++)
        vote->start[i + 1] += vote->start[i];
}

/* Fills each cell and leaves start[c] at its end, which is where the next
 * one starts; moving all by one gives the starts back. */
static void fill_cells(struct vote *vote)
{
    const struct guess_marks *marks = vote->marks;
    const uint32_t bytes = marks->length - marks->phase;
    const uint32_t cells = MARK_KINDS * CLASSES * vote->bins;
    for (unsigned kind = 0; kind < MARK_KINDS; kind++)
        for (uint32_t q = 0; q < bytes; q++)
            if (guess_bit(marks->at[kind], q))
                vote->list[vote->start[cell(vote, kind, q)]++] = q;
    for (uint32_t i = cells; i > 0; i--)
        vote->start[i] = vote->start[i - 1];
    vote->start[0] = 0;
}

/* --- regions ------------------------------------------------------------- */

static void count_regions(const struct guess_marks *marks, uint32_t *regions)
{
    for (uint32_t i = 0; i < marks->words; i++)
        if (guess_marks_counts(marks, i))
            regions[guess_marks_word(marks, i) / MEGABYTE]++;
}

static int is_explained(const struct vote *vote, uint32_t word)
{
    uint32_t offset;
    for (uint32_t i = 0; i < vote->winner_count; i++)
        if (guess_vote_aim(vote->marks, vote->winners[i].base, word, &offset) >=
            AIM_STRING)
            return 1;
    return 0;
}

/* The region's addresses, and an image's length around them. */
static void open_region(struct vote *vote, uint32_t region)
{
    const struct guess_marks *marks = vote->marks;
    const uint64_t start = (uint64_t)region * MEGABYTE;
    const uint64_t end = start + MEGABYTE + marks->length;
    vote->low = start < marks->length ? 0 : (uint32_t)start - marks->length;
    vote->span = (end > UINT32_MAX ? UINT32_MAX : (uint32_t)end) - vote->low;
    vote->value_count = 0;
    memset(vote->seen, 0, vote->span / 8 + 1);
    for (uint32_t i = 0; i < marks->words; i++) {
        const uint32_t word = guess_marks_word(marks, i);
        if (word - vote->low >= vote->span || !guess_marks_counts(marks, i) ||
            guess_bit(vote->seen, word - vote->low) || is_explained(vote, word))
            continue;
        guess_set_bit(vote->seen, word - vote->low);
        vote->values[vote->value_count++] = word;
    }
}

/* --- remainders ---------------------------------------------------------- */

/* shifts[s] += how many marks and words of one kind and class agree when the
 * mark's bin is the word's + s. Bins are limited to 255: the sums fit. */
static void correlate(const struct vote *vote, unsigned kind, unsigned class,
                      const uint8_t *words, uint32_t *shifts)
{
    uint8_t twice[2 * BINS_MAX];
    const uint32_t *start = vote->start + (kind * CLASSES + class) * vote->bins;
    for (uint32_t i = 0; i < vote->bins; i++)
        twice[i] = twice[i + vote->bins] =
            (uint8_t)bytes_min(start[i + 1] - start[i], 255);
    if (start[0] == start[vote->bins])
        return;
    for (uint32_t w = 0; w < vote->bins; w++)
        for (uint32_t s = 0; words[w] != 0 && s < vote->bins; s++)
            shifts[s] += (uint32_t)words[w] * twice[w + s];
}

static void count_shifts(const struct vote *vote, uint32_t *shifts)
{
    uint8_t words[MARK_KINDS * CLASSES * BINS_MAX] = {0};
    for (uint32_t i = 0; i < vote->value_count; i++)
        for (unsigned kind = 0; kind < MARK_KINDS; kind++) {
            if (!aims_at(vote->values[i], kind))
                continue;
            uint8_t *count =
                &words[cell(vote, kind, target(vote->values[i], kind))];
            if (*count < 255)
                (*count)++;
        }
    memset(shifts, 0, vote->bins * sizeof *shifts);
    for (unsigned kind = 0; kind < MARK_KINDS; kind++)
        for (unsigned class = 0; class < CLASSES; class ++)
            correlate(vote, kind, class,
                      words + (kind * CLASSES + class) * vote->bins, shifts);
}

/* Index of the largest number, which becomes 0. */
static uint32_t take_largest(uint32_t *numbers, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++)
        if (numbers[i] > numbers[best])
            best = i;
    numbers[best] = 0;
    return best;
}

/* --- whole bases --------------------------------------------------------- */

/* The lowest base of the region that has the remainder of this shift. */
static uint32_t lowest_base(const struct vote *vote, uint32_t shift)
{
    const uint32_t lowest = vote->low - vote->marks->length;
    return lowest + (0u - 4 * shift - lowest) % (4 * vote->bins);
}

static void vote_whole(struct vote *vote, uint32_t shift)
{
    const uint32_t lowest = lowest_base(vote, shift);
    const uint64_t pairs =
        (uint64_t)vote->value_count *
        (vote->start[MARK_KINDS * CLASSES * vote->bins] / vote->bins + 1);
    const uint32_t stride = (uint32_t)(pairs / PAIRS_MAX) + 1;
    memset(vote->bases, 0, vote->base_count * sizeof *vote->bases);
    for (uint32_t i = 0; i < vote->value_count; i += stride)
        for (unsigned kind = 0; kind < MARK_KINDS; kind++) {
            const uint32_t to = target(vote->values[i], kind);
            const uint32_t c = cell(vote, kind, to + 4 * shift);
            if (!aims_at(vote->values[i], kind))
                continue;
            for (uint32_t k = vote->start[c]; k < vote->start[c + 1]; k++)
                vote->bases[(to - vote->list[k] - lowest) / (4 * vote->bins)]++;
        }
}

static uint32_t chance_of(const struct guess_marks *marks, enum mark_kind kind,
                          uint32_t alignment)
{
    return (uint32_t)(((uint64_t)marks->count[kind] << 16) /
                      (marks->length / alignment + 1));
}

struct guess_chance guess_vote_chance(const struct guess_marks *marks)
{
    return (struct guess_chance){
        .thumb = chance_of(marks, MARK_THUMB, 2),
        .a32 = chance_of(marks, MARK_A32, 4),
        .string = chance_of(marks, MARK_STRING, 1),
    };
}

uint32_t guess_vote_function_chance(const struct guess_chance *chance,
                                    uint32_t word)
{
    if ((word & 1) != 0)
        return chance->thumb;
    return (word & 2) != 0 ? 0 : chance->a32;
}

uint32_t guess_vote_round(uint64_t chance)
{
    return (uint32_t)((chance + (1u << 16) - (1u << 12)) >> 16);
}

enum guess_aim guess_vote_aim(const struct guess_marks *marks, uint32_t base,
                              uint32_t word, uint32_t *offset)
{
    *offset = word - base;
    if (*offset < marks->phase || *offset >= marks->length)
        return AIM_OUTSIDE;
    const uint32_t q = *offset - marks->phase;
    if (guess_bit(marks->at[MARK_A32], q) ||
        ((word & 1) != 0 && q > 0 && guess_bit(marks->at[MARK_THUMB], q - 1)))
        return AIM_FUNCTION;
    return guess_bit(marks->at[MARK_STRING], q) ? AIM_STRING : AIM_INSIDE;
}

/* Exactly, over the different words of the region. */
static void count_hits(const struct vote *vote, struct guess_base *base)
{
    uint64_t functions = 0, strings = 0;
    const struct guess_chance chance = guess_vote_chance(vote->marks);
    for (uint32_t i = 0; i < vote->value_count; i++) {
        uint32_t offset;
        const uint32_t word = vote->values[i];
        const enum guess_aim aim =
            guess_vote_aim(vote->marks, base->base, word, &offset);
        if (aim == AIM_OUTSIDE)
            continue;
        functions += guess_vote_function_chance(&chance, word);
        strings += chance.string;
        base->all.hits += aim >= AIM_STRING;
        base->functions.hits += aim == AIM_FUNCTION;
    }
    base->functions.chance = guess_vote_round(functions);
    base->all.chance = guess_vote_round(functions + strings);
}

/* Five standard deviations and five: millions of bases are compared. */
static int is_significant(const struct guess_base *base)
{
    const uint64_t least = (uint64_t)base->all.chance + 5;
    if (base->all.hits <= least)
        return 0;
    const uint64_t more = base->all.hits - least;
    return more * more >= (uint64_t)25 * base->all.chance;
}

/* --- the winners --------------------------------------------------------- */

static uint32_t worth(const struct guess_base *base)
{
    return base->all.hits - base->all.chance;
}

/* The region's best base, which may not be significant. */
static struct guess_base best_of_region(struct vote *vote)
{
    uint32_t shifts[BINS_MAX];
    struct guess_base best = {0};
    count_shifts(vote, shifts);
    for (unsigned n = 0; n < REMAINDERS; n++) {
        const uint32_t shift = take_largest(shifts, vote->bins);
        vote_whole(vote, shift);
        const uint32_t i = take_largest(vote->bases, vote->base_count);
        struct guess_base base = {.base = lowest_base(vote, shift) +
                                          i * 4 * vote->bins -
                                          vote->marks->phase};
        count_hits(vote, &base);
        if (is_significant(&base) &&
            (!is_significant(&best) || worth(&base) > worth(&best)))
            best = base;
    }
    return best;
}

/* The first of two that are worth the same stays in front. */
static void insert(struct vote *vote, const struct guess_base *base)
{
    struct guess_base *list = vote->winners;
    uint32_t i = vote->winner_count++;
    for (; i > 0 && worth(&list[i - 1]) < worth(base); i--)
        list[i] = list[i - 1];
    list[i] = *base;
}

/* Addresses from 0xe0000000 on are the system's, or negative numbers. */
static uint32_t take_region(uint32_t *regions)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < 0xe00; i++)
        if (regions[i] > regions[best])
            best = i;
    if (regions[best] < REGION_WORDS)
        return UINT32_MAX;
    regions[best] = 0;
    return best;
}

/* What a winner explains votes no more: then the next one is a base of its
 * own, and not the first one again, off by the length of a string. */
static void vote_regions(struct vote *vote, uint32_t *regions)
{
    for (unsigned n = 0; n < REGIONS; n++) {
        const uint32_t region = take_region(regions);
        if (region == UINT32_MAX)
            return;
        for (unsigned k = 0; k < REGION_BASES; k++) {
            open_region(vote, region);
            const struct guess_base base = best_of_region(vote);
            if (!is_significant(&base))
                break;
            insert(vote, &base);
        }
    }
}

/* --- vote ---------------------------------------------------------------- */

static int open_vote(struct vote *vote)
{
    const struct guess_marks *marks = vote->marks;
    const uint64_t span = (uint64_t)MEGABYTE + 2 * (uint64_t)marks->length;
    vote->bins = marks->length > 256 * 1024 ? BINS_MAX : BINS_MAX / 4;
    vote->base_count =
        (uint32_t)((span + marks->length) / (4 * vote->bins)) + 2;
    vote->start =
        calloc(MARK_KINDS * CLASSES * vote->bins + 2, sizeof *vote->start);
    vote->list = malloc(
        ((size_t)marks->count[0] + marks->count[1] + marks->count[2] + 1) *
        sizeof *vote->list);
    vote->values = malloc(((size_t)marks->words + 1) * sizeof *vote->values);
    vote->seen = malloc((size_t)(span / 8) + 1);
    vote->bases = malloc(vote->base_count * sizeof *vote->bases);
    if (vote->start == NULL || vote->list == NULL || vote->values == NULL ||
        vote->seen == NULL || vote->bases == NULL)
        return -1;
    count_cells(vote);
    fill_cells(vote);
    return 0;
}

static void close_vote(struct vote *vote)
{
    free(vote->start);
    free(vote->list);
    free(vote->values);
    free(vote->seen);
    free(vote->bases);
}

int guess_vote(const struct guess_marks *marks, struct guess_base *bases,
               uint32_t most)
{
    struct vote vote = {.marks = marks};
    uint32_t regions[4096] = {0};
    if (marks->words == 0)
        return 0;
    const int failed = open_vote(&vote);
    if (!failed) {
        count_regions(marks, regions);
        vote_regions(&vote, regions);
    }
    close_vote(&vote);
    if (failed)
        return -1;
    most = bytes_min(most, vote.winner_count);
    memcpy(bases, vote.winners, most * sizeof *bases);
    return (int)most;
}
