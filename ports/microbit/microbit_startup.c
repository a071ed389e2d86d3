/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main, and the stack. For boot stage and application alike: the
 * vector table has to be in front of both. */
#include "microbit/microbit.h"

/* From the linker script. */
extern uint32_t image_data[], image_data_end[], image_bss[], image_bss_end[];
extern const uint32_t image_data_load[];
extern uint32_t image_stack[], image_stack_end[];

#define PAINT 0x5afe57acu

int main(void);
void startup_reset(void);
void startup_halt(void) __attribute__((noreturn));

void startup_halt(void)
{
    for (;;)
        continue;
}

void startup_reset(void)
{
    const uint32_t *from = image_data_load;
    for (uint32_t *to = image_data; to < image_data_end;)
        *to++ = *from++;
    for (uint32_t *to = image_bss; to < image_bss_end;)
        *to++ = 0;
    main();
    startup_halt();
}

/* The frame of who calls these stays as it is. */
__attribute__((noinline)) void microbit_stack_paint(void)
{
    uint32_t *const now = __builtin_frame_address(0);
    for (volatile uint32_t *at = image_stack_end; at < now - 8; at++)
        *at = PAINT;
}

uint32_t microbit_stack_used(void)
{
    const volatile uint32_t *at = image_stack_end;
    while (at < image_stack && *at == PAINT)
        at++;
    return (uint32_t)((uintptr_t)image_stack - (uintptr_t)at);
}

__attribute__((naked)) void microbit_call_on(void *top, void (*work)(void *),
                                             void *argument)
{
    (void)top;
    (void)work;
    (void)argument;
    __asm volatile("push {r4, lr}\n"
                   "mov r4, sp\n"
                   "mov sp, r0\n"
                   "mov r0, r2\n"
                   "blx r1\n"
                   "mov sp, r4\n"
                   "pop {r4, pc}\n");
}

__attribute__((naked)) void microbit_leave(const uint32_t *vectors)
{
    (void)vectors;
    __asm volatile("ldr r1, [r0, #4]\n"
                   "ldr r0, [r0]\n"
                   "mov sp, r0\n"
                   "bx r1\n");
}
