/* SPDX-License-Identifier: Apache-2.0 */
/* Row A42: the keys whose private halves are in this tree. What else the tree
 * and the programs hold is tests/pack/test_leftovers.sh's matter. */
#include "forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static void a42_every_key_of_our_tests_is_known(void **state)
{
    (void)state;
    for (enum forge_key key = 0; key < FORGE_OWN; key++)
        assert_int_equal(ffx_key_is_test(forge_public(key)), 1);
}

/* RFC 6979, A.2.5: Ux, Uy. */
static void a42_the_key_of_rfc_6979_is_known(void **state)
{
    (void)state;
    static const struct ffx_public_key rfc = {
        {0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61,
         0xeb, 0x74, 0xc6, 0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b,
         0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6,
         0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9,
         0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e,
         0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99}};
    assert_int_equal(ffx_key_is_test(&rfc), 1);
}

static void a42_no_other_key_is_called_a_test_key(void **state)
{
    (void)state;
    static const struct ffx_public_key zeros;
    assert_int_equal(ffx_key_is_test(forge_public(FORGE_OWN)), 0);
    assert_int_equal(ffx_key_is_test(&zeros), 0);
    for (enum forge_key key = 0; key < FORGE_OWN; key++)
        for (uint32_t i = 1; i <= 8; i++) {
            struct ffx_public_key near = *forge_public(key);
            near.point[i] ^= 1;
            assert_int_equal(ffx_key_is_test(&near), 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a42_every_key_of_our_tests_is_known),
        cmocka_unit_test(a42_the_key_of_rfc_6979_is_known),
        cmocka_unit_test(a42_no_other_key_is_called_a_test_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
