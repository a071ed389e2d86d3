/* SPDX-License-Identifier: Apache-2.0 */
/* update.zip under torture: one wrong bit, one byte too few or too many, any
 * other shape of container. All of it is refused, by the right name. */
#include "forge.h"
#include "memo.h"
#include "package_map.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u
#define END_BYTES 22u

static const struct forge_shape plain;
static struct forge forge;

static int read_file(const struct ffx_read_at *file)
{
    static struct ffx_package package;
    static uint8_t scratch[FFX_PACKAGE_BUFFER_MIN];
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = *file,
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    int result = ffx_package_open(&package, &config);
    if (result != 0)
        return result;
    do
        result = ffx_package_check(&package);
    while (result == 1);
    return result;
}

static int read_bytes(const struct forge_bytes *bytes)
{
    const struct ffx_read_at file = forge_file(bytes);
    return read_file(&file);
}

/* Packs the listed entries in a shape and reads them. */
static int verdict(const struct forge_shape *shape)
{
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, shape);
    const int result = read_bytes(&file);
    free(file.bytes);
    return result;
}

static int start(void **state)
{
    (void)state;
    forge_default(&forge);
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    return 0;
}

/* --- bits ---------------------------------------------------------------- */

static struct map_byte map[4096];

static int blame(uint32_t offset)
{
    return map_verdict((enum map_class)map[offset].class);
}

static struct forge_bytes pack_mapped(void)
{
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, &plain);
    assert_in_range(file.length, 1, 4096);
    map_package(map, file.length, &forge);
    return file;
}

static void every_flipped_bit_of_a_package_is_refused_by_its_name(void **state)
{
    (void)state;
    /* One part only: each bit of a signed text costs a real verification. */
    forge.manifest.parts[0] = forge.manifest.parts[1];
    strcpy(forge.release.components[0].name, "ap");
    forge.release.component_count = forge.manifest.part_count = 1;
    forge_payload(&forge, 0, 40);
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    struct forge_bytes file = pack_mapped();
    assert_int_equal(read_bytes(&file), 0);
    for (uint32_t bit = 0; bit < 8 * file.length; bit++) {
        file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const int result = read_bytes(&file);
        if (result != blame(bit / 8))
            fail_msg("byte %u bit %u: %d, not %d", bit / 8, bit % 8, result,
                     blame(bit / 8));
        file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(read_bytes(&file), 0);
    free(file.bytes);
}

/* Where the directory of the listed entries begins. */
static uint32_t directory_of(const struct forge_bytes *file)
{
    uint32_t directory = file->length - END_BYTES;
    for (uint32_t i = 0; i < forge.entry_count; i++)
        directory -= CENTRAL_BYTES + (uint32_t)strlen(forge.entries[i].name);
    return directory;
}

/* Every byte of the map that is constant, derived or a CRC-32 takes every other
 * value. */
static void every_other_byte_in_a_header_is_refused(void **state)
{
    (void)state;
    struct forge_bytes file = pack_mapped();
    for (uint32_t at = 0; at < file.length; at++)
        for (uint32_t c = 1; c < 256 && blame(at) == FFX_ERR_ZIP; c++) {
            file.bytes[at] = (uint8_t)(file.bytes[at] + 1);
            if (read_bytes(&file) != FFX_ERR_ZIP)
                fail_msg("byte %u is %02x", at, file.bytes[at]);
            if (c == 255)
                file.bytes[at] = (uint8_t)(file.bytes[at] + 1);
        }
    assert_int_equal(read_bytes(&file), 0);
    free(file.bytes);
}

/* The same wrong CRC in both headers of an entry: only the entry's own bytes
 * can tell. */
static void
crc_that_both_headers_agree_on_is_compared_with_the_bytes(void **state)
{
    (void)state;
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, &plain);
    uint32_t local = 0, central = directory_of(&file);
    for (uint32_t i = 0; i < forge.entry_count; i++) {
        const struct forge_entry *const entry = &forge.entries[i];
        const uint32_t name = (uint32_t)strlen(entry->name);
        file.bytes[local + 14] ^= 1;
        file.bytes[central + 16] ^= 1;
        if (read_bytes(&file) != FFX_ERR_ZIP)
            fail_msg("%s", entry->name);
        file.bytes[local + 14] ^= 1;
        file.bytes[central + 16] ^= 1;
        local += LOCAL_BYTES + name + entry->length;
        central += CENTRAL_BYTES + name;
    }
    assert_int_equal(read_bytes(&file), 0);
    free(file.bytes);
}

