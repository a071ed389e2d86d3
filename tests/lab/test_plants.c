/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lab_case.h"

#include <string.h>

/* --- unstable units ------------------------------------------------------- */

static void open_weak(struct lab_flash *flash, uint8_t ecc)
{
    struct lab_flash_config config = lab_case_config(8, 0xff);
    config.ecc = ecc;
    assert_int_equal(lab_flash_open(flash, &config), 0);
    lab_case_fill(flash, 1);
    lab_flash_cut(flash, 1, LAB_TEAR_UNSTABLE);
    assert_int_equal(lab_case_erase(flash, 4096), FFX_ERR_POWER);
    lab_flash_power_up(flash);
}

static int is_blank(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (bytes[i] != 0xff)
            return 0;
    return 1;
}

/* F8. */
static void a_weak_erase_reads_blank_and_proves_nothing(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[4096];
    (void)state;
    open_weak(&flash, 0);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 4096), 0);
    assert_true(is_blank(bytes, 4096));
    assert_int_equal(lab_case_program(&flash, 4096, 8, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.violations, 1);
    lab_flash_close(&flash);
}

static void bad_luck_reads_wrong_and_always_the_same(void **state)
{
    struct lab_flash flash;
    uint8_t once[4096], again[4096], part[100], neighbours[8192];
    (void)state;
    open_weak(&flash, 0);
    lab_flash_luck(&flash, LAB_LUCK_BAD);
    assert_int_equal(lab_case_read(&flash, 4096, once, 4096), 0);
    assert_false(is_blank(once, 64));
    lab_flash_power_up(&flash);
    assert_int_equal(lab_case_read(&flash, 4096, again, 4096), 0);
    assert_memory_equal(once, again, 4096);
    assert_int_equal(lab_case_read(&flash, 4096 + 333, part, 100), 0);
    assert_memory_equal(once + 333, part, 100);
    /* Neighbours that are stable read as they are. */
    assert_int_equal(lab_case_read(&flash, 2048, neighbours, 8192), 0);
    assert_memory_equal(neighbours, flash.bytes + 2048, 2048);
    assert_memory_equal(neighbours + 2048, once, 4096);
    assert_memory_equal(neighbours + 6144, flash.bytes + 8192, 2048);
    lab_flash_luck(&flash, LAB_LUCK_GOOD);
    assert_int_equal(lab_case_read(&flash, 4096, again, 4096), 0);
    assert_true(is_blank(again, 4096));
    lab_flash_close(&flash);
}

/* F12: some reads are right, no two wrong ones are alike. */
static void a_coin_tosses_for_each_read_anew(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[64], last[64] = {0};
    int right = 0;
    (void)state;
    open_weak(&flash, 0);
    lab_flash_luck(&flash, LAB_LUCK_COIN);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(lab_case_read(&flash, 4096, bytes, 64), 0);
        if (is_blank(bytes, 64)) {
            right++;
            continue;
        }
        assert_memory_not_equal(bytes, last, 64);
        memcpy(last, bytes, 64);
    }
    assert_in_range(right, 60, 140);
    lab_flash_close(&flash);
}

static void the_coins_of_luck_can_be_replayed(void **state)
{
    struct lab_flash flash;
    uint8_t first[16][8], second[16][8];
    (void)state;
    open_weak(&flash, 0);
    lab_flash_luck(&flash, LAB_LUCK_COIN);
    for (int i = 0; i < 16; i++)
        assert_int_equal(lab_case_read(&flash, 4096, first[i], 8), 0);
    lab_flash_luck(&flash, LAB_LUCK_COIN);
    for (int i = 0; i < 16; i++)
        assert_int_equal(lab_case_read(&flash, 4096, second[i], 8), 0);
    assert_memory_equal(first, second, sizeof first);
    lab_flash_close(&flash);
}

