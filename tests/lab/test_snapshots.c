/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lab_case.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that a snapshot keeps, copied the plain way. */
struct plain {
    uint8_t bytes[LAB_CASE_BYTES], flags[LAB_CASE_BYTES];
};

static void take(struct plain *plain, const struct lab_flash *flash)
{
    memcpy(plain->bytes, flash->bytes, flash->size);
    memcpy(plain->flags, flash->written, flash->size);
}

static void expect_equal(const struct plain *plain,
                         const struct lab_flash *flash)
{
    assert_memory_equal(plain->bytes, flash->bytes, flash->size);
    assert_memory_equal(plain->flags, flash->written, flash->size);
}

/* --- snapshots ------------------------------------------------------------ */

static void a_snapshot_brings_back_bytes_and_flags(void **state)
{
    (void)state;
    struct lab_flash flash;
    lab_case_open(&flash, 1, 0xff);
    assert_int_equal(lab_case_program(&flash, 5, 1, 1), 0);
    const uint8_t byte = flash.bytes[5];
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    assert_int_equal(lab_case_erase(&flash, 0), 0);
    assert_int_equal(lab_case_program(&flash, 6, 1, 1), 0);
    lab_flash_restore(&flash, snapshot);
    assert_int_equal(flash.bytes[5], byte);
    assert_int_equal(flash.bytes[6], 0xff);
    assert_int_equal(lab_case_program(&flash, 6, 1, 2), 0);
    assert_int_equal(lab_case_program(&flash, 5, 1, 1), FFX_ERR_FLASH);
    lab_snapshot_free(snapshot);
    lab_flash_close(&flash);
}

#define STATES 8

/* One operation of any kind, with the power on again behind it. */
static void change(struct lab_flash *flash, uint32_t random)
{
    const uint32_t index = random / 16 % LAB_CASE_SECTORS;
    const struct ffx_flash_area area = lab_flash_sector_area(flash, index);
    if (random & 1)
        lab_flash_cut(flash, 1, (enum lab_tear)(random / 256 % LAB_TEARS));
    if (random & 2)
        lab_case_erase(flash, area.address);
    else if (random & 4)
        lab_flash_put(flash, area.address + 40, &random, sizeof random);
    else if (random & 8)
        lab_flash_rot(flash, area.address + random / 64 % 4096, 1);
    else
        lab_flash_poison(flash, &area);
    lab_flash_power_up(flash);
}

static void snapshots_are_restored_in_any_order(void **state)
{
    static struct plain plain[STATES];
    struct lab_snapshot *snapshots[STATES];
    struct lab_flash flash;
    (void)state;
    srand(3);
    lab_case_open(&flash, 1, 0xff);
    lab_case_fill(&flash, 1);
    for (int i = 0; i < STATES; i++) {
        change(&flash, (uint32_t)rand());
        take(&plain[i], &flash);
        snapshots[i] = lab_flash_snapshot(&flash);
    }
    for (int round = 0; round < 400; round++) {
        const int i = rand() % STATES;
        change(&flash, (uint32_t)rand());
        lab_flash_restore(&flash, snapshots[i]);
        expect_equal(&plain[i], &flash);
        /* Now and then one makes room for a newer. */
        if (round % 5 != 0)
            continue;
        const int k = rand() % STATES;
        change(&flash, (uint32_t)rand());
        lab_snapshot_free(snapshots[k]);
        take(&plain[k], &flash);
        snapshots[k] = lab_flash_snapshot(&flash);
    }
    for (int i = 0; i < STATES; i++)
        lab_snapshot_free(snapshots[i]);
    lab_flash_close(&flash);
}

static void a_snapshot_outlives_its_flash_and_serves_another(void **state)
{
    static struct plain plain;
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 1, 0xff);
    lab_case_fill(&flash, 1);
    take(&plain, &flash);
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    const uint64_t digest = lab_flash_sector_digest(&flash, 3);
    lab_flash_close(&flash);
    lab_case_open(&flash, 1, 0xff);
    lab_flash_restore(&flash, snapshot);
    lab_snapshot_free(snapshot);
    expect_equal(&plain, &flash);
    assert_true(lab_flash_sector_digest(&flash, 3) == digest);
    lab_flash_close(&flash);
}

