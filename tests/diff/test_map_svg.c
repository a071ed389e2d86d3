/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/crc32.h"
#include "diff/diff_encode.h"
#include "diff/map_svg.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- a patch made by hand ------------------------------------------------ */

/* Additions that name no address, and one pointer. The new image has 64 bytes
 * more at INSERT, so the pointer moves with what it points to; one addition
 * is another one. */
#define OLD_BYTES 4096u
#define INSERT 1024u
#define EXTRA 64u
#define NEW_BYTES (OLD_BYTES + EXTRA)
#define BASE 0x08000000u
#define POINTER_AT 256u
#define POINTED 2048u
#define OTHER_AT 3000u /* in the new image */
#define STEP 1024u
#define STEPS 5u

static uint8_t old_image[OLD_BYTES], new_image[NEW_BYTES];
static uint16_t ranks[STEPS];

static void make_images(void)
{
    for (uint32_t i = 0; i < OLD_BYTES; i += 2) {
        old_image[i] = (uint8_t)(i * 37 >> 3);
        old_image[i + 1] = 0x18;
    }
    bytes_put32(old_image + POINTER_AT, BASE + POINTED + 1);
    memcpy(new_image, old_image, INSERT);
    memset(new_image + INSERT, 0x55, EXTRA);
    memcpy(new_image + INSERT + EXTRA, old_image + INSERT, OLD_BYTES - INSERT);
    bytes_put32(new_image + POINTER_AT, BASE + POINTED + EXTRA + 1);
    new_image[OTHER_AT] ^= 0xff;
}

static struct diff_bytes encode(const struct diff_run *runs, size_t count,
                                uint32_t step_bytes)
{
    struct diff_run copies[8];
    struct diff_runs list = {copies, count};
    const struct ffx_delta_layout layout = {
        .source_bytes = OLD_BYTES,
        .target_bytes = NEW_BYTES,
        .step_bytes = step_bytes,
        .profile = 1,
        .source_crc32 = crc32_add(0, old_image, OLD_BYTES),
        .target_crc32 = crc32_add(0, new_image, NEW_BYTES),
    };
    const struct delta_space space = {
        .arch = DELTA_ARCH_THUMB,
        .source_bytes = OLD_BYTES,
        .ram_low = 0x20000000,
        .ram_bytes = 0x100000,
        .segments = {{0, OLD_BYTES, BASE, 0}},
        .segment_count = 1,
    };
    struct delta_order order;
    delta_order_open(&order, &layout, ranks);
    for (uint32_t i = 0; i < STEPS; i++)
        ranks[i] = (uint16_t)(STEPS - 1 - i);
    const struct diff_job job = {old_image, new_image, OLD_BYTES,
                                 NEW_BYTES, &space,    &order};
    struct diff_bytes patch;
    memcpy(copies, runs, count * sizeof *runs);
    assert_int_equal(diff_encode(&job, &layout, &list, &patch), 0);
    return patch;
}

static struct diff_bytes encode_whole(void)
{
    static const struct diff_run runs[] = {
        {0, INSERT, 0}, {INSERT + EXTRA, OLD_BYTES - INSERT, 0 - EXTRA}};
    return encode(runs, 2, 0);
}

/* Four steps from the top down, then the one before the insertion. */
static struct diff_bytes encode_in_place(void)
{
    static const struct diff_run runs[] = {
        {0, EXTRA + 2 * STEP, 0 - EXTRA},
        {2 * EXTRA + 2 * STEP, STEP - EXTRA, 0 - EXTRA},
        {EXTRA + 3 * STEP, STEP, 0}};
    return encode(runs, 3, STEP);
}

/* --- counting ------------------------------------------------------------ */

static void sums_are_right(const struct diff_map *map)
{
    uint32_t cells[DIFF_MAP_HOWS] = {0}, from = 0;
    for (uint32_t i = 0; i < map->rows * DIFF_MAP_COLUMNS; i++)
        for (uint32_t how = 0; how < DIFF_MAP_HOWS; how++)
            cells[how] += map->cells[i].bytes[how];
    for (uint32_t i = 0; i < map->rows * DIFF_MAP_BINS; i++)
        from += map->sources[i].from_old + map->sources[i].from_new;
    assert_memory_equal(cells, map->bytes, sizeof cells);
    assert_int_equal(from + map->bytes[DELTA_NEW], map->layout.target_bytes);
    assert_int_equal(cells[0] + cells[1] + cells[2] + cells[3],
                     map->layout.target_bytes);
}

