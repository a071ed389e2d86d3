/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of the module's flash as a small text. */
#include "sim/sim_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_is_read_as_it_was_written),
        cmocka_unit_test(areas_follow_each_other_without_a_gap),
        cmocka_unit_test(a_layout_with_one_other_byte_is_damaged),
        cmocka_unit_test(numbers_of_a_layout_have_ranges),
        cmocka_unit_test(an_image_larger_than_its_slot_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
