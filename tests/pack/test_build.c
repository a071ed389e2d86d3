/* SPDX-License-Identifier: Apache-2.0 */
/* Packages from A to B: what comes out, and what is refused. */
#include "fixture.h"

#include <psa/psa_crypto.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    fixture_make(&fixture, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&fixture);
    return 0;
}

/* --- reading back -------------------------------------------------------- */

struct opened {
    struct ffx_package package;
    struct ffx_package_config config;
    uint8_t scratch[8192];
};

static int open_package(struct opened *opened, const struct fixture *from,
                        const struct pack_buffer *zip)
{
    memset(opened, 0, sizeof *opened);
    opened->config.crypto = psa_crypto();
    opened->config.trusted = &from->release_key;
    opened->config.trusted_count = 1;
    opened->config.buffer = opened->scratch;
    opened->config.buffer_bytes = sizeof opened->scratch;
    pack_read_at(zip, &opened->config.file);
    int result = ffx_package_open(&opened->package, &opened->config);
    if (result == 0)
        do
            result = ffx_package_check(&opened->package);
        while (result == 1);
    return result;
}

static void reader_takes_the_package_of_a_delegated_key(void **state)
{
    (void)state;
    struct opened opened;
    assert_int_equal(open_package(&opened, &fixture, &fixture.zip), 0);
    const struct ffx_package *package = &opened.package;
    assert_true(package->delegated);
    assert_string_equal(package->manifest.from, "1529B05SIM7000G");
    assert_string_equal(package->manifest.to, "1529B06SIM7000G");
    assert_int_equal(package->release.sequence, 6);
    assert_int_equal(package->manifest.part_count, 2);
    assert_string_equal(package->manifest.parts[0].name, "modem");
    assert_string_equal(package->manifest.parts[1].name, "ap");
    assert_int_equal(package->manifest.parts[1].step, 16384);
    assert_int_equal(package->manifest.parts[1].from_size, 50000);
}

static void payloads_are_the_images_of_b(void **state)
{
    (void)state;
    struct opened opened;
    assert_int_equal(open_package(&opened, &fixture, &fixture.zip), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct ffx_payload_reader reader;
        struct ffx_read_at payload;
        static uint8_t bytes[65536];
        const struct pack_buffer *image = &fixture.b.components[i].image;
        ffx_package_payload(&opened.package, i, &reader, &payload);
        assert_int_equal(payload.size, image->length);
        assert_int_equal(ffx_read_at(&payload, 0, bytes, payload.size), 0);
        assert_memory_equal(bytes, image->bytes, image->length);
    }
}

static void one_key_may_play_both_roles(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .one_key = 1, .components = {{"app", 3000, 3000, 4096, 0}}};
    struct fixture small;
    struct opened opened;
    fixture_make(&small, &options);
    assert_int_equal(open_package(&opened, &small, &small.zip), 0);
    assert_false(opened.package.delegated);
    assert_int_equal(opened.package.manifest.part_count, 1);
    fixture_free(&small);
}

static void same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    struct pack_buffer again;
    fixture_build(&fixture, &fixture.a, &fixture.b, &again);
    assert_int_equal(again.length, fixture.zip.length);
    assert_memory_equal(again.bytes, fixture.zip.bytes, again.length);
    pack_buffer_free(&again);
}

static void unchanged_component_is_left_out(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .components = {{"modem", 5000, 0, 8192, 1},
                       {"ap", 6000, 7000, 8192, 0}}};
    struct fixture half;
    struct opened opened;
    fixture_make(&half, &options);
    assert_int_equal(open_package(&opened, &half, &half.zip), 0);
    assert_int_equal(opened.package.release.component_count, 2);
    assert_int_equal(opened.package.manifest.part_count, 1);
    assert_string_equal(opened.package.manifest.parts[0].name, "ap");
    fixture_free(&half);
}

/* --- refusals ------------------------------------------------------------ */

/* One sentence: not empty, one line, short enough for a terminal. */
static void assert_sentence(const struct pack_error *error)
{
    assert_true(strlen(error->text) > 20);
    assert_true(strlen(error->text) < 400);
    assert_null(strchr(error->text, '\n'));
}

static void assert_refused(const struct pack_release *from,
                           const struct pack_release *to,
                           const struct pack_key *key, int code)
{
    const struct pack_options full = {.full = 1};
    struct pack_buffer out;
    struct pack_error error = {0};
    assert_int_equal(pack_build(from, to, key, &full, &out, &error), code);
    assert_int_equal(error.code, code);
    assert_sentence(&error);
    assert_null(out.bytes);
}

