/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the page for people share. Room-internal. */
#ifndef FARFIX_STORE_PAGE_PARTS_H
#define FARFIX_STORE_PAGE_PARTS_H

#include "store/store_cache.h"
#include "store/store_channels.h"

#include <stdio.h>

struct page {
    const struct store_catalog *catalog;
    const struct store_channels *channels;
    const struct store_cache *cache;
    FILE *out;
};

/* Releases of one model, [first, end), oldest first; or none, when only its
 * vendor's packages are here. */
struct page_model {
    const char *name;
    const struct store_release *first, *end;
};

/* --- store_page_style.c -------------------------------------------------- */

extern const char page_style[];

/* --- store_page_text.c: words, numbers, links ---------------------------- */

/* Names are of a safe alphabet; paths and reasons are not. */
void page_text(const struct page *page, const char *text);
/* A version, with a place to break before the model that many end with. */
void page_version(const struct page *page, const char *version,
                  const char *model);
/* 1234567 as 1,234,567. */
void page_number(const struct page *page, uint64_t value);
/* "1 release", "2,000 releases" */
void page_count(const struct page *page, uint64_t count, const char *noun);
/* "700 bytes", "12.3 KiB" */
void page_size(const struct page *page, uint64_t bytes);
/* "3.1 %" of `whole`; 0: nobody knows of what. */
void page_share(const struct page *page, uint64_t part, uint64_t whole);
/* MODEL/FROM___TO/FILE: the page works below any prefix, and as a file. */
void page_address(const struct page *page, const char *model, const char *from,
                  const char *to, const char *file, const char *ending);

/* --- store_page_matrix.c ------------------------------------------------- */

/* What the colours and marks of a matrix mean. */
void page_legend(const struct page *page);
void page_matrix(const struct page *page, const struct page_model *model);
/* What the newest step does, if its package is at hand: looking at the page
 * builds nothing. */
void page_pictures(const struct page *page, const struct page_model *model);

/* --- store_page_channels.c ----------------------------------------------- */

/* Null: no release is for whoever is in no other channel. */
const struct store_release *page_stable(const struct page *page,
                                        const struct page_model *model);
int page_has_version(const struct page *page, const char *model,
                     const char *version);
void page_channels(const struct page *page, const struct page_model *model);
/* The channels that offer this release, as tags. */
void page_tags(const struct page *page, const struct page_model *model,
               const struct store_release *release);

#endif
