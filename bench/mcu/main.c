/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies one patch and says what it cost: instructions of prepare and of
 * next, and the stack below them. Patch and images are in memory before the
 * program starts; JOB says where (scripts/bench-mcu writes it).
 */
#include "base/crc32.h"
#include "machine.h"

#include <farfix/delta.h>

#include <string.h>

#define JOB ((const struct job *)0x21000000u)

struct job {
    uint32_t patch, patch_bytes; /* address, size */
    uint32_t slot, slot_bytes;
    uint32_t output; /* a step; the target when it is not made in place */
    uint32_t memory, memory_bytes;
    uint32_t source_bytes, target_bytes;
    uint32_t step_bytes; /* 0: not in place */
    uint32_t target_crc32;
};

/* Exit codes: a line before the exit says more. */
enum { DONE, BAD_CLOCK, BAD_PATCH, BAD_TARGET };

static int read_memory(void *context, uint32_t offset, void *buffer,
                       uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

/* 12 instructions of many kinds each turn: what is said of the reader is
 * worth nothing on a machine whose clock does not count them one by one. */
static void calibrate(void)
{
    enum { TURNS = 100000, EACH = 12 };
    uint32_t turns = TURNS, a = 3;
    const uint32_t begin = machine_ticks();
    __asm volatile("1: push {%1, %0}\n"
                   "pop {%1, %0}\n"
                   "mul %1, %1, %0\n"
                   "udiv %1, %1, %0\n"
                   "bl 2f\n"
                   "cmp %1, #0\n"
                   "it eq\n"
                   "moveq %1, #5\n"
                   "ldr %1, [sp]\n"
                   "subs %0, %0, #1\n"
                   "bne 1b\n"
                   "b 3f\n"
                   "2: bx lr\n"
                   "3:"
                   : "+l"(turns), "+l"(a)
                   :
                   : "lr", "cc", "memory");
    const uint32_t ticks = machine_ticks() - begin;
    const uint32_t right = TURNS * EACH / MACHINE_TICK_INSTRUCTIONS;
    machine_say("calibration_ticks", ticks);
    if (ticks - right > 1) {
        machine_say("calibration_ticks_expected", right);
        machine_exit(BAD_CLOCK);
    }
}

static void refuse(const char *call, int error)
{
    machine_say(call, (uint32_t)-error);
    machine_exit(BAD_PATCH);
}

static uint32_t prepare(struct ffx_delta *delta)
{
    int result;
    const uint32_t begin = machine_ticks();
    do
        result = ffx_delta_prepare(delta);
    while (result > 0);
    const uint32_t ticks = machine_ticks() - begin;
    if (result < 0)
        refuse("failed_prepare", result);
    return ticks;
}

/* The clock stands while the board writes a step to its place. */
static uint32_t make_target(struct ffx_delta *delta)
{
    uint8_t *const output = (uint8_t *)JOB->output;
    uint32_t ticks = 0;
    for (;;) {
        struct ffx_step step;
        const uint32_t begin = machine_ticks();
        const int result = ffx_delta_next(delta, output, &step);
        ticks += machine_ticks() - begin;
        if (result < 0)
            refuse("failed_next", result);
        if (result == 0)
            return ticks;
        if (JOB->step_bytes != 0)
            memcpy((uint8_t *)JOB->slot + step.offset, output, step.length);
    }
}

/* Nothing but the reader and its ports goes deep between paint and depth. */
static void apply(const struct ffx_delta_config *config)
{
    static struct ffx_delta delta;
    const uint32_t stack = machine_stack_pointer();
    machine_stack_paint();
    const int error = ffx_delta_open(&delta, config);
    if (error != 0)
        refuse("failed_open", error);
    const uint32_t before = prepare(&delta);
    const uint32_t making = make_target(&delta);
    const uint32_t depth = machine_stack_depth(stack);
    machine_say("prepare_ticks", before);
    machine_say("next_ticks", making);
    machine_say("stack", depth);
    machine_say("struct", sizeof delta);
}

static void check_target(void)
{
    const void *const target =
        (const void *)(JOB->step_bytes != 0 ? JOB->slot : JOB->output);
    const uint32_t crc32 = crc32_add(0, target, JOB->target_bytes);
    if (crc32 == JOB->target_crc32)
        return;
    machine_say("target_crc32", crc32);
    machine_say("target_crc32_expected", JOB->target_crc32);
    machine_exit(BAD_TARGET);
}

int main(void);

int main(void)
{
    const struct ffx_delta_config config = {
        .patch = {read_memory, (void *)JOB->patch, JOB->patch_bytes},
        .slot = {read_memory, (void *)JOB->slot, JOB->slot_bytes},
        .source_bytes = JOB->source_bytes,
        .target_bytes = JOB->target_bytes,
        .step_bytes = JOB->step_bytes,
        .memory = (void *)JOB->memory,
        .memory_bytes = JOB->memory_bytes,
    };
    machine_start();
    calibrate();
    apply(&config);
    check_target();
    machine_exit(DONE);
}

/* The start-up code that the demo's firmware has, too, wants one. */
void board_tick(void);
void board_tick(void)
{
}
