/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image trailer, byte for byte where MCUboot's design document has it. The
 * numbers in the rows are worked out by hand from its picture: from the end of
 * the slot, MAGIC (16 bytes, in whole BOOT_MAX_ALIGN), Image OK, Copy done,
 * Swap info, Swap size (each one BOOT_MAX_ALIGN), and the swap status.
 */
#include "slot_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct flag {
    uint32_t at; /* in the slot */
    uint8_t value;
};

struct row {
    uint32_t geometry; /* of slot_geometries */
    uint8_t permanent;
    uint32_t trailer, magic_at;
    uint8_t magic[16];
    struct flag flags[2]; /* value 0: none */
    uint32_t writes;
};

#define MAGIC_8                                                                \
    {                                                                          \
        0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50,      \
            0x0f, 0x2c, 0xb6, 0x79, 0x80                                       \
    }
#define MAGIC_16                                                               \
    {                                                                          \
        0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67,      \
            0x9c, 0x11, 0x0f, 0x1f, 0x8a                                       \
    }
#define MAGIC_32                                                               \
    {                                                                          \
        0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67,      \
            0x9c, 0x11, 0x0f, 0x1f, 0x8a                                       \
    }

static const struct row rows[] = {
    /* 24,576 bytes, align 8, units of 1, 128 sectors: 384 + 4 * 8 + 16 */
    {0, 0, 432, 24560, MAGIC_8, {{24536, 0x02}}, 2},
    {0, 1, 432, 24560, MAGIC_8, {{24552, 0x01}, {24536, 0x03}}, 3},
    /* 20,480 bytes, align 8, units of 4, 128 sectors: 1,536 + 48 */
    {1, 0, 1584, 20464, MAGIC_8, {{20440, 0x02}}, 2},
    {1, 1, 1584, 20464, MAGIC_8, {{20456, 0x01}, {20440, 0x03}}, 3},
    /* 20,480 bytes, align 8, units of 8, 16 sectors: 384 + 48 */
    {2, 1, 432, 20464, MAGIC_8, {{20456, 0x01}, {20440, 0x03}}, 3},
    /* 24,576 bytes, align 16, units of 16, 64 sectors: 3,072 + 4 * 16 + 16 */
    {3, 0, 3152, 24560, MAGIC_16, {{24512, 0x02}}, 2},
    {3, 1, 3152, 24560, MAGIC_16, {{24544, 0x01}, {24512, 0x03}}, 3},
    /* 32,768 bytes, align 32, units of 32, 32 sectors: 3,072 + 4 * 32 + 32 */
    {4, 0, 3232, 32752, MAGIC_32, {{32640, 0x02}}, 2},
    {4, 1, 3232, 32752, MAGIC_32, {{32704, 0x01}, {32640, 0x03}}, 3},
    /* 24,576 bytes, align 8, units of 8, swap using offset: 6 sectors of 2
     * states, 96 + 5 * 8 + 16; the third image of the board */
    {5, 0, 152, 24560, MAGIC_8, {{24536, 0x22}}, 2},
    {5, 1, 152, 24560, MAGIC_8, {{24552, 0x01}, {24536, 0x23}}, 3},
};
#define ROWS (sizeof rows / sizeof rows[0])

static struct ffx_slot_mcuboot mcuboot_of(const struct row *row)
{
    struct ffx_slot_mcuboot mcuboot = slot_geometries[row->geometry].mcuboot;
    mcuboot.permanent = row->permanent;
    return mcuboot;
}

static void open_verified(struct slot_bench *bench, uint32_t geometry)
{
    slot_bench_open(bench, &slot_geometries[geometry]);
    slot_bench_pack(bench, BENCH_IMAGES);
    assert_int_equal(slot_bench_run(bench), 0);
}

static const uint8_t *slot_of(const struct slot_bench *bench)
{
    return bench->flash.bytes + bench->geometry->target.address;
}

static void expect_trailer(const struct slot_bench *bench,
                           const struct row *row)
{
    const uint32_t end = bench->geometry->target.length;
    uint8_t *expected = malloc(end);
    assert_non_null(expected);
    memset(expected, bench->geometry->erased_value, end);
    memcpy(expected + row->magic_at, row->magic, 16);
    for (uint32_t i = 0; i < 2; i++)
        if (row->flags[i].value != 0)
            expected[row->flags[i].at] = row->flags[i].value;
    assert_memory_equal(slot_of(bench) + end - row->trailer,
                        expected + end - row->trailer, row->trailer);
    free(expected);
}

