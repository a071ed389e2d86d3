/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lab_case.h"

#include <string.h>

/* One operation on one flash, torn in one way. */
struct torn_case {
    uint32_t unit;
    uint8_t erased, ecc;
    int erase;
    uint32_t address, length;
    enum lab_tear tear;
    uint32_t bytes; /* of LAB_TEAR_BYTES */
};

struct torn_sector {
    struct ffx_flash_area area;
    uint8_t old[LAB_CASE_LONGEST], old_flags[LAB_CASE_LONGEST];
    uint8_t full[LAB_CASE_LONGEST];
    uint8_t now[LAB_CASE_LONGEST], now_flags[LAB_CASE_LONGEST];
    uint8_t foretold[LAB_CASE_LONGEST], foretold_flags[LAB_CASE_LONGEST];
};

static const struct torn_case *current;
static struct torn_sector sector;

static void explain(const char *what, uint32_t at)
{
    fail_msg("unit %u erased %02x ecc %u %s %u+%u tear %d bytes %u: %s at %u",
             (unsigned)current->unit, current->erased, current->ecc,
             current->erase ? "erase" : "program", (unsigned)current->address,
             (unsigned)current->length, (int)current->tear,
             (unsigned)current->bytes, what, (unsigned)at);
}

/* --- making the sector --------------------------------------------------- */

static int operate(struct lab_flash *flash)
{
    return current->erase
               ? lab_case_erase(flash, current->address)
               : lab_case_program(flash, current->address, current->length, 2);
}

static void foretell(void *context, const struct lab_operation *operation)
{
    lab_flash_outcome(context, operation, current->tear, current->bytes,
                      sector.foretold, sector.foretold_flags);
}

static void look(const struct lab_flash *flash, uint8_t *bytes, uint8_t *flags)
{
    memcpy(bytes, flash->bytes + sector.area.address, sector.area.length);
    if (flags != NULL)
        memcpy(flags, flash->written + sector.area.address / current->unit,
               sector.area.length / current->unit);
}

static void open_case(struct lab_flash *flash)
{
    struct lab_flash_config config =
        lab_case_config(current->unit, current->erased);
    config.ecc = current->ecc;
    assert_int_equal(lab_flash_open(flash, &config), 0);
    lab_case_fill(flash, 1);
    sector.area = lab_flash_sector_area(
        flash, lab_flash_sector_index(flash, current->address));
    if (!current->erase)
        assert_int_equal(lab_case_erase(flash, sector.area.address), 0);
}

static void expect_neighbours_untouched(const struct lab_flash *flash)
{
    uint8_t data[LAB_CASE_BYTES];
    lab_case_data(data, sizeof data, 1);
    for (uint32_t at = 0; at < sizeof data; at++)
        if (at - sector.area.address >= sector.area.length &&
            (flash->bytes[at] != data[at] ||
             flash->written[at / current->unit] != LAB_UNIT_PROGRAMMED))
            explain("a neighbour has changed", at);
}

static void run(const struct torn_case *it)
{
    struct lab_flash flash;
    current = it;
    open_case(&flash);
    look(&flash, sector.old, sector.old_flags);
    assert_int_equal(operate(&flash), 0);
    look(&flash, sector.full, NULL);
    lab_flash_close(&flash);

    open_case(&flash);
    flash.watch = foretell;
    flash.watch_context = &flash;
    lab_flash_cut(&flash, 1, it->tear);
    if (it->tear == LAB_TEAR_BYTES)
        lab_flash_cut_bytes(&flash, 1, it->bytes);
    if (operate(&flash) != FFX_ERR_POWER || flash.violations != 0)
        explain("was not cut", it->address);
    look(&flash, sector.now, sector.now_flags);
    expect_neighbours_untouched(&flash);
    lab_flash_close(&flash);
}

/* --- what it must hold ---------------------------------------------------- */

static uint32_t range_start(void)
{
    return current->address - sector.area.address;
}

static int in_range(uint32_t at)
{
    return at - range_start() < current->length;
}

/* Exactly the bytes from..to of the range have changed. */
static void expect_happened(uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < current->length; i++) {
        const uint32_t at = range_start() + i;
        const uint8_t *right = i >= from && i < to ? sector.full : sector.old;
        if (sector.now[at] != right[at])
            explain("wrong byte", at);
    }
}

static unsigned bits_of(unsigned byte)
{
    unsigned bits = 0;
    for (; byte != 0; byte &= byte - 1)
        bits++;
    return bits;
}