static void a_copy_is_freed_on_its_own(void **state)
{
    static struct plain plain;
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 1, 0xff);
    lab_case_fill(&flash, 1);
    take(&plain, &flash);
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    struct lab_snapshot *copy = lab_snapshot_copy(snapshot);
    lab_snapshot_free(snapshot);
    lab_flash_blank(&flash);
    lab_flash_restore(&flash, copy);
    expect_equal(&plain, &flash);
    lab_snapshot_free(copy);
    lab_snapshot_free(NULL);
    lab_flash_close(&flash);
}

static uint8_t other_bytes[LAB_CASE_LONGEST], other_flags[LAB_CASE_LONGEST];

static void keep_outcome(void *context, const struct lab_operation *operation)
{
    lab_flash_outcome(context, operation, LAB_TEAR_RANDOM_BITS, 0, other_bytes,
                      other_flags);
}

/* An explorer's way: where it would have been cut, without a cut. */
static void a_snapshot_with_an_outcome_is_the_state_after_the_cut(void **state)
{
    static struct plain plain;
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 1, 0xff);
    lab_case_fill(&flash, 1);
    struct lab_snapshot *before = lab_flash_snapshot(&flash);
    flash.watch = keep_outcome;
    flash.watch_context = &flash;
    assert_int_equal(lab_case_erase(&flash, LAB_CASE_BIG), 0);
    struct lab_snapshot *cut =
        lab_snapshot_with(before, 3, other_bytes, other_flags);

    lab_flash_restore(&flash, before);
    lab_flash_cut(&flash, 1, LAB_TEAR_RANDOM_BITS);
    assert_int_equal(lab_case_erase(&flash, LAB_CASE_BIG), FFX_ERR_POWER);
    take(&plain, &flash);
    assert_true(lab_flash_sector_digest(&flash, 3) ==
                lab_digest(other_bytes, 16384, other_flags, 16384));
    lab_flash_restore(&flash, before);
    lab_snapshot_free(before);
    lab_flash_restore(&flash, cut);
    expect_equal(&plain, &flash);
    assert_true(lab_snapshot_digest(cut, 3) ==
                lab_digest(other_bytes, 16384, other_flags, 16384));
    lab_snapshot_free(cut);
    lab_flash_close(&flash);
}

static void wear_faults_luck_and_counters_stay_through_a_restore(void **state)
{
    struct lab_flash flash;
    uint8_t bytes[8];
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    assert_int_equal(lab_case_erase(&flash, 4096), 0);
    lab_flash_stick(&flash, 0, LAB_FAULT_ERASE);
    lab_flash_poison(&flash, &(struct ffx_flash_area){8192, 4096});
    assert_int_equal(lab_case_read(&flash, 8192, bytes, 8), 0);
    lab_flash_luck(&flash, LAB_LUCK_BAD);
    lab_flash_restore(&flash, snapshot);
    assert_int_equal(flash.wear[1], 1);
    assert_int_equal(flash.operations, 1);
    assert_int_equal(flash.poison_reads, 1);
    assert_int_equal(flash.luck, LAB_LUCK_BAD);
    assert_int_equal(lab_case_erase(&flash, 0), FFX_ERR_FLASH);
    lab_snapshot_free(snapshot);
    lab_flash_close(&flash);
}

static void a_restore_goes_into_the_backing_file(void **state)
{
    char path[] = "/tmp/farfix-lab-snapshot-XXXXXX";
    static struct plain plain;
    struct lab_flash_config config = lab_case_config(1, 0xff);
    struct lab_flash flash;
    (void)state;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    unlink(path);
    config.path = path;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    lab_case_fill(&flash, 1);
    take(&plain, &flash);
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    lab_flash_blank(&flash);
    lab_flash_restore(&flash, snapshot);
    lab_snapshot_free(snapshot);
    lab_flash_close(&flash);
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    expect_equal(&plain, &flash);
    lab_flash_close(&flash);
    unlink(path);
}

/* --- digests -------------------------------------------------------------- */

