/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors at address 0, the only ones that a Cortex-M0 knows. Every
 * exception goes on through the table that microbit_shared.vectors names. */
#include "microbit/microbit.h"

#include <stddef.h>

_Static_assert(offsetof(struct microbit_shared, vectors) == 0,
               "vectors_go_on reads the first word of RAM");
_Static_assert(sizeof(struct microbit_shared) == MICROBIT_SHARED_BYTES,
               "boot stage and application agree on what they share");

/* ARMv6-M: 16 system vectors, then 32 interrupts. */
#define VECTORS (16 + 32)

typedef void (*vector)(void);

extern uint32_t image_stack[];
void startup_reset(void);
void vectors_go_on(void);
extern const vector microbit_boot_vectors[16];

/* r0 ... r3 are on the stack already, and lr says how to come back. */
__attribute__((naked)) void vectors_go_on(void)
{
    __asm volatile("ldr r0, =0x20000000\n"
                   "ldr r0, [r0]\n"
                   "mrs r1, ipsr\n"
                   "lsl r1, r1, #2\n"
                   "ldr r0, [r0, r1]\n"
                   "bx r0\n"
                   ".ltorg\n");
}

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    vector entry[VECTORS - 1];
} vectors = {
    .stack = image_stack,
    .entry = {[0] = startup_reset, [1 ... VECTORS - 2] = vectors_go_on},
};

static void again(void)
{
    microbit_reset();
}

const vector microbit_boot_vectors[16] = {[0 ... 15] = again};
