/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"
#include "goal.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static struct grid grid; /* too large for a stack */

static int is_ours(const struct method *method)
{
    return method->profile[0] != '\0';
}

static int is_plain(const struct method *method)
{
    return is_ours(method) && method->step == NULL;
}

/* --- sizes --------------------------------------------------------------- */

static void bytes_cell(long long bytes)
{
    if (bytes > 0)
        grid_cell(&grid, "%lld", bytes);
    else
        grid_cell(&grid, "-");
}

static void report_sizes(const struct run *run, FILE *out)
{
    fputs("## Patches, bytes\n"
          "\n"
          "Plain patches of farfix in each profile, the tools run beside it, "
          "and from\n"
          "bench/peers.csv the best known patch with its tool; MCU-size: the "
          "best of the\n"
          "tools that fit a microcontroller.\n"
          "\n",
          out);
    grid_start(&grid, "pair");
    grid_cell(&grid, "class");
    grid_cell(&grid, "new image");
    for (size_t m = 0; m < run->method_count; m++)
        if (run->methods[m].step == NULL)
            grid_cell(&grid, "%s", run->methods[m].name);
    grid_cell(&grid, "best known");
    grid_cell(&grid, "by");
    grid_cell(&grid, "MCU-size");
    for (size_t i = 0; i < run->count; i++) {
        const struct result *result = &run->results[i];
        grid_row(&grid, result->pair.name);
        grid_cell(&grid, "%s", result->pair.class_name);
        grid_cell(&grid, "%lld", result->pair.new_bytes);
        for (size_t m = 0; m < run->method_count; m++)
            if (run->methods[m].step == NULL)
                bytes_cell(result->outcomes[m].bytes);
        bytes_cell(result->pair.peers_best);
        grid_cell(&grid, "%s", result->pair.peers_by);
        bytes_cell(result->pair.peers_small);
    }
    grid_print(&grid, out);
}

/* --- ratios, with their means -------------------------------------------- */

/* One figure of one pair; 0: there is none. */
typedef double figure_column(const struct run *run, const struct result *result,
                             size_t method, size_t column);

struct part {
    const char *name, *group, *class_name; /* NULL: any */
    enum { MEAN, MEDIAN, WORST } what;
};

static const struct part parts[] = {
    {"MCU images, mean", "mcu", NULL, MEAN},
    {"all pairs, mean", NULL, NULL, MEAN},
    {"all pairs, median", NULL, NULL, MEDIAN},
    {"all pairs, worst", NULL, NULL, WORST},
    {"class one-line, mean", NULL, "one-line", MEAN},
    {"class patch, mean", NULL, "patch", MEAN},
    {"class minor, mean", NULL, "minor", MEAN},
    {"class major, mean", NULL, "major", MEAN},
};

static int belongs(const struct part *part, const struct pair *pair)
{
    return (part->group == NULL || strcmp(part->group, pair->group) == 0) &&
           (part->class_name == NULL ||
            strcmp(part->class_name, pair->class_name) == 0);
}

static double part_figure(const struct run *run, const struct part *part,
                          figure_column *column_of, size_t method,
                          size_t column)
{
    static struct sample sample;
    sample.count = 0;
    for (size_t i = 0; i < run->count; i++)
        if (belongs(part, &run->results[i].pair))
            figure_add(&sample,
                       column_of(run, &run->results[i], method, column),
                       run->results[i].pair.name);
    const struct figure figure = figure_of(&sample);
    if (part->what == MEAN)
        return figure.mean;
    return part->what == MEDIAN ? figure.median : figure.worst;
}

static void ratio_cell(double ratio)
{
    if (ratio > 0)
        grid_cell(&grid, "%.3f", ratio);
    else
        grid_cell(&grid, "-");
}

static void percent_cell(double ratio)
{
    if (ratio > 0)
        grid_cell(&grid, "%+.1f %%", (ratio - 1) * 100);
    else
        grid_cell(&grid, "-");
}

