/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_page_parts.h"

#include <string.h>

/* From which percentage of the full image on a cell has the next shade. */
static const unsigned shade_from[] = {0, 5, 15, 35, 70};

#define SHADES (sizeof shade_from / sizeof shade_from[0])

/* --- what is known of a pair --------------------------------------------- */

enum state {
    DOWN,    /* nobody goes from newer to older */
    FAR,     /* too far for one step */
    STRANGE, /* signed by a key that devices with A need not trust */
    UNBUILT, /* built when somebody asks */
    SAME,    /* there is nothing to do */
    GONE,    /* known, but its file had to make room */
    ON_DISK,
    UNREAD, /* on disk; this process has not read it yet */
    VENDOR  /* the vendor's package is served */
};

struct look {
    enum state state;
    uint32_t size;
};

static struct look look_at_cache(const struct page *page,
                                 const struct store_release *from,
                                 const struct store_release *to)
{
    struct store_cache_name name;
    store_cache_name(page->cache, from, to, &name);
    const struct store_cached *cached = store_cache_find(page->cache, &name);
    if (cached == NULL || (!cached->checked && !cached->on_disk))
        return (struct look){UNBUILT, 0};
    if (cached->checked && cached->size == 0)
        return (struct look){SAME, 0};
    if (!cached->on_disk)
        return (struct look){GONE, cached->size};
    return (struct look){cached->checked ? ON_DISK : UNREAD, cached->size};
}

/* In the order in which the store decides what to send. */
static struct look look_at(const struct page *page,
                           const struct store_release *from,
                           const struct store_release *to)
{
    const struct store_vendor *vendor = store_catalog_vendor(
        page->catalog, to->model, from->version, to->version);
    if (vendor != NULL)
        return (struct look){VENDOR, vendor->offer.size};
    switch (store_catalog_way(page->catalog, from, to)) {
    case STORE_WAY_DOWN:
        return (struct look){DOWN, 0};
    case STORE_WAY_FAR:
        return (struct look){FAR, 0};
    case STORE_WAY_KEYS:
    case STORE_WAY_CERT:
        return (struct look){STRANGE, 0};
    default:
        return look_at_cache(page, from, to);
    }
}

/* --- legend -------------------------------------------------------------- */

void page_legend(const struct page *page)
{
    static const char rest[] =
        "</span> <span class=\"d\">on disk now</span> "
        "<span class=\"g\">known, not kept: built again when asked for</span> "
        "<span><q>build</q>: not built yet</span> "
        "<span><q>same</q>: equal images</span> "
        "<span>#n: sequence number</span></p>\n";
    fputs("<p class=\"legend\">"
          "<span>bytes of <code>update.zip</code> and their share of the full "
          "image:",
          page->out);
    for (size_t i = 0; i < SHADES; i++) {
        fprintf(page->out, " <b><i class=\"s%zu\"></i> %s%u %%</b>", i,
                i == 0   ? "below "
                : i == 1 ? "from "
                         : "",
                shade_from[i > 0 ? i : 1]);
    }
    fputs(rest, page->out);
}

/* --- cells --------------------------------------------------------------- */

static size_t shade_of(uint64_t size, uint64_t whole)
{
    size_t shade = SHADES - 1;
    while (shade > 0 && size * 100 < whole * shade_from[shade])
        shade--;
    return shade;
}

static void put_maps(const struct page *page, const struct store_release *from,
                     const struct store_release *to)
{
    fputs("<i>", page->out);
    for (uint32_t i = 0; i < to->component_count; i++) {
        fputs(i > 0 ? " <a href=\"" : "<a href=\"", page->out);
        page_address(page, to->model, from->version, to->version,
                     to->components[i], ".svg");
        fputs("\">", page->out);
        page_text(page, to->component_count > 1 ? to->components[i] : "map");
        fputs("</a>", page->out);
    }
    fputs("</i>", page->out);
}

static void put_link(const struct page *page, const struct store_release *from,
                     const struct store_release *to)
{
    fputs("<a href=\"", page->out);
    page_address(page, to->model, from->version, to->version, "update.zip", "");
    fputs("\">", page->out);
}

static void put_known(const struct page *page, const struct store_release *from,
                      const struct store_release *to, const struct look *look)
{
    static const char *const marks[] = {
        [GONE] = " g\" title=\"known, not kept\"",
        [ON_DISK] = " d\" title=\"on disk\"",
        [UNREAD] = " d\" title=\"on disk, not read yet\"",
        [VENDOR] = "\" title=\"the vendor&#39;s package\"",
    };
    fprintf(page->out, "<td class=\"s%zu%s>",
            shade_of(look->size, to->image_bytes), marks[look->state]);
    put_link(page, from, to);
    page_number(page, look->size);
    fputs("</a><b>", page->out);
    page_share(page, look->size, to->image_bytes);
    fputs("</b>", page->out);
    if (look->state == VENDOR)
        fputs("<i>vendor</i>", page->out);
    else
        put_maps(page, from, to);
    fputs("</td>", page->out);
}

