/* SPDX-License-Identifier: Apache-2.0 */
/* The application's own vectors: the boot stage's go on through them. This
 * one lets no interrupt come. */
#include <stdint.h>

/* ARMv6-M: 16 system vectors, then 32 interrupts. */
#define VECTORS (16 + 32)

typedef void (*vector)(void);

extern uint32_t image_stack[];
void startup_reset(void);
void startup_halt(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    vector entry[VECTORS - 1];
} vectors = {
    .stack = image_stack,
    .entry = {[0] = startup_reset, [1 ... VECTORS - 2] = startup_halt},
};
