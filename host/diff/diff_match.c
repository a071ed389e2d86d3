/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_match.h"
#include "base/bytes.h"

#include <divsufsort.h>
#include <stdlib.h>

#define NEIGHBOURS 48 /* looked at on each side of a suffix */

/* --- suffix array -------------------------------------------------------- */

/* Kasai, Lee, Arimura, Arikawa, Park 2001: each suffix begins like the one a
 * byte before it did, but for that byte. */
static void find_common(struct diff_match *match, int32_t length)
{
    const uint8_t *text = match->text;
    int32_t same = 0;
    for (int32_t i = 0; i < length; i++) {
        const int32_t rank = match->ranks[i];
        if (rank == 0) {
            match->common[0] = 0;
            same = 0;
            continue;
        }
        const int32_t other = match->suffixes[rank - 1];
        while (i + same < length && other + same < length &&
               text[i + same] == text[other + same])
            same++;
        match->common[rank] = same;
        if (same > 0)
            same--;
    }
}

int diff_match_open(struct diff_match *match, const uint8_t *old_image,
                    uint32_t old_bytes, const uint8_t *new_image,
                    uint32_t new_bytes)
{
    const size_t length = (size_t)old_bytes + new_bytes;
    *match =
        (struct diff_match){.old_bytes = old_bytes, .new_bytes = new_bytes};
    match->text = malloc(length);
    match->suffixes = malloc(length * sizeof *match->suffixes);
    match->ranks = malloc(length * sizeof *match->ranks);
    match->common = malloc(length * sizeof *match->common);
    if (match->text == NULL || match->suffixes == NULL ||
        match->ranks == NULL || match->common == NULL)
        return -1;
    if (old_bytes > 0)
        memcpy(match->text, old_image, old_bytes);
    memcpy(match->text + old_bytes, new_image, new_bytes);
    if (divsufsort(match->text, match->suffixes, (int32_t)length) != 0)
        return -1;
    for (size_t i = 0; i < length; i++)
        match->ranks[match->suffixes[i]] = (int32_t)i;
    find_common(match, (int32_t)length);
    return 0;
}

void diff_match_close(struct diff_match *match)
{
    free(match->text);
    free(match->suffixes);
    free(match->ranks);
    free(match->common);
}

/* --- search -------------------------------------------------------------- */

struct search {
    const struct diff_match *match;
    const struct ffx_delta_layout *layout;
    uint32_t index, position, diagonal;
    struct diff_found best;
};

/* How far apart two diagonals are. */
static uint32_t apart(uint32_t a, uint32_t b)
{
    return a - b < b - a ? a - b : b - a;
}

static void consider(struct search *search, uint32_t at, uint32_t length)
{
    const uint32_t old_bytes = search->match->old_bytes;
    const int is_new = at >= old_bytes;
    const uint32_t source = is_new ? at - old_bytes : at;
    const struct delta_reach reach =
        delta_layout_reach(search->layout, search->index, source);
    if (reach.is_new != is_new || reach.length == 0)
        return;
    length = bytes_min(length, reach.length);
    if (length < search->best.length)
        return;
    const uint32_t home = search->position + search->diagonal;
    if (length == search->best.length &&
        apart(source, home) >= apart(search->best.source, home))
        return;
    search->best.length = length;
    search->best.source = source;
}

static void look_down(struct search *search, int32_t rank, uint32_t most)
{
    const struct diff_match *match = search->match;
    uint32_t length = most;
    for (int i = 0; i < NEIGHBOURS && rank > 0; i++, rank--) {
        length = bytes_min(length, (uint32_t)match->common[rank]);
        if (length == 0 || length < search->best.length)
            return;
        consider(search, (uint32_t)match->suffixes[rank - 1], length);
    }
}

static void look_up(struct search *search, int32_t rank, uint32_t most)
{
    const struct diff_match *match = search->match;
    const int32_t end = (int32_t)(match->old_bytes + match->new_bytes);
    uint32_t length = most;
    for (int i = 0; i < NEIGHBOURS && ++rank < end; i++) {
        length = bytes_min(length, (uint32_t)match->common[rank]);
        if (length == 0 || length < search->best.length)
            return;
        consider(search, (uint32_t)match->suffixes[rank], length);
    }
}

struct diff_found diff_match_longest(const struct diff_match *match,
                                     const struct ffx_delta_layout *layout,
                                     uint32_t index, uint32_t position,
                                     uint32_t most, uint32_t diagonal)
{
    struct search search = {.match = match,
                            .layout = layout,
                            .index = index,
                            .position = position,
                            .diagonal = diagonal};
    const int32_t rank = match->ranks[match->old_bytes + position];
    look_down(&search, rank, most);
    look_up(&search, rank, most);
    return search.best;
}

uint32_t diff_match_along(const struct diff_match *match,
                          const struct ffx_delta_layout *layout, uint32_t index,
                          uint32_t position, uint32_t source, uint32_t most)
{
    const struct delta_reach reach = delta_layout_reach(layout, index, source);
    if (reach.length == 0)
        return 0;
    const uint8_t *wanted = match->text + match->old_bytes + position;
    const uint8_t *there =
        match->text + (reach.is_new ? match->old_bytes : 0) + source;
    uint32_t length = 0;
    most = bytes_min(most, reach.length);
    while (length < most && there[length] == wanted[length])
        length++;
    return length;
}
