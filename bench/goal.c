/* SPDX-License-Identifier: Apache-2.0 */
#include "goal.h"

#include <string.h>

struct goal {
    const char *text;
    double limit;
    const char *method, *group; /* group NULL: all pairs */
    enum { RATIO, IN_PLACE, CPU_PER_MB, MEMORY_PER_BYTE } kind;
    enum reference reference; /* of RATIO */
    int worst;                /* 1: every pair, 0: the geometric mean */
};

static const struct goal goals[] = {
    {.text = "MCU images, 16K, against the best known",
     .limit = 0.58,
     .method = "16K",
     .group = "mcu",
     .reference = AGAINST_KNOWN},
    {.text = "MCU images, 64K, against the best known",
     .limit = 0.56,
     .method = "64K",
     .group = "mcu",
     .reference = AGAINST_KNOWN},
    {.text = "MCU images, 8K, against the best known",
     .limit = 0.60,
     .method = "8K",
     .group = "mcu",
     .reference = AGAINST_KNOWN},
    {.text = "all pairs, 256K, against the best known",
     .limit = 0.60,
     .method = "256K",
     .reference = AGAINST_KNOWN},
    {.text = "every pair, 256K, against each other tool",
     .limit = 0.999,
     .method = "256K",
     .reference = AGAINST_ALL,
     .worst = 1},
    {.text = "in place, 16K steps, 16K, against plain",
     .limit = 1.04,
     .method = "16K in 16K",
     .kind = IN_PLACE},
    {.text = "the same, every pair",
     .limit = 1.15,
     .method = "16K in 16K",
     .kind = IN_PLACE,
     .worst = 1},
    {.text = "in place, 4K steps, 16K, against plain",
     .limit = 1.12,
     .method = "16K in 4K",
     .kind = IN_PLACE},
    {.text = "making, CPU seconds per MB, every pair",
     .limit = 4,
     .kind = CPU_PER_MB,
     .worst = 1},
    {.text = "making, bytes of memory per byte, every pair",
     .limit = 40,
     .kind = MEMORY_PER_BYTE,
     .worst = 1},
};
#define GOALS (sizeof goals / sizeof *goals)

/* The dearest patch of all of ours for this pair. */
static double dearest(const struct run *run, const struct result *result,
                      int memory)
{
    double most = 0;
    for (size_t i = 0; i < run->method_count; i++) {
        const struct cost *cost = &result->outcomes[i].make;
        const double spent = memory
                                 ? (double)(cost->peak_bytes - run->start_bytes)
                                 : cost->cpu_seconds * 1e6;
        if (run->methods[i].profile[0] != '\0' && spent > most)
            most = spent;
    }
    return most / (double)result->pair.new_bytes;
}

static double measure(const struct goal *goal, const struct run *run,
                      const struct result *result)
{
    switch (goal->kind) {
    case RATIO:
        return run_ratio(run, result, run_method(run, goal->method),
                         goal->reference);
    case IN_PLACE:
        return run_in_place(run, result, run_method(run, goal->method));
    case CPU_PER_MB:
    case MEMORY_PER_BYTE:
        return dearest(run, result, goal->kind == MEMORY_PER_BYTE);
    }
    return 0;
}

static struct figure figure_for(const struct goal *goal, const struct run *run)
{
    static struct sample sample;
    sample.count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct result *result = &run->results[i];
        if (goal->group == NULL || strcmp(goal->group, result->pair.group) == 0)
            figure_add(&sample, measure(goal, run, result), result->pair.name);
    }
    return figure_of(&sample);
}

/* A part of the corpus meets no goal, but one bad pair misses it. */
static const char *verdict(const struct goal *goal, double measured,
                           size_t count, size_t wanted)
{
    const int over = measured > goal->limit;
    if (count < wanted)
        return goal->worst && over ? "MISS" : "part";
    return over ? "MISS" : "pass";
}

static void show(char text[24], const struct goal *goal, double value)
{
    if (goal->kind == IN_PLACE)
        snprintf(text, 24, "%+.1f %%", (value - 1) * 100);
    else if (goal->kind == RATIO)
        snprintf(text, 24, "%.3f", value);
    else
        snprintf(text, 24, "%.1f", value);
}

static void add_goal(struct grid *grid, const struct run *run,
                     const struct goal *goal)
{
    char limit[24], measured[24];
    const struct figure figure = figure_for(goal, run);
    const double value = goal->worst ? figure.worst : figure.mean;
    const size_t wanted = goal->group != NULL ? run->known_mcu : run->known;
    show(limit, goal, goal->limit);
    show(measured, goal, value);
    grid_row(grid, goal->text);
    grid_cell(grid, "%s", goal->worst ? "worst" : "mean");
    grid_cell(grid, "<= %s", limit);
    grid_cell(grid, "%s", figure.count > 0 ? measured : "-");
    grid_cell(grid, "%zu of %zu", figure.count, wanted);
    grid_cell(grid, "%s", verdict(goal, value, figure.count, wanted));
    grid_cell(grid, "%s",
              goal->worst && figure.count > 0 ? figure.worst_name : "-");
}

void goal_table(struct grid *grid, const struct run *run)
{
    grid_start(grid, "goal");
    grid_cell(grid, "of pairs");
    grid_cell(grid, "wanted");
    grid_cell(grid, "measured");
    grid_cell(grid, "pairs");
    grid_cell(grid, "verdict");
    grid_cell(grid, "worst pair");
    for (size_t i = 0; i < GOALS; i++)
        add_goal(grid, run, &goals[i]);
}