static void classes_are_as_made(const struct diff_map *map)
{
    assert_int_equal(map->decoded, 1);
    assert_int_equal(map->bytes[DELTA_PREDICTED], 4);
    assert_int_equal(map->bytes[DELTA_CHANGED], 2);
    assert_int_equal(map->bytes[DELTA_NEW], EXTRA);
    sums_are_right(map);
    assert_int_equal(map->cell_bytes, 4);
    assert_int_equal(map->rows, (NEW_BYTES + 255) / 256);
    assert_int_equal(map->cells[POINTER_AT / 4].bytes[DELTA_PREDICTED], 4);
    assert_int_equal(map->cells[OTHER_AT / 4].bytes[DELTA_CHANGED], 2);
    assert_int_equal(map->cells[INSERT / 4].bytes[DELTA_NEW], 4);
}

static void counts_with_the_old_image(void **state)
{
    struct diff_bytes patch = encode_whole();
    struct diff_map map;
    (void)state;
    assert_int_equal(
        diff_map_make(&map, patch.bytes, patch.length, old_image, OLD_BYTES),
        0);
    classes_are_as_made(&map);
    assert_int_equal(map.copies, 2);
    assert_int_equal(map.space.arch, DELTA_ARCH_THUMB);
    assert_int_equal(map.space.segments[0].bias, BASE);
    assert_in_range(map.control_bytes, 8, patch.length - map.header_bytes);
    assert_string_equal(diff_map_order_text(&map), "in one piece");
    diff_map_free(&map);
    free(patch.bytes);
}

static void counts_the_patch_alone(void **state)
{
    struct diff_bytes patch = encode_whole();
    struct diff_map map;
    (void)state;
    assert_int_equal(diff_map_make(&map, patch.bytes, patch.length, NULL, 0),
                     0);
    assert_int_equal(map.decoded, 0);
    assert_int_equal(map.bytes[DELTA_COPIED], OLD_BYTES);
    assert_int_equal(map.bytes[DELTA_NEW], EXTRA);
    sums_are_right(&map);
    diff_map_free(&map);
    free(patch.bytes);
}

static void counts_in_place(void **state)
{
    struct diff_bytes patch = encode_in_place();
    struct diff_map map;
    (void)state;
    assert_int_equal(
        diff_map_make(&map, patch.bytes, patch.length, old_image, OLD_BYTES),
        0);
    classes_are_as_made(&map);
    assert_int_equal(map.steps, STEPS);
    assert_int_equal(map.ranks[0], STEPS - 1);
    assert_string_equal(diff_map_order_text(&map), "from the top down");
    diff_map_free(&map);
    free(patch.bytes);
}

/* --- refusing ------------------------------------------------------------ */

static void refuses_another_old_image(void **state)
{
    struct diff_bytes patch = encode_whole();
    struct diff_map map;
    (void)state;
    assert_int_equal(
        diff_map_make(&map, patch.bytes, patch.length, new_image, OLD_BYTES),
        FFX_ERR_SOURCE);
    assert_int_equal(diff_map_make(&map, patch.bytes, patch.length, old_image,
                                   OLD_BYTES - 1),
                     FFX_ERR_SOURCE);
    free(patch.bytes);
}

static int adds_up(const struct diff_bytes *patch, const uint8_t *old)
{
    struct diff_map map;
    const int result =
        diff_map_make(&map, patch->bytes, patch->length, old, OLD_BYTES);
    if (result != 0)
        return 0;
    sums_are_right(&map);
    diff_map_free(&map);
    return 1;
}

/* Whatever a damaged patch says: refused, or a map that adds up. With the old
 * image the CRC of the new one decides, so only what does not matter to it
 * may be another, as the last bits are. */
