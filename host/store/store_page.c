/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_page.h"
#include "store/store_log.h"
#include "store/store_page_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- models -------------------------------------------------------------- */

struct models {
    struct page_model *all;
    size_t count;
};

static void add_model(struct models *models, const char *name,
                      const struct store_release *first,
                      const struct store_release *end)
{
    models->all = store_must(
        realloc(models->all, (models->count + 1) * sizeof *models->all));
    models->all[models->count++] = (struct page_model){name, first, end};
}

static int has_model(const struct models *models, const char *name)
{
    for (size_t i = 0; i < models->count; i++)
        if (strcmp(models->all[i].name, name) == 0)
            return 1;
    return 0;
}

static void find_models(const struct store_catalog *catalog,
                        struct models *models)
{
    const struct store_release *at = catalog->releases;
    const struct store_release *end = at + catalog->release_count;
    while (at < end) {
        const struct store_release *first = at;
        while (at < end && strcmp(at->model, first->model) == 0)
            at++;
        add_model(models, first->model, first, at);
    }
    for (size_t i = 0; i < catalog->vendor_count; i++)
        if (!has_model(models, catalog->vendors[i].offer.model))
            add_model(models, catalog->vendors[i].offer.model, end, end);
}

/* --- head ---------------------------------------------------------------- */

static void put_start(const struct page *page)
{
    fputs("<!DOCTYPE html>\n"
          "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<title>farfix store</title>\n<style>\n",
          page->out);
    fputs(page_style, page->out);
    fputs("</style></head><body>\n<h1>farfix store</h1>\n"
          "<p>Firmware over the air: a signed package from each release to "
          "every newer one, built when it is first asked for.</p>\n",
          page->out);
}

static void put_fact(const struct page *page, const char *name, uint64_t value)
{
    fprintf(page->out, "<div><dt>%s</dt><dd>", name);
    page_number(page, value);
    fputs("</dd></div>\n", page->out);
}

static void put_disk(const struct page *page)
{
    const struct store_cache *cache = page->cache;
    uint64_t files = 0;
    for (size_t i = 0; i < cache->count; i++)
        files += cache->entries[i].on_disk;
    fputs("<div><dt>on disk</dt><dd>", page->out);
    page_number(page, files);
    fputs(" <small>", page->out);
    page_size(page, cache->bytes);
    fputs(" of ", page->out);
    page_size(page, cache->limit);
    fprintf(page->out,
            "</small></dd><dd class=\"bar\"><span style=\"width:%u%%\"></span>"
            "</dd></div>\n",
            cache->limit == 0 || cache->bytes > cache->limit
                ? 100
                : (unsigned)(cache->bytes * 100 / cache->limit));
}

static void put_facts(const struct page *page, const struct models *models)
{
    fputs("<dl>\n", page->out);
    put_fact(page, "models", models->count);
    put_fact(page, "releases", page->catalog->release_count);
    put_fact(page, "vendor packages", page->catalog->vendor_count);
    if (page->cache->limit != UINT64_MAX) /* files have no cache */
        put_disk(page);
    fputs("</dl>\n", page->out);
}

/* One line of the way down, when there is more than one thing to find. */
static void put_ways(const struct page *page, const struct models *models)
{
    if (models->count < 2)
        return;
    fputs("<nav>", page->out);
    for (size_t i = 0; i < models->count; i++) {
        fputs("<a href=\"#", page->out);
        page_text(page, models->all[i].name);
        fputs("\">", page->out);
        page_text(page, models->all[i].name);
        fputs("</a>\n", page->out);
    }
    fputs("</nav>\n", page->out);
}

/* --- what is wrong ------------------------------------------------------- */

static int is_lost(const struct page *page, const struct store_channel *channel)
{
    return !page_has_version(page, channel->model, channel->version);
}

static size_t count_lost(const struct page *page)
{
    size_t lost = 0;
    for (size_t i = 0; i < page->channels->count; i++)
        lost += (size_t)is_lost(page, &page->channels->all[i]);
    return lost;
}

static void put_reason(const struct page *page, const char *what,
                       const char *why)
{
    fputs("<tr><th scope=\"row\">", page->out);
    page_text(page, what);
    fputs("</th><td>", page->out);
    page_text(page, why);
    fputs("</td></tr>\n", page->out);
}

