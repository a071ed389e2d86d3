/* SPDX-License-Identifier: Apache-2.0 */
/*
 * farfix on Zephyr: a UART with interrupts (CONFIG_UART_INTERRUPT_DRIVEN), a
 * ring buffer, a semaphore. Options: zephyr/Kconfig.
 */
#ifndef FARFIX_ZEPHYR_H
#define FARFIX_ZEPHYR_H

#include <farfix/driver.h>
#include <zephyr/device.h>

/* Walks the module on `uart` to config->facts.to; the calling thread sleeps
 * whenever there is nothing to do. Where `line` or `command` is null it uses
 * its own, of CONFIG_FARFIX_LINE_BYTES and CONFIG_FARFIX_COMMAND_BYTES.
 *
 * FFX_OK: *cause says how the walk ended. FFX_ERR_IO: `uart` is not ready or
 * has no interrupts. FFX_ERR_ARGUMENT, FFX_ERR_BUFFER: see ffx_driver_init.
 * One walk at a time; the UART is the walk's alone until it has ended. */
int farfix_zephyr_update(const struct device *uart,
                         const struct ffx_driver_config *config,
                         enum ffx_cause *cause);

#endif
