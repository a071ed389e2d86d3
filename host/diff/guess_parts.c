/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A base of a small part drowns in the chance hits of the whole image. So the
 * image votes also in halves, quarters and so on. Then each word that points
 * into the image under some base is evidence at the place where it stands and
 * at the one it points to: for the base when it hits a mark there, a little
 * against it when it does not, and nothing on average when all hits are
 * chance. The way through the image with the most evidence is the answer.
 */
#include "diff/guess_parts.h"
#include "base/bytes.h"
#include "diff/guess_vote.h"

#include <stdlib.h>

#define LEVELS 4u        /* halves to sixteenths */
#define WINDOW_MIN 8192u /* smaller ones have too few words to vote */
#define FUNCTIONS 5u     /* that words point at, for a base of its own */
#define PADDING_MIN 15u  /* equal neighbours that are padding */
#define SURE_WORTH 30u   /* votes that leave no doubt */
#define BLOCKS_MAX 2048u /* resolution of the way */
#define BLOCK_MIN 256u
/* Evidence is counted in 256ths of a hit. A part pays for its two ends, and
 * must be worth as many hits. */
#define HIT 256
#define SWITCH (12 * HIT)

/* --- bases --------------------------------------------------------------- */

/* Tables of numbers or of strings at equal distances fit many bases. Only
 * pointers to functions make one that is not the image's main base. */
static int is_sure(const struct guess_base *base)
{
    return base->functions.hits >= FUNCTIONS &&
           base->functions.hits >= 6 * base->functions.chance &&
           base->all.hits >= 3 * FUNCTIONS &&
           base->all.hits >= 4 * base->all.chance;
}

static void add_base(struct guess_parts *parts, uint32_t base)
{
    for (uint32_t i = 0; i < parts->base_count; i++)
        if (parts->bases[i] == base)
            return;
    if (parts->base_count < GUESS_BASES)
        parts->bases[parts->base_count++] = base;
}

static uint32_t worth(const struct guess_base *base)
{
    return base->all.hits - base->all.chance;
}

static int vote_window(const struct guess_marks *marks, uint32_t start,
                       uint32_t length, struct guess_parts *parts)
{
    struct guess_base best;
    const struct guess_marks view = guess_marks_view(marks, start, length);
    const int count = guess_vote(&view, &best, 1);
    if (count > 0 && is_sure(&best))
        add_base(parts, best.base - start);
    return count;
}

static int find_bases(const struct guess_marks *marks,
                      struct guess_parts *parts)
{
    struct guess_base bases[GUESS_BASES / 2];
    const int count = guess_vote(marks, bases, GUESS_BASES / 2);
    parts->is_weak =
        count > 0 && (worth(&bases[0]) < SURE_WORTH ||
                      (count > 1 && worth(&bases[1]) * 4 > worth(&bases[0])));
    for (int i = 0; i < count; i++)
        if (i == 0 || is_sure(&bases[i]))
            add_base(parts, bases[i].base);
    if (count <= 0)
        return count;
    for (uint32_t level = 1; level <= LEVELS; level++) {
        const uint32_t window = ((marks->length >> level) + 31) & ~31u;
        for (uint32_t i = 0; window >= WINDOW_MIN && i < marks->length;
             i += window)
            if (vote_window(marks, i, bytes_min(window, marks->length - i),
                            parts) < 0)
                return -1;
    }
    return count;
}

/* --- evidence ------------------------------------------------------------ */

struct way {
    const struct guess_marks *marks;
    const struct guess_parts *parts;
    uint32_t block, blocks; /* bytes of one, and how many */
    int64_t *evidence;      /* of base b in block k: [k * GUESS_BASES + b] */
    uint8_t *from;          /* the best base in block k - 1, laid out alike */
};

static void add_evidence(struct way *way, uint32_t b)
{
    const struct guess_marks *marks = way->marks;
    const struct guess_chance chance = guess_vote_chance(marks);
    for (uint32_t i = 0; i < marks->words; i++) {
        uint32_t offset;
        const uint32_t word = guess_marks_word(marks, i);
        if (word - way->parts->bases[b] >= marks->length ||
            !guess_marks_counts(marks, i))
            continue;
        const enum guess_aim aim =
            guess_vote_aim(marks, way->parts->bases[b], word, &offset);
        const uint32_t luck =
            guess_vote_function_chance(&chance, word) + chance.string;
        const int32_t worth =
            ((aim >= AIM_STRING ? HIT : 0) - (int32_t)(luck * HIT >> 16)) / 2;
        const uint32_t here = (marks->phase + 4 * i) / way->block;
        way->evidence[here * GUESS_BASES + b] += worth;
        way->evidence[offset / way->block * GUESS_BASES + b] += worth;
    }
}