static void refuses_damaged_patches(void **state)
{
    struct diff_bytes patch = encode_in_place();
    struct diff_map map;
    size_t harmless = 0;
    (void)state;
    for (size_t bit = 0; bit < patch.length * 8; bit++) {
        patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        harmless += (size_t)adds_up(&patch, old_image);
        adds_up(&patch, NULL);
        patch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_in_range(harmless, 0, 32);
    for (size_t length = 0; length < 18; length++)
        assert_int_equal(diff_map_make(&map, patch.bytes, length, NULL, 0),
                         FFX_ERR_PATCH);
    free(patch.bytes);
}

/* --- pictures ------------------------------------------------------------ */

static char *draw(const struct diff_map *map, const char *name, size_t *length)
{
    char *text = map_svg_text(map, name, length);
    assert_non_null(text);
    assert_int_equal(strlen(text), *length);
    return text;
}

/* Each tag is closed in its turn, each '&' begins a number, and nothing but
 * ASCII: enough for every reader of XML. */
static void is_well_formed(const char *text)
{
    char open[16][16];
    unsigned depth = 0;
    int end;
    for (const char *at = text; *at != '\0'; at++) {
        char name[16] = "";
        assert_true((*at >= ' ' && *at < 0x7f) || *at == '\n');
        if (*at == '&')
            assert_int_equal(at[1], '#');
        if (*at != '<')
            continue;
        assert_int_equal(sscanf(at + 1, "%15[/a-z]", name), 1);
        end = (int)strcspn(at, ">");
        assert_int_equal(at[end], '>');
        if (name[0] == '/')
            assert_string_equal(name + 1, open[--depth]);
        else if (at[end - 1] != '/')
            memcpy(open[depth++], name, sizeof name);
        assert_in_range(depth, 0, 15);
        at += end;
    }
    assert_int_equal(depth, 0);
}

static void draws_a_picture(void **state)
{
    struct diff_bytes patch = encode_in_place();
    struct diff_map map;
    size_t length;
    (void)state;
    assert_int_equal(
        diff_map_make(&map, patch.bytes, patch.length, old_image, OLD_BYTES),
        0);
    char *text = draw(&map, "a<b>&\"\xff\n.patch", &length);
    assert_memory_equal(text, "<svg xmlns=", 11);
    is_well_formed(text);
    assert_non_null(strstr(text, "a&#60;b&#62;&#38;&#34;??.patch"));
    assert_non_null(strstr(text, "new 1.5 %"));
    assert_non_null(strstr(text, "from the top down"));
    assert_non_null(strstr(text, "viewBox=\"0 0 "));
    assert_non_null(strstr(text, "<title>a&#60;b"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "href"));
    assert_null(strstr(text, "url("));
    assert_null(strstr(text, "@import"));
    free(text);
    diff_map_free(&map);
    free(patch.bytes);
}

/* As many cells and sources as there can be, no two neighbours alike. */
static void stays_small(void **state)
{
    static struct diff_map_cell cells[DIFF_MAP_ROWS * DIFF_MAP_COLUMNS];
    static struct diff_map_source sources[DIFF_MAP_ROWS * DIFF_MAP_BINS];
    static uint16_t order[DELTA_STEPS_MAX];
    struct diff_map map = {
        .layout = {DELTA_SIZE_MAX, DELTA_SIZE_MAX, 4096, 3, 0, 1, 2},
        .patch_bytes = DELTA_SIZE_MAX,
        .steps = DELTA_STEPS_MAX,
        .ranks = order,
        .decoded = 1,
        .cell_bytes = 16384,
        .rows = DIFF_MAP_ROWS,
        .cells = cells,
        .slot_bytes = DELTA_SIZE_MAX,
        .sources = sources,
    };
    size_t length;
    (void)state;
    for (uint32_t i = 0; i < DIFF_MAP_ROWS * DIFF_MAP_COLUMNS; i++)
        cells[i].bytes[1 + i % 3] = 16384;
    for (uint32_t i = 0; i < DIFF_MAP_ROWS * DIFF_MAP_BINS; i++)
        *(i & 1 ? &sources[i].from_new : &sources[i].from_old) = 8192;
    for (uint32_t i = 0; i < DELTA_STEPS_MAX; i++)
        order[i] = (uint16_t)i;
    char *text = draw(&map, "large", &length);
    assert_in_range(length, 10000, MAP_SVG_BYTES_MAX);
    is_well_formed(text);
    free(text);
}

static void shares_read_well(void **state)
{
    (void)state;
    assert_string_equal(map_svg_percent(1, 3).text, "33.3 %");
    assert_string_equal(map_svg_percent(1, 100000).text, "<0.1 %");
    assert_string_equal(map_svg_percent(0, 5).text, "0.0 %");
    assert_string_equal(map_svg_percent(DELTA_SIZE_MAX, DELTA_SIZE_MAX).text,
                        "100.0 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_with_the_old_image),
        cmocka_unit_test(counts_the_patch_alone),
        cmocka_unit_test(counts_in_place),
        cmocka_unit_test(refuses_another_old_image),
        cmocka_unit_test(refuses_damaged_patches),
        cmocka_unit_test(draws_a_picture),
        cmocka_unit_test(stays_small),
        cmocka_unit_test(shares_read_well),
    };
    make_images();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
