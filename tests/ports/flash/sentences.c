/* SPDX-License-Identifier: Apache-2.0 */
/* What the flash driver of a family does over a model of its controller. The
 * family is the program's one word. */
#include "controller.h"
#include "parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fixture.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLLS 100u

static const struct family *family;

/* --- a part -------------------------------------------------------------- */

static uint32_t clock_ms, idled;

static void idle(void)
{
    idled++;
}

static void attach(struct farfix_stm32_flash *flash, struct lab_flash *lab,
                   const struct farfix_stm32_flash_config *config)
{
    struct farfix_stm32_flash_config own = *config;
    own.polls = POLLS;
    own.idle = idle;
    memset(&controller, 0, sizeof controller);
    controller.flash = lab;
    controller.bytes = config->bytes;
    controller.banks = controller.fitted = config->banks;
    controller.parallelism = config->parallelism ? config->parallelism : 1;
    controller.polls = 3;
    controller.protected = CONTROLLER_NOWHERE;
    controller_reset();
    assert_int_equal(farfix_stm32_flash_init(flash, &own), 0);
}

static void open_lab(struct lab_flash *lab,
                     const struct farfix_stm32_flash *flash)
{
    const struct lab_flash_config config = {
        .regions = flash->regions,
        .region_count = flash->port.region_count,
        .write_unit = flash->port.write_unit,
        .erased_value = flash->port.erased_value,
        .ecc = 1,
        .seed = 3,
    };
    assert_int_equal(lab_flash_open(lab, &config), 0);
    assert_int_equal(lab->size, flash->config.bytes);
}

static void open_part(struct farfix_stm32_flash *flash, struct lab_flash *lab,
                      const struct farfix_stm32_flash_config *config)
{
    attach(flash, lab, config);
    open_lab(lab, flash);
}

static int erase(struct farfix_stm32_flash *flash, uint32_t address)
{
    return flash->port.erase(flash->port.context, address);
}

static int program(struct farfix_stm32_flash *flash, uint32_t address,
                   const void *data, uint32_t length)
{
    return flash->port.program(flash->port.context, address, data, length);
}

static int read_back(struct farfix_stm32_flash *flash, uint32_t address,
                     void *to, uint32_t length)
{
    return flash->port.read(flash->port.context, address, to, length);
}

#define for_each_part(part)                                                    \
    for (const struct part *part = family->parts; part->name != NULL; part++)

/* --- geometries ---------------------------------------------------------- */

static void each_sector_is_erased_and_nothing_else(void **state)
{
    (void)state;
    for_each_part(part)
    {
        struct farfix_stm32_flash flash;
        struct lab_flash lab;
        open_part(&flash, &lab, &part->config);
        lab_flash_fill(&lab, 0, 0x5a, lab.size);
        for (uint32_t i = 0; i < lab.sector_count; i++) {
            const struct ffx_flash_area sector = lab_flash_sector_area(&lab, i);
            assert_int_equal(erase(&flash, sector.address), 0);
            model_expect_rest();
            for (uint32_t other = 0; other < lab.sector_count; other++)
                assert_int_equal(lab.wear[other], other <= i);
            assert_int_equal(lab.bytes[sector.address], 0xff);
            if (i + 1 < lab.sector_count)
                assert_int_equal(lab.bytes[sector.address + sector.length],
                                 0x5a);
        }
        lab_flash_close(&lab);
    }
}

static void fill_sector(struct farfix_stm32_flash *flash, struct lab_flash *lab,
                        uint32_t index)
{
    const struct ffx_flash_area sector = lab_flash_sector_area(lab, index);
    uint8_t *const data = malloc(sector.length);
    uint8_t *const back = malloc(sector.length);
    fixture_image(data, sector.length, index);
    assert_int_equal(program(flash, sector.address, data, sector.length), 0);
    model_expect_rest();
    assert_memory_equal(lab->bytes + sector.address, data, sector.length);
    assert_int_equal(read_back(flash, sector.address, back, sector.length), 0);
    assert_memory_equal(back, data, sector.length);
    free(data);
    free(back);
}

