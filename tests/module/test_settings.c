/* SPDX-License-Identifier: Apache-2.0 */
/* The blob of settings: whole and sensible, or not believed at all. */
#include "module_bench.h"

#include "base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct module_bench b;

static int set_up(void **state)
{
    (void)state;
    module_bench_start(&b, FFX_PROFILE_MANUAL);
    module_bench_say(&b, "ATE0+CSCLK=1;+CFUN=5;+CNMP=51;+CMNB=1;+CPSMS=1;"
                         "+CGDCONT=2,\"IPV6\",\"a\",\"1.2\",2,4,1,1\r");
    module_bench_say(&b, "AT+CEDRXS=2,5,\"1111\";+COPS=2;+CLTS=1;+IPR=0\r");
    module_bench_say(&b, "ATS0=255S6=255X3V0&C0&D2Q1&W\r");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static int is_loaded(void)
{
    module_bench_boot(&b);
    return b.module.settings.sleep == 1;
}

/* `length` octets of the blob become `value`, and its CRC is right. */
static void write_over(uint32_t offset, uint8_t value, uint32_t length)
{
    const uint32_t all = offsetof(struct ffx_module_settings, crc32);
    memset(b.settings + offset, value, length);
    const uint32_t crc = crc32_add(0, b.settings, all);
    memcpy(b.settings + all, &crc, sizeof crc);
}

#define AT(member) offsetof(struct ffx_module_settings, member)

static void the_highest_values_are_loaded(void **state)
{
    (void)state;
    assert_true(is_loaded());
    assert_int_equal(b.module.settings.function, 5);
    assert_int_equal(b.module.settings.mode, 51);
    assert_int_equal(b.module.settings.operator_mode, 2);
    assert_int_equal(b.module.settings.edrx[1], 15);
    assert_int_equal(b.module.settings.user.registers[0], 255);
    assert_string_equal(b.module.settings.pdp[1].apn, "a");
}

/* With a valid CRC: from another version, or written by a mad one. */
static void a_value_that_no_command_would_store_is_not_loaded(void **state)
{
    static const struct {
        uint32_t offset;
        uint8_t value, length;
    } wrong[] = {
        {AT(rate), 1, 1},
        {AT(user.echo), 2, 1},
        {AT(user.verbose), 2, 1},
        {AT(user.quiet), 2, 1},
        {AT(user.extended), 5, 1},
        {AT(user.carrier), 2, 1},
        {AT(user.dtr), 3, 1},
        {AT(user.registers[1]), 12, 1},
        {AT(user.registers[2]), 13, 1},
        {AT(sleep), 2, 1},
        {AT(function), 0, 1},
        {AT(function), 2, 1},
        {AT(function), 3, 1},
        {AT(function), 6, 1},
        {AT(function), 8, 1},
        {AT(mode), 0, 1},
        {AT(mode), 255, 1},
        {AT(lte_mode), 0, 1},
        {AT(lte_mode), 4, 1},
        {AT(operator_mode), 3, 1},
        {AT(local_time), 2, 1},
        {AT(psm), 2, 1},
        {AT(edrx_mode), 3, 1},
        {AT(edrx[0]), 16, 1},
        {AT(edrx[1]), 255, 1},
        {AT(owed_ok), 4, 1},
        {AT(pdp[1].type), 5, 1},
        {AT(pdp[23].type), 255, 1},
        {AT(pdp[1].apn), 'x', 64},
        {AT(pdp[1].apn), '"', 1},
        {AT(pdp[1].apn), '\r', 1},
        {AT(pdp[1].address), '1', 16},
        {AT(pdp[1].rest[0]), 3, 1},
        {AT(pdp[1].rest[1]), 5, 1},
        {AT(pdp[1].rest[2]), 2, 1},
        {AT(pdp[1].rest[3]), 2, 1},
    };
    static uint8_t good[sizeof b.settings];
    (void)state;
    memcpy(good, b.settings, sizeof good);
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_over(wrong[i].offset, wrong[i].value, wrong[i].length);
        if (is_loaded())
            fail_msg("case %u was loaded", (unsigned)i);
        assert_int_equal(b.module.settings.function, 1);
        assert_int_equal(b.rate, 115200);
        memcpy(b.settings, good, sizeof good);
    }
    assert_true(is_loaded());
}

static void a_blob_of_another_length_is_not_loaded(void **state)
{
    (void)state;
    b.settings_length--;
    assert_false(is_loaded());
}

#define SETTINGS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS(the_highest_values_are_loaded),
        SETTINGS(a_value_that_no_command_would_store_is_not_loaded),
        SETTINGS(a_blob_of_another_length_is_not_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
