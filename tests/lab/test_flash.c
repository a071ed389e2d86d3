/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lab/lab_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Unequal sectors: 2 of 1 KiB, 3 of 4 KiB. */
static const struct ffx_flash_region regions[] = {{1024, 2}, {4096, 3}};
#define SIZE (2u * 1024 + 3u * 4096)
#define BIG 2048u /* the first large sector */

static struct lab_flash_config config_of(uint32_t unit, uint8_t erased)
{
    return (struct lab_flash_config){
        .regions = regions,
        .region_count = 2,
        .write_unit = unit,
        .erased_value = erased,
        .seed = 7,
    };
}

static void open_plain(struct lab_flash *flash, uint32_t unit, uint8_t erased)
{
    const struct lab_flash_config config = config_of(unit, erased);
    assert_int_equal(lab_flash_open(flash, &config), 0);
}

static int program(struct lab_flash *flash, uint32_t address, uint8_t value,
                   uint32_t length)
{
    uint8_t data[4096];
    memset(data, value, sizeof data);
    return flash->port.program(flash, address, data, length);
}

static int erase(struct lab_flash *flash, uint32_t address)
{
    return flash->port.erase(flash, address);
}

static uint32_t count_bytes(const struct lab_flash *flash, uint32_t address,
                            uint32_t length, uint8_t value)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < length; i++)
        n += flash->bytes[address + i] == value;
    return n;
}

/* --- rules --------------------------------------------------------------- */

static void program_without_erase_is_an_error(void **state)
{
    (void)state;
    struct lab_flash flash;
    for (uint32_t unit = 1; unit <= FFX_WRITE_UNIT_MAX; unit *= 2) {
        for (int erased = 0; erased <= 0xff; erased += 0xff) {
            open_plain(&flash, unit, (uint8_t)erased);
            assert_int_equal(program(&flash, BIG, 0x5a, 2 * unit), 0);
            assert_int_equal(flash.violations, 0);
            /* The same bytes, the erased value, one unit of two: all wrong. */
            assert_int_equal(program(&flash, BIG, 0x5a, unit), FFX_ERR_FLASH);
            assert_int_equal(program(&flash, BIG + unit, (uint8_t)erased, unit),
                             FFX_ERR_FLASH);
            assert_int_equal(program(&flash, BIG + unit, 1, 2 * unit),
                             FFX_ERR_FLASH);
            assert_int_equal(flash.violations, 3);
            assert_non_null(strstr(flash.complaint, "without erase"));
            assert_int_equal(flash.bytes[BIG + 2 * unit], erased);
            assert_int_equal(erase(&flash, BIG), 0);
            assert_int_equal(program(&flash, BIG + unit, 1, 2 * unit), 0);
            assert_int_equal(flash.violations, 3);
            lab_flash_close(&flash);
        }
    }
}

static void a_unit_programmed_with_the_erased_value_is_programmed(void **state)
{
    (void)state;
    struct lab_flash flash;
    open_plain(&flash, 8, 0xff);
    assert_int_equal(program(&flash, 0, 0xff, 8), 0);
    assert_int_equal(program(&flash, 0, 0x11, 8), FFX_ERR_FLASH);
    lab_flash_close(&flash);
}

