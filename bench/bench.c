/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures the patches of farfix beside those of other tools; `make bench`
 * runs it. Exit code 0: every patch of farfix gave back its image, whatever
 * its size.
 */
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
    "Usage: bench [options] [OLD NEW]...\n"
    "\n"
    "  --corpus DIR      measure DIR/PAIR/{old,new}.bin\n"
    "  --pair TEXT       only pairs whose name holds TEXT\n"
    "  --profiles LIST   default 8K,16K,64K,256K\n"
    "  --farfix PROGRAM  default build/farfix\n"
    "  --tables DIR      where CORPUS.tsv and peers.csv are; default bench\n"
    "  --work DIR        for patches; default build\n"
    "  --output FILE     write the results there as a page too\n";

struct request {
    const char *corpus, *pair, *profiles, *farfix, *tables, *work, *output;
};

static struct run run; /* large; the pages that are not used do not count */

static int parse(struct request *request, int argc, char **argv)
{
    const char **const places[] = {
        &request->corpus, &request->pair, &request->profiles, &request->farfix,
        &request->tables, &request->work, &request->output,
    };
    static const struct option options[] = {
        {"corpus", required_argument, NULL, 0},
        {"pair", required_argument, NULL, 1},
        {"profiles", required_argument, NULL, 2},
        {"farfix", required_argument, NULL, 3},
        {"tables", required_argument, NULL, 4},
        {"work", required_argument, NULL, 5},
        {"output", required_argument, NULL, 6},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?')
            return -1;
        *places[option] = optarg;
    }
    return (argc - optind) % 2 == 0 ? 0 : -1;
}

static int wanted(const struct request *request, const char *name)
{
    return name[0] != '.' && strstr(name, request->pair) != NULL;
}

static void full(void)
{
    fprintf(stderr, "bench: only the first %d pairs are measured\n", PAIRS_MAX);
}

static int add_corpus(const struct request *request,
                      const struct pair_tables *tables)
{
    struct dirent **entries;
    const int count = scandir(request->corpus, &entries, NULL, alphasort);
    if (count < 0) {
        fprintf(stderr, "bench: %s: %s\n", request->corpus, strerror(errno));
        return -1;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (wanted(request, name) && run.count == PAIRS_MAX)
            full();
        else if (wanted(request, name) &&
                 pair_of_corpus(&run.results[run.count].pair, tables,
                                request->corpus, name) == 0)
            run.count++;
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int add_files(const struct request *request, char **paths)
{
    for (; paths[0] != NULL; paths += 2) {
        struct pair *pair = &run.results[run.count].pair;
        if (run.count == PAIRS_MAX) {
            full();
            return 0;
        }
        if (pair_of_files(pair, paths[0], paths[1]) != 0)
            return -1;
        run.count += (size_t)wanted(request, pair->name);
    }
    return 0;
}

static int prepare(const struct request *request)
{
    run.farfix = request->farfix;
    snprintf(run.patch, sizeof run.patch, "%s/patch", request->work);
    snprintf(run.got, sizeof run.got, "%s/got", request->work);
    snprintf(run.log, sizeof run.log, "%s/log", request->work);
    if (mkdir(request->work, 0777) != 0 && errno != EEXIST) {
        perror(request->work);
        return -1;
    }
    run.method_count = method_list(run.methods, request->profiles);
    if (run.method_count == 0)
        fprintf(stderr, "bench: \"%s\" is no list of profiles\n",
                request->profiles);
    return run.method_count == 0 ? -1 : 0;
}

static int write_page(const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        perror(path);
        return -1;
    }
    report_page(&run, out);
    if (fclose(out) == 0)
        return 0;
    perror(path);
    return -1;
}

static int bench(const struct request *request,
                 const struct pair_tables *tables, char **paths)
{
    run.known = tables->known;
    run.known_mcu = tables->known_mcu;
    if (prepare(request) != 0 || add_files(request, paths) != 0 ||
        (request->corpus != NULL && add_corpus(request, tables) != 0))
        return EXIT_FAILURE;
    if (run.count == 0) {
        fprintf(stderr, "bench: no pair to measure\n");
        return EXIT_FAILURE;
    }
    run_all(&run);
    report_tables(&run, stdout);
    if (request->output != NULL && write_page(request->output) != 0)
        return EXIT_FAILURE;
    return run.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct request request = {
        .pair = "",
        .profiles = "8K,16K,64K,256K",
        .farfix = "build/farfix",
        .tables = "bench",
        .work = "build",
    };
    struct pair_tables tables;
    if (parse(&request, argc, argv) != 0) {
        fputs(usage, stderr);
        return 64;
    }
    if (pair_tables_read(&tables, request.tables) != 0)
        return EXIT_FAILURE;
    const int code = bench(&request, &tables, argv + optind);
    pair_tables_free(&tables);
    return code;
}
