/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of what a package does to a component. */
#include "diff/map_svg.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture fixture;
static struct pack_buffer deltas; /* A to B, both components as patches */

static void build(const struct fixture *from, struct pack_buffer *zip)
{
    const struct pack_options options = {.full = 0};
    struct pack_error error;
    assert_int_equal(pack_build(&from->a, &from->b, from->package_key, &options,
                                zip, &error),
                     0);
}

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    build(&fixture, &deltas);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pack_buffer_free(&deltas);
    fixture_free(&fixture);
    return 0;
}

static struct pack_buffer map_of(const struct fixture *from,
                                 const struct pack_buffer *zip,
                                 const char *component)
{
    struct pack_buffer svg;
    struct pack_error error;
    if (pack_map(zip, &from->a, &from->b, from->package_key, component, &svg,
                 &error) != 0)
        fail_msg("%s", error.text);
    return svg;
}

static int holds(const struct pack_buffer *svg, const char *text)
{
    return memmem(svg->bytes, svg->length, text, strlen(text)) != NULL;
}

static void a_patch_is_drawn_with_its_name(void **state)
{
    (void)state;
    struct pack_buffer svg = map_of(&fixture, &deltas, "ap");
    assert_memory_equal(svg.bytes, "<svg xmlns=", 11);
    assert_memory_equal(svg.bytes + svg.length - 7, "</svg>\n", 7);
    assert_in_range(svg.length, 1000, MAP_SVG_BYTES_MAX);
    assert_true(holds(&svg, "<title>ap, 1529B05SIM7000G to 1529B06SIM7000G: "));
    assert_true(holds(&svg, " makes 48,111 bytes "));
    assert_true(holds(&svg, " an old image of 50,000 bytes, in place "));
    assert_true(holds(&svg, ">predicted "));
    pack_buffer_free(&svg);
}

static void each_component_has_its_own_picture(void **state)
{
    (void)state;
    struct pack_buffer svg = map_of(&fixture, &deltas, "modem");
    assert_true(holds(&svg, "<title>modem, "));
    assert_true(holds(&svg, " makes 21,000 bytes "));
    pack_buffer_free(&svg);
}

static void the_same_package_gives_the_same_picture(void **state)
{
    (void)state;
    struct pack_buffer once = map_of(&fixture, &deltas, "ap");
    struct pack_buffer again = map_of(&fixture, &deltas, "ap");
    assert_int_equal(once.length, again.length);
    assert_memory_equal(once.bytes, again.bytes, once.length);
    pack_buffer_free(&once);
    pack_buffer_free(&again);
}

static void a_package_of_one_key_is_drawn_as_well(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .one_key = 1, .components = {{"app", 9000, 9100, 16384, 0}}};
    struct fixture small;
    struct pack_buffer zip;
    fixture_make(&small, &options);
    build(&small, &zip);
    struct pack_buffer svg = map_of(&small, &zip, "app");
    assert_true(holds(&svg, "<title>app, "));
    pack_buffer_free(&svg);
    pack_buffer_free(&zip);
    fixture_free(&small);
}

/* --- nothing to draw ----------------------------------------------------- */

static void assert_none(const struct fixture *from,
                        const struct pack_buffer *zip, const char *component,
                        int code, const char *reason)
{
    struct pack_buffer svg;
    struct pack_error error = {0};
    const int got = pack_map(zip, &from->a, &from->b, from->package_key,
                             component, &svg, &error);
    if (got != code || error.code != code || strstr(error.text, reason) == NULL)
        fail_msg("%s: %d '%s'", component, got, error.text);
    assert_null(strchr(error.text, '\n'));
    assert_null(svg.bytes);
}

static void a_full_image_is_nothing_to_draw(void **state)
{
    (void)state;
    assert_none(&fixture, &fixture.zip, "ap", PACK_NOTHING,
                "travels from 1529B05SIM7000G to 1529B06SIM7000G as a full "
                "image");
}

static void an_unchanged_component_is_nothing_to_draw(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .components = {{"modem", 5000, 0, 8192, 1},
                       {"ap", 6000, 7000, 8192, 0}}};
    struct fixture half;
    struct pack_buffer zip;
    fixture_make(&half, &options);
    build(&half, &zip);
    assert_none(&half, &zip, "modem", PACK_NOTHING,
                "component modem is the same in 1529B05SIM7000G and");
    pack_buffer_free(&zip);
    fixture_free(&half);
}

static void an_unknown_component_is_an_error(void **state)
{
    (void)state;
    assert_none(&fixture, &deltas, "app", FFX_ERR_ARGUMENT,
                "no component app in both");
    assert_none(&fixture, &deltas, "", FFX_ERR_ARGUMENT, "no component");
}

static void what_a_device_refuses_is_not_drawn(void **state)
{
    (void)state;
    struct fixture other;
    fixture_make(&other, NULL);
    assert_none(&other, &deltas, "ap", FFX_ERR_SIGNATURE, "our own reader");
    fixture_free(&other);
    deltas.bytes[deltas.length / 2] ^= 1;
    assert_none(&fixture, &deltas, "ap", FFX_ERR_PAYLOAD, "our own reader");
    deltas.bytes[deltas.length / 2] ^= 1;
    const size_t length = deltas.length;
    deltas.length = 100;
    assert_none(&fixture, &deltas, "ap", FFX_ERR_ZIP, "our own reader");
    deltas.length = length;
}

static void a_package_between_other_releases_is_not_drawn(void **state)
{
    (void)state;
    struct pack_release c;
    struct pack_buffer zip, svg;
    struct pack_error error;
    const struct pack_release *a = &fixture.a, *b = &fixture.b;
    fixture_release(&fixture, "c", "SIM7000G", "1529B07SIM7000G", 7, 9, &c);
    fixture_build(&fixture, b, &c, &zip);
    assert_int_equal(
        pack_map(&zip, a, &c, fixture.package_key, "ap", &svg, &error),
        FFX_ERR_SOURCE);
    assert_int_equal(
        pack_map(&zip, a, b, fixture.package_key, "ap", &svg, &error),
        FFX_ERR_MANIFEST);
    assert_null(svg.bytes);
    pack_buffer_free(&zip);
    pack_release_free(&c);
}

static void an_unsigned_release_is_an_error(void **state)
{
    (void)state;
    struct pack_buffer svg;
    struct pack_error error;
    struct pack_release b = fixture.b;
    memset(&b.text, 0, sizeof b.text);
    memset(&b.signature, 0, sizeof b.signature);
    assert_int_equal(pack_map(&deltas, &fixture.a, &b, fixture.package_key,
                              "ap", &svg, &error),
                     FFX_ERR_SIGNATURE);
    assert_non_null(strstr(error.text, "is not signed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_is_drawn_with_its_name),
        cmocka_unit_test(each_component_has_its_own_picture),
        cmocka_unit_test(the_same_package_gives_the_same_picture),
        cmocka_unit_test(a_package_of_one_key_is_drawn_as_well),
        cmocka_unit_test(a_full_image_is_nothing_to_draw),
        cmocka_unit_test(an_unchanged_component_is_nothing_to_draw),
        cmocka_unit_test(an_unknown_component_is_an_error),
        cmocka_unit_test(what_a_device_refuses_is_not_drawn),
        cmocka_unit_test(a_package_between_other_releases_is_not_drawn),
        cmocka_unit_test(an_unsigned_release_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