/* First and last of each run of equal sectors; no unit twice. */
static void each_unit_takes_its_bytes(void **state)
{
    (void)state;
    for_each_part(part)
    {
        struct farfix_stm32_flash flash;
        struct lab_flash lab;
        uint32_t first = 0;
        open_part(&flash, &lab, &part->config);
        for (uint32_t i = 0; i < flash.port.region_count; i++) {
            const uint32_t count = flash.regions[i].sector_count;
            fill_sector(&flash, &lab, first);
            if (count > 1)
                fill_sector(&flash, &lab, first + count - 1);
            first += count;
        }
        assert_int_equal(lab.rewrites, 0);
        lab_flash_close(&lab);
    }
}

static void a_read_goes_across_all_borders(void **state)
{
    (void)state;
    for_each_part(part)
    {
        struct farfix_stm32_flash flash;
        struct lab_flash lab;
        open_part(&flash, &lab, &part->config);
        uint8_t *const data = malloc(lab.size);
        uint8_t *const back = malloc(lab.size);
        fixture_image(data, lab.size, 9);
        lab_flash_put(&lab, 0, data, lab.size);
        assert_int_equal(read_back(&flash, 0, back, lab.size), 0);
        assert_memory_equal(back, data, lab.size);
        const uint32_t middle = lab.size / 2 - 5;
        assert_int_equal(read_back(&flash, middle, back, 11), 0);
        assert_memory_equal(back, data + middle, 11);
        assert_int_equal(read_back(&flash, lab.size - 1, back, 2), FFX_ERR_IO);
        free(data);
        free(back);
        lab_flash_close(&lab);
    }
}

static void what_is_not_aligned_does_not_reach_the_controller(void **state)
{
    (void)state;
    static const uint8_t data[64];
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    const uint32_t unit = flash.port.write_unit;
    const uint32_t border = flash.regions[0].sector_bytes;
    assert_int_equal(erase(&flash, unit), FFX_ERR_FLASH);
    assert_int_equal(erase(&flash, lab.size), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, unit / 2, data, unit), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, 0, data, unit / 2), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, border - unit, data, 2 * unit),
                     FFX_ERR_FLASH);
    assert_int_equal(program(&flash, lab.size, data, unit), FFX_ERR_FLASH);
    assert_int_equal(controller.looks, 0);
    model_expect_rest();
    lab_flash_close(&lab);
}

static void a_geometry_that_the_part_has_not_is_refused(void **state)
{
    (void)state;
    for (const struct part *part = family->none; part->name != NULL; part++) {
        struct farfix_stm32_flash flash;
        memset(&controller, 0, sizeof controller);
        controller.banks = part->config.banks;
        controller.fitted = part->fitted ? part->fitted : controller.banks;
        controller.swapped = part->swapped;
        controller_reset();
        if (farfix_stm32_flash_init(&flash, &part->config) != FFX_ERR_ARGUMENT)
            fail_msg("%s: %s", family->name, part->name);
    }
}

/* --- failures ------------------------------------------------------------ */

static void flags_of_others_do_not_stand_in_the_way(void **state)
{
    (void)state;
    static const uint8_t data[32] = {1, 2, 3};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    const uint32_t last = lab.sector_count - 1;
    const uint32_t address = lab_flash_sector_area(&lab, last).address;
    for (const uint32_t *flag = model_flags; *flag != 0; flag++) {
        model_raise(controller.banks - 1, *flag);
        assert_int_equal(erase(&flash, address), 0);
        model_expect_rest();
        model_raise(controller.banks - 1, *flag);
        assert_int_equal(program(&flash, address, data, flash.port.write_unit),
                         0);
        model_expect_rest();
    }
    lab_flash_close(&lab);
}

static void a_protected_sector_fails_alone(void **state)
{
    (void)state;
    static const uint8_t data[64] = {1, 2, 3};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    const uint32_t length = 2 * flash.port.write_unit;
    const uint32_t next = flash.regions[0].sector_bytes;
    controller.protected = 0;
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    model_expect_rest();
    assert_int_equal(erase(&flash, next), 0);
    assert_int_equal(program(&flash, 0, data, length), FFX_ERR_FLASH);
    model_expect_rest();
    assert_int_equal(program(&flash, next, data, length), 0);
    model_expect_rest();
    assert_int_equal(lab.wear[0], 0);
    assert_int_equal(lab.bytes[0], 0xff);
    assert_int_equal(lab.bytes[next], 1);
    lab_flash_close(&lab);
}

