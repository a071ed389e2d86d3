/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

/* RM0090, chapters 7 (RCC), 30 (USART) and the Cortex-M SysTick. */
#define REGISTER(address) (*(volatile uint32_t *)(address))
#define RCC_APB2ENR REGISTER(0x40023844u)
#define RCC_APB2ENR_USART1 (1u << 4)
#define USART_SR REGISTER(0x40011000u)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TXE (1u << 7)
#define USART_DR REGISTER(0x40011004u)
#define USART_BRR REGISTER(0x40011008u)
#define USART_CR1 REGISTER(0x4001100cu)
#define USART_CR1_UE_TE_RE (1u << 13 | 1u << 3 | 1u << 2)
#define SYSTICK_CTRL REGISTER(0xe000e010u)
#define SYSTICK_LOAD REGISTER(0xe000e014u)
#define SYSTICK_VAL REGISTER(0xe000e018u)

#define HSI_HZ 16000000u /* the internal oscillator, as after reset */
#define BAUD 115200u

const char board_release[] = RELEASE;

static volatile uint32_t ticks;

void board_tick(void);
void board_tick(void)
{
    ticks++;
}

void board_start(void)
{
    RCC_APB2ENR |= RCC_APB2ENR_USART1;
    USART_BRR = (HSI_HZ + BAUD / 2) / BAUD;
    USART_CR1 = USART_CR1_UE_TE_RE;
    SYSTICK_LOAD = HSI_HZ / 1000 - 1;
    SYSTICK_VAL = 0;
    SYSTICK_CTRL = 7; /* on, interrupt, processor clock */
}

void board_put(int byte)
{
    while ((USART_SR & USART_SR_TXE) == 0)
        continue;
    USART_DR = (uint8_t)byte;
}

int board_get(void)
{
    if ((USART_SR & USART_SR_RXNE) == 0)
        return -1;
    return (int)(USART_DR & 0xff);
}

void board_puts(const char *text)
{
    while (*text != '\0')
        board_put(*text++);
}

uint32_t board_ms(void)
{
    return ticks;
}
