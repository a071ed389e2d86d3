/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board under both programs: an STM32F405 (Cortex-M4, here used as a
 * Cortex-M3) with a console on USART1. qemu-system-arm plays it as
 * `netduinoplus2`.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* What comes behind "Revision:" in AT+GMR; from the Makefile. */
extern const char board_release[];

void board_start(void);

/* Console bytes. get: the byte, or -1 when none waits. */
void board_put(int byte);
int board_get(void);
void board_puts(const char *text);

/* Milliseconds since start; wraps after 49 days. */
uint32_t board_ms(void);

#endif