/* Only from old towards new, and about half of what there is to move. */
static void expect_random_bits(void)
{
    unsigned moved = 0, movable = 0;
    for (uint32_t i = 0; i < current->length; i++) {
        const uint32_t at = range_start() + i;
        const unsigned may = sector.old[at] ^ sector.full[at];
        if ((sector.now[at] ^ sector.old[at]) & ~may)
            explain("a bit moved the wrong way", at);
        movable += bits_of(may);
        moved += bits_of(sector.now[at] ^ sector.old[at]);
    }
    if (current->length >= 256 &&
        (moved < movable * 2 / 5 || moved > movable * 3 / 5))
        explain("coins are not fair", moved);
}

static void expect_noise(void)
{
    unsigned old = 0, full = 0;
    for (uint32_t i = 0; i < current->length; i++) {
        old += sector.now[range_start() + i] == sector.old[range_start() + i];
        full += sector.now[range_start() + i] == sector.full[range_start() + i];
    }
    if (current->length >= 256 &&
        (old > current->length / 16 || full > current->length / 16))
        explain("this is no noise", old);
}

/* For an erase inside the range, which is the sector; for a program anywhere,
 * and then never back towards the erased value. */
static void expect_specks(void)
{
    uint32_t specks = 0;
    for (uint32_t at = 0; at < sector.area.length; at++) {
        const unsigned moved = sector.now[at] ^ sector.old[at];
        const unsigned may =
            current->erase
                ? sector.old[at] ^ sector.full[at]
                : (unsigned)(uint8_t) ~(sector.old[at] ^ current->erased);
        if (moved & ~may)
            explain("a speck moved the wrong way", at);
        specks += moved != 0;
    }
    if (specks == 0 || specks > sector.area.length / 128)
        explain("number of specks", specks);
}

/* Where in the range it ended, for tears that go by address from below. */
static uint32_t end_of_lower_part(void)
{
    const uint32_t length = current->length;
    switch (current->tear) {
    case LAB_TEAR_BEFORE:
        return 0;
    case LAB_TEAR_QUARTER:
        return length / 4;
    case LAB_TEAR_FIRST_HALF:
        return length / 2;
    case LAB_TEAR_THREE_QUARTERS:
        return length * 3 / 4;
    case LAB_TEAR_ONE_BYTE:
        return length - 1;
    case LAB_TEAR_BYTES:
        return current->bytes;
    default: /* AFTER, UNSTABLE */
        return length;
    }
}

static void expect_half_of_the_last_unit(void)
{
    const uint32_t last = range_start() + current->length - 1;
    if (current->unit > 1) {
        expect_happened(0, current->length - current->unit / 2);
        return;
    }
    if ((sector.now[last] & 0x0f) != (sector.full[last] & 0x0f) ||
        (sector.now[last] & 0xf0) != (sector.old[last] & 0xf0))
        explain("not half of the bits", last);
    sector.now[last] = sector.old[last];
    expect_happened(0, current->length - 1);
}

static void expect_bytes(void)
{
    switch (current->tear) {
    case LAB_TEAR_RANDOM_BITS:
    case LAB_TEAR_RANDOM_BITS_2:
        expect_random_bits();
        break;
    case LAB_TEAR_GARBAGE:
        expect_noise();
        break;
    case LAB_TEAR_SPECKS:
        expect_specks();
        break;
    case LAB_TEAR_LAST_HALF:
        expect_happened(current->length - current->length / 2, current->length);
        break;
    case LAB_TEAR_UNIT:
        expect_half_of_the_last_unit();
        break;
    default:
        expect_happened(0, end_of_lower_part());
    }
}

static unsigned flags_in_range(uint32_t unit)
{
    const unsigned torn = current->ecc ? LAB_UNIT_TORN : 0;
    switch (current->tear) {
    case LAB_TEAR_BEFORE:
        return sector.old_flags[unit];
    case LAB_TEAR_AFTER:
        return LAB_UNIT_PROGRAMMED;
    case LAB_TEAR_UNSTABLE:
        return LAB_UNIT_PROGRAMMED | LAB_UNIT_UNSTABLE;
    default:
        return LAB_UNIT_PROGRAMMED | torn;
    }
}

/* Outside the range nothing is flagged, but for the specks of a program. */
static void expect_flags(void)
{
    const unsigned torn =
        LAB_UNIT_PROGRAMMED | (current->ecc ? LAB_UNIT_TORN : 0);
    for (uint32_t at = 0; at < sector.area.length; at++) {
        const uint32_t unit = at / current->unit;
        const unsigned flags = sector.now_flags[unit];
        const int speck = current->tear == LAB_TEAR_SPECKS && !in_range(at);
        if (in_range(at) && flags != flags_in_range(unit))
            explain("wrong flags in the range", at);
        if (!in_range(at) && flags != sector.old_flags[unit] &&
            !(speck && flags == torn))
            explain("wrong flags outside the range", at);
        if (speck && sector.now[at] != sector.old[at] && flags != torn)
            explain("a speck without its flag", at);
        if (!in_range(at) && !speck && sector.now[at] != sector.old[at])
            explain("a byte outside the range has changed", at);
    }
}