static void put_lost(const struct page *page)
{
    const struct store_channels *channels = page->channels;
    for (size_t i = 0; i < channels->count; i++) {
        const struct store_channel *channel = &channels->all[i];
        char what[80], why[120];
        if (!is_lost(page, channel))
            continue;
        snprintf(what, sizeof what, "channel %s/%s", channel->model,
                 channel->name);
        snprintf(why, sizeof why, "it offers %s, which is not here",
                 channel->version);
        put_reason(page, what, why);
    }
}

static void put_faults(const struct page *page)
{
    const struct store_catalog *catalog = page->catalog;
    const size_t lost = count_lost(page);
    if (catalog->left_out_count + lost == 0)
        return;
    fputs("<section class=\"faults\"><h2>Needs attention <small>", page->out);
    page_number(page, catalog->left_out_count);
    fputs(" left out", page->out);
    if (lost > 0) {
        fputs(", ", page->out);
        page_count(page, lost, "channel");
        fputs(" without a release", page->out);
    }
    fputs("</small></h2>\n<div class=\"scroll\" tabindex=\"0\">"
          "<table class=\"list\">\n",
          page->out);
    for (size_t i = 0; i < catalog->left_out_count; i++)
        put_reason(page, catalog->left_out[i].path, catalog->left_out[i].why);
    put_lost(page);
    fputs("</table></div></section>\n", page->out);
}

/* --- models and vendors -------------------------------------------------- */

static void put_model(const struct page *page, const struct page_model *model)
{
    fputs("<section id=\"", page->out);
    page_text(page, model->name);
    fputs("\"><h2>", page->out);
    page_text(page, model->name);
    fputs(" <small>", page->out);
    if (model->first < model->end)
        page_count(page, (uint64_t)(model->end - model->first), "release");
    else
        fputs("vendor packages only", page->out);
    fputs("</small></h2>\n", page->out);
    page_channels(page, model);
    if (model->first < model->end) {
        page_matrix(page, model);
        page_pictures(page, model);
    }
    fputs("</section>\n", page->out);
}

static void put_vendor(const struct page *page, const struct ffx_offer *offer)
{
    fputs("<tr><td>", page->out);
    page_text(page, offer->model);
    fputs("</td><td>", page->out);
    page_version(page, offer->from, offer->model);
    fputs("</td><td>", page->out);
    page_version(page, offer->to, offer->model);
    fputs("</td><td><a href=\"", page->out);
    page_address(page, offer->model, offer->from, offer->to, "update.zip", "");
    fputs("\">", page->out);
    page_number(page, offer->size);
    fputs("</a></td></tr>\n", page->out);
}

static void put_vendors(const struct page *page)
{
    const struct store_catalog *catalog = page->catalog;
    if (catalog->vendor_count == 0)
        return;
    fputs("<section id=\"vendor\"><h2>Vendor packages <small>served as they "
          "are</small></h2>\n<div class=\"scroll\" tabindex=\"0\">"
          "<table class=\"list\"><tr><th scope=\"col\">model</th>"
          "<th scope=\"col\">from</th><th scope=\"col\">to</th>"
          "<th scope=\"col\">bytes</th></tr>\n",
          page->out);
    for (size_t i = 0; i < catalog->vendor_count; i++)
        put_vendor(page, &catalog->vendors[i].offer);
    fputs("</table></div></section>\n", page->out);
}

static const char tail[] =
    "<footer>For devices: <code>/MODEL/FROM/next?imei=N</code> is a signed "
    "offer, <code>/MODEL/FROM___TO/update.zip</code> the package.</footer>\n"
    "</body></html>\n";

static void put_page(const struct page *page)
{
    struct models models = {0};
    find_models(page->catalog, &models);
    put_start(page);
    put_facts(page, &models);
    put_ways(page, &models);
    put_faults(page);
    if (page->catalog->release_count > 0)
        page_legend(page);
    for (size_t i = 0; i < models.count; i++)
        put_model(page, &models.all[i]);
    put_vendors(page);
    fputs(tail, page->out);
    free(models.all);
}

void store_page(const struct store_catalog *catalog,
                const struct store_channels *channels,
                const struct store_cache *cache, struct pack_buffer *out)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = store_must(open_memstream(&text, &length));
    const struct page page = {catalog, channels, cache, file};
    put_page(&page);
    store_must(fclose(file) == 0 ? text : NULL);
    *out = (struct pack_buffer){(uint8_t *)text, length, length};
}
