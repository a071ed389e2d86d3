/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_check_value_of_the_catalogue_comes_out(void **state)
{
    (void)state;
    assert_int_equal(crc32_add(0, "123456789", 9), 0xcbf43926);
}

static void pieces_in_any_order_give_the_crc_of_the_whole(void **state)
{
    uint8_t bytes[1000];
    (void)state;
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    for (uint32_t length = 0; length <= 1000; length += 125) {
        const uint32_t cut = length / 3;
        uint32_t bare = crc32_bare(bytes + cut, length - cut);
        bare ^= crc32_shift(crc32_bare(bytes, cut), length - cut);
        assert_int_equal(crc32_whole(bare, length),
                         crc32_add(0, bytes, length));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_of_the_catalogue_comes_out),
        cmocka_unit_test(pieces_in_any_order_give_the_crc_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
