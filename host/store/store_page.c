/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>farfix store</title>\n"
    "<style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;"
    "padding:0 1em}\n"
    "table{border-collapse:collapse;margin:.5em 0 2em}\n"
    "td,th{border:1px solid #999;padding:.25em .7em;text-align:left}\n"
    "td{text-align:right}code{font-size:.95em}\n"
    "</style></head><body>\n"
    "<h1>farfix store</h1>\n"
    "<p>Each package takes a device from the version of its row to the "
    "version of its column. A device asks <code>GET /MODEL/FROM/next</code>. "
    "A size is known once a package was asked for.</p>\n";

static const char tail[] = "</body></html>\n";

/* Names are of a safe alphabet already; a page must not rest on that. */
static void put_text(FILE *page, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("<>&\"'", *text) != NULL)
            fprintf(page, "&#%d;", (unsigned char)*text);
        else
            fputc(*text, page);
    }
}

static void put_link(FILE *page, const char *model, const char *from,
                     const char *to)
{
    fputs("<a href=\"/", page);
    put_text(page, model);
    fputc('/', page);
    put_text(page, from);
    fputs("___", page);
    put_text(page, to);
    fputs("/update.zip\">", page);
}

struct table {
    const struct store_catalog *catalog;
    const struct store_cache *cache;
    FILE *page;
};

static void put_cell(const struct table *table,
                     const struct store_release *from,
                     const struct store_release *to)
{
    struct store_cache_name name;
    if (to->sequence <= from->sequence) {
        fputs("<td></td>", table->page);
        return;
    }
    store_cache_name(table->cache, from, to, &name);
    const struct store_cached *cached = store_cache_find(table->cache, &name);
    fputs("<td>", table->page);
    put_link(table->page, to->model, from->version, to->version);
    if (cached != NULL)
        fprintf(table->page, "%u bytes</a></td>", cached->size);
    else
        fputs("update.zip</a></td>", table->page);
}

/* Releases [first, end) of one model, oldest first. */
static void put_table(const struct table *table,
                      const struct store_release *first,
                      const struct store_release *end)
{
    FILE *page = table->page;
    fputs("<h2>", page);
    put_text(page, first->model);
    fputs("</h2>\n<table><tr><th>from \\ to</th>", page);
    for (const struct store_release *to = first; to < end; to++) {
        fputs("<th>", page);
        put_text(page, to->version);
        fputs("</th>", page);
    }
    fputs("</tr>\n", page);
    for (const struct store_release *from = first; from < end; from++) {
        fputs("<tr><th>", page);
        put_text(page, from->version);
        fputs("</th>", page);
        for (const struct store_release *to = first; to < end; to++)
            put_cell(table, from, to);
        fputs("</tr>\n", page);
    }
    fputs("</table>\n", page);
}

static void put_tables(const struct table *table)
{
    const struct store_release *at = table->catalog->releases;
    const struct store_release *end = at + table->catalog->release_count;
    while (at < end) {
        const struct store_release *first = at;
        while (at < end && strcmp(at->model, first->model) == 0)
            at++;
        put_table(table, first, at);
    }
}

static void put_vendors(const struct table *table)
{
    const struct store_catalog *catalog = table->catalog;
    if (catalog->vendor_count == 0)
        return;
    fputs("<h2>Packages of the vendor</h2>\n<ul>\n", table->page);
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        fputs("<li>", table->page);
        put_link(table->page, offer->model, offer->from, offer->to);
        put_text(table->page, offer->model);
        fputs(": ", table->page);
        put_text(table->page, offer->from);
        fputs(" to ", table->page);
        put_text(table->page, offer->to);
        fprintf(table->page, "</a>, %u bytes</li>\n", offer->size);
    }
    fputs("</ul>\n", table->page);
}

void store_page(const struct store_catalog *catalog,
                const struct store_channels *channels,
                const struct store_cache *cache, struct pack_buffer *out)
{
    char *text = NULL;
    size_t length = 0;
    FILE *page = open_memstream(&text, &length);
    const struct table table = {catalog, cache, page};
    (void)channels;
    memset(out, 0, sizeof *out);
    if (page == NULL)
        return;
    fputs(head, page);
    put_tables(&table);
    put_vendors(&table);
    fputs(tail, page);
    fclose(page);
    *out = (struct pack_buffer){(uint8_t *)text, length, length};
}
