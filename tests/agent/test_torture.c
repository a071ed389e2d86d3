/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages under torture, through the device: every flipped bit, every other
 * length and every hostile zip ends in 7 with its own error, and by then
 * nothing but the journal was erased or programmed. Of the threats: A1 and A19
 * to A23. FARFIX_ROW=NAME tries one of the zips.
 */
#include "package_map.h"
#include "replay.h"
#include "torture.h"
#include "zip_rows.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct torture torture;
static struct map_byte map[4096];

static int start(void **state)
{
    (void)state;
    torture_open(&torture);
    map_package(map, torture.zip.length, &torture.job.forge);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    print_message("# %u bytes, %u packages given\n", torture.zip.length,
                  torture.cases);
    torture_close(&torture);
    return 0;
}

/* --- bits and bytes ------------------------------------------------------ */

static void a1_every_flipped_bit_is_refused_before_the_first_erase(void **state)
{
    (void)state;
    struct forge_bytes *const zip = &torture.zip;
    torture_believe(&torture, 1);
    for (uint32_t bit = 0; bit < 8 * zip->length; bit++) {
        replay_case("bit %u of byte %u", bit % 8, bit / 8);
        zip->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        torture_expect(&torture, zip,
                       map_verdict((enum map_class)map[bit / 8].class));
        zip->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    replay_done();
    torture_believe(&torture, 0);
}

/* The same with signatures that are computed, where they decide: one bit of
 * each byte of texts and signatures. */
static void
a1_a_flipped_bit_of_what_is_signed_fails_a_computed_signature(void **state)
{
    (void)state;
    struct forge_bytes *const zip = &torture.zip;
    for (uint32_t at = 0; at < zip->length; at++) {
        if (map_verdict((enum map_class)map[at].class) != FFX_ERR_SIGNATURE)
            continue;
        replay_case("bit %u of byte %u", at % 7, at);
        zip->bytes[at] ^= (uint8_t)(1 << at % 7);
        torture_expect(&torture, zip, FFX_ERR_SIGNATURE);
        zip->bytes[at] ^= (uint8_t)(1 << at % 7);
    }
    replay_done();
}

/* Beyond single bits; the reader is given all 255 others of each such byte by
 * package/test_torture. */
static void a21_no_byte_of_a_header_may_have_another_value(void **state)
{
    (void)state;
    struct forge_bytes *const zip = &torture.zip;
    torture_believe(&torture, 1);
    for (uint32_t at = 0; at < zip->length; at++) {
        const uint8_t is = zip->bytes[at];
        const uint8_t values[] = {0,    0xff,         (uint8_t)(is + 1), 'P',
                                  0x20, (uint8_t)~is, (uint8_t)(is - 1)};
        if (map_verdict((enum map_class)map[at].class) != FFX_ERR_ZIP)
            continue;
        for (size_t i = 0; i < sizeof values; i++) {
            if (values[i] == is)
                continue;
            replay_case("byte %u is %02x", at, values[i]);
            zip->bytes[at] = values[i];
            torture_expect(&torture, zip, FFX_ERR_ZIP);
            zip->bytes[at] = is;
        }
    }
    replay_done();
    torture_believe(&torture, 0);
}

/* --- lengths ------------------------------------------------------------- */

static void a22_a_package_cut_at_any_byte_is_refused(void **state)
{
    (void)state;
    torture_believe(&torture, 1);
    for (uint32_t length = 0; length < torture.zip.length; length++) {
        uint8_t *const tight = malloc(length == 0 ? 1 : length);
        assert_non_null(tight);
        memcpy(tight, torture.zip.bytes, length);
        const struct forge_bytes cut = {tight, length};
        replay_case("the first %u bytes", length);
        torture_expect(&torture, &cut, FFX_ERR_ZIP);
        free(tight);
    }
    replay_done();
    torture_believe(&torture, 0);
}

static void a22_a_package_with_anything_behind_it_is_refused(void **state)
{
    (void)state;
    static const uint8_t fillers[] = {0x00, 0xff, 'P', ' '};
    const uint32_t length = torture.zip.length;
    uint8_t *const longer = malloc(2 * length);
    assert_non_null(longer);
    for (uint32_t more = 1; more <= length; more += more < 70 ? 1 : 97)
        for (size_t i = 0; i < sizeof fillers; i++) {
            memcpy(longer, torture.zip.bytes, length);
            memset(longer + length, fillers[i], more);
            const struct forge_bytes zip = {longer, length + more};
            replay_case("%u of %02x behind", more, fillers[i]);
            torture_expect(&torture, &zip, FFX_ERR_ZIP);
        }
    memcpy(longer + length, torture.zip.bytes, length);
    torture_expect(&torture, &(struct forge_bytes){longer, 2 * length},
                   FFX_ERR_ZIP);
    free(longer);
    replay_done();
}

/* --- hostile zips -------------------------------------------------------- */

/* All rows of these words; how many. */
static uint32_t give_rows(const char *const *words)
{
    uint32_t given = 0;
    for (uint32_t i = 0; i < zip_row_count(); i++) {
        const struct zip_row *const row = zip_row(i);
        for (const char *const *word = words; *word; word++) {
            if (!zip_row_is_of(row, *word) || !zip_row_is_wanted(row))
                continue;
            replay_case("FARFIX_ROW=%s", row->id);
            struct forge_bytes zip = zip_row_make(row, &torture.job.forge);
            torture_expect(&torture, &zip, row->verdict);
            assert_false(torture_has_worked(&torture));
            assert_true(torture.bytes_read <= zip.length + 64);
            free(zip.bytes);
            given++;
        }
    }
    replay_done();
    return given;
}

static void expect_rows(const char *const *words, uint32_t least)
{
    const uint32_t given = give_rows(words);
    if (getenv("FARFIX_ROW") == NULL)
        assert_true(given >= least);
}

static void
a1_a_sound_zip_of_wrong_signatures_texts_or_payloads_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"signed", NULL};
    expect_rows(words, 80);
}

