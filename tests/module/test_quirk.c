/* SPDX-License-Identifier: Apache-2.0 */
/* Switches where documents disagree: names, values, profiles. */
#include <farfix/module.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_switch_is_set_by_name_and_value(void **context)
{
    uint8_t values[FFX_QUIRKS];
    (void)context;
    ffx_module_quirks(FFX_PROFILE_MANUAL, values);
    assert_int_equal(ffx_module_quirk_set(values, "D9=601"), 0);
    assert_int_equal(values[FFX_D9_HTTPS], 2);
    assert_int_equal(ffx_module_quirk_set(values, "D9=yes"), 0);
    assert_int_equal(values[FFX_D9_HTTPS], 0);
    assert_int_equal(ffx_module_quirk_set(values, "D26=cme"), 0);
    assert_int_equal(values[FFX_D26_UNKNOWN], 1);
}

static void a_name_or_value_that_does_not_exist_is_refused(void **context)
{
    static const char *const wrong[] = {
        "",     "D9",     "D9=",   "D9=60",     "D9=6010", "D27=ok",
        "D=ok", "D1=ok ", "d1=ok", "D1=error ", "=ok",     "D1=ok error"};
    uint8_t values[FFX_QUIRKS], before[FFX_QUIRKS];
    (void)context;
    ffx_module_quirks(FFX_PROFILE_MANUAL, values);
    ffx_module_quirks(FFX_PROFILE_MANUAL, before);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ffx_module_quirk_set(values, wrong[i]),
                         FFX_ERR_SYNTAX);
    assert_memory_equal(values, before, sizeof before);
}

static void the_profiles_differ_in_what_the_note_writes(void **context)
{
    uint8_t note[FFX_QUIRKS], manual[FFX_QUIRKS];
    (void)context;
    ffx_module_quirks(FFX_PROFILE_NOTE, note);
    ffx_module_quirks(FFX_PROFILE_MANUAL, manual);
    for (int i = 0; i < FFX_QUIRKS; i++)
        assert_int_equal(note[i] != manual[i], i == FFX_D12_CNACT ||
                                                   i == FFX_D14_HTTPSTOFS ||
                                                   i == FFX_D16_FTP_FILE);
}

static void a_sim7070_is_a_profile_of_its_own(void **context)
{
    uint8_t sim7070[FFX_QUIRKS], plain[FFX_QUIRKS] = {0};
    (void)context;
    ffx_module_quirks(FFX_PROFILE_SIM7070, sim7070);
    assert_int_equal(ffx_module_quirk_set(plain, "D11=cnact"), 0);
    assert_int_equal(ffx_module_quirk_set(plain, "D12=sim7070"), 0);
    assert_int_equal(ffx_module_quirk_set(plain, "D24=sim7070"), 0);
    assert_int_equal(ffx_module_quirk_set(plain, "D16=yes"), 0);
    assert_memory_equal(sim7070, plain, sizeof plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_switch_is_set_by_name_and_value),
        cmocka_unit_test(a_name_or_value_that_does_not_exist_is_refused),
        cmocka_unit_test(the_profiles_differ_in_what_the_note_writes),
        cmocka_unit_test(a_sim7070_is_a_profile_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