/* --- the way ------------------------------------------------------------- */

/* scores[b]: of the best way that is on base b at the end of the block. */
static void step(struct way *way, uint32_t k, int64_t *scores)
{
    const uint32_t count = way->parts->base_count;
    uint32_t best = 0;
    for (uint32_t b = 1; b < count; b++)
        if (scores[b] > scores[best])
            best = b;
    const int64_t switched = scores[best] - SWITCH;
    for (uint32_t b = 0; b < count; b++) {
        const int stays = k == 0 || scores[b] >= switched;
        way->from[k * GUESS_BASES + b] = (uint8_t)(stays ? b : best);
        scores[b] =
            (stays ? scores[b] : switched) + way->evidence[k * GUESS_BASES + b];
    }
}

/* chosen[k]: the base of block k. */
static void walk(struct way *way, uint8_t *chosen)
{
    int64_t scores[GUESS_BASES] = {0};
    uint32_t best = 0;
    for (uint32_t k = 0; k < way->blocks; k++)
        step(way, k, scores);
    for (uint32_t b = 1; b < way->parts->base_count; b++)
        if (scores[b] > scores[best])
            best = b;
    for (uint32_t k = way->blocks; k > 0; k--) {
        chosen[k - 1] = (uint8_t)best;
        best = way->from[(k - 1) * GUESS_BASES + best];
    }
}

/* A border of two parts somewhere in [start, end). */
struct border {
    uint32_t start, end;
    uint32_t before, after; /* their bases */
};

/* 1: the word before the border is right, -1: it should be behind. */
static int side_of(const struct guess_marks *marks, const struct border *border,
                   uint32_t word)
{
    const uint32_t before = word - border->before;
    const uint32_t after = word - border->after;
    const int is_before = before < border->end;
    const int is_after = after >= border->start && after < marks->length;
    return is_before - is_after;
}

/* Words that point back into the first part stand before the border, those
 * that point on into the second behind it. [start, end) shrinks to where no
 * word says more. */
static void narrow(const struct guess_marks *marks, struct border *border)
{
    const uint32_t first = (border->start + 3 - marks->phase) / 4;
    struct border best = *border;
    int32_t score = 0, most = 0;
    for (uint32_t i = first; i < marks->words; i++) {
        const uint32_t offset = marks->phase + 4 * i;
        if (offset >= border->end)
            break;
        const int side = side_of(marks, border, guess_marks_word(marks, i));
        if (side != 0 && score == most)
            best.end = offset;
        score += side;
        if (score > most || (score == most && side > 0)) {
            most = score;
            best.start = offset + 4;
            best.end = border->end;
        }
    }
    *border = best;
}

/* A part ends with padding: behind the longest row of equal bytes, or else as
 * late as can be. The next one begins with a word. */
static uint32_t find_padding(const struct guess_marks *marks,
                             const struct border *border)
{
    uint32_t run = 0, longest = PADDING_MIN, at = border->end;
    for (uint32_t i = border->start + 1; i < border->end; i++) {
        run = marks->image[i] == marks->image[i - 1] ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            at = i + 1;
        }
    }
    return at - (at - marks->phase) % 4;
}

/* Between the nearest blocks that speak for either side, those included. */
static uint32_t border_before(const struct way *way, const uint8_t *chosen,
                              uint32_t k)
{
    const int64_t *evidence = way->evidence;
    uint32_t first = k - 1, last = k + 1;
    while (first > 0 && chosen[first - 1] == chosen[k - 1] &&
           evidence[first * GUESS_BASES + chosen[k - 1]] < HIT)
        first--;
    while (last < way->blocks && chosen[last] == chosen[k] &&
           evidence[(last - 1) * GUESS_BASES + chosen[k]] < HIT)
        last++;
    struct border border = {
        first * way->block, bytes_min(last * way->block, way->marks->length),
        way->parts->bases[chosen[k - 1]], way->parts->bases[chosen[k]]};
    narrow(way->marks, &border);
    return find_padding(way->marks, &border);
}