static void with_ecc_a_bad_read_is_known_to_be_bad(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[64];
    int bad = 0;
    (void)state;
    open_weak(&flash, 1);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 64), 0);
    assert_true(is_blank(bytes, 64));
    lab_flash_luck(&flash, LAB_LUCK_BAD);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 64), FFX_ERR_ECC);
    assert_int_equal(lab_case_read(&flash, 8192, bytes, 64), 0);
    lab_flash_luck(&flash, LAB_LUCK_COIN);
    for (int i = 0; i < 200; i++)
        bad += lab_case_read(&flash, 4096, bytes, 64) == FFX_ERR_ECC;
    assert_in_range(bad, 60, 140);
    lab_flash_close(&flash);
}

static void only_a_whole_erase_makes_units_stable_again(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[4096];
    (void)state;
    open_weak(&flash, 0);
    lab_flash_luck(&flash, LAB_LUCK_BAD);
    lab_flash_cut(&flash, 1, LAB_TEAR_ONE_BYTE);
    assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
    lab_flash_power_up(&flash);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 4096), 0);
    assert_false(is_blank(bytes, 4096));
    lab_flash_stick(&flash, 4096, LAB_FAULT_ERASE_SILENT);
    assert_int_equal(lab_case_erase(&flash, 4096), 0);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 4096), 0);
    assert_false(is_blank(bytes, 4096));
    lab_flash_stick(&flash, 4096, LAB_FAULT_NONE);
    assert_int_equal(lab_case_erase(&flash, 4096), 0);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 4096), 0);
    assert_true(is_blank(bytes, 4096));
    lab_flash_close(&flash);
}

static void an_unstable_program_leaves_its_neighbours_stable(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[64], right[16];
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    lab_case_data(right, 16, 1);
    lab_flash_cut(&flash, 1, LAB_TEAR_UNSTABLE);
    assert_int_equal(lab_case_program(&flash, 4096 + 16, 16, 1), FFX_ERR_POWER);
    lab_flash_power_up(&flash);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 64), 0);
    assert_memory_equal(bytes + 16, right, 16);
    lab_flash_luck(&flash, LAB_LUCK_BAD);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 64), 0);
    assert_true(is_blank(bytes, 16) && is_blank(bytes + 32, 32));
    assert_memory_not_equal(bytes + 16, right, 16);
    lab_flash_close(&flash);
}

/* --- poison --------------------------------------------------------------- */

static void reads_of_poison_are_counted_and_are_noise(void **state)
{
    static const struct ffx_flash_area area = {4096, 8192};
    struct lab_flash flash;
    uint8_t noise[8192], bytes[8];
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    lab_case_fill(&flash, 1);
    lab_flash_poison(&flash, &area);
    memcpy(noise, flash.bytes + 4096, sizeof noise);
    assert_int_equal(lab_case_read(&flash, 0, bytes, 8), 0);
    assert_int_equal(lab_case_read(&flash, LAB_CASE_BIG, bytes, 8), 0);
    assert_int_equal(flash.poison_reads, 0);
    assert_int_equal(lab_case_read(&flash, 4092, bytes, 8), 0);
    assert_int_equal(flash.poison_reads, 1);
    assert_int_equal(flash.poison_read_at, 4096);
    assert_int_equal(lab_case_read(&flash, 8192 + 5, bytes, 8), 0);
    assert_memory_equal(bytes, noise + 4096 + 5, 8);
    assert_int_equal(flash.poison_reads, 2);
    assert_int_equal(flash.poison_read_at, 4096);
    assert_memory_not_equal(noise, noise + 4096, 4096);
    lab_flash_close(&flash);
}

/* Whatever was there: so that states which differ in nothing else are one. */
static void poison_follows_from_the_address_alone(void **state)
{
    static const struct ffx_flash_area area = {LAB_CASE_BIG, 16384};
    struct lab_flash flash;
    uint64_t digest = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= 2; seed++) {
        struct lab_flash_config config = lab_case_config(8, 0xff);
        config.seed = seed;
        assert_int_equal(lab_flash_open(&flash, &config), 0);
        lab_case_fill(&flash, seed);
        lab_flash_poison(&flash, &area);
        if (seed == 2)
            assert_true(lab_flash_sector_digest(&flash, 3) == digest);
        digest = lab_flash_sector_digest(&flash, 3);
        lab_flash_close(&flash);
    }
}

