/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_page_parts.h"

#include <string.h>

static int is_of(const struct store_channel *channel,
                 const struct page_model *model)
{
    return strcmp(channel->model, model->name) == 0;
}

static int is_stable(const struct store_channel *channel)
{
    return strcmp(channel->name, STORE_CHANNEL_STABLE) == 0;
}

/* The section of stable; null: it has none. */
static const struct store_channel *
stable_section(const struct page *page, const struct page_model *model)
{
    const struct store_channels *channels = page->channels;
    for (size_t i = 0; i < channels->count; i++)
        if (is_of(&channels->all[i], model) && is_stable(&channels->all[i]))
            return &channels->all[i];
    return NULL;
}

const struct store_release *page_stable(const struct page *page,
                                        const struct page_model *model)
{
    const struct store_channel *section = stable_section(page, model);
    if (section != NULL)
        return store_catalog_release(page->catalog, model->name,
                                     section->version);
    for (const struct store_release *at = model->end; at-- > model->first;)
        if (!store_channels_reserved(page->channels, model->name, at->version))
            return at;
    return NULL;
}

int page_has_version(const struct page *page, const char *model,
                     const char *version)
{
    const struct store_catalog *catalog = page->catalog;
    if (store_catalog_release(catalog, model, version) != NULL)
        return 1;
    for (size_t i = 0; i < catalog->vendor_count; i++) {
        const struct ffx_offer *offer = &catalog->vendors[i].offer;
        if (strcmp(offer->model, model) == 0 && strcmp(offer->to, version) == 0)
            return 1;
    }
    return 0;
}

/* --- the table ----------------------------------------------------------- */

static void put_name(const struct page *page, const struct page_model *model,
                     const char *name, const char *version)
{
    fprintf(page->out, "<tr><th scope=\"row\">");
    page_text(page, name);
    fputs("</th><td>", page->out);
    page_version(page, version, model->name);
    if (!page_has_version(page, model->name, version))
        fputs(" <strong>not here</strong>", page->out);
    fputs("</td>", page->out);
}

static void put_chosen(const struct page *page, const struct page_model *model,
                       const struct store_channel *channel)
{
    put_name(page, model, channel->name, channel->version);
    fputs("<td>", page->out);
    if (channel->percent > 0)
        fprintf(page->out, "%u %% of all", channel->percent);
    if (channel->percent > 0 && channel->imeis.count > 0)
        fputs(", and ", page->out);
    if (channel->imeis.count > 0)
        page_count(page, channel->imeis.count, "listed IMEI");
    if (channel->percent == 0 && channel->imeis.count == 0)
        fputs("who asks for it", page->out);
    fputs("</td></tr>\n", page->out);
}

static int has_others(const struct page *page, const struct page_model *model)
{
    const struct store_channels *channels = page->channels;
    for (size_t i = 0; i < channels->count; i++)
        if (is_of(&channels->all[i], model) && !is_stable(&channels->all[i]))
            return 1;
    return 0;
}

static void put_stable(const struct page *page, const struct page_model *model)
{
    const struct store_channel *section = stable_section(page, model);
    const struct store_release *release = page_stable(page, model);
    if (section != NULL)
        put_name(page, model, section->name, section->version);
    else if (release != NULL)
        put_name(page, model, STORE_CHANNEL_STABLE, release->version);
    else
        fprintf(page->out,
                "<tr><th scope=\"row\">" STORE_CHANNEL_STABLE
                "</th><td>%s</td>",
                model->first == model->end
                    ? "the vendor&#39;s packages"
                    : "nothing: each release is another channel&#39;s");
    fprintf(page->out, "<td>everybody%s</td></tr>\n",
            has_others(page, model) ? " else" : "");
}

void page_channels(const struct page *page, const struct page_model *model)
{
    const struct store_channels *channels = page->channels;
    fputs("<table class=\"list\"><tr><th scope=\"col\">channel</th>"
          "<th scope=\"col\">offers</th><th scope=\"col\">to</th></tr>\n",
          page->out);
    for (size_t i = 0; i < channels->count; i++)
        if (is_of(&channels->all[i], model) && !is_stable(&channels->all[i]))
            put_chosen(page, model, &channels->all[i]);
    put_stable(page, model);
    fputs("</table>\n", page->out);
}

static void put_tag(const struct page *page, const char *name)
{
    fputs("<em>", page->out);
    page_text(page, name);
    fputs("</em>", page->out);
}

void page_tags(const struct page *page, const struct page_model *model,
               const struct store_release *release)
{
    const struct store_channels *channels = page->channels;
    for (size_t i = 0; i < channels->count; i++)
        if (is_of(&channels->all[i], model) && !is_stable(&channels->all[i]) &&
            strcmp(channels->all[i].version, release->version) == 0)
            put_tag(page, channels->all[i].name);
    if (page_stable(page, model) == release)
        put_tag(page, STORE_CHANNEL_STABLE);
}