static void equal_images_are_nothing_to_do(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .components = {{"app", 3000, 3000, 4096, 0}}};
    struct fixture same;
    struct pack_release twin;
    fixture_make(&same, &options);
    fixture_release(&same, "twin", "SIM7000G", "1529B07SIM7000G", 7, 1, &twin);
    /* Seed 1 of fixture_release is B's own. */
    assert_refused(&same.b, &twin, same.package_key, PACK_NOTHING);
    pack_release_free(&twin);
    fixture_free(&same);
}

static void refuse_release(const char *name, const char *model,
                           const char *version, uint32_t sequence, int code)
{
    struct pack_release other;
    fixture_release(&fixture, name, model, version, sequence, 9, &other);
    assert_refused(&fixture.b, &other, fixture.package_key, code);
    pack_release_free(&other);
}

static void another_model_is_refused(void **state)
{
    (void)state;
    refuse_release("m", "SIM7000G-N", "1529B07SIM7000G", 7, FFX_ERR_MODEL);
}

static void equal_versions_are_refused(void **state)
{
    (void)state;
    refuse_release("v", "SIM7000G", "1529B06SIM7000G", 7, FFX_ERR_SOURCE);
}

static void sequence_that_does_not_grow_is_refused(void **state)
{
    (void)state;
    refuse_release("s6", "SIM7000G", "v7", 6, FFX_ERR_SEQUENCE);
    refuse_release("s5", "SIM7000G", "v8", 5, FFX_ERR_SEQUENCE);
}

static void sequence_may_grow_by_65536_and_no_more(void **state)
{
    (void)state;
    struct pack_release last;
    struct pack_buffer zip;
    refuse_release("far", "SIM7000G", "v7", 6 + 65537, FFX_ERR_SEQUENCE);
    /* Inside the step, but beyond the package key's certificate. */
    refuse_release("end", "SIM7000G", "v8", 65537, FFX_ERR_CERT);
    fixture_release(&fixture, "last", "SIM7000G", "v9", 65536, 9, &last);
    fixture_build(&fixture, &fixture.b, &last, &zip);
    pack_buffer_free(&zip);
    pack_release_free(&last);
}

static void unsigned_release_b_is_refused(void **state)
{
    (void)state;
    struct pack_release bare = fixture.b;
    memset(&bare.text, 0, sizeof bare.text);
    memset(&bare.signature, 0, sizeof bare.signature);
    assert_refused(&fixture.a, &bare, fixture.package_key, FFX_ERR_SIGNATURE);
}

static void delegated_key_of_another_model_is_refused(void **state)
{
    (void)state;
    char path[FIXTURE_PATH];
    struct pack_key *key;
    struct pack_error error;
    fixture_path(&fixture, "foreign.key", path);
    const struct pack_delegation how = {fixture.release_key_path, "SIM7000E",
                                        100};
    assert_int_equal(pack_key_make(path, &how, &error), 0);
    assert_int_equal(pack_key_load(path, &key, &error), 0);
    assert_refused(&fixture.a, &fixture.b, key, FFX_ERR_CERT);
    pack_key_free(key);
}

static void
certificate_and_release_of_two_release_keys_are_refused(void **state)
{
    (void)state;
    struct fixture other;
    fixture_make(&other, NULL);
    assert_refused(&fixture.a, &fixture.b, other.package_key,
                   FFX_ERR_SIGNATURE);
    fixture_free(&other);
}

static void foreign_key_without_certificate_is_refused(void **state)
{
    (void)state;
    char path[FIXTURE_PATH];
    struct pack_key *key;
    struct pack_error error;
    fixture_path(&fixture, "lone.key", path);
    assert_int_equal(pack_key_make(path, NULL, &error), 0);
    assert_int_equal(pack_key_load(path, &key, &error), 0);
    assert_refused(&fixture.a, &fixture.b, key, FFX_ERR_SIGNATURE);
    pack_key_free(key);
}

static void component_that_comes_or_goes_is_refused(void **state)
{
    (void)state;
    struct pack_release fewer = fixture.a;
    fewer.component_count = 1;
    assert_refused(&fewer, &fixture.b, fixture.package_key, FFX_ERR_SOURCE);
    fewer = fixture.b;
    fewer.component_count = 1;
    assert_refused(&fixture.a, &fewer, fixture.package_key, FFX_ERR_SOURCE);
}

