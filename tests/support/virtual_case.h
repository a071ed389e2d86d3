/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of a whole virtual module share: one pair of releases for
 * the program, one module for the test, and how it is told and heard.
 *
 *     control("at line 2 mute");
 *     has(virtual_say(&v, "AT+GMR\r"), "Revision:");
 */
#ifndef FARFIX_TESTS_VIRTUAL_CASE_H
#define FARFIX_TESTS_VIRTUAL_CASE_H

#include "virtual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct fixture fixture;
static struct virtual v;

static inline int make_releases(void **context)
{
    (void)context;
    fixture_make(&fixture, NULL);
    return 0;
}

static inline int free_releases(void **context)
{
    (void)context;
    fixture_free(&fixture);
    return 0;
}

/* A module that has booted, without a fault. */
static inline int start_module(void **context)
{
    (void)context;
    virtual_start(&v, &fixture, &(struct virtual_options){0});
    return 0;
}

static inline int end_module(void **context)
{
    (void)context;
    virtual_end(&v);
    return 0;
}

static inline void has(const char *text, const char *part)
{
    virtual_has(&v, text, part);
}

static inline void control(const char *command)
{
    virtual_do(&v, command);
}

#endif
