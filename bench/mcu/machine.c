/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* DUI0479C, chapter 4: CMSDK timer 0, which counts down. */
#define TIMER_CTRL REGISTER(0x40000000u)
#define TIMER_VALUE REGISTER(0x40000004u)
#define TIMER_RELOAD REGISTER(0x40000008u)

/* Semihosting for AArch32, chapter 5. */
#define SYS_WRITE0 0x04u
#define SYS_EXIT_EXTENDED 0x20u
#define STOPPED_APPLICATION_EXIT 0x20026u

#define PAINT 0x5afe57acu

/* From the linker script: the stack may grow down to the end of .bss. */
extern uint32_t image_heap[];

static void semihost(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void machine_start(void)
{
    TIMER_RELOAD = 0xffffffffu;
    TIMER_VALUE = 0xffffffffu;
    TIMER_CTRL = 1;
}

uint32_t machine_ticks(void)
{
    return 0u - TIMER_VALUE;
}

void machine_stack_paint(void)
{
    volatile uint32_t *const end = (uint32_t *)machine_stack_pointer();
    for (volatile uint32_t *at = image_heap; at < end; at++)
        *at = PAINT;
}

uint32_t machine_stack_depth(uint32_t from)
{
    const volatile uint32_t *at = image_heap;
    while (*at == PAINT)
        at++;
    return from - (uint32_t)at;
}

void machine_say(const char *name, uint32_t value)
{
    char text[12];
    char *digit = text + sizeof text;
    *--digit = '\0';
    *--digit = '\n';
    do
        *--digit = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    semihost(SYS_WRITE0, name);
    semihost(SYS_WRITE0, " ");
    semihost(SYS_WRITE0, digit);
}

void machine_exit(uint32_t code)
{
    const uint32_t block[2] = {STOPPED_APPLICATION_EXIT, code};
    semihost(SYS_EXIT_EXTENDED, block);
    for (;;)
        continue;
}
