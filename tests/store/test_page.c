/* SPDX-License-Identifier: Apache-2.0 */
/* The page for people, from facts made by hand. What it looks like is
 * test_browser.sh's matter. */
#include "store/store_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MOST 64u

/* The facts, and what was drawn of them last. */
static struct {
    struct store_release releases[MOST];
    struct store_vendor vendors[4];
    struct store_left_out left_out[4];
    struct store_channel channel[4];
    struct store_catalog catalog;
    struct store_channels channels;
    struct store_cache cache;
    struct pack_buffer out;
} now;

static int set_up(void **state)
{
    (void)state;
    memset(&now, 0, sizeof now);
    now.catalog.releases = now.releases;
    now.catalog.vendors = now.vendors;
    now.catalog.left_out = now.left_out;
    now.channels.all = now.channel;
    now.cache.limit = 1u << 30;
    now.catalog.certifiers.count = 1; /* whoever it is signed all */
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < now.catalog.left_out_count; i++) {
        free(now.left_out[i].path);
        free(now.left_out[i].why);
    }
    store_cache_close(&now.cache);
    pack_buffer_free(&now.out);
    return 0;
}

/* --- facts --------------------------------------------------------------- */

static struct store_release *add_release(const char *model, const char *version,
                                         uint32_t sequence)
{
    assert_true(now.catalog.release_count < MOST);
    struct store_release *release = &now.releases[now.catalog.release_count++];
    strcpy(release->model, model);
    strcpy(release->version, version);
    release->sequence = sequence;
    release->component_count = 2;
    strcpy(release->components[0], "modem");
    strcpy(release->components[1], "ap");
    release->image_bytes = 100000;
    release->trust =
        (struct pack_trust){now.catalog.certifiers, now.catalog.certifiers};
    pack_sha256(release, sizeof *release, release->digest);
    return release;
}

/* B5, B6 and B7 of model M. */
static void add_three(void)
{
    add_release("M", "B5", 5);
    add_release("M", "B6", 6);
    add_release("M", "B7", 7);
}

static void add_vendor(const char *model, const char *from, const char *to,
                       uint32_t size)
{
    struct ffx_offer *offer = &now.vendors[now.catalog.vendor_count++].offer;
    strcpy(offer->model, model);
    strcpy(offer->from, from);
    strcpy(offer->to, to);
    offer->size = size;
}

static struct store_channel *add_channel(const char *name, const char *version)
{
    struct store_channel *channel = &now.channel[now.channels.count++];
    strcpy(channel->model, "M");
    strcpy(channel->name, name);
    strcpy(channel->version, version);
    return channel;
}

static void leave_out(const char *path, const char *why)
{
    struct store_left_out *one = &now.left_out[now.catalog.left_out_count++];
    one->path = strdup(path);
    one->why = strdup(why);
}

/* The package between releases `from` and `to` was built; 0: there is nothing
 * to do. */
static struct store_cached *learn(size_t from, size_t to, uint32_t size)
{
    static const uint8_t digest[FFX_SHA256_BYTES];
    struct store_cache_name name;
    store_cache_name(&now.cache, &now.releases[from], &now.releases[to], &name);
    store_cache_learn(&now.cache, &name, size, digest);
    for (size_t i = 0; i < now.cache.count; i++)
        if (strcmp(now.cache.entries[i].name.hex, name.hex) == 0)
            return &now.cache.entries[i];
    return NULL;
}

/* --- the page ------------------------------------------------------------ */

static int is_void(const char *tag, size_t length)
{
    static const char *const names[] = {"meta", "img", "wbr"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && memcmp(names[i], tag, length) == 0)
            return 1;
    return 0;
}