static void units_sectors_and_the_device_bound_every_call(void **state)
{
    (void)state;
    struct lab_flash flash;
    uint8_t buffer[16];
    open_plain(&flash, 8, 0xff);
    static const struct {
        uint32_t address, length;
        const char *complaint;
    } wrong[] = {
        {4, 8, "part of a write unit"},  {8, 12, "part of a write unit"},
        {1016, 16, "across a sector"},   {SIZE - 8, 16, "outside the device"},
        {SIZE, 8, "outside the device"}, {0xfffffff8, 16, "outside the device"},
        {0, 0, "outside the device"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        flash.violations = 0;
        assert_int_equal(program(&flash, wrong[i].address, 0, wrong[i].length),
                         FFX_ERR_FLASH);
        assert_non_null(strstr(flash.complaint, wrong[i].complaint));
    }
    flash.violations = 0;
    assert_int_equal(erase(&flash, 512), FFX_ERR_FLASH);
    assert_int_equal(erase(&flash, BIG + 1024), FFX_ERR_FLASH);
    assert_int_equal(erase(&flash, SIZE), FFX_ERR_FLASH);
    assert_int_equal(flash.port.read(&flash, SIZE - 8, buffer, 16),
                     FFX_ERR_FLASH);
    assert_int_equal(flash.violations, 4);
    assert_int_equal(count_bytes(&flash, 0, SIZE, 0xff), SIZE);
    lab_flash_close(&flash);
}

static void nothing_outside_the_fence_may_be_touched(void **state)
{
    (void)state;
    static const struct ffx_flash_area fence[] = {{0, 1024}, {BIG, 4096}};
    struct lab_flash_config config = config_of(1, 0xff);
    struct lab_flash flash;
    uint8_t byte;
    config.fence = fence;
    config.fence_count = 2;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    assert_int_equal(erase(&flash, 0), 0);
    assert_int_equal(program(&flash, BIG + 4095, 0, 1), 0);
    assert_int_equal(flash.violations, 0);
    assert_int_equal(erase(&flash, 1024), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, BIG + 4096, 0, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.port.read(&flash, 1024, &byte, 1), FFX_ERR_FLASH);
    assert_int_equal(flash.violations, 3);
    assert_non_null(strstr(flash.complaint, "outside the fence"));
    lab_flash_close(&flash);
}

static void a_geometry_that_no_part_has_is_refused(void **state)
{
    (void)state;
    static const struct ffx_flash_region small = {128, 4}, none = {4096, 0};
    struct lab_flash flash;
    struct lab_flash_config config = config_of(3, 0xff);
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_ARGUMENT);
    config = config_of(64, 0xff);
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_ARGUMENT);
    config = config_of(1, 0xff);
    config.region_count = 1;
    config.regions = &small;
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_ARGUMENT);
    config.regions = &none;
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_ARGUMENT);
}

/* --- cuts ---------------------------------------------------------------- */

static void specks_of_a_program_fall_all_over_its_sector(void **state)
{
    (void)state;
    struct lab_flash_config config = config_of(8, 0xff);
    struct lab_flash flash;
    uint8_t buffer[4096];
    config.ecc = 1;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    lab_flash_cut(&flash, 1, LAB_TEAR_SPECKS);
    assert_int_equal(program(&flash, BIG, 0x00, 8), FFX_ERR_POWER);
    lab_flash_power_up(&flash);
    assert_in_range(count_bytes(&flash, BIG + 8, 4088, 0xff), 4050, 4087);
    assert_int_equal(count_bytes(&flash, 0, BIG, 0xff), BIG);
    assert_int_equal(flash.port.read(&flash, BIG + 8, buffer, 4088),
                     FFX_ERR_ECC);
    lab_flash_close(&flash);
}

static void blankness_after_a_cut_erase_proves_nothing(void **state)
{
    (void)state;
    struct lab_flash flash;
    for (enum lab_tear tear = LAB_TEAR_AFTER; tear < LAB_TEARS; tear++) {
        open_plain(&flash, 1, 0x00);
        lab_flash_cut(&flash, 1, tear);
        assert_int_equal(erase(&flash, BIG), FFX_ERR_POWER);
        lab_flash_power_up(&flash);
        assert_int_equal(program(&flash, BIG, 1, 1), FFX_ERR_FLASH);
        assert_int_equal(erase(&flash, BIG), 0);
        assert_int_equal(program(&flash, BIG, 1, 1), 0);
        assert_int_equal(flash.violations, 1);
        lab_flash_close(&flash);
    }
}

static void a_cut_fires_exactly_once_and_then_nothing_works(void **state)
{
    (void)state;
    struct lab_flash flash;
    uint8_t byte;
    open_plain(&flash, 1, 0xff);
    lab_flash_cut(&flash, 3, LAB_TEAR_AFTER);
    assert_int_equal(program(&flash, 0, 1, 1), 0);
    assert_int_equal(program(&flash, 1, 2, 1), 0);
    assert_int_equal(flash.cuts_fired, 0);
    assert_int_equal(program(&flash, 2, 3, 1), FFX_ERR_POWER);
    assert_int_equal(program(&flash, 3, 4, 1), FFX_ERR_POWER);
    assert_int_equal(erase(&flash, 0), FFX_ERR_POWER);
    assert_int_equal(flash.port.read(&flash, 0, &byte, 1), FFX_ERR_POWER);
    assert_int_equal(flash.cuts_fired, 1);
    lab_flash_power_up(&flash);
    for (uint32_t i = 3; i < 20; i++)
        assert_int_equal(program(&flash, i, 9, 1), 0);
    assert_int_equal(flash.cuts_fired, 1);
    assert_memory_equal(flash.bytes, "\1\2\3\11", 4);
    lab_flash_close(&flash);
}

