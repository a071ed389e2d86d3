/* SPDX-License-Identifier: Apache-2.0 */
/*
 * farfix on the STM32 HAL, without an RTOS: the UART receives by DMA into a
 * circle and says on an idle line how far it has come.
 *
 * In CubeMX: the UART's RX DMA in mode *circular*, bytes; the interrupts of
 * the DMA stream *and* of the UART (idle line, errors) enabled. Do not
 * disable DMA_IT_HT. The family does not matter: CubeMX's main.h includes its
 * HAL.
 */
#ifndef FARFIX_STM32_H
#define FARFIX_STM32_H

#include <farfix/driver.h>
#include <main.h>

/* Walks the module on `uart` to config->facts.to; sleeps by WFI in between.
 * FFX_OK: *cause says how it ended. FFX_ERR_IO: DMA reception does not start.
 * FFX_ERR_ARGUMENT, FFX_ERR_BUFFER: see ffx_driver_init. One walk at a time;
 * the UART is the walk's alone until it has ended. */
int farfix_stm32_update(UART_HandleTypeDef *uart,
                        const struct ffx_driver_config *config,
                        enum ffx_cause *cause);

/* The HAL has one callback for all UARTs, so it stays yours. Call these from
 * HAL_UARTEx_RxEventCallback and HAL_UART_ErrorCallback; of other UARTs they
 * take no notice. */
void farfix_stm32_received(const UART_HandleTypeDef *uart, uint16_t size);
void farfix_stm32_failed(const UART_HandleTypeDef *uart);

#endif