static void cut(const struct way *way, const uint8_t *chosen,
                struct guess_parts *parts)
{
    uint32_t start = 0;
    parts->segment_count = 0;
    for (uint32_t k = 1; k <= way->blocks; k++) {
        if (k < way->blocks &&
            (chosen[k] == chosen[k - 1] ||
             parts->segment_count + 1 == DIFF_GUESS_SEGMENTS))
            continue;
        const uint32_t end = k < way->blocks ? border_before(way, chosen, k)
                                             : way->marks->length;
        if (end <= start)
            continue;
        parts->segments[parts->segment_count++] = (struct diff_segment){
            start, end - start, parts->bases[chosen[k - 1]] + start};
        start = end;
    }
}

/* --- proof --------------------------------------------------------------- */

/* Do the words of this part point at functions of this part? */
static int prove(const struct guess_marks *marks,
                 const struct diff_segment *segment)
{
    const uint32_t start = segment->offset & ~31u;
    const struct guess_marks view = guess_marks_view(
        marks, start, segment->length + segment->offset - start);
    const struct guess_chance chance = guess_vote_chance(&view);
    struct guess_base base = {.base =
                                  segment->base - (segment->offset - start)};
    uint64_t functions = 0, strings = 0;
    uint32_t last = 0; /* a table that repeats one function proves nothing */
    for (uint32_t i = 0; i < view.words; i++) {
        uint32_t offset;
        const uint32_t word = guess_marks_word(&view, i);
        const enum guess_aim aim =
            guess_vote_aim(&view, base.base, word, &offset);
        if (!guess_marks_counts(&view, i) || word == last || aim == AIM_OUTSIDE)
            continue;
        functions += guess_vote_function_chance(&chance, word);
        strings += chance.string;
        base.functions.hits += aim == AIM_FUNCTION;
        base.all.hits += aim >= AIM_STRING;
        last = aim >= AIM_STRING ? word : last;
    }
    base.functions.chance = guess_vote_round(functions);
    base.all.chance = guess_vote_round(functions + strings);
    return is_sure(&base);
}

/* What is not proved goes with what stands before it, at the start of the
 * image with what comes behind. */
static void keep_proved(const struct guess_marks *marks,
                        struct guess_parts *parts)
{
    struct diff_segment *list = parts->segments;
    size_t count = 0;
    uint32_t start = 0;
    for (size_t i = 0; i < parts->segment_count; i++) {
        const struct diff_segment segment = list[i];
        const uint32_t end = segment.offset + segment.length;
        const uint32_t base = segment.base - segment.offset;
        const int proved = prove(marks, &segment);
        if (count > 0 &&
            (!proved || base == list[count - 1].base - list[count - 1].offset))
            list[count - 1].length = end - list[count - 1].offset;
        else if (proved)
            list[count++] =
                (struct diff_segment){start, end - start, base + start};
        start = count > 0 ? end : start;
    }
    if (count == 0)
        list[count++] =
            (struct diff_segment){0, marks->length, parts->bases[0]};
    parts->segment_count = count;
}

/* --- parts --------------------------------------------------------------- */

static int find_way(const struct guess_marks *marks, struct guess_parts *parts)
{
    struct way way = {.marks = marks, .parts = parts, .block = BLOCK_MIN};
    while (marks->length / way.block >= BLOCKS_MAX)
        way.block *= 2;
    way.blocks = (marks->length - 1) / way.block + 1;
    const size_t cells = (size_t)way.blocks * GUESS_BASES;
    way.evidence = calloc(cells, sizeof *way.evidence);
    way.from = calloc(cells, 1);
    uint8_t *chosen = calloc(way.blocks, 1);
    const int failed =
        way.evidence == NULL || way.from == NULL || chosen == NULL;
    if (!failed) {
        for (uint32_t b = 0; b < parts->base_count; b++)
            add_evidence(&way, b);
        walk(&way, chosen);
        cut(&way, chosen, parts);
        keep_proved(marks, parts);
    }
    free(way.evidence);
    free(way.from);
    free(chosen);
    return failed ? -1 : 0;
}

int guess_parts_find(const struct guess_marks *marks, struct guess_parts *parts)
{
    *parts = (struct guess_parts){0};
    const int count = find_bases(marks, parts);
    return count <= 0 ? count : find_way(marks, parts);
}
