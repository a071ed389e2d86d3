/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of everything, pair by pair and method by method, and the figures
 * that come out of it.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "cost.h"
#include "figure.h"
#include "method.h"

struct outcome {
    long long bytes; /* of the patch; 0: none that gave back the new image */
    struct cost make, apply;
};

struct result {
    struct pair pair;
    struct outcome outcomes[METHODS_MAX]; /* as run.methods */
};

struct run {
    const char *farfix;               /* the program */
    char patch[64], got[64], log[64]; /* where files go */
    size_t known, known_mcu;          /* pairs of CORPUS.tsv */
    struct method methods[METHODS_MAX];
    size_t method_count;
    struct result results[PAIRS_MAX];
    size_t count;
    long long start_bytes; /* memory of a farfix that does nothing */
    int failures;          /* of farfix: no patch, or not the new image */
};

/* What a patch of ours is compared with. */
enum reference {
    AGAINST_BSDIFF, /* run here */
    AGAINST_HERE,   /* the smallest of the tools run here */
    AGAINST_KNOWN,  /* the smallest of peers.csv */
    AGAINST_SMALL,  /* the same, of tools for microcontrollers */
    AGAINST_ALL,    /* the smallest of HERE and KNOWN */
    REFERENCES
};

/* Fills in all outcomes of all results; progress on stderr. */
void run_all(struct run *run);

/* METHODS_MAX: not in this run. */
size_t run_method(const struct run *run, const char *name);
long long run_reference(const struct run *run, const struct result *result,
                        enum reference reference);
/* Patch against patch; 0: one of them does not exist. */
double run_ratio(const struct run *run, const struct result *result,
                 size_t method, enum reference reference);
/* In place against plain of the same profile; 0: there are not both. */
double run_in_place(const struct run *run, const struct result *result,
                    size_t method);

#endif
