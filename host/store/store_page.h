/* SPDX-License-Identifier: Apache-2.0 */
/* The store for people: one page of HTML, no scripts, nothing from outside. */
#ifndef FARFIX_STORE_PAGE_H
#define FARFIX_STORE_PAGE_H

#include "store/store_cache.h"
#include "store/store_channels.h"

/* `out` need not be initialised. */
void store_page(const struct store_catalog *catalog,
                const struct store_channels *channels,
                const struct store_cache *cache, struct pack_buffer *out);

#endif