/* Rows for pairs and parts below a head that the caller has started. */
static void add_rows(const struct run *run, figure_column *column_of,
                     size_t method, size_t columns, void (*cell)(double))
{
    for (size_t i = 0; i < run->count; i++) {
        grid_row(&grid, run->results[i].pair.name);
        for (size_t c = 0; c < columns; c++)
            cell(column_of(run, &run->results[i], method, c));
    }
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        char name[40];
        snprintf(name, sizeof name, "**%s**", parts[p].name);
        grid_row(&grid, name);
        for (size_t c = 0; c < columns; c++)
            cell(part_figure(run, &parts[p], column_of, method, c));
    }
}

static double ratio_column(const struct run *run, const struct result *result,
                           size_t method, size_t column)
{
    return run_ratio(run, result, method, (enum reference)column);
}

static void report_ratios(const struct run *run, FILE *out)
{
    fputs("## Ratios\n"
          "\n"
          "Bytes of farfix for each byte of another tool: below 1 is smaller."
          "\n"
          "Means are geometric. \"best here\" is the smallest of the tools run "
          "beside it.\n"
          "\n",
          out);
    for (size_t m = 0; m < run->method_count; m++) {
        if (!is_plain(&run->methods[m]))
            continue;
        grid_start(&grid, run->methods[m].name);
        grid_cell(&grid, "/ bsdiff");
        grid_cell(&grid, "/ best here");
        grid_cell(&grid, "/ best known");
        grid_cell(&grid, "/ MCU-size");
        add_rows(run, ratio_column, m, AGAINST_ALL, ratio_cell);
        grid_print(&grid, out);
    }
}

/* --- in place ------------------------------------------------------------ */

/* The nth method in place; METHODS_MAX behind the last. */
static size_t nth_in_place(const struct run *run, size_t n)
{
    for (size_t m = 0; m < run->method_count; m++)
        if (run->methods[m].step != NULL && n-- == 0)
            return m;
    return METHODS_MAX;
}

static double in_place_column(const struct run *run,
                              const struct result *result, size_t method,
                              size_t column)
{
    (void)method;
    return run_in_place(run, result, nth_in_place(run, column));
}

/* Begins a table; returns how many columns it has behind the pair. */
static size_t in_place_head(const struct run *run)
{
    size_t columns = 0;
    grid_start(&grid, "pair");
    for (; nth_in_place(run, columns) < METHODS_MAX; columns++)
        grid_cell(&grid, "%s", run->methods[nth_in_place(run, columns)].name);
    return columns;
}

static void report_in_place(const struct run *run, FILE *out)
{
    fputs("## In place\n"
          "\n"
          "Bytes when the device overwrites the old image, then what that "
          "costs more than\n"
          "the plain patch of the same profile. \"16K in 4K\" is the profile "
          "16K in steps of\n"
          "4 KiB.\n"
          "\n",
          out);
    const size_t columns = in_place_head(run);
    for (size_t i = 0; i < run->count; i++) {
        grid_row(&grid, run->results[i].pair.name);
        for (size_t c = 0; c < columns; c++)
            bytes_cell(run->results[i].outcomes[nth_in_place(run, c)].bytes);
    }
    grid_print(&grid, out);
    in_place_head(run);
    add_rows(run, in_place_column, 0, columns, percent_cell);
    grid_print(&grid, out);
}

/* --- costs --------------------------------------------------------------- */

typedef double cost_figure(const struct result *result, size_t method);

static double make_cpu(const struct result *result, size_t method)
{
    return result->outcomes[method].make.cpu_seconds * 1e6 /
           (double)result->pair.new_bytes;
}

static double make_memory(const struct result *result, size_t method)
{
    return (double)result->outcomes[method].make.peak_bytes / 1e6;
}

static double apply_cpu(const struct result *result, size_t method)
{
    return result->outcomes[method].apply.cpu_seconds * 1e6 /
           (double)result->pair.new_bytes;
}

static double apply_memory(const struct result *result, size_t method)
{
    return (double)result->outcomes[method].apply.peak_bytes / 1e6;
}

