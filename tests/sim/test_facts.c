/* SPDX-License-Identifier: Apache-2.0 */
/* The two small texts that the module reads: layout and fault file. */
#include "lab/lab_flash.h"
#include "sim/sim_faults.h"
#include "sim/sim_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- layout -------------------------------------------------------------- */

static const char good[] = "format=1\nsector=4096\nstep=16384\nram=65536\n"
                           "slot=modem:65536\nslot=ap:131072\n";

static void a_layout_is_read_as_it_was_written(void **context)
{
    struct sim_layout layout;
    char text[SIM_LAYOUT_TEXT_MAX];
    (void)context;
    assert_int_equal(sim_layout_parse(&layout, good, sizeof good - 1), FFX_OK);
    assert_int_equal(layout.slot_count, 2);
    assert_string_equal(layout.slots[1].name, "ap");
    assert_int_equal(sim_layout_text(&layout, text), sizeof good - 1);
    assert_memory_equal(text, good, sizeof good - 1);
}

static void areas_follow_each_other_without_a_gap(void **context)
{
    struct sim_layout layout;
    (void)context;
    sim_layout_parse(&layout, good, sizeof good - 1);
    assert_int_equal(sim_layout_journal(&layout).address, 0);
    assert_int_equal(sim_layout_journal(&layout).length, 32768);
    assert_int_equal(sim_layout_scratch(&layout).address, 32768);
    assert_int_equal(sim_layout_scratch(&layout).length, 8 * 16384);
    assert_int_equal(sim_layout_slot(&layout, 0).address, 32768 + 8 * 16384);
    assert_int_equal(sim_layout_slot(&layout, 1).address,
                     32768 + 8 * 16384 + 65536);
    assert_int_equal(sim_layout_bytes(&layout),
                     32768 + 8 * 16384 + 65536 + 131072);
}

static void a_layout_with_one_other_byte_is_damaged(void **context)
{
    struct sim_layout layout;
    char text[sizeof good];
    (void)context;
    for (size_t i = 0; i < sizeof good - 1; i++) {
        memcpy(text, good, sizeof good);
        text[i] = '#';
        assert_int_equal(sim_layout_parse(&layout, text, sizeof good - 1),
                         FFX_ERR_STATE);
    }
    for (uint32_t length = 0; length < sizeof good - 1; length++)
        if (length != (uint32_t)(strstr(good, "slot=ap") - good))
            assert_int_equal(sim_layout_parse(&layout, good, length),
                             FFX_ERR_STATE);
}

static void numbers_of_a_layout_have_ranges(void **context)
{
    static const char *const texts[] = {
        "format=1\nsector=256\nstep=16384\nram=0\nslot=ap:65536\n",
        "format=1\nsector=4000\nstep=16000\nram=0\nslot=ap:64000\n",
        "format=1\nsector=4096\nstep=2048\nram=0\nslot=ap:65536\n",
        "format=1\nsector=4096\nstep=4100\nram=0\nslot=ap:65536\n",
        "format=1\nsector=4096\nstep=16384\nram=9999999\nslot=ap:65536\n",
        "format=1\nsector=4096\nstep=16384\nram=0\nslot=ap:65537\n",
        "format=1\nsector=4096\nstep=16384\nram=0\nslot=ap:0\n",
        "format=1\nsector=4096\nstep=16384\nram=0\nslot=ap:4294963200\n",
        "format=1\nsector=4096\nstep=16384\nram=0\nslot=ap:4096\nslot=ap:"
        "4096\n",
        "format=1\nsector=4096\nstep=16384\nram=0\n",
        "format=1\nsector=4096\nstep=16384\nram=0\nslot=ap:4096\nslot=a:4096\n"
        "slot=b:4096\nslot=c:4096\n"};
    struct sim_layout layout;
    (void)context;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        print_message("# layout %zu\n", i);
        assert_int_equal(
            sim_layout_parse(&layout, texts[i], (uint32_t)strlen(texts[i])),
            FFX_ERR_STATE);
    }
}