/* --- deltas -------------------------------------------------------------- */

static void build_deltas(const struct fixture *from,
                         const struct pack_release *to, struct opened *opened,
                         struct pack_buffer *zip)
{
    const struct pack_options deltas = {.full = 0};
    struct pack_error error;
    assert_int_equal(
        pack_build(&from->a, to, from->package_key, &deltas, zip, &error), 0);
    assert_int_equal(open_package(opened, from, zip), 0);
}

static int slot_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

/* Part `i` of an opened package, applied to A's image as a device does. */
static void apply_part(const struct opened *opened, uint32_t i)
{
    static uint8_t slot[131072], buffer[16384];
    static uint32_t memory[8192];
    const struct ffx_part *part = &opened->package.manifest.parts[i];
    const struct pack_buffer *target = &fixture.b.components[i].image;
    struct ffx_delta_config config = {
        .slot = {slot_read, slot, sizeof slot},
        .source_bytes = part->from_size,
        .target_bytes = (uint32_t)target->length,
        .step_bytes = part->step,
        .memory = memory,
        .memory_bytes = part->ram,
    };
    struct ffx_payload_reader reader;
    struct ffx_payload payload;
    struct ffx_step step;
    int result;
    memcpy(slot, fixture.a.components[i].image.bytes, part->from_size);
    ffx_package_payload(&opened->package, i, &reader, &config.patch);
    assert_int_equal(ffx_payload_open(&payload, part->kind, &config), 0);
    while ((result = ffx_payload_prepare(&payload)) == 1)
        continue;
    assert_int_equal(result, 0);
    while ((result = ffx_payload_next(&payload, buffer, &step)) == 1)
        memcpy(slot + step.offset, buffer, step.length);
    assert_int_equal(result, 0);
    assert_memory_equal(slot, target->bytes, target->length);
}

static void without_full_components_travel_as_deltas(void **state)
{
    (void)state;
    struct opened opened;
    struct pack_buffer zip;
    build_deltas(&fixture, &fixture.b, &opened, &zip);
    assert_true(zip.length < fixture.zip.length / 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ffx_part *part = &opened.package.manifest.parts[i];
        assert_int_equal(part->kind, FFX_PAYLOAD_DELTA);
        assert_true(part->ram > 0);
        assert_true(part->ram <= fixture.b.components[i].ram);
        apply_part(&opened, i);
    }
    pack_buffer_free(&zip);
}