/* --- length -------------------------------------------------------------- */

static void package_cut_at_every_length_is_refused(void **state)
{
    (void)state;
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, &plain);
    for (uint32_t length = 0; length < file.length; length++) {
        uint8_t *const tight = malloc(length == 0 ? 1 : length);
        assert_non_null(tight);
        memcpy(tight, file.bytes, length);
        const struct forge_bytes cut = {tight, length};
        if (read_bytes(&cut) != FFX_ERR_ZIP)
            fail_msg("length %u of %u", length, file.length);
        free(tight);
    }
    free(file.bytes);
}

static void bytes_behind_the_end_are_refused(void **state)
{
    (void)state;
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, &plain);
    uint8_t *const longer = calloc(2, file.length);
    assert_non_null(longer);
    memcpy(longer, file.bytes, file.length);
    for (uint32_t more = 1; more <= 64; more++) {
        const struct forge_bytes appended = {longer, file.length + more};
        assert_int_equal(read_bytes(&appended), FFX_ERR_ZIP);
    }
    memcpy(longer + file.length, file.bytes, file.length);
    const struct forge_bytes twice = {longer, 2 * file.length};
    assert_int_equal(read_bytes(&twice), FFX_ERR_ZIP);
    /* A second end record, so that both ends look like one. */
    memcpy(longer + file.length, file.bytes + file.length - END_BYTES,
           END_BYTES);
    const struct forge_bytes two_ends = {longer, file.length + END_BYTES};
    assert_int_equal(read_bytes(&two_ends), FFX_ERR_ZIP);
    free(longer);
    free(file.bytes);
}

/* --- entries ------------------------------------------------------------- */

static void any_two_entries_swapped_are_refused(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < forge.entry_count; a++)
        for (uint32_t b = a + 1; b < forge.entry_count; b++) {
            struct forge_entry kept = forge.entries[a];
            forge.entries[a] = forge.entries[b];
            forge.entries[b] = kept;
            if (verdict(&plain) != FFX_ERR_ZIP)
                fail_msg("entries %u and %u", a, b);
            kept = forge.entries[a];
            forge.entries[a] = forge.entries[b];
            forge.entries[b] = kept;
        }
    assert_int_equal(verdict(&plain), 0);
}

static void missing_or_doubled_entry_is_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 8; i++) {
        start(NULL);
        memmove(&forge.entries[i], &forge.entries[i + 1],
                (forge.entry_count - i - 1) * sizeof forge.entries[0]);
        forge.entry_count--;
        if (verdict(&plain) != FFX_ERR_ZIP)
            fail_msg("without entry %u", i);
        for (uint32_t at = 0; at <= 8; at++) {
            start(NULL);
            const struct forge_entry twin = forge.entries[i];
            memmove(&forge.entries[at + 1], &forge.entries[at],
                    (forge.entry_count - at) * sizeof forge.entries[0]);
            forge.entries[at] = twin;
            forge.entry_count++;
            if (verdict(&plain) != FFX_ERR_ZIP)
                fail_msg("entry %u again at %u", i, at);
        }
    }
}

/* Without both cert and cert.sig the package is undelegated: then its own
 * signature is of the wrong key. */
static void package_stripped_of_its_cert_is_refused(void **state)
{
    (void)state;
    forge.delegated = 0;
    forge_list(&forge);
    assert_int_equal(verdict(&plain), FFX_ERR_SIGNATURE);
}