static void put_cell(const struct page *page, const struct store_release *from,
                     const struct store_release *to)
{
    const struct look look = look_at(page, from, to);
    switch (look.state) {
    case DOWN:
        fputs("<td class=\"n\"></td>", page->out);
        break;
    case FAR:
        fprintf(page->out,
                "<td title=\"one step is at most %u sequence numbers\">"
                "too far</td>",
                FFX_SEQUENCE_STEP);
        break;
    case STRANGE:
        fputs("<td title=\"its key is not trusted yet: go by the release that "
              "introduces it\">other key</td>",
              page->out);
        break;
    case SAME:
        fputs("<td title=\"equal images\">same</td>", page->out);
        break;
    case UNBUILT:
        fputs("<td class=\"u\">", page->out);
        put_link(page, from, to);
        fputs("build</a></td>", page->out);
        break;
    case GONE:
    case ON_DISK:
    case UNREAD:
    case VENDOR:
        put_known(page, from, to, &look);
        break;
    }
}

/* --- the matrix ---------------------------------------------------------- */

static void put_target(const struct page *page, const struct page_model *model,
                       const struct store_release *to)
{
    fputs("<th scope=\"col\">", page->out);
    page_version(page, to->version, to->model);
    fprintf(page->out, "<small>#%u, ", to->sequence);
    page_size(page, to->image_bytes);
    fputs("</small>", page->out);
    page_tags(page, model, to);
    fputs("</th>", page->out);
}

static void put_source(const struct page *page,
                       const struct store_release *from)
{
    fputs("<th scope=\"row\">", page->out);
    page_version(page, from->version, from->model);
    fprintf(page->out, "<small>#%u, <a href=\"", from->sequence);
    page_text(page, from->model);
    fputc('/', page->out);
    page_text(page, from->version);
    fputs("/next\">next</a></small></th>", page->out);
}

/* No column leads to the oldest: nobody goes there. */
void page_matrix(const struct page *page, const struct page_model *model)
{
    const struct store_release *second = model->first + 1;
    fputs("<div class=\"box\" tabindex=\"0\"><table class=\"matrix\"><tr>"
          "<th>from \\ to</th>",
          page->out);
    for (const struct store_release *to = second; to < model->end; to++)
        put_target(page, model, to);
    fputs("</tr>\n", page->out);
    for (const struct store_release *from = model->first; from < model->end;
         from++) {
        fputs("<tr>", page->out);
        put_source(page, from);
        for (const struct store_release *to = second; to < model->end; to++)
            put_cell(page, from, to);
        fputs("</tr>\n", page->out);
    }
    fputs("</table></div>\n", page->out);
}

/* --- pictures ------------------------------------------------------------ */

static void put_figure(const struct page *page,
                       const struct store_release *from,
                       const struct store_release *to, const char *component)
{
    fputs("<figure><figcaption>", page->out);
    page_text(page, component);
    fputs("</figcaption><a href=\"", page->out);
    page_address(page, to->model, from->version, to->version, component,
                 ".svg");
    fputs("\"><img loading=\"lazy\" src=\"", page->out);
    page_address(page, to->model, from->version, to->version, component,
                 ".svg");
    fputs("\" alt=\"Map of ", page->out);
    page_text(page, component);
    fputs(": none when it does not change or travels as a whole "
          "image\"></a></figure>\n",
          page->out);
}

static void put_figures(const struct page *page,
                        const struct store_release *from,
                        const struct store_release *to)
{
    fputs("<div class=\"maps\">\n", page->out);
    for (uint32_t i = 0; i < to->component_count; i++)
        put_figure(page, from, to, to->components[i]);
    fputs("</div>\n", page->out);
}

void page_pictures(const struct page *page, const struct page_model *model)
{
    static const char *const why[] = {
        [DOWN] = "both have one sequence number",
        [FAR] = "they are too far apart",
        [STRANGE] = "its key is not trusted yet",
        [UNBUILT] = "its package is not built yet",
        [SAME] = "the images are equal",
        [GONE] = "its package is not kept",
        [UNREAD] = "its package was not asked for since the start",
        [VENDOR] = "the vendor&#39;s package is opaque",
    };
    if (model->end - model->first < 2)
        return;
    const struct store_release *to = model->end - 1, *from = to - 1;
    const struct look look = look_at(page, from, to);
    fputs("<h3>Newest step: ", page->out);
    page_version(page, from->version, from->model);
    fputs(" to ", page->out);
    page_version(page, to->version, to->model);
    if (look.state != ON_DISK)
        fprintf(page->out, " <small>no map: %s</small>", why[look.state]);
    fputs("</h3>\n", page->out);
    if (look.state == ON_DISK)
        put_figures(page, from, to);
}