static void a_plan_can_be_taken_back(void **state)
{
    (void)state;
    struct lab_flash flash;
    open_plain(&flash, 1, 0xff);
    lab_flash_cut(&flash, 1, LAB_TEAR_GARBAGE);
    lab_flash_cut(&flash, 0, LAB_TEAR_GARBAGE);
    assert_int_equal(program(&flash, 0, 1, 1), 0);
    assert_int_equal(flash.cuts_fired, 0);
    lab_flash_close(&flash);
}

static void
with_ecc_a_torn_range_cannot_be_read_until_it_is_erased(void **state)
{
    (void)state;
    struct lab_flash_config config = config_of(8, 0xff);
    struct lab_flash flash;
    uint8_t buffer[8];
    config.ecc = 1;
    assert_int_equal(lab_flash_open(&flash, &config), 0);
    lab_flash_cut(&flash, 1, LAB_TEAR_FIRST_HALF);
    assert_int_equal(program(&flash, BIG + 8, 0, 16), FFX_ERR_POWER);
    lab_flash_power_up(&flash);
    assert_int_equal(flash.port.read(&flash, BIG, buffer, 8), 0);
    assert_int_equal(flash.port.read(&flash, BIG + 1, buffer, 8), FFX_ERR_ECC);
    assert_int_equal(flash.port.read(&flash, BIG + 23, buffer, 1), FFX_ERR_ECC);
    assert_int_equal(flash.port.read(&flash, BIG + 24, buffer, 8), 0);
    assert_int_equal(erase(&flash, BIG), 0);
    assert_int_equal(flash.port.read(&flash, BIG + 8, buffer, 8), 0);
    lab_flash_close(&flash);
}

/* --- stuck sectors, wear ------------------------------------------------- */

static void a_stuck_sector_fails_loudly_or_silently(void **state)
{
    (void)state;
    struct lab_flash flash;
    open_plain(&flash, 1, 0xff);
    assert_int_equal(program(&flash, BIG, 0x0f, 16), 0);
    lab_flash_stick(&flash, BIG + 100, LAB_FAULT_ERASE);
    assert_int_equal(erase(&flash, BIG), FFX_ERR_FLASH);
    lab_flash_stick(&flash, BIG, LAB_FAULT_ERASE_SILENT);
    assert_int_equal(erase(&flash, BIG), 0);
    assert_int_equal(count_bytes(&flash, BIG, 16, 0x0f), 16);
    /* Cells only move away from the erased value. */
    assert_int_equal(program(&flash, BIG, 0xf1, 8), 0);
    assert_int_equal(count_bytes(&flash, BIG, 8, 0x01), 8);
    lab_flash_stick(&flash, BIG, LAB_FAULT_PROGRAM);
    assert_int_equal(program(&flash, BIG + 64, 0, 8), FFX_ERR_FLASH);
    lab_flash_stick(&flash, BIG, LAB_FAULT_PROGRAM_SILENT);
    assert_int_equal(program(&flash, BIG + 64, 0, 8), 0);
    assert_int_equal(count_bytes(&flash, BIG + 64, 8, 0xff), 8);
    lab_flash_stick(&flash, BIG, LAB_FAULT_NONE);
    assert_int_equal(erase(&flash, BIG), 0);
    assert_int_equal(count_bytes(&flash, BIG, 4096, 0xff), 4096);
    assert_int_equal(flash.violations, 0);
    lab_flash_close(&flash);
}

static void wear_is_counted_by_sector(void **state)
{
    (void)state;
    struct lab_flash flash;
    const struct ffx_flash_area small = {0, 2048}, big = {BIG, 3 * 4096};
    open_plain(&flash, 1, 0xff);
    erase(&flash, 0);
    erase(&flash, 1024);
    erase(&flash, 1024);
    erase(&flash, BIG + 4096);
    assert_int_equal(lab_flash_wear(&flash, &small), 3);
    assert_int_equal(lab_flash_wear(&flash, &big), 1);
    assert_int_equal(flash.wear[3], 1);
    lab_flash_close(&flash);
}

/* --- the backing file ---------------------------------------------------- */

static char path[] = "/tmp/farfix-lab-flash-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    const int file = mkstemp(path);
    if (file < 0)
        return -1;
    close(file);
    return unlink(path);
}

static int drop_path(void **state)
{
    (void)state;
    unlink(path);
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    return 0;
}