static void further_entry_is_refused_anywhere(void **state)
{
    (void)state;
    for (uint32_t at = 0; at <= 8; at++) {
        start(NULL);
        memmove(&forge.entries[at + 1], &forge.entries[at],
                (forge.entry_count - at) * sizeof forge.entries[0]);
        forge.entries[at] = (struct forge_entry){"readme", "hello", 5};
        forge.entry_count++;
        if (verdict(&plain) != FFX_ERR_ZIP)
            fail_msg("at %u", at);
    }
}

static void every_other_name_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "/",
        ".",
        "..",
        "Release",
        "RELEASE",
        "release ",
        " release",
        "release.",
        "./release",
        "/release",
        "../release",
        "release/",
        "a/release",
        "..\\release",
        "C:release",
        "C:\\release",
        "releas",
        "release.si",
        "release.sigs",
        "cert.SIG",
        "certs",
        "package",
        "packages",
        "package.sig2",
        "modem",
        "modem.bin",
        "modem.patch",
        "ap.patch",
        "ap.bin",
        "AP.BIN",
        "ap.bin/",
        "/ap.bin",
        "ap.bin.sig",
        "app.bin",
        "../ap.bin",
        "ap..bin",
        "ap.bin\\",
        "\xef\xbc\xa1p.bin",
        "META-INF/MANIFEST.MF",
        "release\x7f",
    };
    for (uint32_t i = 0; i < forge.entry_count; i++)
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
            const char *const right = forge.entries[i].name;
            if (strcmp(names[n], right) == 0)
                continue;
            forge.entries[i].name = names[n];
            if (verdict(&plain) != FFX_ERR_ZIP)
                fail_msg("%s instead of %s", names[n], right);
            forge.entries[i].name = right;
        }
}

static void signed_entry_of_no_or_too_many_bytes_is_refused(void **state)
{
    (void)state;
    static char large[FFX_MANIFEST_MAX + 1];
    memset(large, 'a', sizeof large);
    for (uint32_t i = 0; i < 6; i++) {
        const uint32_t most = i % 2 == 0 ? FFX_MANIFEST_MAX : FFX_DER_MAX;
        start(NULL);
        forge.entries[i].length = 0;
        assert_int_equal(verdict(&plain), FFX_ERR_ZIP);
        forge.entries[i].bytes = large;
        forge.entries[i].length = most + 1;
        assert_int_equal(verdict(&plain), FFX_ERR_ZIP);
        forge.entries[i].length = most;
        assert_int_equal(verdict(&plain), FFX_ERR_SIGNATURE);
    }
}

/* A payload of another length than the signed one, container consistent. */
static void payload_longer_or_shorter_than_signed_is_refused(void **state)
{
    (void)state;
    for (uint32_t i = 6; i < 8; i++)
        for (int32_t by = -3; by <= 3; by++) {
            start(NULL);
            forge.entries[i].length += (uint32_t)by;
            assert_int_equal(verdict(&plain), by == 0 ? 0 : FFX_ERR_ZIP);
        }
    /* One gives to the other: the file is as long as it should be. */
    start(NULL);
    forge.entries[6].length++;
    forge.entries[7].length--;
    assert_int_equal(verdict(&plain), FFX_ERR_ZIP);
}

/* --- shapes -------------------------------------------------------------- */