/* Whatever is opened is closed, in order: nothing from outside is a tag. */
static void check_nesting(const char *page)
{
    const char *open[32];
    size_t depth = 0;
    for (const char *at = strchr(page, '<'); at != NULL;
         at = strchr(at + 1, '<')) {
        const int closes = at[1] == '/';
        const char *tag = at + 1 + closes;
        const size_t length = strcspn(tag, " >");
        if (*tag == '!' || is_void(tag, length))
            continue;
        if (!closes) {
            assert_true(depth < sizeof open / sizeof open[0]);
            open[depth++] = tag;
        } else if (depth == 0 || memcmp(open[--depth], tag, length) != 0) {
            fail_msg("</%.*s> closes something else", (int)length, tag);
        }
    }
    assert_int_equal(depth, 0);
}

static const char *draw(void)
{
    pack_buffer_free(&now.out);
    store_page(&now.catalog, &now.channels, &now.cache, &now.out);
    const char *page = (const char *)now.out.bytes;
    assert_int_equal(strlen(page), now.out.length);
    check_nesting(page);
    return page;
}

static void shows(const char *text)
{
    if (strstr((const char *)now.out.bytes, text) == NULL)
        fail_msg("no '%s' in the page", text);
}

static void hides(const char *text)
{
    if (strstr((const char *)now.out.bytes, text) != NULL)
        fail_msg("'%s' is in the page", text);
}

static size_t count_of(const char *text)
{
    size_t count = 0;
    for (const char *at = strstr((const char *)now.out.bytes, text); at != NULL;
         at = strstr(at + 1, text))
        count++;
    return count;
}

/* --- head ---------------------------------------------------------------- */

static void the_head_counts_what_is_here(void **state)
{
    (void)state;
    add_three();
    add_release("N", "C1", 1);
    add_vendor("N", "V1", "V2", 9000);
    add_vendor("W", "V1", "V2", 9000);
    learn(0, 1, 3000);
    learn(0, 2, 3144)->on_disk = 0;
    now.cache.bytes = 3000;
    now.cache.limit = 6000;
    draw();
    shows("<dt>models</dt><dd>3</dd>");
    shows("<dt>releases</dt><dd>4</dd>");
    shows("<dt>vendor packages</dt><dd>2</dd>");
    shows("<dt>on disk</dt><dd>1 <small>2.9 KiB of 5.9 KiB</small>");
    shows("width:50%");
}

static void a_cache_above_its_limit_is_full_and_no_more(void **state)
{
    (void)state;
    add_three();
    now.cache.bytes = 300;
    now.cache.limit = 100;
    draw();
    shows("width:100%");
}

static void nothing_comes_from_outside(void **state)
{
    (void)state;
    add_three();
    learn(1, 2, 500);
    draw();
    shows("src=");
    hides("<script");
    hides("<link");
    hides("//");
    hides("@import");
    hides("url(");
}

static void links_work_below_any_prefix(void **state)
{
    (void)state;
    add_three();
    add_release("N", "C1", 1);
    add_vendor("N", "V1", "V2", 9000);
    learn(1, 2, 500);
    draw();
    hides("href=\"/");
    hides("src=\"/");
    shows("href=\"M/B5___B7/update.zip\"");
    shows("href=\"M/B5/next\"");
    shows("href=\"N/V1___V2/update.zip\"");
    shows("src=\"M/B6___B7/ap.svg\"");
}

/* --- the matrix ---------------------------------------------------------- */

static void a_known_package_has_size_share_and_pictures(void **state)
{
    (void)state;
    add_three();
    learn(0, 2, 12345);
    draw();
    shows("<a href=\"M/B5___B7/update.zip\">12,345</a><b>12.3 %</b>"
          "<i><a href=\"M/B5___B7/modem.svg\">modem</a> "
          "<a href=\"M/B5___B7/ap.svg\">ap</a></i></td>");
}

static void a_share_is_of_the_release_that_it_leads_to(void **state)
{
    (void)state;
    add_three();
    now.releases[2].image_bytes = 50000;
    learn(0, 2, 10);
    learn(1, 2, 60000);
    draw();
    shows(">10</a><b>&lt;0.1 %</b>");
    shows(">60,000</a><b>120.0 %</b>");
}