static void one_other_byte_or_flag_is_another_digest(void **state)
{
    static const uint32_t lengths[] = {256, 257, 300, 4096};
    uint8_t bytes[4096], flags[4096] = {0};
    (void)state;
    lab_case_data(bytes, sizeof bytes, 1);
    for (size_t i = 0; i < 4; i++) {
        const uint32_t units = lengths[i] / 4;
        const uint64_t digest = lab_digest(bytes, lengths[i], flags, units);
        for (uint32_t at = 0; at < lengths[i]; at++) {
            bytes[at] ^= (uint8_t)(1u << at % 8);
            assert_true(lab_digest(bytes, lengths[i], flags, units) != digest);
            bytes[at] ^= (uint8_t)(1u << at % 8);
        }
        for (uint32_t at = 0; at < units; at++) {
            flags[at] ^= LAB_UNIT_UNSTABLE;
            assert_true(lab_digest(bytes, lengths[i], flags, units) != digest);
            flags[at] ^= LAB_UNIT_UNSTABLE;
        }
        assert_true(lab_digest(bytes, lengths[i], flags, units) == digest);
    }
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sectors that differ in two places, near and far, in bytes or flags. */
static void digests_of_sectors_alike_do_not_meet(void **state)
{
    enum { PLACES = 200 };
    static uint64_t digests[PLACES * PLACES];
    uint8_t both[2 * 256] = {0};
    size_t count = 0;
    (void)state;
    for (uint32_t i = 0; i < PLACES; i++)
        for (uint32_t k = 0; k < i; k++) {
            both[i * 2] = both[k * 2] = 1;
            digests[count++] = lab_digest(both, 256, both + 256, 256);
            both[i * 2] = both[k * 2] = 0;
        }
    qsort(digests, count, sizeof digests[0], by_value);
    for (size_t i = 1; i < count; i++)
        assert_true(digests[i] != digests[i - 1]);
}

static void equal_contents_have_equal_digests_whatever_the_way(void **state)
{
    struct lab_flash flash;
    uint8_t data[64];
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    const uint64_t blank = lab_flash_sector_digest(&flash, 1);
    lab_case_data(data, 64, 5);
    assert_int_equal(lab_case_program(&flash, 4096, 64, 5), 0);
    const uint64_t programmed = lab_flash_sector_digest(&flash, 1);
    struct lab_snapshot *snapshot = lab_flash_snapshot(&flash);
    assert_true(programmed != blank);
    assert_int_equal(lab_case_erase(&flash, 4096), 0);
    assert_true(lab_flash_sector_digest(&flash, 1) == blank);
    lab_flash_put(&flash, 4096, data, 32);
    lab_flash_put(&flash, 4096 + 32, data + 32, 32);
    assert_true(lab_flash_sector_digest(&flash, 1) == programmed);
    lab_flash_rot(&flash, 4096 + 9, 4);
    assert_true(lab_flash_sector_digest(&flash, 1) != programmed);
    lab_flash_rot(&flash, 4096 + 9, 4);
    assert_true(lab_flash_sector_digest(&flash, 1) == programmed);
    lab_flash_blank(&flash);
    lab_flash_restore(&flash, snapshot);
    assert_true(lab_flash_sector_digest(&flash, 1) == programmed);
    assert_true(lab_snapshot_digest(snapshot, 1) == programmed);
    lab_snapshot_free(snapshot);
    lab_flash_close(&flash);
}

/* Kept digests would hide a change that forgot to say so. */
static void digests_follow_every_change(void **state)
{
    struct lab_flash flash;
    struct lab_snapshot *snapshot = NULL;
    (void)state;
    srand(4);
    lab_case_open(&flash, 1, 0x00);
    for (int round = 0; round < 300; round++) {
        change(&flash, (uint32_t)rand());
        for (uint32_t i = 0; i < lab_flash_sector_count(&flash); i++) {
            const struct ffx_flash_area area = lab_flash_sector_area(&flash, i);
            assert_true(lab_flash_sector_digest(&flash, i) ==
                        lab_digest(flash.bytes + area.address, area.length,
                                   flash.written + area.address, area.length));
        }
        if (round % 7 == 0) {
            lab_snapshot_free(snapshot);
            snapshot = lab_flash_snapshot(&flash);
        }
    }
    lab_snapshot_free(snapshot);
    lab_flash_close(&flash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_brings_back_bytes_and_flags),
        cmocka_unit_test(snapshots_are_restored_in_any_order),
        cmocka_unit_test(a_snapshot_outlives_its_flash_and_serves_another),
        cmocka_unit_test(a_copy_is_freed_on_its_own),
        cmocka_unit_test(a_snapshot_with_an_outcome_is_the_state_after_the_cut),
        cmocka_unit_test(wear_faults_luck_and_counters_stay_through_a_restore),
        cmocka_unit_test(a_restore_goes_into_the_backing_file),
        cmocka_unit_test(one_other_byte_or_flag_is_another_digest),
        cmocka_unit_test(digests_of_sectors_alike_do_not_meet),
        cmocka_unit_test(equal_contents_have_equal_digests_whatever_the_way),
        cmocka_unit_test(digests_follow_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