static void an_image_larger_than_its_slot_is_named(void **context)
{
    const struct ffx_sim_factory factory = {
        .image_count = 1,
        .images = {{.facts = {.name = "ap", .size = 5000}, .slot_bytes = 4096}},
        .sector_bytes = 4096,
        .step_bytes = 4096};
    struct ffx_sim_error error;
    struct sim_layout layout;
    (void)context;
    assert_int_equal(sim_layout_of(&layout, &factory, &error),
                     FFX_ERR_GEOMETRY);
    assert_string_equal(error.text, "release.ini: image ap has 5000 bytes, "
                                    "its slot 4096");
}

/* --- faults -------------------------------------------------------------- */

static int read_faults(const char *text, struct sim_faults *faults,
                       struct ffx_sim_error *error)
{
    char path[] = "/tmp/farfix-faults-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    const int result = sim_faults_read(faults, path, error);
    unlink(path);
    return result;
}

static void faults_come_in_the_order_of_the_file(void **context)
{
    struct sim_faults faults;
    struct ffx_sim_error error;
    (void)context;
    assert_int_equal(read_faults("# two cuts\n\n  at flash 12 tear 3\n"
                                 "seed 99\r\nat flash 1 tear 0",
                                 &faults, &error),
                     FFX_OK);
    assert_int_equal(faults.seed, 99);
    assert_int_equal(faults.cut_count, 2);
    assert_int_equal(faults.cuts[0].operation, 12);
    assert_int_equal(faults.cuts[0].tear, 3);
    assert_int_equal(faults.cuts[1].operation, 1);
}

static void every_tear_of_the_instrument_has_a_number(void **context)
{
    (void)context;
    for (unsigned tear = 0; tear <= LAB_TEARS; tear++) {
        struct sim_faults faults;
        struct ffx_sim_error error;
        char text[64], last[64];
        snprintf(text, sizeof text, "at flash 5 tear %u", tear);
        snprintf(last, sizeof last, "tear 0...%u'", LAB_TEARS - 1u);
        const int result = read_faults(text, &faults, &error);
        assert_int_equal(result, tear < LAB_TEARS ? FFX_OK : FFX_ERR_SYNTAX);
        if (result == FFX_OK)
            assert_int_equal(faults.cuts[0].tear, tear);
        else
            assert_non_null(strstr(error.text, last));
    }
}

static void what_is_no_fault_is_named_by_its_line(void **context)
{
    static const char *const lines[] = {"at flash 0 tear 1",
                                        "at flash 5 tear 13",
                                        "at flash 5",
                                        "at flash 5 tear 1 now",
                                        "at flash x tear 1",
                                        "seed",
                                        "seed -1",
                                        "seed 5 6",
                                        "at url 2 status 601",
                                        "at flash 99999999999 tear 1"};
    (void)context;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sim_faults faults;
        struct ffx_sim_error error;
        char text[128];
        snprintf(text, sizeof text, "seed 1\n%s\n", lines[i]);
        print_message("# '%s'\n", lines[i]);
        assert_int_equal(read_faults(text, &faults, &error), FFX_ERR_SYNTAX);
        assert_non_null(strstr(error.text, ", line 2: "));
    }
}

static void more_cuts_than_fit_are_refused(void **context)
{
    static char text[(FFX_SIM_CUTS + 1) * 24];
    struct sim_faults faults;
    struct ffx_sim_error error;
    size_t length = 0;
    (void)context;
    for (unsigned i = 0; i <= FFX_SIM_CUTS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "at flash 7 tear 1\n");
    assert_int_equal(read_faults(text, &faults, &error), FFX_ERR_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_is_read_as_it_was_written),
        cmocka_unit_test(areas_follow_each_other_without_a_gap),
        cmocka_unit_test(a_layout_with_one_other_byte_is_damaged),
        cmocka_unit_test(numbers_of_a_layout_have_ranges),
        cmocka_unit_test(an_image_larger_than_its_slot_is_named),
        cmocka_unit_test(faults_come_in_the_order_of_the_file),
        cmocka_unit_test(every_tear_of_the_instrument_has_a_number),
        cmocka_unit_test(what_is_no_fault_is_named_by_its_line),
        cmocka_unit_test(more_cuts_than_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
