/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile zips, one a row: an honest package in which one thing is as a zip
 * may be or as a liar would have it. Each has a name that replays it
 * (FARFIX_ROW=name) and the one verdict that docs/package-format.md gives it.
 *
 * Names begin with what they are about:
 *   a1 ... c5   the 14 ambiguities of ZipDiff (You et al., USENIX Security
 *               2025): a redundant metadata, b names, c where things stand
 *   field       fields of which nobody disagrees and which are fixed here
 *   extra       extra fields and comments
 *   bomb        sizes, ratios, overlaps (Fifield, WOOT 2019)
 *   entry       entries too many, too few, in another order
 *   signed      signatures, texts and payloads within a sound container
 *
 * A forge that is given here lists release, release.sig, cert, cert.sig,
 * package, package.sig, modem.patch, ap.bin.
 */
#ifndef FARFIX_TESTS_ZIP_ROWS_H
#define FARFIX_TESTS_ZIP_ROWS_H

#include "zip_plan.h"

struct zip_row;
typedef void zip_shape(struct plan *plan, const struct zip_row *row);

struct zip_row {
    const char *id;
    int verdict;
    zip_shape *shape; /* null: only edits */
    uint32_t a, b;    /* what the shape takes them for */
    const char *text;
    uint32_t text_length; /* a text may hold NUL */
    struct plan_edit edits[3];
};

/* All rows, in one order. */
uint32_t zip_row_count(void);
const struct zip_row *zip_row(uint32_t i);

/* 1 unless FARFIX_ROW names another row. */
int zip_row_is_wanted(const struct zip_row *row);
/* 1: the row's name begins with this word. */
int zip_row_is_of(const struct zip_row *row, const char *word);

/* The row's file, made from these listed entries; free .bytes. */
struct forge_bytes zip_row_make(const struct zip_row *row,
                                const struct forge *forge);

#endif
