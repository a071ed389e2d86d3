/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine under bench-mcu: qemu's mps2-an385, a Cortex-M3 whose virtual
 * time is made of executed instructions (-icount shift=0: one each
 * nanosecond). Text and the exit code leave by semihosting.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/* The timer counts 25 MHz: one tick for 40 instructions. A duration is the
 * difference of two reads, and may be one tick off. */
#define MACHINE_TICK_INSTRUCTIONS 40u
void machine_start(void);
uint32_t machine_ticks(void);

/* Bytes of stack between `from` and the deepest place that was written since
 * the last paint. Paint below everything that is in use. */
void machine_stack_paint(void);
uint32_t machine_stack_depth(uint32_t from);

static inline uint32_t machine_stack_pointer(void)
{
    uint32_t pointer;
    __asm volatile("mov %0, sp" : "=r"(pointer));
    return pointer;
}

/* "name value" and a newline. */
void machine_say(const char *name, uint32_t value);
__attribute__((noreturn)) void machine_exit(uint32_t code);

#endif
