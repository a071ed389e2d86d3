/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

#include <inttypes.h>
#include <stdio.h>

struct schedule_task {
    const char *name;
    void (*run)(void);
    uint32_t period_ms, due_ms, runs;
};

/* heap[0] is due first; children of i are 2i + 1 and 2i + 2. */
static struct schedule_task heap[SCHEDULE_TASKS];
static uint32_t heap_length;

/* Wrap-safe: deadlines are less than 2^31 ms apart. */
static int before(const struct schedule_task *a, const struct schedule_task *b)
{
    return (int32_t)(a->due_ms - b->due_ms) < 0;
}

static void swap(uint32_t i, uint32_t k)
{
    const struct schedule_task task = heap[i];
    heap[i] = heap[k];
    heap[k] = task;
}

static void sift_up(uint32_t i)
{
    for (; i > 0 && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(i, (i - 1) / 2);
}

static void sift_down(uint32_t i)
{
    for (;;) {
        uint32_t least = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2; child++)
            if (child < heap_length && before(&heap[child], &heap[least]))
                least = child;
        if (least == i)
            return;
        swap(i, least);
        i = least;
    }
}

int schedule_add(const char *name, void (*run)(void), uint32_t period_ms,
                 uint32_t now_ms)
{
    if (heap_length == SCHEDULE_TASKS)
        return -1;
    heap[heap_length] = (struct schedule_task){
        .name = name,
        .run = run,
        .period_ms = period_ms,
        .due_ms = now_ms + period_ms,
    };
    sift_up(heap_length++);
    return 0;
}

uint32_t schedule_run(uint32_t now_ms)
{
    uint32_t ran = 0;
    while (heap_length > 0 && (int32_t)(now_ms - heap[0].due_ms) >= 0) {
        struct schedule_task *const task = &heap[0];
        void (*const run)(void) = task->run;
        task->runs++;
        task->due_ms += task->period_ms;
        sift_down(0);
        run();
        ran++;
    }
    return ran;
}

void schedule_print(uint32_t now_ms)
{
    for (uint32_t i = 0; i < heap_length; i++)
        printf("%-10s every %8" PRIu32 " ms, in %8" PRId32 " ms, ran %" PRIu32
               " times\n",
               heap[i].name, heap[i].period_ms,
               (int32_t)(heap[i].due_ms - now_ms), heap[i].runs);
}
