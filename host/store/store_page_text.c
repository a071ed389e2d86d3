/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_page_parts.h"

#include <string.h>

void page_text(const struct page *page, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (strchr("<>&\"'", c) != NULL)
            fprintf(page->out, "&#%d;", c);
        else
            fputc(c < 0x20 || c == 0x7f ? '?' : c, page->out);
    }
}

void page_version(const struct page *page, const char *version,
                  const char *model)
{
    const size_t length = strlen(version), ending = strlen(model);
    if (length <= ending || strcmp(version + length - ending, model) != 0) {
        page_text(page, version);
        return;
    }
    char start[FFX_VERSION_MAX + 1] = "";
    memcpy(start, version, length - ending);
    page_text(page, start);
    fputs("<wbr><span>", page->out);
    page_text(page, model);
    fputs("</span>", page->out);
}

void page_number(const struct page *page, uint64_t value)
{
    char digits[24];
    const int length =
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            fputc(',', page->out);
        fputc(digits[i], page->out);
    }
}

void page_count(const struct page *page, uint64_t count, const char *noun)
{
    page_number(page, count);
    fprintf(page->out, " %s%s", noun, count == 1 ? "" : "s");
}

void page_size(const struct page *page, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    if (bytes < 1024) {
        page_count(page, bytes, "byte");
        return;
    }
    double value = (double)bytes / 1024;
    for (; value >= 1023.95 && unit + 1 < sizeof units / sizeof units[0];
         unit++)
        value /= 1024;
    fprintf(page->out, "%.1f %s", value, units[unit]);
}

void page_share(const struct page *page, uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return;
    const uint64_t tenths = (part * 1000 + whole / 2) / whole;
    if (tenths == 0 && part > 0)
        fputs("&lt;0.1 %", page->out);
    else
        fprintf(page->out, "%llu.%llu %%", (unsigned long long)(tenths / 10),
                (unsigned long long)(tenths % 10));
}

void page_address(const struct page *page, const char *model, const char *from,
                  const char *to, const char *file, const char *ending)
{
    page_text(page, model);
    fputc('/', page->out);
    page_text(page, from);
    fputs("___", page->out);
    page_text(page, to);
    fputc('/', page->out);
    page_text(page, file);
    fputs(ending, page->out);
}
