/* SPDX-License-Identifier: Apache-2.0 */
/* The page for people: models, versions, and which package leads where. */
#ifndef FARFIX_STORE_PAGE_H
#define FARFIX_STORE_PAGE_H

#include "store/store_cache.h"

/* `out` is the whole page; empty when memory ran out. */
void store_page(const struct store_catalog *catalog,
                const struct store_cache *cache, struct pack_buffer *out);

#endif
