/* SPDX-License-Identifier: Apache-2.0 */
/* Vector table and the way from reset to main. */
#include <stdint.h>

extern uint32_t image_stack[], image_data[], image_data_end[];
extern const uint32_t image_data_load[];
extern uint32_t image_bss[], image_bss_end[];

int main(void);
void board_tick(void);
void startup_reset(void);

#define SCB_VTOR (*(volatile uint32_t *)0xe000ed08u)

/* ARMv7-M: 16 system vectors, then 82 interrupts of the STM32F405. */
#define VECTORS (16 + 82)

static void startup_halt(void)
{
    for (;;)
        __asm volatile("bkpt 0");
}

typedef void (*startup_vector)(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    startup_vector entry[VECTORS - 1];
} startup_vectors = {
    .stack = image_stack,
    .entry =
        {
            [0] = startup_reset,       /* reset */
            [1] = startup_halt,        /* NMI */
            [2] = startup_halt,        /* hard fault */
            [3 ... 13] = startup_halt, /* faults, SVC, PendSV */
            [14] = board_tick,         /* SysTick */
            [15 ... VECTORS - 2] = startup_halt,
        },
};

void startup_reset(void)
{
    const uint32_t *from = image_data_load;
    for (uint32_t *to = image_data; to < image_data_end;)
        *to++ = *from++;
    for (uint32_t *to = image_bss; to < image_bss_end;)
        *to++ = 0;
    SCB_VTOR = (uint32_t)&startup_vectors;
    main();
    startup_halt();
}