static void report_cost(const struct run *run, FILE *out, const char *title,
                        int decimals, cost_figure *figure)
{
    fprintf(out, "### %s\n\n", title);
    grid_start(&grid, "pair");
    for (size_t m = 0; m < run->method_count; m++)
        grid_cell(&grid, "%s", run->methods[m].name);
    for (size_t i = 0; i < run->count; i++) {
        grid_row(&grid, run->results[i].pair.name);
        for (size_t m = 0; m < run->method_count; m++)
            grid_cell(&grid, "%.*f", decimals, figure(&run->results[i], m));
    }
    grid_print(&grid, out);
}

static void report_costs(const struct run *run, FILE *out)
{
    fprintf(out,
            "## Costs\n"
            "\n"
            "Processor time (user and system) and peak resident memory of each "
            "program, run\n"
            "once. A farfix that does nothing takes %.1f MB: the goal for "
            "memory counts what\n"
            "comes on top of it. MB is 1,000,000 bytes; \"per MB\" means of "
            "the new image.\n"
            "Applying is done here by a PC program that holds whole images; on "
            "a device the\n"
            "memory is the profile.\n"
            "\n",
            (double)run->start_bytes / 1e6);
    report_cost(run, out, "Making, CPU seconds per MB", 2, make_cpu);
    report_cost(run, out, "Making, peak memory in MB", 1, make_memory);
    report_cost(run, out, "Applying, CPU seconds per MB", 3, apply_cpu);
    report_cost(run, out, "Applying, peak memory in MB", 1, apply_memory);
}

void report_tables(const struct run *run, FILE *out)
{
    fputs("## Goals\n\n", out);
    goal_table(&grid, run);
    grid_print(&grid, out);
    report_sizes(run, out);
    report_ratios(run, out);
    report_in_place(run, out);
    report_costs(run, out);
}

/* --- the page ------------------------------------------------------------ */

/* First line of what a command prints. */
static void fact(FILE *out, const char *name, const char *command)
{
    char line[160] = "unknown";
    FILE *pipe = popen(command, "r");
    if (pipe != NULL && fgets(line, sizeof line, pipe) != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (pipe != NULL)
        pclose(pipe);
    fprintf(out, "- %s: %s\n", name, line);
}

static void report_facts(const struct run *run, FILE *out)
{
    char date[32];
    struct utsname machine;
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    fprintf(out, "- date: %s\n", date);
    fact(out, "commit",
         "echo $(git describe --always 2>/dev/null)"
         "$(git diff --quiet HEAD -- . ':!bench/RESULTS.md' || echo -dirty)");
    if (uname(&machine) == 0)
        fprintf(out, "- system: %s %s %s, %ld processors\n", machine.sysname,
                machine.release, machine.machine,
                sysconf(_SC_NPROCESSORS_ONLN));
    fact(out, "processor",
         "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null");
    fact(out, "compiler", "cc --version 2>/dev/null");
    for (size_t m = 0; m < run->method_count; m++)
        if (!is_ours(&run->methods[m]))
            fact(out, run->methods[m].name, run->methods[m].version);
    fputc('\n', out);
}

void report_page(const struct run *run, FILE *out)
{
    fputs("# Patch sizes\n\nWritten by `make bench`; do not edit.\n\n", out);
    report_facts(run, out);
    report_tables(run, out);
    fputs("## Measure again\n"
          "\n"
          "    make bench CORPUS=DIR\n"
          "\n"
          "DIR holds a folder for each pair with `old.bin` and `new.bin`;\n"
          "[CORPUS.tsv](CORPUS.tsv) says where each image comes from and how "
          "it is classed,\n"
          "[peers.csv](peers.csv) holds the best known patches. `PAIR=hackrf` "
          "and\n"
          "`PROFILES=16K` measure a part. farfix makes the same bytes on every "
          "machine; times\n"
          "and memory are this one's. Every patch was applied and its result "
          "compared with\n"
          "the new image.\n",
          out);
}