static void a19_a_name_that_is_odd_or_leads_elsewhere_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"b2", "b3", "a3", NULL};
    expect_rows(words, 100);
}

/* Each of them in place of each name: in one header or in both. */
static void a19_there_are_no_names_but_those_of_the_format(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "/",
        ".",
        "..",
        "//",
        "\\",
        "C:",
        "~",
        "*",
        "-",
        "a",
        "a/b",
        "../a",
        "/a",
        "..\\a",
        "C:\\a",
        "\\\\h\\a",
        "a/",
        "release",
        "Release",
        "releas",
        "release2",
        "release.sig",
        "release.SIG",
        "cert",
        "cert.sig",
        "certs",
        "package",
        "package.x",
        "package.sig",
        "modem",
        "modem.patch",
        "modem.bin",
        "modem.PATCH",
        "mod\xc3\xa9m.patch",
        "ap",
        "ap.bin",
        "ap.patch",
        "app.bin",
        "AP.bin",
        "ap.bin.sig",
        "app.patch",
        "next",
        "META-INF/",
    };
    torture_believe(&torture, 1);
    for (uint32_t i = 0; i < torture.job.forge.entry_count; i++)
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            for (uint32_t where = 1; where <= 3; where++) {
                static struct plan plan;
                plan_begin(&plan, &torture.job.forge);
                if (strcmp(torture.job.forge.entries[i].name, names[n]) == 0)
                    continue;
                if (where & 1)
                    plan.items[i].name = plan_text(names[n]);
                if (where & 2)
                    plan.items[i].central_name = plan_text(names[n]);
                struct forge_bytes zip = plan_pack(&plan);
                replay_case("entry %u is %s in %u", i, names[n], where);
                torture_expect(&torture, &zip, FFX_ERR_ZIP);
                free(zip.bytes);
            }
    replay_done();
    torture_believe(&torture, 0);
}

static void a20_an_entry_twice_or_in_another_case_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"b1", "b4", NULL};
    expect_rows(words, 30);
}

/* Each entry, at each place, in either header or both, with its own bytes or
 * with others. A signature that comes in front of the true one is one. */
static void a20_no_entry_may_be_there_once_more(void **state)
{
    (void)state;
    static struct plan plan;
    const struct forge *const forge = &torture.job.forge;
    torture_believe(&torture, 1);
    for (uint32_t i = 0; i < 8 * 9 * 3 * 2; i++) {
        const uint32_t entry = i % 8, at = i / 8 % 9, where = i / 72 % 3 + 1;
        const int other = i >= 216;
        const struct forge_entry *const twin = &forge->entries[entry];
        plan_begin(&plan, forge);
        struct plan_item *const item =
            plan_insert(&plan, at, twin->name, other ? "evil" : twin->bytes,
                        other ? 4 : twin->length);
        item->no_local = !(where & 1);
        item->no_central = !(where & 2);
        if (item->no_local)
            item->points_to = entry < at ? entry : entry + 1;
        const int is_read = other && !item->no_local && entry == at &&
                            entry < 6 && entry % 2 == 1;
        struct forge_bytes zip = plan_pack(&plan);
        replay_case("entry %u again at %u in %u, %d", entry, at, where, other);
        torture_expect(&torture, &zip,
                       is_read ? FFX_ERR_SIGNATURE : FFX_ERR_ZIP);
        free(zip.bytes);
    }
    replay_done();
    torture_believe(&torture, 0);
}