static void a_sector_that_fails_is_told(void **state)
{
    (void)state;
    static const uint8_t data[64] = {1, 2, 3};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    const uint32_t unit = flash.port.write_unit;
    lab_flash_stick(&lab, 0, LAB_FAULT_ERASE);
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    model_expect_rest();
    lab_flash_stick(&lab, 0, LAB_FAULT_PROGRAM);
    const uint32_t started = controller.started;
    assert_int_equal(program(&flash, 0, data, 2 * unit), FFX_ERR_FLASH);
    assert_int_equal(controller.started, started + 1); /* no second unit */
    model_expect_rest();
    lab_flash_stick(&lab, 0, LAB_FAULT_NONE);
    assert_int_equal(program(&flash, 0, data, 2 * unit), 0);
    model_expect_rest();
    lab_flash_close(&lab);
}

static void a_controller_that_is_never_ready_ends_in_an_error(void **state)
{
    (void)state;
    static const uint8_t data[32] = {1, 2, 3};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    controller.never_ready = 1;
    idled = 0;
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    assert_int_equal(idled, POLLS);
    assert_in_range(controller.looks, POLLS, POLLS + 9);
    /* Nor is the next one begun, or any register touched. */
    const uint32_t started = controller.started;
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, 0, data, flash.port.write_unit),
                     FFX_ERR_FLASH);
    assert_int_equal(controller.started, started);
    controller.never_ready = 0;
    assert_int_equal(erase(&flash, 0), 0);
    model_expect_rest();
    lab_flash_close(&lab);
}

static uint32_t running_clock(void)
{
    return clock_ms++;
}

static void a_clock_ends_it_sooner(void **state)
{
    (void)state;
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    clock_ms = 0xfffffff0u; /* goes round meanwhile */
    flash.config.now_ms = running_clock;
    flash.config.timeout_ms = 30;
    controller.never_ready = 1;
    idled = 0;
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    assert_int_equal(idled, 30);
    lab_flash_close(&lab);
}

static void a_locked_controller_ends_in_an_error(void **state)
{
    (void)state;
    static const uint8_t data[32] = {1, 2, 3};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    open_part(&flash, &lab, &family->agent);
    model_lock_out();
    assert_int_equal(erase(&flash, 0), FFX_ERR_FLASH);
    assert_int_equal(program(&flash, 0, data, flash.port.write_unit),
                     FFX_ERR_FLASH);
    assert_int_equal(controller.started, 0);
    model_expect_rest();
    controller_reset();
    assert_int_equal(erase(&flash, 0), 0);
    lab_flash_close(&lab);
}

/* --- power cuts ---------------------------------------------------------- */

static void a_torn_unit_reads_as_such_until_it_is_erased(void **state)
{
    (void)state;
    static const uint8_t data[64] = {1, 2, 3, 4, 5, 6, 7};
    struct farfix_stm32_flash flash;
    struct lab_flash lab;
    uint8_t back[300];
    jmp_buf death;
    open_part(&flash, &lab, &family->agent);
    const int code = family->bench.ecc ? FFX_ERR_ECC : 0;
    lab.config.ecc = family->bench.ecc;
    const uint32_t unit = flash.port.write_unit;
    controller.death = &death;
    lab_flash_cut(&lab, 2, LAB_TEAR_RANDOM_BITS);
    if (setjmp(death) == 0) {
        (void)program(&flash, 0, data, 2 * unit);
        fail_msg("the supply did not go");
    }
    lab_flash_power_up(&lab);
    controller_reset();
    assert_int_equal(read_back(&flash, unit, back, unit), code);
    assert_int_equal(read_back(&flash, 0, back, sizeof back), code);
    assert_int_equal(read_back(&flash, 0, back, unit), 0);
    assert_memory_equal(back, data, unit);
    model_expect_rest();
    assert_int_equal(erase(&flash, 0), 0);
    assert_int_equal(read_back(&flash, 0, back, sizeof back), 0);
    model_expect_rest();
    lab_flash_close(&lab);
}

