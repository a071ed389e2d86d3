/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "microbit/microbit.h"

/* 44 ms at 115,200 baud: longer than a turn of the main loop. A power of 2. */
#define RING 512u

/* ARMv6-M: 16 system vectors, then 32 interrupts. */
#define VECTORS (16 + 32)

extern uint32_t image_stack[];
void startup_reset(void);
void startup_halt(void);

static volatile uint8_t ring[RING];
static volatile uint32_t ring_in, ring_out;

/* What does not fit is lost, and the driver asks again. */
static void take(void)
{
    int byte;
    while ((byte = microbit_get()) >= 0)
        if (ring_in - ring_out < RING)
            ring[ring_in++ % RING] = (uint8_t)byte;
}

void line_start(void)
{
    microbit_interrupts();
}

uint32_t line_read(uint8_t *bytes, uint32_t capacity)
{
    uint32_t length = 0;
    while (length < capacity && ring_out != ring_in)
        bytes[length++] = ring[ring_out++ % RING];
    return length;
}

void line_write(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        microbit_put(bytes[i]);
}

/* The application's own vectors, at the head of its image: those of the boot
 * stage, at address 0, go on through them. */
typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    vector entry[VECTORS - 1];
} vectors = {
    .stack = image_stack,
    .entry =
        {
            [0] = startup_reset,
            [1 ... MICROBIT_UART_VECTOR - 2] = startup_halt,
            [MICROBIT_UART_VECTOR - 1] = take,
            [MICROBIT_UART_VECTOR... MICROBIT_TICK_VECTOR - 2] = startup_halt,
            [MICROBIT_TICK_VECTOR - 1] = microbit_tick,
            [MICROBIT_TICK_VECTOR... VECTORS - 2] = startup_halt,
        },
};