static void deltas_are_byte_identical_too(void **state)
{
    (void)state;
    struct opened opened;
    struct pack_buffer first, second;
    build_deltas(&fixture, &fixture.b, &opened, &first);
    build_deltas(&fixture, &fixture.b, &opened, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    pack_buffer_free(&first);
    pack_buffer_free(&second);
}

static void assert_second_is_an_image(const struct fixture *from,
                                      const struct pack_release *to)
{
    struct opened opened;
    struct pack_buffer zip;
    build_deltas(from, to, &opened, &zip);
    const struct ffx_part *parts = opened.package.manifest.parts;
    assert_int_equal(parts[0].kind, FFX_PAYLOAD_DELTA);
    assert_int_equal(parts[1].kind, FFX_PAYLOAD_IMAGE);
    assert_int_equal(parts[1].ram, 0);
    pack_buffer_free(&zip);
}

/* 12 bytes: less than the header of a patch. */
static void a_component_whose_delta_would_be_larger_is_an_image(void **state)
{
    (void)state;
    const struct fixture_options options = {
        .components = {{"modem", 5000, 5000, 8192, 0},
                       {"ap", 6000, 12, 8192, 0}}};
    struct fixture shrunk;
    fixture_make(&shrunk, &options);
    assert_second_is_an_image(&shrunk, &shrunk.b);
    fixture_free(&shrunk);
}

static void a_device_without_ram_gets_images(void **state)
{
    (void)state;
    struct pack_release poor = fixture.b;
    poor.components[1].ram = 0;
    assert_second_is_an_image(&fixture, &poor);
    poor.components[1].ram = 1000; /* less than any reader needs */
    assert_second_is_an_image(&fixture, &poor);
}

/* --- is it still what was built? ----------------------------------------- */

static void package_that_lay_about_is_checked_byte_by_byte(void **state)
{
    (void)state;
    struct pack_error error;
    struct pack_buffer zip = fixture.zip;
    assert_int_equal(
        pack_check(&zip, &fixture.a, &fixture.b, fixture.package_key, &error),
        0);
    zip.bytes[zip.length / 2] ^= 1;
    assert_int_equal(
        pack_check(&zip, &fixture.a, &fixture.b, fixture.package_key, &error),
        FFX_ERR_PAYLOAD);
    assert_sentence(&error);
    zip.bytes[zip.length / 2] ^= 1;
    zip.length--;
    assert_int_equal(
        pack_check(&zip, &fixture.a, &fixture.b, fixture.package_key, &error),
        FFX_ERR_ZIP);
}

static void package_to_another_release_is_not_this_one(void **state)
{
    (void)state;
    struct pack_error error;
    struct pack_release c;
    fixture_release(&fixture, "c", "SIM7000G", "1529B07SIM7000G", 7, 9, &c);
    assert_int_equal(
        pack_check(&fixture.zip, &fixture.a, &c, fixture.package_key, &error),
        FFX_ERR_MANIFEST);
    assert_sentence(&error);
    assert_int_equal(
        pack_check(&fixture.zip, &fixture.b, &c, fixture.package_key, &error),
        FFX_ERR_MANIFEST);
    pack_release_free(&c);
}

/* --- would a device take it? --------------------------------------------- */

static void source_check_knows_the_right_device(void **state)
{
    (void)state;
    struct opened opened;
    struct pack_error error;
    assert_int_equal(open_package(&opened, &fixture, &fixture.zip), 0);
    assert_int_equal(pack_source_check(&opened.package, &fixture.a, &error), 0);
    assert_int_equal(pack_source_check(&opened.package, &fixture.b, &error),
                     FFX_ERR_SOURCE);
    assert_sentence(&error);
}

static void source_check_sees_each_thing_that_differs(void **state)
{
    (void)state;
    struct opened opened;
    struct pack_error error;
    assert_int_equal(open_package(&opened, &fixture, &fixture.zip), 0);
    struct pack_release device = fixture.a;
    device.sequence = 6;
    assert_int_equal(pack_source_check(&opened.package, &device, &error),
                     FFX_ERR_SEQUENCE);
    device = fixture.a;
    device.components[1].sha256[31] ^= 1;
    assert_int_equal(pack_source_check(&opened.package, &device, &error),
                     FFX_ERR_SOURCE);
    device = fixture.a;
    device.components[0].slot_size = 20999;
    assert_int_equal(pack_source_check(&opened.package, &device, &error),
                     FFX_ERR_GEOMETRY);
    device = fixture.a;
    strcpy(device.model, "SIM7000E");
    assert_int_equal(pack_source_check(&opened.package, &device, &error),
                     FFX_ERR_MODEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_takes_the_package_of_a_delegated_key),
        cmocka_unit_test(payloads_are_the_images_of_b),
        cmocka_unit_test(one_key_may_play_both_roles),
        cmocka_unit_test(same_input_gives_the_same_bytes),
        cmocka_unit_test(unchanged_component_is_left_out),
        cmocka_unit_test(equal_images_are_nothing_to_do),
        cmocka_unit_test(another_model_is_refused),
        cmocka_unit_test(equal_versions_are_refused),
        cmocka_unit_test(sequence_that_does_not_grow_is_refused),
        cmocka_unit_test(sequence_may_grow_by_65536_and_no_more),
        cmocka_unit_test(unsigned_release_b_is_refused),
        cmocka_unit_test(delegated_key_of_another_model_is_refused),
        cmocka_unit_test(
            certificate_and_release_of_two_release_keys_are_refused),
        cmocka_unit_test(foreign_key_without_certificate_is_refused),
        cmocka_unit_test(component_that_comes_or_goes_is_refused),
        cmocka_unit_test(without_full_components_travel_as_deltas),
        cmocka_unit_test(deltas_are_byte_identical_too),
        cmocka_unit_test(a_component_whose_delta_would_be_larger_is_an_image),
        cmocka_unit_test(a_device_without_ram_gets_images),
        cmocka_unit_test(package_that_lay_about_is_checked_byte_by_byte),
        cmocka_unit_test(package_to_another_release_is_not_this_one),
        cmocka_unit_test(source_check_knows_the_right_device),
        cmocka_unit_test(source_check_sees_each_thing_that_differs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