/* --- the agent ----------------------------------------------------------- */

static void open_bench(struct bench *bench, struct bench_geometry *geometry,
                       struct farfix_stm32_flash *flash)
{
    bench_open(bench, geometry);
    attach(flash, &bench->flash, &family->agent);
    assert_int_equal(flash->port.write_unit, geometry->write_unit);
    bench->config.flash = &flash->port;
    bench_reset(bench);
}

static void update(enum bench_kind kind)
{
    struct bench_geometry geometry = family->bench;
    struct farfix_stm32_flash flash;
    struct bench bench;
    geometry.size_a[0] = family->large_a;
    geometry.size_b[0] = family->large_b;
    open_bench(&bench, &geometry, &flash);
    struct forge_bytes zip = bench_package(&bench, &bench.a, &bench.b, kind);
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    model_expect_rest();
    assert_int_equal(bench.flash.rewrites, 0);
    assert_int_equal(bench_power_up(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

static void the_agent_installs_full_images(void **state)
{
    (void)state;
    update(BENCH_IMAGES);
}

static void the_agent_installs_deltas(void **state)
{
    (void)state;
    update(BENCH_DELTAS);
}

/* An update with the supply cut at this operation. 0: it has fewer. */
static int update_with_cut(struct bench *bench, const struct forge_bytes *zip,
                           uint64_t cut)
{
    static const enum lab_tear tears[] = {LAB_TEAR_RANDOM_BITS, LAB_TEAR_AFTER,
                                          LAB_TEAR_UNIT, LAB_TEAR_GARBAGE,
                                          LAB_TEAR_BEFORE};
    jmp_buf death;
    volatile int died = 0;
    bench_reset(bench);
    controller_reset();
    controller.death = &death;
    bench->package = zip;
    bench_request(bench);
    lab_flash_power_up(&bench->flash);
    lab_flash_cut(&bench->flash, cut, tears[cut % 5]);
    if (setjmp(death) == 0) {
        assert_int_equal(bench_boot(bench), 0);
    } else {
        died = 1;
        controller_reset();
        assert_int_equal(bench_boot(bench), 0);
    }
    bench_expect_installed(bench, &bench->b);
    model_expect_rest();
    return died;
}

static void an_update_survives_a_cut_at_each_operation(void **state)
{
    (void)state;
    struct bench_geometry geometry = family->bench;
    struct farfix_stm32_flash flash;
    struct bench bench;
    open_bench(&bench, &geometry, &flash);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    uint64_t cut = 1;
    while (update_with_cut(&bench, &zip, cut))
        cut++;
    assert_int_equal(bench.flash.operations, cut - 1);
    assert_true(cut > 100);
    printf("# %s: cut at each of %llu operations\n", family->name,
           (unsigned long long)cut - 1);
    free(zip.bytes);
    bench_close(&bench);
}

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sector_is_erased_and_nothing_else),
        cmocka_unit_test(each_unit_takes_its_bytes),
        cmocka_unit_test(a_read_goes_across_all_borders),
        cmocka_unit_test(what_is_not_aligned_does_not_reach_the_controller),
        cmocka_unit_test(a_geometry_that_the_part_has_not_is_refused),
        cmocka_unit_test(flags_of_others_do_not_stand_in_the_way),
        cmocka_unit_test(a_protected_sector_fails_alone),
        cmocka_unit_test(a_sector_that_fails_is_told),
        cmocka_unit_test(a_controller_that_is_never_ready_ends_in_an_error),
        cmocka_unit_test(a_clock_ends_it_sooner),
        cmocka_unit_test(a_locked_controller_ends_in_an_error),
        cmocka_unit_test(a_torn_unit_reads_as_such_until_it_is_erased),
        cmocka_unit_test(the_agent_installs_full_images),
        cmocka_unit_test(the_agent_installs_deltas),
        cmocka_unit_test(an_update_survives_a_cut_at_each_operation),
    };
    for (uint32_t i = 0; i < 4 && count == 2; i++)
        if (strcmp(words[1], families[i].name) == 0)
            family = &families[i];
    if (family == NULL)
        return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