static void only_a_whole_erase_ends_poison(void **state)
{
    static const struct ffx_flash_area area = {4096, 4096};
    struct lab_flash_config config = lab_case_config(8, 0xff);
    struct lab_flash flash;
    uint8_t bytes[4096];
    (void)state;
    config.ecc = 1;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    lab_flash_poison(&flash, &area);
    const uint64_t poisoned = lab_flash_sector_digest(&flash, 1);
    assert_int_equal(lab_case_program(&flash, 4096, 8, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.violations, 1);
    for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
        lab_flash_cut(&flash, 1, tear);
        assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
        lab_flash_power_up(&flash);
        assert_true(lab_flash_sector_digest(&flash, 1) == poisoned);
    }
    assert_int_equal(lab_case_erase(&flash, 4096), 0);
    assert_int_equal(lab_case_read(&flash, 4096, bytes, 4096), 0);
    assert_true(is_blank(bytes, 4096));
    assert_int_equal(flash.poison_reads, 0);
    assert_int_equal(lab_case_program(&flash, 4096, 8, 1), 0);
    lab_flash_close(&flash);
}

/* --- rewrites ------------------------------------------------------------- */

static void open_rewrite(struct lab_flash *flash, enum lab_rewrite rewrite,
                         uint8_t erased)
{
    struct lab_flash_config config = lab_case_config(1, erased);
    config.rewrite = rewrite;
    assert_int_equal(lab_flash_open(flash, &config), 0);
    assert_int_equal(flash->port.program(flash, 4096, "\x3c\xf0\x00\xff", 4),
                     0);
}

static void a_rewrite_is_a_violation_unless_told_otherwise(void **state)
{
    struct lab_flash flash;
    (void)state;
    open_rewrite(&flash, LAB_REWRITE_VIOLATION, 0xff);
    assert_int_equal(lab_case_program(&flash, 4096, 1, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.violations, 1);
    assert_int_equal(flash.rewrites, 1);
    lab_flash_close(&flash);
}

static void plain_nor_moves_cells_on(void **state)
{
    struct lab_flash flash;
    (void)state;
    open_rewrite(&flash, LAB_REWRITE_AND, 0xff);
    assert_int_equal(flash.port.program(&flash, 4096, "\x0f\x3f\xff\x55", 4),
                     0);
    assert_memory_equal(flash.bytes + 4096, "\x0c\x30\x00\x55", 4);
    assert_int_equal(flash.violations, 0);
    assert_int_equal(flash.rewrites, 1);
    assert_int_equal(flash.operations, 2);
    lab_flash_close(&flash);
    open_rewrite(&flash, LAB_REWRITE_AND, 0x00);
    assert_int_equal(flash.port.program(&flash, 4096, "\x0f\x3f\xff\x55", 4),
                     0);
    assert_memory_equal(flash.bytes + 4096, "\x3f\xff\xff\xff", 4);
    lab_flash_close(&flash);
}

static void a_part_that_refuses_rewrites_leaves_the_bytes(void **state)
{
    struct lab_flash flash;
    (void)state;
    open_rewrite(&flash, LAB_REWRITE_ERROR, 0xff);
    lab_flash_cut(&flash, 1, LAB_TEAR_GARBAGE);
    assert_int_equal(lab_case_program(&flash, 4098, 4, 1), FFX_ERR_FLASH);
    assert_memory_equal(flash.bytes + 4096, "\x3c\xf0\x00\xff\xff\xff", 6);
    assert_int_equal(flash.violations, 0);
    assert_int_equal(flash.rewrites, 1);
    assert_int_equal(flash.operations, 1);
    assert_int_equal(lab_case_program(&flash, 4100, 4, 1), FFX_ERR_POWER);
    lab_flash_close(&flash);
}

/* --- put, fill, blank, rot ------------------------------------------------ */

static void what_is_put_is_programmed_and_crosses_sectors(void **state)
{
    struct lab_flash flash;
    uint8_t data[6000];
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    lab_flash_cut(&flash, 1, LAB_TEAR_GARBAGE);
    lab_case_data(data, sizeof data, 3);
    lab_flash_put(&flash, 4096 + 4, data, sizeof data);
    lab_flash_put(&flash, 0, data, 0);
    assert_memory_equal(flash.bytes + 4100, data, sizeof data);
    assert_int_equal(flash.bytes[4099], 0xff);
    assert_int_equal(flash.bytes[4100 + 6000], 0xff);
    assert_int_equal(flash.operations, 0);
    assert_int_equal(flash.written[4095 / 8], 0);
    for (uint32_t at = 4096; at < 4100 + 6000; at += 8)
        assert_int_equal(flash.written[at / 8], LAB_UNIT_PROGRAMMED);
    assert_int_equal(flash.written[(4100 + 6000) / 8 + 1], 0);
    lab_flash_close(&flash);
}

static void fill_and_blank_reach_every_byte(void **state)
{
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 8, 0x00);
    lab_flash_fill(&flash, 4095, 0x69, 1000);
    for (uint32_t at = 4095; at < 5095; at++)
        assert_int_equal(flash.bytes[at], 0x69);
    assert_int_equal(flash.bytes[4094] | flash.bytes[5095], 0);
    lab_flash_blank(&flash);
    for (uint32_t at = 0; at < flash.size; at++)
        assert_int_equal(flash.bytes[at] | flash.written[at / 8], 0);
    assert_int_equal(lab_case_program(&flash, 4096, 8, 1), 0);
    lab_flash_close(&flash);
}

