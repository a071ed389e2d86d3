/* SPDX-License-Identifier: Apache-2.0 */
/* FARFIX_TESTS=PATTERN (of * and ?) runs only the tests whose names match:
 * any program of cmocka's, without a line of its own. Linked into each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

__attribute__((constructor)) static void choose_tests(void)
{
    const char *const pattern = getenv("FARFIX_TESTS");
    if (pattern != NULL && pattern[0] != '\0')
        cmocka_set_test_filter(pattern);
}