static void links_lead_up_only(void **state)
{
    (void)state;
    add_three();
    draw();
    shows("M/B5___B6/update.zip");
    shows("M/B5___B7/update.zip");
    shows("M/B6___B7/update.zip");
    assert_int_equal(count_of("/update.zip\""), 3);
}

static void two_of_one_sequence_do_not_lead_to_each_other(void **state)
{
    (void)state;
    add_release("M", "B6", 6);
    add_release("M", "B6b", 6);
    draw();
    hides("/update.zip\"");
}

static void rows_and_columns_begin_with_the_oldest(void **state)
{
    (void)state;
    add_three();
    const char *page = draw();
    const char *column = strstr(page, "<th scope=\"col\">B6<small>#6");
    assert_non_null(column);
    column = strstr(column, "<th scope=\"col\">B7<small>#7");
    assert_non_null(column);
    const char *row = strstr(column, "<th scope=\"row\">B5<small>#5");
    assert_non_null(row);
    row = strstr(row, "<th scope=\"row\">B6<small>#6");
    assert_non_null(row);
    assert_non_null(strstr(row, "<th scope=\"row\">B7<small>#7"));
}

static void a_version_breaks_before_its_model(void **state)
{
    (void)state;
    add_release("SIM7000G", "1529B05SIM7000G", 5);
    add_release("SIM7000G", "SIM7000G", 6);
    draw();
    shows("1529B05<wbr><span>SIM7000G</span>");
    hides("><wbr>");
}

static void each_release_links_what_a_device_would_be_told(void **state)
{
    (void)state;
    add_three();
    draw();
    shows("href=\"M/B5/next\"");
    shows("href=\"M/B6/next\"");
    shows("href=\"M/B7/next\"");
}

static void what_is_on_disk_has_its_mark(void **state)
{
    (void)state;
    add_three();
    learn(0, 1, 500);
    draw();
    shows("<td class=\"s0 d\" title=\"on disk\"><a href=\"M/B5___B6/");
    assert_int_equal(count_of("<td class=\"s0 d\""), 1);
    hides("<td class=\"s0 g\"");
}

static void what_had_to_make_room_has_another_mark(void **state)
{
    (void)state;
    add_three();
    learn(0, 1, 500)->on_disk = 0;
    draw();
    shows("<td class=\"s0 g\" title=\"known, not kept\">"
          "<a href=\"M/B5___B6/update.zip\">500</a>");
    hides("<td class=\"s0 d\"");
}

static void a_file_of_another_process_is_on_disk_but_not_read(void **state)
{
    (void)state;
    add_three();
    learn(0, 1, 500)->checked = 0;
    draw();
    shows("<td class=\"s0 d\" title=\"on disk, not read yet\">");
}

static void a_file_that_nobody_read_and_that_went_is_not_known(void **state)
{
    (void)state;
    add_three();
    struct store_cached *cached = learn(0, 1, 500);
    cached->checked = cached->on_disk = 0;
    draw();
    shows("<td class=\"u\"><a href=\"M/B5___B6/update.zip\">build</a>");
    hides(">500<");
}

static void what_nobody_asked_for_has_no_mark_and_no_picture(void **state)
{
    (void)state;
    add_three();
    draw();
    assert_int_equal(count_of("<td class=\"u\""), 3);
    hides("<td class=\"s");
    hides(".svg");
}

static void equal_images_are_the_same_and_no_link(void **state)
{
    (void)state;
    add_three();
    learn(1, 2, 0);
    draw();
    shows("<td title=\"equal images\">same</td>");
    hides("M/B6___B7/update.zip");
    hides("<img");
    shows("no map: the images are equal");
}

static void what_is_too_far_for_one_step_is_no_link(void **state)
{
    (void)state;
    add_release("M", "B1", 1);
    add_release("M", "B2", FFX_SEQUENCE_STEP + 1);
    add_release("M", "B3", FFX_SEQUENCE_STEP + 2);
    draw();
    shows("M/B1___B2/update.zip");
    hides("M/B1___B3/update.zip");
    assert_int_equal(count_of(">too far</td>"), 1);
}