/* F13. */
static void rot_flips_bits_and_no_flag(void **state)
{
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    lab_flash_rot(&flash, 4099, 0x81);
    assert_int_equal(flash.bytes[4099], 0x7e);
    assert_int_equal(flash.written[4099 / 8], 0);
    assert_int_equal(flash.bytes[4098] & flash.bytes[4100], 0xff);
    lab_flash_close(&flash);
}

/* --- watching and time ---------------------------------------------------- */

struct watched {
    struct lab_flash flash;
    struct lab_operation operations[8];
    uint64_t number[8];
    uint8_t first_byte[8]; /* of the range, before the operation */
    uint32_t count, cut_at;
};

static void note(void *context, const struct lab_operation *operation)
{
    struct watched *it = context;
    it->operations[it->count] = *operation;
    it->number[it->count] = it->flash.operations;
    it->first_byte[it->count] = it->flash.bytes[operation->address];
    if (++it->count == it->cut_at)
        lab_flash_cut(&it->flash, 1, LAB_TEAR_BEFORE);
}

static void expect_operation(const struct watched *it, uint32_t i, int erase,
                             uint32_t sector, uint32_t address, uint32_t length)
{
    assert_int_equal(it->operations[i].erase, erase);
    assert_int_equal(it->operations[i].sector, sector);
    assert_int_equal(it->operations[i].address, address);
    assert_int_equal(it->operations[i].length, length);
}

static void watched_are_the_operations_that_are_carried_out(void **state)
{
    static const uint8_t data[256] = {1};
    struct watched it = {.count = 0};
    struct lab_flash *flash = &it.flash;
    (void)state;
    lab_case_open(flash, 8, 0xff);
    flash->watch = note;
    flash->watch_context = &it;
    assert_int_equal(flash->port.program(flash, 4096 + 256, data, 256), 0);
    assert_int_equal(lab_case_erase(flash, LAB_CASE_BIG + 16384), 0);
    /* Not these: two broken rules, a stuck sector. */
    assert_int_equal(flash->port.program(flash, 4096 + 256, data, 256),
                     FFX_ERR_FLASH);
    assert_int_equal(lab_case_erase(flash, 5000), FFX_ERR_FLASH);
    lab_flash_stick(flash, 0, LAB_FAULT_ERASE);
    assert_int_equal(lab_case_erase(flash, 0), FFX_ERR_FLASH);
    it.cut_at = 3;
    assert_int_equal(lab_case_erase(flash, 4096), FFX_ERR_POWER);
    assert_int_equal(lab_case_erase(flash, 8192), FFX_ERR_POWER);
    assert_int_equal(it.count, 3);
    expect_operation(&it, 0, 0, 1, 4096 + 256, 256);
    expect_operation(&it, 1, 1, 4, LAB_CASE_BIG + 16384, 16384);
    expect_operation(&it, 2, 1, 1, 4096, 4096);
    assert_ptr_equal(it.operations[0].data, data);
    assert_null(it.operations[1].data);
    assert_int_equal(it.first_byte[0], 0xff);
    assert_int_equal(it.number[0], 0);
    assert_int_equal(it.number[1], 1);
    assert_int_equal(it.number[2], 3);
    assert_int_equal(flash->cuts_fired, 1);
    lab_flash_close(flash);
}