static void every_shape_that_zip_allows_and_we_do_not_is_refused(void **state)
{
    (void)state;
    static const struct forge_shape shapes[] = {
        {.prefix = 1},
        {.prefix = 1, .prefix_in_offsets = 1},
        {.prefix = 64, .prefix_in_offsets = 1},
        {.gap = 1},
        {.gap = 22},
        {.local_extra = 1},
        {.local_extra = 4},
        {.central_extra = 4},
        {.local_extra = 4, .central_extra = 4},
        {.central_comment = 1},
        {.comment = 1},
        {.comment = 22},
        {.comment = 65535},
        {.descriptor = 1},
        {.descriptor = 1, .comment = 3},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (verdict(&shapes[i]) != FFX_ERR_ZIP)
            fail_msg("shape %zu", i);
    assert_int_equal(verdict(&plain), 0);
}

/* Directory of one package behind the entries of another. */
static void directory_of_another_package_is_refused(void **state)
{
    (void)state;
    struct forge_bytes file =
        forge_zip(forge.entries, forge.entry_count, &plain);
    const uint32_t directory = directory_of(&file);
    forge.payload[0][0] ^= 1;
    struct forge_bytes second =
        forge_zip(forge.entries, forge.entry_count, &plain);
    assert_int_equal(file.length, second.length);
    memcpy(file.bytes + directory, second.bytes + directory,
           file.length - directory);
    assert_int_equal(read_bytes(&file), FFX_ERR_ZIP);
    free(second.bytes);
    free(file.bytes);
}

/* --- sizes near 4 GiB ---------------------------------------------------- */

/* A file of any size: the head, then zeros. */
static uint32_t last_offset;

static int read_sparse(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    const struct forge_bytes *const head = context;
    last_offset = offset;
    for (uint32_t i = 0; i < length; i++)
        ((uint8_t *)buffer)[i] =
            offset + i < head->length ? head->bytes[offset + i] : 0;
    return 0;
}

static struct ffx_package sparse;

/* Opens a package whose three payloads claim these sizes. */
static int open_sparse(const uint32_t sizes[3], uint32_t file_size)
{
    static uint8_t scratch[FFX_PACKAGE_BUFFER_MIN];
    static const char *const names[3] = {"aa", "bb", "cc"};
    forge_default(&forge);
    forge.release.component_count = forge.manifest.part_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        forge.manifest.parts[i] = forge.manifest.parts[0];
        strcpy(forge.release.components[i].name, names[i]);
        strcpy(forge.manifest.parts[i].name, names[i]);
        forge.manifest.parts[i].payload_size = sizes[i];
        forge.release.components[i].size = 1;
    }
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    static struct forge_bytes head;
    head = forge_zip(forge.entries, 6, &plain);
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = {read_sparse, &head, file_size},
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    const int result = ffx_package_open(&sparse, &config);
    free(head.bytes);
    head.length = 0;
    return result;
}

/* Bytes of everything but the payloads, as the signed part came out last. */
static uint32_t overhead(void)
{
    uint32_t bytes = END_BYTES;
    for (uint32_t i = 0; i < forge.entry_count; i++)
        bytes += LOCAL_BYTES + CENTRAL_BYTES +
                 2 * (uint32_t)strlen(forge.entries[i].name) +
                 (i < 6 ? forge.entries[i].length : 0);
    return bytes;
}

static void sizes_that_add_up_only_modulo_4_GiB_are_refused(void **state)
{
    (void)state;
    static const uint32_t claims[][3] = {
        {UINT32_MAX, 1, 1},
        {UINT32_MAX, UINT32_MAX, 3},
        {0x80000000u, 0x80000000u, 1},
        {0x7fffffffu, 0x7fffffffu, 3},
        {1, UINT32_MAX - 1, 2},
        {UINT32_MAX - 100, 101, 1},
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        const uint32_t sum = claims[i][0] + claims[i][1] + claims[i][2];
        open_sparse(claims[i], 5000); /* for the signatures' lengths */
        if (open_sparse(claims[i], overhead() + sum) != FFX_ERR_ZIP)
            fail_msg("claim %zu", i);
    }
}