static void check(const struct torn_case *it)
{
    run(it);
    if (memcmp(sector.foretold, sector.now, sector.area.length) != 0 ||
        memcmp(sector.foretold_flags, sector.now_flags,
               sector.area.length / it->unit) != 0)
        explain("the outcome was another", 0);
    expect_flags();
    expect_bytes();
}

/* --- all of them ---------------------------------------------------------- */

static void tear_all_ways(struct torn_case it)
{
    for (it.tear = 0; it.tear < LAB_TEARS; it.tear++)
        check(&it);
    it.tear = LAB_TEAR_BYTES;
    for (it.bytes = 0; it.bytes <= it.length;
         it.bytes += it.length > 64 ? it.length / 5 : 1)
        check(&it);
}

static void on_all_parts(struct torn_case it)
{
    static const uint32_t units[] = {1, 8, 32};
    for (size_t i = 0; i < 3; i++)
        for (int part = 0; part < 4; part++) {
            it.unit = units[i];
            it.erased = part & 1 ? 0xff : 0x00;
            it.ecc = (uint8_t)(part >> 1);
            tear_all_ways(it);
        }
}

static void each_tear_of_an_erase_leaves_what_its_name_says(void **state)
{
    (void)state;
    on_all_parts(
        (struct torn_case){.erase = 1, .address = 4096, .length = 4096});
    on_all_parts((struct torn_case){
        .erase = 1, .address = LAB_CASE_BIG, .length = 16384});
}

static void each_tear_of_a_program_leaves_what_its_name_says(void **state)
{
    (void)state;
    on_all_parts((struct torn_case){.address = 4096 + 640, .length = 256});
    on_all_parts((struct torn_case){.address = 4096, .length = 4096});
    on_all_parts(
        (struct torn_case){.address = LAB_CASE_BIG + 16384 - 32, .length = 32});
}

static void one_byte_alone_can_be_torn(void **state)
{
    (void)state;
    tear_all_ways((struct torn_case){
        .unit = 1, .erased = 0xff, .address = 8191, .length = 1});
}

static void a_byte_grain_cut_takes_no_more_than_there_is(void **state)
{
    struct torn_case it = {.unit = 8,
                           .erased = 0xff,
                           .ecc = 1,
                           .address = 4096,
                           .length = 64,
                           .tear = LAB_TEAR_BYTES,
                           .bytes = 1000};
    (void)state;
    run(&it);
    expect_happened(0, 64);
    expect_flags();
}

/* --- coins ---------------------------------------------------------------- */

static const enum lab_tear tossed[] = {LAB_TEAR_RANDOM_BITS,
                                       LAB_TEAR_RANDOM_BITS_2, LAB_TEAR_GARBAGE,
                                       LAB_TEAR_SPECKS};
#define TOSSED (sizeof tossed / sizeof tossed[0])

/* Sector 1 after its erase is torn, with `before` operations elsewhere. */
static void torn_erase(uint8_t *bytes, enum lab_tear tear, uint32_t before,
                       uint32_t seed)
{
    struct lab_flash_config config = lab_case_config(1, 0xff);
    struct lab_flash flash;
    config.seed = seed;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    lab_case_fill(&flash, 1);
    for (uint32_t i = 0; i < before; i++)
        assert_int_equal(lab_case_erase(&flash, 8192), 0);
    if (before & 1)
        lab_flash_power_up(&flash);
    lab_flash_cut(&flash, 1, tear);
    assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
    memcpy(bytes, flash.bytes + 4096, 4096);
    lab_flash_close(&flash);
}

static void coins_do_not_depend_on_what_came_before(void **state)
{
    uint8_t one[4096], two[4096];
    (void)state;
    for (size_t i = 0; i < TOSSED; i++) {
        torn_erase(one, tossed[i], 0, 7);
        for (uint32_t before = 1; before <= 4; before++) {
            torn_erase(two, tossed[i], before, 7);
            assert_memory_equal(one, two, sizeof one);
        }
    }
}

