/* SPDX-License-Identifier: Apache-2.0 */
/* Clock, timer and UART of the nRF51, all by polling. */
#include "microbit/microbit.h"
#include "microbit/nrf51.h"

#define PIN_TRANSMIT 3u
#define PIN_RECEIVE 2u

/* 16 MHz / 2^9: 31,250 ticks a second, 125 for 4 ms. */
#define PRESCALER 9u
#define TICKS 125u
#define TICKS_MS 4u

void microbit_start(void)
{
    CLOCK_EVENTS_HFCLKSTARTED = 0;
    CLOCK_TASKS_HFCLKSTART = 1;
    while (CLOCK_EVENTS_HFCLKSTARTED == 0)
        continue; /* the crystal: the UART's rate depends on it */
    TIMER0_BITMODE = TIMER0_BITMODE_32;
    TIMER0_PRESCALER = PRESCALER;
    TIMER0_TASKS_START = 1;
    GPIO_OUTSET = 1u << PIN_TRANSMIT;
    GPIO_DIRSET = 1u << PIN_TRANSMIT;
    UART_PSELTXD = PIN_TRANSMIT;
    UART_PSELRXD = PIN_RECEIVE;
    UART_PSELRTS = UART_PSEL_NONE;
    UART_PSELCTS = UART_PSEL_NONE;
    UART_BAUDRATE = UART_BAUDRATE_115200;
    UART_ENABLE = UART_ENABLE_ENABLED;
    UART_EVENTS_TXDRDY = 0;
    UART_TASKS_STARTTX = 1;
    UART_TASKS_STARTRX = 1;
    /* What the program before left: an event that is cleared without its byte
     * never comes again. */
    while (microbit_get() >= 0)
        continue;
}

uint32_t microbit_now_ms(void)
{
    static uint32_t ms, ticks_then;
    TIMER0_TASKS_CAPTURE0 = 1;
    const uint32_t units = (TIMER0_CC0 - ticks_then) / TICKS;
    ticks_then += units * TICKS;
    ms += units * TICKS_MS;
    return ms;
}

int microbit_get(void)
{
    if (UART_EVENTS_RXDRDY == 0)
        return -1;
    UART_EVENTS_RXDRDY = 0;
    return (int)(UART_RXD & 0xffu);
}

void microbit_put(uint8_t byte)
{
    UART_TXD = byte;
    while (UART_EVENTS_TXDRDY == 0)
        continue;
    UART_EVENTS_TXDRDY = 0;
}

void microbit_interrupts(void)
{
    TIMER1_PRESCALER = PRESCALER;
    TIMER1_CC0 = TICKS; /* 16 bits wide, as after a reset */
    TIMER1_SHORTS = TIMER1_SHORTS_COMPARE0_CLEAR;
    TIMER1_INTENSET = TIMER1_INTENSET_COMPARE0;
    TIMER1_TASKS_START = 1;
    UART_INTENSET = UART_INTENSET_RXDRDY;
    NVIC_ISER = NVIC_ISER_UART0 | NVIC_ISER_TIMER1;
}

void microbit_tick(void)
{
    TIMER1_EVENTS_COMPARE0 = 0;
}

void microbit_sleep(void)
{
    __asm volatile("wfi" ::: "memory");
}

void microbit_reset(void)
{
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    for (;;)
        continue;
}
