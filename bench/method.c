/* SPDX-License-Identifier: Apache-2.0 */
#include "method.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const char *const ours_plain[] = {
    "@farfix", "delta", "make", "@old", "@new", "-o", "@patch",
    "--ram", "@ram", NULL};
static const char *const ours_in_place[] = {
    "@farfix", "delta", "make", "@old", "@new", "-o", "@patch",
    "--ram", "@ram", "--in-place", "--region", "@region", "--step", "@step",
    NULL};
static const char *const ours_apply[] = {
    "@farfix", "delta", "apply", "@old", "@patch", "-o", "@got", NULL};

static const char *const bsdiff_make[] = {
    "bsdiff", "@old", "@new", "@patch", NULL};
static const char *const bsdiff_apply[] = {
    "bspatch", "@old", "@got", "@patch", NULL};

/* -A: without the names of the files; -B: a window of the whole old image. */
static const char *const xdelta3_make[] = {
    "xdelta3", "-e", "-f", "-9", "-S", "lzma", "-A", "-B", "@window",
    "-s", "@old", "@new", "@patch", NULL};
static const char *const xdelta3_apply[] = {
    "xdelta3", "-d", "-f", "-B", "@window", "-s", "@old", "@patch", "@got",
    NULL};

/* --long=27: 128 MiB, above old and new together. --single-thread is what
 * zstd itself advises for smaller patches. */
static const char *const zstd_make[] = {
    "zstd", "-q", "-f", "--ultra", "-22", "--long=27", "--single-thread",
    "--patch-from", "@old", "@new", "-o", "@patch", NULL};
static const char *const zstd_apply[] = {
    "zstd", "-q", "-f", "-d", "--long=27", "--patch-from", "@old", "@patch",
    "-o", "@got", NULL};
/* clang-format on */

static const struct method peers[] = {
    {.name = "bsdiff",
     .make = bsdiff_make,
     .apply = bsdiff_apply,
     .version = "dpkg-query -W -f '${Package} ${Version}' bsdiff"},
    {.name = "xdelta3",
     .make = xdelta3_make,
     .apply = xdelta3_apply,
     .version = "xdelta3 -V 2>&1 | sed -n '1s/,.*//p'"},
    {.name = "zstd",
     .make = zstd_make,
     .apply = zstd_apply,
     .version = "zstd -V | sed 's/^[* ]*//; s/,.*//'"},
};
#define PEERS (sizeof peers / sizeof *peers)

/* --- the list ------------------------------------------------------------ */

static int installed(const char *program)
{
    char path[PATH_MAX];
    const char *next = getenv("PATH");
    while (next != NULL && *next != '\0') {
        const int length = (int)strcspn(next, ":");
        snprintf(path, sizeof path, "%.*s/%s", length, next, program);
        if (access(path, X_OK) == 0)
            return 1;
        next += length + (next[length] == ':');
    }
    return 0;
}

static void add_ours(struct method *method, const char *profile,
                     const char *step)
{
    memset(method, 0, sizeof *method);
    snprintf(method->profile, sizeof method->profile, "%s", profile);
    snprintf(method->name, sizeof method->name, "%s%s%s", profile,
             step != NULL ? " in " : "", step != NULL ? step : "");
    method->step = step;
    method->make = step != NULL ? ours_in_place : ours_plain;
    method->apply = ours_apply;
}

static int is_size(const char *word)
{
    const size_t digits = strspn(word, "0123456789");
    return digits > 0 && digits < 6 && strspn(word + digits, "KM") < 2 &&
           word[digits + strspn(word + digits, "KM")] == '\0';
}

size_t method_list(struct method methods[METHODS_MAX], const char *profiles)
{
    char list[128], *rest = list, *word;
    size_t count = 0;
    snprintf(list, sizeof list, "%s", profiles);
    while ((word = strsep(&rest, " ,")) != NULL) {
        if (*word == '\0')
            continue;
        if (!is_size(word) || count + 3 + PEERS > METHODS_MAX)
            return 0;
        add_ours(&methods[count++], word, NULL);
        add_ours(&methods[count++], word, "16K");
        if (strcmp(word, "16K") == 0)
            add_ours(&methods[count++], word, "4K");
    }
    for (size_t i = 0; count > 0 && i < PEERS; i++)
        if (installed(peers[i].make[0]) && installed(peers[i].apply[0]))
            methods[count++] = peers[i];
        else
            fprintf(stderr, "skipped: %s is not installed\n", peers[i].name);
    return count;
}

/* --- command lines ------------------------------------------------------- */

static long long larger_image(const struct pair *pair)
{
    return pair->old_bytes > pair->new_bytes ? pair->old_bytes
                                             : pair->new_bytes;
}

/* A slot that both images just fit, in whole steps of either length. */
static long long region_of(const struct pair *pair)
{
    return (larger_image(pair) + 16383) / 16384 * 16384;
}

/* xdelta3 wants a power of two, and looks less closely in a small one. */
static long long window_of(const struct pair *pair)
{
    long long window = 16777216;
    while (window < larger_image(pair))
        window *= 2;
    return window;
}

void method_command(struct method_command *command, const struct method *method,
                    const char *const *words, const struct method_files *files,
                    const struct pair *pair)
{
    const struct {
        const char *word, *meaning;
    } meanings[] = {
        {"@farfix", files->farfix},   {"@patch", files->patch},
        {"@got", files->got},         {"@old", pair->old_path},
        {"@new", pair->new_path},     {"@ram", method->profile},
        {"@step", method->step},      {"@region", command->region},
        {"@window", command->window},
    };
    size_t count = 0;
    snprintf(command->region, sizeof command->region, "%lld", region_of(pair));
    snprintf(command->window, sizeof command->window, "%lld", window_of(pair));
    for (; words[count] != NULL; count++) {
        command->argv[count] = words[count];
        for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
            if (strcmp(words[count], meanings[i].word) == 0)
                command->argv[count] = meanings[i].meaning;
    }
    command->argv[count] = NULL;
}