static void the_vendors_package_stands_where_it_is_served(void **state)
{
    (void)state;
    add_three();
    learn(1, 2, 500);
    add_vendor("M", "B6", "B7", 9000);
    draw();
    shows("<a href=\"M/B6___B7/update.zip\">9,000</a><b>9.0 %</b>"
          "<i>vendor</i></td>");
    hides(">500</a>");
    hides("<img");
}

static void a_shade_says_how_large_a_package_is(void **state)
{
    static const struct {
        uint32_t size, shade;
    } cases[] = {{1, 0},     {4999, 0},   {5000, 1},  {14999, 1},
                 {15000, 2}, {34999, 2},  {35000, 3}, {69999, 3},
                 {70000, 4}, {100000, 4}, {200000, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char cell[32];
        set_up(state);
        add_three();
        learn(0, 1, cases[i].size);
        draw();
        snprintf(cell, sizeof cell, "<td class=\"s%u d\"", cases[i].shade);
        if (count_of(cell) != 1)
            fail_msg("%u of 100000 bytes is not shade %u", cases[i].size,
                     cases[i].shade);
        tear_down(state);
    }
}

static void each_model_has_a_matrix_of_its_own(void **state)
{
    (void)state;
    add_three();
    add_release("N", "C1", 1);
    add_release("N", "C2", 2);
    draw();
    assert_int_equal(count_of("<table class=\"matrix\">"), 2);
    shows("N/C1___C2/update.zip");
    hides("B5___C");
    shows("<a href=\"#N\">N</a>");
    shows("<section id=\"N\">");
}

static void one_release_alone_leads_nowhere(void **state)
{
    (void)state;
    add_release("M", "B5", 5);
    draw();
    shows("href=\"M/B5/next\"");
    hides("/update.zip\"");
    hides("Newest step");
}

/* --- pictures ------------------------------------------------------------ */

static void the_newest_step_is_shown_once_its_package_is_here(void **state)
{
    (void)state;
    add_three();
    learn(1, 2, 500);
    draw();
    assert_int_equal(count_of("<img"), 2);
    shows("<img loading=\"lazy\" src=\"M/B6___B7/modem.svg\" alt=\"Map of "
          "modem");
    shows("<img loading=\"lazy\" src=\"M/B6___B7/ap.svg\" alt=\"Map of ap");
}

static void looking_at_the_page_builds_nothing(void **state)
{
    (void)state;
    add_three();
    learn(0, 1, 500);
    learn(0, 2, 500);
    draw();
    hides("<img");
    shows("no map: its package is not built yet");
    struct store_cached *cached = learn(1, 2, 500);
    cached->on_disk = 0; /* a picture would need it built again */
    draw();
    hides("<img");
    shows("no map: its package is not kept");
    cached->on_disk = 1;
    cached->checked = 0; /* a picture would need it built if it is foreign */
    draw();
    hides("<img");
    shows("no map: its package was not asked for");
}

static void a_lone_component_is_linked_as_map(void **state)
{
    (void)state;
    add_three();
    now.releases[1].component_count = 1;
    learn(0, 1, 500);
    draw();
    shows("<i><a href=\"M/B5___B6/modem.svg\">map</a></i>");
}

/* --- channels ------------------------------------------------------------ */

static void a_channel_says_what_it_offers_to_whom(void **state)
{
    uint64_t listed[2];
    (void)state;
    add_three();
    struct store_channel *canary = add_channel("canary", "B7");
    canary->percent = 10;
    canary->imeis = (struct store_imeis){listed, 2};
    add_channel("lab", "B6");
    add_channel("few", "B6")->imeis = (struct store_imeis){listed, 1};
    draw();
    shows("canary</th><td>B7</td><td>10 % of all, and 2 listed IMEIs</td>");
    shows("lab</th><td>B6</td><td>who asks for it</td>");
    shows("few</th><td>B6</td><td>1 listed IMEI</td>");
    shows("stable</th><td>B5</td><td>everybody else</td>");
}

static void a_column_names_the_channels_that_lead_there(void **state)
{
    (void)state;
    add_three();
    add_channel("canary", "B7");
    draw();
    shows("B7<small>#7, 97.7 KiB</small><em>canary</em></th>");
    shows("B6<small>#6, 97.7 KiB</small><em>stable</em></th>");
}

static void stable_with_a_section_is_that_version(void **state)
{
    (void)state;
    add_three();
    add_channel("stable", "B6");
    draw();
    shows("stable</th><td>B6</td><td>everybody</td>");
    assert_int_equal(count_of("<em>"), 1);
}

static void stable_without_a_section_is_the_newest(void **state)
{
    (void)state;
    add_three();
    draw();
    shows("stable</th><td>B7</td><td>everybody</td>");
}

static void stable_is_nothing_when_others_have_every_release(void **state)
{
    (void)state;
    add_release("M", "B5", 5);
    add_channel("canary", "B5");
    draw();
    shows("stable</th><td>nothing: each release is another channel");
}

static void a_channel_without_its_release_needs_attention(void **state)
{
    (void)state;
    add_three();
    add_channel("canary", "B9");
    strcpy(add_channel("beta", "B7")->model, "ELSE");
    draw();
    shows("canary</th><td>B9 <strong>not here</strong></td>");
    shows("0 left out, 2 channels without a release");
    shows("channel M/canary</th><td>it offers B9, which is not here</td>");
    shows("channel ELSE/beta</th><td>it offers B7, which is not here</td>");
}

static void a_channel_may_lead_to_where_a_vendors_package_leads(void **state)
{
    (void)state;
    add_three();
    add_vendor("M", "V1", "V2", 9000);
    add_channel("canary", "V2");
    draw();
    hides("not here");
}

/* --- what is wrong ------------------------------------------------------- */

static void what_was_left_out_is_said_before_all_else(void **state)
{
    (void)state;
    add_three();
    leave_out("releases/broken", "releases/broken/release.ini:1: no [release]");
    const char *page = draw();
    const char *found = strstr(page, ">releases/broken</th><td>"
                                     "releases/broken/release.ini:1: no "
                                     "[release]</td>");
    assert_non_null(found);
    assert_true(found < strstr(page, "<section id=\"M\">"));
    shows("1 left out</small>");
}

static void when_all_is_well_nothing_needs_attention(void **state)
{
    (void)state;
    add_three();
    draw();
    hides("Needs attention");
    hides("left out");
}

static void what_comes_from_outside_is_text(void **state)
{
    (void)state;
    add_three();
    leave_out("releases/<b onclick='x()'>\"&\n\x01", "why <script>&amp;\x7f");
    draw();
    shows("releases/&#60;b onclick=&#39;x()&#39;&#62;&#34;&#38;?"
          "?</th>");
    shows("why &#60;script&#62;&#38;amp;?</td>");
}

/* No catalog lets such names pass; the page must not rest on that. */
static void names_cannot_leave_their_place(void **state)
{
    (void)state;
    add_release("M\"><b>", "<i>5", 5);
    add_release("M\"><b>", "<i>6", 6);
    strcpy(now.releases[1].components[0], "<u>'");
    add_vendor("<p>", "<q>1", "<q>2", 9000);
    strcpy(add_channel("<s>", "<i>6")->model, "M\"><b>");
    learn(0, 1, 500);
    draw();
    hides("<b>M");
    hides("\"><b>\"");
    hides("<i>5");
    hides("<i>6");
    hides("<u>'");
    hides("<p>M");
    hides("<q>1");
    hides("<s>");
    shows("M&#34;&#62;&#60;b&#62;/&#60;i&#62;5___&#60;i&#62;6/update.zip");
}

/* --- many and few -------------------------------------------------------- */

static void vendor_packages_alone_are_a_page(void **state)
{
    (void)state;
    add_vendor("M", "V1", "V2", 1234567);
    draw();
    shows("<section id=\"M\"><h2>M <small>vendor packages only</small>");
    shows("stable</th><td>the vendor&#39;s packages</td>");
    shows("<td>M</td><td>V1</td><td>V2</td>"
          "<td><a href=\"M/V1___V2/update.zip\">1,234,567</a></td>");
    hides("class=\"matrix\"");
    hides("class=\"legend\"");
}

static void without_vendor_packages_there_is_no_table_of_them(void **state)
{
    (void)state;
    add_three();
    draw();
    hides("Vendor packages");
}

static void nothing_at_all_is_a_page(void **state)
{
    (void)state;
    draw();
    shows("<dt>releases</dt><dd>0</dd>");
}

static void sixty_releases_are_a_page_that_loads_at_once(void **state)
{
    char version[FFX_VERSION_MAX + 1];
    struct timespec start, end;
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(version, sizeof version, "1529B%02uSIM7000G", i);
        add_release("SIM7000G", version, i + 1);
    }
    for (size_t from = 0; from < 60; from++)
        for (size_t to = from + 1; to < 60; to++)
            learn(from, to, 3210 * (uint32_t)(to - from));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    draw();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    const double seconds = (double)(end.tv_sec - start.tv_sec) +
                           (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    assert_int_equal(count_of("/update.zip\""), 1770);
    assert_true(now.out.length < 600000);
    assert_true(seconds < 1); /* sanitizers included */
    print_message("# %zu bytes, %.1f ms\n", now.out.length, seconds * 1e3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_head_counts_what_is_here),
        TEST(a_cache_above_its_limit_is_full_and_no_more),
        TEST(nothing_comes_from_outside),
        TEST(links_work_below_any_prefix),
        TEST(a_known_package_has_size_share_and_pictures),
        TEST(a_share_is_of_the_release_that_it_leads_to),
        TEST(links_lead_up_only),
        TEST(two_of_one_sequence_do_not_lead_to_each_other),
        TEST(rows_and_columns_begin_with_the_oldest),
        TEST(a_version_breaks_before_its_model),
        TEST(each_release_links_what_a_device_would_be_told),
        TEST(what_is_on_disk_has_its_mark),
        TEST(what_had_to_make_room_has_another_mark),
        TEST(a_file_of_another_process_is_on_disk_but_not_read),
        TEST(a_file_that_nobody_read_and_that_went_is_not_known),
        TEST(what_nobody_asked_for_has_no_mark_and_no_picture),
        TEST(equal_images_are_the_same_and_no_link),
        TEST(what_is_too_far_for_one_step_is_no_link),
        TEST(the_vendors_package_stands_where_it_is_served),
        TEST(a_shade_says_how_large_a_package_is),
        TEST(each_model_has_a_matrix_of_its_own),
        TEST(one_release_alone_leads_nowhere),
        TEST(the_newest_step_is_shown_once_its_package_is_here),
        TEST(looking_at_the_page_builds_nothing),
        TEST(a_lone_component_is_linked_as_map),
        TEST(a_channel_says_what_it_offers_to_whom),
        TEST(a_column_names_the_channels_that_lead_there),
        TEST(stable_with_a_section_is_that_version),
        TEST(stable_without_a_section_is_the_newest),
        TEST(stable_is_nothing_when_others_have_every_release),
        TEST(a_channel_without_its_release_needs_attention),
        TEST(a_channel_may_lead_to_where_a_vendors_package_leads),
        TEST(what_was_left_out_is_said_before_all_else),
        TEST(when_all_is_well_nothing_needs_attention),
        TEST(what_comes_from_outside_is_text),
        TEST(names_cannot_leave_their_place),
        TEST(vendor_packages_alone_are_a_page),
        TEST(without_vendor_packages_there_is_no_table_of_them),
        TEST(nothing_at_all_is_a_page),
        TEST(sixty_releases_are_a_page_that_loads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