/* How a field may be changed: SET, ADD and XOR of these. */
static const struct {
    enum plan_how how;
    uint32_t value;
} changes[] = {
    {PLAN_SET, 0},          {PLAN_SET, 1},    {PLAN_SET, UINT32_MAX},
    {PLAN_SET, 0x7fffffff}, {PLAN_ADD, 1},    {PLAN_ADD, UINT32_MAX},
    {PLAN_XOR, 0x8000},     {PLAN_XOR, 0x80}, {PLAN_SET, 0x04034b50},
};

static void change_field(enum plan_where where, uint32_t entry,
                         enum plan_field field)
{
    static struct plan plan;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        plan_begin(&plan, &torture.job.forge);
        plan_edit(&plan, changes[i].how, where, entry, field, changes[i].value);
        struct forge_bytes zip = plan_pack(&plan);
        replay_case("header %d of entry %u, field %d, change %zu", where, entry,
                    field, i);
        if (zip.length != torture.zip.length ||
            memcmp(zip.bytes, torture.zip.bytes, zip.length) != 0)
            torture_expect(&torture, &zip, FFX_ERR_ZIP);
        free(zip.bytes);
    }
}

static void a21_no_field_of_any_header_may_be_changed(void **state)
{
    (void)state;
    torture_believe(&torture, 1);
    for (uint32_t entry = 0; entry < 8; entry++) {
        for (uint32_t field = 0; field <= PLAN_EXTRA_LENGTH; field++)
            change_field(PLAN_LOCAL, entry, (enum plan_field)field);
        for (uint32_t field = 0; field <= PLAN_OFFSET; field++)
            change_field(PLAN_CENTRAL, entry, (enum plan_field)field);
    }
    for (uint32_t field = PLAN_END_SIGNATURE; field < PLAN_FIELDS; field++)
        change_field(PLAN_END, 0, (enum plan_field)field);
    replay_done();
    torture_believe(&torture, 0);
}

static void
a21_headers_that_disagree_or_ask_for_more_than_stored_are_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"a1",    "a2",    "a4", "a5",
                                        "field", "extra", NULL};
    expect_rows(words, 200);
}

static void a22_pieces_in_other_places_are_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"c1", "c2",    "c3", "c4",
                                        "c5", "entry", NULL};
    expect_rows(words, 120);
}

/* As for every row: the memory of the patch reader stays what it was, and no
 * more is read than the file has. */
static void a23_a_bomb_costs_no_memory_and_no_more_than_its_bytes(void **state)
{
    (void)state;
    static const char *const words[] = {"bomb", NULL};
    expect_rows(words, 20);
}

static void after_all_that_the_honest_package_is_taken(void **state)
{
    (void)state;
    assert_int_equal(torture_offer(&torture, &torture.zip), 0);
    bench_expect_installed(&torture.bench, &torture.bench.b);
    assert_true(torture.touched > 0);
}

int main(void)
{
#define TORTURE(test) cmocka_unit_test_teardown(test, replay_teardown)
    const struct CMUnitTest tests[] = {
        TORTURE(a1_every_flipped_bit_is_refused_before_the_first_erase),
        TORTURE(a1_a_flipped_bit_of_what_is_signed_fails_a_computed_signature),
        TORTURE(
            a1_a_sound_zip_of_wrong_signatures_texts_or_payloads_is_refused),
        TORTURE(a19_a_name_that_is_odd_or_leads_elsewhere_is_refused),
        TORTURE(a19_there_are_no_names_but_those_of_the_format),
        TORTURE(a20_an_entry_twice_or_in_another_case_is_refused),
        TORTURE(a20_no_entry_may_be_there_once_more),
        TORTURE(a21_no_byte_of_a_header_may_have_another_value),
        TORTURE(a21_no_field_of_any_header_may_be_changed),
        TORTURE(
            a21_headers_that_disagree_or_ask_for_more_than_stored_are_refused),
        TORTURE(a22_a_package_cut_at_any_byte_is_refused),
        TORTURE(a22_a_package_with_anything_behind_it_is_refused),
        TORTURE(a22_pieces_in_other_places_are_refused),
        TORTURE(a23_a_bomb_costs_no_memory_and_no_more_than_its_bytes),
        TORTURE(after_all_that_the_honest_package_is_taken),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