/* Where the bytes of a payload are read, however far behind. */
static void a2_sizes_around_2_31_do_not_change_what_is_read(void **state)
{
    (void)state;
    static const uint32_t firsts[] = {0x7ffffff0u, 0x7fffffffu, 0x80000000u,
                                      0x80000001u, 0xf0000000u};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        const uint32_t sizes[3] = {firsts[i], 1000, 70000};
        struct ffx_payload_reader reader;
        struct ffx_read_at payload;
        uint8_t byte;
        open_sparse(sizes, 5000); /* for the signatures' lengths */
        uint64_t at = overhead();
        assert_int_equal(
            open_sparse(sizes, overhead() + sizes[0] + sizes[1] + sizes[2]), 0);
        at -= END_BYTES;
        for (uint32_t k = 0; k < forge.entry_count; k++)
            at -= CENTRAL_BYTES + (uint32_t)strlen(forge.entries[k].name);
        at -= 2 * (LOCAL_BYTES + (uint32_t)strlen("bb.patch"));
        /* Now behind the header of the first payload. */
        for (uint32_t k = 0; k < 3; k++) {
            ffx_package_payload(&sparse, k, &reader, &payload);
            assert_int_equal(payload.size, sizes[k]);
            assert_int_equal(ffx_read_at(&payload, 0, &byte, 1), 0);
            assert_int_equal(last_offset, at);
            assert_int_equal(ffx_read_at(&payload, sizes[k] - 1, &byte, 1), 0);
            assert_int_equal(last_offset, at + sizes[k] - 1);
            at += sizes[k] + LOCAL_BYTES + (uint32_t)strlen("bb.patch");
        }
    }
}

static void largest_file_is_one_byte_short_of_4_GiB_less_1(void **state)
{
    (void)state;
    /* Ten digits each, so that lengths stay as they are. The lengths of the
     * signatures follow from the text: find the fixed point. */
    uint32_t sizes[3] = {2000000000u, 1000000000u, 1200000000u};
    for (uint32_t total = UINT32_MAX - 1; total != 0; total++) {
        for (int again = 0; again < 64; again++) {
            open_sparse(sizes, 5000);
            const uint32_t last = total - overhead() - sizes[0] - sizes[1];
            if (last == sizes[2])
                break;
            sizes[2] = last;
            if (again % 8 == 7)
                sizes[1]++;
        }
        assert_int_equal(overhead() + sizes[0] + sizes[1] + sizes[2], total);
        assert_int_equal(open_sparse(sizes, total),
                         total == UINT32_MAX ? FFX_ERR_ZIP : 0);
        assert_int_equal(open_sparse(sizes, total - 1), FFX_ERR_ZIP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            every_flipped_bit_of_a_package_is_refused_by_its_name, start),
        cmocka_unit_test_setup(every_other_byte_in_a_header_is_refused, start),
        cmocka_unit_test_setup(
            crc_that_both_headers_agree_on_is_compared_with_the_bytes, start),
        cmocka_unit_test_setup(package_cut_at_every_length_is_refused, start),
        cmocka_unit_test_setup(bytes_behind_the_end_are_refused, start),
        cmocka_unit_test_setup(any_two_entries_swapped_are_refused, start),
        cmocka_unit_test_setup(missing_or_doubled_entry_is_refused, start),
        cmocka_unit_test_setup(package_stripped_of_its_cert_is_refused, start),
        cmocka_unit_test_setup(further_entry_is_refused_anywhere, start),
        cmocka_unit_test_setup(every_other_name_is_refused, start),
        cmocka_unit_test_setup(signed_entry_of_no_or_too_many_bytes_is_refused,
                               start),
        cmocka_unit_test_setup(payload_longer_or_shorter_than_signed_is_refused,
                               start),
        cmocka_unit_test_setup(
            every_shape_that_zip_allows_and_we_do_not_is_refused, start),
        cmocka_unit_test_setup(directory_of_another_package_is_refused, start),
        cmocka_unit_test_setup(sizes_that_add_up_only_modulo_4_GiB_are_refused,
                               start),
        cmocka_unit_test_setup(a2_sizes_around_2_31_do_not_change_what_is_read,
                               start),
        cmocka_unit_test_setup(largest_file_is_one_byte_short_of_4_GiB_less_1,
                               start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