static void open_file(struct lab_flash *flash)
{
    struct lab_flash_config config = config_of(4, 0xff);
    config.path = path;
    assert_int_equal(lab_flash_open(flash, &config), 0);
}

static void a_file_keeps_bytes_and_flags_over_reopening(void **state)
{
    (void)state;
    struct lab_flash flash;
    open_file(&flash);
    assert_int_equal(program(&flash, BIG, 0x42, 8), 0);
    assert_int_equal(program(&flash, 1020, 0xff, 4), 0);
    lab_flash_close(&flash);
    open_file(&flash);
    assert_int_equal(count_bytes(&flash, BIG, 16, 0x42), 8);
    assert_int_equal(program(&flash, BIG, 0, 4), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, 1020, 0, 4), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, BIG + 8, 0, 4), 0);
    assert_int_equal(erase(&flash, 0), 0);
    lab_flash_close(&flash);
    open_file(&flash);
    assert_int_equal(program(&flash, 1020, 0, 4), 0);
    lab_flash_close(&flash);
}

static void a_file_keeps_torn_operations(void **state)
{
    (void)state;
    struct lab_flash flash;
    uint8_t seen[4096];
    for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
        open_file(&flash);
        assert_int_equal(erase(&flash, BIG), 0);
        assert_int_equal(program(&flash, BIG, 0x77, 4096), 0);
        lab_flash_cut(&flash, 1, tear);
        assert_int_equal(erase(&flash, BIG), FFX_ERR_POWER);
        memcpy(seen, flash.bytes + BIG, sizeof seen);
        lab_flash_close(&flash);
        open_file(&flash);
        assert_memory_equal(flash.bytes + BIG, seen, sizeof seen);
        assert_int_equal(program(&flash, BIG, 0, 4), FFX_ERR_FLASH);
        lab_flash_close(&flash);
    }
}

/* The child dies by SIGKILL with the flash open: no close, no flush. */
static void a_file_survives_the_kill_of_its_process(void **state)
{
    (void)state;
    struct lab_flash flash;
    int status;
    const pid_t child = fork();
    if (child == 0) {
        open_file(&flash);
        program(&flash, BIG, 0x33, 4096);
        lab_flash_cut(&flash, 1, LAB_TEAR_FIRST_HALF);
        erase(&flash, BIG);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    open_file(&flash);
    assert_int_equal(count_bytes(&flash, BIG, 4096, 0x33), 2048);
    assert_int_equal(count_bytes(&flash, BIG, 2048, 0xff), 2048);
    lab_flash_close(&flash);
}

static void a_file_of_another_geometry_is_not_touched(void **state)
{
    (void)state;
    struct lab_flash flash;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs("precious", file), 1);
    fclose(file);
    struct lab_flash_config config = config_of(4, 0xff);
    config.path = path;
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_IO);
    char text[16] = "";
    file = fopen(path, "r");
    assert_int_equal(fread(text, 1, sizeof text, file), 8);
    assert_string_equal(text, "precious");
    fclose(file);
    config.path = "/nonexistent/flash.bin";
    assert_int_equal(lab_flash_open(&flash, &config), FFX_ERR_IO);
}

#define file_test(f) cmocka_unit_test_setup_teardown(f, make_path, drop_path)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_without_erase_is_an_error),
        cmocka_unit_test(a_unit_programmed_with_the_erased_value_is_programmed),
        cmocka_unit_test(units_sectors_and_the_device_bound_every_call),
        cmocka_unit_test(nothing_outside_the_fence_may_be_touched),
        cmocka_unit_test(a_geometry_that_no_part_has_is_refused),
        cmocka_unit_test(specks_of_a_program_fall_all_over_its_sector),
        cmocka_unit_test(blankness_after_a_cut_erase_proves_nothing),
        cmocka_unit_test(a_cut_fires_exactly_once_and_then_nothing_works),
        cmocka_unit_test(a_plan_can_be_taken_back),
        cmocka_unit_test(
            with_ecc_a_torn_range_cannot_be_read_until_it_is_erased),
        cmocka_unit_test(a_stuck_sector_fails_loudly_or_silently),
        cmocka_unit_test(wear_is_counted_by_sector),
        file_test(a_file_keeps_bytes_and_flags_over_reopening),
        file_test(a_file_keeps_torn_operations),
        file_test(a_file_survives_the_kill_of_its_process),
        file_test(a_file_of_another_geometry_is_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