static void another_seed_or_pattern_has_other_coins(void **state)
{
    uint8_t one[4096], two[4096];
    (void)state;
    for (size_t i = 0; i < TOSSED; i++) {
        torn_erase(one, tossed[i], 0, 7);
        torn_erase(two, tossed[i], 0, 8);
        assert_memory_not_equal(one, two, sizeof one);
    }
    torn_erase(one, LAB_TEAR_RANDOM_BITS, 0, 7);
    torn_erase(two, LAB_TEAR_RANDOM_BITS_2, 0, 7);
    assert_memory_not_equal(one, two, sizeof one);
}

/* The noise that a torn operation leaves in its first 64 bytes. */
static void noise_of(uint8_t *bytes, int erase, uint32_t address,
                     uint32_t length)
{
    struct lab_flash flash;
    lab_case_open(&flash, 1, 0xff);
    lab_flash_cut(&flash, 1, LAB_TEAR_GARBAGE);
    assert_int_equal(erase ? lab_case_erase(&flash, address)
                           : lab_case_program(&flash, address, length, 2),
                     FFX_ERR_POWER);
    memcpy(bytes, flash.bytes + address, 64);
    lab_flash_close(&flash);
}

static void another_kind_address_or_length_has_other_coins(void **state)
{
    static const struct {
        int erase;
        uint32_t address, length;
    } operations[] = {{1, 0, 4096},  {0, 0, 4096},    {0, 0, 2048},
                      {0, 64, 2048}, {1, 4096, 4096}, {1, LAB_CASE_BIG, 16384}};
    uint8_t noise[6][64];
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        noise_of(noise[i], operations[i].erase, operations[i].address,
                 operations[i].length);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(noise[i], noise[k], 64);
    }
}

/* --- cuts on cuts --------------------------------------------------------- */

/* F10: torn again and again in the same way, a sector comes to rest. */
static void tearing_the_same_erase_again_comes_to_an_end(void **state)
{
    uint64_t last = 0;
    struct lab_flash flash;
    (void)state;
    for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
        int rounds = 0;
        lab_case_open(&flash, 8, 0xff);
        lab_case_fill(&flash, 1);
        do {
            last = lab_flash_sector_digest(&flash, 1);
            lab_flash_power_up(&flash);
            lab_flash_cut(&flash, 1, tear);
            assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
            assert_true(rounds++ < 4);
        } while (lab_flash_sector_digest(&flash, 1) != last);
        lab_flash_close(&flash);
    }
}

static void a_cut_of_an_operation_that_is_refused_changes_nothing(void **state)
{
    struct lab_flash flash;
    (void)state;
    lab_case_open(&flash, 8, 0xff);
    lab_case_fill(&flash, 1);
    lab_flash_stick(&flash, 4096, LAB_FAULT_ERASE);
    const uint64_t before = lab_flash_sector_digest(&flash, 1);
    lab_flash_cut(&flash, 1, LAB_TEAR_GARBAGE);
    assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
    assert_int_equal(flash.cuts_fired, 1);
    assert_true(lab_flash_sector_digest(&flash, 1) == before);
    lab_flash_close(&flash);
}

/* A silent fault moves nothing, torn or not; its outcome says so. */
static void a_silent_fault_is_in_the_outcome(void **state)
{
    static const struct torn_case it = {.unit = 8,
                                        .erased = 0xff,
                                        .erase = 1,
                                        .address = 4096,
                                        .length = 4096,
                                        .tear = LAB_TEAR_FIRST_HALF};
    struct lab_flash flash;
    (void)state;
    current = &it;
    open_case(&flash);
    flash.watch = foretell;
    flash.watch_context = &flash;
    look(&flash, sector.old, NULL);
    lab_flash_stick(&flash, 4096, LAB_FAULT_ERASE_SILENT);
    lab_flash_cut(&flash, 1, it.tear);
    assert_int_equal(lab_case_erase(&flash, 4096), FFX_ERR_POWER);
    assert_memory_equal(flash.bytes + 4096, sector.old, 4096);
    assert_memory_equal(sector.foretold, sector.old, 4096);
    lab_flash_close(&flash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tear_of_an_erase_leaves_what_its_name_says),
        cmocka_unit_test(each_tear_of_a_program_leaves_what_its_name_says),
        cmocka_unit_test(one_byte_alone_can_be_torn),
        cmocka_unit_test(a_byte_grain_cut_takes_no_more_than_there_is),
        cmocka_unit_test(coins_do_not_depend_on_what_came_before),
        cmocka_unit_test(another_seed_or_pattern_has_other_coins),
        cmocka_unit_test(another_kind_address_or_length_has_other_coins),
        cmocka_unit_test(tearing_the_same_erase_again_comes_to_an_end),
        cmocka_unit_test(a_cut_of_an_operation_that_is_refused_changes_nothing),
        cmocka_unit_test(a_silent_fault_is_in_the_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
