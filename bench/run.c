/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- running ------------------------------------------------------------- */

static int same_piece(FILE *left, FILE *right, int *more)
{
    char a[8192], b[8192]; /* small: see cost.h */
    const size_t length = fread(a, 1, sizeof a, left);
    *more = length > 0;
    return fread(b, 1, sizeof b, right) == length && memcmp(a, b, length) == 0;
}

static int same_files(const char *left_path, const char *right_path)
{
    int same = 0, more = 1;
    FILE *left = fopen(left_path, "rb"), *right = fopen(right_path, "rb");
    if (left != NULL && right != NULL)
        do
            same = same_piece(left, right, &more);
        while (same && more);
    if (left != NULL)
        fclose(left);
    if (right != NULL)
        fclose(right);
    return same;
}

static void show_log(const char *path)
{
    char text[400];
    FILE *log = fopen(path, "r");
    if (log == NULL)
        return;
    text[fread(text, 1, sizeof text - 1, log)] = '\0';
    fprintf(stderr, "%s\n", text);
    fclose(log);
}

/* 1: the program ended well. */
static int spend(const struct run *run, const struct method *method,
                 const char *const *words, const struct pair *pair,
                 struct cost *cost)
{
    struct method_command command;
    const struct method_files files = {
        .farfix = run->farfix, .patch = run->patch, .got = run->got};
    method_command(&command, method, words, &files, pair);
    const int code = cost_run(command.argv, run->log, cost);
    if (code == 0)
        return 1;
    fprintf(stderr, "%s: %s ended with code %d: ", pair->name, command.argv[0],
            code);
    show_log(run->log);
    return 0;
}

static void run_one(struct run *run, const struct pair *pair,
                    const struct method *method, struct outcome *outcome)
{
    struct stat patch;
    unlink(run->patch);
    unlink(run->got);
    if (!spend(run, method, method->make, pair, &outcome->make) ||
        !spend(run, method, method->apply, pair, &outcome->apply))
        return;
    if (!same_files(run->got, pair->new_path) ||
        stat(run->patch, &patch) != 0) {
        fprintf(stderr, "%s: %s did not give back the new image\n", pair->name,
                method->name);
        return;
    }
    outcome->bytes = patch.st_size;
    fprintf(stderr, "  %-12s %8lld bytes  made in %6.2f s, %4lld MB\n",
            method->name, outcome->bytes, outcome->make.cpu_seconds,
            outcome->make.peak_bytes / 1000000);
}

static void measure_start(struct run *run)
{
    struct cost cost;
    const char *const argv[] = {run->farfix, "delta", "make", "--help", NULL};
    if (cost_run(argv, run->log, &cost) == 0)
        run->start_bytes = cost.peak_bytes;
}

void run_all(struct run *run)
{
    measure_start(run);
    for (size_t i = 0; i < run->count; i++) {
        struct result *result = &run->results[i];
        fprintf(stderr, "[%zu/%zu] %s: %lld -> %lld bytes\n", i + 1, run->count,
                result->pair.name, result->pair.old_bytes,
                result->pair.new_bytes);
        for (size_t m = 0; m < run->method_count; m++) {
            struct outcome *outcome = &result->outcomes[m];
            run_one(run, &result->pair, &run->methods[m], outcome);
            if (outcome->bytes == 0 && run->methods[m].profile[0] != '\0')
                run->failures++;
        }
    }
    unlink(run->patch);
    unlink(run->got);
    unlink(run->log);
}

/* --- figures ------------------------------------------------------------- */

size_t run_method(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->method_count; i++)
        if (strcmp(run->methods[i].name, name) == 0)
            return i;
    return METHODS_MAX;
}

/* Of two sizes, of which 0 is none. */
static long long smaller(long long a, long long b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

static long long best_here(const struct run *run, const struct result *result)
{
    long long best = 0;
    for (size_t i = 0; i < run->method_count; i++)
        if (run->methods[i].profile[0] == '\0')
            best = smaller(best, result->outcomes[i].bytes);
    return best;
}

long long run_reference(const struct run *run, const struct result *result,
                        enum reference reference)
{
    const size_t bsdiff = run_method(run, "bsdiff");
    switch (reference) {
    case AGAINST_BSDIFF:
        return bsdiff == METHODS_MAX ? 0 : result->outcomes[bsdiff].bytes;
    case AGAINST_HERE:
        return best_here(run, result);
    case AGAINST_KNOWN:
        return result->pair.peers_best;
    case AGAINST_SMALL:
        return result->pair.peers_small;
    case AGAINST_ALL:
        return smaller(best_here(run, result), result->pair.peers_best);
    case REFERENCES:
        break;
    }
    return 0;
}

double run_ratio(const struct run *run, const struct result *result,
                 size_t method, enum reference reference)
{
    const long long other = run_reference(run, result, reference);
    if (method == METHODS_MAX || other == 0)
        return 0;
    return (double)result->outcomes[method].bytes / (double)other;
}

double run_in_place(const struct run *run, const struct result *result,
                    size_t method)
{
    if (method == METHODS_MAX)
        return 0;
    const size_t plain = run_method(run, run->methods[method].profile);
    if (plain == METHODS_MAX || result->outcomes[plain].bytes == 0)
        return 0;
    return (double)result->outcomes[method].bytes /
           (double)result->outcomes[plain].bytes;
}