static void the_trailer_is_the_documents_byte_for_byte(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        const struct row *const row = &rows[i];
        const struct ffx_slot_mcuboot mcuboot = mcuboot_of(row);
        struct slot_bench bench;
        open_verified(&bench, row->geometry);
        assert_int_equal(ffx_slot_mcuboot_trailer(&bench.flash.port, &mcuboot),
                         row->trailer);
        const uint64_t before = bench.flash.operations;
        assert_int_equal(ffx_slot_mcuboot_pending(&bench.slot, &mcuboot), 0);
        assert_int_equal(bench.flash.operations - before, row->writes);
        expect_trailer(&bench, row);
        slot_bench_expect_b(&bench);
        slot_bench_close(&bench);
    }
}

static void trailers_of_other_builds_have_their_size(void **state)
{
    (void)state;
    static const struct {
        uint32_t unit;
        struct ffx_slot_mcuboot mcuboot;
        int bytes;
    } sizes[] = {
        /* the document's own example: 128 sectors, units of 4: 1,536 B */
        {4, {.max_sectors = 128}, 1536 + 48},
        {4, {.encrypted = 1}, 1536 + 48 + 32},
        /* AES-256; a TLV of RSA, of X25519 in whole units; no key is kept */
        {4, {.encrypted = 1, .key_bytes = 32}, 1536 + 48 + 64},
        {4, {.encrypted = 1, .key_bytes = 256}, 1536 + 48 + 512},
        {4,
         {.max_align = 32, .encrypted = 1, .key_bytes = 80},
         1536 + 160 + 192},
        {4, {.key_bytes = 32}, 1536 + 48},
        {4, {.encrypted = 1, .key_bytes = 257}, FFX_ERR_ARGUMENT},
        {32,
         {.max_align = 32, .max_sectors = 1, .encrypted = 1},
         96 + 160 + 64},
        {1, {.max_sectors = 1}, 3 + 48},
        /* this flash takes bytes, the other slot's words of 8 */
        {1, {.write_size = 8, .max_sectors = 10}, 240 + 48},
        {8, {.max_align = 16, .max_sectors = 10}, 240 + 80},
        {16, {.max_align = 8}, FFX_ERR_ARGUMENT},
        {16, {0}, FFX_ERR_ARGUMENT},
        {1, {.write_size = 16}, FFX_ERR_ARGUMENT},
        {1, {.write_size = 3}, FFX_ERR_ARGUMENT},
        {8, {.write_size = 4}, FFX_ERR_ARGUMENT},
        {1, {.max_align = 4}, FFX_ERR_ARGUMENT},
        {1, {.max_align = 12}, FFX_ERR_ARGUMENT},
        {1, {.max_align = 64}, FFX_ERR_ARGUMENT},
        {1, {.max_sectors = 32769}, FFX_ERR_ARGUMENT},
        {1, {.image = 15}, FFX_ERR_ARGUMENT},
    };
    for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct ffx_flash flash = {.write_unit = sizes[i].unit};
        assert_int_equal(ffx_slot_mcuboot_trailer(&flash, &sizes[i].mcuboot),
                         sizes[i].bytes);
    }
}

/* --- no mark -------------------------------------------------------------- */

static void refuse(struct slot_bench *bench,
                   const struct ffx_slot_mcuboot *mcuboot, int error)
{
    const uint64_t before = bench->flash.operations;
    assert_int_equal(ffx_slot_mcuboot_pending(&bench->slot, mcuboot), error);
    assert_int_equal(bench->flash.operations, before);
}

static void only_a_verified_slot_is_marked(void **state)
{
    (void)state;
    struct slot_bench bench;
    slot_bench_open(&bench, &slot_geometries[0]);
    slot_bench_pack(&bench, BENCH_DELTAS);
    slot_bench_power_up(&bench);
    memset(&bench.slot, 0, sizeof bench.slot);
    refuse(&bench, &bench.geometry->mcuboot, FFX_ERR_BUSY);
    assert_int_equal(ffx_slot_begin(&bench.slot, &bench.config), 0);
    do
        refuse(&bench, &bench.geometry->mcuboot, FFX_ERR_BUSY);
    while (ffx_slot_step(&bench.slot) == 1);
    assert_int_equal(
        ffx_slot_mcuboot_pending(&bench.slot, &bench.geometry->mcuboot), 0);
    slot_bench_close(&bench);
}

