/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to make a patch that are compared: farfix in each profile, plain
 * and in place, and the tools beside it. A method is two command lines.
 */
#ifndef BENCH_METHOD_H
#define BENCH_METHOD_H

#include "pair.h"

#define METHODS_MAX 32
#define METHOD_WORDS 24

struct method {
    char name[24];    /* "16K", "16K in 4K" (steps), "bsdiff" */
    char profile[8];  /* "16K": --ram; empty: not farfix */
    const char *step; /* "4K": --step; NULL: plain */
    const char *const *make, *const *apply;
    const char *version; /* command that prints which one it is */
};

/* What the words of a command line stand for. */
struct method_files {
    const char *farfix, *patch, *got;
};

/* A command line, filled in for one pair. */
struct method_command {
    const char *argv[METHOD_WORDS];
    char region[24], window[24]; /* what some of argv point to */
};

/* All methods for `profiles` ("8K 16K", with blanks or commas between them),
 * then the peers that are installed; says on stderr which are not. Returns
 * how many; 0: `profiles` is no such list. */
size_t method_list(struct method methods[METHODS_MAX], const char *profiles);

/* `words` is method->make or method->apply. */
void method_command(struct method_command *command, const struct method *method,
                    const char *const *words, const struct method_files *files,
                    const struct pair *pair);

#endif
