/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the command core share: a bench, its start and end, and
 * two sentences.
 *
 *     expect("AT+CFUN?\r", "\r\n+CFUN: 1\r\n" OK);    // typed, then said
 *     waits(500, "\r\n+APP PDP: ACTIVE\r\n");         // said by itself
 */
#ifndef FARFIX_TESTS_MODULE_CASE_H
#define FARFIX_TESTS_MODULE_CASE_H

#include "module_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OK "\r\nOK\r\n"
#define ERROR "\r\nERROR\r\n"
#define REFUSED "\r\n+CME ERROR: 3\r\n"

static struct module_bench b;

/* A module that has booted, and has heard `first`. */
static inline int module_case_start(enum ffx_module_profile profile,
                                    const char *first)
{
    module_bench_start(&b, profile);
    module_bench_say(&b, first);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    module_bench_end(&b);
    return 0;
}

static inline void expect(const char *typed, const char *said)
{
    assert_string_equal(module_bench_say(&b, typed), said);
}

static inline void waits(uint32_t ms, const char *said)
{
    assert_string_equal(module_bench_wait(&b, ms), said);
}

#endif