static void a_slot_is_marked_once(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_verified(&bench, 4);
    const struct ffx_slot_mcuboot mcuboot = mcuboot_of(&rows[7]);
    assert_int_equal(ffx_slot_mcuboot_pending(&bench.slot, &mcuboot), 0);
    refuse(&bench, &mcuboot, FFX_ERR_BUSY);
    expect_trailer(&bench, &rows[7]);
    slot_bench_close(&bench);
}

/* A bit anywhere in it: also where nothing would be written. */
static void a_trailer_that_is_not_erased_is_left_alone(void **state)
{
    (void)state;
    struct slot_bench bench;
    open_verified(&bench, 0);
    const uint32_t end =
        bench.geometry->target.address + bench.geometry->target.length;
    for (uint32_t back = 1; back <= 432; back++) {
        lab_flash_rot(&bench.flash, end - back, 0x10);
        refuse(&bench, &bench.geometry->mcuboot, FFX_ERR_BUSY);
        lab_flash_rot(&bench.flash, end - back, 0x10);
    }
    /* In front of it is nobody's. */
    lab_flash_rot(&bench.flash, end - 433, 0x10);
    assert_int_equal(
        ffx_slot_mcuboot_pending(&bench.slot, &bench.geometry->mcuboot), 0);
    slot_bench_close(&bench);
}

static void an_image_that_reaches_into_the_trailer_is_not_marked(void **state)
{
    (void)state;
    /* 24,576 - 432 = 24,144 bytes are B's; it fills them, or one more. */
    for (uint32_t more = 0; more < 2; more++) {
        struct slot_geometry geometry = slot_geometries[0];
        struct slot_bench bench;
        geometry.size_b = 24144 + more;
        slot_bench_open(&bench, &geometry);
        slot_bench_pack(&bench, BENCH_IMAGES);
        if (more) {
            assert_int_equal(slot_bench_run(&bench), FFX_ERR_GEOMETRY);
            slot_bench_expect_untouched(&bench);
        }
        bench.config.reserve = 0;
        assert_int_equal(slot_bench_run(&bench), 0);
        if (more)
            refuse(&bench, &geometry.mcuboot, FFX_ERR_GEOMETRY);
        else
            assert_int_equal(
                ffx_slot_mcuboot_pending(&bench.slot, &geometry.mcuboot), 0);
        slot_bench_close(&bench);
    }
}

/* A cut makes a permanent mark all or nothing, and never one for a trial. */
static void a_cut_in_a_permanent_mark_leaves_none_or_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        const struct row *const row = &rows[i];
        const struct ffx_slot_mcuboot mcuboot = mcuboot_of(row);
        struct slot_bench bench;
        int marked = 0;
        open_verified(&bench, row->geometry);
        struct lab_snapshot *const verified = lab_flash_snapshot(&bench.flash);
        for (uint64_t n = 1; n <= row->writes; n++)
            for (int tear = 0; tear < LAB_TEARS; tear++) {
                lab_flash_restore(&bench.flash, verified);
                lab_flash_power_up(&bench.flash);
                lab_flash_cut(&bench.flash, n, (enum lab_tear)tear);
                assert_int_equal(
                    ffx_slot_mcuboot_pending(&bench.slot, &mcuboot),
                    FFX_ERR_POWER);
                if (!slot_bench_is_marked(&bench))
                    continue;
                marked++;
                expect_trailer(&bench, row);
            }
        assert_true(marked > 0);
        lab_snapshot_free(verified);
        slot_bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trailer_is_the_documents_byte_for_byte),
        cmocka_unit_test(trailers_of_other_builds_have_their_size),
        cmocka_unit_test(only_a_verified_slot_is_marked),
        cmocka_unit_test(a_slot_is_marked_once),
        cmocka_unit_test(a_trailer_that_is_not_erased_is_left_alone),
        cmocka_unit_test(an_image_that_reaches_into_the_trailer_is_not_marked),
        cmocka_unit_test(a_cut_in_a_permanent_mark_leaves_none_or_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