static void sectors_are_numbered_by_address(void **state)
{
    struct lab_flash flash;
    uint32_t address = 0;
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    assert_int_equal(lab_flash_sector_count(&flash), LAB_CASE_SECTORS);
    for (uint32_t i = 0; i < LAB_CASE_SECTORS; i++) {
        const struct ffx_flash_area area = lab_flash_sector_area(&flash, i);
        assert_int_equal(area.address, address);
        assert_int_equal(area.length, i < 3 ? 4096 : 16384);
        assert_int_equal(lab_flash_sector_index(&flash, address), i);
        address += area.length;
        assert_int_equal(lab_flash_sector_index(&flash, address - 1), i);
    }
    assert_int_equal(address, LAB_CASE_BYTES);
    lab_flash_close(&flash);
}

static void time_is_spent_by_erases_started_pages_and_reads(void **state)
{
    struct lab_flash_config config = lab_case_config(1, 0xff);
    struct lab_flash flash;
    uint8_t bytes[2048];
    (void)state;
    config.erase_us = 45000;
    config.program_us = 400;
    config.read_us_per_kib = 100;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    assert_int_equal(lab_case_erase(&flash, 0), 0);
    assert_int_equal(flash.spent_us, 45000);
    assert_int_equal(lab_case_program(&flash, 0, 256, 1), 0);
    assert_int_equal(flash.spent_us, 45400);
    assert_int_equal(lab_case_program(&flash, 256, 257, 1), 0);
    assert_int_equal(flash.spent_us, 46200);
    assert_int_equal(lab_case_read(&flash, 0, bytes, 2048), 0);
    assert_int_equal(flash.spent_us, 46400);
    assert_int_equal(lab_case_read(&flash, 0, bytes, 1), 0);
    assert_int_equal(flash.spent_us, 46401);
    /* What breaks a rule takes no time. */
    assert_int_equal(lab_case_program(&flash, 0, 256, 1), FFX_ERR_FLASH);
    assert_int_equal(lab_case_erase(&flash, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.spent_us, 46401);
    lab_flash_close(&flash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weak_erase_reads_blank_and_proves_nothing),
        cmocka_unit_test(bad_luck_reads_wrong_and_always_the_same),
        cmocka_unit_test(a_coin_tosses_for_each_read_anew),
        cmocka_unit_test(the_coins_of_luck_can_be_replayed),
        cmocka_unit_test(with_ecc_a_bad_read_is_known_to_be_bad),
        cmocka_unit_test(only_a_whole_erase_makes_units_stable_again),
        cmocka_unit_test(an_unstable_program_leaves_its_neighbours_stable),
        cmocka_unit_test(reads_of_poison_are_counted_and_are_noise),
        cmocka_unit_test(poison_follows_from_the_address_alone),
        cmocka_unit_test(only_a_whole_erase_ends_poison),
        cmocka_unit_test(a_rewrite_is_a_violation_unless_told_otherwise),
        cmocka_unit_test(plain_nor_moves_cells_on),
        cmocka_unit_test(a_part_that_refuses_rewrites_leaves_the_bytes),
        cmocka_unit_test(what_is_put_is_programmed_and_crosses_sectors),
        cmocka_unit_test(fill_and_blank_reach_every_byte),
        cmocka_unit_test(rot_flips_bits_and_no_flag),
        cmocka_unit_test(watched_are_the_operations_that_are_carried_out),
        cmocka_unit_test(sectors_are_numbered_by_address),
        cmocka_unit_test(time_is_spent_by_erases_started_pages_and_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
